//! Passwords and tokens: octets that are never shown, and wiped when they are no longer needed.

use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A password or a token. It has no `Display`, no `Clone` and no `==`, and its `Debug` tells nothing, its length included.
#[derive(Default)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the octets over; they are wiped together with whatever their buffer still holds behind them.
    pub fn new(octets: Vec<u8>) -> Secret {
        Secret(Zeroizing::new(octets))
    }

    /// Takes the first line without its LF or CRLF, otherwise octet for octet.
    pub fn first_line(mut octets: Vec<u8>) -> Secret {
        if let Some(end) = memchr::memchr(b'\n', &octets) {
            octets.truncate(end);
            if octets.ends_with(b"\r") {
                octets.pop();
            }
        }
        Secret::new(octets)
    }

    /// The octets themselves: for a log-on, and for masking them elsewhere.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compares in a time that tells nothing of the octets; only a wrong length is quicker.
    pub fn matches(&self, octets: &[u8]) -> bool {
        self.0.as_slice().ct_eq(octets).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nothing() {
        for text in ["", "pencil"] {
            let secret = Secret::new(text.as_bytes().to_vec());
            assert_eq!(format!("{secret:?} {:#?}", Some(&secret)), "Secret(…) Some(\n    Secret(…),\n)");
        }
    }

    #[test]
    fn a_password_is_the_first_line_without_its_end() {
        for (given, kept) in [
            (&b"pencil\n"[..], &b"pencil"[..]),
            (b"pencil\r\nsecond\n", b"pencil"),
            (b"pencil", b"pencil"),
            (b" pen cil \t\n", b" pen cil \t"),
            (b"pencil\r", b"pencil\r"),
            (b"pencil\r\r\n", b"pencil\r"),
            (b"\xe9\x00\xff\n", b"\xe9\x00\xff"),
            (b"\npencil\n", b""),
            (b"", b""),
        ] {
            let secret = Secret::first_line(given.to_vec());
            assert_eq!(secret.expose(), kept, "{given:?}");
            assert_eq!(secret.is_empty(), kept.is_empty());
        }
    }

    #[test]
    fn only_the_same_octets_match() {
        let secret = Secret::new(b"pencil".to_vec());
        for (other, same) in [(&b"pencil"[..], true), (b"pencim", false), (b"penci", false), (b"", false)] {
            assert_eq!(secret.matches(other), same);
        }
    }
}
