//! The road: one session for all messages of a run, or some side by side, and one outcome for each message.

use super::again::{Again, Road, Tries};
use super::ahead::{Ahead, Meanwhile, Spent};
use super::job::{Desk, Letter, Report, Turn};
use super::parts::in_parts;
use super::rules;
use crate::message::open::{Message, Origin};
use crate::net::connect::connect;
use crate::net::tls::Securing;
use crate::net::wire::Wire;
use crate::smtp::session::Session;
use crate::terms::envelope::Envelope;
use crate::terms::event::{Event, Observer};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::outcome::{Fate, Outcome, Verdict};
use crate::terms::plan::Plan;
use crate::terms::tls::TlsFacts;
use crate::watch::brink;
use crate::watch::wait::{Halt, Watch};
use std::collections::VecDeque;
use std::mem::ManuallyDrop;
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
pub fn deliver(
    plan: &Plan,
    watch: &Arc<Watch>,
    mut turns: Vec<Turn>,
    jobs: usize,
    mut tries: Tries,
    desk: &dyn Desk,
) {
    loop {
        let put_by = Mutex::default();
        let last = once(plan, watch, turns, jobs, (tries.more > 0).then_some(&put_by), desk);
        turns = put_by.into_inner().unwrap_or_else(PoisonError::into_inner);
        if turns.is_empty() {
            // The process ends: many recipients need not be given back one by one.
            let _ = ManuallyDrop::new(last);
            return;
        }
        drop(last);
        turns.iter().filter_map(Turn::put_off).for_each(|again| desk.put_off(&again.report(), tries.wait));
        let rested = watch.rest(tries.wait);
        tries = tries.next();
        if let Err(halt) = rested {
            return turns.into_iter().for_each(|turn| give_up(turn, plan, &halt, desk));
        }
    }
}

/// There is no time for another try: what the last one came to stands, but for a signal.
fn give_up(turn: Turn, plan: &Plan, halt: &Halt, desk: &dyn Desk) {
    let (origin, known) = match turn {
        Turn::Again(again) => {
            let (road, outcome) = again.road();
            let whole = road.whole(outcome);
            (road.origin, Some((road.letter, whole)))
        }
        Turn::Ready(origin, _) | Turn::Later(origin) | Turn::Flow(origin, _) => (origin, None),
    };
    let (letter, mut outcome) = match known {
        Some((letter, outcome)) => (Some(letter), outcome),
        None => (None, Outcome::not_sent(never_tried(plan), Vec::new())),
    };
    if let Halt::Signal(signal) = halt {
        let failure = Failure::new(Stage::Connect, Cause::Interrupted(*signal));
        outcome.failure = Some(failure.at(&plan.endpoint.to_string()));
        outcome.verdict = Verdict::NotSent;
    }
    desk.begin(&origin);
    desk.report(&Report { origin: &origin, letter: letter.as_ref(), outcome: &outcome });
}

/// Turns that are put by for another try.
type PutBy = Mutex<Vec<Turn>>;

/// Turns that are still to come.
pub(super) type Queue = Mutex<VecDeque<Turn>>;

/// One try for every message. Gives back the last one of a lone session.
fn once(
    plan: &Plan,
    watch: &Arc<Watch>,
    turns: Vec<Turn>,
    jobs: usize,
    put_by: Option<&PutBy>,
    desk: &dyn Desk,
) -> Option<Spent> {
    let sessions = jobs.min(turns.len());
    let queue = Mutex::new(VecDeque::from(turns));
    let lane = |number| {
        let ear = desk.ear(number);
        Lane { line: Line::NotYet, plan, watch, queue: &queue, put_by, desk, ear, ahead: None }
    };
    if sessions < 2 {
        // Beside others the next message is whose session is free first.
        let mut alone = Lane { ahead: Some(Ahead::default()), ..lane(0) };
        alone.finish();
        return alone.close();
    }
    thread::scope(|scope| {
        let others: Vec<_> = (1..sessions)
            .map(|number| {
                scope.spawn(move || {
                    let mut lane = lane(number);
                    lane.help();
                    drop(lane.close());
                })
            })
            .collect();
        let mut first = lane(0);
        first.help();
        // What the others leave over has no session any more; what the first one met stands for it.
        others.into_iter().for_each(|other| drop(other.join()));
        first.finish();
        first.close()
    })
}

