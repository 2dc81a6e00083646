//! One message: its envelope, the message itself, the verdict.
//!
//! Law: accepted only with a 2yz to the end of the message; after that end everything but a refusal is unknown.

use super::body;
use super::capability::Capabilities;
use super::chunk::{self, Allowed};
use super::fates::{Fates, fate_without_message};
use super::session::Session;
use super::way::Way;
use crate::message::open::Message;
use crate::net::link::Link;
use crate::terms::endpoint::Protocol;
use crate::terms::envelope::Envelope;
use crate::terms::event::Observer;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::outcome::Outcome;
use std::time::Instant;

/// Recipients with whom a message may go along to a server that does not say how many it takes. On a longer list one that takes
/// fewer may hang up, and then what went along is as good as unknown.
const ALONG: usize = 1000;

impl<L: Link> Session<'_, L> {
    /// Sends one message. Whatever is known of each recipient survives a failure.
    pub fn submit(
        &mut self,
        envelope: &Envelope,
        message: &mut Message,
        observer: &mut dyn Observer,
    ) -> Outcome {
        let start = Instant::now();
        let mut fates = Fates::new(envelope);
        let judged = self.judge_needs(envelope, message, observer);
        let (declared, notes) = self.declared(envelope, message);
        let ended = judged.and_then(|()| self.way(envelope, message)).and_then(|way| {
            let heard = self.envelope(envelope, declared, &way, &mut fates, observer)?;
            if heard.is_none() {
                self.content(message, &way, observer)?;
            }
            self.verdict(heard, &way, &mut fates, observer)
        });
        fates.lay_out();
        let mut outcome = match ended {
            Ok(verdict) => self.judged(verdict, fates),
            Err(failure) => {
                if !failure.committed {
                    fates.turn_accepted(&fate_without_message(&failure));
                }
                let failure = self.put_off_rather(failure, &fates);
                Outcome::not_sent(failure, fates.each)
            }
        };
        outcome.notes = notes;
        outcome.extensions = self.used(declared);
        outcome.tls = self.tls.clone();
        outcome.elapsed = start.elapsed();
        outcome
    }

    /// A refusal for good does not hide that a recipient was only put off: the same again may reach that one.
    fn put_off_rather(&self, failure: Failure, fates: &Fates) -> Failure {
        match (&failure.cause, fates.put_off()) {
            (Cause::Refused(reply), Some((address, put_off)))
                if reply.is_permanent() && failure.stage != Stage::Rcpt =>
            {
                Failure {
                    committed: failure.committed,
                    ..self.failure(Stage::Rcpt, Cause::Refused(put_off.clone())).about(address.to_string())
                }
            }
            _ => failure,
        }
    }

    /// How the message is to travel.
    fn way(&self, envelope: &Envelope, message: &mut Message) -> Result<Way, Failure> {
        if !(self.offered.chunking && self.plan.chunking) {
            return Ok(Way::Data);
        }
        let along = self.offered.pipelining
            && self.may_ride(envelope)
            && self.plan.endpoint.protocol == Protocol::Smtp;
        let most = self.offered.most_recipients.unwrap_or(0).max(ALONG);
        if along && envelope.recipients.len() <= most && chunk::is_small(message) {
            return chunk::whole(message).map(|octets| Way::Along { octets });
        }
        Ok(Way::Chunks)
    }

    /// What starts the message travels with the recipients only where one refusal cannot deliver to the others.
    pub(super) fn may_ride(&self, envelope: &Envelope) -> bool {
        envelope.recipients.len() == 1 || self.plan.partial
    }

    fn content(
        &mut self,
        message: &mut Message,
        way: &Way,
        observer: &mut dyn Observer,
    ) -> Result<(), Failure> {
        let Capabilities { eight_bit, pipelining, .. } = self.offered;
        let sent = match way {
            Way::Data => body::send(&mut self.talk, message, eight_bit, observer),
            _ => chunk::send(&mut self.talk, message, Allowed { eight_bit, pipelining }, observer),
        };
        sent.map_err(|failure| failure.at(&self.server))
    }
}
