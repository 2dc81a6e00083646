//! xtext, the encoding of DSN parameters (RFC 3461 section 4).

/// Encodes everything but printable ASCII without `+` and `=` as `+HH`.
pub fn xtext(text: &str) -> String {
    let mut coded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'+' | b'=' | 0..=0x20 | 0x7f.. => coded.push_str(&format!("+{byte:02X}")),
            _ => coded.push(char::from(byte)),
        }
    }
    coded
}

#[cfg(test)]
mod tests {
    use super::xtext;

    #[test]
    fn only_plain_characters_pass_uncoded() {
        for (text, coded) in
            [("abc", "abc"), ("a+b=c", "a+2Bb+3Dc"), ("a b", "a+20b"), ("é", "+C3+A9"), ("", "")]
        {
            assert_eq!(xtext(text), coded);
        }
    }
}
