//! What went wrong, where, and whether the server may have the message: IXPRESULT in our words.

use super::address::AddressProblem;
use super::answer::Answer;
use super::plan::Family;
use super::proxy::ProxyProblem;
use super::reply::{Garble, Reply};
use super::tls::TlsProblem;
use std::io;
use std::time::Duration;

/// Where in a message's road something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Input,
    Resolve,
    Connect,
    Secure,
    Greeting,
    Hello,
    StartTls,
    Login,
    Mail,
    Rcpt,
    Data,
    Body,
    Dot,
    Reset,
    Quit,
    /// The answer to a post.
    Post,
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Stage::Input => "input",
            Stage::Resolve => "resolve",
            Stage::Connect => "connect",
            Stage::Secure => "secure",
            Stage::Greeting => "greeting",
            Stage::Hello => "hello",
            Stage::StartTls => "starttls",
            Stage::Login => "login",
            Stage::Mail => "mail",
            Stage::Rcpt => "rcpt",
            Stage::Data => "data",
            Stage::Body => "body",
            Stage::Dot => "dot",
            Stage::Reset => "reset",
            Stage::Quit => "quit",
            Stage::Post => "post",
        }
    }

    /// What was waited for or spoken there, as a phrase in a sentence.
    pub fn phrase(self) -> &'static str {
        match self {
            Stage::Input => "reading the message",
            Stage::Resolve => "looking up the host",
            Stage::Connect => "connecting",
            Stage::Secure => "the TLS handshake",
            Stage::Greeting => "the greeting",
            Stage::Hello => "the answer to EHLO",
            Stage::StartTls => "the answer to STARTTLS",
            Stage::Login => "the log-on",
            Stage::Mail => "the answer to the sender",
            Stage::Rcpt => "the answer to the recipients",
            Stage::Data => "the answer to DATA",
            Stage::Body => "the message",
            Stage::Dot => "the verdict on the message",
            Stage::Reset => "the answer to RSET",
            Stage::Quit => "the farewell",
            Stage::Post => "the answer to the message",
        }
    }
}

/// An extension that a message or a wish needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    EightBitMime,
    BinaryMime,
    SmtpUtf8,
    Dsn,
    StartTls,
}

/// What makes a message unfit to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    Empty,
    NoHeader,
    HeaderTooLong {
        limit: u64,
    },
    Nul {
        line: u64,
        offset: u64,
    },
    LoneCr {
        line: u64,
        offset: u64,
    },
    /// Octets that are not UTF-8, where only text can travel.
    NoText {
        line: u64,
        offset: u64,
    },
    Directory,
    Device,
    Terminal,
    Changed,
}

/// The signal that ends a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal(pub i32);

impl Signal {
    pub fn name(self) -> String {
        match self.0 {
            1 => "SIGHUP".to_owned(),
            2 => "SIGINT".to_owned(),
            15 => "SIGTERM".to_owned(),
            other => format!("signal {other}"),
        }
    }
}

