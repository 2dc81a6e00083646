//! What a dialogue knows of its wire: what it waits for, what has gone out, and what went wrong.

use crate::net::wire::Wire;
use crate::terms::failure::Cause;
use rustix::event::PollFlags;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

/// A wire between its user, HTTP, and its observer, the loop.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) wire: Wire,
    /// What the last turn ended waiting for.
    pub(super) wants: PollFlags,
    /// Octets that the wire took, head and framing included.
    pub(super) taken: u64,
    /// Octets that may still go out in this turn.
    allowance: usize,
    head: Head,
    /// The other side takes nothing more; it may still be heard.
    pub(super) is_broken: bool,
    /// The first thing that went wrong.
    pub(super) problem: Option<Cause>,
    /// When octets last moved, either way.
    pub(super) moved: Instant,
    /// Something of an answer has come.
    pub(super) has_heard: bool,
}

pub(super) type Shared = Rc<RefCell<Line>>;

/// The end of the request's head, looked for in what goes out.
#[derive(Clone, Copy, Debug)]
enum Head {
    /// So many octets of CRLF CRLF were seen in a row.
    Within(usize),
    Ended(u64),
}

const END: &[u8] = b"\r\n\r\n";

/// Octets that go out, about, before the server is listened to again.
const TURN: usize = 512 * 1024;

impl Line {
    pub(super) fn new(wire: Wire) -> Shared {
        Rc::new(RefCell::new(Line {
            wire,
            wants: PollFlags::empty(),
            taken: 0,
            allowance: 0,
            head: Head::Within(0),
            is_broken: false,
            problem: None,
            moved: Instant::now(),
            has_heard: false,
        }))
    }

    /// Begins a turn. It is bounded, for a wire that takes everything at once would be written to until the body is out, and
    /// nobody would hear an answer or a signal meanwhile.
    pub(super) fn begin_turn(&mut self) {
        self.wants = PollFlags::empty();
        self.allowance = TURN;
    }

    pub(super) fn may_write(&self) -> bool {
        self.allowance > 0
    }

    /// Hears of octets that the wire took.
    pub(super) fn took(&mut self, octets: &[u8]) {
        self.allowance = self.allowance.saturating_sub(octets.len());
        if let Head::Within(mut seen) = self.head {
            for (at, &octet) in octets.iter().enumerate() {
                seen = match octet {
                    octet if octet == END[seen] => seen + 1,
                    b'\r' => 1,
                    _ => 0,
                };
                if seen == END.len() {
                    self.head = Head::Ended(self.taken + at as u64 + 1);
                    break;
                }
                self.head = Head::Within(seen);
            }
        }
        self.taken += octets.len() as u64;
        self.moved = Instant::now();
    }

    /// Octets of the body, its framing included, that the wire took.
    pub(super) fn of_body(&self) -> u64 {
        match self.head {
            Head::Within(_) => 0,
            Head::Ended(at) => self.taken - at,
        }
    }

    /// True once the head and that many octets behind it are out of our hands.
    pub(super) fn is_out(&self, body: u64) -> bool {
        matches!(self.head, Head::Ended(_)) && self.of_body() >= body && !self.wire.has_unsent()
    }
}
