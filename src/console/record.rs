//! The JSON object about one message: what `--json` prints and what ends its story in `--log`.

use crate::message::open::Origin;
use crate::terms::failure::{Failure, Stage};
use crate::terms::ixp::Ixp;
use crate::terms::outcome::{Fate, Note, Outcome};
use crate::terms::printable::path_name;
use crate::terms::printable::printable_json;
use crate::terms::reply::Reply;
use crate::terms::tls::TlsFacts;
use serde::Serialize;

/// Every key is always there; null where nothing is known.
#[derive(Debug, Serialize)]
pub struct Record {
    schema: u8,
    message: Option<String>,
    message_id: Option<String>,
    size: Option<u64>,
    server: Option<String>,
    verdict: &'static str,
    name: &'static str,
    hresult: String,
    exit: u8,
    class: &'static str,
    stage: Option<&'static str>,
    reply: Option<Said>,
    server_hresult: Option<String>,
    os_error: Option<i32>,
    problem: Option<String>,
    queue_id: Option<String>,
    recipients: Vec<Addressee>,
    notes: Vec<&'static str>,
    tls: Option<Security>,
    extensions: Vec<&'static str>,
    context: Option<String>,
    kept: Option<String>,
    /// The status of HTTP, and the place that its answer names.
    status: Option<u16>,
    location: Option<String>,
    elapsed_ms: u64,
}

#[derive(Debug, Serialize)]
pub struct Said {
    code: u16,
    enhanced: Option<String>,
    text: String,
}

#[derive(Debug, Serialize)]
struct Addressee {
    address: String,
    fate: Option<&'static str>,
    reply: Option<Said>,
}

#[derive(Debug, Serialize)]
pub struct Security {
    version: String,
    cipher: String,
    verified: bool,
}

impl Security {
    pub fn of(facts: &TlsFacts) -> Security {
        Security {
            version: facts.version.clone(),
            cipher: facts.cipher.clone(),
            verified: facts.is_verified(),
        }
    }
}

impl Said {
    pub fn of(reply: &Reply) -> Said {
        Said { code: reply.code, enhanced: reply.enhanced.clone(), text: reply.text() }
    }
}

/// What a record says beside the outcome.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    pub message_id: Option<String>,
    pub size: Option<u64>,
    pub server: Option<String>,
    pub context: Option<String>,
    pub kept: Option<String>,
    /// Of the run, not of this message alone.
    pub notes: Vec<Note>,
}

impl Record {
    pub fn of(origin: &Origin, outcome: &Outcome, beside: Beside) -> Record {
        let failure = outcome.failure.as_ref();
        let accepted = outcome.ixp() == Ixp::ok();
        let reply = outcome.reply();
        Record {
            message: Some(path(origin)),
            message_id: beside.message_id,
            size: beside.size,
            server: beside.server,
            verdict: outcome.verdict.name(),
            stage: failure.map(|failure| failure.stage.name()),
            reply: reply.map(Said::of),
            server_hresult: reply.map(|reply| meaning(reply, outcome).hresult_text()),
            os_error: failure.and_then(Failure::os_error),
            problem: failure.and_then(|failure| problem(failure).or_else(|| about_the_file(failure, origin))),
            queue_id: reply.filter(|_| accepted || outcome.ixp().class().name() == "partial").and_then(
                |reply| outcome.answer.as_ref().and_then(|it| it.id.clone()).or_else(|| reply.queue_id()),
            ),
            recipients: outcome
                .recipients
                .iter()
                .map(|(address, fate)| addressee(address.to_string(), fate))
                .collect(),
            notes: outcome.notes.iter().chain(&beside.notes).map(Note::name).collect(),
            tls: outcome.tls.as_deref().map(Security::of),
            extensions: outcome.extensions.clone(),
            context: beside.context,
            kept: beside.kept,
            status: outcome.answer.as_ref().map(|answer| answer.status()),
            location: outcome.answer.as_ref().and_then(|answer| answer.location.clone()),
            elapsed_ms: u64::try_from(outcome.elapsed.as_millis()).unwrap_or(u64::MAX),
            ..Record::named(outcome.ixp())
        }
    }

    /// A failure before any message.
    pub fn before_any_message(
        ixp: Ixp,
        failure: Option<&Failure>,
        words: Option<String>,
        context: Option<String>,
    ) -> Record {
        Record {
            stage: failure.map(|failure| failure.stage.name()),
            server: failure.and_then(|failure| failure.server.as_deref().map(str::to_owned)),
            problem: words.or_else(|| failure.and_then(problem)),
            os_error: failure.and_then(Failure::os_error),
            context,
            ..Record::named(ixp)
        }
    }

    /// A message whose run was ended by force before its report.
    pub fn cut_short(origin: &Origin, ixp: Ixp, server: String, context: Option<String>) -> Record {
        let verdict = if ixp == Ixp::unknown() { "unknown" } else { "not-sent" };
        Record { message: Some(path(origin)), server: Some(server), context, verdict, ..Record::named(ixp) }
    }

    fn named(ixp: Ixp) -> Record {
        Record {
            schema: 1,
            message: None,
            message_id: None,
            size: None,
            server: None,
            verdict: "not-sent",
            name: ixp.name(),
            hresult: ixp.hresult_text(),
            exit: ixp.exit(),
            class: ixp.class().name(),
            stage: None,
            reply: None,
            server_hresult: None,
            os_error: None,
            problem: None,
            queue_id: None,
            recipients: Vec::new(),
            notes: Vec::new(),
            tls: None,
            extensions: Vec::new(),
            context: None,
            kept: None,
            status: None,
            location: None,
            elapsed_ms: 0,
        }
    }

    pub fn line(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned());
        printable_json(&json).into_owned() + "\n"
    }
}

/// What the server's last word means by itself.
fn meaning(reply: &Reply, outcome: &Outcome) -> Ixp {
    outcome.answer.as_ref().map_or_else(|| Ixp::of_reply(reply), |answer| Ixp::of_answer(answer))
}

/// A message's name as scripts know it.
pub(super) fn path(origin: &Origin) -> String {
    match origin {
        Origin::StandardInput => "-".to_owned(),
        Origin::Path(path) => path_name(path).into_owned(),
    }
}

fn addressee(address: String, fate: &Fate) -> Addressee {
    Addressee { address, fate: fate.name(), reply: fate.reply().map(Said::of) }
}

/// What goes wrong before a message is opened and judged is about its file.
fn about_the_file(failure: &Failure, origin: &Origin) -> Option<String> {
    (failure.stage == Stage::Input).then(|| path(origin))
}

/// The address or the path that a failure is about, else what is known in words.
pub(super) fn problem(failure: &Failure) -> Option<String> {
    use crate::terms::failure::Cause;
    let said = failure.problem.as_deref().or(failure.proxy.as_deref());
    said.map(str::to_owned).or_else(|| match &failure.cause {
        Cause::BadAddress(problem) | Cause::BadList(problem) => Some(problem.text.clone()),
        Cause::NoHttp(why) => Some(why.clone()),
        Cause::Config(text) | Cause::NoAccount(text) | Cause::Usage(text) | Cause::Bug(text) => {
            Some(text.clone())
        }
        Cause::Wanting { what, ways } => Some(format!("{what}: {}", ways.join("; "))),
        _ => None,
    })
}
