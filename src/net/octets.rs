//! A wire as a stream of octets that never waits, for a dialogue that has a loop of its own.

use super::wire::Wire;
use crate::terms::failure::Cause;
use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendFlags, sendmsg};
use std::io::IoSlice;
use std::os::fd::{AsFd, BorrowedFd};

/// What became of an attempt that does not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Now<T> {
    Done(T),
    /// The descriptor has to be ready first.
    NotYet,
    /// The other side takes nothing more; it may have said why.
    Broken,
}

impl Wire {
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Octets that came, as many as there is room for; none at the end.
    pub fn read_now(&mut self, room: usize) -> Result<Now<&[u8]>, Cause> {
        if self.inbox.is_empty() {
            if self.tcp {
                // A peer whose small segments wait for an acknowledgement gets it at once.
                let _ = rustix::net::sockopt::set_tcp_quickack(&self.socket, true);
            }
            if !self.fill()? {
                return Ok(Now::NotYet);
            }
        }
        Ok(Now::Done(self.inbox.take(room)))
    }

    /// Takes what can be written now of several parts. Under TLS it is sealed and may still have to be flushed.
    pub fn write_now(&mut self, parts: &[IoSlice<'_>]) -> Result<Now<usize>, Cause> {
        if self.tls.is_some() {
            return self.seal_now(parts);
        }
        loop {
            let mut none = SendAncillaryBuffer::default();
            match sendmsg(&self.socket, parts, &mut none, SendFlags::NOSIGNAL) {
                Ok(count) => return Ok(Now::Done(count)),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(Now::NotYet),
                Err(Errno::PIPE | Errno::CONNRESET | Errno::CONNABORTED) => return Ok(Now::Broken),
                Err(error) => return Err(Cause::WriteFailed(error.into())),
            }
        }
    }

    fn seal_now(&mut self, parts: &[IoSlice<'_>]) -> Result<Now<usize>, Cause> {
        match self.flush_now()? {
            Now::Done(()) => {}
            Now::NotYet => return Ok(Now::NotYet),
            Now::Broken => return Ok(Now::Broken),
        }
        let Some(tls) = &mut self.tls else { return Ok(Now::Done(0)) };
        let mut sealed = 0;
        for part in parts.iter().filter(|part| !part.is_empty()) {
            let count = tls.seal(part)?;
            sealed += count;
            if count < part.len() {
                break;
            }
        }
        // What does not go out now goes out with the next flush.
        if self.flush_now()? == Now::Broken {
            return Ok(Now::Broken);
        }
        Ok(Now::Done(sealed))
    }

    /// Writes what is sealed; done once nothing is left of it.
    pub fn flush_now(&mut self) -> Result<Now<()>, Cause> {
        while let Some(tls) = self.tls.as_mut().filter(|tls| tls.wants_write()) {
            match tls.write_to(&self.socket) {
                Ok(()) | Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(Now::NotYet),
                Err(Errno::PIPE | Errno::CONNRESET | Errno::CONNABORTED) => return Ok(Now::Broken),
                Err(error) => return Err(Cause::WriteFailed(error.into())),
            }
        }
        Ok(Now::Done(()))
    }

    /// True while something is sealed that has not gone out whole: nobody can open a part of a record.
    pub fn has_unsent(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.wants_write())
    }
}
