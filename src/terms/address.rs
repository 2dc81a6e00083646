//! A mailbox of RFC 5321 section 4.1.2, as it goes to the wire.
//!
//! Quoted local parts, address literals, a bare `postmaster` and UTF-8 local parts (RFC 6531) are taken; a domain in
//! other letters becomes A-labels. Dots may stand anywhere in a local part: some providers gave such mailboxes out.

use super::printable::printable;
use std::borrow::Cow;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::Arc;

/// A mailbox. Nothing in it can end a line or a path on the wire. There may be many of them: clones share its text, and those
/// of a list share the list.
#[derive(Clone)]
pub struct Address {
    list: Arc<String>,
    /// Where in the list it stands, how long it is, and where in it the `@` in front of the domain.
    start: u32,
    length: u8,
    at: Option<u8>,
    /// What is asked of each of many, found out once.
    marks: Marks,
}

#[derive(Clone, Copy)]
struct Marks {
    is_utf8: bool,
    /// The part that has no case holds capitals.
    has_capitals: bool,
}

impl PartialEq for Address {
    fn eq(&self, other: &Address) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Address {}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.as_str()).finish()
    }
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressProblem {
    pub text: String,
    pub why: &'static str,
}

impl fmt::Display for AddressProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is not an address: {}", printable(&self.text), self.why)
    }
}

/// Octets a path may have on the wire, without its brackets (RFC 5321 section 4.5.3.1.3).
const LONGEST: usize = 254;
const LONGEST_LABEL: usize = 63;

impl Address {
    /// Reads an addr-spec without brackets, display name or comments.
    pub fn parse(text: &str) -> Result<Address, AddressProblem> {
        let read = Read::of(text, None)?;
        Ok(Address::all_of(read.rewritten.unwrap_or_else(|| text.to_owned()), read.at))
    }

    /// The same of a part of a list, behind an address of it: many lists have but one domain.
    pub fn parse_in(
        list: &Arc<String>,
        part: Range<usize>,
        before: Option<&Address>,
    ) -> Result<Address, AddressProblem> {
        let (start, length) = (u32::try_from(part.start), u8::try_from(part.len()));
        let text = list.get(part).unwrap_or("");
        let read = Read::of(text, before.and_then(Address::domain))?;
        Ok(match (read.rewritten, start, length) {
            (None, Ok(start), Ok(length)) => {
                let marks = match before.filter(|_| read.is_plain_and_known) {
                    Some(before) => Marks { is_utf8: false, ..before.marks },
                    None => Marks::of(text, read.at),
                };
                Address { list: Arc::clone(list), start, length, at: read.at, marks }
            }
            (rewritten, ..) => Address::all_of(rewritten.unwrap_or_else(|| text.to_owned()), read.at),
        })
    }

    /// The same of a part that is plainly one: the domain of an address before it, and in front nothing with a meaning of its own.
    pub fn parse_alike(list: &Arc<String>, part: Range<usize>, before: &Address) -> Option<Address> {
        let (text, known) = (list.as_bytes().get(part.clone())?, before.as_str().as_bytes());
        let local = text.strip_suffix(known.get(usize::from(before.at?)..)?)?;
        let is_good = |octet: u8| may_stand(octet, LOCAL) & may_stand(octet, PLAIN);
        if local.is_empty() || text.len() > LONGEST || !local.iter().all(|&octet| is_good(octet)) {
            return None;
        }
        let (start, length) = (u32::try_from(part.start).ok()?, u8::try_from(text.len()).ok()?);
        let marks = Marks { is_utf8: false, ..before.marks };
        Some(Address { list: Arc::clone(list), start, length, at: u8::try_from(local.len()).ok(), marks })
    }

    /// What was read is never longer than the wire allows.
    fn all_of(text: String, at: Option<u8>) -> Address {
        let length = u8::try_from(text.len()).unwrap_or(u8::MAX);
        let marks = Marks::of(&text, at);
        Address { list: Arc::new(text), start: 0, length, at, marks }
    }

    /// The mailbox as it goes to the wire.
    pub fn as_str(&self) -> &str {
        let start = self.start as usize;
        &self.list[start..start + usize::from(self.length)]
    }

