//! The sentences about a message that was posted: what became of it, the answer's own words, a way on.

use super::voice::{details, name_of, sentence, unknown_sentence, way_on};
use crate::message::open::Origin;
use crate::terms::address::Address;
use crate::terms::amount::roughly;
use crate::terms::answer::{Answer, Inside};
use crate::terms::failure::{Cause, Failure, Stage, Unfit};
use crate::terms::ixp::{Class, Ixp};
use crate::terms::outcome::{Fate, Outcome, Verdict};
use crate::terms::printable::printable;
use crate::terms::tls::TlsProblem;

/// The lines about a message that is with the server.
pub(super) fn sent(outcome: &Outcome, origin: &Origin, server: &str) -> Vec<String> {
    let status = outcome.answer.as_ref().map_or(0, |answer| answer.status());
    let mut lines =
        vec![format!("mailxport: sent: {} to {} (HTTP {status})", name_of(origin), printable(server))];
    let place = outcome.answer.as_ref().and_then(|answer| answer.location.as_deref());
    lines.extend(place.map(|place| format!("  location: {}", printable(place))));
    lines
}

/// The lines about a message that is not, or may not be.
pub(super) fn failure(failure: &Failure, outcome: &Outcome, origin: &Origin) -> Vec<String> {
    let unknown = matches!(outcome.verdict, Verdict::Unknown);
    let lead = match outcome.verdict {
        Verdict::Unknown => "unknown",
        Verdict::Partial(_) => "partly sent",
        _ => "not sent",
    };
    let server = failure.server.as_deref().unwrap_or("the server");
    let words = match &failure.cause {
        Cause::Answered(answer) if answer.status() == 401 && failure.stage == Stage::Login => {
            format!("{server} refused the log-on (HTTP 401)")
        }
        Cause::Answered(answer) => answered(answer, server, outcome),
        Cause::NoSendMessage => format!("{server} names no place to post messages to (sendmsg)"),
        _ if unknown => unknown_sentence(failure),
        Cause::NoHttp(why) => format!("{server} gave no answer that can be read: {}", printable(why)),
        _ => sentence(failure, origin),
    };
    let mut lines = vec![format!("mailxport: {lead}: {words}")];
    lines.extend(details(failure));
    if let Cause::Answered(answer) = &failure.cause
        && let Some(rest) = answer.retry_after
    {
        lines.push(format!("  it wants to be asked again in {}", roughly(rest.as_secs())));
    }
    if unknown {
        lines.push("  hint: the server may have taken it; sending again may deliver it twice".to_owned());
    } else if let Some(hint) = hint(failure) {
        lines.push(format!("  hint: {hint}"));
    }
    lines
}

fn answered(answer: &Answer, server: &str, outcome: &Outcome) -> String {
    let status = answer.status();
    let class = Ixp::of_answer(answer).class();
    match (&answer.inside, &outcome.verdict) {
        (_, Verdict::Partial(_)) => return some_of(server, outcome),
        (Some(Inside::Silent), _) => {
            return format!(
                "{server} does not say in its answer whether it took the message (HTTP {status})"
            );
        }
        (Some(Inside::Named(_)), Verdict::Unknown) => {
            return format!("{server} does not know what became of the message (HTTP {status})");
        }
        (Some(_), _) if (200..300).contains(&status) => {
            let did = if class == Class::Temporary { "put off" } else { "refused" };
            return format!("{server} {did} the message inside a success (HTTP {status})");
        }
        _ => {}
    }
    if let (true, Some(place)) = (answer.is_redirect(), &answer.location) {
        return format!("{server} sends the message elsewhere: {} (HTTP {status})", printable(place));
    }
    let did = match status {
        300..=399 => "does not take the message here, and names no other place",
        401 => "asks for a log-on",
        502 | 504 => "is a gateway that lost the server behind it",
        _ if class == Class::Temporary => "put off the message",
        _ => "refused the message",
    };
    format!("{server} {did} (HTTP {status})")
}

/// Who did not get it, as far as it is told.
fn some_of(server: &str, outcome: &Outcome) -> String {
    let shown = |(address, _): &(Address, Fate)| format!("<{}>", printable(&address.to_string()));
    let is_bad = |(_, fate): &&(Address, Fate)| matches!(fate, Fate::Refused(_) | Fate::Deferred(_));
    let bad: Vec<String> = outcome.recipients.iter().filter(is_bad).take(20).map(shown).collect();
    match bad[..] {
        [] => format!("{server} took the message for some of the recipients, and does not say for which"),
        _ => format!("{server} took the message, but not for {}", bad.join(", ")),
    }
}

/// A way on, where there is an option to name.
fn hint(failure: &Failure) -> Option<&'static str> {
    match &failure.cause {
        Cause::Answered(answer) if answer.inside.is_some() => None,
        Cause::Answered(answer) => Some(match answer.status() {
            401 if failure.stage == Stage::Login => {
                "look at --user and at where the password or token comes from"
            }
            401 => "--user names a log-on, --token-file or --token-command a token",
            307 | 308 if answer.location.is_some() => {
                "a redirect is followed within one host, and with a body that can be read again"
            }
            300..=399 if answer.location.is_some() => "post to that URL, if it is where the message belongs",
            405 => "--method PUT or POST asks in another way",
            411 => "without --chunked the length is told",
            415 => "--content-type TYPE names another type",
            _ => return None,
        }),
        Cause::Unfit(Unfit::NoHeader) => Some("mailxport compose makes a message of a text"),
        Cause::NoSendMessage => Some("without --discover the message goes to the URL itself"),
        Cause::NotReached(_) if failure.proxy.is_none() => None,
        Cause::Tls(TlsProblem::PlainGreeting(_)) => Some("a server without TLS is named by http://"),
        Cause::TimedOut(_) if failure.stage == Stage::Connect => Some("--connect-timeout allows more time"),
        _ => way_on(failure),
    }
}
