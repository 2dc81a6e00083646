//! What an Observer hears while a message is on its road: OnStatus, OnCommand, OnResponse and the stream's progress.

use super::reply::Reply;
use super::tls::TlsFacts;

/// The phases of the original's IXPSTATUS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    FindingHost,
    Connecting,
    Securing,
    Connected,
    Disconnecting,
    Disconnected,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::FindingHost => "finding-host",
            Status::Connecting => "connecting",
            Status::Securing => "securing",
            Status::Connected => "connected",
            Status::Disconnecting => "disconnecting",
            Status::Disconnected => "disconnected",
        }
    }
}

#[derive(Debug)]
pub enum Event<'a> {
    /// A phase, and the host or address it is about.
    Status(Status, &'a str),
    /// The connection has TLS now.
    Secured(&'a TlsFacts),
    /// A command line as it goes to the wire, without its CRLF; secrets never get here.
    Command(&'a str),
    Response(&'a Reply),
    /// Octets of the message that went out.
    Stream {
        increment: u64,
        current: u64,
        total: Option<u64>,
    },
    /// The end of the message is written; the outcome is unknown until a reply.
    Committed,
    /// The verdict is in.
    Judged,
}

/// Hears events. It cannot change what happens.
pub trait Observer {
    fn note(&mut self, event: &Event<'_>);
}

/// An observer that hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deaf;

impl Observer for Deaf {
    fn note(&mut self, _: &Event<'_>) {}
}
