//! What a check learns of a server, as far as it got: the report's own words, without a sentence.

use crate::net::certificate::Story;
use crate::net::connect::Peer;
use crate::smtp::capability::Capabilities;
use crate::terms::address::Address;
use crate::terms::endpoint::Endpoint;
use crate::terms::envelope::{Dsn, Sender};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::Ixp;
use crate::terms::outcome::Fate;
use crate::terms::reply::Reply;
use crate::terms::tls::{Fingerprint, TlsProblem, TlsWishes};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

/// Everything that is known when a check ends.
#[derive(Debug)]
pub struct Survey {
    pub asked: Asked,
    /// The addresses of the host (or of the proxy), in the order in which they are tried.
    pub addresses: Vec<Place>,
    /// This end of the connection.
    pub local: Option<SocketAddr>,
    pub connected: bool,
    pub greeting: Option<Greeting>,
    /// The answers to EHLO: the first, and the one under TLS where STARTTLS came between.
    pub offers: Vec<Offer>,
    pub tls: Option<Security>,
    /// The mechanism of a log-on that was begun, and whether it was accepted.
    pub login: Option<(&'static str, bool)>,
    /// The answer to MAIL.
    pub sender: Option<Reply>,
    pub recipients: Vec<(Address, Fate)>,
    pub failure: Option<Failure>,
    /// How long each stage took, in order; one may come twice.
    pub laps: Vec<(Stage, Duration)>,
    /// What the clock of this machine said at the end.
    pub now: SystemTime,
    pub elapsed: Duration,
}

/// What the check was asked to do.
#[derive(Debug)]
pub struct Asked {
    pub endpoint: Endpoint,
    pub proxy: Option<String>,
    pub tls: TlsWishes,
    /// Who logs on.
    pub user: Option<String>,
    /// None where no sender is known: then there is no envelope.
    pub sender: Option<Sender>,
    pub partial: bool,
    pub dsn: Dsn,
    /// An embedded sink in this Maildir, which a check does not touch.
    pub sink: Option<String>,
}

/// An address and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub address: SocketAddr,
    pub fate: PlaceFate,
    pub took: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceFate {
    Connected,
    /// It could not be connected to; the error in words.
    Failed(String),
    /// It had not answered when another did.
    Overtaken,
    Untried,
}

#[derive(Clone, Debug)]
pub struct Greeting {
    pub reply: Reply,
    /// The clock of this machine when it came.
    pub heard: SystemTime,
}

/// One answer to EHLO, LHLO or HELO.
#[derive(Clone, Debug)]
pub struct Offer {
    pub reply: Reply,
    pub capabilities: Capabilities,
    /// False where the server knows HELO only.
    pub extended: bool,
    pub under_tls: bool,
    /// The mechanism that a log-on without a wish of its own would take here.
    pub auto: Option<&'static str>,
}

/// The TLS of the session, or what was seen of it before it was given up.
#[derive(Clone, Debug)]
pub struct Security {
    pub version: String,
    pub cipher: String,
    pub problem: Option<TlsProblem>,
    /// It was given up for the certificate.
    pub refused: bool,
    /// The certificates that were shown, leaf first; one that cannot be read is left out.
    pub chain: Vec<Story>,
    pub fingerprint: Option<Fingerprint>,
}

/// How a session came to its TLS, or why it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// From the first byte.
    Implicit,
    StartTls,
    /// `--tls off`.
    Off,
    NotOffered,
    /// STARTTLS was offered and then refused, or failed.
    Failed,
    /// The session did not come so far.
    Unreached,
}

impl Road {
    pub fn name(self) -> &'static str {
        match self {
            Road::Implicit => "implicit",
            Road::StartTls => "starttls",
            Road::Off => "off",
            Road::NotOffered => "not-offered",
            Road::Failed => "failed",
            Road::Unreached => "unreached",
        }
    }
}

impl Survey {
    /// What a send with these recipients would end with.
    pub fn ixp(&self) -> Ixp {
        let Some(failure) = &self.failure else { return Ixp::ok() };
        let partly = self.asked.partial
            && failure.stage == Stage::Rcpt
            && matches!(failure.cause, Cause::Refused(_))
            && self.recipients.iter().any(|(_, fate)| fate.is_accepted());
        match partly {
            false => Ixp::of(failure),
            true if self.recipients.iter().any(|(_, fate)| matches!(fate, Fate::Refused(_))) => {
                Ixp::partial_permanent()
            }
            true => Ixp::partial_transient(),
        }
    }

    pub fn road(&self) -> Road {
        use crate::terms::tls::Tls;
        match (&self.tls, self.offers.last()) {
            (Some(_), _) if self.asked.endpoint.tls_first => Road::Implicit,
            (Some(_), _) => Road::StartTls,
            (None, _) if self.asked.endpoint.tls_first && self.connected => Road::Failed,
            (None, None) => Road::Unreached,
            (None, Some(_)) if self.asked.tls.when == Some(Tls::Off) => Road::Off,
            (None, Some(offer)) if !offer.capabilities.starttls => Road::NotOffered,
            (None, Some(_)) => Road::Failed,
        }
    }

    /// TLS protects the session, whoever the server is.
    pub fn is_secured(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| !tls.refused)
    }

    /// What is said does not leave this machine.
    pub fn is_near(&self) -> bool {
        use crate::terms::endpoint::Place as At;
        let unix = matches!(self.asked.endpoint.place, At::Unix(_));
        let reached = self.addresses.iter().find(|place| place.fate == PlaceFate::Connected);
        let near = reached.is_some_and(|place| Peer::Tcp(place.address).is_on_this_machine());
        unix || (near && self.asked.proxy.is_none())
    }

    /// The last answer to EHLO.
    pub fn offer(&self) -> Option<&Offer> {
        self.offers.last()
    }

    /// What holds for a message: the last answer to EHLO, but not one from before a STARTTLS that failed. What would
    /// have been offered behind that nobody knows.
    pub fn holding_offer(&self) -> Option<&Offer> {
        let failed = |failure: &Failure| matches!(failure.stage, Stage::StartTls | Stage::Secure);
        let left_behind = |offer: &&Offer| {
            !offer.under_tls && offer.capabilities.starttls && self.failure.as_ref().is_some_and(failed)
        };
        self.offer().filter(|offer| !left_behind(offer))
    }

    /// The name by which the server greets.
    pub fn server_name(&self) -> Option<&str> {
        let said = self.offer().map(|offer| &offer.reply).or(self.greeting.as_ref().map(|it| &it.reply))?;
        said.lines.first()?.split_whitespace().next()
    }
}
