//! Text from elsewhere made fit for a terminal: no control character, no escape sequence, one line.

use std::borrow::Cow;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Replaces controls, separators, invisible and bidirectional characters by a visible `\xNN` or `\u{NNNN}`.
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

/// The name of a file: itself where it is UTF-8, else as a shell reads it back, with every odd octet told (`$'caf\xe9'`).
pub fn path_name(path: &Path) -> Cow<'_, str> {
    let octets = path.as_os_str().as_bytes();
    if let Ok(name) = std::str::from_utf8(octets) {
        return name.into();
    }
    let mut name = "$'".to_owned();
    for chunk in octets.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\'' | '\\' => name.extend(['\\', c]),
                c if is_unsafe(c) => told(c.encode_utf8(&mut [0; 4]).as_bytes(), &mut name),
                c => name.push(c),
            }
        }
        told(chunk.invalid(), &mut name);
    }
    name.push('\'');
    name.into()
}

fn told(octets: &[u8], name: &mut String) {
    octets.iter().for_each(|octet| name.push_str(&format!("\\x{octet:02x}")));
}

/// Makes JSON fit for a terminal: what it leaves bare inside its strings becomes `\uXXXX`, which reads the same.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    if !json.chars().any(is_unsafe) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        if is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Tells whether a character could steer a terminal, or hide or reorder what it shows.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn a_name_that_is_no_text_is_told_octet_by_octet() {
        for (given, shown) in [
            (&b"caf\xc3\xa9 \\xe9'.eml"[..], "café \\xe9'.eml"),
            (b"line\nbreak", "line\nbreak"),
            (b"caf\xe9.eml", "$'caf\\xe9.eml'"),
            (b"\xc3\xa9 \xe9\\'\n\x1b", "$'é \\xe9\\\\\\'\\x0a\\x1b'"),
            (b"\xe2\x80\xae\xff", "$'\\xe2\\x80\\xae\\xff'"),
            (b"\xe2\x82", "$'\\xe2\\x82'"),
        ] {
            assert_eq!(path_name(Path::new(OsStr::from_bytes(given))), shown);
        }
    }

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
        let json = "{\"a\":\"\u{9b}31m\u{e0001}\"}";
        assert_eq!(printable_json(json), "{\"a\":\"\\u009b31m\\udb40\\udc01\"}");
    }
}
