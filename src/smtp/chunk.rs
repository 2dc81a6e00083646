//! The message in chunks (BDAT, RFC 3030): no dots to double, and LAST only with the last octet of a whole message.
//!
//! What was measured goes as one chunk; a stream goes as the chunks that it comes in. A refused chunk keeps the replies in
//! step, as long as the chunk with LAST is not begun.

use super::push::Push;
use super::talk::Talk;
use crate::message::octets::Next;
use crate::message::open::Message;
use crate::net::link::Link;
use crate::terms::event::{Event, Observer};
use crate::terms::failure::{Cause, Failure, Stage, Unfit};
use crate::watch::brink;

/// Octets of a stream that are gathered before they are worth a chunk.
const WORTHY: usize = 16 * 1024;

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
    while let Next::Block { octets, last } = octets.next(false).map_err(broken)? {
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
    let mut octets = message.octets();
    loop {
        let next = octets.next(stretches).map_err(|cause| push.broken(cause))?;
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
            Next::Block { octets, last: true } => return push.last(prefix.as_bytes(), octets, octets.len()),
            Next::Block { octets, last: false } => {
                push.octets(prefix.as_bytes(), octets)?;
                push.went(octets.len());
            }
        }
        prefix.clear();
    }
}

/// A chunk for each block of a stream; small blocks are put together.
fn as_it_comes<L: Link>(
    push: &mut Push<'_, '_, L>,
    message: &mut Message,
    pipelining: bool,
) -> Result<(), Failure> {
    let mut octets = message.octets();
    let mut gathered: Vec<u8> = Vec::new();
    loop {
        let (block, last) = match octets.next(false).map_err(|cause| push.broken(cause))? {
            Next::Wait(source) => {
                push.wait_for(source)?;
                continue;
            }
            Next::Stretch(_) => return Err(push.broken(Cause::Bug("a stream has no stretches".to_owned()))),
            Next::Block { octets, last } => (octets, last),
        };
        push.judge(block)?;
        let apart = gathered.len() + block.len() > WORTHY && !gathered.is_empty();
        if apart {
            chunk(push, &gathered, pipelining)?;
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
            return last_chunk(push, block);
        }
        chunk(push, block, pipelining)?;
    }
}

/// A chunk that more will follow.
fn chunk<L: Link>(push: &mut Push<'_, '_, L>, octets: &[u8], pipelining: bool) -> Result<(), Failure> {
    let line = command(octets.len() as u64, false);
    push.observer.note(&Event::Command(&line));
    push.octets((line + "\r\n").as_bytes(), octets)?;
    push.went(octets.len());
    push.awaited += 1;
    while push.awaited > 0 && (!pipelining || push.refusal.is_some()) {
        push.answer()?;
    }
    push.refused()
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
