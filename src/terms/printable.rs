//! Text from elsewhere made fit for a terminal: no control character, no escape sequence, one line.

use std::borrow::Cow;

/// Replaces C0, C1, DEL, line and paragraph separators and bidirectional controls by a visible `\xNN` form.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) {
            match u32::from(c) {
                n @ 0..=0xFF => safe.push_str(&format!("\\x{n:02x}")),
                n => safe.push_str(&format!("\\u{{{n:x}}}")),
            }
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Reads octets as UTF-8 where they are, as Latin-1 where not, and makes them printable.
pub fn printable_octets(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) => printable(text).into_owned(),
        Err(_) => printable(&octets.iter().map(|&b| char::from(b)).collect::<String>()).into_owned(),
    }
}

fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_a_cursor_survives() {
        for (given, shown) in [
            ("plain – ünïcode", "plain – ünïcode"),
            ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
            ("a\r\nb\t", "a\\x0d\\x0ab\\x09"),
            ("\u{9b}31m", "\\x9b31m"),
            ("a\u{202e}b", "a\\u{202e}b"),
        ] {
            assert_eq!(printable(given), shown);
        }
        assert_eq!(printable_octets(b"caf\xe9\x1b"), "café\\x1b");
    }
}
