//! The end of a message behind DATA and its doubled dots, found in a stream of blocks (RFC 5321, 4.5.2 and 4.1.1.4).
//!
//! Only CRLF ends a line here. The message ends with CRLF `.` CRLF and with nothing that merely looks like it, so that no
//! second message can be smuggled in behind a bare LF. A dot that opens a line is taken away; every other octet stays.

use memchr::memmem::Finder;

/// Tells where the last octet seen stands in its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Text,
    Cr,
    Dot,
    DotCr,
}

/// Reads a dot-stuffed message block by block.
#[derive(Debug)]
pub(super) struct Unstuff {
    place: Place,
    border: Finder<'static>,
}

impl Unstuff {
    /// Stands at the start of the first line.
    pub(super) fn new() -> Self {
        Self { place: Place::Start, border: Finder::new(b"\r\n.") }
    }

    /// Reads a block, hands the octets of the message to `keep`, and tells how many octets were read if the end was in it.
    pub(super) fn read(&mut self, block: &[u8], mut keep: impl FnMut(&[u8])) -> Option<usize> {
        let mut at = 0;
        while let Some(&octet) = block.get(at) {
            match (self.place, octet) {
                (Place::Start, b'.') => {
                    at += 1;
                    self.place = Place::Dot;
                }
                (Place::Dot, b'\r') => {
                    at += 1;
                    self.place = Place::DotCr;
                }
                (Place::DotCr, b'\n') => {
                    self.place = Place::Start;
                    return Some(at + 1);
                }
                (Place::DotCr, _) => {
                    keep(b"\r");
                    self.place = Place::Cr;
                }
                (Place::Cr, b'\n') => {
                    keep(b"\n");
                    at += 1;
                    self.place = Place::Start;
                }
                _ => at += self.text(&block[at..], &mut keep),
            }
        }
        None
    }

    /// Takes text up to the next dot at the start of a line, or to the end of the block.
    fn text(&mut self, rest: &[u8], keep: &mut impl FnMut(&[u8])) -> usize {
        if let Some(border) = self.border.find(rest) {
            keep(&rest[..border + 2]);
            self.place = Place::Dot;
            return border + 3;
        }
        keep(rest);
        self.place = match rest {
            [.., b'\r', b'\n'] => Place::Start,
            [.., b'\r'] => Place::Cr,
            _ => Place::Text,
        };
        rest.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Unstuff;

    const ROWS: &[(&[u8], &[u8])] = &[
        (b".\r\n", b""),
        (b"a\r\n.\r\n", b"a\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"a\r\n..b\r\n.\r\n", b"a\r\n.b\r\n"),
        (b"a\n.\nb\r\n.\r\n", b"a\n.\nb\r\n"),
        (b"a\n.\r\nb\r\n.\r\n", b"a\n.\r\nb\r\n"),
        (b"a\r\n.\nb\r\n.\r\n", b"a\r\n\nb\r\n"),
        (b"a\r\n.\rb\r\n.\r\n", b"a\r\n\rb\r\n"),
        (b"a\r\n.\r\r\n.\r\n", b"a\r\n\r\r\n"),
        (b"a\r.\r\nb\r\r\n.\r\n", b"a\r.\r\nb\r\r\n"),
        (b"\r\n\r\n.\r\n", b"\r\n\r\n"),
        (b".a\r\n...\r\n.\r\n", b"a\r\n..\r\n"),
        (b"\n.\r\n\r\n.\r\n", b"\n.\r\n\r\n"),
        (b"\r.\r\n.\r\n", b"\r.\r\n"),
    ];

    fn run(blocks: &[&[u8]]) -> (Vec<u8>, Option<usize>) {
        let (mut unstuff, mut kept, mut before) = (Unstuff::new(), Vec::new(), 0);
        for block in blocks {
            if let Some(end) = unstuff.read(block, |octets| kept.extend_from_slice(octets)) {
                return (kept, Some(before + end));
            }
            before += block.len();
        }
        (kept, None)
    }

    #[test]
    fn every_split_of_a_message_reads_the_same() {
        for (wire, message) in ROWS {
            let mut followed = wire.to_vec();
            followed.extend_from_slice(b"QUIT\r\n");
            for first in 0..=followed.len() {
                for second in first..=followed.len() {
                    let blocks = [&followed[..first], &followed[first..second], &followed[second..]];
                    let (kept, end) = run(&blocks);
                    assert_eq!(&kept, message, "{wire:?} split at {first} and {second}");
                    assert_eq!(end, Some(wire.len()), "{wire:?} split at {first} and {second}");
                }
            }
        }
    }

    #[test]
    fn a_message_without_its_end_never_ends() {
        for open in [&b"a\r\n."[..], b"a\r\n.\r", b"a\r\n.\n", b"a\n.\n", b"", b"."] {
            assert_eq!(run(&[open]).1, None, "{open:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn unstuffing_undoes_stuffing(lines in proptest::collection::vec("[.\r\nab]{0,6}", 0..12), block in 1_usize..9) {
            let message: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
            let dotted = message.starts_with('.');
            let stuffed = message.replace("\r\n.", "\r\n..");
            let wire = format!("{}{stuffed}.\r\n", if dotted { "." } else { "" });
            let blocks: Vec<_> = wire.as_bytes().chunks(block).collect();
            let (kept, end) = run(&blocks);
            proptest::prop_assert_eq!(kept, message.as_bytes());
            proptest::prop_assert_eq!(end, Some(wire.len()));
        }
    }
}