    fn domain(&self) -> Option<&str> {
        self.as_str().get(usize::from(self.at?) + 1..)
    }

    /// False for a bare `postmaster`.
    pub fn has_domain(&self) -> bool {
        self.at.is_some()
    }

    /// True where the server must offer SMTPUTF8: only a local part can need it, domains have A-labels.
    pub fn needs_utf8(&self) -> bool {
        self.marks.is_utf8
    }

    /// True for addresses that name the same mailbox for certain: the local part exactly, the domain without case.
    pub fn same_mailbox(&self, other: &Address) -> bool {
        self.key() == other.key()
    }

    /// What duplicates are recognised by.
    pub fn key(&self) -> Cow<'_, str> {
        if !self.marks.has_capitals {
            return self.as_str().into();
        }
        let (exact, folded) = without_case(self.as_str(), self.at);
        [exact, &folded.to_ascii_lowercase()].concat().into()
    }
}

impl Marks {
    fn of(text: &str, at: Option<u8>) -> Marks {
        let (_, folded) = without_case(text, at);
        let has_capitals = folded.bytes().any(|octet| octet.is_ascii_uppercase());
        Marks { is_utf8: !text.is_ascii(), has_capitals }
    }
}

/// The part with case, and the part without.
fn without_case(text: &str, at: Option<u8>) -> (&str, &str) {
    text.split_at(at.map_or(0, usize::from))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An addr-spec that was read.
struct Read {
    at: Option<u8>,
    /// How it goes to the wire, where its domain was turned into A-labels.
    rewritten: Option<String>,
    /// All of it is ASCII, and its domain the one that was known.
    is_plain_and_known: bool,
}

impl Read {
    /// Reads it; a domain that is known to be good is not judged again.
    fn of(text: &str, good: Option<&str>) -> Result<Read, AddressProblem> {
        let problem = |why| AddressProblem { text: text.to_owned(), why };
        // Beyond ASCII only the 32 behind it are control characters.
        let is_odd = |octet: u8| octet.is_ascii_control() | !octet.is_ascii();
        let is_odd = text.bytes().fold(false, |odd, octet| odd | is_odd(octet));
        if is_odd && text.chars().any(char::is_control) {
            return Err(problem("it holds a control character"));
        }
        if text.is_empty() {
            return Err(problem("it is empty"));
        }
        let (local, rest) = split_local(text).map_err(problem)?;
        let is_known = good.is_some() && rest.strip_prefix('@') == good;
        let domain = match rest.strip_prefix('@') {
            Some(domain) if is_known => Some(domain.into()),
            Some(domain) => Some(parse_domain(domain).map_err(problem)?),
            None if rest.is_empty() && local.eq_ignore_ascii_case("postmaster") => None,
            None if rest.is_empty() => return Err(problem("it has no @domain")),
            None => return Err(problem("it holds a character that must be quoted")),
        };
        let at = domain.as_ref().map(|_| local.len());
        let rewritten = match domain {
            Some(Cow::Owned(domain)) => Some([local, "@", &domain].concat()),
            _ => None,
        };
        if rewritten.as_deref().unwrap_or(text).len() > LONGEST {
            return Err(problem("it is longer than 254 octets"));
        }
        let at = at.and_then(|at| u8::try_from(at).ok());
        Ok(Read { at, rewritten, is_plain_and_known: is_known && !is_odd })
    }
}

/// Splits off the local part and returns it with what follows.
fn split_local(text: &str) -> Result<(&str, &str), &'static str> {
    let end = if text.starts_with('"') { quoted_end(text)? } else { dot_string_end(text) };
    match &text[..end] {
        "" if text.starts_with('@') => Err("it has no local part"),
        "" => Err("it holds a character that must be quoted"),
        local => Ok((local, &text[end..])),
    }
}

/// Where a quoted string that starts the text ends, its quotes included.
pub(super) fn quoted_end(text: &str) -> Result<usize, &'static str> {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok(at + 1),
            '\\' => match chars.next() {
                Some((_, escaped)) if escaped.is_ascii() => {}
                _ => return Err("a backslash in quotes has nothing to quote"),
            },
            _ => {}
        }
    }
    Err("a quote is not closed")
}

