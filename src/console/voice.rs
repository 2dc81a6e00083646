//! All the sentences about outcomes: what became of the mail, who acted on what, the server's words, a way on.

use super::{own_side, passage, security};
use crate::delivery::job::Report;
use crate::message::open::Origin;
use crate::terms::address::Address;
use crate::terms::amount::in_words;
use crate::terms::failure::{Cause, Failure, Feature, Stage, Unfit};
use crate::terms::outcome::{Fate, Note, Outcome, Verdict};
use crate::terms::printable::{path_name, printable, printable_octets};
use crate::terms::reply::Reply;
use std::borrow::Cow;
use std::time::Duration;

/// A message's name as a person knows it.
pub fn name_of(origin: &Origin) -> String {
    match origin {
        Origin::StandardInput => "standard input".to_owned(),
        Origin::Path(path) => printable(&path_name(path)).into_owned(),
    }
}

/// The lines about a message that did not go out whole; `named` where others went along.
pub fn failure(failure: &Failure, outcome: &Outcome, origin: &Origin, named: bool) -> Vec<String> {
    let unknown = matches!(outcome.verdict, Verdict::Unknown);
    let lead = match &outcome.verdict {
        Verdict::Unknown => "unknown",
        Verdict::Partial(_) => "partly sent",
        _ => "not sent",
    };
    let sentence = match &outcome.verdict {
        Verdict::Unknown => unknown_sentence(failure),
        Verdict::Partial(_) => {
            let accepted = outcome.recipients.iter().filter(|(_, fate)| fate.is_accepted()).count();
            let all = outcome.recipients.len();
            let refused = refused_recipients(failure, &outcome.recipients);
            format!("to {accepted} of {all} recipients; {refused}")
        }
        _ if is_about_recipients(failure) => refused_recipients(failure, &outcome.recipients),
        _ => sentence(failure, origin),
    };
    let name = name_of(origin);
    let says_it = sentence.starts_with(&name) || sentence.ends_with(&format!("(in {name})"));
    let about = if named && !says_it { format!("{name}: ") } else { String::new() };
    let mut lines = vec![format!("mailxport: {lead}: {about}{sentence}")];
    match several_refusals(&outcome.recipients) {
        Some(replies) if matches!(failure.stage, Stage::Rcpt | Stage::Dot) => lines.extend(replies),
        _ => lines.extend(details(failure)),
    }
    if unknown {
        lines.push("  hint: the server may have taken it; sending again may deliver it twice".to_owned());
    } else if let Some(hint) = hint(failure, outcome) {
        lines.push(format!("  hint: {hint}"));
    }
    lines
}

/// The line about a message that is tried again.
pub fn put_off(failure: &Failure, report: &Report<'_>, wait: Duration, named: bool) -> String {
    let lines = self::failure(failure, report.outcome, report.origin, named);
    let first = lines.first().map_or("", String::as_str);
    let what = first.strip_prefix("mailxport: not sent: ").unwrap_or(first);
    format!("mailxport: note: {what}; the next try is in {}", in_words(wait))
}

/// The line about a failure that comes before any message.
pub fn before_any_message(failure: &Failure) -> Vec<String> {
    let mut lines = vec![format!("mailxport: not sent: {}", sentence(failure, &Origin::StandardInput))];
    lines.extend(details(failure));
    lines.extend(way_on(failure).map(|hint| format!("  hint: {hint}")));
    lines
}

/// The sentence about a failure where no message was to be sent, and what else stands on lines of its own.
pub(super) fn without_a_message(
    failure: &Failure,
    recipients: &[(Address, Fate)],
) -> (String, Vec<String>, Option<&'static str>) {
    if is_about_recipients(failure) && !recipients.is_empty() {
        let replies = several_refusals(recipients).unwrap_or_else(|| details(failure));
        return (refused_recipients(failure, recipients), replies, way_on(failure));
    }
    (sentence(failure, &Origin::StandardInput), details(failure), way_on(failure))
}

/// The lines about a failure of a run that has no mail.
pub fn without_mail(failure: &Failure) -> Vec<String> {
    let mut lines = before_any_message(failure);
    if let Some(first) = lines.first_mut() {
        *first = first.replacen("not sent", "error", 1);
    }
    lines
}

