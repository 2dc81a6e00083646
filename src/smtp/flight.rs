//! Several commands under way at once (PIPELINING, RFC 2920), every reply attributed to its command.
//!
//! Writing never waits for a server that is itself waiting to be read: replies are taken while commands go out, so that
//! neither side can hold the other, however many recipients there are.

use super::command::Command;
use super::talk::Talk;
use crate::net::link::{Link, Offer};
use crate::terms::event::{Event, Observer};
use crate::terms::failure::Cause;
use crate::terms::reply::Reply;
use crate::watch::brink;
use std::collections::VecDeque;

/// Replies in the order of their commands, and what ended the flight before its last one.
#[derive(Debug, Default)]
pub struct Landed {
    pub replies: Vec<Reply>,
    pub cut: Option<Cause>,
    /// The freight was written to its end.
    pub delivered: bool,
}

impl Landed {
    /// A server that said 421 has said why it hung up; of a message that was delivered with its envelope that tells nothing.
    pub fn with_its_reason(mut self) -> Landed {
        if let (Some(Cause::Closed), Some(reply)) = (&self.cut, self.replies.last())
            && reply.code == 421
            && !self.delivered
        {
            self.cut = Some(Cause::Refused(reply.clone()));
        }
        self
    }
}

/// Octets of commands that are put together for one write.
const AT_ONCE: usize = 32 * 1024;

/// Sends all commands without waiting between them, and behind the last one its freight: a whole message, or nothing.
pub fn pipelined<L: Link>(
    talk: &mut Talk<L>,
    commands: &[Command],
    freight: &[u8],
    observer: &mut dyn Observer,
) -> Landed {
    let replies = Vec::with_capacity(commands.len());
    let mut landed = Landed { replies, cut: None, delivered: false };
    if let Err(cause) = fly(talk, commands, freight, &mut landed, observer) {
        landed.cut = Some(cause);
    }
    landed
}

/// What of a flight is on its way.
struct Air<'a> {
    commands: &'a [Command],
    /// Commands that were put into `out`, now or before.
    packed: usize,
    /// Commands that went out whole.
    asked: usize,
    /// The last command has its freight behind it.
    carries: bool,
    out: Vec<u8>,
    sent: usize,
    /// Where in `out` the commands end that are not yet asked.
    ends: VecDeque<usize>,
}

impl Air<'_> {
    /// Puts the next commands together for one write.
    fn pack(&mut self, observer: &mut dyn Observer) {
        self.out.clear();
        self.sent = 0;
        while let Some(command) = self.commands.get(self.packed).filter(|_| self.out.len() < AT_ONCE) {
            observer.note(&Event::Command(command.text()));
            command.write_to(&mut self.out);
            self.ends.push_back(self.out.len());
            self.packed += 1;
        }
    }

    /// Puts the freight behind the last command, which is asked only with the last octet of it.
    fn carry(&mut self, freight: &[u8]) {
        self.out.extend_from_slice(freight);
        self.carries = true;
        self.ends.pop_back();
        self.ends.push_back(self.out.len());
    }

    fn took(&mut self, count: usize) {
        self.sent += count;
        while self.ends.front().is_some_and(|&end| end <= self.sent) {
            self.ends.pop_front();
            self.asked += 1;
        }
    }
}

fn fly<L: Link>(
    talk: &mut Talk<L>,
    commands: &[Command],
    freight: &[u8],
    landed: &mut Landed,
    observer: &mut dyn Observer,
) -> Result<(), Cause> {
    talk.quiet_so_far(observer)?;
    let (out, ends) = (Vec::new(), VecDeque::new());
    let mut air = Air { commands, packed: 0, asked: 0, carries: false, out, sent: 0, ends };
    while air.packed < commands.len() {
        air.pack(observer);
        let with_freight = air.packed == commands.len() && !freight.is_empty();
        if with_freight {
            air.carry(freight);
            brink::enter();
        }
        if let Err(cause) = write(talk, &mut air, landed, observer) {
            if with_freight {
                brink::leave();
            }
            return Err(cause);
        }
        if with_freight {
            landed.delivered = true;
            observer.note(&Event::Committed { dot: false });
            let octets = freight.len() as u64;
            observer.note(&Event::Stream { increment: octets, current: octets, total: Some(octets) });
        }
    }
    while let Some(command) = commands.get(landed.replies.len()) {
        let reply = talk.reply(command.stage, observer)?;
        landed.replies.push(reply);
    }
    Ok(())
}

/// Writes what is packed; replies that come meanwhile are taken.
fn write<L: Link>(
    talk: &mut Talk<L>,
    air: &mut Air<'_>,
    landed: &mut Landed,
    observer: &mut dyn Observer,
) -> Result<(), Cause> {
    while air.sent < air.out.len() {
        let limit = talk.limit(air.commands[landed.replies.len().min(air.commands.len() - 1)].stage);
        let offered = talk.link.offer(&air.out[air.sent..], limit);
        match talk.marked(offered)? {
            Offer::Took(count) => air.took(count),
            Offer::Heard => {
                while let Some(reply) = talk.reply_at_hand(observer)? {
                    if air.carries && landed.replies.len() + 1 == air.commands.len() && reply.is_refusal() {
                        // The freight is refused before it is whole: it stays so.
                        talk.abandon();
                        return Err(Cause::Refused(reply));
                    }
                    let taken = land(reply, air.asked, &mut landed.replies);
                    talk.marked(taken)?;
                }
            }
        }
    }
    Ok(())
}

/// A reply belongs to the first command without one; that command must be on the wire.
fn land(reply: Reply, asked: usize, replies: &mut Vec<Reply>) -> Result<(), Cause> {
    if replies.len() == asked {
        return Err(Cause::AheadOfCommand);
    }
    replies.push(reply);
    Ok(())
}

/// Sends one command after the other and stops behind the first reply that `go_on` does not like.
pub fn in_step<L: Link>(
    talk: &mut Talk<L>,
    commands: &[Command],
    observer: &mut dyn Observer,
    mut go_on: impl FnMut(&Command, &Reply) -> bool,
) -> Landed {
    let mut landed = Landed::default();
    for command in commands {
        match talk.ask(command, observer) {
            Ok(reply) => {
                let stop = !go_on(command, &reply);
                landed.replies.push(reply);
                if stop {
                    break;
                }
            }
            Err(cause) => {
                landed.cut = Some(cause);
                break;
            }
        }
    }
    landed
}
