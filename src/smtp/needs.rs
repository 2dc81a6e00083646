//! What a message needs, against what the server offers; judged before a byte of it travels.

use super::command::Declared;
use super::session::Session;
use crate::message::open::Message;
use crate::net::link::Link;
use crate::terms::envelope::{Dsn, Envelope};
use crate::terms::event::Observer;
use crate::terms::failure::{Cause, Failure, Feature, Stage};
use crate::terms::outcome::Note;

impl<L: Link> Session<'_, L> {
    /// What MAIL may declare, and what the sender of the message should know.
    pub(super) fn declared(&self, envelope: &Envelope, message: &Message) -> (Declared, Vec<Note>) {
        let header = message.header();
        let utf8_header = header.is_eight_bit() && header.is_utf8() && self.offered.utf8;
        let mut notes = Vec::new();
        if self.lacks_dsn() && !self.plan.dsn.required {
            notes.push(Note::NoDsnSupport);
        }
        if header.is_eight_bit() && !utf8_header {
            notes.push(Note::HeaderWithoutUtf8);
        }
        if self.plan.tls.insecure && self.tls.is_some() {
            notes.push(Note::CertificateUnchecked);
        }
        if message.changes.mbox_line {
            notes.push(Note::MboxLineDropped);
        }
        let declared = Declared {
            size: message.size(),
            eight_bit: !message.is_measured() || message.facts().eight_bit,
            binary: message.is_binary() && self.takes_binary(),
            utf8: envelope.needs_utf8() || utf8_header,
        };
        (declared, notes)
    }

    pub(super) fn used(&self, declared: Declared) -> Vec<&'static str> {
        let offered = &self.offered;
        [
            (offered.pipelining, "PIPELINING"),
            (offered.size && declared.size.is_some(), "SIZE"),
            (offered.eight_bit && declared.eight_bit && !declared.binary, "8BITMIME"),
            (declared.binary, "BINARYMIME"),
            (offered.chunking && self.plan.chunking, "CHUNKING"),
            (offered.utf8 && declared.utf8, "SMTPUTF8"),
            (offered.dsn && self.plan.dsn.is_wanted(), "DSN"),
            (offered.enhanced, "ENHANCEDSTATUSCODES"),
            (self.tls.is_some() && !self.plan.endpoint.tls_first, "STARTTLS"),
        ]
        .into_iter()
        .filter_map(|(used, name)| used.then_some(name))
        .collect()
    }

    /// Compares a size with the server's limit, which may be another for who has logged on.
    pub fn judge_size(&mut self, size: u64, observer: &mut dyn Observer) -> Result<(), Failure> {
        self.ask_for_what_is_missing(self.fit_size(size).is_err(), observer)?;
        self.fit_size(size)
    }

    /// What the message, its envelope and the wishes need of the server; where that is not there, the server is asked again.
    pub(super) fn judge_needs(
        &mut self,
        envelope: &Envelope,
        message: &Message,
        observer: &mut dyn Observer,
    ) -> Result<(), Failure> {
        let missing = self.lacks_dsn() || self.fit(envelope, message).is_err();
        self.ask_for_what_is_missing(missing, observer)?;
        self.fit(envelope, message)
    }

    /// The same for sender, recipients and wishes alone.
    pub(super) fn judge_envelope_needs(
        &mut self,
        envelope: &Envelope,
        observer: &mut dyn Observer,
    ) -> Result<(), Failure> {
        let missing = self.lacks_dsn() || self.fit_envelope(envelope).is_err();
        self.ask_for_what_is_missing(missing, observer)?;
        self.fit_envelope(envelope)
    }

    fn lacks_dsn(&self) -> bool {
        self.plan.dsn.is_wanted() && !self.offered.dsn
    }

    fn fit_size(&self, size: u64) -> Result<(), Failure> {
        match self.offered.size_limit.filter(|&limit| size > limit) {
            Some(limit) => Err(self.failure(Stage::Mail, Cause::TooLarge { size, limit, ours: false })),
            None => Ok(()),
        }
    }

    fn takes_binary(&self) -> bool {
        self.offered.binary && self.offered.chunking && self.plan.chunking
    }

    /// Compares what the message needs with what is offered, before a byte of it travels.
    fn fit(&self, envelope: &Envelope, message: &Message) -> Result<(), Failure> {
        if let Some(size) = message.size() {
            self.fit_size(size)?;
        }
        if message.is_binary() && !self.takes_binary() {
            return Err(self.failure(Stage::Mail, Cause::Lacks(Feature::BinaryMime)));
        }
        if message.facts().eight_bit && !self.offered.eight_bit {
            return Err(self.failure(Stage::Mail, Cause::Lacks(Feature::EightBitMime)));
        }
        self.fit_envelope(envelope)
    }

    fn fit_envelope(&self, envelope: &Envelope) -> Result<(), Failure> {
        if envelope.needs_utf8() && !self.offered.utf8 {
            let needy = envelope.recipients.iter().find(|address| address.needs_utf8());
            let needy = needy.map_or_else(|| envelope.sender.to_string(), ToString::to_string);
            return Err(self.failure(Stage::Mail, Cause::Lacks(Feature::SmtpUtf8)).about(needy));
        }
        let Dsn { required, .. } = self.plan.dsn;
        if required && !self.offered.dsn {
            return Err(self.failure(Stage::Mail, Cause::Lacks(Feature::Dsn)));
        }
        Ok(())
    }
}
