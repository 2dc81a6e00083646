//! Address lists of RFC 5322 section 3.4, from an argument or a header field: display names, groups, comments, quotes.
//!
//! Only the addresses are kept. What is not a list to the letter is refused rather than guessed at: a guess is mail to
//! somebody who was not meant.

use super::address::{Address, AddressProblem, PLAIN, may_stand, quoted_end};

/// How an empty element of a list is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// An argument: `a@x,,b@x` is a slip.
    Refused,
    /// A header field: RFC 5322 section 4.4 has them.
    Skipped,
}

/// What a list has, in its order.
#[derive(Debug)]
pub(super) enum Found<'t> {
    /// An address as it stands there, with what stands in front of its brackets.
    Address { phrase: &'t str, text: &'t str },
    /// A group of this name begins.
    Opens(&'t str),
    /// It ends.
    Closes,
}

/// Reads a comma list; a header field must be unfolded.
pub fn address_list(text: &str, empty: Empty) -> Result<Vec<Address>, AddressProblem> {
    let mut found = Vec::new();
    walk(text, empty, &mut |it| {
        if let Found::Address { text, .. } = it {
            found.push(Address::parse(text)?);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Hears what a list has, and may find fault with it.
pub(super) type Tell<'a> = &'a mut dyn FnMut(Found<'_>) -> Result<(), AddressProblem>;

/// Reads a comma list and tells what it has.
pub(super) fn walk(text: &str, empty: Empty, tell: Tell<'_>) -> Result<(), AddressProblem> {
    walk_bare(&without_comments(text)?, empty, tell)
}

/// Where in a list the addresses end, each with its text.
pub(super) fn ends(text: &str) -> Result<Vec<(usize, String)>, AddressProblem> {
    let bare = without_comments(text)?;
    let end = |part: &str| part.as_ptr() as usize + part.len() - bare.as_ptr() as usize;
    let mut found = Vec::new();
    walk_bare(&bare, Empty::Skipped, &mut |it| {
        if let Found::Address { text, .. } = it {
            found.push((end(text), text.to_owned()));
        }
        Ok(())
    })?;
    Ok(found)
}

const SEMICOLON: &str = "semicolons do not separate addresses, commas do";

fn walk_bare(bare: &str, empty: Empty, tell: Tell<'_>) -> Result<(), AddressProblem> {
    let mut rest = bare;
    loop {
        let (element, stop) = element(rest)?;
        match stop {
            Some(':') if !element.contains('<') => {
                let inside = &rest[element.len() + 1..];
                tell(Found::Opens(element.trim()))?;
                rest = group(inside, tell)?;
                tell(Found::Closes)?;
                match rest.chars().next() {
                    None => return Ok(()),
                    Some(',') => rest = &rest[1..],
                    Some(_) => return Err(problem(rest, "a comma is missing behind the group")),
                }
                continue;
            }
            Some(':') => return Err(problem(element, "a colon stands outside a group")),
            Some(';') => return Err(problem(&rest[..=element.len()], SEMICOLON)),
            _ => take(element, empty, tell)?,
        }
        match stop {
            Some(_) => rest = &rest[element.len() + 1..],
            None => return Ok(()),
        }
    }
}

/// True where nothing in the text has a meaning in a list, so that it can only be a bare address.
pub fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|octet| may_stand(octet, PLAIN))
}

/// Reads one mailbox, as `--from` takes it: bare, in brackets or with a display name.
pub fn mailbox(text: &str) -> Result<Address, AddressProblem> {
    if is_plain(text) {
        return Address::parse(text);
    }
    let mut list = address_list(text, Empty::Refused)?;
    match list.pop() {
        Some(one) if list.is_empty() => Ok(one),
        Some(_) => Err(problem(text, "it is more than one")),
        None => Err(problem(text, "it is empty")),
    }
}

fn problem(text: &str, why: &'static str) -> AddressProblem {
    AddressProblem { text: text.trim().to_owned(), why }
}

/// Reads the members of a group up to its semicolon; returns what stands behind it.
fn group<'a>(mut rest: &'a str, tell: Tell<'_>) -> Result<&'a str, AddressProblem> {
    loop {
        let (element, stop) = element(rest)?;
        match stop {
            Some(':') => return Err(problem(element, "a group stands in a group")),
            None => return Err(problem(element, "a group is not closed by a semicolon")),
            Some(_) => take(element, Empty::Skipped, tell)?,
        }
        rest = &rest[element.len() + 1..];
        if stop == Some(';') {
            return Ok(rest.trim_start());
        }
    }
}

/// The text up to the next comma, colon or semicolon that is not in quotes, brackets or a literal.
fn element(text: &str) -> Result<(&str, Option<char>), AddressProblem> {
    let mut at = 0;
    let mut angle = false;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '"' => {
                at += quoted_end(&text[at..]).map_err(|why| problem(text, why))?;
                continue;
            }
            '[' => {
                at +=
                    text[at..].find(']').ok_or_else(|| problem(text, "its address literal is not closed"))?;
            }
            '<' if angle => return Err(problem(text, "a bracket stands in brackets")),
            '<' => angle = true,
            '>' if !angle => return Err(problem(text, "a bracket closes that was not opened")),
            '>' => angle = false,
            ',' | ':' | ';' if !angle => return Ok((&text[..at], Some(c))),
            _ => {}
        }
        at += c.len_utf8();
    }
    if angle { Err(problem(text, "a bracket is not closed")) } else { Ok((text, None)) }
}

/// Reads one element of a list and tells its address.
fn take(element: &str, empty: Empty, tell: Tell<'_>) -> Result<(), AddressProblem> {
    let element = element.trim();
    if element.is_empty() {
        return match empty {
            Empty::Refused => Err(problem(element, "it is empty")),
            Empty::Skipped => Ok(()),
        };
    }
    let Some(open) = outside_quotes(element, '<') else {
        return tell(Found::Address { phrase: "", text: element });
    };
    // It may stand in a literal, where nothing closes it.
    let close = element.rfind('>').filter(|close| *close > open);
    let close = close.ok_or_else(|| problem(element, "a bracket is not closed"))?;
    let (inside, behind) = (&element[open + 1..close], &element[close + 1..]);
    if !behind.trim().is_empty() || outside_quotes(inside, '<').is_some() {
        return Err(problem(element, "something stands behind the brackets"));
    }
    tell(Found::Address { phrase: element[..open].trim(), text: without_route(inside.trim()) })
}

/// Drops an obsolete source route (`@a,@b:` in front; RFC 5321 appendix C).
fn without_route(inside: &str) -> &str {
    match inside.split_once(':') {
        Some((route, address)) if route.starts_with('@') => address,
        _ => inside,
    }
}

fn outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c == wanted {
            return Some(at);
        }
        at += if c == '"' { quoted_end(&text[at..]).unwrap_or(1) } else { c.len_utf8() };
    }
    None
}