/// One session and the messages that it takes from the queue.
struct Lane<'a> {
    line: Line<'a>,
    plan: &'a Plan,
    watch: &'a Arc<Watch>,
    queue: &'a Queue,
    put_by: Option<&'a PutBy>,
    desk: &'a dyn Desk,
    ear: Box<dyn Observer + 'a>,
    ahead: Option<Ahead>,
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

    fn close(mut self) -> Option<Spent> {
        if let Line::Up(session) = self.line {
            session.close(&mut *self.ear);
        }
        self.ahead.and_then(Ahead::rest)
    }

    fn take(&mut self, turn: Turn) {
        self.desk.begin(turn.origin());
        let start = Instant::now();
        let opened = match turn {
            Turn::Ready(origin, letter) => Ok(Road::new(origin, *letter, start)),
            Turn::Again(again) => Ok(again.road().0),
            Turn::Later(origin) if matches!(self.line, Line::Lost) || self.watch.check().is_err() => {
                match self.put_by.filter(|_| self.watch.check().is_ok()) {
                    Some(put_by) => return put(put_by, Turn::Later(origin)),
                    None => Err((origin, never_tried(self.plan))),
                }
            }
            Turn::Later(origin) => match self.open(&origin) {
                Ok(letter) => Ok(Road::new(origin, letter, start)),
                Err(failure) => Err((origin, failure)),
            },
            Turn::Flow(origin, size) => match self.open_flow(size) {
                Ok(letter) => Ok(Road::new(origin, letter, start)),
                Err(failure) => Err((origin, failure)),
            },
        };
        match opened {
            Ok(road) => self.go(road),
            Err((origin, failure)) => {
                let outcome = Outcome::not_sent(failure, Vec::new());
                let outcome = Outcome { tls: self.line.tls(), elapsed: start.elapsed(), ..outcome };
                self.report(&origin, None, &outcome);
            }
        }
    }

    fn open(&mut self, origin: &Origin) -> Result<Letter, Failure> {
        let ahead = self.ahead.as_mut().and_then(|ahead| ahead.take(origin));
        ahead.map_or_else(|| self.desk.open(origin), Ok)
    }

    fn open_flow(&mut self, size: u64) -> Result<Letter, Failure> {
        let Lane { line, plan, watch, desk, ear, .. } = self;
        let observer = &mut **ear;
        raise(line, plan, watch, observer);
        match line {
            Line::Up(session) => session
                .judge_size(size, observer)
                .and_then(|()| desk.open_flow(&mut |source| session.wait_for(source, observer))),
            Line::Never(failure, _) => Err(failure.again()),
            Line::NotYet | Line::Lost => Err(never_tried(plan)),
        }
    }

    /// One try of a message that is open.
    fn go(&mut self, mut road: Road) {
        let Lane { line, plan, watch, desk, queue, ear, .. } = self;
        let next = &mut **ear;
        let outcome = match &mut self.ahead {
            None => send(line, plan, watch, &mut road.letter, next),
            Some(ahead) => {
                let mut meanwhile = Meanwhile { next, ahead, queue, desk: *desk };
                send(line, plan, watch, &mut road.letter, &mut meanwhile)
            }
        };
        let (road, outcome) = match self.put_by {
            None => (road, outcome),
            Some(put_by) => match Again::of(road, outcome, self.plan.partial) {
                Ok(again) => return put(put_by, Turn::Again(Box::new(again))),
                Err(last) => *last,
            },
        };
        let outcome = Outcome { elapsed: road.since.elapsed(), ..road.whole(outcome) };
        self.report(&road.origin, Some(&road.letter), &outcome);
        if let Some(ahead) = &mut self.ahead {
            ahead.spend((road, outcome));
        }
    }

    fn report(&self, origin: &Origin, letter: Option<&Letter>, outcome: &Outcome) {
        self.desk.report(&Report { origin, letter, outcome });
        let taken = matches!(outcome.verdict, Verdict::Accepted(_) | Verdict::Partial(_));
        brink::reported(outcome.verdict == Verdict::Unknown, taken);
    }
}

fn put(put_by: &PutBy, turn: Turn) {
    put_by.lock().unwrap_or_else(PoisonError::into_inner).push(turn);
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

    fn follows_dialogue(&self) -> bool {
        self.next.follows_dialogue()
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
            let announced = session.offered().most_recipients;
            if let Err(halt) = watch.check() {
                let failure = Failure::new(Stage::Mail, halt.cause(Duration::ZERO));
                let outcome = untried(failure.at(&plan.endpoint.to_string()), &letter.envelope);
                *line = Line::Lost;
                return outcome;
            }
            in_parts(plan, letter, announced, &mut |envelope, message, anew| {
                if anew && matches!(line, Line::Lost) {
                    *line = Line::NotYet;
                    raise(line, plan, watch, observer);
                }
                transaction(line, plan, envelope, message, observer)
            })
        }
        _ => untried_by(line, plan, &letter.envelope),
    }
}

fn transaction(
    line: &mut Line<'_>,
    plan: &Plan,
    envelope: &Envelope,
    message: &mut Message,
    observer: &mut dyn Observer,
) -> Outcome {
    let Line::Up(session) = line else { return untried_by(line, plan, envelope) };
    let outcome = session.submit(envelope, message, observer);
    if !session.is_usable() {
        *line = Line::Lost;
    }
    outcome
}

fn untried_by(line: &Line<'_>, plan: &Plan, envelope: &Envelope) -> Outcome {
    match line {
        Line::Never(failure, tls) => Outcome { tls: tls.clone(), ..untried(failure.again(), envelope) },
        Line::Up(_) | Line::NotYet | Line::Lost => untried(never_tried(plan), envelope),
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

fn untried(failure: Failure, envelope: &Envelope) -> Outcome {
    let recipients = envelope.recipients.iter().map(|address| (address.clone(), Fate::Untried)).collect();
    Outcome::not_sent(failure, recipients)
}
