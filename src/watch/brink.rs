//! Whether the end of a message has been written and its verdict is still out.
//!
//! Process-wide, because whatever ends the process there (a fault, lack of memory, the deadline) must end it as unknown.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

static BRINK: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// The end of a message is about to be written.
pub fn enter() {
    BRINK.store(true, Ordering::SeqCst);
}

/// The verdict is in, or the unknown outcome has been reported.
pub fn leave() {
    BRINK.store(false, Ordering::SeqCst);
}

pub fn is_on() -> bool {
    BRINK.load(Ordering::SeqCst)
}

/// The flag itself, for a signal handler.
pub fn flag() -> Arc<AtomicBool> {
    Arc::clone(&BRINK)
}
