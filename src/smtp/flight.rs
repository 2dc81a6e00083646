//! Several commands under way at once (PIPELINING, RFC 2920), every reply attributed to its command.
//!
//! Writing never waits for a server that is itself waiting to be read: replies are taken while commands go out, so that
//! neither side can hold the other, however many recipients there are.

use super::capability::Capabilities;
use super::command::{Command, rcpt};
use super::talk::Talk;
use crate::net::link::{Link, Offer};
use crate::terms::address::Address;
use crate::terms::envelope::Dsn;
use crate::terms::event::{Deaf, Event, Observer};
use crate::terms::failure::{Cause, Stage};
use crate::terms::find;
use crate::terms::reply::Reply;
use crate::watch::brink;
use std::sync::Arc;

/// The commands of an envelope in their order. Those to the recipients are made when their turn comes: there may be many, and
/// the first are on their way meanwhile.
#[derive(Debug)]
pub struct Flight<'a> {
    pub before: Vec<Command>,
    pub recipients: &'a [Address],
    pub dsn: &'a Dsn,
    pub offered: &'a Capabilities,
    /// What travels behind the recipients.
    pub rider: Option<Command>,
}

impl Flight<'_> {
    /// Commands behind which the replies are waited for once.
    fn first(&self) -> usize {
        let all_fit = self.offered.most_recipients.is_some_and(|most| most >= self.recipients.len());
        if all_fit { usize::MAX } else { FIRST }
    }

    fn len(&self) -> usize {
        self.before.len() + self.recipients.len() + usize::from(self.rider.is_some())
    }

    fn stage(&self, at: usize) -> Stage {
        match (self.before.get(at), &self.rider) {
            (Some(command), _) => command.stage,
            (None, Some(rider)) if at + 1 >= self.len() => rider.stage,
            _ => Stage::Rcpt,
        }
    }

    /// Makes a line the command at a place; false where there is none.
    fn command(&self, at: usize, line: &mut String) -> Result<bool, Cause> {
        let copy = |command: &Command, line: &mut String| {
            line.clear();
            line.push_str(command.text());
            true
        };
        if let Some(command) = self.before.get(at) {
            return Ok(copy(command, line));
        }
        match self.recipients.get(at - self.before.len()) {
            Some(recipient) => rcpt(line, recipient, self.dsn, self.offered).map(|()| true),
            None => {
                let rider = self.rider.as_ref().filter(|_| at + 1 == self.len());
                Ok(rider.is_some_and(|rider| copy(rider, line)))
            }
        }
    }
}

/// Replies in the order of their commands, and what ended the flight before its last one.
#[derive(Debug, Default)]
pub struct Landed {
    pub replies: Vec<Arc<Reply>>,
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
            self.cut = Some(Cause::Refused(Reply::clone(reply)));
        }
        self
    }
}

/// Octets of commands that are put together for one write.
const AT_ONCE: usize = 32 * 1024;

/// Octets that a command commonly has, and some more.
const COMMON: usize = 64;

/// Commands behind which a long list waits once for its replies: a server that takes fewer recipients counts those that come
/// nevertheless against the client, and leaves if they are many (RFC 5321 section 4.5.3.1.10; 1,000 is a usual number). One that
/// says how many it takes needs no such look.
const FIRST: usize = 1100;

/// So many recipients in a row for whom there was no room: there is none for the rest either.
const CERTAIN: usize = 100;

/// True where some recipients were taken, and then so many had no room that it is not worth asking for more.
fn is_full(flight: &Flight<'_>, replies: &[Arc<Reply>]) -> bool {
    let mut last = replies.iter().rev().take(CERTAIN);
    let taken =
        || (0..).zip(replies).any(|(at, reply)| flight.stage(at) == Stage::Rcpt && reply.is_positive());
    replies.len() > CERTAIN && last.all(|reply| reply.has_no_room()) && taken()
}

/// Sends the commands without waiting between them, but once in a long list, and behind the last one its freight: a whole message,
/// or nothing. Where the server takes no more recipients the last ones are left out. Once the first commands are written, and
/// the server has something to do, so has somebody else `meanwhile`.
pub fn pipelined<L: Link>(
    talk: &mut Talk<L>,
    flight: &Flight<'_>,
    freight: &[u8],
    meanwhile: &mut dyn FnMut(),
    observer: &mut dyn Observer,
) -> Landed {
    let replies = Vec::with_capacity(flight.len());
    let mut landed = Landed { replies, cut: None, delivered: false };
    if let Err(cause) = fly(talk, flight, freight, meanwhile, &mut landed, observer) {
        landed.cut = Some(cause);
    }
    landed
}

/// What of a flight is on its way.
struct Air<'a> {
    flight: &'a Flight<'a>,
    /// Commands that were put into `out`, now or before.
    packed: usize,
    /// Commands that went out whole.
    asked: usize,
    /// The last command has its freight behind it.
    carries: bool,
    out: Vec<u8>,
    line: String,
    sent: usize,
    /// Where in `out` the commands end, and the freight begins.
    commands: usize,
}

