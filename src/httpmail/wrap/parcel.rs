//! What travels as the body of a request: octets of ours, the message by a code, octets of ours.
//!
//! Laws: the length that is told beforehand is that of what goes out, or the last octets never do; memory does not grow with
//! the message.

use super::code::{Code, NoText};
use crate::message::raw::{Raw, Step};
use crate::terms::failure::{Cause, Unfit};
use crate::watch::wait::Watch;
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// Octets of the message that are encoded at a time; whatever they come to fits into a block of a body.
const PIECE: usize = 9 * 1024;

/// A message in its wrapping.
#[derive(Debug)]
pub struct Parcel {
    raw: Raw,
    before: Vec<u8>,
    code: Code,
    behind: Vec<u8>,
    /// What the message comes to by the code, where that is known.
    coded: Option<u64>,
    /// Octets of `before`, and of all of it, that were given.
    at: usize,
    given: u64,
    /// Octets of the message that wait for their neighbours.
    held: Vec<u8>,
    /// It is no message.
    is_ours: bool,
}

impl Parcel {
    /// The message as it is.
    pub fn plain(raw: Raw) -> Parcel {
        let coded = raw.size();
        let (before, behind, held) = (Vec::new(), Vec::new(), Vec::new());
        Parcel { raw, before, code: Code::Plain, behind, coded, at: 0, given: 0, held, is_ours: false }
    }

    /// A body of ours.
    pub fn of(octets: Vec<u8>) -> Parcel {
        Parcel { is_ours: true, ..Parcel::plain(Raw::of(octets)) }
    }

    /// Puts octets in front of the message.
    pub fn behind(self, before: Vec<u8>) -> Parcel {
        Parcel { before, ..self }
    }

    /// The message by a code between octets of ours; where its length depends on the octets, they are read once for it.
    pub fn wrapped(
        raw: Raw,
        before: Vec<u8>,
        code: Code,
        behind: Vec<u8>,
        watch: &Watch,
    ) -> Result<Parcel, Cause> {
        let mut parcel = Parcel { before, code, behind, ..Parcel::plain(raw) };
        parcel.coded = match parcel.raw.size().map(|size| code.length(size)) {
            Some(Some(length)) => Some(length),
            Some(None) => Some(parcel.count(watch)?),
            None => None,
        };
        Ok(parcel)
    }

    /// Reads the message for what it comes to.
    fn count(&mut self, watch: &Watch) -> Result<u64, Cause> {
        let (mut piece, mut out) = (Vec::with_capacity(PIECE), Vec::new());
        let (mut length, mut line, mut offset) = (0, 1, 0);
        loop {
            watch.check().map_err(|halt| halt.cause(Duration::ZERO))?;
            let Step::Octets { last } = self.raw.read(&mut piece)? else {
                return Err(Cause::Bug("a stream is not read twice".to_owned()));
            };
            let lines = |octets: &[u8]| memchr::memchr_iter(b'\n', octets).count() as u64;
            let used = self.code.put(&piece, last, &mut out).map_err(|NoText(at)| {
                Cause::Unfit(Unfit::NoText { line: line + lines(&piece[..at]), offset: offset + at as u64 })
            })?;
            length += out.len() as u64;
            line += lines(&piece[..used]);
            offset += used as u64;
            out.clear();
            piece.drain(..used);
            if last {
                self.raw.rewind();
                return Ok(length);
            }
        }
    }

    /// All its octets, where they are known before the end.
    pub fn size(&self) -> Option<u64> {
        self.coded.map(|coded| coded + (self.before.len() + self.behind.len()) as u64)
    }

    /// Octets of the message as it was given.
    pub fn size_as_given(&self) -> Option<u64> {
        self.raw.size()
    }

    /// True where it is no message, but a word of ours.
    pub(in crate::httpmail) fn is_ours(&self) -> bool {
        self.is_ours
    }

    pub fn can_be_repeated(&self) -> bool {
        self.raw.can_be_repeated()
    }

    /// False where octets were given that are gone.
    pub(in crate::httpmail) fn can_rewind(&self) -> bool {
        self.raw.can_rewind()
    }

    /// Starts again; false where octets were given that are gone.
    pub fn rewind(&mut self) -> bool {
        (self.at, self.given) = (0, 0);
        self.held.clear();
        self.raw.rewind()
    }

