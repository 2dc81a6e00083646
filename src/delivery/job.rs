//! What a run has to do: messages with their envelopes, one after the other.

use super::again::Again;
use crate::message::open::{Message, Origin};
use crate::terms::envelope::Envelope;
use crate::terms::event::Observer;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::outcome::Outcome;
use std::os::fd::BorrowedFd;
use std::time::Duration;

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
    /// One that was put off, on its next try.
    Again(Box<Again>),
}

impl Turn {
    pub fn origin(&self) -> &Origin {
        match self {
            Turn::Ready(origin, _) | Turn::Later(origin) | Turn::Flow(origin, _) => origin,
            Turn::Again(again) => &again.origin,
        }
    }
}

impl Turn {
    /// What was put off, if this was.
    pub(super) fn put_off(&self) -> Option<&Again> {
        match self {
            Turn::Again(again) => Some(again),
            _ => None,
        }
    }
}

impl Again {
    /// What there is to be said of it before its next try.
    pub(super) fn report(&self) -> Report<'_> {
        Report { origin: &self.origin, letter: Some(&self.letter), outcome: &self.outcome }
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
    /// Opens a message before its turn, if that takes no time to speak of; what is wrong with it is found again at its turn.
    fn open_ahead(&self, _: &Origin) -> Option<Letter> {
        None
    }
    /// Opens the run's stream, of which the header block is read while the session waits.
    fn open_flow(&self, _: Wait<'_>) -> Result<Letter, Failure> {
        Err(Failure::new(Stage::Input, Cause::Bug("this run has no stream".to_owned())))
    }
    /// Hears what is tried again after a wait.
    fn put_off(&self, _: &Report<'_>, _: Duration) {}
    fn report(&self, report: &Report<'_>);
}
