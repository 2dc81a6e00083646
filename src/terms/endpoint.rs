//! Where a server is: `HOST[:PORT]`, a URL, a unix socket, or the embedded sink.

use super::address::domain_name;
use super::amount::whole;
use super::printable::{path_name, printable};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::path::PathBuf;

/// What `--server` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    At(Endpoint),
    /// An embedded sink for this one run, with the Maildir it keeps messages in.
    Sink(PathBuf),
}

/// The dialect a server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Smtp,
    Lmtp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Tcp { host: String, port: u16 },
    Unix(PathBuf),
}

/// A server to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub protocol: Protocol,
    /// TLS from the first byte (`smtps://`, port 465).
    pub tls_first: bool,
    pub place: Place,
    pub user: Option<String>,
}

impl Endpoint {
    /// The name that a certificate must be for.
    pub fn host(&self) -> &str {
        match &self.place {
            Place::Tcp { host, .. } => host,
            Place::Unix(_) => "localhost",
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Place::Tcp { host, port } => write!(f, "{host}:{port}"),
            Place::Unix(path) => f.write_str(&printable(&path_name(path))),
        }
    }
}

const SCHEMES: &str = "smtp, submission, smtps, submissions, lmtp, smtp+unix, lmtp+unix (or sink:DIR)";

impl Server {
    pub fn parse(text: &str) -> Result<Server, String> {
        if text.chars().any(char::is_control) {
            return Err(format!("the server \"{}\" holds a control character", printable(text)));
        }
        if let Some(dir) = text.strip_prefix("sink:") {
            return match dir {
                "" => Err("sink: needs a directory behind it".to_owned()),
                dir => Ok(Server::Sink(PathBuf::from(dir))),
            };
        }
        match text.split_once("://") {
            Some((scheme, rest)) => url(&scheme.to_ascii_lowercase(), rest).map(Server::At),
            None => host_and_port(text).map(Server::At),
        }
    }
}

fn url(scheme: &str, rest: &str) -> Result<Endpoint, String> {
    let (protocol, tls_first, port) = match scheme {
        "smtp" => (Protocol::Smtp, false, 25),
        "submission" => (Protocol::Smtp, false, 587),
        "smtps" | "submissions" => (Protocol::Smtp, true, 465),
        "lmtp" => (Protocol::Lmtp, false, 24),
        "smtp+unix" => return unix(Protocol::Smtp, rest),
        "lmtp+unix" => return unix(Protocol::Lmtp, rest),
        _ => return Err(format!("the scheme \"{scheme}\" is unknown; known are {SCHEMES}")),
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (user, authority) = match rest.rsplit_once('@') {
        Some((user, authority)) => (Some(user_name(user)?), authority),
        None => (None, rest),
    };
    if authority.contains(['/', '?', '#']) {
        return Err("nothing may stand behind the port of a server URL".to_owned());
    }
    let (host, given) = split_port(authority)?;
    let place = Place::Tcp { host: host_name(host)?, port: given.unwrap_or(port) };
    Ok(Endpoint { protocol, tls_first, place, user })
}

fn unix(protocol: Protocol, path: &str) -> Result<Endpoint, String> {
    if !path.starts_with('/') {
        return Err(format!("\"{path}\" is not an absolute path of a unix socket"));
    }
    Ok(Endpoint { protocol, tls_first: false, place: Place::Unix(PathBuf::from(path)), user: None })
}

fn host_and_port(text: &str) -> Result<Endpoint, String> {
    if let Some((_, path)) = text.split_once("unix:") {
        return Err(format!(
            "a unix socket is named smtp+unix://{path} or lmtp+unix://{path}, by an absolute path"
        ));
    }
    if text.contains('@') {
        return Err("a user stands only in a URL (submission://ada@host) or in --user".to_owned());
    }
    let (host, port) = split_port(text)?;
    let port = port.unwrap_or(587);
    let place = Place::Tcp { host: host_name(host)?, port };
    Ok(Endpoint { protocol: Protocol::Smtp, tls_first: port == 465, place, user: None })
}

/// The user of a URL, with %HH decoded. A password there would be seen by everybody who lists processes.
pub(super) fn user_name(text: &str) -> Result<String, String> {
    if text.contains(':') {
        return Err("a password does not stand in a URL, where every process list shows it; \
                    --password-file or --password-command hand it over"
            .to_owned());
    }
    let bad = || "the user of the URL is not well percent-encoded".to_owned();
    let mut octets = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            octets.push(byte);
            continue;
        }
        let digit = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
        let (Some(high), Some(low)) = (digit(bytes.next()), digit(bytes.next())) else { return Err(bad()) };
        octets.push(u8::try_from(high * 16 + low).map_err(|_| bad())?);
    }
    match String::from_utf8(octets) {
        Ok(user) if user.is_empty() => Err("the user of the URL is empty".to_owned()),
        Ok(user) if user.chars().any(char::is_control) => Err(bad()),
        Ok(user) => Ok(user),
        Err(_) => Err(bad()),
    }
}

