//! Encodings of a message in the body of a request, fed piece by piece: base64 (RFC 4648) and the string of JSON (RFC 8259).
//!
//! Law: what comes out does not depend on where the pieces are cut, and its length is known beforehand.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// How octets are written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Code {
    /// As they are.
    #[default]
    Plain,
    Base64,
    Base64Url,
    /// The inside of a string of JSON, which takes UTF-8 only.
    JsonString,
}

/// Octets that are no text, and so are in no string: the first of them, within the piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoText(pub(super) usize);

impl Code {
    /// Octets that one octet comes to at most.
    pub(super) fn growth(self) -> usize {
        match self {
            Code::Plain => 1,
            Code::Base64 | Code::Base64Url => 2,
            Code::JsonString => 6,
        }
    }

    /// What so many octets come to, where that does not depend on them.
    pub(super) fn length(self, octets: u64) -> Option<u64> {
        match self {
            Code::Plain => Some(octets),
            Code::Base64 | Code::Base64Url => Some(octets.div_ceil(3) * 4),
            Code::JsonString => None,
        }
    }

    /// Writes down a piece, and returns how many octets of it were used; the others belong in front of the next piece.
    pub(super) fn put(self, piece: &[u8], last: bool, out: &mut Vec<u8>) -> Result<usize, NoText> {
        match self {
            Code::Plain => {
                out.extend_from_slice(piece);
                Ok(piece.len())
            }
            Code::Base64 | Code::Base64Url => {
                let used = if last { piece.len() } else { piece.len() - piece.len() % 3 };
                let from = out.len();
                out.resize(from + used.div_ceil(3) * 4, 0);
                let engine = if self == Code::Base64 { &STANDARD } else { &URL_SAFE };
                // There is room for all of it.
                let _ = engine.encode_slice(&piece[..used], &mut out[from..]);
                Ok(used)
            }
            Code::JsonString => {
                let used = text_of(piece, last)?;
                escape(&piece[..used], out);
                Ok(used)
            }
        }
    }
}

/// Up to where a piece is UTF-8; a letter may be cut at its end, unless that is the last.
fn text_of(piece: &[u8], last: bool) -> Result<usize, NoText> {
    match std::str::from_utf8(piece) {
        Ok(_) => Ok(piece.len()),
        Err(bad) if bad.error_len().is_none() && !last => Ok(bad.valid_up_to()),
        Err(bad) => Err(NoText(bad.valid_up_to())),
    }
}

fn escape(text: &[u8], out: &mut Vec<u8>) {
    let mut from = 0;
    for (at, &octet) in text.iter().enumerate() {
        let short: &[u8] = match octet {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0..=0x1f => b"",
            _ => continue,
        };
        out.extend_from_slice(&text[from..at]);
        from = at + 1;
        if short.is_empty() {
            out.extend_from_slice(format!("\\u{octet:04x}").as_bytes());
        } else {
            out.extend_from_slice(short);
        }
    }
    out.extend_from_slice(&text[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::{any, proptest};

    /// Feeds octets in pieces of these sizes.
    fn fed(code: Code, octets: &[u8], cuts: &[usize]) -> Result<Vec<u8>, NoText> {
        let (mut out, mut held, mut rest) = (Vec::new(), Vec::new(), octets);
        let mut cuts = cuts.iter().cycle();
        loop {
            let count = cuts.next().copied().unwrap_or(7).clamp(1, rest.len().max(1)).min(rest.len());
            held.extend_from_slice(&rest[..count]);
            rest = &rest[count..];
            let last = rest.is_empty();
            let used = code.put(&held, last, &mut out)?;
            held.drain(..used);
            if last {
                assert!(held.is_empty());
                return Ok(out);
            }
        }
    }

    proptest! {
        #[test]
        fn base64_comes_back_whatever_the_pieces(octets in vec(any::<u8>(), 0..3000), cuts in vec(1usize..900, 1..9)) {
            for (code, engine) in [(Code::Base64, &STANDARD), (Code::Base64Url, &URL_SAFE)] {
                let out = fed(code, &octets, &cuts).unwrap();
                assert_eq!(code.length(octets.len() as u64), Some(out.len() as u64));
                assert!(out.len() <= octets.len() * code.growth() + 4);
                assert_eq!(engine.decode(&out).unwrap(), octets);
            }
        }

        #[test]
        fn a_string_comes_back_whatever_the_pieces(text in ".{0,600}", odd in "[\u{0}-\u{22}\\\\\u{7f}é€😀]{0,300}", cuts in vec(1usize..90, 1..9)) {
            let text = text + &odd;
            let out = fed(Code::JsonString, text.as_bytes(), &cuts).unwrap();
            assert!(out.len() <= text.len() * Code::JsonString.growth());
            let whole = [b"\"", out.as_slice(), b"\""].concat();
            assert_eq!(serde_json::from_slice::<String>(&whole).unwrap(), text);
        }

        #[test]
        fn what_is_no_text_is_never_made_one(octets in vec(any::<u8>(), 0..400), cuts in vec(1usize..90, 1..9)) {
            let found = fed(Code::JsonString, &octets, &cuts);
            assert_eq!(found.is_ok(), std::str::from_utf8(&octets).is_ok());
        }
    }
}
