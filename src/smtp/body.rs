//! The message itself on the wire: canonical lines, dots doubled, and the final dot only behind a whole source.

use super::stuff::Stuffer;
use super::talk::Talk;
use crate::message::open::Message;
use crate::net::link::{Link, Offer};
use crate::terms::event::{Event, Observer};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::watch::brink;

/// Sends the message and its end. On success the end is written and the verdict is due; on failure it was not written.
pub fn send<L: Link>(
    talk: &mut Talk<L>,
    message: &Message,
    observer: &mut dyn Observer,
) -> Result<(), Failure> {
    let mut stuffer = Stuffer::default();
    let mut octets = message.octets();
    // A block goes out when the next one is known to be there; the last one takes the dot along.
    let mut ready: Vec<u8> = Vec::new();
    let mut progress = Progress { current: 0, total: message.size() };
    let mut held = 0;
    loop {
        match octets.next_block() {
            Err(cause) => {
                talk.abandon();
                return Err(Failure::new(Stage::Input, cause));
            }
            Ok(Some(block)) => {
                if !ready.is_empty() {
                    write(talk, &ready, observer)?;
                    progress.add(held, observer);
                    ready.clear();
                }
                held = block.len() as u64;
                stuffer.feed(block, &mut ready);
            }
            Ok(None) => break,
        }
    }
    ready.extend_from_slice(b".\r\n");
    brink::enter();
    if let Err(failure) = write(talk, &ready, observer) {
        brink::leave();
        return Err(failure);
    }
    observer.note(&Event::Committed);
    progress.add(held, observer);
    Ok(())
}

struct Progress {
    current: u64,
    total: u64,
}

impl Progress {
    fn add(&mut self, increment: u64, observer: &mut dyn Observer) {
        self.current += increment;
        observer.note(&Event::Stream { increment, current: self.current, total: Some(self.total) });
    }
}

/// Writes octets of the body. A server that talks meanwhile has something against it; it is heard at once.
fn write<L: Link>(talk: &mut Talk<L>, octets: &[u8], observer: &mut dyn Observer) -> Result<(), Failure> {
    let limit = talk.limit(Stage::Body);
    let mut sent = 0;
    while sent < octets.len() {
        let offered = match talk.link.has_heard() {
            Ok(true) => Ok(Offer::Heard),
            Ok(false) => talk.link.offer(&octets[sent..], limit),
            Err(cause) => Err(cause),
        };
        match offered {
            Ok(Offer::Took(count)) => sent += count,
            Ok(Offer::Heard) => return Err(interrupted(talk, observer)),
            Err(cause) => {
                talk.abandon();
                return Err(Failure::new(Stage::Body, cause));
            }
        }
    }
    Ok(())
}

/// What a server said in the middle of the body. The connection is of no more use: there is no way back to commands.
fn interrupted<L: Link>(talk: &mut Talk<L>, observer: &mut dyn Observer) -> Failure {
    let early = talk.reply(Stage::Body, observer);
    talk.abandon();
    let cause = match early {
        Ok(reply) if reply.is_refusal() => Cause::Refused(reply),
        Ok(reply) => Cause::OutOfPlace(reply),
        Err(cause) => cause,
    };
    Failure::new(Stage::Body, cause)
}
