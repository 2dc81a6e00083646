//! A post and its further tries: only what is certainly not with the server is posted again, or what a key makes safe.
//!
//! Laws: what may be with the server is posted again only under an idempotency key, and stays unknown unless a later try is
//! accepted; a stream that was read is not posted again; no wait goes beyond the deadline.

use super::again::Tries;
use crate::httpmail::discover::discover;
use crate::httpmail::jmap::submission::submit;
use crate::httpmail::post::{Errand, Way, post};
use crate::httpmail::reply::Output;
use crate::terms::amount::in_words;
use crate::terms::event::{Event, Observer, Status};
use crate::terms::failure::{Cause, Failure};
use crate::terms::ixp::{Class, Ixp};
use crate::terms::outcome::{Outcome, Verdict};
use crate::watch::brink;
use crate::watch::wait::Watch;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The longest wait that a server may ask for, and the shortest.
const PATIENCE: Duration = Duration::from_secs(3600);
const BREATH: Duration = Duration::from_millis(100);

/// Posts until it is decided, or the tries are used up; with a key every try is the same one to the server.
pub fn deliver(
    errand: &mut Errand,
    mut tries: Tries,
    has_key: bool,
    mut output: Output<'_>,
    watch: &Arc<Watch>,
    observer: &mut dyn Observer,
) -> Outcome {
    let start = Instant::now();
    let first = (errand.resource.clone(), errand.plan.clone());
    let mut unknown = None;
    loop {
        let outcome = match errand.way.clone() {
            Way::Jmap(submission) => submit(errand, &submission, watch, observer),
            Way::Straight => post(errand, output.as_deref_mut().map(|it| it as _), watch, observer),
            Way::Discovered => match discover(errand, watch, observer) {
                Ok(()) => post(errand, output.as_deref_mut().map(|it| it as _), watch, observer),
                Err(outcome) => *outcome,
            },
        };
        let again = tries.more > 0 && may_go_again(&outcome, has_key) && errand.parcel.rewind();
        let wait = asked_for(&outcome).unwrap_or(tries.wait);
        if again && wait <= PATIENCE && watch.has_time_for(wait) {
            let is_unknown = outcome.verdict == Verdict::Unknown;
            if is_unknown {
                unknown = unknown.or(Some(outcome));
            } else {
                brink::leave();
            }
            observer.note(&Event::Status(Status::Waiting, &in_words(wait)));
            if watch.rest(wait).is_ok() {
                (errand.resource, errand.plan) = first.clone();
                tries = tries.next();
                continue;
            }
            let last = unknown.unwrap_or_else(|| stopped(watch, errand));
            return Outcome { elapsed: start.elapsed(), ..last };
        }
        // What a try left open is closed by a success alone.
        let last = match unknown {
            Some(unknown) if !matches!(outcome.verdict, Verdict::Accepted(_)) => unknown,
            _ => outcome,
        };
        return Outcome { elapsed: start.elapsed(), ..last };
    }
}

/// A run that was stopped between two tries.
fn stopped(watch: &Watch, errand: &Errand) -> Outcome {
    let cause = match watch.check() {
        Err(halt) => halt.cause(Duration::ZERO),
        Ok(()) => Cause::NeverTried,
    };
    let failure = Failure::new(crate::terms::failure::Stage::Post, cause);
    Outcome::not_sent(failure.at(&errand.resource.to_string()), Vec::new())
}

fn may_go_again(outcome: &Outcome, has_key: bool) -> bool {
    let Some(failure) = &outcome.failure else { return false };
    match &failure.cause {
        Cause::Interrupted(_) | Cause::Deadline(_) | Cause::NoRoom(_) => false,
        Cause::Proxy(problem) if problem.is_about_log_on() => false,
        _ => match Ixp::of(failure).class() {
            Class::Temporary => true,
            Class::Unknown => has_key,
            _ => false,
        },
    }
}

/// The wait that the server asks for.
fn asked_for(outcome: &Outcome) -> Option<Duration> {
    match outcome.failure.as_ref().map(|failure| &failure.cause) {
        Some(Cause::Answered(answer)) => answer.retry_after.map(|asked| asked.max(BREATH)),
        _ => None,
    }
}
