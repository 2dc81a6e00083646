//! The places a sink listens on: TCP ports and unix sockets.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags};

use super::behaviour::BehaviourProblem;
use super::stream::Socket;
use crate::terms::printable::path_name;

/// Names a place to listen on, and once bound the place that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listen {
    /// A TCP port; 0 takes a free one.
    Tcp(SocketAddr),
    /// A unix socket.
    Unix(PathBuf),
}

impl Listen {
    /// Tells whether nobody beyond this machine can reach it.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().to_canonical().is_loopback(),
            Self::Unix(_) => true,
        }
    }
}

impl FromStr for Listen {
    type Err = BehaviourProblem;

    fn from_str(text: &str) -> Result<Self, BehaviourProblem> {
        if let Some(path) = text.strip_prefix("unix:").filter(|path| !path.is_empty()) {
            return Ok(Self::Unix(path.into()));
        }
        let numeric = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
        let numeric = numeric.as_deref().unwrap_or(text);
        numeric.parse().map(Self::Tcp).map_err(|_| {
            BehaviourProblem::new(format!(
                "`{text}` is no place to listen: 127.0.0.1:0, [::1]:2525 or unix:/path"
            ))
        })
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(out),
            Self::Unix(path) => write!(out, "unix:{}", path_name(path)),
        }
    }
}

/// Listens at one place.
pub(super) struct Door {
    place: Listen,
    listener: Listener,
}

enum Listener {
    Tcp(TcpListener),
    /// With the device and inode of the socket's path, so that only our own is removed.
    Unix(UnixListener, (u64, u64)),
}

impl Door {
    /// Binds, or tells which place cannot be had and why.
    pub(super) fn open(place: &Listen) -> Result<Self, (Listen, io::Error)> {
        let opened = match place {
            Listen::Tcp(address) => open_tcp(*address),
            Listen::Unix(path) => open_unix(path),
        };
        opened.map_err(|trouble| (place.clone(), trouble))
    }

    /// Tells the place that was taken.
    pub(super) fn place(&self) -> &Listen {
        &self.place
    }

    /// Accepts a client that waits, with the address it comes from.
    pub(super) fn accept(&self) -> io::Result<(Socket, String)> {
        match &self.listener {
            Listener::Tcp(listener) => {
                let (socket, peer) = listener.accept()?;
                socket.set_nonblocking(false)?;
                socket.set_nodelay(true)?;
                Ok((Socket::Tcp(Arc::new(socket)), peer.to_string()))
            }
            Listener::Unix(listener, _) => {
                let (socket, _) = listener.accept()?;
                socket.set_nonblocking(false)?;
                Ok((Socket::Unix(Arc::new(socket)), "unix".into()))
            }
        }
    }

    /// Gives what tells that a client waits.
    pub(super) fn poll_fd(&self) -> PollFd<'_> {
        match &self.listener {
            Listener::Tcp(listener) => PollFd::new(listener, PollFlags::IN),
            Listener::Unix(listener, _) => PollFd::new(listener, PollFlags::IN),
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let (Listen::Unix(path), Listener::Unix(_, identity)) = (&self.place, &self.listener)
            && identity_of(path).is_ok_and(|found| found == *identity)
        {
            // Somebody else may have been quicker.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn open_tcp(address: SocketAddr) -> io::Result<Door> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(Door { place: Listen::Tcp(listener.local_addr()?), listener: Listener::Tcp(listener) })
}

/// Binds a unix socket; one that was left behind and that nobody listens on any more is replaced.
fn open_unix(path: &Path) -> io::Result<Door> {
    let listener = match UnixListener::bind(path) {
        Err(trouble) if trouble.kind() == ErrorKind::AddrInUse && is_left_behind(path) => {
            std::fs::remove_file(path)?;
            UnixListener::bind(path)?
        }
        bound => bound?,
    };
    listener.set_nonblocking(true)?;
    let listener = Listener::Unix(listener, identity_of(path)?);
    Ok(Door { place: Listen::Unix(path.into()), listener })
}

fn is_left_behind(path: &Path) -> bool {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    is_socket
        && UnixStream::connect(path).is_err_and(|trouble| trouble.kind() == ErrorKind::ConnectionRefused)
}

fn identity_of(path: &Path) -> io::Result<(u64, u64)> {
    std::fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use super::Listen;

    #[test]
    fn places_to_listen_are_read() {
        for text in ["127.0.0.1:0", "[::1]:2525", "0.0.0.0:25", "unix:/tmp/x", "unix:rel"] {
            assert_eq!(text.parse::<Listen>().unwrap().to_string(), text);
        }
        assert_eq!("localhost:25".parse::<Listen>().unwrap().to_string(), "127.0.0.1:25");
        for text in ["", "25", "127.0.0.1", "::1:25x", "unix:", "mail.example:25", "127.0.0.1:65536"] {
            assert!(text.parse::<Listen>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_loopback_and_unix_sockets_are_local() {
        let rows = [
            ("127.0.0.1:0", true),
            ("127.9.9.9:0", true),
            ("[::1]:0", true),
            ("[::ffff:127.0.0.1]:0", true),
            ("unix:/x", true),
            ("0.0.0.0:0", false),
            ("[::]:0", false),
            ("192.0.2.1:25", false),
        ];
        for (text, local) in rows {
            assert_eq!(text.parse::<Listen>().unwrap().is_local(), local, "{text}");
        }
    }
}
