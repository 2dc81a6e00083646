//! A stream of declared size: read once, never beyond its size by more than the octet that proves it too long.
//!
//! Law: its last octets are given only when the stream has ended exactly where it was declared to end.

use super::ending::Canon;
use super::inlet::Inlet;
use super::octets::Next;
use super::scan::{Facts, Scan, Spot};
use super::source::BLOCK;
use crate::terms::failure::{Cause, Unfit};
use ring::digest::{Context, SHA256};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The longest header block that is taken from a stream: 256 KiB.
pub const HEADER_LIMIT: u64 = 256 * 1024;

/// What was promised of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Octets as given.
    pub size: u64,
    pub sha256: Option<[u8; 32]>,
}

/// Where the reading of a header block stands.
#[derive(Debug)]
pub enum Begun<'a> {
    Wait(BorrowedFd<'a>),
    /// The block is complete.
    Ready,
}

/// A stream under way.
pub struct Flow {
    inlet: Inlet,
    promise: Promise,
    digest: Option<Context>,
    /// What came lies before `filled`; of that, what was given before `start`, and what was scanned before `scanned`.
    block: Vec<u8>,
    start: usize,
    scanned: usize,
    filled: usize,
    out: Vec<u8>,
    scan: Scan,
    form: Form,
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flow")
            .field("promise", &self.promise)
            .field("came", &self.inlet.came())
            .finish_non_exhaustive()
    }
}

/// How the body is given.
#[derive(Debug)]
enum Form {
    /// So far every line ended in CRLF; the last octet that was given.
    Plain(u8),
    Canon(Canon),
    /// Octet for octet.
    Exact,
}

impl Flow {
    pub fn new(input: OwnedFd, promise: Promise) -> Flow {
        Flow {
            inlet: Inlet::new(input, Some(promise.size)),
            promise,
            digest: promise.sha256.map(|_| Context::new(&SHA256)),
            block: Vec::new(),
            start: 0,
            scanned: 0,
            filled: 0,
            out: Vec::new(),
            scan: Scan::new(HEADER_LIMIT),
            form: Form::Plain(b'\n'),
        }
    }

    pub fn promise(&self) -> Promise {
        self.promise
    }

    /// Reads on to the end of the header block, as far as it goes without waiting.
    pub fn begin(&mut self) -> Result<Begun<'_>, Cause> {
        while !self.scan.in_body() && !self.inlet.has_ended() {
            if !self.inlet.is_ready() {
                return Ok(Begun::Wait(self.inlet.as_fd()));
            }
            self.read()?;
            self.look();
        }
        Ok(Begun::Ready)
    }

    /// What is known once the header block is complete.
    pub(super) fn facts(&self) -> Facts {
        if self.inlet.has_ended() { self.scan.clone().finish() } else { self.scan.facts().clone() }
    }

    /// The body starts here in what was read.
    pub(super) fn start_at(&mut self, rest_at: u64, exact: bool) {
        self.start = usize::try_from(rest_at).unwrap_or(usize::MAX).min(self.filled);
        self.scan.grant_dots();
        if exact {
            self.form = Form::Exact;
        }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.inlet.has_ended() && self.start == self.filled
    }

    /// Octets that will still be given at least, if the stream keeps its promise: of CR CR LF a third goes, so half
    /// of all is certain.
    pub(super) fn certain(&self) -> u64 {
        (self.promise.size.saturating_sub(self.inlet.came()) + (self.filled - self.start) as u64) / 2
    }

    /// Reads what is there behind what came before.
    fn read(&mut self) -> Result<(), Cause> {
        let (from, to) = (self.filled, self.filled + self.inlet.wanted(AT_ONCE));
        if self.block.len() < to {
            self.block.resize(to, 0);
        }
        let count = self.inlet.read(&mut self.block[from..to])?;
        self.filled += count;
        if let Some(digest) = &mut self.digest {
            digest.update(&self.block[from..from + count]);
        }
        if self.inlet.has_ended() { self.end() } else { Ok(()) }
    }

    /// The stream ended where it should; it must also be the one that was meant.
    fn end(&mut self) -> Result<(), Cause> {
        let found = self.digest.take().map(Context::finish);
        match (found, self.promise.sha256) {
            (Some(found), Some(wanted)) if found.as_ref() != wanted => Err(Cause::OtherDigest),
            _ => Ok(()),
        }
    }

    /// Up to here what came may be given: a CR waits for what is behind it.
    fn givable(&self) -> usize {
        match self.block[self.start..self.filled].last() {
            Some(b'\r') if !self.inlet.has_ended() => self.filled - 1,
            _ => self.filled,
        }
    }

    fn look(&mut self) {
        let to = self.givable();
        self.scan.feed(&self.block[self.scanned..to]);
        self.scanned = to;
    }

    /// The next octets of the body.
    pub(super) fn next(&mut self) -> Result<Next<'_>, Cause> {
        // The last octets wait for the end.
        while !self.inlet.has_ended() && (self.inlet.is_full() || self.start == self.givable()) {
            if !self.inlet.is_ready() {
                return Ok(Next::Wait(self.inlet.as_fd()));
            }
            self.make_room();
            self.read()?;
        }
        let last = self.inlet.has_ended();
        if let Form::Exact = self.form {
            let octets = &self.block[self.start..self.filled];
            (self.start, self.scanned) = (self.filled, self.filled);
            return Ok(Next::block(octets, last));
        }
        self.look();
        if let Some(Spot { line, offset }) = self.scan.facts().nul {
            return Err(Cause::Unfit(Unfit::Nul { line, offset }));
        }
        let from = std::mem::replace(&mut self.start, self.scanned);
        Ok(Next::block(self.lines(from, last), last))
    }

    fn make_room(&mut self) {
        self.block.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.scanned -= self.start;
        self.start = 0;
    }

    /// What was scanned from here on, as canonical lines.
    fn lines(&mut self, from: usize, last: bool) -> &[u8] {
        let octets = &self.block[from..self.scanned];
        self.out.clear();
        if let Form::Plain(before) = &mut self.form {
            let end = octets.last().copied().unwrap_or(*before);
            if self.scan.is_plain_so_far() && (!last || end == b'\n') {
                *before = end;
                return octets;
            }
            self.form = Form::Canon(Canon::behind(*before));
        }
        if let Form::Canon(canon) = &mut self.form {
            canon.feed(octets, &mut self.out);
            if last {
                canon.finish(&mut self.out);
            }
        }
        &self.out
    }
}

/// Octets read at a time.
const AT_ONCE: usize = 2 * BLOCK;
