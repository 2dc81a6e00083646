//! Dots at line starts doubled (RFC 5321 section 4.5.2), over canonical lines in any blocks.

use crate::message::supply::Shape;
use memchr::memmem;

/// Doubles dots; it remembers whether the last block ended a line.
#[derive(Clone, Debug)]
pub struct Stuffer {
    line_start: bool,
    finder: memmem::Finder<'static>,
}

impl Default for Stuffer {
    fn default() -> Stuffer {
        Stuffer { line_start: true, finder: memmem::Finder::new(b"\n.") }
    }
}

impl Shape for Stuffer {
    /// The block with its dots doubled; the block itself where there are none.
    fn pass<'a>(&mut self, block: &'a [u8], out: &'a mut Vec<u8>) -> &'a [u8] {
        let starts_with_dot = self.line_start && block.first() == Some(&b'.');
        if !starts_with_dot && self.finder.find(block).is_none() {
            if let Some(last) = block.last() {
                self.line_start = *last == b'\n';
            }
            return block;
        }
        out.clear();
        self.feed(block, out);
        out
    }

    fn feed(&mut self, block: &[u8], out: &mut Vec<u8>) {
        if self.line_start && block.first() == Some(&b'.') {
            out.push(b'.');
        }
        let mut from = 0;
        for lf in self.finder.find_iter(block) {
            out.extend_from_slice(&block[from..=lf]);
            out.push(b'.');
            from = lf + 1;
        }
        out.extend_from_slice(&block[from..]);
        if let Some(last) = block.last() {
            self.line_start = *last == b'\n';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stuff(blocks: &[&[u8]]) -> Vec<u8> {
        let (mut stuffer, mut out) = (Stuffer::default(), Vec::new());
        blocks.iter().for_each(|block| stuffer.feed(block, &mut out));
        out
    }

    /// The receiving side, written the slow way.
    fn unstuff(octets: &[u8]) -> Vec<u8> {
        let lines = octets.split_inclusive(|&octet| octet == b'\n');
        lines.flat_map(|line| line.strip_prefix(b".").unwrap_or(line).to_vec()).collect()
    }

    #[test]
    fn a_dot_is_doubled_only_at_the_start_of_a_line() {
        for (given, sent) in [
            (&b".\r\n"[..], &b"..\r\n"[..]),
            (b"..\r\n", b"...\r\n"),
            (b"a.\r\n.b\r\n", b"a.\r\n..b\r\n"),
            (b"\r\n.\r\n", b"\r\n..\r\n"),
            (b"a\r\n", b"a\r\n"),
        ] {
            assert_eq!(stuff(&[given]), sent);
        }
    }

    proptest! {
        #[test]
        fn unstuffed_again_it_is_the_same_at_every_block_border(text in "(\\.|a|\r\n){0,40}", one in 0usize..80, two in 0usize..80) {
            let octets = text.as_bytes();
            let (one, two) = (one.min(octets.len()), two.min(octets.len()));
            let (one, two) = (one.min(two), one.max(two));
            let whole = stuff(&[octets]);
            prop_assert_eq!(&stuff(&[&octets[..one], &octets[one..two], &octets[two..]]), &whole);
            prop_assert_eq!(unstuff(&whole), octets);
            let lone_dot = whole.starts_with(b".\r\n") || whole.windows(5).any(|five| five == b"\r\n.\r\n");
            prop_assert!(!lone_dot);
        }
    }
}