    /// The descriptor that a `Wait` is for.
    pub(in crate::httpmail) fn waits_for(&self) -> Option<BorrowedFd<'_>> {
        self.raw.waits_for()
    }

    /// Adds the next octets behind what the buffer holds, as far as it has room.
    pub(in crate::httpmail) fn read(&mut self, into: &mut Vec<u8>) -> Result<Step, Cause> {
        let from = into.len();
        let step = self.more(into)?;
        self.given += (into.len() - from) as u64;
        if let (Step::Octets { last: true }, Some(size)) = (step, self.size())
            && self.given != size
        {
            return Err(Cause::Unfit(Unfit::Changed));
        }
        Ok(step)
    }

    fn more(&mut self, into: &mut Vec<u8>) -> Result<Step, Cause> {
        let left = self.before.len() - self.at;
        if left > 0 {
            let count = left.min((into.capacity() - into.len()).max(1));
            into.extend_from_slice(&self.before[self.at..self.at + count]);
            self.at += count;
            if count < left {
                return Ok(Step::Octets { last: false });
            }
        }
        let step = match self.code {
            Code::Plain => self.raw.read(into)?,
            code => {
                if into.capacity() - into.len() < (PIECE + 4) * code.growth() {
                    return Ok(Step::Octets { last: false });
                }
                self.held.reserve_exact(PIECE.saturating_sub(self.held.len()));
                let step = self.raw.read(&mut self.held)?;
                let last = step == Step::Octets { last: true };
                let used =
                    code.put(&self.held, last, into).map_err(|NoText(_)| Cause::Unfit(Unfit::Changed))?;
                self.held.drain(..used);
                step
            }
        };
        if step == (Step::Octets { last: true }) {
            into.extend_from_slice(&self.behind);
        }
        Ok(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    fn whole(parcel: &mut Parcel, room: usize) -> Result<Vec<u8>, Cause> {
        let mut all = Vec::new();
        loop {
            let mut block = Vec::with_capacity(room);
            let step = parcel.read(&mut block)?;
            assert!(!block.is_empty() || step == Step::Octets { last: true });
            all.extend(block);
            if step == (Step::Octets { last: true }) {
                return Ok(all);
            }
        }
    }

    #[test]
    fn the_length_is_told_and_kept_again_and_again() {
        let watch = Watch::default();
        let text = "Subject: \"ä\"\r\n\r\n\\ \u{1} €\r\n".repeat(5000);
        for size in [0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 2, text.len()] {
            let end = (size..).find(|at| text.is_char_boundary(*at)).unwrap();
            for code in [Code::Plain, Code::Base64, Code::JsonString] {
                for before in [Vec::new(), b"{\"m\":\"".to_vec(), vec![b'x'; 200_000]] {
                    let raw = Raw::of(text.as_bytes()[..end].to_vec());
                    let mut parcel =
                        Parcel::wrapped(raw, before.clone(), code, b"\"}".to_vec(), &watch).unwrap();
                    for _ in 0..2 {
                        let all = whole(&mut parcel, 64 * 1024).unwrap();
                        assert_eq!(parcel.size(), Some(all.len() as u64), "{code:?} {end}");
                        let middle = &all[before.len()..all.len() - 2];
                        match code {
                            Code::Plain => assert_eq!(middle, &text.as_bytes()[..end]),
                            Code::JsonString => {
                                let string = [b"\"", middle, b"\""].concat();
                                assert_eq!(serde_json::from_slice::<String>(&string).unwrap(), text[..end]);
                            }
                            _ => assert_eq!(STANDARD.decode(middle).unwrap(), &text.as_bytes()[..end]),
                        }
                        assert!(parcel.rewind());
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_place() {
        let mut octets = vec![b'a'; 20_000];
        octets[9999] = b'\n';
        octets.push(0xfc);
        let raw = Raw::of(octets);
        let refused = Parcel::wrapped(raw, Vec::new(), Code::JsonString, Vec::new(), &Watch::default());
        let Err(Cause::Unfit(Unfit::NoText { line, offset })) = refused else { panic!("{refused:?}") };
        assert_eq!((line, offset), (2, 20_000));
    }
}
