//! The one property that is wanted of a multi-status answer (RFC 4918 section 13): found by its namespace, whatever its prefix.

const HTTPMAIL: &str = "urn:schemas:httpmail:";

/// An element on the way to where the reading stands.
struct Open<'a> {
    name: &'a str,
    /// Prefixes that it gives a meaning, the default one as an empty name.
    spaces: Vec<(&'a str, String)>,
}

/// The text of the first `sendmsg` that has one; none where there is none, or where this is no XML that can be read.
pub(super) fn sendmsg(xml: &str) -> Option<String> {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut text: Option<String> = None;
    let mut rest = xml.trim_start_matches('\u{feff}');
    while !rest.is_empty() {
        let (before, tag) = match rest.split_once('<') {
            Some((before, tag)) => (before, tag),
            None => (rest, ""),
        };
        if let Some(text) = &mut text {
            text.push_str(&plain(before)?);
        }
        if tag.is_empty() {
            break;
        }
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
        } else if let Some(data) = tag.strip_prefix("![CDATA[") {
            let (data, more) = data.split_once("]]>")?;
            if let Some(text) = &mut text {
                text.push_str(data);
            }
            rest = more;
        } else if let Some(instruction) = tag.strip_prefix('?') {
            rest = instruction.split_once("?>")?.1;
        } else if let Some(end) = tag.strip_prefix('/') {
            let (name, more) = end.split_once('>')?;
            let closed = open.pop().filter(|open| open.name == name.trim_end())?;
            if is_it(&closed, &open) {
                let found = text.take().unwrap_or_default().trim().to_owned();
                if !found.is_empty() {
                    return Some(found);
                }
            }
            rest = more;
        } else if tag.starts_with('!') {
            // A document type could say anything about what follows.
            return None;
        } else {
            let (element, is_empty, more) = start(tag)?;
            if !is_empty {
                text = is_it(&element, &open).then(String::new).or(text);
                open.push(element);
            }
            rest = more;
        }
    }
    None
}

fn is_it(element: &Open<'_>, around: &[Open<'_>]) -> bool {
    let (prefix, name) = element.name.split_once(':').unwrap_or(("", element.name));
    let known = |open: &Open<'_>| {
        open.spaces.iter().find(|(known, _)| *known == prefix).map(|(_, space)| space.clone())
    };
    let space = known(element).or_else(|| around.iter().rev().find_map(known));
    name == "sendmsg" && space.as_deref() == Some(HTTPMAIL)
}

/// A start tag behind its bracket: the element, whether it ends at once, and what follows.
fn start(tag: &str) -> Option<(Open<'_>, bool, &str)> {
    let end = tag.find(|letter: char| letter.is_whitespace() || letter == '>' || letter == '/')?;
    let (name, mut rest) = tag.split_at(end);
    let mut spaces = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(more) = rest.strip_prefix("/>") {
            return Some((Open { name, spaces }, true, more));
        }
        if let Some(more) = rest.strip_prefix('>') {
            return Some((Open { name, spaces }, false, more));
        }
        let (attribute, value) = rest.split_once('=')?;
        let value = value.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, more) = value[1..].split_once(quote)?;
        match attribute.trim_end().split_once(':') {
            Some(("xmlns", prefix)) => spaces.push((prefix, plain(value)?)),
            None if attribute.trim_end() == "xmlns" => spaces.push(("", plain(value)?)),
            _ => {}
        }
        rest = more;
    }
}

/// Text with its references resolved.
fn plain(text: &str) -> Option<String> {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once('&') {
        let (name, more) = behind.split_once(';')?;
        out.push_str(before);
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = name.strip_prefix('#')?;
                let code = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)?
            }
        });
        rest = more;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_found_by_namespace_whatever_the_prefix() {
        let within = |inner: &str| {
            format!("<?xml version=\"1.0\"?>\r\n<D:multistatus xmlns:D=\"DAV:\">{inner}</D:multistatus>")
        };
        for (xml, found) in [
            (
                within("<hm:sendmsg xmlns:hm=\"urn:schemas:httpmail:\">http://h/s?a=1&amp;b=2</hm:sendmsg>"),
                Some("http://h/s?a=1&b=2"),
            ),
            (
                within(
                    "<x xmlns:e='urn:schemas:httpmail:'><e:inbox>i</e:inbox><e:sendmsg >\n u \n</e:sendmsg></x>",
                ),
                Some("u"),
            ),
            (
                within("<sendmsg xmlns=\"urn:schemas:httpmail:\"><![CDATA[u&v]]><!-- c --></sendmsg>"),
                Some("u&v"),
            ),
            (within("<h:sendmsg xmlns:h=\"urn:schemas:httpmail:\">&#x75;&#117;</h:sendmsg>"), Some("uu")),
            (within("<hm:sendmsg xmlns:hm=\"http://schemas.microsoft.com/hotmail/\">u</hm:sendmsg>"), None),
            (within("<hm:sendmsg>u</hm:sendmsg>"), None),
            (within("<hm:sendmsg xmlns:hm=\"urn:schemas:httpmail:\"/>"), None),
            (within("<hm:sendmsg xmlns:hm=\"urn:schemas:httpmail:\"></hm:sendmsg>"), None),
            (within("<hm:sendmsg xmlns:hm=\"urn:schemas:httpmail:\">&evil;</hm:sendmsg>"), None),
            (format!("<!DOCTYPE x [<!ENTITY e \"y\">]>{}", within("<a/>")), None),
            ("<a><b></a></b>".to_owned(), None),
            ("<a b=c>".to_owned(), None),
            ("not xml".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(sendmsg(&xml).as_deref(), found, "{xml}");
        }
    }
}
