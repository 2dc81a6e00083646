//! One look at many octets at once: whether they are plain lines, all ended by CRLF or all by LF. Written so that the compiler
//! makes wide steps of it.

use crate::terms::find::memchr;

/// What whole lines are like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// A line end of another kind, or a CR that is no part of one.
    odd_ends: u8,
    /// The least octet.
    least: u8,
    dots: u8,
    /// All octets or-ed.
    bits: u8,
    lines: u64,
}

/// What ends the lines that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    CrLf,
    Lf,
}

impl Ends {
    /// The kind of the first line end, if there is one.
    fn of(lines: &[u8]) -> Ends {
        match memchr(b'\n', lines) {
            Some(at) if at == 0 || lines[at - 1] != b'\r' => Ends::Lf,
            _ => Ends::CrLf,
        }
    }
}

/// Octets of one wide step: fewer than a `u8` can count.
const STEP: usize = 128;

impl Look {
    /// Looks at whole lines, for dots too if they are sought; the first octet follows a line end.
    pub(super) fn at(lines: &[u8], ends: Ends, dots: bool) -> Look {
        match (ends, dots) {
            (Ends::CrLf, true) => Look::through::<true, false>(lines),
            (Ends::CrLf, false) => Look::through::<false, false>(lines),
            (Ends::Lf, true) => Look::through::<true, true>(lines),
            (Ends::Lf, false) => Look::through::<false, true>(lines),
        }
    }

    fn through<const DOTS: bool, const LF: bool>(lines: &[u8]) -> Look {
        let mut look = Look { odd_ends: 0, least: u8::MAX, dots: 0, bits: 0, lines: 0 };
        let (Some(&first), Some(&last)) = (lines.first(), lines.last()) else { return look };
        look.step::<DOTS, LF>(b"\n", &[first]);
        if !LF {
            look.odd_ends = u8::from(first == b'\n') | u8::from(last == b'\r');
        }
        let (before, behind) = (&lines[..lines.len() - 1], &lines[1..]);
        let (mut before, mut behind) = (before.chunks_exact(STEP), behind.chunks_exact(STEP));
        for (before, behind) in before.by_ref().zip(behind.by_ref()) {
            look.step::<DOTS, LF>(before, behind);
        }
        look.step::<DOTS, LF>(before.remainder(), behind.remainder());
        look
    }

    /// Looks at octets, each beside the one before it.
    #[inline]
    fn step<const DOTS: bool, const LF: bool>(&mut self, before: &[u8], behind: &[u8]) {
        let (mut odd_ends, mut least, mut dots, mut bits, mut ends) = (0, u8::MAX, 0, 0, 0_u8);
        for (&one, &next) in before.iter().zip(behind) {
            let end = u8::from(next == b'\n');
            odd_ends |= if LF { u8::from(next == b'\r') } else { u8::from(one == b'\r') ^ end };
            if DOTS {
                dots |= u8::from(one == b'\n') & u8::from(next == b'.');
            }
            least = least.min(next);
            bits |= next;
            ends = ends.wrapping_add(end);
        }
        self.odd_ends |= odd_ends;
        self.least = self.least.min(least);
        self.dots |= dots;
        self.bits |= bits;
        self.lines += u64::from(ends);
    }

    /// Every line ends in what was looked for, no CR or LF stands elsewhere, and there is no NUL.
    pub(super) fn is_plain(self) -> bool {
        self.odd_ends == 0 && self.least > 0
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
    /// Lines that end in LF alone.
    bare_lf: u64,
    has_dots: bool,
    has_eight_bit: bool,
}

impl Plain {
    /// Lines behind others, of which it is known whether one starts with a dot.
    pub(super) fn behind(has_dots: bool) -> Plain {
        Plain { has_dots, ..Plain::default() }
    }

