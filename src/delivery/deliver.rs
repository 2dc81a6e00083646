//! The road: one session for all messages of a run, or some side by side, and one outcome for each message.

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
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Where a session stands.
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

/// Sends every message in its turn, over so many sessions side by side, and reports each as soon as its outcome is known.
pub fn deliver(plan: &Plan, watch: &Arc<Watch>, turns: Vec<Turn>, jobs: usize, desk: &dyn Desk) {
    let sessions = jobs.min(turns.len());
    let queue = Mutex::new(VecDeque::from(turns));
    let lane = |number| Lane { line: Line::NotYet, plan, watch, queue: &queue, desk, ear: desk.ear(number) };
    if sessions < 2 {
        let mut alone = lane(0);
        alone.finish();
        return alone.close();
    }
    thread::scope(|scope| {
        let others: Vec<_> = (1..sessions)
            .map(|number| {
                scope.spawn(move || {
                    let mut lane = lane(number);
                    lane.help();
                    lane.close();
                })
            })
            .collect();
        let mut first = lane(0);
        first.help();
        // What the others leave over has no session any more; what the first one met stands for it.
        others.into_iter().for_each(|other| drop(other.join()));
        first.finish();
        first.close();
    });
}

/// One session and the messages that it takes from the queue.
struct Lane<'a> {
    line: Line<'a>,
    plan: &'a Plan,
    watch: &'a Arc<Watch>,
    queue: &'a Mutex<VecDeque<Turn>>,
    desk: &'a dyn Desk,
    ear: Box<dyn Observer + 'a>,
}

impl Lane<'_> {
    fn next(&self) -> Option<Turn> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Takes messages for as long as there is a session for them: others may have one when this one has not.
    fn help(&mut self) {
        raise(&mut self.line, self.plan, self.watch, &mut *self.ear);
        while matches!(self.line, Line::Up(_)) {
            let Some(turn) = self.next() else { break };
            self.take(turn);
        }
    }

    /// Takes all messages, whatever becomes of them.
    fn finish(&mut self) {
        while let Some(turn) = self.next() {
            self.take(turn);
        }
    }

    fn close(mut self) {
        if let Line::Up(session) = self.line {
            session.close(&mut *self.ear);
        }
    }

    fn take(&mut self, turn: Turn) {
        let Lane { line, plan, watch, desk, ear, .. } = self;
        let (plan, watch, observer) = (*plan, *watch, &mut **ear);
        desk.begin(turn.origin());
        let start = Instant::now();
        let (origin, opened) = match turn {
            Turn::Ready(origin, letter) => (origin, Ok(*letter)),
            Turn::Later(origin) if matches!(line, Line::Lost) || watch.check().is_err() => {
                let outcome = Outcome::not_sent(never_tried(plan), Vec::new());
                desk.report(&Report { origin: &origin, letter: None, outcome: &outcome });
                return;
            }
            Turn::Later(origin) => {
                let opened = desk.open(&origin);
                (origin, opened)
            }
            Turn::Flow(origin, size) => {
                raise(line, plan, watch, observer);
                let opened = match line {
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
                let outcome = send(line, plan, watch, &mut letter, observer);
                (Some(letter), outcome)
            }
        };
        outcome.elapsed = start.elapsed();
        desk.report(&Report { origin: &origin, letter: letter.as_ref(), outcome: &outcome });
        let taken = matches!(outcome.verdict, Verdict::Accepted(_) | Verdict::Partial(_));
        brink::reported(outcome.verdict == Verdict::Unknown, taken);
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
