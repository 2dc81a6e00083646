//! Line ends: what ends a line in a message as given, and the canonical form with CRLF everywhere.
//!
//! LF, CRLF and a lone CR end a line, CR CR LF ends one (RFC 5321 section 2.3.8 leaves only CRLF on the wire).

use crate::terms::find::{memchr, memchr2};

/// How a line ended as it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    CrLf,
    Lf,
    Cr,
    CrCrLf,
}

impl End {
    /// Octets of this line end as given.
    pub fn octets(self) -> u64 {
        match self {
            End::Lf | End::Cr => 1,
            End::CrLf => 2,
            End::CrCrLf => 3,
        }
    }
}

/// A stretch of a line, or its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a [u8]),
    End(End),
}

/// Takes octets apart into text and line ends, whatever the blocks they come in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lines {
    /// CRs at the end of the last block that are not yet understood: at most two.
    crs: u8,
}

impl Lines {
    /// True where no CR waits to be understood.
    pub fn is_at_rest(&self) -> bool {
        self.crs == 0
    }

    #[inline]
    pub fn feed<'a>(&mut self, block: &'a [u8], mut take: impl FnMut(Piece<'a>)) {
        let mut rest = block;
        while self.crs > 0 {
            let Some(&first) = rest.first() else { return };
            rest = self.resolve(first, rest, &mut take);
        }
        while let Some(at) = memchr2(b'\n', b'\r', rest) {
            if at > 0 {
                take(Piece::Text(&rest[..at]));
            }
            match &rest[at..] {
                [b'\n', ..] => {
                    take(Piece::End(End::Lf));
                    rest = &rest[at + 1..];
                }
                [b'\r', b'\n', ..] => {
                    take(Piece::End(End::CrLf));
                    rest = &rest[at + 2..];
                }
                _ => {
                    self.crs = 1;
                    rest = &rest[at + 1..];
                    while self.crs > 0 {
                        let Some(&first) = rest.first() else { return };
                        rest = self.resolve(first, rest, &mut take);
                    }
                }
            }
        }
        if !rest.is_empty() {
            take(Piece::Text(rest));
        }
    }

    /// Decides about waiting CRs by the octet behind them; returns what is left of the block.
    fn resolve<'a>(&mut self, first: u8, rest: &'a [u8], take: &mut impl FnMut(Piece<'a>)) -> &'a [u8] {
        match (self.crs, first) {
            (1, b'\n') => take(Piece::End(End::CrLf)),
            (_, b'\n') => take(Piece::End(End::CrCrLf)),
            (1, b'\r') => {
                self.crs = 2;
                return &rest[1..];
            }
            (_, b'\r') => {
                take(Piece::End(End::Cr));
                return &rest[1..];
            }
            (crs, _) => {
                (0..crs).for_each(|_| take(Piece::End(End::Cr)));
                self.crs = 0;
                return rest;
            }
        }
        self.crs = 0;
        &rest[1..]
    }

    /// The octets are at their end: a CR still waiting was a lone one.
    pub fn finish(&mut self, mut take: impl FnMut(Piece<'static>)) {
        (0..std::mem::take(&mut self.crs)).for_each(|_| take(Piece::End(End::Cr)));
    }
}

/// Turns octets into lines that end in CRLF; a last line without an end gets one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Canon {
    lines: Lines,
    in_line: bool,
}

impl Canon {
    /// Goes on behind lines that were canonical, by their last octet.
    pub fn behind(last: u8) -> Canon {
        Canon { lines: Lines::default(), in_line: last != b'\n' }
    }

    pub fn feed(&mut self, block: &[u8], out: &mut Vec<u8>) {
        if self.lines.is_at_rest() && memchr(b'\r', block).is_none() {
            return self.bare(block, out);
        }
        let mut in_line = self.in_line;
        self.lines.feed(block, |piece| match piece {
            Piece::Text(text) => {
                out.extend_from_slice(text);
                in_line = true;
            }
            Piece::End(_) => {
                out.extend_from_slice(b"\r\n");
                in_line = false;
            }
        });
        self.in_line = in_line;
    }

    /// Takes octets without a CR.
    fn bare(&mut self, block: &[u8], out: &mut Vec<u8>) {
        let Some(last) = block.last() else { return };
        let mut rest = block;
        while let Some(lf) = memchr(b'\n', rest) {
            out.extend_from_slice(&rest[..lf]);
            out.extend_from_slice(b"\r\n");
            rest = &rest[lf + 1..];
        }
        out.extend_from_slice(rest);
        self.in_line = *last != b'\n';
    }

    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let mut in_line = self.in_line;
        self.lines.finish(|_| {
            out.extend_from_slice(b"\r\n");
            in_line = false;
        });
        if in_line {
            out.extend_from_slice(b"\r\n");
        }
        *self = Canon::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(blocks: &[&[u8]]) -> Vec<u8> {
        let (mut canon, mut out) = (Canon::default(), Vec::new());
        blocks.iter().for_each(|block| canon.feed(block, &mut out));
        canon.finish(&mut out);
        out
    }

    #[test]
    fn every_line_end_becomes_crlf_at_every_block_border() {
        for (given, sent) in [
            (&b""[..], &b""[..]),
            (b"a", b"a\r\n"),
            (b"a\n", b"a\r\n"),
            (b"a\r\n", b"a\r\n"),
            (b"a\r", b"a\r\n"),
            (b"a\r\rb", b"a\r\n\r\nb\r\n"),
            (b"a\r\r\nb\n", b"a\r\nb\r\n"),
            (b"a\r\r\r\nb", b"a\r\n\r\nb\r\n"),
            (b"a\n\rb", b"a\r\n\r\nb\r\n"),
            (b"\n", b"\r\n"),
            (b"\r\r", b"\r\n\r\n"),
            (b"a\n\n", b"a\r\n\r\n"),
            (b".\n.", b".\r\n.\r\n"),
        ] {
            for cut in 0..=given.len() {
                for second in cut..=given.len() {
                    let blocks = [&given[..cut], &given[cut..second], &given[second..]];
                    assert_eq!(canonical(&blocks), sent, "{given:?} cut at {cut}, {second}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn canonical_octets_stay_as_they_are(text in "[a.\r\n]{0,60}", cut in 0usize..60) {
            let once = canonical(&[text.as_bytes()]);
            let cut = cut.min(once.len());
            prop_assert_eq!(&canonical(&[&once[..cut], &once[cut..]]), &once);
            let bare = memchr::memchr2_iter(b'\r', b'\n', &once).count() * 2 == once.windows(2).filter(|w| w == b"\r\n").count() * 4;
            prop_assert!(bare);
        }
    }
}
