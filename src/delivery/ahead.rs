//! The next message, opened and judged while the server judges the one before: at its turn a look remains whether it is the same.
//!
//! Nothing of it is said or sent before its turn, and it has no outcome before.

use super::deliver::Queue;
use super::job::{Desk, Letter, Turn};
use crate::message::open::Origin;
use crate::terms::event::{Event, Observer};
use std::sync::PoisonError;

/// What was opened ahead.
#[derive(Default)]
pub(super) struct Ahead(Option<(Origin, Letter)>);

impl Ahead {
    /// The message, if it was opened and opening it now would give the same.
    pub(super) fn take(&mut self, origin: &Origin) -> Option<Letter> {
        let (_, letter) = self.0.take().filter(|(opened, _)| opened == origin)?;
        letter.message.is_as_opened().then_some(letter)
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
        self.ahead.0 = self.desk.open_ahead(&origin).map(|letter| (origin, letter));
    }
}

impl Observer for Meanwhile<'_> {
    fn note(&mut self, event: &Event<'_>) {
        self.next.note(event);
        if matches!(event, Event::Committed { .. }) && self.ahead.0.is_none() {
            self.look();
        }
    }
}