/// The text with blanks for every comment, so that all else stays in its place; comments nest (RFC 5322 section 3.2.2).
fn without_comments(text: &str) -> Result<String, AddressProblem> {
    if text.contains(|c: char| c.is_control() && c != '\t') {
        return Err(AddressProblem { text: text.to_owned(), why: "it holds a control character" });
    }
    let mut bare = String::with_capacity(text.len());
    let mut at = 0;
    let mut depth = 0usize;
    while let Some(c) = text[at..].chars().next() {
        let mut step = c.len_utf8();
        match c {
            '"' if depth == 0 => {
                step = quoted_end(&text[at..]).map_err(|why| problem(text, why))?;
                bare.push_str(&text[at..at + step]);
            }
            '\\' if depth > 0 => step += text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            _ if depth == 0 => bare.push(c),
            _ => {}
        }
        at += step;
        bare.extend(std::iter::repeat_n(' ', at - bare.len()));
    }
    if depth > 0 { Err(problem(text, "a comment is not closed")) } else { Ok(bare) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        address_list(text, Empty::Refused).unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn only_the_addresses_of_a_list_are_kept() {
        for (text, addresses) in [
            ("a@x.org", vec!["a@x.org"]),
            ("a@x.org, b@y.org", vec!["a@x.org", "b@y.org"]),
            ("A <a@x.org>, \"b, c\" <b@x.org>; ", vec![]),
            ("A <a@x.org>, \"b, c\" <b@x.org>", vec!["a@x.org", "b@x.org"]),
            ("group: x@y, Z <z@y>;", vec!["x@y", "z@y"]),
            ("group: x@y, z@y;, c@d", vec!["x@y", "z@y", "c@d"]),
            ("undisclosed-recipients:;", vec![]),
            ("\"john doe\"@x.org", vec!["\"john doe\"@x.org"]),
            ("John \"Q, <x>\" Doe <j@x.org>", vec!["j@x.org"]),
            ("<\"a@b\"@x.org>", vec!["\"a@b\"@x.org"]),
            ("a@x.org (comment, with (nested \\) one)), b@x.org", vec!["a@x.org", "b@x.org"]),
            ("<@r1,@r2:a@x.org>", vec!["a@x.org"]),
            ("a@[IPv6:::1], b@[127.0.0.1]", vec!["a@[IPv6:::1]", "b@[127.0.0.1]"]),
            ("Postmaster", vec!["Postmaster"]),
            ("\tA\t<a@x.org>", vec!["a@x.org"]),
        ] {
            assert_eq!(read(text), addresses, "{text}");
        }
    }

    #[test]
    fn what_is_no_list_is_refused_not_guessed_at() {
        for text in [
            "",
            " ",
            "a@x,",
            ",a@x",
            "a@x,,b@x",
            "a@x b@x",
            "<a@x",
            "a@x>",
            "<a@x> NOTIFY=NEVER",
            "A <b@x> <c@x>",
            "a@x;b@x",
            "\"open <a@x>",
            "(open a@x",
            "group: a@x",
            "g: h: a@x;;",
            "<>",
            "<<a@x>>",
            "a@[<b]",
            "a@[>b<c]",
            "a@[b, <c@[d]",
            "a@x\r\nRCPT TO:<b@x>",
            "A\n <a@x>",
            "root",
        ] {
            assert!(address_list(text, Empty::Refused).is_err(), "{text:?}");
        }
        assert_eq!(address_list("a@x,,b@x,", Empty::Skipped).unwrap().len(), 2);
        assert!(mailbox("a@x, b@x").is_err());
        assert!(mailbox("g:;").is_err());
        assert_eq!(mailbox("Ada <a@x>").unwrap().to_string(), "a@x");
    }
}
