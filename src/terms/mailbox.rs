//! Mailboxes with their display names, and groups of them, as a message shows them (RFC 5322 section 3.4).

use super::address::{Address, AddressProblem, quoted_end};
use super::address_list::{Empty, Found, walk};

/// An address and the name of whoever has it; empty where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    pub name: String,
    pub address: Address,
}

/// One entry of an address field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    One(Mailbox),
    Group { name: String, members: Vec<Mailbox> },
}

/// Reads a comma list and keeps names and groups; what is a list is for `address_list` to say.
pub fn entries(text: &str, empty: Empty) -> Result<Vec<Entry>, AddressProblem> {
    let mut found: Vec<Entry> = Vec::new();
    let mut inside = false;
    walk(text, empty, &mut |it| {
        match it {
            Found::Opens(name) => {
                inside = true;
                found.push(Entry::Group { name: text_of(name), members: Vec::new() });
            }
            Found::Closes => inside = false,
            Found::Address { phrase, text } => {
                let mailbox = Mailbox { name: text_of(phrase), address: Address::parse(text)? };
                match found.last_mut() {
                    Some(Entry::Group { members, .. }) if inside => members.push(mailbox),
                    _ => found.push(Entry::One(mailbox)),
                }
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// Reads one mailbox and keeps its name.
pub fn named_mailbox(text: &str) -> Result<Mailbox, AddressProblem> {
    let problem = |why| AddressProblem { text: text.trim().to_owned(), why };
    let mut found = entries(text, Empty::Refused)?;
    match (found.pop(), found.is_empty()) {
        (Some(Entry::One(mailbox)), true) => Ok(mailbox),
        (Some(Entry::Group { .. }), true) => Err(problem("it is a group")),
        (Some(_), false) => Err(problem("it is more than one")),
        (None, _) => Err(problem("it is empty")),
    }
}

/// What a phrase says: quotes and backslashes taken off, blanks between words made one.
fn text_of(phrase: &str) -> String {
    let mut text = String::with_capacity(phrase.len());
    let mut at = 0;
    let mut blank = false;
    while let Some(c) = phrase[at..].chars().next() {
        let end = match c {
            '"' => quoted_end(&phrase[at..]).map_or(phrase.len(), |end| at + end),
            _ => at + c.len_utf8(),
        };
        if c.is_whitespace() {
            blank = !text.is_empty();
            at = end;
            continue;
        }
        if std::mem::take(&mut blank) {
            text.push(' ');
        }
        match c {
            '"' => unquoted(&phrase[at..end], &mut text),
            _ => text.push(c),
        }
        at = end;
    }
    text
}

fn unquoted(quoted: &str, text: &mut String) {
    let inside = quoted.strip_prefix('"').unwrap_or(quoted);
    let mut letters = inside.strip_suffix('"').unwrap_or(inside).chars();
    while let Some(c) = letters.next() {
        match c {
            '\\' => text.extend(letters.next()),
            '\t' => text.push(' '),
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let one = |it: &Mailbox| format!("{}|{}", it.name, it.address);
        let entry = |entry: &Entry| match entry {
            Entry::One(mailbox) => one(mailbox),
            Entry::Group { name, members } => {
                format!("{name}: {}", members.iter().map(one).collect::<Vec<_>>().join(" "))
            }
        };
        match entries(text, Empty::Refused) {
            Ok(found) => found.iter().map(entry).collect::<Vec<_>>().join(" + "),
            Err(problem) => problem.why.to_owned(),
        }
    }

    #[test]
    fn names_and_groups_of_a_list_are_kept() {
        for (text, wanted) in [
            ("a@x", "|a@x"),
            ("Ada  Lovelace\t<a@x>, b@x", "Ada Lovelace|a@x + |b@x"),
            ("\"Doe, \\\"J\\\" \\\\ \" <j@x>", "Doe, \"J\" \\ |j@x"),
            ("Dr. \"J.  Q\"  Doe <j@x>", "Dr. J.  Q Doe|j@x"),
            ("Jörg (der Alte) Müller <j@x>", "Jörg Müller|j@x"),
            ("\"a b\"@x, postmaster", "|\"a b\"@x + |postmaster"),
            ("\"The, team\": A <a@x>, b@x;, c@x", "The, team: A|a@x |b@x + |c@x"),
            ("undisclosed recipients:;", "undisclosed recipients: "),
            ("A <a@x>,, b@x", "it is empty"),
            ("Doe, J <j@x>", "it has no @domain"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
        assert_eq!(named_mailbox("Ada <a@x>").unwrap().name, "Ada");
        for (text, why) in
            [("a@x, b@x", "it is more than one"), ("g: a@x;", "it is a group"), ("", "it is empty")]
        {
            assert_eq!(named_mailbox(text).unwrap_err().why, why);
        }
    }
}