fn is_about_recipients(failure: &Failure) -> bool {
    matches!((&failure.cause, failure.stage), (Cause::Refused(_), Stage::Rcpt))
}

/// The line about a message that went out.
pub fn sent(outcome: &Outcome, origin: &Origin, server: &str, queue_id: Option<&str>) -> String {
    let count = outcome.recipients.len();
    let to = if count == 1 { outcome.recipients[0].0.to_string() } else { format!("{count} recipients") };
    let queued = queue_id.map_or_else(String::new, |id| format!(" (queued as {})", printable(id)));
    format!("mailxport: sent: {} to {} by {server}{queued}", name_of(origin), printable(&to))
}

/// The line about a message that an embedded sink kept.
pub fn kept(origin: &Origin, path: &str) -> String {
    format!("mailxport: sent: {} kept in {}, nothing left this machine", name_of(origin), printable(path))
}

/// A line beside the reports.
pub fn aside(words: &str) -> String {
    format!("mailxport: note: {}", printable(words))
}

pub fn note(note: &Note) -> &'static str {
    match note {
        Note::AccountKeptBack => {
            "mailxport: note: settings of the account belong to another server and were not used"
        }
        Note::NoDsnSupport => {
            "mailxport: note: the server does not offer delivery reports (DSN); sent without"
        }
        Note::HeaderWithoutUtf8 => {
            "mailxport: note: the header has 8-bit octets that the server did not promise to keep"
        }
        Note::CertificateUnchecked => "mailxport: note: the certificate was not checked (--insecure)",
        Note::AnswerCut => "mailxport: note: the body of the answer did not come whole",
        Note::AlreadySubmitted => {
            "mailxport: note: the account had submitted this message to these recipients before; nothing was sent again"
        }
        Note::DraftLeft => "mailxport: note: a draft of the message may be left in the account",
        Note::MboxLineDropped => "mailxport: note: the mbox line in front was left out",
    }
}

pub(super) fn unknown_sentence(failure: &Failure) -> String {
    let server = server(failure);
    match &failure.cause {
        Cause::TimedOut(limit) => {
            format!("{server} was silent for {} after the whole message", in_words(*limit))
        }
        Cause::Deadline(whole) => {
            format!(
                "the deadline of {} passed after the whole message, before the answer of {server}",
                in_words(*whole)
            )
        }
        Cause::Interrupted(signal) => {
            format!("stopped by {} after the whole message, before the answer of {server}", signal.name())
        }
        Cause::OutOfPlace(_) | Cause::NoHttp(_) | Cause::Garbled(..) | Cause::AheadOfCommand => {
            format!("{server} answered the whole message with something that makes no sense")
        }
        _ => format!("lost {server} after the whole message, before its answer"),
    }
}

/// The server, or the proxy where the trouble is with that.
fn server(failure: &Failure) -> Cow<'_, str> {
    match &failure.proxy {
        Some(proxy) => format!("the proxy {proxy}").into(),
        None => wanted(failure).into(),
    }
}

/// The server that was wanted.
fn wanted(failure: &Failure) -> &str {
    failure.server.as_deref().unwrap_or("the server")
}

