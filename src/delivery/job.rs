//! What a run has to do: messages with their envelopes, one after the other.

use crate::message::open::{Message, Origin};
use crate::terms::envelope::Envelope;
use crate::terms::event::Observer;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::outcome::Outcome;
use std::os::fd::BorrowedFd;

/// A message ready to be sent.
#[derive(Debug)]
pub struct Letter {
    pub envelope: Envelope,
    pub message: Message,
}

/// A message whose turn is to come: opened already, or to be opened and judged then.
#[derive(Debug)]
pub enum Turn {
    Ready(Origin, Box<Letter>),
    Later(Origin),
    /// A stream of so many octets, which is not touched before there is a server that takes so many.
    Flow(Origin, u64),
}

impl Turn {
    pub fn origin(&self) -> &Origin {
        match self {
            Turn::Ready(origin, _) | Turn::Later(origin) | Turn::Flow(origin, _) => origin,
        }
    }
}

/// What a report about one message is made of.
#[derive(Debug)]
pub struct Report<'a> {
    pub origin: &'a Origin,
    /// None where the message could not be opened.
    pub letter: Option<&'a Letter>,
    pub outcome: &'a Outcome,
}

/// Waits until a descriptor has something; fails where the session is lost meanwhile.
pub type Wait<'a> = &'a mut dyn FnMut(BorrowedFd<'_>) -> Result<(), Failure>;

/// What the road needs of the house above it: opening a message at its turn, and hearing what became of it.
pub trait Desk: Sync {
    /// Who hears what happens in a session; they are numbered from 0.
    fn ear(&self, session: usize) -> Box<dyn Observer + '_>;
    /// Hears whose turn it is in the session of this thread; the report about it is its next one.
    fn begin(&self, _: &Origin) {}
    fn open(&self, origin: &Origin) -> Result<Letter, Failure>;
    /// Opens the run's stream, of which the header block is read while the session waits.
    fn open_flow(&self, _: Wait<'_>) -> Result<Letter, Failure> {
        Err(Failure::new(Stage::Input, Cause::Bug("this run has no stream".to_owned())))
    }
    fn report(&self, report: &Report<'_>);
}