/// What an octet may stand in.
pub(super) const LOCAL: u8 = 1;
pub(super) const DOMAIN: u8 = 2;
/// Where nothing has a meaning of its own: neither in a list nor in an address.
pub(super) const PLAIN: u8 = 4;

/// Octets of ASCII by what they may stand in: there may be many addresses.
const PLACES: [u8; 256] = {
    let mut places = [0; 256];
    let (mut octet, marks) = (0, b"!#$%&'*+-/=?^_`{|}~.");
    while octet < 128 {
        if (octet as u8).is_ascii_alphanumeric() {
            places[octet] = LOCAL | DOMAIN | PLAIN;
        }
        octet += 1;
    }
    let mut at = 0;
    while at < marks.len() {
        places[marks[at] as usize] = LOCAL;
        at += 1;
    }
    places[b'-' as usize] |= DOMAIN | PLAIN;
    places[b'_' as usize] |= DOMAIN | PLAIN;
    places[b'.' as usize] |= PLAIN;
    places[b'+' as usize] |= PLAIN;
    places[b'@' as usize] |= PLAIN;
    places
};

/// True where the octet may stand in this place.
pub(super) fn may_stand(octet: u8, place: u8) -> bool {
    PLACES[usize::from(octet)] & place != 0
}

/// Where atoms and dots that start a text end.
fn dot_string_end(text: &str) -> usize {
    match text.bytes().position(|octet| !may_stand(octet, LOCAL)) {
        // Letters of other scripts are looked at one by one.
        Some(end) if !text.as_bytes()[end].is_ascii() => text
            .find(|c: char| if c.is_ascii() { !may_stand(c as u8, LOCAL) } else { c.is_whitespace() })
            .unwrap_or(text.len()),
        end => end.unwrap_or(text.len()),
    }
}

fn parse_domain(text: &str) -> Result<Cow<'_, str>, &'static str> {
    if let Some(inner) = text.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or("its address literal is not closed")?;
        let v6 = |v6: &str| v6.parse::<Ipv6Addr>().is_ok();
        let known = match inner.get(..5) {
            Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => v6(&inner[5..]),
            _ => inner.parse::<Ipv4Addr>().is_ok(),
        };
        return if known { Ok(text.into()) } else { Err("its address literal is neither IPv4 nor IPv6:…") };
    }
    labels(text)
}

/// Reads a domain name: letters, digits, hyphens and underscores in labels, other scripts turned into A-labels.
pub fn domain_name(text: &str) -> Result<String, &'static str> {
    labels(text).map(Cow::into_owned)
}

fn labels(text: &str) -> Result<Cow<'_, str>, &'static str> {
    let ascii: Cow<'_, str> = if text.is_ascii() {
        text.into()
    } else {
        let turned = idna::domain_to_ascii_strict(text);
        turned.map_err(|_| "its domain is not a valid international name")?.into()
    };
    if ascii.is_empty() {
        return Err("its domain is empty");
    }
    if ascii.len() > 253 {
        return Err("its domain is longer than 253 octets");
    }
    // What is wrong is looked for only where something is.
    let wrong = if are_labels(ascii.as_bytes()) { None } else { ascii.split('.').find_map(wrong_label) };
    wrong.map_or(Ok(ascii), Err)
}

fn wrong_label(label: &str) -> Option<&'static str> {
    if label.is_empty() {
        return Some("its domain has an empty label");
    }
    if label.len() > LONGEST_LABEL {
        return Some("its domain has a label over 63 octets");
    }
    let has_odd = label.bytes().any(|octet| !may_stand(octet, DOMAIN));
    has_odd.then_some("its domain holds a character that no domain has")
}

