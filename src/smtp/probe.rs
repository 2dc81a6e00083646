//! An envelope that no message follows: MAIL and RCPT, whose replies tell what a message would meet. The session takes it
//! back by RSET when it ends.
//!
//! Law: never DATA, never BDAT.

use super::command::Declared;
use super::envelope::Load;
use super::fates::Fates;
use super::flight::Landed;
use super::session::Session;
use crate::net::link::Link;
use crate::terms::address::Address;
use crate::terms::envelope::Envelope;
use crate::terms::event::Observer;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::outcome::Fate;
use crate::terms::reply::Reply;

/// What the server said to an envelope.
#[derive(Debug)]
pub struct Probe {
    /// The answer to MAIL.
    pub sender: Option<Reply>,
    pub recipients: Vec<(Address, Fate)>,
    /// What would keep a message from all recipients, or with `partial` from some.
    pub failure: Option<Failure>,
}

impl<L: Link> Session<'_, L> {
    /// Asks for the sender and, if it is taken, every recipient.
    pub fn probe(&mut self, envelope: &Envelope, observer: &mut dyn Observer) -> Probe {
        let mut fates = Fates::new(envelope);
        let mut sender = None;
        let asked = self.judge_envelope_needs(envelope, observer);
        let asked = asked.and_then(|()| self.ask_envelope(envelope, &mut sender, &mut fates, observer));
        fates.lay_out();
        Probe { sender, recipients: fates.each, failure: asked.err() }
    }

    fn ask_envelope(
        &mut self,
        envelope: &Envelope,
        sender: &mut Option<Reply>,
        fates: &mut Fates,
        observer: &mut dyn Observer,
    ) -> Result<(), Failure> {
        let declared = Declared { utf8: envelope.needs_utf8(), ..Declared::default() };
        let landed = self.announce(envelope, declared, Load::default(), true, fates, observer)?;
        let Landed { replies, cut, .. } = landed.with_its_reason();
        let mut replies = replies.into_iter();
        let mail = replies.next();
        *sender = mail.as_deref().cloned();
        self.judge_sender(mail, envelope, &cut)?;
        self.judge_recipients(&mut replies, fates, false)?;
        let none_is_left = fates.accepted() == 0 && fates.all_answered();
        let decides = !self.plan.partial || none_is_left || cut.is_none();
        if let Some((_, reply)) = fates.refusal().filter(|_| decides) {
            let failure = self.failure(Stage::Rcpt, Cause::Refused(reply.clone()));
            return Err(failure.about(fates.refused_addresses()));
        }
        cut.map_or(Ok(()), |cause| Err(self.failure(Stage::Rcpt, cause)))
    }
}
