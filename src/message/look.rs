//! One look at many octets at once: whether they are plain lines. Written so that the compiler makes wide steps of it.

use crate::terms::find;

/// What whole lines are like.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    /// A CR without LF behind it, or an LF without CR before it.
    odd_ends: u8,
    nul: u8,
    dots: u8,
    /// All octets or-ed.
    bits: u8,
}

/// Octets of one wide step.
const STEP: usize = 64;

impl Look {
    /// Looks at whole lines; the first octet follows a line end.
    pub(super) fn at(lines: &[u8]) -> Look {
        let Some((&last, _)) = lines.split_last() else { return Look::default() };
        let mut look = Look::default();
        look.octet(lines[0]);
        look.dots |= u8::from(lines[0] == b'.');
        look.odd_ends |= u8::from(lines[0] == b'\n') | u8::from(last == b'\r');
        let (before, behind) = (&lines[..lines.len() - 1], &lines[1..]);
        let (mut before, mut behind) = (before.chunks_exact(STEP), behind.chunks_exact(STEP));
        for (before, behind) in before.by_ref().zip(behind.by_ref()) {
            let (mut odd_ends, mut nul, mut dots, mut bits) = (0, 0, 0, 0);
            for (&one, &next) in before.iter().zip(behind) {
                odd_ends |= u8::from(one == b'\r') ^ u8::from(next == b'\n');
                dots |= u8::from(one == b'\n') & u8::from(next == b'.');
                nul |= u8::from(next == 0);
                bits |= next;
            }
            look.odd_ends |= odd_ends;
            look.nul |= nul;
            look.dots |= dots;
            look.bits |= bits;
        }
        for (&one, &next) in before.remainder().iter().zip(behind.remainder()) {
            look.odd_ends |= u8::from(one == b'\r') ^ u8::from(next == b'\n');
            look.dots |= u8::from(one == b'\n') & u8::from(next == b'.');
            look.octet(next);
        }
        look
    }

    fn octet(&mut self, octet: u8) {
        self.nul |= u8::from(octet == 0);
        self.bits |= octet;
    }

    /// Every line ends in CRLF, no CR or LF stands elsewhere, and there is no NUL.
    pub(super) fn is_plain(self) -> bool {
        self.odd_ends == 0 && self.nul == 0
    }

    /// A line starts with a dot.
    pub(super) fn has_dots(self) -> bool {
        self.dots != 0
    }

    pub(super) fn has_eight_bit(self) -> bool {
        self.bits & 0x80 != 0
    }
}

/// Whole lines that were found plain, taken together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Plain {
    octets: u64,
    lines: u64,
    has_dots: bool,
    has_eight_bit: bool,
}

impl Plain {
    /// Takes whole lines behind a line end; false, and nothing taken, where they are not plain.
    pub(super) fn add(&mut self, lines: &[u8]) -> bool {
        let look = Look::at(lines);
        if look.is_plain() {
            self.octets += lines.len() as u64;
            self.lines += find::count(b'\n', lines) as u64;
            self.has_dots |= look.has_dots();
            self.has_eight_bit |= look.has_eight_bit();
        }
        look.is_plain()
    }

    pub(super) fn octets(&self) -> u64 {
        self.octets
    }

    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    pub(super) fn has_dots(&self) -> bool {
        self.has_dots
    }

    pub(super) fn has_eight_bit(&self) -> bool {
        self.has_eight_bit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_is_looked_at() {
        for length in [2, 3, 63, 64, 65, 66, 127, 128, 129, 130, 200] {
            let plain = [vec![b'x'; length - 2], b"\r\n".to_vec()].concat();
            let look = Look::at(&plain);
            assert!(look.is_plain() && !look.has_dots() && !look.has_eight_bit(), "{length}");
            for at in 0..length - 2 {
                for (odd, is_plain, has_dots, has_eight_bit) in [
                    (&b"\r"[..], false, false, false),
                    (b"\n", false, false, false),
                    (b"\0", false, false, false),
                    (b"\xe9", true, false, true),
                    (b".", true, at == 0, false),
                    (b"\r\n.", true, true, false),
                    (b"\r\n\r\n", true, false, false),
                ] {
                    let lines = [&plain[..at], odd, &plain[at + 1..]].concat();
                    let look = Look::at(&lines);
                    let seen = (look.is_plain(), look.has_dots(), look.has_eight_bit());
                    // A CR right before a CRLF is odd, but an LF there is a second odd end and a CR before a CR too.
                    assert_eq!(seen, (is_plain, has_dots, has_eight_bit), "{odd:?} at {at} of {length}");
                }
            }
        }
        assert!(Look::at(b"").is_plain() && !Look::at(b"\n").is_plain() && !Look::at(b"x\r").is_plain());
    }
}
