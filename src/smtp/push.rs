//! Octets of a message on their way into the link: whatever the server says meanwhile is heard at once.

use super::talk::Talk;
use crate::message::octets::Stretch;
use crate::message::open::Message;
use crate::net::link::{Link, Offer};
use crate::terms::event::{Event, Observer};
use crate::terms::failure::{Cause, Failure, Feature, Stage, Unfit};
use crate::terms::reply::Reply;
use crate::watch::brink;
use std::os::fd::BorrowedFd;

/// Pushes one message.
pub(super) struct Push<'a, 'o, L> {
    pub(super) talk: &'a mut Talk<L>,
    pub(super) observer: &'o mut dyn Observer,
    /// The server keeps 8-bit octets as they are.
    eight_bit: bool,
    /// The body must be lines.
    lines: bool,
    current: u64,
    total: Option<u64>,
    /// Chunks that are still to be answered, and the first refusal of one.
    pub(super) awaited: usize,
    pub(super) refusal: Option<Reply>,
    /// Octets of the chunk under way that were announced and did not go yet.
    pub(super) owed: u64,
    /// What is written now ends the message.
    ending: bool,
    pub(super) in_chunks: bool,
}

/// Octets of a file that are handed over in one go: between two of them signals and the clock are looked at.
const FILE_AT_ONCE: u64 = 4 * 1024 * 1024;

impl<'a, 'o, L: Link> Push<'a, 'o, L> {
    pub(super) fn new(
        talk: &'a mut Talk<L>,
        message: &Message,
        eight_bit: bool,
        observer: &'o mut dyn Observer,
    ) -> Push<'a, 'o, L> {
        Push {
            talk,
            observer,
            eight_bit,
            lines: !message.is_binary(),
            current: 0,
            total: message.size(),
            awaited: 0,
            refusal: None,
            owed: 0,
            ending: false,
            in_chunks: false,
        }
    }

    pub(super) fn takes_files(&self) -> bool {
        self.talk.link.takes_files()
    }

    /// The source broke: the end of the message is never sent.
    pub(super) fn broken(&mut self, cause: Cause) -> Failure {
        self.talk.abandon();
        Failure::new(Stage::Input, cause)
    }

    /// Waits for the source, and hears a server that speaks or hangs up while the source is silent.
    pub(super) fn wait_for(&mut self, source: BorrowedFd<'_>) -> Result<(), Failure> {
        loop {
            match self.talk.link.beside(source) {
                Ok(true) => return Ok(()),
                Ok(false) => self.hear()?,
                Err(cause) => return Err(self.lost(cause)),
            }
            // Between two chunks nothing is under way but answers.
            while self.refusal.is_some() && self.awaited > 0 {
                self.answer()?;
            }
            self.refused()?;
        }
    }

    /// Finds octets that this server must not be sent.
    pub(super) fn judge(&mut self, block: &[u8]) -> Result<(), Failure> {
        if self.eight_bit || !self.lines || block.is_ascii() {
            return Ok(());
        }
        Err(self.broken(Cause::Lacks(Feature::EightBitMime)))
    }

    /// Tells of octets that went out.
    pub(super) fn went(&mut self, octets: usize) {
        let increment = octets as u64;
        self.current += increment;
        self.observer.note(&Event::Stream { increment, current: self.current, total: self.total });
    }

    /// Writes all of the two.
    pub(super) fn octets(&mut self, first: &[u8], second: &[u8]) -> Result<(), Failure> {
        let limit = self.talk.limit(Stage::Body);
        let (mut first, mut second) = (first, second);
        while !first.is_empty() || !second.is_empty() {
            let offered = match self.talk.link.has_heard() {
                Ok(true) => Ok(Offer::Heard),
                Ok(false) => self.talk.link.offer_both(first, second, limit),
                Err(cause) => Err(cause),
            };
            match offered {
                Ok(Offer::Took(count)) => {
                    let of_first = count.min(first.len());
                    first = &first[of_first..];
                    second = &second[count - of_first..];
                }
                Ok(Offer::Heard) => self.hear()?,
                Err(cause) => return Err(self.lost(cause)),
            }
        }
        Ok(())
    }

