//! Replies of RFC 5321 section 4.2, with the enhanced codes of RFC 2034, read without believing the server anything.

use std::fmt;

/// One whole reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    /// `x.y.z` as the server wrote it, where its class agrees with the code.
    pub enhanced: Option<String>,
    /// The texts of its lines, without codes; octets that are not UTF-8 are read as Latin-1.
    pub lines: Vec<String>,
}

/// Why octets are no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Garble {
    NoCode,
    OtherCode,
    LineTooLong,
    TooLong,
    BareLf,
}

impl Garble {
    pub fn in_words(self) -> &'static str {
        match self {
            Garble::NoCode => "it does not start with a reply code",
            Garble::OtherCode => "its lines have different codes",
            Garble::LineTooLong => "a line of it is longer than 64 KiB",
            Garble::TooLong => "it is longer than 1 MiB",
            Garble::BareLf => "it ends in LF without CR",
        }
    }
}

/// The longest line and the longest reply that are read.
pub const LONGEST_LINE: usize = 64 * 1024;
pub const LONGEST_REPLY: usize = 1024 * 1024;

impl Reply {
    pub fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }
    pub fn is_temporary(&self) -> bool {
        (400..500).contains(&self.code)
    }
    pub fn is_permanent(&self) -> bool {
        (500..600).contains(&self.code)
    }
    pub fn is_refusal(&self) -> bool {
        self.is_temporary() || self.is_permanent()
    }
    /// The transaction has no room for a recipient, and not one mailbox for a message (RFC 5321 section 4.5.3.1.10).
    pub fn has_no_room(&self) -> bool {
        let of_mailbox = self.enhanced.as_deref().is_some_and(|code| code.get(1..) == Some(".2.2"));
        matches!(self.code, 452 | 552) && !of_mailbox
    }

    /// The texts in one line, without the enhanced code in front of each.
    pub fn text(&self) -> String {
        let bare = |line: &str| match &self.enhanced {
            Some(code) => line.strip_prefix(code.as_str()).unwrap_or(line).trim().to_owned(),
            None => line.trim().to_owned(),
        };
        self.lines.iter().map(|line| bare(line)).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The queue id, where the server names one in a form that is known.
    pub fn queue_id(&self) -> Option<String> {
        let text = self.text();
        let words: Vec<&str> = text.split_whitespace().collect();
        let behind = |lead: &[&str]| {
            let same =
                |window: &[&str]| window.iter().zip(lead).all(|(word, lead)| word.eq_ignore_ascii_case(lead));
            words.windows(lead.len() + 1).find(|window| same(window)).map(|window| window[lead.len()])
        };
        let id =
            behind(&["queued", "as"]).or_else(|| words.iter().find_map(|word| word.strip_prefix("id=")))?;
        let id = id.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        (!id.is_empty()).then(|| id.to_owned())
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.code)?;
        if let Some(enhanced) = &self.enhanced {
            write!(f, " {enhanced}")?;
        }
        match self.text().as_str() {
            "" => Ok(()),
            text => write!(f, " {text}"),
        }
    }
}

/// Puts a reply together from its lines.
#[derive(Debug)]
pub struct ReplyReader {
    code: Option<u16>,
    lines: Vec<String>,
    octets: usize,
    /// Octets of text that are kept; what a server says beyond them is read and forgotten.
    keep: usize,
}

impl Default for ReplyReader {
    fn default() -> ReplyReader {
        ReplyReader::keeping(2048)
    }
}

impl ReplyReader {
    pub fn keeping(keep: usize) -> ReplyReader {
        ReplyReader { code: None, lines: Vec::new(), octets: 0, keep }
    }

    /// True where the next line is the first of a reply.
    pub fn is_at_start(&self) -> bool {
        self.code.is_none()
    }

