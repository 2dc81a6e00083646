//! What becomes of each recipient of a message, reply by reply.

use crate::terms::address::Address;
use crate::terms::envelope::Envelope;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::outcome::Fate;
use crate::terms::reply::Reply;
use std::sync::Arc;

/// What is known of the recipients while a message is on its way, and the stage that decided about them.
#[derive(Debug)]
pub(super) struct Fates {
    recipients: Arc<Vec<Address>>,
    pub(super) each: Vec<(Address, Fate)>,
    pub(super) decided_at: Stage,
}

impl Fates {
    pub(super) fn new(envelope: &Envelope) -> Fates {
        let recipients = Arc::clone(&envelope.recipients);
        Fates { recipients, each: Vec::new(), decided_at: Stage::Rcpt }
    }

    /// Gives each recipient a place, if none has one yet: there may be many, so it is done while the server has something to do.
    pub(super) fn lay_out(&mut self) {
        if self.each.is_empty() {
            self.each = self.recipients.iter().map(|address| (address.clone(), Fate::Untried)).collect();
        }
    }

    pub(super) fn accepted(&self) -> usize {
        self.each.iter().filter(|(_, fate)| fate.is_accepted()).count()
    }

    pub(super) fn all_answered(&self) -> bool {
        self.each.iter().all(|(_, fate)| *fate != Fate::Untried)
    }

    /// Gives all that were accepted so far another fate.
    pub(super) fn turn_accepted(&mut self, into: &Fate) {
        self.each
            .iter_mut()
            .filter(|(_, fate)| fate.is_accepted())
            .for_each(|(_, fate)| *fate = into.clone());
    }

    /// Gives all that were accepted, or not answered for, another fate.
    pub(super) fn turn_unanswered(&mut self, into: &Fate) {
        let open = self.each.iter_mut().filter(|(_, fate)| matches!(fate, Fate::Accepted(_) | Fate::Untried));
        open.for_each(|(_, fate)| *fate = into.clone());
    }

    /// The refusal that stands for all: one for now goes before one for good, for it never hides.
    pub(super) fn refusal(&self) -> Option<(&Address, &Reply)> {
        self.put_off().or_else(|| self.first(|fate| matches!(fate, Fate::Refused(_))))
    }

    pub(super) fn put_off(&self) -> Option<(&Address, &Reply)> {
        self.first(|fate| matches!(fate, Fate::Deferred(_)))
    }

    fn first(&self, wanted: fn(&Fate) -> bool) -> Option<(&Address, &Reply)> {
        let (address, fate) = self.each.iter().find(|(_, fate)| wanted(fate))?;
        fate.reply().map(|reply| (address, reply))
    }

    pub(super) fn refused_addresses(&self) -> String {
        let refused =
            self.each.iter().filter(|(_, fate)| matches!(fate, Fate::Deferred(_) | Fate::Refused(_)));
        refused.map(|(address, _)| address.to_string()).collect::<Vec<_>>().join(", ")
    }
}

/// What RCPT said of a recipient is no fate where the message was not handed over.
pub(super) fn fate_without_message(failure: &Failure) -> Fate {
    match &failure.cause {
        Cause::Refused(reply) if matches!(failure.stage, Stage::Data | Stage::Body) => fate_at_dot(reply),
        _ => Fate::Untried,
    }
}

/// A refusal of the whole message, or of it for one LMTP recipient: 552 is meant for good here.
pub(super) fn fate_at_dot(reply: &Reply) -> Fate {
    let reply = Arc::new(reply.clone());
    if reply.is_temporary() { Fate::Deferred(reply) } else { Fate::Refused(reply) }
}
