//! What the server says to the end of a message: once, or in LMTP (RFC 2033) for each recipient.

use super::fates::{Fates, fate_at_dot};
use super::session::{Session, Standing};
use super::way::Way;
use crate::net::link::Link;
use crate::terms::endpoint::Protocol;
use crate::terms::event::{Event, Observer};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::outcome::{Fate, Outcome, Verdict};
use crate::terms::reply::Reply;
use crate::watch::brink;
use std::sync::Arc;
use std::time::Duration;

impl<L: Link> Session<'_, L> {
    /// Waits for what the server says to the end of the message: once, or in LMTP for each recipient.
    pub(super) fn verdict(
        &mut self,
        heard: Option<Reply>,
        way: &Way,
        fates: &mut Fates,
        observer: &mut dyn Observer,
    ) -> Result<Reply, Failure> {
        self.standing = Standing::Done;
        let outcome = match self.plan.endpoint.protocol {
            Protocol::Smtp => {
                let reply = heard.map_or_else(|| self.talk.reply(Stage::Dot, observer), Ok);
                let outcome = self.one_verdict(reply);
                fates.turn_accepted(&match &outcome {
                    Ok(reply) => Fate::Accepted(Arc::new(reply.clone())),
                    Err(Failure { cause: Cause::Refused(reply), .. }) => fate_at_dot(reply),
                    Err(_) => Fate::Unknown,
                });
                outcome
            }
            Protocol::Lmtp => self.verdict_each(fates, observer),
        };
        // What the server has, or may have, leaves the brink only when it has been reported.
        let refused = matches!(outcome, Err(Failure { cause: Cause::Refused(_), .. }));
        if refused {
            brink::leave();
            // Behind a refused chunk nothing but RSET is defined (RFC 3030 section 2).
            if !matches!(way, Way::Data) {
                self.standing = Standing::Open;
            }
        }
        if refused || outcome.is_ok() {
            observer.note(&Event::Judged);
        }
        outcome
    }

    fn one_verdict(&mut self, reply: Result<Reply, Cause>) -> Result<Reply, Failure> {
        let reply = reply.map_err(|cause| self.failure(Stage::Dot, cause).committed())?;
        match reply {
            reply if reply.is_positive() => Ok(reply),
            reply if reply.is_refusal() => Err(self.failure(Stage::Dot, Cause::Refused(reply)).committed()),
            reply => {
                self.talk.lost = true;
                Err(self.failure(Stage::Dot, Cause::OutOfPlace(reply)).committed())
            }
        }
    }

    /// LMTP (RFC 2033 section 4.2): one reply for each recipient that RCPT accepted, in their order.
    fn verdict_each(&mut self, fates: &mut Fates, observer: &mut dyn Observer) -> Result<Reply, Failure> {
        let awaited: Vec<usize> = fates
            .each
            .iter()
            .enumerate()
            .filter(|(_, (_, fate))| fate.is_accepted())
            .map(|(at, _)| at)
            .collect();
        awaited.iter().for_each(|&at| fates.each[at].1 = Fate::Unknown);
        let (mut good, mut bad) = (None, None);
        for &at in &awaited {
            let reply = self.talk.reply(Stage::Dot, observer);
            match self.one_verdict(reply) {
                Ok(reply) => {
                    fates.each[at].1 = Fate::Accepted(Arc::new(reply.clone()));
                    good = Some(reply);
                }
                Err(Failure { cause: Cause::Refused(reply), .. }) => {
                    fates.each[at].1 = fate_at_dot(&reply);
                    fates.decided_at = Stage::Dot;
                    if bad.as_ref().is_none_or(|bad: &Reply| bad.is_permanent() && reply.is_temporary()) {
                        bad = Some(reply);
                    }
                }
                Err(failure) => return Err(failure),
            }
        }
        match (good, bad) {
            (Some(reply), _) => Ok(reply),
            (None, Some(reply)) => {
                let failure = self.failure(Stage::Dot, Cause::Refused(reply)).committed();
                Err(failure.about(fates.refused_addresses()))
            }
            (None, None) => Err(self.failure(Stage::Dot, Cause::Closed).committed()),
        }
    }

    /// The outcome of a message that the server took for some recipient at least.
    pub(super) fn judged(&self, reply: Reply, fates: Fates) -> Outcome {
        let whole = fates.accepted() == fates.each.len();
        let failure = fates.refusal().map(|(_, refusal)| {
            let failure = self.failure(fates.decided_at, Cause::Refused(refusal.clone()));
            failure.about(fates.refused_addresses())
        });
        Outcome {
            verdict: if whole { Verdict::Accepted(reply) } else { Verdict::Partial(reply) },
            recipients: fates.each,
            failure,
            notes: Vec::new(),
            extensions: Vec::new(),
            tls: None,
            answer: None,
            elapsed: Duration::ZERO,
        }
    }
}