impl<'a> Air<'a> {
    fn of(flight: &'a Flight<'a>) -> Air<'a> {
        let out = Vec::with_capacity(AT_ONCE.min(COMMON * flight.len()));
        Air { flight, packed: 0, asked: 0, carries: false, out, line: String::new(), sent: 0, commands: 0 }
    }

    /// Puts the next commands together for one write.
    fn pack(&mut self, observer: &mut dyn Observer) -> Result<(), Cause> {
        self.out.clear();
        self.sent = 0;
        let first = self.flight.first();
        let until = if self.packed < first { first } else { usize::MAX };
        while self.out.len() < AT_ONCE
            && self.packed < until
            && self.flight.command(self.packed, &mut self.line)?
        {
            observer.note(&Event::Command(&self.line));
            self.out.extend_from_slice(self.line.as_bytes());
            self.out.extend_from_slice(b"\r\n");
            self.packed += 1;
        }
        self.commands = self.out.len();
        Ok(())
    }

    /// Puts the freight behind the last command, which is asked only with the last octet of it.
    fn carry(&mut self, freight: &[u8]) {
        self.out.extend_from_slice(freight);
        self.carries = true;
    }

    /// So many octets went out: with its line end a command is asked.
    fn took(&mut self, count: usize) {
        let (before, end) = (self.sent, self.commands);
        self.sent += count;
        self.asked += find::count(b'\n', &self.out[before.min(end)..self.sent.min(end)]);
        if self.carries && self.sent >= end {
            self.asked = self.packed - usize::from(self.sent < self.out.len());
        }
    }
}

/// Who is told of commands and replies: there may be thousands that nobody wants.
fn ear<'o>(observer: &'o mut dyn Observer, deaf: &'o mut Deaf) -> &'o mut dyn Observer {
    if observer.follows_dialogue() { observer } else { deaf }
}

fn fly<L: Link>(
    talk: &mut Talk<L>,
    flight: &Flight<'_>,
    freight: &[u8],
    meanwhile: &mut dyn FnMut(),
    landed: &mut Landed,
    observer: &mut dyn Observer,
) -> Result<(), Cause> {
    talk.quiet_so_far(observer)?;
    let (mut air, mut deaf) = (Air::of(flight), Deaf);
    while air.packed < flight.len() {
        if air.packed == flight.first() {
            hear(talk, flight, air.packed, landed, ear(observer, &mut deaf))?;
            if is_full(flight, &landed.replies) {
                break;
            }
        }
        let packed = air.pack(ear(observer, &mut deaf));
        talk.marked(packed)?;
        let with_freight = air.packed == flight.len() && !freight.is_empty();
        if with_freight {
            air.carry(freight);
            brink::enter();
        }
        if let Err(cause) = write(talk, &mut air, landed, ear(observer, &mut deaf)) {
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
        meanwhile();
    }
    hear(talk, flight, air.packed, landed, ear(observer, &mut deaf))
}

/// Waits until so many commands are answered.
fn hear<L: Link>(
    talk: &mut Talk<L>,
    flight: &Flight<'_>,
    until: usize,
    landed: &mut Landed,
    observer: &mut dyn Observer,
) -> Result<(), Cause> {
    while landed.replies.len() < until {
        let reply = talk.reply_in_flight(flight.stage(landed.replies.len()), observer)?;
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
        let limit = talk.limit(air.flight.stage(landed.replies.len()));
        let offered = talk.link.offer(&air.out[air.sent..], limit);
        match talk.marked(offered)? {
            Offer::Took(count) => air.took(count),
            Offer::Heard => {
                while let Some(reply) = talk.reply_at_hand(observer)? {
                    if air.carries && landed.replies.len() + 1 == air.flight.len() && reply.is_refusal() {
                        // The freight is refused before it is whole: it stays so.
                        talk.abandon();
                        return Err(Cause::Refused(Arc::unwrap_or_clone(reply)));
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
fn land(reply: Arc<Reply>, asked: usize, replies: &mut Vec<Arc<Reply>>) -> Result<(), Cause> {
    if replies.len() == asked {
        return Err(Cause::AheadOfCommand);
    }
    replies.push(reply);
    Ok(())
}

/// Sends one command after the other and stops behind the first reply that `go_on` does not like, or where no more recipients are
/// taken.
pub fn in_step<L: Link>(
    talk: &mut Talk<L>,
    flight: &Flight<'_>,
    observer: &mut dyn Observer,
    mut go_on: impl FnMut(&Command, &Reply) -> bool,
) -> Landed {
    let (mut landed, mut line) = (Landed::default(), String::new());
    for at in 0..flight.len() {
        let command = flight.command(at, &mut line).and_then(|is_there| match is_there {
            true => Command::new(flight.stage(at), line.as_str()),
            false => Err(Cause::Bug("a flight is shorter than it was".to_owned())),
        });
        let asked = command
            .and_then(|command| talk.ask(&command, observer).map(|reply| (go_on(&command, &reply), reply)));
        match asked {
            Ok((goes_on, reply)) => {
                landed.replies.push(Arc::new(reply));
                if !goes_on || is_full(flight, &landed.replies) {
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