    /// Takes one line without its line end; returns the reply when it was the last line.
    pub fn line(&mut self, line: &[u8]) -> Result<Option<Reply>, Garble> {
        if line.len() > LONGEST_LINE {
            return Err(Garble::LineTooLong);
        }
        self.octets += line.len() + 2;
        if self.octets > LONGEST_REPLY {
            return Err(Garble::TooLong);
        }
        let (code, last, text) = split(line).ok_or(Garble::NoCode)?;
        if self.code.is_some_and(|first| first != code) {
            return Err(Garble::OtherCode);
        }
        self.code = Some(code);
        let text = &text[..text.len().min(self.keep)];
        if self.lines.is_empty() || !text.is_empty() {
            self.keep -= text.len();
            if last {
                // Most replies have one line, and a session may hold many of them.
                self.lines.reserve_exact(1);
            }
            self.lines.push(match std::str::from_utf8(text) {
                Ok(text) => text.to_owned(),
                Err(_) => text.iter().map(|&octet| char::from(octet)).collect(),
            });
        }
        if !last {
            return Ok(None);
        }
        let lines = std::mem::take(&mut self.lines);
        (self.code, self.octets) = (None, 0);
        let enhanced = lines.first().and_then(|line| enhanced(line, code));
        Ok(Some(Reply { code, enhanced, lines }))
    }
}

/// Code, whether the line is the last one, text.
fn split(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let digits = line.get(..3)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    match line.get(3) {
        None => Some((code, true, &[])),
        Some(b' ') => Some((code, true, &line[4..])),
        Some(b'-') => Some((code, false, &line[4..])),
        Some(_) => None,
    }
}

fn enhanced(line: &str, code: u16) -> Option<String> {
    let end = line.bytes().position(|octet| octet == b' ').unwrap_or(line.len());
    let word = &line.as_bytes()[..end];
    let (class, rest) = (word.first()?, word.get(1..)?);
    let mut parts = rest.strip_prefix(b".")?.split(|&octet| octet == b'.');
    let (subject, detail) = (parts.next()?, parts.next()?);
    let number = |text: &[u8]| (1..=3).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    let agrees = matches!(class, b'2' | b'4' | b'5') && u16::from(class - b'0') == code / 100;
    (parts.next().is_none() && agrees && number(subject) && number(detail)).then(|| line[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&[u8]]) -> Result<Option<Reply>, Garble> {
        let mut reader = ReplyReader::default();
        let mut last = Ok(None);
        for line in lines {
            last = reader.line(line);
        }
        last
    }

    #[test]
    fn replies_are_read_with_and_without_text() {
        for (lines, shown) in [
            (vec![&b"250 ok"[..]], "250 ok"),
            (vec![b"250"], "250"),
            (vec![b"250 "], "250"),
            (vec![b"571 5.7.1 no"], "571 5.7.1 no"),
            (vec![b"550-5.7.708 first", b"550 5.7.708 second"], "550 5.7.708 first second"),
            (vec![b"550 2.0.0 class does not agree"], "550 2.0.0 class does not agree"),
            (vec![b"450 4.2.1000 too long a detail"], "450 4.2.1000 too long a detail"),
            (vec![b"250 caf\xe9"], "250 café"),
            (vec![b"000 x"], "000 x"),
        ] {
            assert_eq!(read(&lines).unwrap().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_reply_is_never_taken_for_one() {
        for lines in [
            vec![&b""[..]],
            vec![b"25"],
            vec![b"2x0 ok"],
            vec![b"250ok"],
            vec![b"hello"],
            vec![b" 250 ok"],
            vec![b"250-a", b"550 b"],
            vec![b"250-a", b"b"],
        ] {
            assert!(read(&lines).is_err(), "{lines:?}");
        }
    }

    #[test]
    fn a_reply_has_bounds() {
        assert_eq!(ReplyReader::default().line(&[b'2'; LONGEST_LINE + 1]), Err(Garble::LineTooLong));
        let mut reader = ReplyReader::default();
        let line = [b"250-".as_slice(), &[b'x'; 60_000]].concat();
        let end = (0..100).find_map(|_| reader.line(&line).err());
        assert_eq!(end, Some(Garble::TooLong));
    }

    #[test]
    fn queue_ids_are_found_where_servers_put_them() {
        for (line, id) in [
            ("250 2.0.0 Ok: queued as 4XyZ12", Some("4XyZ12")),
            ("250 OK id=1tABC-000-2x", Some("1tABC-000-2x")),
            ("250 2.0.0 queued as 17.M1P2.host", Some("17.M1P2.host")),
            ("250 2.0.0 accepted", None),
            ("250 queued as", None),
        ] {
            assert_eq!(read(&[line.as_bytes()]).unwrap().unwrap().queue_id().as_deref(), id, "{line}");
        }
    }
}
