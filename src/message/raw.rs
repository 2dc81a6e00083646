//! A body that goes out octet for octet: a file with its length, a spooled pipe, or a stream that is read once.
//!
//! Law: what is declared is what goes out, or its last octets never do. A file that changes, and a stream that is shorter or
//! longer than it was declared, end with a cause; the last octets are held back until the end has been seen.

use super::ending::Canon;
use super::inlet::Inlet;
use super::open::HEADER_LIMIT;
use super::scan::{Facts, Scan};
use super::source::{BLOCK, Keeper, Opened, Source, keep};
use crate::terms::failure::{Cause, Unfit};
use crate::watch::wait::Watch;
use rustix::event::PollFlags;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// How many octets a stream has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Whatever is there is kept aside first, so that it is known.
    Measured,
    Declared(u64),
    /// Declared, and kept aside all the same before anything goes out.
    Kept(u64),
    /// Known only at its end.
    Open,
}

/// A body, opened once.
#[derive(Debug)]
pub struct Raw {
    held: Held,
}

#[derive(Debug)]
enum Held {
    Kept { source: Source, size: u64, at: u64 },
    Flow(Flow),
}

/// A stream under way.
#[derive(Debug)]
struct Flow {
    inlet: Inlet,
    /// Octets that came and were not given yet.
    held: Vec<u8>,
    begun: bool,
}

/// What the next reading came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Octets were added; behind the last ones there is nothing, and the source was found whole.
    Octets { last: bool },
    /// Nothing is at hand: `waits_for` will have something, or its end.
    Wait,
}

/// How much of a body is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Header,
    Whole,
}

/// The longest header that is looked at for its letters.
const HEADER: usize = 64 * 1024;

impl Raw {
    /// Takes what was opened; a pipe is kept aside where its length must be known.
    pub fn new(opened: Opened, length: Length, watch: &Watch) -> Result<Raw, Cause> {
        let held = match (opened, length) {
            (Opened::File(source), length) => {
                let size = source.octets();
                match length {
                    Length::Declared(declared) | Length::Kept(declared) if size < declared => {
                        return Err(Cause::Short { declared, came: size });
                    }
                    Length::Declared(declared) | Length::Kept(declared) if size > declared => {
                        return Err(Cause::Long { declared });
                    }
                    _ => Held::Kept { source, size, at: 0 },
                }
            }
            (Opened::Stream(stream), Length::Measured) => {
                let mut size = 0;
                let source = keep(&stream, watch, |block| size += block.len() as u64)?;
                Held::Kept { source, size, at: 0 }
            }
            (Opened::Stream(input), length) => {
                let declared = match length {
                    Length::Declared(size) | Length::Kept(size) => Some(size),
                    _ => None,
                };
                let inlet = Inlet::new(input, declared);
                let mut flow = Flow { inlet, held: Vec::new(), begun: false };
                if declared == Some(0) {
                    flow.look(watch)?;
                }
                match length {
                    Length::Kept(size) => Held::Kept { source: flow.kept(watch)?, size, at: 0 },
                    _ => Held::Flow(flow),
                }
            }
        };
        Ok(Raw { held })
    }

    /// A body that is in memory.
    pub fn of(octets: Vec<u8>) -> Raw {
        let size = octets.len() as u64;
        Raw { held: Held::Kept { source: Source::Memory(octets), size, at: 0 } }
    }

    /// All its octets, where they are known before the end.
    pub fn size(&self) -> Option<u64> {
        match &self.held {
            Held::Kept { size, .. } => Some(*size),
            Held::Flow(flow) => flow.inlet.declared(),
        }
    }

    /// What is known of it as a message, from its header, or from all of it; only of what can be given more than once.
    pub fn facts(&self, extent: Extent, watch: &Watch) -> Result<Facts, Cause> {
        let Held::Kept { source, size, .. } = &self.held else { return Ok(Facts::default()) };
        let mut scan = Scan::new(HEADER_LIMIT);
        let (mut block, mut at) = (vec![0u8; BLOCK], 0);
        while at < *size && (extent == Extent::Whole || !scan.in_body()) {
            watch.check().map_err(|halt| halt.cause(Duration::ZERO))?;
            let count = source.read_at(&mut block, at).map_err(Cause::Unreadable)?;
            if count == 0 {
                return Err(Cause::Unfit(Unfit::Changed));
            }
            scan.feed(&block[..count]);
            at += count as u64;
        }
        Ok(scan.finish())
    }

    /// The same body with CRLF at the end of every line that ends in something else.
    pub fn in_lines(mut self, watch: &Watch) -> Result<Raw, Cause> {
        let (mut keep, mut canon) = (Keeper::default(), Canon::default());
        let (mut block, mut out, mut size) = (Vec::with_capacity(BLOCK), Vec::new(), 0);
        loop {
            watch.check().map_err(|halt| halt.cause(Duration::ZERO))?;
            let last = self.read(&mut block)? == Step::Octets { last: true };
            canon.feed(&block, &mut out);
            if last {
                canon.finish(&mut out);
            }
            keep.add(&out)?;
            size += out.len() as u64;
            block.clear();
            out.clear();
            if last {
                return Ok(Raw { held: Held::Kept { source: keep.finish(), size, at: 0 } });
            }
        }
    }

    /// True where it can be given more than once.
    pub fn can_be_repeated(&self) -> bool {
        matches!(self.held, Held::Kept { .. })
    }

    /// False where octets were given that are gone.
    pub fn can_rewind(&self) -> bool {
        !matches!(&self.held, Held::Flow(flow) if flow.begun)
    }

