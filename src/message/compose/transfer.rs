//! The content transfer encodings, in constant memory whatever the blocks (RFC 2045 sections 6.7, 6.8).

use super::judge::Transfer;
use crate::message::ending::Canon;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Octets of a line of base64 before and after.
const GIVEN: usize = 57;
const LINE: usize = 76;

/// Encodes a body block by block.
#[derive(Debug)]
pub(super) struct Encoder {
    canon: Option<Canon>,
    coat: Coat,
    lines: Vec<u8>,
}

#[derive(Debug)]
enum Coat {
    None,
    Quoted(Quoted),
    Based(Vec<u8>),
}

impl Encoder {
    pub(super) fn new(transfer: Transfer) -> Encoder {
        let coat = match transfer {
            Transfer::SevenBit => Coat::None,
            Transfer::QuotedPrintable => Coat::Quoted(Quoted::default()),
            Transfer::TextBase64 | Transfer::Base64 => Coat::Based(Vec::with_capacity(GIVEN)),
        };
        let canon = (transfer != Transfer::Base64).then(Canon::default);
        Encoder { canon, coat, lines: Vec::new() }
    }

    pub(super) fn feed(&mut self, block: &[u8], out: &mut Vec<u8>) {
        match &mut self.canon {
            None => self.coat.feed(block, out),
            Some(canon) => {
                self.lines.clear();
                canon.feed(block, &mut self.lines);
                self.coat.feed(&self.lines, out);
            }
        }
    }

    pub(super) fn finish(mut self, out: &mut Vec<u8>) {
        if let Some(mut canon) = self.canon.take() {
            self.lines.clear();
            canon.finish(&mut self.lines);
            self.coat.feed(&self.lines, out);
        }
        if let Coat::Based(begun) = &self.coat
            && !begun.is_empty()
        {
            line(begun, out);
        }
    }
}

impl Coat {
    fn feed(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        match self {
            Coat::None => out.extend_from_slice(octets),
            Coat::Quoted(quoted) => octets.iter().for_each(|&octet| quoted.feed(octet, out)),
            Coat::Based(begun) => based(begun, octets, out),
        }
    }
}

fn based(begun: &mut Vec<u8>, mut octets: &[u8], out: &mut Vec<u8>) {
    if !begun.is_empty() {
        let (head, rest) = octets.split_at(octets.len().min(GIVEN - begun.len()));
        begun.extend_from_slice(head);
        octets = rest;
        if begun.len() < GIVEN {
            return;
        }
        line(begun, out);
        begun.clear();
    }
    let mut whole = octets.chunks_exact(GIVEN);
    whole.by_ref().for_each(|octets| line(octets, out));
    begun.extend_from_slice(whole.remainder());
}

fn line(octets: &[u8], out: &mut Vec<u8>) {
    let mut text = [0u8; LINE];
    // A line's worth always fits.
    let count = STANDARD.encode_slice(octets, &mut text).unwrap_or(0);
    out.extend_from_slice(&text[..count]);
    out.extend_from_slice(b"\r\n");
}

/// Quoted-printable, of lines that end in CRLF.
#[derive(Debug, Default)]
struct Quoted {
    column: usize,
    /// A blank that may turn out to be the last of its line, where it must be written as a number.
    blank: Option<u8>,
}

impl Quoted {
    fn feed(&mut self, octet: u8, out: &mut Vec<u8>) {
        match octet {
            b'\r' => {}
            b'\n' => {
                if let Some(blank) = self.blank.take() {
                    self.put(&number(blank), out);
                }
                out.extend_from_slice(b"\r\n");
                self.column = 0;
            }
            _ => {
                if let Some(blank) = self.blank.take() {
                    self.put(&[blank], out);
                }
                match octet {
                    b' ' | b'\t' => self.blank = Some(octet),
                    b'=' | 0..=32 | 127.. => self.put(&number(octet), out),
                    _ => self.put(&[octet], out),
                }
            }
        }
    }

    fn put(&mut self, token: &[u8], out: &mut Vec<u8>) {
        if self.column + token.len() >= LINE {
            out.extend_from_slice(b"=\r\n");
            self.column = 0;
        }
        out.extend_from_slice(token);
        self.column += token.len();
    }
}

fn number(octet: u8) -> [u8; 3] {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    [b'=', DIGITS[usize::from(octet >> 4)], DIGITS[usize::from(octet & 15)]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(transfer: Transfer, blocks: &[&[u8]]) -> String {
        let (mut encoder, mut out) = (Encoder::new(transfer), Vec::new());
        blocks.iter().for_each(|block| encoder.feed(block, &mut out));
        encoder.finish(&mut out);
        String::from_utf8(out).unwrap()
    }

    /// RFC 2045 section 6.7 backwards, written for this test alone.
    fn unquoted(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for line in text.split_inclusive("\r\n") {
            assert!(line.trim_end_matches("\r\n").len() <= 76, "{line}");
            let (inside, end) = match line.strip_suffix("=\r\n") {
                Some(inside) => (inside, ""),
                None => (line.strip_suffix("\r\n").unwrap(), "\r\n"),
            };
            assert!(!inside.ends_with([' ', '\t']) || end.is_empty(), "{line:?}");
            let mut octets = inside.bytes();
            while let Some(octet) = octets.next() {
                if octet != b'=' {
                    out.push(octet);
                    continue;
                }
                let digits = [octets.next().unwrap(), octets.next().unwrap()];
                out.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            out.extend_from_slice(end.as_bytes());
        }
        out
    }

    #[test]
    fn quoted_printable_hides_what_the_way_would_change() {
        for (text, wanted) in [
            ("a=b\n", "a=3Db\r\n"),
            ("blank \ntab\t\n \n", "blank=20\r\ntab=09\r\n=20\r\n"),
            ("é", "=C3=A9\r\n"),
            ("a\rb\r\nc\r\r\nd", "a\r\nb\r\nc\r\nd\r\n"),
            ("", ""),
        ] {
            assert_eq!(encoded(Transfer::QuotedPrintable, &[text.as_bytes()]), wanted);
        }
    }

    proptest! {
        #[test]
        fn every_encoding_is_read_back_the_same_whatever_the_blocks(octets in proptest::collection::vec(any::<u8>(), 0..600), cut in 0usize..600) {
            let (head, tail) = octets.split_at(cut.min(octets.len()));
            let based = encoded(Transfer::Base64, &[head, tail]);
            prop_assert!(based.lines().all(|line| line.len() <= 76));
            prop_assert_eq!(STANDARD.decode(based.replace("\r\n", "")).unwrap(), octets.clone());
            let lines = encoded(Transfer::TextBase64, &[head, tail]);
            let canonical = STANDARD.decode(lines.replace("\r\n", "")).unwrap();
            prop_assert_eq!(unquoted(&encoded(Transfer::QuotedPrintable, &[head, tail])), canonical.clone());
            let mut bare = canonical;
            bare.retain(|octet| !b"\r\n".contains(octet));
            let mut given = octets;
            given.retain(|octet| !b"\r\n".contains(octet));
            prop_assert_eq!(bare, given);
        }

        #[test]
        fn words_and_blanks_are_quoted_within_lines(text in "[ a=\u{e9}\t.\n]{0,400}") {
            let mut wanted = text.replace('\n', "\r\n");
            if !wanted.is_empty() && !wanted.ends_with('\n') {
                wanted.push_str("\r\n");
            }
            prop_assert_eq!(unquoted(&encoded(Transfer::QuotedPrintable, &[text.as_bytes()])), wanted.into_bytes());
        }
    }
}
