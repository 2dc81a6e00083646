//! A link in memory: a server plays the other end, and a journal keeps what was written, read and waited for.

use super::server::{Choices, Server};
use mailxport::message::source::BLOCK;
use mailxport::net::link::{Binding, Limit, Link, Offer};
use mailxport::terms::failure::{Cause, Signal};
use mailxport::terms::tls::TlsFacts;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::time::Duration;

/// One thing that happened on the client's side of the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Wrote(Vec<u8>),
    /// A line that the client took, without its end.
    Read(Vec<u8>),
    /// The client wanted a line, and none was at hand.
    Waited,
    Abandoned,
}

/// What a test sees of the link while the session owns it.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) entries: Vec<Entry>,
    /// Done when the client hears that it may send the message, or writes the first whole block of a chunk.
    pub(super) at_go: Option<Box<dyn FnOnce()>>,
    /// The number of entries when it was done.
    pub(super) gone_at: Option<usize>,
}

pub(super) type Journal = Rc<RefCell<Seen>>;

/// A line on its way to the client; it is not whole for so many looks.
struct Line {
    octets: Vec<u8>,
    looks: u8,
}

pub(super) struct Memory {
    journal: Journal,
    server: Server,
    /// How the link itself behaves: pieces, haste, the way a wait ends in vain.
    whims: Choices,
    unheard: Vec<u8>,
    at_hand: VecDeque<Line>,
    closed: bool,
    /// The client writes chunks.
    in_chunks: bool,
}

impl Memory {
    pub(super) fn new(server: Server, whims: Choices) -> (Memory, Journal) {
        let journal = Journal::default();
        let link = Memory {
            journal: Rc::clone(&journal),
            server,
            whims,
            unheard: Vec::new(),
            at_hand: VecDeque::new(),
            closed: false,
            in_chunks: false,
        };
        (link, journal)
    }

    fn note(&self, entry: Entry) {
        self.journal.borrow_mut().entries.push(entry);
    }

    /// The server hears what was written and answers; the first time it greets.
    fn turn(&mut self) {
        if self.closed {
            return;
        }
        let unheard = std::mem::take(&mut self.unheard);
        let (lines, closed) = self.server.hear(&unheard);
        self.arrive(lines, closed);
    }

    fn arrive(&mut self, lines: Vec<Vec<u8>>, closed: bool) {
        for octets in lines {
            let looks = self.whims.below(8).saturating_sub(5);
            self.at_hand.push_back(Line { octets, looks });
        }
        self.closed |= closed;
    }

    /// Sometimes the server is faster than the client.
    fn perhaps_turn(&mut self) {
        if self.whims.below(3) == 2 {
            self.turn();
        }
    }

    fn has_something(&self) -> bool {
        self.closed || !self.at_hand.is_empty()
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        let line = self.at_hand.pop_front()?.octets;
        self.note(Entry::Read(line.clone()));
        if line.starts_with(b"354") && !self.in_chunks {
            self.go();
        }
        Some(line)
    }

    fn go(&self) {
        let deed = self.journal.borrow_mut().at_go.take();
        if let Some(deed) = deed {
            deed();
            let mut seen = self.journal.borrow_mut();
            seen.gone_at = Some(seen.entries.len());
        }
    }

    fn in_vain(&mut self, limit: Duration) -> Cause {
        match self.whims.below(4) {
            0 => Cause::TimedOut(limit),
            1 => Cause::Deadline(limit),
            2 => Cause::Interrupted(Signal(15)),
            _ => Cause::ReadFailed(std::io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Link for Memory {
    fn secure(&mut self, _: &mut Limit) -> Result<TlsFacts, Cause> {
        panic!("nothing here asks for TLS")
    }

    fn binding(&self) -> Option<Binding> {
        None
    }

    fn finish(&mut self) {}

    fn offer(&mut self, octets: &[u8], _: Duration) -> Result<Offer, Cause> {
        self.perhaps_turn();
        self.in_chunks |= memchr::memmem::find(octets, b"BDAT ").is_some();
        if octets.len() == BLOCK {
            self.go();
        }
        if self.has_something() && self.whims.below(2) == 1 {
            return Ok(Offer::Heard);
        }
        if self.whims.below(50) == 49 {
            return Err(Cause::WriteFailed(std::io::ErrorKind::TimedOut.into()));
        }
        let count = match self.whims.below(4) {
            0 | 1 => octets.len(),
            2 => octets.len().div_ceil(2),
            _ => octets.len().min(1 + usize::from(self.whims.below(9))),
        };
        self.unheard.extend_from_slice(&octets[..count]);
        self.note(Entry::Wrote(octets[..count].to_vec()));
        Ok(Offer::Took(count))
    }

    fn beside(&mut self, _: BorrowedFd<'_>) -> Result<bool, Cause> {
        panic!("nothing here waits for a source")
    }

    fn line(&mut self, limit: &mut Limit) -> Result<Vec<u8>, Cause> {
        if !self.has_something() {
            self.note(Entry::Waited);
            self.turn();
        }
        match self.take() {
            Some(line) => Ok(line),
            None if self.closed => Err(Cause::Closed),
            None => Err(self.in_vain(limit.whole)),
        }
    }

    fn line_at_hand(&mut self) -> Result<Option<Vec<u8>>, Cause> {
        match self.at_hand.front_mut() {
            Some(line) if line.looks > 0 => {
                line.looks -= 1;
                Ok(None)
            }
            None if self.closed => Err(Cause::Closed),
            _ => Ok(self.take()),
        }
    }

    fn listen(&mut self, limit: &mut Limit) -> Result<(), Cause> {
        if !self.has_something() {
            self.note(Entry::Waited);
            self.turn();
        }
        match self.has_something() {
            true => Ok(()),
            false => Err(self.in_vain(limit.whole)),
        }
    }

    fn has_heard(&mut self) -> Result<bool, Cause> {
        self.perhaps_turn();
        Ok(self.has_something())
    }

    fn abandon(&mut self) {
        self.note(Entry::Abandoned);
    }

    fn literal(&self) -> String {
        "[127.0.0.1]".to_owned()
    }
}
