//! What carries the octets of a session: a TCP connection, a unix socket, or anything else that reads and writes.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

/// Reads and writes with a limit on each wait.
pub(super) trait Stream: Read + Write {
    /// Sets the longest wait for one read or one write.
    fn wait_at_most(&self, limit: Duration) -> io::Result<()>;

    /// Says that nothing more will be written.
    fn end(&mut self) -> io::Result<()>;
}

/// Holds one accepted connection; clones share it, so that the listener can cut it.
#[derive(Debug, Clone)]
pub(super) enum Socket {
    Tcp(Arc<TcpStream>),
    Unix(Arc<UnixStream>),
}

impl Socket {
    /// Cuts the connection both ways, whoever is waiting on it.
    pub(super) fn cut(&self) {
        // A peer that has gone already is what was wanted.
        let _ = match self {
            Self::Tcp(socket) => socket.shutdown(Shutdown::Both),
            Self::Unix(socket) => socket.shutdown(Shutdown::Both),
        };
    }
}

impl Read for Socket {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.as_ref().read(block),
            Self::Unix(socket) => socket.as_ref().read(block),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.as_ref().write(octets),
            Self::Unix(socket) => socket.as_ref().write(octets),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for Socket {
    fn wait_at_most(&self, limit: Duration) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => {
                socket.set_read_timeout(Some(limit))?;
                socket.set_write_timeout(Some(limit))
            }
            Self::Unix(socket) => {
                socket.set_read_timeout(Some(limit))?;
                socket.set_write_timeout(Some(limit))
            }
        }
    }

    fn end(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.shutdown(Shutdown::Write),
            Self::Unix(socket) => socket.shutdown(Shutdown::Write),
        }
    }
}
