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

/// Replies in the order of their commands, and what ended the flight before its last one.
#[derive(Debug, Default)]
pub struct Landed {
    pub replies: Vec<Reply>,
    pub cut: Option<Cause>,
}

impl Landed {
    /// A server that said 421 has said why it hung up.
    pub fn with_its_reason(mut self) -> Landed {
        if let (Some(Cause::Closed), Some(reply)) = (&self.cut, self.replies.last())
            && reply.code == 421
        {
            self.cut = Some(Cause::Refused(reply.clone()));
        }
        self
    }
}

/// Octets of commands that are put together for one write.
const AT_ONCE: usize = 32 * 1024;

/// Sends all commands without waiting between them.
pub fn pipelined<L: Link>(talk: &mut Talk<L>, commands: &[Command], observer: &mut dyn Observer) -> Landed {
    let mut landed = Landed { replies: Vec::with_capacity(commands.len()), cut: None };
    if let Err(cause) = fly(talk, commands, &mut landed.replies, observer) {
        landed.cut = Some(cause);
    }
    landed
}

fn fly<L: Link>(
    talk: &mut Talk<L>,
    commands: &[Command],
    replies: &mut Vec<Reply>,
    observer: &mut dyn Observer,
) -> Result<(), Cause> {
    talk.quiet_so_far(observer)?;
    let mut next = commands.iter();
    let (mut out, mut sent) = (Vec::new(), 0);
    let mut before = 0;
    loop {
        if sent == out.len() {
            before += ends(&out);
            out.clear();
            sent = 0;
            while out.len() < AT_ONCE {
                let Some(command) = next.next() else { break };
                observer.note(&Event::Command(command.text()));
                command.write_to(&mut out);
            }
        }
        if out.is_empty() {
            break;
        }
        let limit = talk.limit(commands[replies.len().min(commands.len() - 1)].stage);
        let offered = talk.link.offer(&out[sent..], limit);
        match talk.marked(offered)? {
            Offer::Took(count) => sent += count,
            Offer::Heard => {
                let asked = before + ends(&out[..sent]);
                while let Some(reply) = talk.reply_at_hand(observer)? {
                    let landed = land(reply, asked, replies);
                    talk.marked(landed)?;
                }
            }
        }
    }
    while let Some(command) = commands.get(replies.len()) {
        let reply = talk.reply(command.stage, observer)?;
        land(reply, commands.len(), replies)?;
    }
    Ok(())
}

/// Commands that end within the octets.
fn ends(octets: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', octets).count()
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
