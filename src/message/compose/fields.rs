//! The header of a composed message, but for the fields of its parts (RFC 5322 section 3.6).

use super::addresses::address_field;
use super::fold::{Field, LONGEST_WORD};
use super::reply::Thread;
use super::word;
use crate::terms::address_list::Empty;
use crate::terms::date::Date;
use crate::terms::mailbox::{Entry, Mailbox, entries};

/// What the header says.
#[derive(Debug)]
pub struct Head {
    pub date: Date,
    pub from: Mailbox,
    pub reply_to: Vec<Entry>,
    pub to: Vec<Entry>,
    pub cc: Vec<Entry>,
    pub bcc: Vec<Entry>,
    pub subject: Option<String>,
    pub message_id: String,
    pub thread: Option<Thread>,
    pub others: Vec<Custom>,
}

/// A field of the user's own, as it will be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custom {
    pub name: String,
    line: String,
}

impl Head {
    /// The fields, each with its line end.
    pub fn block(&self) -> String {
        let mut block = format!("Date: {}\r\n", self.date);
        block.push_str(&address_field("From", &[Entry::One(self.from.clone())]));
        let lists = [("Reply-To", &self.reply_to), ("To", &self.to), ("Cc", &self.cc), ("Bcc", &self.bcc)];
        for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            block.push_str(&address_field(name, list));
        }
        let inherited = self.thread.as_ref().and_then(|thread| thread.subject.as_deref());
        match (&self.subject, inherited) {
            (Some(subject), _) => block.push_str(&text_field("Subject", subject)),
            (None, Some(subject)) => block.push_str(&raw_field("Subject", subject)),
            (None, None) => {}
        }
        block.push_str(&words_field("Message-ID", [self.message_id.as_str()]));
        if let Some(thread) = &self.thread {
            block.push_str(&words_field("In-Reply-To", [thread.parent.as_str()]));
            block.push_str(&words_field("References", thread.references.iter().map(String::as_str)));
        }
        self.others.iter().for_each(|custom| block.push_str(&custom.line));
        block.push_str("MIME-Version: 1.0\r\n");
        block
    }
}

/// Fields with an option of their own, and the option.
const OPTIONS: &[(&str, &str)] = &[
    ("bcc", "--bcc"),
    ("cc", "--cc"),
    ("date", "--date"),
    ("from", "--from"),
    ("message-id", "--message-id"),
    ("reply-to", "--reply-to"),
    ("subject", "--subject"),
    ("to", "--to"),
];

/// Fields that hold addresses.
const ADDRESSES: &[&str] = &[
    "sender",
    "resent-from",
    "resent-sender",
    "resent-to",
    "resent-cc",
    "resent-bcc",
    "disposition-notification-to",
    "errors-to",
    "mail-followup-to",
    "mail-reply-to",
    "return-receipt-to",
];

/// Fields of which a message has one at most.
pub const ONCE: &[&str] = &["sender", "in-reply-to", "references"];

impl Custom {
    /// Reads `Name: value`.
    pub fn parse(text: &str) -> Result<Custom, String> {
        if text.chars().any(char::is_control) {
            return Err("it holds a control character".to_owned());
        }
        let (name, value) = text.split_once(':').ok_or("it is no 'Name: value'")?;
        if name.is_empty() || name.len() > 70 || !name.bytes().all(|octet| (33..127).contains(&octet)) {
            return Err("its name is none of a header field".to_owned());
        }
        let lower = name.to_ascii_lowercase();
        if let Some((_, option)) = OPTIONS.iter().find(|(known, _)| *known == lower) {
            return Err(format!("{option} writes that field"));
        }
        if lower == "mime-version" || lower.starts_with("content-") {
            return Err("that field is written as the parts of the message want it".to_owned());
        }
        let value = value.trim();
        let line = if ADDRESSES.contains(&lower.as_str()) {
            address_field(name, &entries(value, Empty::Refused).map_err(|problem| problem.to_string())?)
        } else if value.split(' ').any(|word| word.is_ascii() && word.len() > LONGEST_WORD) {
            return Err(format!(
                "it has a word of more than {LONGEST_WORD} octets, for which no line is long enough"
            ));
        } else {
            raw_field(name, value)
        };
        Ok(Custom { name: lower, line })
    }
}

/// Judges an id, with its brackets or without.
pub fn message_id(text: &str) -> Result<String, &'static str> {
    let bare = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text);
    let (left, right) = bare.rsplit_once('@').ok_or("it has no '@'")?;
    let is_atom = |text: &str| {
        text.split('.').all(|atom| {
            let stands = |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&octet);
            !atom.is_empty() && atom.bytes().all(stands)
        })
    };
    let literal = right.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_literal = literal.is_some_and(|inside| {
        inside.bytes().all(|octet| (33..127).contains(&octet) && !b"[]\\<>".contains(&octet))
    });
    match is_atom(left) && (is_atom(right) || is_literal) {
        _ if bare.len() > 250 => Err("it is longer than 250 octets"),
        true => Ok(format!("<{bare}>")),
        false => Err("it holds a character that no id has"),
    }
}

fn words_field<'w>(name: &str, words: impl IntoIterator<Item = &'w str>) -> String {
    let mut field = Field::new(name);
    words.into_iter().for_each(|word| field.word(word));
    field.line()
}

/// Free text: whatever would not be read back the same, or would not fit a line, becomes encoded-words.
fn text_field(name: &str, text: &str) -> String {
    // Such a word does not fit the first line.
    let long = 76 - name.len();
    encoded_where(name, text, |word| !is_printable(word) || word.contains("=?") || word.len() > long)
}

