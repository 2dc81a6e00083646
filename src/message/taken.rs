//! What a program hands in on standard input: taken to its end first, judged and addressed afterwards.

use super::dot::LoneDot;
use super::measure::measure;
use super::open::{HEADER_LIMIT, Handling, Held, Message};
use super::scan::{Facts, Scan};
use super::source::{BLOCK, Keeper, Opened, Source, keep, read_stream};
use crate::terms::failure::{Cause, Unfit};
use crate::watch::wait::Watch;
use std::os::fd::AsFd;
use std::time::Duration;

/// What a line of a single dot means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dot {
    /// The end, where a person types.
    #[default]
    EndsTyping,
    Text,
    End,
}

/// Octets that were taken to their end.
#[derive(Debug)]
pub struct Taken {
    source: Source,
    facts: Facts,
}

impl Taken {
    /// Takes all of standard input, which may be a terminal.
    pub fn standard_input(dot: Dot, watch: &Watch) -> Result<Taken, Cause> {
        let (opened, is_typed) = Opened::standard_input_or_terminal()?;
        let mut scan = Scan::new(HEADER_LIMIT);
        let source = match opened {
            opened if dot == Dot::End || (dot == Dot::EndsTyping && is_typed) => {
                up_to_dot(&opened, &mut scan, watch)?
            }
            Opened::File(mut source) => {
                measure(&mut source, &mut scan, watch)?;
                source
            }
            Opened::Stream(stream) => keep(&stream, watch, |block| scan.feed(block))?,
        };
        let facts = scan.finish();
        if facts.octets == 0 {
            return Err(Cause::Unfit(Unfit::Empty));
        }
        Ok(Taken { source, facts })
    }

    /// What of it may be sent, with everything that is to be done to it.
    pub fn message(self, handling: &Handling) -> Result<Message, Cause> {
        Message::judged(Held::Kept(self.source), self.facts, HEADER_LIMIT, handling)
    }
}

fn up_to_dot(opened: &Opened, scan: &mut Scan, watch: &Watch) -> Result<Source, Cause> {
    let (mut keeper, mut dot) = (Keeper::default(), LoneDot::default());
    let (mut block, mut kept, mut at) = (vec![0u8; BLOCK], Vec::new(), 0);
    loop {
        let count = match opened {
            Opened::Stream(stream) => read_stream(stream.as_fd(), &mut block, watch)?,
            Opened::File(source) => {
                watch.check().map_err(|halt| halt.cause(Duration::ZERO))?;
                source.read_at(&mut block, at).map_err(Cause::Unreadable)?
            }
        };
        at += count as u64;
        kept.clear();
        let ended = dot.feed(&block[..count], &mut kept);
        scan.feed(&kept);
        keeper.add(&kept)?;
        if ended || count == 0 {
            return Ok(keeper.finish());
        }
    }
}