/// True for labels of at most 63 good octets with dots between them.
fn are_labels(octets: &[u8]) -> bool {
    let mut length = 0;
    for &octet in octets {
        if octet == b'.' {
            if length == 0 {
                return false;
            }
            length = 0;
        } else {
            length += 1;
            if length > LONGEST_LABEL || !may_stand(octet, DOMAIN) {
                return false;
            }
        }
    }
    length > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rfc_5321_calls_a_mailbox_goes_to_the_wire_as_it_is() {
        for text in [
            "a@d.example",
            "a.b+c=d@d.example",
            "foo..bar@d.example",
            ".foo.@d.example",
            "\"john doe\"@d.example",
            "\"a@b\"@d.example",
            "\"qu\\\"oted\\\\\"@d.example",
            "\"\"@d.example",
            "a@[127.0.0.1]",
            "a@[IPv6:::1]",
            "a@a_b.example",
            "a@localhost",
            "postmaster",
            "Postmaster",
            "-a@d.example",
            "jörg@d.example",
            "{$|^}~!#%&'*/?`@d.example",
        ] {
            assert_eq!(Address::parse(text).map(|a| a.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(Address::parse("a@döt.example").unwrap().to_string(), "a@xn--dt-fka.example");
        assert!(Address::parse("jörg@d.example").unwrap().needs_utf8());
        assert!(!Address::parse("a@döt.example").unwrap().needs_utf8());
    }

    #[test]
    fn what_could_add_to_a_command_is_no_address() {
        let long = format!("{}@d.example", "a".repeat(300));
        for text in [
            "",
            "@d.example",
            "root",
            "a@",
            "a@d.example ",
            "a@d.example SIZE=1",
            "a@d.example>",
            "<a@d.example>",
            "a@d.example,b@d.example",
            "a b@d.example",
            "a@d..example",
            "a@.example",
            "a@d.example.",
            "a@d.example\r\nRCPT TO:<x@d.example>",
            "a\n@d.example",
            "a\0@d.example",
            "\"a\r\n\"@d.example",
            "a@d\u{7f}",
            "\"open@d.example",
            "\"a\"b@d.example",
            "a@[300.0.0.1]",
            "a@[127.0.0.1",
            "a@[IPv6:zz]",
            "a@b@c.example",
            "a\u{85}@d.example",
            "a@xn--a\u{200d}",
            long.as_str(),
        ] {
            assert!(Address::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn duplicates_differ_only_in_the_case_of_the_domain() {
        let parse = |text| Address::parse(text).unwrap();
        assert!(parse("a@D.example").same_mailbox(&parse("a@d.EXAMPLE")));
        assert!(!parse("A@d.example").same_mailbox(&parse("a@d.example")));
        assert!(parse("POSTMASTER").same_mailbox(&parse("postmaster")));
    }

    #[test]
    fn what_stands_in_a_list_is_judged_as_if_it_stood_alone() {
        let texts = [
            "a@d.example",
            "b@d.example",
            "b@D.example",
            "c@d..example",
            "d@d.example",
            "e@",
            "\"f@g\"@d.example",
            "h@d.example",
            "postmaster",
            "i@d.example",
            "j@[127.0.0.1]",
            "k@[127.0.0.1]",
            "l@bücher.example",
            "m@bücher.example",
            "n@xn--bcher-kva.example",
            "o@d.example x",
            "p@d.example",
            "q@r@d.example",
            "jörg@d.example",
            "s t@d.example",
            "u\t@d.example",
            "@d.example",
            "v.w+x_y@d.example",
        ];
        let list = Arc::new(texts.join("\n"));
        let (mut before, mut start, mut alike) = (None, 0, Vec::new());
        for text in texts {
            let read = Address::parse_in(&list, start..start + text.len(), before.as_ref());
            assert_eq!(read, Address::parse(text), "{text}");
            let shown = |address: &Address| (address.key().into_owned(), address.at, address.needs_utf8());
            let alone = Address::parse(text).ok();
            assert_eq!(read.as_ref().ok().map(shown), alone.as_ref().map(shown), "{text}");
            let part = start..start + text.len();
            if let Some(same) = before.as_ref().and_then(|it| Address::parse_alike(&list, part, it)) {
                assert_eq!(Some(shown(&same)), alone.as_ref().map(shown), "{text}");
                alike.push(text);
            }
            (before, start) = (read.ok().or(before), start + text.len() + 1);
        }
        let plainly =
            ["b@d.example", "h@d.example", "k@[127.0.0.1]", "n@xn--bcher-kva.example", "v.w+x_y@d.example"];
        assert_eq!(alike, plainly);
    }
}
