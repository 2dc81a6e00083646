//! A text looked through once, to find the encoding that keeps it and the charset that is true of it (RFC 2045 section 6).

use crate::message::ending::{Lines, Piece};

/// How a body goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    SevenBit,
    QuotedPrintable,
    /// As lines that end in CRLF.
    TextBase64,
    /// Octet for octet.
    Base64,
}

/// What a text is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    pub transfer: Transfer,
    pub charset: &'static str,
}

/// Takes a text block by block.
#[derive(Debug, Default)]
pub struct Judge {
    octets: u64,
    non_ascii: u64,
    nul: bool,
    not_utf8: bool,
    /// The start of a character whose rest is still to come.
    begun: Vec<u8>,
    lines: Lines,
    length: u64,
    longest: u64,
}

/// Octets of a line, without its end (RFC 5322 section 2.1.1).
const LONGEST_LINE: u64 = 998;

impl Judge {
    pub fn feed(&mut self, block: &[u8]) {
        self.octets += block.len() as u64;
        self.nul |= memchr::memchr(0, block).is_some();
        if !block.is_ascii() {
            self.non_ascii += block.iter().filter(|octet| !octet.is_ascii()).count() as u64;
        }
        self.characters(block);
        let (length, longest) = (&mut self.length, &mut self.longest);
        self.lines.feed(block, |piece| match piece {
            Piece::Text(text) => {
                *length += text.len() as u64;
                *longest = (*longest).max(*length);
            }
            Piece::End(_) => *length = 0,
        });
    }

    fn characters(&mut self, block: &[u8]) {
        if self.not_utf8 || (self.begun.is_empty() && block.is_ascii()) {
            return;
        }
        let mut octets = std::mem::take(&mut self.begun);
        octets.extend_from_slice(block);
        if let Err(error) = std::str::from_utf8(&octets) {
            match error.error_len() {
                Some(_) => self.not_utf8 = true,
                None => self.begun = octets.split_off(error.valid_up_to()),
            }
        }
    }

    pub fn finish(self) -> Looks {
        let utf8 = !self.not_utf8 && self.begun.is_empty();
        let charset = match self.non_ascii {
            0 => "us-ascii",
            _ if utf8 => "utf-8",
            // RFC 1428: text whose charset nobody told.
            _ => "unknown-8bit",
        };
        let transfer = match self.non_ascii {
            // Not lines for certain: UTF-16, or no text at all.
            _ if self.nul => Transfer::Base64,
            0 if self.longest <= LONGEST_LINE => Transfer::SevenBit,
            // Where most of it could not be read by eye.
            non_ascii if 2 * non_ascii > self.octets => Transfer::TextBase64,
            _ => Transfer::QuotedPrintable,
        };
        Looks { transfer, charset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_goes_as_plainly_as_it_can() {
        let long = |count| "x".repeat(count);
        for (text, transfer, charset) in [
            (&b""[..], Transfer::SevenBit, "us-ascii"),
            (b"hi\n\x1b\x0c\ry\n", Transfer::SevenBit, "us-ascii"),
            (long(998).as_bytes(), Transfer::SevenBit, "us-ascii"),
            (long(999).as_bytes(), Transfer::QuotedPrintable, "us-ascii"),
            ("na\u{ef}ve plan\n".as_bytes(), Transfer::QuotedPrintable, "utf-8"),
            ("привет".as_bytes(), Transfer::TextBase64, "utf-8"),
            (b"caf\xe9 au lait, s'il vous pla\xeet, monsieur", Transfer::QuotedPrintable, "unknown-8bit"),
            (b"cut short here at the end \xc3", Transfer::QuotedPrintable, "unknown-8bit"),
            (b"a\0b\0\n\0", Transfer::Base64, "us-ascii"),
            (b"\xff\xfea\0b\0", Transfer::Base64, "unknown-8bit"),
        ] {
            for cut in 0..=text.len() {
                let mut judge = Judge::default();
                judge.feed(&text[..cut]);
                judge.feed(&text[cut..]);
                assert_eq!(judge.finish(), Looks { transfer, charset }, "{text:?} at {cut}");
            }
        }
    }
}
