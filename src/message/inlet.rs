//! A stream that is read once, perhaps of a declared size.
//!
//! Law: it is never read beyond its declared size by more than the octet that proves it too long, and one that ends early or
//! goes on is a cause.

use super::source::BLOCK;
use crate::terms::failure::Cause;
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Where octets come in.
#[derive(Debug)]
pub(super) struct Inlet {
    input: OwnedFd,
    declared: Option<u64>,
    came: u64,
    ended: bool,
}

impl Inlet {
    pub(super) fn new(input: OwnedFd, declared: Option<u64>) -> Inlet {
        // A pipe that takes more at once is a faster one; one that cannot is a pipe all the same.
        let _ = rustix::pipe::fcntl_setpipe_size(&input, 8 * BLOCK);
        Inlet { input, declared, came: 0, ended: false }
    }

    pub(super) fn declared(&self) -> Option<u64> {
        self.declared
    }

    /// Octets that came so far.
    pub(super) fn came(&self) -> u64 {
        self.came
    }

    /// True once its end has been seen.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// True where only the end may come.
    pub(super) fn is_full(&self) -> bool {
        Some(self.came) == self.declared
    }

    /// True where something, or the end, can be read without waiting.
    pub(super) fn is_ready(&self) -> bool {
        let mut fds = [PollFd::new(&self.input, PollFlags::IN)];
        !matches!(poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })), Ok(0))
    }

    /// How many octets may be asked for where there is so much room.
    pub(super) fn wanted(&self, room: usize) -> usize {
        let left = self.declared.map_or(u64::MAX, |declared| (declared - self.came).saturating_add(1));
        usize::try_from(left).unwrap_or(room).min(room)
    }

    /// Reads what is there, and returns how many octets it was; nothing, where it has ended or was disturbed.
    pub(super) fn read(&mut self, into: &mut [u8]) -> Result<usize, Cause> {
        let wanted = self.wanted(into.len());
        self.judge(rustix::io::read(&self.input, &mut into[..wanted]))
    }

    /// The same behind what a buffer holds.
    pub(super) fn append(&mut self, into: &mut Vec<u8>, room: usize) -> Result<usize, Cause> {
        let wanted = self.wanted(room);
        let from = into.len();
        into.reserve_exact(wanted);
        let read = if into.capacity() - from == wanted {
            rustix::io::read(&self.input, spare_capacity(into))
        } else {
            into.resize(from + wanted, 0);
            let read = rustix::io::read(&self.input, &mut into[from..]);
            into.truncate(from + read.unwrap_or(0));
            read
        };
        self.judge(read)
    }

    fn judge(&mut self, read: Result<usize, Errno>) -> Result<usize, Cause> {
        let count = match read {
            Err(Errno::INTR | Errno::AGAIN) => return Ok(0),
            Err(error) => return Err(Cause::Unreadable(error.into())),
            Ok(count) => count,
        };
        self.came += count as u64;
        match (count, self.declared) {
            (_, Some(declared)) if self.came > declared => Err(Cause::Long { declared }),
            (0, Some(declared)) if self.came < declared => Err(Cause::Short { declared, came: self.came }),
            (0, _) => {
                self.ended = true;
                Ok(0)
            }
            _ => Ok(count),
        }
    }
}

impl AsFd for Inlet {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.input.as_fd()
    }
}