pub(super) fn split_port(text: &str) -> Result<(&str, Option<u16>), String> {
    let (host, port) = if text.starts_with('[') {
        let close = text.find(']').ok_or_else(|| format!("\"{text}\" has no closing bracket"))?;
        match &text[close + 1..] {
            "" => (text, None),
            behind => {
                let port = behind.strip_prefix(':').ok_or_else(|| format!("\"{text}\" is not HOST:PORT"))?;
                (&text[..=close], Some(port))
            }
        }
    } else if text.parse::<Ipv6Addr>().is_ok() {
        return Err(format!("an IPv6 address stands in brackets: [{text}]"));
    } else {
        match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    let Some(port) = port else { return Ok((host, None)) };
    match whole(port).map(u16::try_from) {
        Some(Ok(number)) if number > 0 => Ok((host, Some(number))),
        _ => Err(format!("\"{port}\" is not a port (1 to 65535)")),
    }
}

pub(super) fn host_name(text: &str) -> Result<String, String> {
    if let Some(v6) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return match v6.parse::<Ipv6Addr>() {
            Ok(address) => Ok(address.to_string()),
            Err(_) => Err(format!("\"{text}\" is not an IPv6 address")),
        };
    }
    if text.is_empty() {
        return Err("the server has no host name".to_owned());
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    domain_name(name).map_err(|_| format!("\"{text}\" is not a host name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match Server::parse(text) {
            Ok(Server::Sink(dir)) => format!("sink {}", path_name(&dir)),
            Ok(Server::At(at)) => format!("{:?} {} tls={} user={:?}", at.protocol, at, at.tls_first, at.user),
            Err(problem) => panic!("{text}: {problem}"),
        }
    }

    #[test]
    fn a_port_stands_for_its_service_and_a_scheme_for_its_port() {
        for (text, meant) in [
            ("mail.example", "Smtp mail.example:587 tls=false user=None"),
            ("mail.example:465", "Smtp mail.example:465 tls=true user=None"),
            ("mail.example:25", "Smtp mail.example:25 tls=false user=None"),
            ("127.0.0.1:2525", "Smtp 127.0.0.1:2525 tls=false user=None"),
            ("[::1]:2525", "Smtp [::1]:2525 tls=false user=None"),
            ("[::1]", "Smtp [::1]:587 tls=false user=None"),
            ("smtp://h", "Smtp h:25 tls=false user=None"),
            ("SMTP://h/", "Smtp h:25 tls=false user=None"),
            ("submission://h", "Smtp h:587 tls=false user=None"),
            ("smtps://ada%40x@h", "Smtp h:465 tls=true user=Some(\"ada@x\")"),
            ("submissions://h:4650", "Smtp h:4650 tls=true user=None"),
            ("lmtp://[::1]:24", "Lmtp [::1]:24 tls=false user=None"),
            ("lmtp+unix:///run/lmtp", "Lmtp /run/lmtp tls=false user=None"),
            ("smtp+unix:///run/a b", "Smtp /run/a b tls=false user=None"),
            ("döt.example.", "Smtp xn--dt-fka.example:587 tls=false user=None"),
            ("sink:outbox", "sink outbox"),
        ] {
            assert_eq!(read(text), meant);
        }
    }

    #[test]
    fn what_is_no_server_is_said_before_the_first_packet() {
        for text in [
            "",
            ":25",
            "h:0",
            "h:65536",
            "h:+25",
            "h:",
            "h:25:26",
            "::1",
            "[::1",
            "[::1]25",
            "[x]:25",
            "http://h",
            "smtp://",
            "smtp://u:p@h",
            "smtp://h/path",
            "smtp://h?x",
            "smtp://%zz@h",
            "smtp://@h",
            "sink:",
            "a b",
            "ada@h",
            "h\r\n:25",
            "lmtp+unix://run",
            "-h-/:25",
        ] {
            assert!(Server::parse(text).is_err(), "{text:?}");
        }
    }
}
