//! The real pipe: a non-blocking socket, read and written under the watch.

use super::link::{Binding, Limit, Link, Offer};
use super::tls::{Secured, Securing};
use crate::terms::failure::Cause;
use crate::terms::find;
use crate::terms::reply::{Garble, LONGEST_LINE};
use crate::terms::tls::{TlsFacts, TlsProblem};
use crate::watch::wait::Watch;
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendFlags, sendmsg};
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A connected socket with what has been read ahead of the dialogue.
#[derive(Debug)]
pub struct Wire {
    pub(super) socket: OwnedFd,
    watch: Arc<Watch>,
    pub(super) tcp: bool,
    local: Option<SocketAddr>,
    pub(super) inbox: Inbox,
    securing: Option<Securing>,
    pub(super) tls: Option<Box<Secured>>,
    distrusted: Option<Box<TlsFacts>>,
    /// Octets that TLS has sealed, but that nobody was told of: they are offered once more.
    sealed: usize,
    /// Room for what is still to be opened.
    block: Vec<u8>,
    /// Something was said and nothing was heard since: an answer will not be there yet.
    spoke: bool,
}

/// Octets that came and were not yet asked for.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    octets: Vec<u8>,
    /// Octets before this one were handed out; no line end stands before `seen`.
    start: usize,
    seen: usize,
    pub(super) ended: bool,
}

impl Inbox {
    /// Hands out what came, as much as there is room for.
    pub(super) fn take(&mut self, room: usize) -> &[u8] {
        let from = self.start;
        self.start = self.octets.len().min(from + room);
        self.seen = self.seen.max(self.start);
        &self.octets[from..self.start]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start == self.octets.len()
    }

    fn line(&mut self) -> Result<Option<Vec<u8>>, Cause> {
        let unseen = &self.octets[self.seen..];
        let Some(at) = find::memchr(b'\n', unseen) else {
            self.seen = self.octets.len();
            if self.octets.len() - self.start > LONGEST_LINE + 2 {
                let shown = self.octets[self.start..self.start + 80].to_vec();
                return Err(Cause::Garbled(Garble::LineTooLong, shown));
            }
            return Ok(None);
        };
        let end = self.seen + at;
        let line = &self.octets[self.start..end];
        let Some(line) = line.strip_suffix(b"\r").map(<[u8]>::to_vec) else {
            let shown = line.get(..80).unwrap_or(line).to_vec();
            return Err(Cause::Garbled(Garble::BareLf, shown));
        };
        self.go_to(end + 1);
        Ok(Some(line))
    }

    /// Goes past a line that is the next one, if it is.
    fn skip(&mut self, line: &[u8]) -> bool {
        let rest = self.octets[self.start..].strip_prefix(line);
        let is_next = rest.is_some_and(|rest| rest.starts_with(b"\r\n"));
        if is_next {
            self.go_to(self.start + line.len() + 2);
        }
        is_next
    }

    /// Everything before this was handed out.
    fn go_to(&mut self, at: usize) {
        (self.start, self.seen) = (at, at);
        if self.start == self.octets.len() {
            self.octets.clear();
            (self.start, self.seen) = (0, 0);
        }
    }

    /// Makes room by dropping what was handed out.
    fn compact(&mut self) {
        if self.start > 0 {
            self.octets.drain(..self.start);
            self.seen -= self.start;
            self.start = 0;
        }
    }
}

const READ_AT_ONCE: usize = 16 * 1024;
/// Less room than this is not worth a read.
const LEAST_ROOM: usize = 4 * 1024;
const READS_IN_ONE_GO: usize = 64;
/// Reads that a server which hung up still gets.
const LAST_WORDS: usize = 8;

impl Wire {
    /// Takes over a connected socket.
    pub fn new(socket: OwnedFd, tcp: bool, local: Option<SocketAddr>, watch: Arc<Watch>) -> io::Result<Wire> {
        rustix::io::ioctl_fionbio(&socket, true)?;
        if tcp {
            rustix::net::sockopt::set_tcp_nodelay(&socket, true)?;
        }
        let inbox = Inbox::default();
        Ok(Wire {
            socket,
            watch,
            tcp,
            local,
            inbox,
            securing: None,
            tls: None,
            distrusted: None,
            sealed: 0,
            block: Vec::new(),
            spoke: false,
        })
    }

