//! Small files kept in memory once they were read, so that they are read once: within a bound for all of them.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Octets that may be held at a time.
const ROOM: usize = 1024 * 1024;

static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// Octets in memory that count.
#[derive(Debug, Default)]
pub struct Held(Vec<u8>);

impl Held {
    /// Holds them, or nothing where there is no more room.
    pub(super) fn of(octets: Vec<u8>) -> Held {
        let held = Held(octets);
        let before = TAKEN.fetch_add(held.len(), Ordering::Relaxed);
        if before + held.len() <= ROOM { held } else { Held::default() }
    }
}

impl Deref for Held {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        TAKEN.fetch_sub(self.len(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_held_than_there_is_room_for() {
        let third = || Held::of(vec![b'x'; ROOM / 3]);
        let (first, second) = (third(), third());
        assert!(!first.is_empty() && !second.is_empty());
        let many: Vec<Held> = (0..3).map(|_| third()).collect();
        assert!(many.iter().any(|held| held.is_empty()));
        drop((first, second, many));
        assert!(!third().is_empty());
    }
}
