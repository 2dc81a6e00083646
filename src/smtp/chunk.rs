//! The message in chunks (BDAT, RFC 3030): no dots to double, and LAST only with the last octet of a whole message.
//!
//! What was measured goes as one chunk; a stream goes as the chunks that it comes in, and in longer ones where it comes fast. A
//! refused chunk keeps the replies in step, as long as neither a longer chunk is under way nor the one with LAST begun.

use super::push::Push;
use super::stuff::Stuffer;
use super::talk::Talk;
use crate::message::octets::Next;
use crate::message::open::Message;
use crate::net::link::Link;
use crate::terms::event::{Event, Observer};
use crate::terms::failure::{Cause, Failure, Stage, Unfit};
use crate::watch::brink;

/// Octets of a stream that are gathered before they are worth a chunk.
const WORTHY: usize = 16 * 1024;

/// Octets at hand of a stream that comes as fast as it is taken: a chunk is announced that is longer than what came of it. One
/// that comes slowly leaves no server in the middle of a chunk.
const FAST: usize = 128 * 1024;

/// Octets of a chunk of a stream at most: behind each one the server says whether it still wants the message.
const LONG: u64 = 8 * 1024 * 1024;

/// What the server makes possible.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowed {
    pub(super) eight_bit: bool,
    pub(super) pipelining: bool,
}

/// Octets of a message that may travel ahead of the replies to the envelope.
const SMALL: u64 = 64 * 1024;

/// True for a message that is measured and small.
pub(super) fn is_small(message: &Message) -> bool {
    message.is_measured() && message.size().is_some_and(|size| size <= SMALL)
}

/// All octets of a small message, from a source that was found whole.
pub(super) fn whole(message: &mut Message) -> Result<Vec<u8>, Failure> {
    let broken = |cause| Failure::new(Stage::Input, cause);
    let size = message.size().unwrap_or(0);
    let mut whole = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    let mut octets = message.octets();
    while let Next::Block { octets, last, .. } = octets.next(false).map_err(broken)? {
        whole.extend_from_slice(octets);
        if last && whole.len() as u64 == size {
            return Ok(whole);
        }
        if last {
            break;
        }
    }
    Err(broken(Cause::Unfit(Unfit::Changed)))
}

/// The command in front of a chunk.
pub(super) fn command(octets: u64, last: bool) -> String {
    if last { format!("BDAT {octets} LAST") } else { format!("BDAT {octets}") }
}

/// Sends the message. On success all of it is written and the verdict is due; on failure its last octet was not written, or
/// the failure is committed.
pub(super) fn send<L: Link>(
    talk: &mut Talk<L>,
    message: &mut Message,
    allowed: Allowed,
    observer: &mut dyn Observer,
) -> Result<(), Failure> {
    let size = message.size().filter(|_| message.is_measured());
    let mut push = Push::new(talk, message, allowed.eight_bit, observer);
    push.in_chunks = true;
    match size {
        Some(size) => at_once(&mut push, message, size),
        None => as_it_comes(&mut push, message, allowed.pipelining),
    }
}

/// One chunk, of which not an octet more or less may be sent than was announced.
fn at_once<L: Link>(push: &mut Push<'_, '_, L>, message: &mut Message, size: u64) -> Result<(), Failure> {
    let (stretches, mut left) = (push.takes_files(), size);
    let line = command(size, true);
    push.observer.note(&Event::Command(&line));
    let mut prefix = line + "\r\n";
    if is_small(message) {
        let octets = whole(message).map_err(|failure| push.broken(failure.cause))?;
        return push.last(prefix.as_bytes(), &octets, octets.len());
    }
    message.supply(None::<Stuffer>, |mut supply| {
        loop {
            let next = supply.next(stretches).map_err(|cause| push.broken(cause))?;
            let going = match &next {
                Next::Wait(_) => 0,
                Next::Stretch(stretch) => stretch.octets,
                Next::Block { octets, .. } => octets.len() as u64,
            };
            let last = matches!(next, Next::Block { last: true, .. });
            if going > left || (last && going < left) {
                return Err(push.broken(Cause::Unfit(Unfit::Changed)));
            }
            left -= going;
            match next {
                Next::Wait(source) => push.wait_for(source)?,
                Next::Stretch(stretch) => {
                    push.octets(prefix.as_bytes(), b"")?;
                    push.stretch(&stretch)?;
                }
                Next::Block { octets, last: true, .. } => {
                    return push.last(prefix.as_bytes(), octets, octets.len());
                }
                Next::Block { octets, last: false, .. } => {
                    push.octets(prefix.as_bytes(), octets)?;
                    push.went(octets.len());
                }
            }
            prefix.clear();
        }
    })
}

