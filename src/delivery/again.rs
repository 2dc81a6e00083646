//! What may be tried again in the same run: what the server put off, and what no server was there for.
//!
//! Law: nothing of which an end was written, and no refused log-on; whoever has a verdict keeps it.

use super::job::Letter;
use crate::message::open::Origin;
use crate::terms::address::Address;
use crate::terms::envelope::Envelope;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::Class;
use crate::terms::outcome::{Fate, Outcome, Verdict};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often, and the first of the waits, each of which is three times the one before.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tries {
    pub more: u32,
    pub wait: Duration,
}

/// The longest wait between two tries.
const LONGEST: Duration = Duration::from_secs(15 * 60);

impl Tries {
    /// What is left of them after one more.
    pub(super) fn next(self) -> Tries {
        Tries { more: self.more.saturating_sub(1), wait: (self.wait * 3).min(LONGEST) }
    }
}

/// A message on its way once more.
#[derive(Debug)]
pub struct Again {
    pub origin: Origin,
    pub letter: Letter,
    /// What became of it so far.
    pub outcome: Outcome,
    /// All of its recipients, and the fates of those who are not tried again.
    everybody: Arc<Vec<Address>>,
    settled: Vec<(Address, Fate)>,
    pub(super) since: Instant,
}

impl Again {
    /// The message once more, if it may be; otherwise what was handed in.
    pub(super) fn of(mut road: Road, outcome: Outcome, partial: bool) -> Result<Again, Box<(Road, Outcome)>> {
        if !may_be_tried(&road.letter, &outcome) {
            return Err(Box::new((road, outcome)));
        }
        let is_settled = |(_, fate): &&(Address, Fate)| partial && matches!(fate, Fate::Refused(_));
        let now: Vec<_> = outcome.recipients.iter().filter(is_settled).cloned().collect();
        road.settled.extend(now);
        let open = road.everybody.iter().filter(|address| road.settled.iter().all(|(it, _)| it != *address));
        road.letter.envelope = Envelope::new(road.letter.envelope.sender.clone(), open.cloned());
        let Road { origin, letter, everybody, settled, since } = road;
        Ok(Again { origin, letter, outcome, everybody, settled, since })
    }

    pub(super) fn road(self) -> (Road, Outcome) {
        let Again { origin, letter, outcome, everybody, settled, since } = self;
        (Road { origin, letter, everybody, settled, since }, outcome)
    }
}

/// A message with what is known of it from earlier tries.
#[derive(Debug)]
pub(super) struct Road {
    pub(super) origin: Origin,
    pub(super) letter: Letter,
    everybody: Arc<Vec<Address>>,
    settled: Vec<(Address, Fate)>,
    pub(super) since: Instant,
}

impl Road {
    pub(super) fn new(origin: Origin, letter: Letter, since: Instant) -> Road {
        let everybody = Arc::clone(&letter.envelope.recipients);
        Road { origin, letter, everybody, settled: Vec::new(), since }
    }

    /// The outcome of the last try with the fates that were settled before it.
    pub(super) fn whole(&self, mut outcome: Outcome) -> Outcome {
        let Some((_, Fate::Refused(refusal))) = self.settled.first() else { return outcome };
        let fate = |address: &Address| {
            let known = outcome.recipients.iter().chain(&self.settled).find(|(it, _)| it == address);
            known.map_or(Fate::Untried, |(_, fate)| fate.clone())
        };
        let recipients = self.everybody.iter().map(|address| (address.clone(), fate(address))).collect();
        if let Verdict::Accepted(reply) = outcome.verdict {
            outcome.verdict = Verdict::Partial(reply);
            let refused = self.settled.iter().map(|(address, _)| address.to_string()).collect::<Vec<_>>();
            let failure =
                Failure::new(Stage::Rcpt, Cause::Refused((**refusal).clone())).about(refused.join(", "));
            outcome.failure = Some(failure);
        }
        Outcome { recipients, ..outcome }
    }
}

/// Only what is certainly not delivered, for a reason that may pass.
fn may_be_tried(letter: &Letter, outcome: &Outcome) -> bool {
    let Some(failure) = &outcome.failure else { return false };
    letter.message.is_measured()
        && outcome.is_unsent()
        && !failure.committed
        && outcome.ixp().class() == Class::Temporary
        && failure.stage != Stage::Login
        && !matches!(&failure.cause, Cause::Proxy(problem) if problem.is_about_log_on())
        && !matches!(failure.cause, Cause::Interrupted(_) | Cause::Deadline(_))
}