    /// Hands over a part of a file.
    pub(super) fn stretch(&mut self, stretch: &Stretch<'_>) -> Result<(), Failure> {
        let limit = self.talk.limit(Stage::Body);
        let (mut at, mut left) = (stretch.at, stretch.octets);
        while left > 0 {
            let wanted = usize::try_from(left.min(FILE_AT_ONCE)).unwrap_or(0);
            let offered = match self.talk.link.has_heard() {
                Ok(true) => Ok(Offer::Heard),
                Ok(false) => self.talk.link.offer_file(stretch.file, at, wanted, limit),
                Err(cause) => Err(cause),
            };
            match offered {
                Ok(Offer::Took(0)) => return Err(self.broken(Cause::Unfit(Unfit::Changed))),
                Ok(Offer::Took(count)) => {
                    at += count as u64;
                    left -= count as u64;
                    self.went(count);
                }
                Ok(Offer::Heard) => self.hear()?,
                Err(cause) => return Err(self.lost(cause)),
            }
        }
        Ok(())
    }

    /// Writes what ends the message, of which so many octets are the message's own. On failure it was not written.
    pub(super) fn last(&mut self, first: &[u8], second: &[u8], own: usize) -> Result<(), Failure> {
        self.ending = true;
        brink::enter();
        if let Err(failure) = self.octets(first, second) {
            brink::leave();
            return Err(failure);
        }
        self.observer.note(&Event::Committed { dot: !self.in_chunks });
        self.went(own);
        Ok(())
    }

    /// Waits for the answer to a chunk.
    pub(super) fn answer(&mut self) -> Result<(), Failure> {
        self.awaited -= 1;
        let reply = self.talk.reply(Stage::Data, self.observer);
        match reply {
            Ok(reply) if reply.is_positive() => Ok(()),
            Ok(reply) if reply.is_refusal() => {
                self.refusal.get_or_insert(reply);
                Ok(())
            }
            Ok(reply) => Err(self.lost(Cause::OutOfPlace(reply))),
            Err(cause) => Err(self.lost(cause)),
        }
    }

    /// The failure of a message of which a chunk was refused. In the middle of the next chunk there is no way back to commands.
    pub(super) fn refused(&mut self) -> Result<(), Failure> {
        let Some(reply) = self.refusal.take() else { return Ok(()) };
        if self.owed > 0 {
            self.talk.abandon();
        }
        Err(Failure::new(Stage::Body, Cause::Refused(reply)))
    }

    /// A server that talks in the middle of the body has something against it, or answers a chunk.
    fn hear(&mut self) -> Result<(), Failure> {
        let early = self.talk.reply(Stage::Body, self.observer);
        let cause = match early {
            Ok(reply) if self.awaited > 0 && reply.is_positive() => {
                self.awaited -= 1;
                return Ok(());
            }
            Ok(reply) if reply.is_refusal() && self.awaited > 0 && !self.ending => {
                self.awaited -= 1;
                self.refusal.get_or_insert(reply);
                return Ok(());
            }
            Ok(reply) if reply.is_refusal() => Cause::Refused(reply),
            Ok(reply) => Cause::OutOfPlace(reply),
            Err(cause) => cause,
        };
        Err(self.lost(cause))
    }

    /// The connection is of no more use: there is no way back to commands.
    fn lost(&mut self, cause: Cause) -> Failure {
        self.talk.abandon();
        // Behind the end a refusal of a part is no answer to the whole.
        let cause = match (self.refusal.take().filter(|_| !self.ending), cause) {
            (Some(reply), Cause::Closed | Cause::ReadFailed(_) | Cause::WriteFailed(_)) => {
                Cause::Refused(reply)
            }
            (_, cause) => cause,
        };
        Failure::new(Stage::Body, cause)
    }
}