#[derive(Debug)]
pub enum Cause {
    /// The server answered with a refusal.
    Refused(Reply),
    /// An HTTP server answered with anything but success.
    Answered(Box<Answer>),
    /// The root of a mailbox names no place for messages.
    NoSendMessage,
    /// What came is no answer of HTTP, or none that can be read.
    NoHttp(String),
    /// A reply that makes no sense where it came.
    OutOfPlace(Reply),
    /// Octets that are no reply.
    Garbled(Garble, Vec<u8>),
    /// Octets before anything was asked.
    AheadOfCommand,
    Lacks(Feature),
    TooLarge {
        size: u64,
        limit: u64,
        ours: bool,
    },
    TimedOut(Duration),
    Deadline(Duration),
    /// The server closed the connection.
    Closed,
    ReadFailed(io::Error),
    WriteFailed(io::Error),
    NoSuchHost,
    /// The host has addresses, and none of the family that is wanted; or it is named by one of the other.
    OtherFamily {
        wanted: Family,
        is_literal: bool,
    },
    LookupFailed(String),
    NotReached(Vec<(String, io::Error)>),
    /// A reason on this machine: a socket path, a source address, no sockets left.
    Local(io::Error),
    NoSocket(io::Error),
    Unreadable(io::Error),
    /// Temporary trouble of this machine while a message is kept aside: no room, no descriptor.
    NoRoom(io::Error),
    Unfit(Unfit),
    /// A stream that ended before its declared size.
    Short {
        declared: u64,
        came: u64,
    },
    /// A stream that goes on behind its declared size.
    Long {
        declared: u64,
    },
    /// A stream that is not the one whose digest was declared.
    OtherDigest,
    NoSender,
    NoRecipients,
    BadAddress(AddressProblem),
    BadList(AddressProblem),
    /// The session was lost before the message's turn.
    NeverTried,
    Interrupted(Signal),
    Denied(io::Error),
    Tls(TlsProblem),
    /// The proxy was reached, and there is no way through it.
    Proxy(ProxyProblem),
    /// No way to log on that the server and this side have in common.
    NoMechanism(String),
    /// A password or token would have crossed a connection that others can hear.
    SecretInClear,
    /// The rounds of a log-on went wrong, on either side.
    LogOn(String),
    /// The configuration or a command that gives a password is of no use.
    Config(String),
    /// The account that is named or needed is not there, or not that of this session.
    NoAccount(String),
    /// A person was asked for a password and gave none.
    Unanswered,
    Usage(String),
    /// Something has to be given, and there are ways to give it, a line each.
    Wanting {
        what: String,
        ways: Vec<String>,
    },
    Bug(String),
}

impl Cause {
    /// The same cause once more, for another message that it stops.
    pub fn again(&self) -> Cause {
        match self {
            Cause::Refused(reply) => Cause::Refused(reply.clone()),
            Cause::Answered(answer) => Cause::Answered(answer.clone()),
            Cause::NoSendMessage => Cause::NoSendMessage,
            Cause::NoHttp(why) => Cause::NoHttp(why.clone()),
            Cause::OutOfPlace(reply) => Cause::OutOfPlace(reply.clone()),
            Cause::Garbled(garble, shown) => Cause::Garbled(*garble, shown.clone()),
            Cause::AheadOfCommand => Cause::AheadOfCommand,
            Cause::Lacks(feature) => Cause::Lacks(*feature),
            Cause::TooLarge { size, limit, ours } => {
                Cause::TooLarge { size: *size, limit: *limit, ours: *ours }
            }
            Cause::TimedOut(limit) => Cause::TimedOut(*limit),
            Cause::Deadline(whole) => Cause::Deadline(*whole),
            Cause::Closed => Cause::Closed,
            Cause::ReadFailed(error) => Cause::ReadFailed(copy(error)),
            Cause::WriteFailed(error) => Cause::WriteFailed(copy(error)),
            Cause::NoSuchHost => Cause::NoSuchHost,
            Cause::OtherFamily { wanted, is_literal } => {
                Cause::OtherFamily { wanted: *wanted, is_literal: *is_literal }
            }
            Cause::LookupFailed(why) => Cause::LookupFailed(why.clone()),
            Cause::NotReached(tried) => {
                Cause::NotReached(tried.iter().map(|(place, error)| (place.clone(), copy(error))).collect())
            }
            Cause::Local(error) => Cause::Local(copy(error)),
            Cause::NoSocket(error) => Cause::NoSocket(copy(error)),
            Cause::Unreadable(error) => Cause::Unreadable(copy(error)),
            Cause::NoRoom(error) => Cause::NoRoom(copy(error)),
            Cause::Unfit(unfit) => Cause::Unfit(unfit.clone()),
            Cause::Short { declared, came } => Cause::Short { declared: *declared, came: *came },
            Cause::Long { declared } => Cause::Long { declared: *declared },
            Cause::OtherDigest => Cause::OtherDigest,
            Cause::NoSender => Cause::NoSender,
            Cause::NoRecipients => Cause::NoRecipients,
            Cause::BadAddress(problem) => Cause::BadAddress(problem.clone()),
            Cause::BadList(problem) => Cause::BadList(problem.clone()),
            Cause::NeverTried => Cause::NeverTried,
            Cause::Interrupted(signal) => Cause::Interrupted(*signal),
            Cause::Denied(error) => Cause::Denied(copy(error)),
            Cause::Tls(problem) => Cause::Tls(problem.clone()),
            Cause::Proxy(problem) => Cause::Proxy(problem.clone()),
            Cause::NoMechanism(why) => Cause::NoMechanism(why.clone()),
            Cause::SecretInClear => Cause::SecretInClear,
            Cause::LogOn(why) => Cause::LogOn(why.clone()),
            Cause::Config(text) => Cause::Config(text.clone()),
            Cause::NoAccount(text) => Cause::NoAccount(text.clone()),
            Cause::Unanswered => Cause::Unanswered,
            Cause::Usage(text) => Cause::Usage(text.clone()),
            Cause::Wanting { what, ways } => Cause::Wanting { what: what.clone(), ways: ways.clone() },
            Cause::Bug(text) => Cause::Bug(text.clone()),
        }
    }
}