    /// Says how TLS is to be begun when the dialogue asks for it.
    pub fn secured_by(mut self, securing: Securing) -> Wire {
        self.securing = Some(securing);
        self
    }

    /// Reads what is there, without waiting; true where something came or the end was seen.
    pub(super) fn fill(&mut self) -> Result<bool, Cause> {
        if self.inbox.ended {
            return Ok(true);
        }
        self.inbox.compact();
        // Records that carry nothing for the dialogue must not keep it from looking at the clock.
        for _ in 0..READS_IN_ONE_GO {
            let room = if self.tls.is_none() { &mut self.inbox.octets } else { &mut self.block };
            if room.capacity() - room.len() < LEAST_ROOM {
                room.reserve(READ_AT_ONCE);
            }
            match rustix::io::read(&self.socket, spare_capacity(room)) {
                Ok(0) => {
                    self.inbox.ended = true;
                    return Ok(true);
                }
                Ok(_) => {
                    let Some(tls) = &mut self.tls else { return Ok(true) };
                    let opened = tls.open(&self.block, &mut self.inbox.octets);
                    self.block.clear();
                    self.inbox.ended = opened?;
                    if self.inbox.ended || !self.inbox.is_empty() {
                        return Ok(true);
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(false),
                Err(Errno::CONNRESET | Errno::CONNABORTED | Errno::PIPE) => {
                    self.inbox.ended = true;
                    return Ok(true);
                }
                Err(error) => return Err(Cause::ReadFailed(error.into())),
            }
        }
        Ok(false)
    }

    /// Asks without the lock of the socket, which the octets on their way contend for.
    fn has_something(&self) -> bool {
        let mut socket = [PollFd::new(&self.socket, PollFlags::IN)];
        !matches!(poll(&mut socket, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })), Ok(0))
    }

    /// What the server said before it hung up is worth more than the broken pipe.
    fn last_words(&mut self) -> Result<(), Cause> {
        for _ in 0..LAST_WORDS {
            if self.inbox.ended || !self.fill()? {
                break;
            }
        }
        self.inbox.ended = true;
        Ok(())
    }

    /// Seals a piece and writes it to its end, unless the server says something meanwhile: then the piece waits, sealed, for
    /// the same octets to be offered again.
    fn offer_tls(&mut self, octets: &[u8], limit: Duration) -> Result<Offer, Cause> {
        let until = Instant::now() + limit;
        while let Some(tls) = &mut self.tls {
            if self.sealed == 0 {
                self.sealed = tls.seal(octets)?;
            }
            if !tls.wants_write() {
                break;
            }
            match tls.write_to(&self.socket) {
                Ok(()) | Err(Errno::INTR) => {}
                Err(Errno::AGAIN) if self.heard_before_room(until, limit)? => return Ok(Offer::Heard),
                Err(Errno::AGAIN) => {}
                Err(Errno::PIPE | Errno::CONNRESET | Errno::CONNABORTED) => {
                    self.last_words()?;
                    return Ok(Offer::Heard);
                }
                Err(error) => return Err(Cause::WriteFailed(error.into())),
            }
        }
        Ok(Offer::Took(std::mem::take(&mut self.sealed)))
    }

