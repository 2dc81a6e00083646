//! A composed message written as it is read: its end comes only behind sources that were whole, in constant memory.

use super::fields::Head;
use super::judge::{Judge, Looks};
use super::leaf::Leaf;
use super::transfer::Encoder;
use super::tree::pieces;
use crate::message::source::{BLOCK, Opened, Source, keep, read_stream};
use crate::message::stamp::random;
use crate::terms::failure::{Cause, Failure, Stage, Unfit};
use crate::watch::wait::Watch;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

/// Where a body comes from.
#[derive(Debug)]
pub enum Supply {
    /// It can be read again.
    Kept(Source),
    /// It comes once.
    Stream(OwnedFd),
}

/// Why a message was not written to its end.
#[derive(Debug)]
pub enum Trouble {
    Source(Box<Failure>),
    Output(io::Error),
}

/// A message that only has to be written; everything in it was judged.
#[derive(Debug)]
pub struct Composition {
    head: String,
    leaves: Vec<Leaf>,
    pieces: Vec<Vec<u8>>,
}

impl Composition {
    /// Parts in the order text, HTML, inline, attachments.
    pub fn new(head: &Head, leaves: Vec<Leaf>) -> Result<Composition, Failure> {
        let bug = || Failure::new(Stage::Input, Cause::Bug("the parts did not come together".to_owned()));
        let pieces = pieces(&leaves, &random()).ok_or_else(bug)?;
        Ok(Composition { head: head.block(), leaves, pieces })
    }

    /// Writes it. Where a source fails the boundary that would end the message is never written.
    pub fn write(&self, watch: &Watch, out: &mut dyn Write) -> Result<(), Trouble> {
        let mut sink = |octets: &[u8]| out.write_all(octets).map_err(Trouble::Output);
        sink(self.head.as_bytes())?;
        let (last, befores) =
            self.pieces.split_last().map_or((&[][..], &[][..]), |(last, rest)| (last, rest));
        for (leaf, before) in self.leaves.iter().zip(befores) {
            sink(before)?;
            let (mut encoder, mut encoded) = (Encoder::new(leaf.transfer()), Vec::new());
            let failed = |cause| {
                Trouble::Source(Box::new(Failure::new(Stage::Input, cause).about(leaf.origin.clone())))
            };
            leaf.supply.each(watch, &failed, &mut |block| {
                encoded.clear();
                encoder.feed(block, &mut encoded);
                sink(&encoded)
            })?;
            encoded.clear();
            encoder.finish(&mut encoded);
            sink(&encoded)?;
        }
        sink(last)
    }
}

impl Supply {
    /// Opens an attachment; an empty device is an empty one.
    pub fn open(opened: Result<Opened, Cause>) -> Result<Supply, Cause> {
        match opened {
            Ok(Opened::File(source)) => Ok(Supply::Kept(source)),
            Ok(Opened::Stream(stream)) => Ok(Supply::Stream(stream)),
            Err(Cause::Unfit(Unfit::Empty)) => Ok(Supply::Kept(Source::Memory(Vec::new()))),
            Err(cause) => Err(cause),
        }
    }

    /// Opens a text and looks through it; a stream is kept, on disk beyond 1 MiB.
    pub fn read(opened: Result<Opened, Cause>, watch: &Watch) -> Result<(Supply, Looks), Cause> {
        let mut judge = Judge::default();
        let source = match Supply::open(opened)? {
            Supply::Stream(stream) => keep(&stream, watch, |block| judge.feed(block))?,
            Supply::Kept(source) => {
                each_of(&source, watch, &|cause| cause, &mut |block| {
                    judge.feed(block);
                    Ok(())
                })?;
                source
            }
        };
        Ok((Supply::Kept(source), judge.finish()))
    }

    fn each(
        &self,
        watch: &Watch,
        failed: &dyn Fn(Cause) -> Trouble,
        take: &mut dyn FnMut(&[u8]) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        match self {
            Supply::Kept(source) => each_of(source, watch, failed, take),
            Supply::Stream(stream) => {
                let mut block = vec![0u8; BLOCK];
                loop {
                    match read_stream(stream.as_fd(), &mut block, watch).map_err(failed)? {
                        0 => return Ok(()),
                        count => take(&block[..count])?,
                    }
                }
            }
        }
    }
}

/// Every block of a source that stays what it was.
fn each_of<E>(
    source: &Source,
    watch: &Watch,
    failed: &dyn Fn(Cause) -> E,
    take: &mut dyn FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let length = source.length();
    let wanted = length.and_then(|length| usize::try_from(length).ok()).unwrap_or(BLOCK).min(BLOCK);
    let mut block = vec![0u8; wanted];
    let mut at = 0;
    while length != Some(at) {
        watch.check().map_err(|halt| failed(halt.cause(Duration::ZERO)))?;
        let count = source.read_at(&mut block, at).map_err(|error| failed(Cause::Unreadable(error)))?;
        if count == 0 {
            break;
        }
        let left = length.map_or(u64::MAX, |length| length - at);
        let count = count.min(usize::try_from(left).unwrap_or(count));
        take(&block[..count])?;
        at += count as u64;
    }
    match length.is_some_and(|length| length != at) || source.has_changed() {
        true => Err(failed(Cause::Unfit(Unfit::Changed))),
        false => Ok(()),
    }
}
