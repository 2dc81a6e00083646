//! Octets that may hold a secret: a buffer that never moves, never grows, and is wiped.

use crate::terms::secret::Secret;
use rustix::io::Errno;
use std::io;
use std::os::fd::BorrowedFd;
use zeroize::Zeroizing;

/// No more than this is read of anything that gives a secret.
pub(super) const LONGEST: usize = 64 * 1024;

/// What a read brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    Some,
    NotYet,
    End,
}

/// What was read so far.
pub(in crate::config) struct Octets {
    buffer: Zeroizing<Vec<u8>>,
    filled: usize,
}

impl Octets {
    pub(super) fn new() -> Octets {
        Octets { buffer: Zeroizing::new(vec![0; LONGEST]), filled: 0 }
    }

    /// Reads once, straight into its place.
    pub(super) fn read(&mut self, fd: BorrowedFd<'_>) -> io::Result<Came> {
        match rustix::io::read(fd, &mut self.buffer[self.filled..]) {
            Ok(0) => Ok(Came::End),
            Ok(count) => {
                self.filled += count;
                Ok(Came::Some)
            }
            Err(Errno::INTR | Errno::AGAIN) => Ok(Came::NotYet),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn are_full(&self) -> bool {
        self.filled == LONGEST
    }

    pub(super) fn have_a_line(&self) -> bool {
        memchr::memchr(b'\n', self.all()).is_some()
    }

    pub(in crate::config) fn all(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    pub(super) fn into_secret(mut self) -> Secret {
        self.buffer.truncate(self.filled);
        Secret::first_line(std::mem::take(&mut *self.buffer))
    }
}
