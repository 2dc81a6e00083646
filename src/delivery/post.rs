//! A post and its further tries: only what is certainly not with the server is posted again, or what a key makes safe.
//!
//! Laws: what may be with the server is posted again only under an idempotency key, and stays unknown unless a later try is
//! accepted; a stream that was read is not posted again; no wait goes beyond the deadline.

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
use crate::watch::wait::{Halt, Watch};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often, and whether the server knows a further try for one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tries {
    pub more: u32,
    /// Every try has the same idempotency key.
    pub has_key: bool,
}

/// The first and the longest wait between two tries, and the longest that a server is obeyed in.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(3600);

/// Posts until it is decided, or the tries are used up.
pub fn deliver(
    errand: &mut Errand,
    tries: Tries,
    mut output: Output<'_>,
    watch: &Arc<Watch>,
    observer: &mut dyn Observer,
) -> Outcome {
    let start = Instant::now();
    let first = (errand.resource.clone(), errand.plan.clone());
    let mut unknown = None;
    let mut tried = 0;
    loop {
        let outcome = match errand.way.clone() {
            Way::Jmap(submission) => submit(errand, &submission, watch, observer),
            Way::Straight => post(errand, output.as_deref_mut().map(|it| it as _), watch, observer),
            Way::Discovered => match discover(errand, watch, observer) {
                Ok(()) => post(errand, output.as_deref_mut().map(|it| it as _), watch, observer),
                Err(outcome) => *outcome,
            },
        };
        let again = tried < tries.more && may_go_again(&outcome, tries) && errand.parcel.rewind();
        let wait = pause(&outcome, tried);
        if again && wait <= PATIENCE && fits(wait, watch) {
            let is_unknown = outcome.verdict == Verdict::Unknown;
            if is_unknown {
                unknown = unknown.or(Some(outcome));
            } else {
                brink::leave();
            }
            observer.note(&Event::Status(Status::Waiting, &in_words(wait)));
            if let Err(Halt::Limit) = watch.wait_any(&[], Some(Instant::now() + wait)) {
                (errand.resource, errand.plan) = first.clone();
                tried += 1;
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

fn may_go_again(outcome: &Outcome, tries: Tries) -> bool {
    let Some(failure) = &outcome.failure else { return false };
    match &failure.cause {
        Cause::Interrupted(_) | Cause::Deadline(_) | Cause::NoRoom(_) => false,
        _ => match Ixp::of(failure).class() {
            Class::Temporary => true,
            Class::Unknown => tries.has_key,
            _ => false,
        },
    }
}

/// What the server asks for, else twice as long each time.
fn pause(outcome: &Outcome, tried: u32) -> Duration {
    let asked = match outcome.failure.as_ref().map(|failure| &failure.cause) {
        Some(Cause::Answered(answer)) => answer.retry_after,
        _ => None,
    };
    let own = FIRST.saturating_mul(2u32.saturating_pow(tried)).min(LONGEST);
    asked.map_or(own, |asked| asked.max(Duration::from_millis(100)))
}

fn fits(wait: Duration, watch: &Watch) -> bool {
    watch.deadline().is_none_or(|(at, _)| Instant::now() + wait < at)
}
