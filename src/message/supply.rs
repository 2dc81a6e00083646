//! A message on its way out, in the shape that its transport gives it. Where a long file has to be changed for that, a thread of
//! its own makes the next blocks ready while those before go out.

use super::measure::{LONG, has_two_cores};
use super::octets::{Next, Octets};
use super::open::Message;
use crate::terms::failure::Cause;
use std::sync::mpsc::{Receiver, SendError, Sender, SyncSender, channel, sync_channel};
use std::thread;

/// What a transport makes of canonical octets, block by block.
pub trait Shape: Send {
    /// The block as it is to go out; `out` has room for it.
    fn pass<'a>(&mut self, block: &'a [u8], out: &'a mut Vec<u8>) -> &'a [u8];

    /// Appends the block as it is to go out.
    fn feed(&mut self, block: &[u8], out: &mut Vec<u8>);
}

/// Blocks that are ready at most while another one goes out.
const READY: usize = 2;

/// Gives a message once.
#[derive(Debug)]
pub struct Supply<'a, S> {
    maker: Maker<'a, S>,
    /// The block that was given last, where it is not that of the message itself.
    block: Vec<u8>,
}

#[derive(Debug)]
enum Maker<'a, S> {
    Here { octets: Octets<'a>, shape: Option<S> },
    Elsewhere { made: Receiver<Result<Made, Cause>>, used: Sender<Vec<u8>> },
}

/// A block that is ready to go out.
#[derive(Debug)]
struct Made {
    octets: Vec<u8>,
    own: usize,
    last: bool,
}