    /// Writes by a call of the system, unless the server says something before there is room.
    fn offer_by(
        &mut self,
        limit: Duration,
        mut write: impl FnMut(&OwnedFd) -> Result<usize, Errno>,
    ) -> Result<Offer, Cause> {
        self.watch.check().map_err(|halt| halt.cause(limit))?;
        let until = Instant::now() + limit;
        loop {
            match write(&self.socket) {
                Ok(count) => return Ok(Offer::Took(count)),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) if self.heard_before_room(until, limit)? => return Ok(Offer::Heard),
                Err(Errno::AGAIN) => {}
                Err(Errno::PIPE | Errno::CONNRESET | Errno::CONNABORTED) => {
                    self.last_words()?;
                    return Ok(Offer::Heard);
                }
                Err(error) => return Err(Cause::WriteFailed(error.into())),
            }
        }
    }

    /// Waits for room to write; true where the server said something or hung up before there was any.
    fn heard_before_room(&mut self, until: Instant, limit: Duration) -> Result<bool, Cause> {
        let ready = self.wait(PollFlags::IN | PollFlags::OUT, until, limit)?;
        Ok(ready.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR) && self.fill()?)
    }

    /// Reads and writes until the handshake is done.
    fn shake_hands(&mut self, secured: &mut Secured, limit: &mut Limit) -> Result<(), Cause> {
        let mut block = [0u8; READ_AT_ONCE];
        loop {
            let mut wanted = PollFlags::IN;
            if secured.wants_write() {
                match secured.write_to(&self.socket) {
                    Ok(()) | Err(Errno::INTR) => continue,
                    Err(Errno::AGAIN) => wanted |= PollFlags::OUT,
                    // A server that hung up may have said why: that is still to be read.
                    Err(_) => {}
                }
            } else if !secured.is_shaking_hands() {
                return Ok(());
            }
            match rustix::io::read(&self.socket, &mut block) {
                Ok(0) | Err(Errno::CONNRESET | Errno::PIPE) => return Err(Cause::Closed),
                Ok(count) => {
                    if let Err(cause) = secured.take(&block[..count]) {
                        let _ = secured.write_to(&self.socket);
                        return Err(cause);
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    let (until, whole) = (limit.until(), limit.whole);
                    self.wait(wanted, until, whole)?;
                }
                Err(error) => return Err(Cause::ReadFailed(error.into())),
            }
        }
    }

    fn wait(&self, wanted: PollFlags, until: Instant, whole: Duration) -> Result<PollFlags, Cause> {
        self.watch.wait(self.socket.as_fd(), wanted, Some(until)).map_err(|halt| halt.cause(whole))
    }

    /// Waits for octets. A peer whose small segments wait for an acknowledgement gets it at once; for those before what was
    /// said last it is on its way already.
    fn fill_within(&mut self, limit: &mut Limit) -> Result<(), Cause> {
        // A server that never lets it come to a wait must not keep it from a deadline or a signal.
        self.watch.check().map_err(|halt| halt.cause(limit.whole))?;
        // What was just said is not answered yet: to look first would be a call for nothing.
        let mut spoke = std::mem::take(&mut self.spoke);
        while spoke || !self.fill()? {
            if self.tcp && !spoke {
                let _ = rustix::net::sockopt::set_tcp_quickack(&self.socket, true);
            }
            let (until, whole) = (limit.until(), limit.whole);
            self.wait(PollFlags::IN, until, whole)?;
            spoke = false;
        }
        Ok(())
    }
}

impl Link for Wire {
    fn offer(&mut self, octets: &[u8], limit: Duration) -> Result<Offer, Cause> {
        self.spoke = true;
        if self.tls.is_some() {
            self.watch.check().map_err(|halt| halt.cause(limit))?;
            return self.offer_tls(octets, limit);
        }
        self.offer_by(limit, |socket| rustix::net::send(socket, octets, SendFlags::NOSIGNAL))
    }

    fn offer_both(&mut self, first: &[u8], second: &[u8], limit: Duration) -> Result<Offer, Cause> {
        match (first, second) {
            ([], only) | (only, []) => self.offer(only, limit),
            _ if self.tls.is_some() && first.len() + second.len() <= READ_AT_ONCE => {
                self.offer(&[first, second].concat(), limit)
            }
            _ if self.tls.is_some() => self.offer(first, limit),
            _ => {
                let (parts, mut none) =
                    ([IoSlice::new(first), IoSlice::new(second)], SendAncillaryBuffer::default());
                self.offer_by(limit, |socket| sendmsg(socket, &parts, &mut none, SendFlags::NOSIGNAL))
            }
        }
    }

    fn takes_files(&self) -> bool {
        self.tls.is_none()
    }

