//! An envelope that no message follows: MAIL and RCPT, whose replies tell what a message would meet. The session takes it
//! back by RSET when it ends.
//!
//! Law: never DATA, never BDAT.

use super::command::{Command, Declared};
use super::fates::Fates;
use super::flight::{Landed, in_step, pipelined};
use super::session::{Session, Standing};
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
        let asked = self.fit_envelope(envelope);
        let asked = asked.and_then(|()| self.ask_envelope(envelope, &mut sender, &mut fates, observer));
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
        let commands = self.commands(envelope, declared).map_err(|cause| self.failure(Stage::Mail, cause))?;
        if self.standing != Standing::Clean {
            self.reset(observer)?;
        }
        let landed = if self.offered.pipelining {
            pipelined(&mut self.talk, &commands, &[], observer)
        } else {
            let is_rcpt = |command: &Command| command.stage == Stage::Rcpt;
            in_step(&mut self.talk, &commands, observer, |command, reply| {
                reply.is_positive() || (is_rcpt(command) && reply.is_refusal())
            })
        };
        // A refused sender starts no transaction that would have to be taken back.
        let began = landed.replies.first().is_none_or(Reply::is_positive);
        self.standing = if began { Standing::Open } else { Standing::Done };
        let Landed { replies, cut, .. } = landed.with_its_reason();
        let mut replies = replies.into_iter();
        let mail = replies.next();
        *sender = mail.clone();
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