    /// Starts again, where that can be.
    pub fn rewind(&mut self) -> bool {
        if let Held::Kept { at, .. } = &mut self.held {
            *at = 0;
        }
        self.can_rewind()
    }

    /// The SHA-256 of the octets as they were given, where they can be read more than once.
    pub fn sha256(&self, watch: &Watch) -> Result<Option<[u8; 32]>, Cause> {
        match &self.held {
            Held::Kept { source, .. } => source.sha256(watch).map(Some),
            Held::Flow(_) => Ok(None),
        }
    }

    /// Adds the next octets behind what the buffer holds, as far as it has room.
    pub fn read(&mut self, into: &mut Vec<u8>) -> Result<Step, Cause> {
        match &mut self.held {
            Held::Flow(flow) => flow.read(into),
            Held::Kept { source, size, at } => {
                let room = into.capacity() - into.len();
                let wanted = usize::try_from(*size - *at).unwrap_or(room).min(room);
                let mut left = wanted;
                while left > 0 {
                    let from = into.len();
                    let count = source.append_at(into, left, *at).map_err(Cause::Unreadable)?;
                    if count == 0 {
                        return Err(Cause::Unfit(Unfit::Changed));
                    }
                    debug_assert_eq!(into.len(), from + count);
                    left -= count;
                    *at += count as u64;
                }
                let last = *at == *size;
                if last && source.has_changed() {
                    return Err(Cause::Unfit(Unfit::Changed));
                }
                Ok(Step::Octets { last })
            }
        }
    }

    /// The descriptor that a `Wait` is for.
    pub fn waits_for(&self) -> Option<BorrowedFd<'_>> {
        match &self.held {
            Held::Kept { .. } => None,
            Held::Flow(flow) => Some(flow.inlet.as_fd()),
        }
    }

    /// True where the header of the message has octets beyond ASCII, as far as it can be told; a stream is waited for.
    pub fn has_utf8_header(&mut self, watch: &Watch) -> Result<bool, Cause> {
        let mut octets = Vec::with_capacity(HEADER);
        let header = match &mut self.held {
            Held::Kept { source, size, .. } => {
                let wanted = usize::try_from(*size).unwrap_or(HEADER).min(HEADER);
                while octets.len() < wanted && header_of(&octets).is_none() {
                    let left = (wanted - octets.len()).min(4096);
                    let at = octets.len() as u64;
                    if source.append_at(&mut octets, left, at).map_err(Cause::Unreadable)? == 0 {
                        break;
                    }
                }
                &octets
            }
            Held::Flow(flow) => {
                flow.look(watch)?;
                &flow.held
            }
        };
        let (header, is_whole) = match header_of(header) {
            Some(header) => (header, true),
            None => (header.as_slice(), false),
        };
        // Where it was cut, a letter may have been cut too.
        let is_utf8 = match std::str::from_utf8(header) {
            Ok(_) => true,
            Err(bad) => !is_whole && bad.error_len().is_none(),
        };
        Ok(is_utf8 && !header.is_ascii())
    }
}

/// The header block, where it is whole.
fn header_of(octets: &[u8]) -> Option<&[u8]> {
    let ends = memchr::memchr_iter(b'\n', octets);
    for end in ends {
        if matches!(&octets[end + 1..], [b'\n', ..] | [b'\r', b'\n', ..]) {
            return Some(&octets[..end]);
        }
    }
    None
}

impl Flow {
    fn read(&mut self, into: &mut Vec<u8>) -> Result<Step, Cause> {
        // What was looked at goes first.
        if !self.held.is_empty() {
            self.begun = true;
            let count = self.held.len().min(into.capacity() - into.len());
            into.extend_from_slice(&self.held[..count]);
            self.held.drain(..count);
            if !self.held.is_empty() {
                return Ok(Step::Octets { last: false });
            }
            self.held = Vec::new();
        }
        let full = into.capacity();
        // The last octets wait for the end; others go as soon as there is nothing more at hand.
        while !self.inlet.has_ended() {
            let at_end = self.inlet.is_full();
            if into.len() >= full && !at_end {
                return Ok(Step::Octets { last: false });
            }
            if !self.inlet.is_ready() {
                return Ok(if into.is_empty() || at_end { Step::Wait } else { Step::Octets { last: false } });
            }
            self.begun = true;
            let room = (full - into.len()).max(1);
            self.inlet.append(into, room)?;
        }
        Ok(Step::Octets { last: true })
    }

    /// Takes it to its end.
    fn kept(mut self, watch: &Watch) -> Result<Source, Cause> {
        let (mut keep, mut block) = (Keeper::default(), Vec::with_capacity(BLOCK));
        loop {
            match self.read(&mut block)? {
                Step::Octets { last } => {
                    keep.add(&block)?;
                    block.clear();
                    if last {
                        return Ok(keep.finish());
                    }
                }
                Step::Wait => {
                    let wait = watch.wait(self.inlet.as_fd(), PollFlags::IN, None);
                    wait.map_err(|halt| halt.cause(Duration::ZERO))?;
                }
            }
        }
    }

    /// Reads on until the header is whole.
    fn look(&mut self, watch: &Watch) -> Result<(), Cause> {
        let mut held = std::mem::take(&mut self.held);
        held.reserve(HEADER);
        while !self.inlet.has_ended() && held.len() < HEADER && header_of(&held).is_none() {
            watch.wait(self.inlet.as_fd(), PollFlags::IN, None).map_err(|halt| halt.cause(Duration::ZERO))?;
            let room = HEADER - held.len();
            self.inlet.append(&mut held, room)?;
        }
        self.held = held;
        Ok(())
    }
}

#[cfg(test)]
#[path = "raw_tests.rs"]
mod tests;