impl Message {
    /// Lets `take` have the octets as they go out, from the start; those of a flow are given once.
    pub fn supply<S: Shape, R>(&mut self, shape: Option<S>, take: impl FnOnce(Supply<'_, S>) -> R) -> R {
        let octets = self.octets();
        let is_work = shape.is_some() || octets.are_changed();
        if is_work && octets.left_in_file() >= LONG && has_two_cores() {
            made_elsewhere(octets, shape, take)
        } else {
            take(Supply { maker: Maker::Here { octets, shape }, block: Vec::new() })
        }
    }
}

/// The same with a thread of its own, if there can be one.
fn made_elsewhere<S: Shape, R>(
    octets: Octets<'_>,
    shape: Option<S>,
    take: impl FnOnce(Supply<'_, S>) -> R,
) -> R {
    thread::scope(|scope| {
        let ((work, begun), (made, next), (used, room)) = (sync_channel(1), sync_channel(READY), channel());
        let maker = thread::Builder::new().name("supply".to_owned());
        let maker = maker.spawn_scoped(scope, move || {
            if let Ok((octets, shape)) = begun.recv() {
                make(octets, shape, &made, &room);
            }
        });
        let here = |(octets, shape)| Maker::Here { octets, shape };
        let maker = match maker {
            Ok(_) => match work.send((octets, shape)) {
                Ok(()) => Maker::Elsewhere { made: next, used },
                Err(SendError(back)) => here(back),
            },
            Err(_) => here((octets, shape)),
        };
        take(Supply { maker, block: Vec::new() })
    })
}

/// Makes blocks ready, until the last one or until nobody takes them.
fn make<S: Shape>(
    mut octets: Octets<'_>,
    mut shape: Option<S>,
    made: &SyncSender<Result<Made, Cause>>,
    room: &Receiver<Vec<u8>>,
) {
    loop {
        let next = one(&mut octets, &mut shape, room.try_recv().unwrap_or_default());
        let is_end = next.as_ref().map_or(true, |made| made.last);
        if made.send(next).is_err() || is_end {
            return;
        }
    }
}

fn one<S: Shape>(octets: &mut Octets<'_>, shape: &mut Option<S>, mut room: Vec<u8>) -> Result<Made, Cause> {
    room.clear();
    let Next::Block { octets, own, last } = octets.next(false)? else {
        return Err(Cause::Bug("a file kept its reader waiting".to_owned()));
    };
    match shape {
        Some(shape) => shape.feed(octets, &mut room),
        None => room.extend_from_slice(octets),
    }
    Ok(Made { octets: room, own, last })
}

impl<S: Shape> Supply<'_, S> {
    /// The next of it. A stretch is given only to those who can take one, and only of octets that keep their shape.
    pub fn next(&mut self, takes_stretches: bool) -> Result<Next<'_>, Cause> {
        match &mut self.maker {
            Maker::Here { octets, shape: None } => octets.next(takes_stretches),
            Maker::Here { octets, shape: Some(shape) } => Ok(match octets.next(false)? {
                Next::Block { octets, own, last } => {
                    Next::Block { octets: shape.pass(octets, &mut self.block), own, last }
                }
                other => other,
            }),
            Maker::Elsewhere { made, used } => {
                // A reader that is through needs no more room.
                let _ = used.send(std::mem::take(&mut self.block));
                let Made { octets, own, last } =
                    made.recv().map_err(|_| Cause::Bug("the reader of a file is gone".to_owned()))??;
                self.block = octets;
                Ok(Next::Block { octets: &self.block, own, last })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::open::{Handling, Origin};
    use crate::terms::failure::Unfit;
    use crate::watch::wait::Watch;
    use std::io::Write;

    /// Doubles every `x`, wherever it stands.
    struct Twice;

    impl Shape for Twice {
        fn pass<'a>(&mut self, block: &'a [u8], out: &'a mut Vec<u8>) -> &'a [u8] {
            out.clear();
            self.feed(block, out);
            out
        }

        fn feed(&mut self, block: &[u8], out: &mut Vec<u8>) {
            let twice = |&octet: &u8| std::iter::repeat_n(octet, if octet == b'x' { 2 } else { 1 });
            out.extend(block.iter().flat_map(twice));
        }
    }

    fn message(body: &str) -> (tempfile::NamedTempFile, Message) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "Date: now\nMessage-ID: <1@x>\n\n{body}").unwrap();
        let origin = Origin::Path(file.path().to_owned());
        let message = Message::open(&origin, &Handling::default(), &Watch::default()).unwrap();
        (file, message)
    }

    /// All that is given, and how many octets of the message it stands for; or why it broke off.
    fn all<S: Shape>(mut supply: Supply<'_, S>) -> Result<(Vec<u8>, usize), Cause> {
        let (mut given, mut owned) = (Vec::new(), 0);
        loop {
            let Next::Block { octets, own, last } = supply.next(false)? else { panic!("it is a file") };
            given.extend_from_slice(octets);
            owned += own;
            if last {
                return Ok((given, owned));
            }
        }
    }

    #[test]
    fn another_thread_makes_what_is_made_here() {
        for line in ["an x and a y\n", "an x and a y\r\n", "x"] {
            let (_file, mut message) = message(&line.repeat(700_000 / line.len()));
            let here = message.supply(Some(Twice), all).unwrap();
            assert_eq!(made_elsewhere(message.octets(), Some(Twice), all).unwrap(), here);
            assert_eq!(Some(here.1 as u64), message.size());
            let plain = message.supply(None::<Twice>, all).unwrap();
            assert_eq!(made_elsewhere(message.octets(), None::<Twice>, all).unwrap(), plain);
            assert!(plain.0.len() == plain.1 && plain.1 == here.1 && here.0.len() > plain.0.len());
        }
    }

    #[test]
    fn who_has_enough_may_leave_and_a_file_that_changes_has_no_end() {
        let (file, mut message) = message(&"x\n".repeat(500_000));
        made_elsewhere(message.octets(), Some(Twice), |mut supply| supply.next(false).map(|_| ())).unwrap();
        file.as_file().set_len(900_000).unwrap();
        let cut = made_elsewhere(message.octets(), Some(Twice), all);
        assert!(matches!(cut, Err(Cause::Unfit(Unfit::Changed))), "{cut:?}");
    }
}