fn copy(error: &io::Error) -> io::Error {
    error
        .raw_os_error()
        .map_or_else(|| io::Error::new(error.kind(), error.to_string()), io::Error::from_raw_os_error)
}

/// One failure: where, why, at which server, and about what.
#[derive(Debug)]
pub struct Failure {
    pub stage: Stage,
    pub cause: Cause,
    /// The server's place, once there is one.
    pub server: Option<Box<str>>,
    /// The proxy, where the trouble is with it and not with the server.
    pub proxy: Option<Box<str>>,
    /// The address or the path that it is about.
    pub problem: Option<Box<str>>,
    /// The end of the message had been written: the server may have it.
    pub committed: bool,
}

impl Failure {
    pub fn new(stage: Stage, cause: Cause) -> Failure {
        Failure { stage, cause, server: None, proxy: None, problem: None, committed: false }
    }

    pub fn at(mut self, server: &str) -> Failure {
        self.server = Some(server.into());
        self
    }

    pub fn with_proxy(mut self, proxy: &str) -> Failure {
        self.proxy = Some(proxy.into());
        self
    }

    pub fn about(mut self, problem: impl Into<String>) -> Failure {
        self.problem = Some(problem.into().into());
        self
    }

    /// The same failure once more, for another message that it stops.
    pub fn again(&self) -> Failure {
        let (server, proxy, problem) = (self.server.clone(), self.proxy.clone(), self.problem.clone());
        Failure { stage: self.stage, cause: self.cause.again(), server, proxy, problem, committed: false }
    }

    pub fn committed(mut self) -> Failure {
        self.committed = true;
        self
    }

    /// The reply behind it, if it was one.
    pub fn reply(&self) -> Option<&Reply> {
        match &self.cause {
            Cause::Refused(reply) | Cause::OutOfPlace(reply) => Some(reply),
            Cause::Answered(answer) => Some(&answer.reply),
            _ => None,
        }
    }

    /// The error number of the system call behind it, if it was one.
    pub fn os_error(&self) -> Option<i32> {
        match &self.cause {
            Cause::ReadFailed(error)
            | Cause::WriteFailed(error)
            | Cause::Local(error)
            | Cause::NoSocket(error)
            | Cause::Unreadable(error)
            | Cause::NoRoom(error)
            | Cause::Denied(error) => error.raw_os_error(),
            Cause::NotReached(tried) => tried.last().and_then(|(_, error)| error.raw_os_error()),
            _ => None,
        }
    }
}