    /// Takes whole lines behind a line end; false, and nothing taken, where they are not plain.
    pub(super) fn add(&mut self, lines: &[u8]) -> bool {
        let ends = Ends::of(lines);
        let look = Look::at(lines, ends, !self.has_dots);
        if look.is_plain() {
            self.octets += lines.len() as u64;
            self.lines += look.lines;
            self.bare_lf += if ends == Ends::Lf { look.lines } else { 0 };
            self.has_dots |= look.has_dots();
            self.has_eight_bit |= look.has_eight_bit();
        }
        look.is_plain()
    }

    /// Takes others that stand before or behind.
    pub(super) fn join(&mut self, other: &Plain) {
        self.octets += other.octets;
        self.lines += other.lines;
        self.bare_lf += other.bare_lf;
        self.has_dots |= other.has_dots;
        self.has_eight_bit |= other.has_eight_bit;
    }

    pub(super) fn octets(&self) -> u64 {
        self.octets
    }

    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    pub(super) fn bare_lf(&self) -> u64 {
        self.bare_lf
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

    const LENGTHS: [usize; 16] = [2, 3, 63, 64, 65, 66, 127, 128, 129, 130, 200, 255, 256, 257, 258, 400];

    fn plain(length: usize, end: &[u8]) -> Vec<u8> {
        [vec![b'x'; length - end.len()], end.to_vec()].concat()
    }

    /// The line with something odd in it, looked at with and without dots.
    fn with(line: &[u8], odd: &[u8], at: usize, ends: Ends) -> Look {
        let lines = [&line[..at], odd, &line[at + 1..]].concat();
        let look = Look::at(&lines, ends, true);
        assert_eq!(look.lines, memchr::memchr_iter(b'\n', &lines).count() as u64);
        let unsought = Look::at(&lines, ends, false);
        assert!(!unsought.has_dots() && unsought.is_plain() == look.is_plain());
        look
    }

    #[test]
    fn every_octet_is_looked_at() {
        for length in LENGTHS {
            let plain = plain(length, b"\r\n");
            let look = Look::at(&plain, Ends::CrLf, true);
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
                    let look = with(&plain, odd, at, Ends::CrLf);
                    let seen = (look.is_plain(), look.has_dots(), look.has_eight_bit());
                    // A CR right before a CRLF is odd, but an LF there is a second odd end and a CR before a CR too.
                    assert_eq!(seen, (is_plain, has_dots, has_eight_bit), "{odd:?} at {at} of {length}");
                }
            }
        }
        let is_plain = |lines| Look::at(lines, Ends::CrLf, true).is_plain();
        assert!(is_plain(b"") && !is_plain(b"\n") && !is_plain(b"x\r"));
        let whole = "\r\n".repeat(1000);
        assert_eq!(Look::at(whole.as_bytes(), Ends::CrLf, true).lines, 1000);
    }

    #[test]
    fn every_octet_of_lines_that_end_in_lf_is_looked_at() {
        for length in LENGTHS {
            let plain = plain(length, b"\n");
            for at in 0..length - 1 {
                for (odd, is_plain, has_dots, has_eight_bit) in [
                    (&b"x"[..], true, false, false),
                    (b"\r", false, false, false),
                    (b"\r\n", false, false, false),
                    (b"\n", true, false, false),
                    (b"\0", false, false, false),
                    (b"\xe9", true, false, true),
                    (b".", true, at == 0, false),
                    (b"\n.", true, true, false),
                ] {
                    let look = with(&plain, odd, at, Ends::Lf);
                    let seen = (look.is_plain(), look.has_dots(), look.has_eight_bit());
                    assert_eq!(seen, (is_plain, has_dots, has_eight_bit), "{odd:?} at {at} of {length}");
                }
            }
        }
        assert!(!Look::at(b"\r\n", Ends::Lf, true).is_plain());
    }

    #[test]
    fn lines_of_both_kinds_count_together_but_not_within_one_look() {
        let mut plain = Plain::default();
        assert!(plain.add(b"a\r\n\r\n") && plain.add(b"\nb\n.c\n") && plain.add(b""));
        assert!(!plain.add(b"a\nb\r\n") && !plain.add(b"a\r\nb\n"));
        assert_eq!((plain.octets(), plain.lines(), plain.bare_lf(), plain.has_dots()), (11, 5, 3, true));
    }
}
