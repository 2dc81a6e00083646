//! Encoded-words (RFC 2047): text that is not ASCII, or that would be read as something else, in a header.

use super::fold::Field;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const AROUND: usize = "=?utf-8?q??=".len();
/// Octets between the question marks from which on a word is worth beginning: the longest character has twelve.
const LEAST: usize = 16;

/// Adds a text as encoded-words, cut between characters.
pub(super) fn encode(field: &mut Field, text: &str) {
    // Q can be read by eye, so it may be somewhat longer.
    let letter = if 2 * text.chars().map(quoted).sum::<usize>() > 3 * based(text.len()) { 'b' } else { 'q' };
    let mut rest = text;
    while !rest.is_empty() {
        let room = match field.room().checked_sub(AROUND) {
            Some(room) if room >= LEAST => room,
            _ => Field::ROOM - AROUND,
        };
        let mut used = 0;
        let end = rest.char_indices().find_map(|(at, c)| {
            used += if letter == 'q' { quoted(c) } else { 0 };
            let size = if letter == 'q' { used } else { based(at + c.len_utf8()) };
            (size > room).then_some(at)
        });
        let (head, tail) = rest.split_at(end.unwrap_or(rest.len()));
        let inside = if letter == 'q' { quote(head) } else { STANDARD.encode(head) };
        field.encoded(&format!("=?utf-8?{letter}?{inside}?="));
        rest = tail;
    }
}

/// Octets of so many in base64.
fn based(octets: usize) -> usize {
    octets.div_ceil(3) * 4
}

/// Octets of a character in the Q encoding.
fn quoted(c: char) -> usize {
    if c == ' ' || stands(c) { 1 } else { 3 * c.len_utf8() }
}

/// What may stand for itself even in a phrase (RFC 2047 section 5).
fn stands(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!*+-/".contains(c)
}

fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for c in text.chars() {
        match c {
            ' ' => out.push('_'),
            c if stands(c) => out.push(c),
            c => c.encode_utf8(&mut [0; 4]).bytes().for_each(|octet| out.push_str(&format!("={octet:02X}"))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(name: &str, text: &str) -> String {
        let mut field = Field::new(name);
        encode(&mut field, text);
        field.line()
    }

    #[test]
    fn the_legible_encoding_is_taken_unless_it_is_much_longer() {
        assert_eq!(encoded("S", "naïve plan"), "S: =?utf-8?q?na=C3=AFve_plan?=\r\n");
        assert_eq!(encoded("S", "привет"), "S: =?utf-8?b?0L/RgNC40LLQtdGC?=\r\n");
        assert_eq!(encoded("S", "a=_?\""), "S: =?utf-8?b?YT1fPyI=?=\r\n");
    }

    #[test]
    fn long_text_is_cut_between_characters_on_short_lines() {
        for text in ["🦀".repeat(100), "aé".repeat(200), "x".repeat(300), format!("{}é", " ".repeat(99))]
        {
            for name in ["S", "Subject", &"N".repeat(60), &"N".repeat(70)] {
                let line = encoded(name, &text);
                for line in line.trim_end().split("\r\n") {
                    assert!(line.len() <= 76, "{line}");
                }
                let words: Vec<&str> = line[name.len() + 1..].split_whitespace().collect();
                for word in words {
                    assert!(
                        word.len() <= 75 && word.starts_with("=?utf-8?") && word.ends_with("?="),
                        "{word}"
                    );
                    if let Some(inside) = word.strip_prefix("=?utf-8?b?") {
                        let octets = STANDARD.decode(inside.trim_end_matches("?=")).unwrap();
                        assert!(String::from_utf8(octets).is_ok(), "{word}");
                    }
                }
            }
        }
    }
}
