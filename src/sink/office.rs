//! What all sessions of a sink share: its name, its limits, its store, its tally, and the word that it is closing.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::behaviour::Behaviour;
use super::kept::Kept;
use super::listener::{Ended, Setup, SinkProblem};
use super::logon::Gate;
use super::store::Store;
use super::stream::Socket;
use super::tls::Identity;

/// The sessions that may be open at once.
const MOST_SESSIONS: usize = 512;

/// Serves all sessions.
pub(super) struct Office {
    pub(super) hostname: String,
    pub(super) max_size: Option<u64>,
    pub(super) max_recipients: Option<u32>,
    pub(super) behaviour: Behaviour,
    pub(super) store: Store,
    pub(super) heard: Box<dyn Fn(&Kept) + Send + Sync>,
    pub(super) count: Option<u64>,
    identity: Option<Identity>,
    /// TLS begins with the first octet.
    pub(super) implicit: bool,
    pub(super) gate: Gate,
    book: Mutex<Book>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Book {
    taken: u64,
    answered: u64,
    interrupted: bool,
    closing: bool,
    visitors: u64,
    sessions: HashMap<u64, Socket>,
}

impl Office {
    /// Opens with what was set up; `hostname` is fit for a greeting already.
    pub(super) fn open(
        setup: Setup,
        hostname: String,
        heard: Box<dyn Fn(&Kept) + Send + Sync>,
    ) -> Result<Self, SinkProblem> {
        let Setup { certificate, implicit, gate, max_size, max_recipients, behaviour, count, .. } = setup;
        let identity = certificate.map(|choice| Identity::open(&choice, &hostname));
        let identity = identity.transpose().map_err(SinkProblem::Certificate)?;
        let store = Store::open(setup.store, &hostname).map_err(SinkProblem::Store)?;
        let (book, changed) = (Mutex::default(), Condvar::new());
        Ok(Self {
            hostname,
            max_size,
            max_recipients,
            behaviour,
            store,
            heard,
            count,
            identity,
            implicit,
            gate,
            book,
            changed,
        })
    }

    /// Gives what a handshake needs, where TLS was set up.
    pub(super) fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Claims the right to keep one more message; false when as many as were asked for are kept or about to be.
    pub(super) fn claim(&self) -> bool {
        let mut book = self.book();
        let free = !book.closing && self.count.is_none_or(|count| book.taken < count);
        book.taken += u64::from(free);
        free
    }

    /// Gives a claim back: the message could not be kept.
    pub(super) fn disclaim(&self) {
        self.book().taken -= 1;
    }

    /// Notes that a kept message is done with, answered or hung up on as wished.
    pub(super) fn done(&self) {
        self.book().answered += 1;
        self.changed.notify_all();
    }

    /// Tells whether the sink is closing.
    pub(super) fn is_closing(&self) -> bool {
        self.book().closing
    }

    /// Waits, but not beyond the closing.
    pub(super) fn pause(&self, time: Duration) {
        let until = Instant::now() + time;
        let mut book = self.book();
        while !book.closing {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            book = self.changed.wait_timeout(book, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Lets a session in and gives it a number, if there is room for it.
    pub(super) fn enter(&self, socket: &Socket) -> Option<u64> {
        let mut book = self.book();
        if book.closing || book.sessions.len() >= MOST_SESSIONS {
            return None;
        }
        book.visitors += 1;
        let number = book.visitors;
        book.sessions.insert(number, socket.clone());
        Some(number)
    }

    /// Lets a session out.
    pub(super) fn leave(&self, number: u64) {
        self.book().sessions.remove(&number);
        self.changed.notify_all();
    }

    /// Ends [`Office::wait`].
    pub(super) fn interrupt(&self) {
        self.book().interrupted = true;
        self.changed.notify_all();
    }

    /// Waits until as many messages as were asked for are done with, or for an interruption.
    pub(super) fn wait(&self) -> Ended {
        let mut book = self.book();
        loop {
            if self.count.is_some_and(|count| book.answered >= count) {
                return Ended::Counted;
            }
            if book.interrupted {
                return Ended::Interrupted;
            }
            book = self.changed.wait(book).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Closes: sessions have `grace` to come to their end, then they are cut and have `grace` to notice.
    pub(super) fn close(&self, grace: Duration) {
        self.book().closing = true;
        self.changed.notify_all();
        let book = self.wait_for_the_last(grace);
        for socket in book.sessions.values() {
            socket.cut();
        }
        drop(book);
        drop(self.wait_for_the_last(grace));
    }

    fn wait_for_the_last(&self, grace: Duration) -> MutexGuard<'_, Book> {
        let waited = self.changed.wait_timeout_while(self.book(), grace, |book| !book.sessions.is_empty());
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
