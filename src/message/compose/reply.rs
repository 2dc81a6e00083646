//! What an answer takes from the message that it answers (RFC 5322 section 3.6.4).

use crate::message::header::Header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The place of an answer among others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    pub parent: String,
    pub references: Vec<String>,
    /// The subject as the header has it, encoded-words and all, made to start with Re: once.
    pub subject: Option<String>,
}

impl Thread {
    /// Reads a header; one without an id cannot be answered to.
    pub fn of(header: &Header) -> Option<Thread> {
        let named = |name: &str| header.value(name).map(|value| ids(&value)).unwrap_or_default();
        let parent = named("message-id").into_iter().next()?;
        let mut references = named("references");
        if references.is_empty() {
            references = named("in-reply-to");
            references.truncate(if references.len() == 1 { 1 } else { 0 });
        }
        references.retain(|id| *id != parent);
        references.push(parent.clone());
        Some(Thread {
            parent,
            references,
            subject: header.value("subject").map(|subject| answered(&subject)),
        })
    }
}

/// What looks like an id; the words around it and what could not be written again are left out.
fn ids(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some(start) = rest.find('<') {
        rest = &rest[start..];
        let Some(end) = rest.find('>') else { break };
        let id = &rest[..=end];
        if id.len() <= 900 && id[1..].bytes().all(|octet| (33..127).contains(&octet) && octet != b'<') {
            found.push(id.to_owned());
        }
        rest = &rest[1..];
    }
    found
}

fn answered(subject: &str) -> String {
    let words: Vec<String> = subject
        .split_whitespace()
        .map(|word| word.chars().filter(|c| !c.is_control()).collect())
        .filter(|word: &String| !word.is_empty())
        .collect();
    let subject = words.join(" ");
    match starts_with_re(&subject) {
        true => subject,
        false => format!("Re: {subject}").trim_end().to_owned(),
    }
}

/// True where a subject starts with Re: already, be it within an encoded-word.
fn starts_with_re(subject: &str) -> bool {
    let is_re = |octets: &[u8]| octets.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(b"re:"));
    let mut parts = subject.strip_prefix("=?").into_iter().flat_map(|rest| rest.splitn(4, '?'));
    match (parts.next(), parts.next(), parts.next()) {
        (Some(_), Some("q" | "Q"), Some(text)) => {
            is_re(text.replace("=3A", ":").replace("=3a", ":").as_bytes())
        }
        (Some(_), Some("b" | "B"), Some(text)) => text
            .get(..4)
            .and_then(|start| STANDARD_NO_PAD.decode(start).ok())
            .is_some_and(|octets| is_re(&octets)),
        _ => is_re(subject.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread(block: &str) -> Option<Thread> {
        Thread::of(&Header::read(block.replace('\n', "\r\n").into_bytes()))
    }

    #[test]
    fn an_answer_refers_to_the_whole_thread() {
        for (block, references) in [
            ("Message-ID: <c@x>\nReferences: <a@x>\n <b@x>\n", vec!["<a@x>", "<b@x>", "<c@x>"]),
            ("Message-Id: <c@x>\nIn-Reply-To: <b@x> (of Monday)\n", vec!["<b@x>", "<c@x>"]),
            ("Message-Id: <c@x>\nIn-Reply-To: <a@x> <b@x>\n", vec!["<c@x>"]),
            ("Message-Id: <c@x>\nReferences: <a@x> <c@x> x< <b c@x> <\u{e9}@x>\n", vec!["<a@x>", "<c@x>"]),
        ] {
            let thread = thread(block).unwrap();
            assert_eq!(
                (thread.parent.as_str(), thread.references),
                ("<c@x>", references.iter().map(ToString::to_string).collect())
            );
        }
        assert_eq!(thread("Subject: x\n"), None);
        assert_eq!(thread("Message-ID: x\n"), None);
    }

    #[test]
    fn a_subject_gets_one_re() {
        for (subject, wanted) in [
            ("disks", "Re: disks"),
            ("RE: disks", "RE: disks"),
            ("re:disks", "re:disks"),
            ("=?utf-8?q?gr=C3=BC=C3=9Fe?=\n =?utf-8?q?!?=", "Re: =?utf-8?q?gr=C3=BC=C3=9Fe?= =?utf-8?q?!?="),
            ("=?UTF-8?Q?Re=3A_gr=C3=BC=C3=9Fe?=", "=?UTF-8?Q?Re=3A_gr=C3=BC=C3=9Fe?="),
            ("=?utf-8?B?UmU6IGdyw7zDn2U=?=", "=?utf-8?B?UmU6IGdyw7zDn2U=?="),
            ("a\tb \x1b[31m", "Re: a b [31m"),
            ("Reply", "Re: Reply"),
            ("", "Re:"),
        ] {
            let thread = thread(&format!("Message-ID: <c@x>\nSubject: {subject}\n")).unwrap();
            assert_eq!(thread.subject.as_deref(), Some(wanted));
        }
    }
}
