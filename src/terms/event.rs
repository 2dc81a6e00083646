//! What an Observer hears while a message is on its road: OnStatus, OnCommand, OnResponse and the stream's progress.

use super::reply::Reply;
use super::tls::TlsFacts;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// The phases of the original's IXPSTATUS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    FindingHost,
    Connecting,
    Securing,
    Connected,
    Disconnecting,
    Disconnected,
    /// Before a further try.
    Waiting,
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
            Status::Waiting => "waiting",
        }
    }
}

/// How an attempt at an address ended.
#[derive(Debug)]
pub enum Attempt<'a> {
    Connected,
    Failed(&'a io::Error),
    /// It was still waited for when another address had answered.
    Overtaken,
}

#[derive(Debug)]
pub enum Event<'a> {
    /// A phase, and the host or address it is about.
    Status(Status, &'a str),
    /// The addresses of the host, in the order in which they are tried.
    Found(&'a [SocketAddr]),
    /// An attempt at one of them ended, after so long.
    Tried(SocketAddr, Attempt<'a>, Duration),
    /// There is a connection, from this address here where it has one.
    Local(Option<SocketAddr>),
    /// The connection has TLS now.
    Secured(&'a TlsFacts),
    /// TLS was given up for the certificate that was shown.
    Distrusted(&'a TlsFacts),
    Greeted(&'a Reply),
    /// What the server says it can do; without extensions it answered HELO only.
    Offered {
        reply: &'a Reply,
        extended: bool,
    },
    /// A log-on begins by this mechanism.
    LogOn(&'static str),
    LoggedOn,
    /// A command line as it goes to the wire, without its CRLF; secrets never get here.
    Command(&'a str),
    Response(&'a Reply),
    /// Octets of the message that went out.
    Stream {
        increment: u64,
        current: u64,
        total: Option<u64>,
    },
    /// The end of the message is written, with a dot or as the last octet of a chunk; the outcome is unknown until a reply.
    Committed {
        dot: bool,
    },
    /// The verdict is in.
    Judged,
}

/// Hears events. It cannot change what happens.
pub trait Observer {
    fn note(&mut self, event: &Event<'_>);

    /// False where nobody wants the commands and responses of a flight: they need not be told then.
    fn follows_dialogue(&self) -> bool {
        true
    }
}

/// An observer that hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deaf;

impl Observer for Deaf {
    fn note(&mut self, _: &Event<'_>) {}

    fn follows_dialogue(&self) -> bool {
        false
    }
}
