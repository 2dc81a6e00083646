//! Whether the end of a message has been written and its outcome is not yet reported, and what became of those before it.
//!
//! Process-wide, because whatever ends the process (a fault, lack of memory, the deadline) must end it with the truth.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

static BRINK: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
static UNKNOWN: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
static TAKEN: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// How many sessions stand at the brink.
static SESSIONS: Mutex<usize> = Mutex::new(0);

thread_local! {
    /// The session of this thread stands there.
    static MINE: Cell<bool> = const { Cell::new(false) };
}

/// The end of a message is about to be written.
pub fn enter() {
    stand(true);
}

/// The server does not have the message after all.
pub fn leave() {
    stand(false);
}

fn stand(here: bool) {
    if MINE.replace(here) == here {
        return;
    }
    let mut sessions = SESSIONS.lock().unwrap_or_else(PoisonError::into_inner);
    *sessions = if here { *sessions + 1 } else { sessions.saturating_sub(1) };
    BRINK.store(*sessions > 0, Ordering::SeqCst);
}

/// The outcome of a message has been reported: whether the server may have it, and whether it took it for somebody.
pub fn reported(unknown: bool, taken: bool) {
    UNKNOWN.fetch_or(unknown, Ordering::SeqCst);
    TAKEN.fetch_or(taken, Ordering::SeqCst);
    leave();
}

/// True while the server may have a message of this run without a verdict that was reported.
pub fn is_on() -> bool {
    BRINK.load(Ordering::SeqCst) || UNKNOWN.load(Ordering::SeqCst)
}

/// True where the server took an earlier message of this run.
pub fn has_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// The flags behind `is_on` and the one behind `has_taken`, for a signal handler.
pub fn flags() -> ([Arc<AtomicBool>; 2], Arc<AtomicBool>) {
    ([Arc::clone(&BRINK), Arc::clone(&UNKNOWN)], Arc::clone(&TAKEN))
}
