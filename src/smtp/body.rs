//! The message itself on the wire, behind DATA: canonical lines, dots doubled, and the final dot only behind a whole source.

use super::push::Push;
use super::stuff::Stuffer;
use super::talk::Talk;
use crate::message::octets::Next;
use crate::message::open::Message;
use crate::net::link::Link;
use crate::terms::event::Observer;
use crate::terms::failure::Failure;

/// Sends the message and its end. On success the end is written and the verdict is due; on failure it was not written.
pub(super) fn send<L: Link>(
    talk: &mut Talk<L>,
    message: &mut Message,
    eight_bit: bool,
    observer: &mut dyn Observer,
) -> Result<(), Failure> {
    let mut push = Push::new(talk, message, eight_bit, observer);
    let dots = message.may_have_dots().then(Stuffer::default);
    let stretches = dots.is_none() && push.takes_files();
    message.supply(dots, |mut supply| {
        loop {
            match supply.next(stretches).map_err(|cause| push.broken(cause))? {
                Next::Wait(source) => push.wait_for(source)?,
                Next::Stretch(stretch) => push.stretch(&stretch)?,
                Next::Block { octets, own, last } => {
                    push.judge(octets)?;
                    if last {
                        return push.last(octets, b".\r\n", own);
                    }
                    push.octets(octets, b"")?;
                    push.went(own);
                }
            }
        }
    })
}
