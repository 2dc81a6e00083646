//! One session: greeting, EHLO, any number of messages, QUIT (RFC 5321 section 3).

use super::capability::Capabilities;
use super::command::Command;
use super::login::{Ground, log_on};
use super::talk::Talk;
use crate::net::host;
use crate::net::link::{Limit, Link};
use crate::terms::endpoint::Protocol;
use crate::terms::event::{Event, Observer, Status};
use crate::terms::failure::{Cause, Failure, Feature, Stage};
use crate::terms::plan::Plan;
use crate::terms::reply::Reply;
use crate::terms::tls::{Tls, TlsFacts, TlsProblem};
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::Duration;

/// Where the last transaction left the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Clean,
    /// A message got its verdict: only the next one needs RSET in front.
    Done,
    /// A transaction was left open: it is taken back before anything else.
    Open,
}

/// What the rules ask of a session, by who was really reached.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub policy: Tls,
    /// A password or token may cross it without TLS.
    pub clear_is_allowed: bool,
}

/// A session with a server that has been greeted.
#[derive(Debug)]
pub struct Session<'a, L> {
    pub(super) talk: Talk<L>,
    pub(super) plan: &'a Plan,
    pub(super) server: String,
    pub(super) offered: Capabilities,
    /// Whoever has logged on since may be offered more.
    may_offer_more: bool,
    /// What the client calls itself.
    name: String,
    pub(super) standing: Standing,
    pub(super) tls: Option<Arc<TlsFacts>>,
}

/// How long a farewell may hold up the report.
const FAREWELL: Duration = Duration::from_secs(2);

impl<'a, L: Link> Session<'a, L> {
    /// Hears the greeting, says EHLO, HELO or LHLO, turns to TLS as the policy has it, and logs on.
    pub fn open(
        link: L,
        plan: &'a Plan,
        terms: Terms,
        observer: &mut dyn Observer,
    ) -> Result<Session<'a, L>, Failure> {
        let server = plan.endpoint.to_string();
        let mut talk = Talk::new(link, plan.limits);
        let opened = greet(&mut talk, plan, terms, observer).map_err(|(stage, cause)| {
            farewell_after(&mut talk, &cause, observer);
            Failure::new(stage, cause).at(&server)
        });
        let Opened { offered, tls, name } = opened?;
        let (may_offer_more, tls) = (plan.login.is_some(), tls.map(Arc::new));
        Ok(Session { talk, plan, server, offered, may_offer_more, name, standing: Standing::Clean, tls })
    }

    /// False once nothing more can be sent over it.
    pub fn is_usable(&self) -> bool {
        !self.talk.lost
    }

    /// What the server offered.
    pub fn offered(&self) -> &Capabilities {
        &self.offered
    }

    /// The TLS it goes under.
    pub fn tls(&self) -> Option<Arc<TlsFacts>> {
        self.tls.clone()
    }

    /// A failure at this server. A 530 under TLS asks for a log-on, whatever it answers; in clear it asks for TLS.
    pub(super) fn failure(&self, stage: Stage, cause: Cause) -> Failure {
        let asks_who = matches!(&cause, Cause::Refused(reply) if reply.code == 530) && self.tls.is_some();
        let stage = if asks_who { Stage::Login } else { stage };
        Failure::new(stage, cause).at(&self.server)
    }

    /// Where something is missing, the server is asked once more what it offers to who has logged on; one that does not like to
    /// be asked keeps to what it said.
    pub(super) fn ask_for_what_is_missing(
        &mut self,
        missing: bool,
        observer: &mut dyn Observer,
    ) -> Result<(), Failure> {
        if !(missing && std::mem::take(&mut self.may_offer_more)) {
            return Ok(());
        }
        let heard = ask_hello(&mut self.talk, hello_word(self.plan), &self.name, observer)
            .and_then(|reply| judge(reply, Reply::is_positive));
        match heard {
            Ok(reply) => self.offered = offered_in(&reply, observer),
            Err(Cause::Refused(_)) if !self.talk.lost => (),
            Err(cause) => return Err(self.failure(Stage::Hello, cause)),
        }
        Ok(())
    }

    /// Takes a transaction back where the next command cannot take RSET along.
    pub(super) fn reset(&mut self, observer: &mut dyn Observer) -> Result<(), Failure> {
        let command =
            Command::new(Stage::Reset, "RSET").map_err(|cause| self.failure(Stage::Reset, cause))?;
        let reply = self.talk.ask(&command, observer);
        self.judge_reset(reply)
    }

    pub(super) fn judge_reset(&mut self, reply: Result<Reply, Cause>) -> Result<(), Failure> {
        let cause = match reply {
            Ok(reply) if reply.is_positive() => {
                self.standing = Standing::Clean;
                return Ok(());
            }
            Ok(reply) if reply.is_refusal() => Cause::Refused(reply),
            Ok(reply) => Cause::OutOfPlace(reply),
            Err(cause) => cause,
        };
        // Without a clean start the next message could get the last one's recipients.
        self.talk.lost = true;
        let cause = match cause {
            Cause::Interrupted(_) | Cause::Deadline(_) | Cause::Bug(_) => cause,
            _ => Cause::NeverTried,
        };
        Err(self.failure(Stage::Reset, cause))
    }

    /// Waits for a source between two messages, and hears a server that gives up meanwhile.
    pub fn wait_for(&mut self, source: BorrowedFd<'_>, observer: &mut dyn Observer) -> Result<(), Failure> {
        loop {
            let beside = self.talk.link.beside(source);
            let quiet = match self.talk.marked(beside) {
                Ok(true) => return Ok(()),
                Ok(false) => self.talk.quiet_so_far(observer),
                Err(cause) => Err(cause),
            };
            quiet.map_err(|cause| {
                let stage = match cause {
                    Cause::Refused(_) => Stage::Quit,
                    Cause::Deadline(_) | Cause::Interrupted(_) => Stage::Input,
                    _ => Stage::Mail,
                };
                self.failure(stage, cause)
            })?;
        }
    }

    /// Says QUIT and does not wait for the answer.
    pub fn close(mut self, observer: &mut dyn Observer) {
        observer.note(&Event::Status(Status::Disconnecting, &self.server));
        let open = self.standing == Standing::Open;
        if open && self.is_usable() && !self.offered.pipelining {
            self.talk.limits.rset = FAREWELL;
            let _ = self.reset(observer);
        }
        if self.is_usable() {
            let lines: &[&str] = if open && self.offered.pipelining { &["RSET", "QUIT"] } else { &["QUIT"] };
            say(&mut self.talk, lines, observer);
            self.talk.link.finish();
        }
        observer.note(&Event::Status(Status::Disconnected, &self.server));
    }
}