/// Chunks of a stream; small blocks are put together.
fn as_it_comes<L: Link>(
    push: &mut Push<'_, '_, L>,
    message: &mut Message,
    pipelining: bool,
) -> Result<(), Failure> {
    let mut octets = message.octets();
    let mut gathered: Vec<u8> = Vec::new();
    let mut chunks = Chunks { push, pipelining };
    loop {
        let certain = octets.certain();
        let (block, last) = match octets.next(false).map_err(|cause| chunks.push.broken(cause))? {
            Next::Wait(source) => {
                chunks.push.wait_for(source)?;
                continue;
            }
            Next::Stretch(_) => {
                return Err(chunks.push.broken(Cause::Bug("a stream has no stretches".to_owned())));
            }
            Next::Block { octets, last, .. } => (octets, last),
        };
        chunks.push.judge(block)?;
        let apart = gathered.len() + block.len() > WORTHY && !gathered.is_empty();
        if apart {
            chunks.add(&gathered, certain)?;
            gathered.clear();
        }
        let block = match gathered.is_empty() && (last || block.len() > WORTHY) {
            true => block,
            false => {
                gathered.extend_from_slice(block);
                if !last {
                    continue;
                }
                &gathered
            }
        };
        if last {
            return chunks.end(block);
        }
        chunks.add(block, certain)?;
    }
}

/// Chunks that more will follow.
struct Chunks<'p, 'a, 'o, L> {
    push: &'p mut Push<'a, 'o, L>,
    pipelining: bool,
}

impl<L: Link> Chunks<'_, '_, '_, L> {
    /// Writes octets: those owed to the chunk under way, and the others in a new one, as long as what is certain to come.
    fn add(&mut self, octets: &[u8], certain: u64) -> Result<(), Failure> {
        let rest = self.pay(octets)?;
        if rest.is_empty() {
            return Ok(());
        }
        let (at_hand, paid) = (rest.len() as u64, (octets.len() - rest.len() + WORTHY) as u64);
        let comes_fast = rest.len() >= FAST;
        let long = if comes_fast { certain.saturating_sub(paid).min(LONG).max(at_hand) } else { at_hand };
        let line = command(long, false);
        self.push.observer.note(&Event::Command(&line));
        self.push.owed = long - at_hand;
        self.push.octets((line + "\r\n").as_bytes(), rest)?;
        self.push.went(rest.len());
        self.settle()
    }

    /// Writes what is owed of these octets, and returns those behind it.
    fn pay<'b>(&mut self, octets: &'b [u8]) -> Result<&'b [u8], Failure> {
        let due = usize::try_from(self.push.owed).unwrap_or(usize::MAX).min(octets.len());
        let (due, rest) = octets.split_at(due);
        if !due.is_empty() {
            self.push.octets(due, b"")?;
            self.push.went(due.len());
            self.push.owed -= due.len() as u64;
            self.settle()?;
        }
        Ok(rest)
    }

    /// Behind a whole chunk its answer is due.
    fn settle(&mut self) -> Result<(), Failure> {
        let is_whole = self.push.owed == 0;
        self.push.awaited += usize::from(is_whole);
        while is_whole && self.push.awaited > 0 && (!self.pipelining || self.push.refusal.is_some()) {
            self.push.answer()?;
        }
        self.push.refused()
    }

    /// The octets that end the message.
    fn end(&mut self, octets: &[u8]) -> Result<(), Failure> {
        let rest = self.pay(octets)?;
        if self.push.owed > 0 {
            return Err(self.push.broken(Cause::Bug("a chunk is longer than the stream".to_owned())));
        }
        last_chunk(self.push, rest)
    }
}

/// The chunk that ends the message, and the replies to those before it.
fn last_chunk<L: Link>(push: &mut Push<'_, '_, L>, octets: &[u8]) -> Result<(), Failure> {
    let line = command(octets.len() as u64, true);
    push.observer.note(&Event::Command(&line));
    push.last((line + "\r\n").as_bytes(), octets, octets.len())?;
    while push.awaited > 0 {
        push.answer().map_err(Failure::committed)?;
    }
    if push.refusal.is_none() {
        return Ok(());
    }
    // A message with a refused chunk must be refused as a whole; whatever else is said leaves it open.
    let said = push.talk.reply(Stage::Dot, push.observer);
    match said {
        Ok(reply) if reply.is_refusal() => {
            brink::leave();
            push.refused()
        }
        Ok(reply) => {
            push.talk.lost = true;
            Err(Failure::new(Stage::Dot, Cause::OutOfPlace(reply)).committed())
        }
        Err(cause) => Err(Failure::new(Stage::Dot, cause).committed()),
    }
}
