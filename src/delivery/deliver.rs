//! The road: one session for all messages of a run, one outcome for each of them.

use super::job::{Desk, Letter, Report, Turn};
use super::rules;
use crate::net::connect::connect;
use crate::net::tls::Securing;
use crate::net::wire::Wire;
use crate::smtp::session::Session;
use crate::terms::event::{Event, Observer};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::outcome::{Fate, Outcome, Verdict};
use crate::terms::plan::Plan;
use crate::terms::tls::TlsFacts;
use crate::watch::brink;
use crate::watch::wait::Watch;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Where the one session of a run stands.
enum Line<'a> {
    NotYet,
    Up(Box<Session<'a, Wire>>),
    /// It could not be had: what stopped the first message stops the others. It may have got as far as TLS.
    Never(Failure, Option<Arc<TlsFacts>>),
    /// It was lost: who had no turn will get none.
    Lost,
}

impl Line<'_> {
    /// What is known of the TLS that was got.
    fn tls(&self) -> Option<Arc<TlsFacts>> {
        match self {
            Line::Up(session) => session.tls(),
            Line::Never(_, tls) => tls.clone(),
            Line::NotYet | Line::Lost => None,
        }
    }
}

/// Sends every message in its turn and reports each as soon as its outcome is known.
pub fn deliver(
    plan: &Plan,
    watch: &Arc<Watch>,
    turns: Vec<Turn>,
    desk: &mut dyn Desk,
    observer: &mut dyn Observer,
) {
    let mut line = Line::NotYet;
    for turn in turns {
        desk.begin(turn.origin());
        let start = Instant::now();
        let (origin, opened) = match turn {
            Turn::Ready(origin, letter) => (origin, Ok(*letter)),
            Turn::Later(origin) if matches!(line, Line::Lost) || watch.check().is_err() => {
                let outcome = Outcome::not_sent(never_tried(plan), Vec::new());
                desk.report(&Report { origin: &origin, letter: None, outcome: &outcome });
                continue;
            }
            Turn::Later(origin) => {
                let opened = desk.open(&origin);
                (origin, opened)
            }
            Turn::Flow(origin, size) => {
                raise(&mut line, plan, watch, observer);
                let opened = match &mut line {
                    Line::Up(session) => session
                        .judge_size(size)
                        .and_then(|()| desk.open_flow(&mut |source| session.wait_for(source, observer))),
                    Line::Never(failure, _) => Err(failure.again()),
                    Line::NotYet | Line::Lost => Err(never_tried(plan)),
                };
                (origin, opened)
            }
        };
        let (letter, mut outcome) = match opened {
            Err(failure) => (None, Outcome { tls: line.tls(), ..Outcome::not_sent(failure, Vec::new()) }),
            Ok(mut letter) => {
                let outcome = send(&mut line, plan, watch, &mut letter, observer);
                (Some(letter), outcome)
            }
        };
        outcome.elapsed = start.elapsed();
        desk.report(&Report { origin: &origin, letter: letter.as_ref(), outcome: &outcome });
        let taken = matches!(outcome.verdict, Verdict::Accepted(_) | Verdict::Partial(_));
        brink::reported(outcome.verdict == Verdict::Unknown, taken);
    }
    if let Line::Up(session) = line {
        session.close(observer);
    }
}

/// Remembers what was got of TLS, for a session that fails has no word about it.
struct Listener<'a> {
    next: &'a mut dyn Observer,
    tls: Option<TlsFacts>,
}

impl Observer for Listener<'_> {
    fn note(&mut self, event: &Event<'_>) {
        if let Event::Secured(facts) = event {
            self.tls = Some((*facts).clone());
        }
        self.next.note(event);
    }
}

/// Sees to it that the session was tried for.
fn raise<'a>(line: &mut Line<'a>, plan: &'a Plan, watch: &Arc<Watch>, observer: &mut dyn Observer) {
    if matches!(line, Line::NotYet) {
        let mut listener = Listener { next: observer, tls: None };
        *line = match open(plan, watch, &mut listener) {
            Ok(session) => Line::Up(Box::new(session)),
            Err(failure) => Line::Never(failure, listener.tls.map(Arc::new)),
        };
    }
}

fn send<'a>(
    line: &mut Line<'a>,
    plan: &'a Plan,
    watch: &Arc<Watch>,
    letter: &mut Letter,
    observer: &mut dyn Observer,
) -> Outcome {
    raise(line, plan, watch, observer);
    match line {
        Line::Up(session) => {
            let halted = watch.check().map_err(|halt| halt.cause(Duration::ZERO));
            let outcome = match halted {
                Ok(()) => session.submit(&letter.envelope, &mut letter.message, observer),
                Err(cause) => {
                    let failure = Failure::new(Stage::Mail, cause).at(&plan.endpoint.to_string());
                    let outcome = untried(failure, letter);
                    *line = Line::Lost;
                    return outcome;
                }
            };
            if !session.is_usable() {
                *line = Line::Lost;
            }
            outcome
        }
        Line::Never(failure, tls) => Outcome { tls: tls.clone(), ..untried(failure.again(), letter) },
        Line::NotYet | Line::Lost => untried(never_tried(plan), letter),
    }
}

/// Connects, turns to TLS and logs on, as the plan has it.
pub(super) fn open<'a>(
    plan: &'a Plan,
    watch: &Arc<Watch>,
    observer: &mut dyn Observer,
) -> Result<Session<'a, Wire>, Failure> {
    let (wire, peer) = connect(plan, watch, observer)?;
    let terms = rules::terms(plan, &peer);
    let wire = wire.secured_by(Securing::new(&plan.tls, plan.endpoint.host(), terms.policy));
    Session::open(wire, plan, terms, observer)
}

fn never_tried(plan: &Plan) -> Failure {
    Failure::new(Stage::Mail, Cause::NeverTried).at(&plan.endpoint.to_string())
}

fn untried(failure: Failure, letter: &Letter) -> Outcome {
    let recipients =
        letter.envelope.recipients.iter().map(|address| (address.clone(), Fate::Untried)).collect();
    Outcome::not_sent(failure, recipients)
}