/// What a server offers, the TLS it is offered under, and the name by which it was greeted.
struct Opened {
    offered: Capabilities,
    tls: Option<TlsFacts>,
    name: String,
}

fn greet<L: Link>(
    talk: &mut Talk<L>,
    plan: &Plan,
    terms: Terms,
    observer: &mut dyn Observer,
) -> Result<Opened, (Stage, Cause)> {
    let mut tls = None;
    if plan.endpoint.tls_first {
        tls = Some(secure(talk, plan, observer).map_err(|cause| (Stage::Secure, cause))?);
    }
    let greeting = talk.reply(Stage::Greeting, observer).map_err(|cause| (Stage::Greeting, cause))?;
    observer.note(&Event::Greeted(&greeting));
    judge(greeting, |reply| reply.code == 220).map_err(|cause| (Stage::Greeting, cause))?;
    let name = plan.hello.clone().or_else(host::full_name).unwrap_or_else(|| talk.link.literal());
    let mut offered = hello(talk, plan, &name, observer).map_err(|cause| (Stage::Hello, cause))?;
    if tls.is_none() && terms.policy != Tls::Off {
        tls = start_tls(talk, plan, terms.policy, &offered, observer)?;
        if tls.is_some() {
            // What was offered in clear is forgotten: anybody on the way could have said it.
            offered = hello(talk, plan, &name, observer).map_err(|cause| (Stage::Hello, cause))?;
        }
    }
    if let Some(login) = &plan.login {
        let ground = Ground { tls: tls.as_ref(), clear_is_allowed: terms.clear_is_allowed };
        log_on(talk, plan, login, ground, &offered, observer).map_err(|cause| (Stage::Login, cause))?;
    }
    Ok(Opened { offered, tls, name })
}

