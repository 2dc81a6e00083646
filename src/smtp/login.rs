//! The log-on (RFC 4954): the strongest mechanism that fits, its rounds, and no secret where it can be heard or shown.

use super::capability::Capabilities;
use super::sasl::exchange::{Binding, Credentials};
use super::sasl::logon::{LogOn, check};
use super::sasl::mechanism::{Have, Mechanism, NoMechanism, choose};
use super::sasl::problem::SaslProblem;
use super::talk::Talk;
use crate::net::link::{self, Link};
use crate::terms::endpoint::Place;
use crate::terms::event::{Event, Observer};
use crate::terms::failure::{Cause, Stage};
use crate::terms::plan::{Login, Plan};
use crate::terms::reply::Reply;
use crate::terms::secret::Secret;
use crate::terms::tls::{TlsFacts, Trust};

/// What is known of the connection that a secret would cross.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground<'a> {
    pub tls: Option<&'a TlsFacts>,
    /// It was said that a secret may cross it in clear.
    pub clear_is_allowed: bool,
}

/// Logs on, or fails: a log-on that was asked for is never skipped.
pub(super) fn log_on<L: Link>(
    talk: &mut Talk<L>,
    plan: &Plan,
    login: &Login,
    ground: Ground<'_>,
    offered: &Capabilities,
    observer: &mut dyn Observer,
) -> Result<(), Cause> {
    let nothing = Secret::new(Vec::new());
    let secret = login.secret.as_deref().unwrap_or(&nothing);
    let (host, port) = match &plan.endpoint.place {
        Place::Tcp { host, port } => (host.as_str(), *port),
        Place::Unix(_) => ("localhost", 0),
    };
    let credentials = Credentials { user: &login.user, secret, host, port };
    let mechanisms: Vec<Mechanism> = offered.auth.iter().filter_map(|word| Mechanism::parse(word)).collect();
    let bound = talk.link.binding();
    let binding = match &bound {
        None => Binding::None,
        Some(link::Binding::Exporter(octets)) => Binding::TlsExporter(octets),
        Some(link::Binding::EndPoint(octets)) => Binding::TlsServerEndPoint(octets),
    };
    let have = Have {
        password: login.secret.is_some() && !login.is_token,
        token: login.secret.is_some() && login.is_token,
        client_certificate: plan.tls.client_cert.is_some() && ground.tls.is_some(),
        private: is_private(plan, ground),
        binding: binding.is_some(),
        prepared: check(Mechanism::ScramSha1, &credentials).is_ok(),
    };
    let mechanism = choose(&mechanisms, login.auth, have).map_err(|why| match why {
        NoMechanism::NothingOffered if !offered.auth.is_empty() => {
            no_mechanism(NoMechanism::NothingKnown, ground)
        }
        why => no_mechanism(why, ground),
    })?;
    check(mechanism, &credentials).map_err(unusable)?;
    talk.mask(secret);
    let mut rounds = LogOn::begin(mechanism, credentials, binding, &mechanisms).map_err(unusable)?;
    observer.note(&Event::LogOn(mechanism.name()));
    observer.note(&Event::Command(&format!("AUTH {} (masked)", mechanism.name())));
    let mut line = rounds.command();
    loop {
        let reply = talk.ask_masked(&line, Stage::Login, observer)?;
        match reply.code {
            235 => {
                rounds.finish().map_err(|problem| broken(talk, problem))?;
                observer.note(&Event::LoggedOn);
                return Ok(());
            }
            // Which line of several would be the challenge is anybody's guess.
            334 if reply.lines.len() < 2 => {
                let challenge = reply.lines.first().map_or("", String::as_str);
                match rounds.answer(challenge) {
                    Ok(answer) => line = answer,
                    Err(problem) => return Err(broken(talk, problem)),
                }
            }
            _ if reply.is_refusal() => {
                return Err(Cause::Refused(talk.without_secrets(with_reason(reply, rounds.reason()))));
            }
            _ => {
                talk.lost = true;
                return Err(Cause::OutOfPlace(talk.without_secrets(reply)));
            }
        }
        observer.note(&Event::Command("(masked)"));
    }
}

/// True where nobody but the server hears what is said, or where it was said that others may.
fn is_private(plan: &Plan, ground: Ground<'_>) -> bool {
    let verified = ground.tls.is_some_and(|tls| tls.is_verified() || plan.tls.insecure);
    verified || ground.clear_is_allowed
}

/// A connection that is no good for a secret has a reason of its own.
fn no_mechanism(why: NoMechanism, ground: Ground<'_>) -> Cause {
    match ground.tls.map(|tls| &tls.trust) {
        Some(Trust::Unverified(problem)) if why == NoMechanism::InClear => Cause::Tls((**problem).clone()),
        _ if why == NoMechanism::InClear => Cause::SecretInClear,
        _ => Cause::NoMechanism(why.to_string()),
    }
}

/// The exchange makes no sense: nothing more is said to a server that may be somebody else's.
fn broken<L: Link>(talk: &mut Talk<L>, problem: SaslProblem) -> Cause {
    talk.lost = true;
    Cause::LogOn(problem.to_string())
}

fn unusable(problem: SaslProblem) -> Cause {
    Cause::LogOn(problem.to_string())
}

/// The server's words with what it said inside the mechanism.
fn with_reason(mut reply: Reply, reason: Option<&str>) -> Reply {
    reply.lines.extend(reason.map(|reason| format!("({reason})")));
    reply
}