/// Who acted on what.
pub(super) fn sentence(failure: &Failure, origin: &Origin) -> String {
    let server = &*server(failure);
    let phrase = failure.stage.phrase();
    let problem = failure.problem.as_deref().map(|problem| printable(problem).into_owned());
    match &failure.cause {
        Cause::Refused(reply) => refusal(failure, reply, server, problem),
        Cause::OutOfPlace(_) => format!("{server} gave an answer that makes no sense as {phrase}"),
        Cause::Garbled(garble, _) => format!("{server} sent no reply as {phrase}: {}", garble.in_words()),
        Cause::AheadOfCommand => format!("{server} spoke before it was asked"),
        Cause::Lacks(feature) => own_side::lack(*feature, server, problem),
        Cause::TooLarge { size, limit, ours: false } => {
            format!("the message has {size} octets, and {server} takes {limit}")
        }
        Cause::TooLarge { size, limit, .. } => {
            format!("the message has {size} octets, and --max-size allows {limit}")
        }
        Cause::TimedOut(limit) => match failure.stage {
            Stage::Body => format!("{server} took nothing of the message for {}", in_words(*limit)),
            Stage::Resolve => format!("the host of {server} was not found within {}", in_words(*limit)),
            _ => format!("{server} was silent for {} at {phrase}", in_words(*limit)),
        },
        Cause::Deadline(whole) => format!("the deadline of {} passed at {phrase}", in_words(*whole)),
        Cause::Closed => match failure.stage {
            Stage::Body => format!("lost {server} in the middle of the message"),
            _ => format!("lost {server} before {phrase}"),
        },
        Cause::ReadFailed(error) | Cause::WriteFailed(error) => {
            format!("the connection to {server} failed at {phrase}: {}", os(error))
        }
        Cause::Interrupted(signal) => format!("stopped by {} at {phrase}", signal.name()),
        Cause::Tls(problem) => security::sentence(problem, server),
        Cause::Proxy(problem) => passage::sentence(problem, server, wanted(failure)),
        Cause::NoMechanism(why) => format!("no log-on at {server}: {why}"),
        Cause::SecretInClear => {
            let proxy = failure.proxy.as_deref().map(|proxy| format!("the proxy {proxy}"));
            let place = proxy.unwrap_or_else(|| server.to_owned());
            format!("the connection to {place} is in clear, and no password crosses such a one")
        }
        Cause::LogOn(why) => format!("the log-on at {server} failed: {why}"),
        cause => own_side::sentence(cause, server, origin, problem),
    }
}

fn refusal(failure: &Failure, reply: &Reply, server: &str, problem: Option<String>) -> String {
    let verb = if reply.is_temporary() { "put off" } else { "refused" };
    let problem = problem.unwrap_or_default();
    match failure.stage {
        Stage::Greeting | Stage::Hello => format!("{server} {verb} the session"),
        Stage::Mail => format!("{server} {verb} the sender {problem}"),
        Stage::Reset => format!("{server} {verb} a new message"),
        Stage::StartTls => format!("{server} {verb} STARTTLS"),
        Stage::Login if reply.code == 530 => format!("{server} asks for a log-on"),
        Stage::Login => format!("{server} {verb} the log-on"),
        Stage::Quit => format!("{server} ended the session"),
        _ => format!("{server} {verb} the message"),
    }
}

/// Who of the recipients was refused for good, and who was put off.
fn refused_recipients(failure: &Failure, recipients: &[(Address, Fate)]) -> String {
    let named = |wanted: fn(&Fate) -> bool| {
        let chosen = recipients.iter().filter(|(_, fate)| wanted(fate));
        chosen.map(|(address, _)| format!("<{}>", printable(&address.to_string()))).collect::<Vec<_>>()
    };
    let kinds = [
        ("refused", named(|fate| matches!(fate, Fate::Refused(_)))),
        ("put off", named(|fate| matches!(fate, Fate::Deferred(_)))),
    ];
    let parts = kinds.iter().filter(|(_, addresses)| !addresses.is_empty()).map(|(verb, addresses)| {
        let word = if addresses.len() == 1 { "recipient" } else { "recipients" };
        let shown = addresses.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
        let more = addresses.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{verb} the {word} {shown}{more}")
    });
    format!("{} {}", server(failure), parts.collect::<Vec<_>>().join(" and "))
}

/// Where more than one recipient was refused: what was said about each.
fn several_refusals(recipients: &[(Address, Fate)]) -> Option<Vec<String>> {
    let refused = |fate: &Fate| matches!(fate, Fate::Refused(_) | Fate::Deferred(_));
    let refusals: Vec<_> = recipients.iter().filter(|(_, fate)| refused(fate)).collect();
    if refusals.len() < 2 {
        return None;
    }
    let line = |(address, fate): &&(Address, Fate)| {
        let reply = fate.reply().map(ToString::to_string).unwrap_or_default();
        format!("  server: <{}>: {}", printable(&address.to_string()), printable(&reply))
    };
    Some(refusals.iter().take(SHOWN).map(line).collect())
}

/// Recipients that are named one by one; JSON names them all.
const SHOWN: usize = 20;