/// Says EHLO or LHLO; to a server that knows neither, HELO.
fn hello<L: Link>(
    talk: &mut Talk<L>,
    plan: &Plan,
    name: &str,
    observer: &mut dyn Observer,
) -> Result<Capabilities, Cause> {
    let word = hello_word(plan);
    let reply = ask_hello(talk, word, name, observer)?;
    if word == "EHLO" && matches!(reply.code, 500 | 502) {
        let reply = judge(ask_hello(talk, "HELO", name, observer)?, Reply::is_positive)?;
        observer.note(&Event::Offered { reply: &reply, extended: false });
        return Ok(Capabilities::default());
    }
    let reply = judge(reply, Reply::is_positive)?;
    Ok(offered_in(&reply, observer))
}

fn hello_word(plan: &Plan) -> &'static str {
    if plan.endpoint.protocol == Protocol::Lmtp { "LHLO" } else { "EHLO" }
}

fn ask_hello<L: Link>(
    talk: &mut Talk<L>,
    word: &str,
    name: &str,
    observer: &mut dyn Observer,
) -> Result<Reply, Cause> {
    let command = Command::new(Stage::Hello, format!("{word} {name}"))?;
    talk.ask(&command, observer)
}

fn offered_in(reply: &Reply, observer: &mut dyn Observer) -> Capabilities {
    observer.note(&Event::Offered { reply, extended: true });
    Capabilities::read(reply)
}

/// STARTTLS (RFC 3207), as far as the policy wants it. No reply leads back to clear where TLS is required.
fn start_tls<L: Link>(
    talk: &mut Talk<L>,
    plan: &Plan,
    policy: Tls,
    offered: &Capabilities,
    observer: &mut dyn Observer,
) -> Result<Option<TlsFacts>, (Stage, Cause)> {
    let failed = |cause| (Stage::StartTls, cause);
    if !offered.starttls {
        return if policy == Tls::Required { Err(failed(Cause::Lacks(Feature::StartTls))) } else { Ok(None) };
    }
    let command = Command::new(Stage::StartTls, "STARTTLS").map_err(failed)?;
    let reply = talk.ask(&command, observer).map_err(failed)?;
    match judge(reply, |reply| reply.code == 220) {
        Ok(_) => secure(talk, plan, observer).map(Some).map_err(|cause| match cause {
            // No greeting is due here: somebody speaks into the handshake.
            Cause::Tls(TlsProblem::PlainGreeting(_)) => (Stage::Secure, Cause::Tls(TlsProblem::Injected)),
            cause => (Stage::Secure, cause),
        }),
        Err(Cause::Refused(_)) if policy == Tls::Opportunistic && !talk.lost => Ok(None),
        Err(cause) => Err(failed(cause)),
    }
}

fn secure<L: Link>(talk: &mut Talk<L>, plan: &Plan, observer: &mut dyn Observer) -> Result<TlsFacts, Cause> {
    observer.note(&Event::Status(Status::Securing, &plan.endpoint.to_string()));
    let secured = talk.link.secure(&mut Limit::new(talk.limit(Stage::Secure)));
    if let Some(facts) = talk.link.distrusted() {
        observer.note(&Event::Distrusted(facts));
    }
    let facts = talk.marked(secured)?;
    observer.note(&Event::Secured(&facts));
    Ok(facts)
}

fn judge(reply: Reply, good: impl Fn(&Reply) -> bool) -> Result<Reply, Cause> {
    match reply {
        reply if good(&reply) => Ok(reply),
        reply if reply.is_refusal() => Err(Cause::Refused(reply)),
        reply => Err(Cause::OutOfPlace(reply)),
    }
}

/// A server that refused in order gets a farewell in order.
fn farewell_after<L: Link>(talk: &mut Talk<L>, cause: &Cause, observer: &mut dyn Observer) {
    if matches!(cause, Cause::Refused(_)) && !talk.lost {
        say(talk, &["QUIT"], observer);
    }
}

/// Writes last commands in one go; whatever becomes of them changes nothing.
fn say<L: Link>(talk: &mut Talk<L>, lines: &[&str], observer: &mut dyn Observer) {
    let mut octets = Vec::new();
    for line in lines {
        observer.note(&Event::Command(line));
        octets.extend_from_slice(line.as_bytes());
        octets.extend_from_slice(b"\r\n");
    }
    let _ = talk.link.offer(&octets, FAREWELL);
}