/// A value that may be of any form: what is ASCII stands as it is.
fn raw_field(name: &str, value: &str) -> String {
    if value.bytes().all(|octet| (32..127).contains(&octet))
        && !value.split(' ').any(|word| word.len() > LONGEST_WORD)
    {
        // More blanks than one stay before the word that they stand before.
        let mut blanks = String::new();
        let mut field = Field::new(name);
        for word in value.split(' ') {
            if word.is_empty() {
                blanks.push(' ');
            } else {
                field.word(&(std::mem::take(&mut blanks) + word));
            }
        }
        return field.line();
    }
    encoded_where(name, value, |word| !is_printable(word) || word.len() > LONGEST_WORD)
}

fn is_printable(word: &str) -> bool {
    word.bytes().all(|octet| (33..127).contains(&octet))
}

/// Writes words as they stand or, run by run, as encoded-words; a blank too many belongs to the word that it stands by.
fn encoded_where(name: &str, text: &str, needs: impl Fn(&str) -> bool) -> String {
    let mut field = Field::new(name);
    let words: Vec<&str> = text.split(' ').collect();
    let mut encoded: Vec<bool> = words.iter().map(|word| word.is_empty() || needs(word)).collect();
    for at in 0..words.len() {
        if words[at].is_empty() && !text.is_empty() {
            match words[at..].iter().position(|word| !word.is_empty()) {
                Some(next) => encoded[at + next] = true,
                None => {
                    if let Some(last) = words.iter().rposition(|word| !word.is_empty()) {
                        encoded[last] = true;
                    }
                }
            }
        }
    }
    let mut at = 0;
    while at < words.len() && !text.is_empty() {
        let run = encoded[at..].iter().take_while(|it| **it == encoded[at]).count();
        let these = &words[at..at + run];
        match encoded[at] {
            true => word::encode(&mut field, &these.join(" ")),
            false => these.iter().for_each(|word| field.word(word)),
        }
        at += run;
    }
    field.line()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_keeps_its_blanks_and_what_looks_like_an_encoded_word() {
        for (text, wanted) in [
            ("", "Subject:\r\n"),
            ("plain words", "Subject: plain words\r\n"),
            ("grüße an alle", "Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?= an alle\r\n"),
            ("an alle: grüße, küsse", "Subject: an alle: =?utf-8?q?gr=C3=BC=C3=9Fe=2C_k=C3=BCsse?=\r\n"),
            (" lead", "Subject: =?utf-8?q?_lead?=\r\n"),
            ("trail ", "Subject: =?utf-8?q?trail_?=\r\n"),
            ("a  b c", "Subject: a =?utf-8?q?_b?= c\r\n"),
            ("  ", "Subject: =?utf-8?q?__?=\r\n"),
            ("=?x?=", "Subject: =?utf-8?b?PT94Pz0=?=\r\n"),
        ] {
            assert_eq!(text_field("Subject", text), wanted);
        }
        let long = text_field("Subject", &format!("{} end", "x".repeat(2000)));
        assert!(long.split("\r\n").all(|line| line.len() <= 76), "{long}");
        let words = text_field("Subject", &"word ".repeat(300));
        assert!(words.split("\r\n").all(|line| line.len() <= 78), "{words}");
    }

    #[test]
    fn a_field_of_ones_own_stands_as_it_is_where_it_is_ascii() {
        let custom = |text: &str| Custom::parse(text).map(|custom| custom.line);
        for (text, wanted) in [
            ("X-Mood:fine", "X-Mood: fine\r\n"),
            ("X-Empty:", "X-Empty:\r\n"),
            ("X: a  b   c", "X: a  b   c\r\n"),
            ("X: =?utf-8?q?x?= y", "X: =?utf-8?q?x?= y\r\n"),
            ("X-Ort: am Fluß", "X-Ort: am =?utf-8?q?Flu=C3=9F?=\r\n"),
            ("Sender: Jörg <jörg@x>", "Sender: =?utf-8?q?J=C3=B6rg?= <jörg@x>\r\n"),
        ] {
            assert_eq!(custom(text).as_deref(), Ok(wanted));
        }
        let url = format!("List-Unsubscribe: <https://x.example/{}>", "a".repeat(200));
        assert_eq!(custom(&url), Ok(url.clone() + "\r\n"));
        for text in [
            "",
            "X",
            ": x",
            "X y: z",
            "Ü: x",
            "X: a\r\nBcc: b@x",
            "X: a\n b",
            "X: \0",
            "X: a\tb",
            "X: a\u{85}b",
            "subject: x",
            "BCC: a@x",
            "content-type: text/html",
            "MIME-Version: 1.0",
            "Sender: nobody",
            &format!("X: {}", "a".repeat(901)),
            &format!("{}: x", "a".repeat(71)),
        ] {
            assert!(custom(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_id_is_judged() {
        for (text, wanted) in
            [("a.1@x.example", "<a.1@x.example>"), ("<a@x>", "<a@x>"), ("a@[127.0.0.1]", "<a@[127.0.0.1]>")]
        {
            assert_eq!(message_id(text).as_deref(), Ok(wanted));
        }
        for text in [
            "",
            "a",
            "@x",
            "a@",
            "a b@x",
            "<a@x",
            "a@x>",
            "a@x\r\nX: y",
            "a@b@c",
            "é@x",
            "a..b@x",
            "a@[\r\n]",
        ] {
            assert!(message_id(text).is_err(), "{text:?}");
        }
    }
}