/// The server's own words, and what else stands on lines of its own.
pub(super) fn details(failure: &Failure) -> Vec<String> {
    let mut lines = Vec::new();
    match &failure.cause {
        Cause::Refused(reply) | Cause::OutOfPlace(reply) => {
            lines.push(format!("  server: {}", printable(&reply.to_string())));
        }
        Cause::Answered(answer) => {
            lines.push(format!("  server: {}", printable(&answer.reply.to_string())));
        }
        Cause::Garbled(_, octets) => lines.push(format!("  server: {}", printable_octets(octets))),
        Cause::NotReached(tried) if tried.len() > 1 => {
            lines.extend(tried.iter().map(|(place, error)| format!("  {place}: {}", os(error))));
        }
        Cause::Wanting { ways, .. } => lines.extend(ways.iter().map(|way| format!("  {}", printable(way)))),
        Cause::Proxy(problem) => {
            lines.extend(problem.said().map(|said| format!("  proxy: {}", printable_octets(said))));
        }
        Cause::Unfit(Unfit::Changed) | Cause::Short { .. } | Cause::Long { .. } | Cause::OtherDigest
            if failure.server.is_some() =>
        {
            lines.push(
                "  nothing was handed over: the connection was dropped before the end of the message"
                    .to_owned(),
            );
        }
        _ => {}
    }
    if failure.stage == Stage::Body && !failure.committed {
        lines.push("  nothing was handed over: its end was not sent".to_owned());
    }
    lines
}

/// A way on for a message: where others could have had it, --partial would have sent it to them.
fn hint(failure: &Failure, outcome: &Outcome) -> Option<&'static str> {
    let others = outcome.recipients.iter().any(|(_, fate)| *fate == Fate::Untried);
    if matches!(failure.cause, Cause::Refused(_)) && failure.stage == Stage::Rcpt && others {
        return Some("--partial sends to the recipients that are accepted");
    }
    way_on(failure)
}

/// A way on, where there is an option or a file to name.
pub(super) fn way_on(failure: &Failure) -> Option<&'static str> {
    Some(match &failure.cause {
        Cause::TimedOut(_) if failure.stage == Stage::Greeting => {
            "a server that waits for TLS from the first byte is silent too: smtps://HOST; --timeout allows more time"
        }
        Cause::TimedOut(_) if failure.proxy.is_some() => "--connect-timeout allows more time",
        Cause::TimedOut(_) => "--timeout allows more time",
        Cause::Deadline(_) => "--deadline allows more time",
        Cause::TooLarge { ours: true, .. } => "--max-size allows more",
        Cause::Lacks(Feature::Dsn) => "without --require-dsn it is sent all the same",
        Cause::Lacks(Feature::EightBitMime | Feature::BinaryMime) => {
            "in 7-bit form (quoted-printable or base64) any server takes it"
        }
        Cause::Unfit(Unfit::NoHeader) => {
            "mailxport compose makes a message of a text; --as-is sends it as it stands"
        }
        Cause::NoSender => "--from ADDR names one, --from '' stands for none",
        Cause::NoRecipients => "--to ADDR names one, -t takes those of the message",
        Cause::Denied(error) if error.raw_os_error().is_none() => "chmod 600 keeps it to its owner",
        Cause::NeverTried => "it can be sent again: the server has not seen it",
        Cause::NotReached(_) if failure.proxy.is_some() => "is the port of --proxy right?",
        Cause::NotReached(_) => "is the port right? a server for mail listens at 587, 465 or 25",
        Cause::Lacks(Feature::StartTls) => "where it has TLS from the first byte, smtps://HOST reaches it",
        Cause::Tls(problem) => return security::hint(problem),
        Cause::Proxy(problem) => return passage::hint(problem),
        Cause::SecretInClear => "--auth-in-clear allows it, for whoever trusts everybody on the way",
        Cause::Refused(reply) if failure.stage == Stage::Login && reply.code == 530 => {
            "--user names a log-on, --account an account that has one"
        }
        Cause::Refused(reply) if failure.stage == Stage::Login && reply.code == 538 => {
            "it wants TLS first: --tls required, or smtps://HOST"
        }
        Cause::Refused(reply) if failure.stage == Stage::Login && !reply.is_temporary() => {
            "look at --user and at where the password or token comes from"
        }
        Cause::Refused(reply) if failure.stage == Stage::Mail && reply.code == 530 => {
            "--user names a log-on, --account an account that has one"
        }
        Cause::Unfit(Unfit::Terminal) => "name a file, or put a message into a pipe",
        _ => return None,
    })
}

pub fn os(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
