//! One look at many octets at once: whether they are plain lines. Written so that the compiler makes wide steps of it.

/// What whole lines are like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// A CR without LF behind it, or an LF without CR before it.
    odd_ends: u8,
    /// The least octet.
    least: u8,
    dots: u8,
    /// All octets or-ed.
    bits: u8,
    lines: u64,
}

/// Octets of one wide step: fewer than a `u8` can count.
const STEP: usize = 128;

impl Look {
    /// Looks at whole lines, for dots too if they are sought; the first octet follows a line end.
    pub(super) fn at<const DOTS: bool>(lines: &[u8]) -> Look {
        let mut look = Look { odd_ends: 0, least: u8::MAX, dots: 0, bits: 0, lines: 0 };
        let (Some(&first), Some(&last)) = (lines.first(), lines.last()) else { return look };
        look.step::<DOTS>(b"\n", &[first]);
        look.odd_ends = u8::from(first == b'\n') | u8::from(last == b'\r');
        let (before, behind) = (&lines[..lines.len() - 1], &lines[1..]);
        let (mut before, mut behind) = (before.chunks_exact(STEP), behind.chunks_exact(STEP));
        for (before, behind) in before.by_ref().zip(behind.by_ref()) {
            look.step::<DOTS>(before, behind);
        }
        look.step::<DOTS>(before.remainder(), behind.remainder());
        look
    }

    /// Looks at octets, each beside the one before it.
    #[inline]
    fn step<const DOTS: bool>(&mut self, before: &[u8], behind: &[u8]) {
        let (mut odd_ends, mut least, mut dots, mut bits, mut ends) = (0, u8::MAX, 0, 0, 0_u8);
        for (&one, &next) in before.iter().zip(behind) {
            let end = u8::from(next == b'\n');
            odd_ends |= u8::from(one == b'\r') ^ end;
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

    /// Every line ends in CRLF, no CR or LF stands elsewhere, and there is no NUL.
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
        let look = if self.has_dots { Look::at::<false>(lines) } else { Look::at::<true>(lines) };
        if look.is_plain() {
            self.octets += lines.len() as u64;
            self.lines += look.lines;
            self.has_dots |= look.has_dots();
            self.has_eight_bit |= look.has_eight_bit();
        }
        look.is_plain()
    }

    /// Takes others that stand before or behind.
    pub(super) fn join(&mut self, other: &Plain) {
        self.octets += other.octets;
        self.lines += other.lines;
        self.has_dots |= other.has_dots;
        self.has_eight_bit |= other.has_eight_bit;
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
        for length in [2, 3, 63, 64, 65, 66, 127, 128, 129, 130, 200, 255, 256, 257, 258, 400] {
            let plain = [vec![b'x'; length - 2], b"\r\n".to_vec()].concat();
            let look = Look::at::<true>(&plain);
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
                    let look = Look::at::<true>(&lines);
                    assert_eq!(look.lines, memchr::memchr_iter(b'\n', &lines).count() as u64);
                    let unsought = Look::at::<false>(&lines);
                    assert!(!unsought.has_dots() && unsought.is_plain() == look.is_plain());
                    let seen = (look.is_plain(), look.has_dots(), look.has_eight_bit());
                    // A CR right before a CRLF is odd, but an LF there is a second odd end and a CR before a CR too.
                    assert_eq!(seen, (is_plain, has_dots, has_eight_bit), "{odd:?} at {at} of {length}");
                }
            }
        }
        let is_plain = |lines| Look::at::<true>(lines).is_plain();
        assert!(is_plain(b"") && !is_plain(b"\n") && !is_plain(b"x\r"));
        let whole = "\r\n".repeat(1000);
        assert_eq!(Look::at::<true>(whole.as_bytes()).lines, 1000);
    }
}
