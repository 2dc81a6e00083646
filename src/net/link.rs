//! The seam between the dialogue and whatever carries it.

use crate::terms::failure::Cause;
use crate::terms::tls::TlsFacts;
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// What became of octets that were offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// So many of them are on their way.
    Took(usize),
    /// None: the other side said something first, or hung up. `line` tells what.
    Heard,
}

/// Channel binding data, by its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    Exporter(Vec<u8>),
    EndPoint(Vec<u8>),
}

/// A connection that carries lines one way and octets the other, with a limit on every wait.
pub trait Link {
    /// Writes what can be written now, without ever blocking while the other side talks.
    fn offer(&mut self, octets: &[u8], limit: Duration) -> Result<Offer, Cause>;

    /// Writes what can be written now of two parts, the second behind the first.
    fn offer_both(&mut self, first: &[u8], second: &[u8], limit: Duration) -> Result<Offer, Cause> {
        self.offer(if first.is_empty() { second } else { first }, limit)
    }

    /// True where parts of a file can be handed over as they lie there.
    fn takes_files(&self) -> bool {
        false
    }

    /// Writes what can be written now of a part of a file; `Took(0)` where the file has no such part.
    fn offer_file(&mut self, _: BorrowedFd<'_>, _: u64, _: usize, _: Duration) -> Result<Offer, Cause> {
        Err(Cause::Bug("this connection takes no files".to_owned()))
    }

    /// Waits, as long as it takes, until a descriptor has something (true), or the other side speaks or hangs up (false).
    fn beside(&mut self, other: BorrowedFd<'_>) -> Result<bool, Cause>;

    /// The next line without its end. Only a whole line counts; the limit is for the reply it belongs to.
    fn line(&mut self, limit: &mut Limit) -> Result<Vec<u8>, Cause>;

    /// A whole line that has come already, without waiting.
    fn line_at_hand(&mut self) -> Result<Option<Vec<u8>>, Cause>;

    /// Goes past the next line where that has come whole and is this one.
    fn skip(&mut self, _: &[u8]) -> bool {
        false
    }

    /// Waits until the other side says something or hangs up.
    fn listen(&mut self, limit: &mut Limit) -> Result<(), Cause>;

    /// True where octets came that nobody has read, or the other side hung up.
    fn has_heard(&mut self) -> Result<bool, Cause>;

    /// Turns to TLS. Nothing that was said before may still be unread: it would pass for something said under TLS.
    fn secure(&mut self, limit: &mut Limit) -> Result<TlsFacts, Cause>;

    /// What was seen of a certificate that TLS was given up for.
    fn distrusted(&self) -> Option<&TlsFacts> {
        None
    }

    /// What binds a log-on to this connection: the exporter of its TLS session, or the hash of its certificate.
    fn binding(&self) -> Option<Binding>;

    /// Says that nothing more comes, where the connection has a way to say it.
    fn finish(&mut self);

    /// Tells the other side by a reset that nothing more comes, instead of letting it read what is under way.
    fn abandon(&mut self);

    /// The name of this end for EHLO where no other is known: an address literal.
    fn literal(&self) -> String;
}

/// The longest wait for one whole reply; its clock starts with the first wait.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub whole: Duration,
    pub until: Option<std::time::Instant>,
}

impl Limit {
    pub fn new(whole: Duration) -> Limit {
        Limit { whole, until: None }
    }

    pub fn until(&mut self) -> std::time::Instant {
        *self.until.get_or_insert_with(|| std::time::Instant::now() + self.whole)
    }
}
