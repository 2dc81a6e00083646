//! A message on its way out: canonical octets, block by block, and the last block only from a source that is whole.

use super::ending::Canon;
use super::flow::Flow;
use super::open::Message;
use super::source::{BLOCK, Source};
use crate::terms::failure::{Cause, Unfit};
use std::os::fd::BorrowedFd;

/// What a message gives next.
#[derive(Debug)]
pub enum Next<'a> {
    /// Octets that go out, and how many of the message they stand for. Behind a last block there is nothing, and the source was
    /// found whole.
    Block { octets: &'a [u8], own: usize, last: bool },
    /// Octets of a file that go out as they lie there.
    Stretch(Stretch<'a>),
    /// Nothing is at hand: this descriptor will have something, or its end.
    Wait(BorrowedFd<'a>),
}

impl<'a> Next<'a> {
    pub(super) fn block(octets: &'a [u8], last: bool) -> Next<'a> {
        Next::Block { octets, own: octets.len(), last }
    }
}

/// A part of a file; it never is the end of the message.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a> {
    pub file: BorrowedFd<'a>,
    pub at: u64,
    pub octets: u64,
}

/// Octets from which on a stretch is worth its trouble.
const LONG: u64 = 2 * BLOCK as u64;

/// Gives a message once.
#[derive(Debug)]
pub struct Octets<'a> {
    head: Option<&'a [u8]>,
    rest: Rest<'a>,
}

#[derive(Debug)]
enum Rest<'a> {
    Kept(Box<Kept<'a>>),
    Flow(&'a mut Flow),
}

impl<'a> Octets<'a> {
    pub(super) fn of(message: &'a mut Message) -> Octets<'a> {
        let head = Some(message.head.as_slice()).filter(|head| !head.is_empty());
        let rest = match &mut message.source {
            super::open::Held::Flow(flow) => Rest::Flow(flow),
            super::open::Held::Kept(source) => Rest::Kept(Box::new(Kept {
                source,
                at: message.rest_at,
                end: message.facts.octets,
                canon: (!message.facts.is_canonical && !message.is_binary).then(Canon::default),
                block: Vec::new(),
                out: Vec::new(),
            })),
        };
        Octets { head, rest }
    }

    /// Octets that a stream will still give at least.
    pub fn certain(&self) -> u64 {
        match &self.rest {
            Rest::Kept(_) => 0,
            Rest::Flow(flow) => flow.certain(),
        }
    }

    /// Octets that are still to be read from a file.
    pub(super) fn left_in_file(&self) -> u64 {
        match &self.rest {
            Rest::Kept(kept) if kept.source.in_memory().is_none() => kept.end - kept.at,
            _ => 0,
        }
    }

    /// True where lines get other ends.
    pub(super) fn are_changed(&self) -> bool {
        matches!(&self.rest, Rest::Kept(kept) if kept.canon.is_some())
    }

    /// The next of it. A stretch is given only to those who can take one.
    pub fn next(&mut self, takes_stretches: bool) -> Result<Next<'_>, Cause> {
        if let Some(octets) = self.head.take() {
            let last = match &mut self.rest {
                Rest::Kept(kept) => is_at_end(kept.source, kept.at, kept.end)?,
                Rest::Flow(flow) => flow.is_at_end(),
            };
            return Ok(Next::block(octets, last));
        }
        match &mut self.rest {
            Rest::Kept(kept) => kept.next(takes_stretches),
            Rest::Flow(flow) => flow.next(),
        }
    }
}

/// What lies in a file, in memory or in a spool.
#[derive(Debug)]
struct Kept<'a> {
    source: &'a Source,
    at: u64,
    end: u64,
    canon: Option<Canon>,
    block: Vec<u8>,
    out: Vec<u8>,
}

/// True at the end of a source that is still what it was.
fn is_at_end(source: &Source, at: u64, end: u64) -> Result<bool, Cause> {
    match at == end {
        true if source.has_changed() => Err(Cause::Unfit(Unfit::Changed)),
        is_at_end => Ok(is_at_end),
    }
}

/// So many octets of all from a place.
fn part(all: &[u8], at: u64, octets: usize) -> Option<&[u8]> {
    all.get(usize::try_from(at).ok()?..)?.get(..octets)
}

/// Reads so many octets of a file.
fn read(source: &Source, block: &mut Vec<u8>, at: u64, octets: usize) -> Result<(), Cause> {
    block.resize(octets, 0);
    let mut count = 0;
    while count < octets {
        match source.read_at(&mut block[count..], at + count as u64) {
            Ok(0) => return Err(Cause::Unfit(Unfit::Changed)),
            Ok(more) => count += more,
            Err(error) => return Err(Cause::Unreadable(error)),
        }
    }
    Ok(())
}

impl Kept<'_> {
    fn next(&mut self, takes_stretches: bool) -> Result<Next<'_>, Cause> {
        let left = self.end - self.at;
        if takes_stretches
            && self.canon.is_none()
            && left >= LONG
            && let Some((file, at)) = self.source.file_at(self.at)
        {
            let octets = left - BLOCK as u64;
            self.at += octets;
            return Ok(Next::Stretch(Stretch { file, at, octets }));
        }
        let wanted = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
        let at_hand = match self.source.in_memory() {
            None => None,
            Some(all) => Some(part(all, self.at, wanted).ok_or(Cause::Unfit(Unfit::Changed))?),
        };
        let octets = match at_hand {
            Some(octets) => octets,
            None => {
                read(self.source, &mut self.block, self.at, wanted)?;
                &self.block
            }
        };
        self.at += wanted as u64;
        let last = is_at_end(self.source, self.at, self.end)?;
        let octets = match &mut self.canon {
            None => octets,
            Some(canon) => {
                self.out.clear();
                canon.feed(octets, &mut self.out);
                if last {
                    canon.finish(&mut self.out);
                }
                &self.out
            }
        };
        Ok(Next::block(octets, last))
    }
}
