//! The next message, opened and judged while the server judges the one before: at its turn a look remains whether it is the same.
//!
//! Nothing of it is said or sent before its turn, and it has no outcome before.

use super::again::Road;
use super::deliver::Queue;
use super::job::{Desk, Letter, Turn};
use crate::message::open::Origin;
use crate::terms::event::{Event, Observer};
use crate::terms::outcome::Outcome;
use std::sync::PoisonError;

/// What is done while the server works: the next message is opened, and the last one cleared away.
#[derive(Default)]
pub(super) struct Ahead {
    opened: Option<(Origin, Letter)>,
    spent: Option<Spent>,
}

/// A message that was reported.
pub(super) type Spent = (Road, Outcome);

impl Ahead {
    /// The message, if it was opened and opening it now would give the same.
    pub(super) fn take(&mut self, origin: &Origin) -> Option<Letter> {
        let opened = self.opened.take().filter(|(opened, _)| opened == origin);
        let letter = opened.map(|(_, letter)| letter).filter(|letter| letter.message.is_still_at(origin));
        if letter.is_none() {
            // What is opened now may need the room.
            self.spent = None;
        }
        letter
    }

    pub(super) fn spend(&mut self, spent: Spent) {
        self.spent = Some(spent);
    }

    /// What is not yet cleared away.
    pub(super) fn rest(self) -> Option<Spent> {
        self.spent
    }
}

/// Hears for another; once the end of a message is written it opens the next one.
pub(super) struct Meanwhile<'a> {
    pub(super) next: &'a mut dyn Observer,
    pub(super) ahead: &'a mut Ahead,
    pub(super) queue: &'a Queue,
    pub(super) desk: &'a dyn Desk,
}

impl Meanwhile<'_> {
    fn look(&mut self) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Turn::Later(origin)) = queue.front() else { return };
        let origin = origin.clone();
        drop(queue);
        self.ahead.spent = None;
        self.ahead.opened = self.desk.open_ahead(&origin).map(|letter| (origin, letter));
    }
}

impl Observer for Meanwhile<'_> {
    fn note(&mut self, event: &Event<'_>) {
        self.next.note(event);
        if matches!(event, Event::Committed { .. }) && self.ahead.opened.is_none() {
            self.look();
        }
    }

    fn follows_dialogue(&self) -> bool {
        self.next.follows_dialogue()
    }
}