    fn offer_file(
        &mut self,
        file: BorrowedFd<'_>,
        at: u64,
        octets: usize,
        limit: Duration,
    ) -> Result<Offer, Cause> {
        self.offer_by(limit, |socket| {
            let mut from = at;
            match rustix::fs::sendfile(socket, file, Some(&mut from), octets) {
                // Not every kind of file can be handed over.
                Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                    let mut block = vec![0u8; octets.min(4 * READ_AT_ONCE)];
                    let count = rustix::io::pread(file, &mut block, at)?;
                    rustix::net::send(socket, &block[..count], SendFlags::NOSIGNAL)
                }
                sent => sent,
            }
        })
    }

    fn beside(&mut self, other: BorrowedFd<'_>) -> Result<bool, Cause> {
        while !self.has_heard()? {
            let both = [(self.socket.as_fd(), PollFlags::IN), (other, PollFlags::IN)];
            let ready = self.watch.wait_any(&both, None).map_err(|halt| halt.cause(Duration::ZERO))?;
            if ready.first().is_some_and(PollFlags::is_empty) {
                return Ok(true);
            }
            self.fill()?;
        }
        Ok(false)
    }

    fn line(&mut self, limit: &mut Limit) -> Result<Vec<u8>, Cause> {
        loop {
            if let Some(line) = self.inbox.line()? {
                return Ok(line);
            }
            if self.inbox.ended {
                return Err(Cause::Closed);
            }
            // A server that drips octets must not stretch the wait for its reply.
            let until = limit.until();
            if Instant::now() >= until {
                return Err(Cause::TimedOut(limit.whole));
            }
            self.fill_within(limit)?;
        }
    }

    fn line_at_hand(&mut self) -> Result<Option<Vec<u8>>, Cause> {
        match self.inbox.line()? {
            None if self.inbox.ended => Err(Cause::Closed),
            line => Ok(line),
        }
    }

    fn skip(&mut self, line: &[u8]) -> bool {
        self.inbox.skip(line)
    }

    fn listen(&mut self, limit: &mut Limit) -> Result<(), Cause> {
        if self.inbox.ended { Err(Cause::Closed) } else { self.fill_within(limit) }
    }

    fn has_heard(&mut self) -> Result<bool, Cause> {
        Ok(!self.inbox.is_empty() || self.inbox.ended || (self.has_something() && self.fill()?))
    }

    fn secure(&mut self, limit: &mut Limit) -> Result<TlsFacts, Cause> {
        if !self.inbox.is_empty() {
            return Err(Cause::Tls(TlsProblem::Injected));
        }
        let Some(securing) = self.securing.take() else {
            return Err(Cause::Bug("nothing is known of how to begin TLS".to_owned()));
        };
        let mut secured = Box::new(Secured::begin(&securing)?);
        if let Err(cause) = self.shake_hands(&mut secured, limit) {
            self.distrusted = secured.distrusted().map(Box::new);
            return Err(cause);
        }
        self.inbox.ended = secured.drain(&mut self.inbox.octets)?;
        let facts = secured.facts();
        self.tls = Some(secured);
        Ok(facts)
    }

    fn distrusted(&self) -> Option<&TlsFacts> {
        self.distrusted.as_deref()
    }

    fn binding(&self) -> Option<Binding> {
        self.tls.as_ref().and_then(|tls| tls.binding())
    }

    fn finish(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.say_goodbye();
            let _ = tls.write_to(&self.socket);
        }
    }

    fn abandon(&mut self) {
        if self.tcp {
            let _ = rustix::net::sockopt::set_socket_linger(&self.socket, Some(Duration::ZERO));
        }
    }

    fn literal(&self) -> String {
        match self.local {
            Some(SocketAddr::V4(address)) => format!("[{}]", address.ip()),
            Some(SocketAddr::V6(address)) => match address.ip().to_ipv4_mapped() {
                Some(mapped) => format!("[{mapped}]"),
                None => format!("[IPv6:{}]", address.ip()),
            },
            None => "[127.0.0.1]".to_owned(),
        }
    }
}
