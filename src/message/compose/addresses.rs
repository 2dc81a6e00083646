//! Address fields, written from our own addresses: lettre's refuses `postmaster`, quoted local parts and groups, and encodes
//! names by words only (RFC 5322 section 3.4, RFC 2047 section 5, RFC 6532 for addresses in UTF-8).

use super::fold::Field;
use super::word;
use crate::terms::mailbox::{Entry, Mailbox};

/// An address field with its line end.
pub fn address_field(name: &str, entries: &[Entry]) -> String {
    let mut field = Field::new(name);
    for (at, entry) in entries.iter().enumerate() {
        let comma = if at + 1 < entries.len() { "," } else { "" };
        match entry {
            Entry::One(one) => mailbox(&mut field, one, comma),
            Entry::Group { name, members } => {
                phrase(&mut field, name);
                field.glue(":");
                for (at, one) in members.iter().enumerate() {
                    mailbox(&mut field, one, if at + 1 < members.len() { "," } else { "" });
                }
                field.glue(&format!(";{comma}"));
            }
        }
    }
    field.line()
}

fn mailbox(field: &mut Field, Mailbox { name, address }: &Mailbox, behind: &str) {
    if name.is_empty() {
        field.word(&format!("{address}{behind}"));
    } else {
        phrase(field, name);
        field.word(&format!("<{address}>{behind}"));
    }
}

/// A display name: as atoms where it is some, in quotes where ASCII will do, else as encoded-words.
fn phrase(field: &mut Field, name: &str) {
    const LONG: usize = 60;
    let words: Vec<&str> = name.split(' ').collect();
    let ascii = name.bytes().all(|octet| (32..127).contains(&octet));
    if !ascii || name.contains("=?") || words.iter().any(|word| word.is_empty() || word.len() > LONG) {
        return word::encode(field, name);
    }
    if words.iter().all(|word| word.bytes().all(is_atext)) {
        return words.iter().for_each(|word| field.word(word));
    }
    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{quoted}\"").split(' ').for_each(|word| field.word(word));
}

fn is_atext(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&octet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::address_list::Empty;
    use crate::terms::mailbox::entries;

    fn written(list: &str) -> String {
        address_field("To", &entries(list, Empty::Refused).unwrap())
    }

    #[test]
    fn names_are_written_as_plainly_as_they_can_be() {
        for (list, wanted) in [
            ("a@x", "To: a@x\r\n"),
            ("postmaster, \"a b\"@x, c@[127.0.0.1]", "To: postmaster, \"a b\"@x, c@[127.0.0.1]\r\n"),
            ("Ada Lovelace <a@x>", "To: Ada Lovelace <a@x>\r\n"),
            ("\"Doe, J.\" <j@x>", "To: \"Doe, J.\" <j@x>\r\n"),
            ("Dr. X <j@x>", "To: \"Dr. X\" <j@x>\r\n"),
            ("Jörg <jörg@x>", "To: =?utf-8?q?J=C3=B6rg?= <jörg@x>\r\n"),
            ("\"=?utf-8?q?x?=\" <a@x>", "To: =?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?= <a@x>\r\n"),
            ("\" a\" <a@x>", "To: =?utf-8?q?_a?= <a@x>\r\n"),
            ("The team: A <a@x>, b@x;, c@x", "To: The team: A <a@x>, b@x;, c@x\r\n"),
            ("nobody:;", "To: nobody:;\r\n"),
        ] {
            assert_eq!(written(list), wanted);
        }
    }

    #[test]
    fn long_lists_are_folded_and_read_back_the_same() {
        let list: Vec<String> = (0..200).map(|n| format!("\"Nr. {n}, Müller\" <m{n}@d.example>")).collect();
        let field = written(&list.join(", "));
        assert!(field.split("\r\n").all(|line| line.len() <= 78), "{field}");
        let unfolded = field["To:".len()..].replace("\r\n", "");
        assert_eq!(entries(&unfolded, Empty::Refused).unwrap().len(), 200);
    }
}
