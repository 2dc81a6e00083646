//! The resource that a message is posted to: a complete `http` or `https` URL (RFC 3986, RFC 9110 section 4.2).
//!
//! Law: the target goes to the server as it was given, and is shown without the values of its query: a presigned URL is a
//! secret. What is wrong with a URL is said without repeating it.

use super::endpoint::{Endpoint, Place, Protocol, host_name, split_port, user_name};
use super::printable::printable;
use super::secret::Secret;
use std::fmt;

/// A URL, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// `https`.
    pub tls: bool,
    pub host: String,
    pub port: u16,
    pub user: Option<String>,
    /// Path and query, as they go to the server.
    target: String,
}

const FORMS: &str = "a resource is named by its complete URL: https://HOST[:PORT]/PATH or http://…";

impl Resource {
    pub fn parse(text: &str) -> Result<Resource, String> {
        if text.chars().any(|letter| letter.is_control() || letter == ' ') {
            return Err("the URL holds a blank or a control character".to_owned());
        }
        let (scheme, rest) = text.split_once("://").ok_or(FORMS)?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(FORMS.to_owned()),
        };
        // What stands behind # is for whoever reads the answer.
        let rest = rest.split('#').next().unwrap_or(rest);
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user_name(user)?), place),
            None => (None, authority),
        };
        let no_place = || "the URL names no HOST[:PORT] (a port is 1 to 65535)".to_owned();
        let (host, port) = split_port(place).map_err(|_| no_place())?;
        let host = host_name(host).map_err(|_| no_place())?;
        let port = port.unwrap_or(if tls { 443 } else { 80 });
        Ok(Resource { tls, host, port, user, target: target_of(target) })
    }

    /// Path and query, as the request line has them.
    pub fn target(&self) -> &str {
        &self.target
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The target as it may be shown.
    pub fn shown_target(&self) -> String {
        let Some((path, query)) = self.target.split_once('?') else { return self.target.clone() };
        let masked = |part: &str| match part.split_once('=') {
            Some((name, value)) if !value.is_empty() => format!("{name}=(masked)"),
            Some(_) => part.to_owned(),
            None if part.is_empty() => String::new(),
            None => "(masked)".to_owned(),
        };
        format!("{path}?{}", query.split('&').map(masked).collect::<Vec<_>>().join("&"))
    }

    /// What no output may repeat: the values of the query, as they stand there and decoded.
    pub fn secrets(&self) -> Vec<Secret> {
        let Some((_, query)) = self.target.split_once('?') else { return Vec::new() };
        let values = query.split('&').map(|part| part.split_once('=').map_or(part, |(_, value)| value));
        let both = values.filter(|value| value.len() >= SHORTEST).flat_map(|value| {
            let decoded = decoded(value);
            let other = (decoded != value.as_bytes()).then_some(decoded);
            std::iter::once(value.as_bytes().to_vec()).chain(other)
        });
        both.map(Secret::new).collect()
    }

    /// `HOST[:PORT]` as the field Host has it.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == if self.tls { 443 } else { 80 } { host } else { format!("{host}:{}", self.port) }
    }

    pub fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }

    /// Scheme, host and port are the same (RFC 6454 section 5).
    pub fn is_of_same_origin(&self, other: &Resource) -> bool {
        self.tls == other.tls && self.port == other.port && self.host.eq_ignore_ascii_case(&other.host)
    }

    /// The whole URL, without its user, for what has to be reckoned with it and never for a person.
    pub fn whole(&self) -> String {
        format!("{}://{}{}", self.scheme(), self.authority(), self.target)
    }

    /// Where to connect to.
    pub fn endpoint(&self) -> Endpoint {
        let place = Place::Tcp { host: self.host.clone(), port: self.port };
        Endpoint { protocol: Protocol::Smtp, tls_first: self.tls, place, user: self.user.clone() }
    }
}

/// Values that are shorter are found everywhere, and open nothing.
const SHORTEST: usize = 6;

/// A target starts with a slash; octets beyond ASCII are percent-encoded, nothing else is touched.
fn target_of(text: &str) -> String {
    let mut target = String::with_capacity(text.len() + 1);
    if !text.starts_with('/') {
        target.push('/');
    }
    for octet in text.bytes() {
        match octet {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x80.. => {
                target.push_str(&format!("%{octet:02X}"));
            }
            plain => target.push(char::from(plain)),
        }
    }
    target
}

fn decoded(value: &str) -> Vec<u8> {
    let (mut octets, mut bytes) = (Vec::new(), value.as_bytes());
    while let [first, rest @ ..] = bytes {
        let pair = rest.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| *first == b'%') {
            Some(octet) => {
                octets.push(octet);
                bytes = &rest[2..];
            }
            None => {
                octets.push(*first);
                bytes = rest;
            }
        }
    }
    octets
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = self.shown_target();
        write!(f, "{}://{}{}", self.scheme(), printable(&self.authority()), printable(&target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_its_place_and_its_target_as_given() {
        for (url, shown, target, port) in [
            ("https://h.example", "https://h.example/", "/", 443),
            ("HTTP://h.example:80/a/../b", "http://h.example/a/../b", "/a/../b", 80),
            ("http://[::1]:8080?x", "http://[::1]:8080/?(masked)", "/?x", 8080),
            (
                "https://h/p?a=1&X-Sig=s%3D&flag=#top",
                "https://h/p?a=(masked)&X-Sig=(masked)&flag=",
                "/p?a=1&X-Sig=s%3D&flag=",
                443,
            ),
            ("https://ada@h:1/ü{", "https://h:1/%C3%BC%7B", "/%C3%BC%7B", 1),
            ("https://döt.example./", "https://xn--dt-fka.example/", "/", 443),
        ] {
            let resource = Resource::parse(url).unwrap();
            assert_eq!(
                (&*resource.to_string(), resource.target(), resource.port),
                (shown, target, port),
                "{url}"
            );
        }
        assert_eq!(Resource::parse("https://a%40b@h").unwrap().user.as_deref(), Some("a@b"));
    }

    #[test]
    fn what_is_no_url_is_refused_and_no_secret_repeated() {
        for url in [
            "",
            "h.example/x",
            "file:///etc/passwd",
            "ftp://h/secret",
            "https://",
            "https:///secret",
            "https://h:0/secret",
            "https://h:secret/",
            "https://ada:secret@h/",
            "https://h/a b?secret",
            "https://h/\r\nX-Secret: secret",
            "https://@h/",
            "https://a..b/secret",
            "smtp://h",
        ] {
            let problem = Resource::parse(url).unwrap_err();
            assert!(!problem.contains("secret"), "{url}: {problem}");
        }
    }

    #[test]
    fn scheme_host_and_port_make_an_origin() {
        let one = Resource::parse("https://H.example/a").unwrap();
        for (other, same) in [
            ("https://h.example:443/b?c", true),
            ("http://h.example/a", false),
            ("https://h.example:444/a", false),
            ("https://www.h.example/a", false),
        ] {
            assert_eq!(one.is_of_same_origin(&Resource::parse(other).unwrap()), same, "{other}");
        }
    }

    #[test]
    fn values_of_the_query_are_secrets_in_both_forms() {
        let resource = Resource::parse("https://h/p?short=1&sig=abc%2Fdef&bare_token").unwrap();
        let secrets = resource.secrets();
        let found: Vec<&[u8]> = secrets.iter().map(Secret::expose).collect();
        assert_eq!(found, [&b"abc%2Fdef"[..], b"abc/def", b"bare_token"]);
    }
}
