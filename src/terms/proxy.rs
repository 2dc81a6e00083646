//! A proxy on the way to the server: what `--proxy` names, and what can go wrong with one.

use super::endpoint::{host_name, split_port, user_name};
use super::printable::printable;
use super::secret::Secret;
use std::fmt;
use std::sync::Arc;

/// How a proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// RFC 1928.
    Socks5,
    /// CONNECT (RFC 9110 section 9.3.6).
    Http,
}

impl Dialect {
    pub fn scheme(self) -> &'static str {
        match self {
            Dialect::Socks5 => "socks5",
            Dialect::Http => "http",
        }
    }

    fn port(self) -> u16 {
        match self {
            Dialect::Socks5 => 1080,
            Dialect::Http => 8080,
        }
    }
}

/// A proxy. It is shown without its user, and its password goes to nobody else.
#[derive(Clone, Debug)]
pub struct Proxy {
    pub dialect: Dialect,
    pub host: String,
    pub port: u16,
    pub user: Option<String>,
    pub password: Option<Arc<Secret>>,
    /// It may cross the connection to a proxy on another machine, which is always in clear.
    pub in_clear: bool,
}

/// The longest user and the longest password that SOCKS5 can say (RFC 1929).
pub const LONGEST_WORD: usize = 255;

const FORMS: &str = "--proxy takes socks5://[user@]HOST[:1080] or http://[user@]HOST[:8080]";

const PORTS: &str = "--proxy names no HOST[:PORT] (a port is 1 to 65535, an IPv6 address stands in brackets)";

impl Proxy {
    /// Reads a URL. What is wrong is said without repeating it: a password may stand in it.
    pub fn parse(text: &str) -> Result<Proxy, String> {
        if text.chars().any(char::is_control) {
            return Err("--proxy holds a control character".to_owned());
        }
        let (scheme, rest) = text.split_once("://").ok_or(FORMS)?;
        let dialect = match scheme.to_ascii_lowercase().as_str() {
            "socks5" => Dialect::Socks5,
            "http" => Dialect::Http,
            _ => return Err(FORMS.to_owned()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (user, authority) = match rest.rsplit_once('@') {
            Some((user, _)) if user.contains(':') => {
                return Err("a password does not stand in --proxy, where every process list shows it; \
                            --proxy-password-file FILE or $MAILXPORT_PROXY_PASSWORD hand it over"
                    .to_owned());
            }
            Some((user, authority)) => (Some(user_name(user)?), authority),
            None => (None, rest),
        };
        if authority.contains(['/', '?', '#']) {
            return Err("nothing may stand behind the port of --proxy".to_owned());
        }
        if let Some(user) = &user {
            fit_user(dialect, user)?;
        }
        let (host, port) = split_port(authority).map_err(|_| PORTS)?;
        let host = host_name(host)?;
        Ok(Proxy {
            dialect,
            host,
            port: port.unwrap_or(dialect.port()),
            user,
            password: None,
            in_clear: false,
        })
    }

    /// Gives the user its password.
    pub fn with_password(mut self, password: Secret) -> Result<Proxy, String> {
        let longest = if self.dialect == Dialect::Socks5 { LONGEST_WORD } else { usize::MAX };
        if password.is_empty() {
            return Err("the password of the proxy is empty".to_owned());
        }
        if password.expose().len() > longest {
            return Err(format!("the password of a SOCKS5 proxy has {LONGEST_WORD} octets at most"));
        }
        self.password = Some(Arc::new(password));
        Ok(self)
    }

    /// User and password, where there is a log-on.
    pub fn logon(&self) -> Option<(&str, &Secret)> {
        self.user.as_deref().zip(self.password.as_deref())
    }
}

fn fit_user(dialect: Dialect, user: &str) -> Result<(), String> {
    match dialect {
        Dialect::Socks5 if user.len() > LONGEST_WORD => {
            Err(format!("the user of a SOCKS5 proxy has {LONGEST_WORD} octets at most"))
        }
        // RFC 7617 section 2: the first colon ends the user.
        Dialect::Http if user.contains(':') => {
            Err("the user of an HTTP proxy cannot hold a colon".to_owned())
        }
        _ => Ok(()),
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, host, port) = (self.dialect.scheme(), &self.host, self.port);
        if host.contains(':') {
            write!(f, "{scheme}://[{host}]:{port}")
        } else {
            write!(f, "{scheme}://{}:{port}", printable(host))
        }
    }
}

/// What went wrong once the proxy was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyProblem {
    /// It hung up before there was a way through.
    Closed,
    /// It wants a log-on, and there is none.
    WantsLogOn,
    /// It takes no way to log on that this side knows.
    NoMethod,
    LogOnRefused,
    /// The reply code of SOCKS5 (RFC 1928 section 6).
    Socks(u8),
    /// The status of HTTP, and the line that it stood in.
    Status(u16, Vec<u8>),
    /// An answer that is none: why, and what came.
    Garbled(&'static str, Vec<u8>),
}

impl ProxyProblem {
    /// A log-on that did not succeed, which is not to be tried blindly again.
    pub fn is_about_log_on(&self) -> bool {
        matches!(self, ProxyProblem::WantsLogOn | ProxyProblem::NoMethod | ProxyProblem::LogOnRefused)
    }

    /// The proxy's own words.
    pub fn said(&self) -> Option<&[u8]> {
        match self {
            ProxyProblem::Status(_, said) | ProxyProblem::Garbled(_, said) => {
                Some(said).filter(|said| !said.is_empty()).map(Vec::as_slice)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_has_a_dialect_and_its_port() {
        for (text, shown, user) in [
            ("socks5://p.example", "socks5://p.example:1080", None),
            ("SOCKS5://p.example:9/", "socks5://p.example:9", None),
            ("http://p.example", "http://p.example:8080", None),
            ("http://ada@[::1]:3128", "http://[::1]:3128", Some("ada")),
            ("socks5://a%3ab%40x@127.0.0.1", "socks5://127.0.0.1:1080", Some("a:b@x")),
            ("socks5://ada@döt.example.", "socks5://xn--dt-fka.example:1080", Some("ada")),
        ] {
            let proxy = Proxy::parse(text).unwrap();
            assert_eq!((&*proxy.to_string(), proxy.user.as_deref()), (shown, user), "{text}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused_and_no_password_repeated() {
        let long = format!("socks5://{}@h", "u".repeat(256));
        for text in [
            "",
            "p.example:1080",
            "socks4://h",
            "socks5h://h",
            "https://h",
            "ftp://u:secret@h",
            "ada:secret@h:1080",
            "socks5://",
            "socks5://h:0",
            "socks5://h:65536",
            "socks5://h:x",
            "socks5://ada:secret@h",
            "socks5://ada:sec@ret@h:0",
            "http://ada:se/secret@h",
            "http://a%3ab@h",
            "http://a%0d%0ab@h",
            "http://@h",
            "http://h/x",
            "http://h?x",
            "http://h\r\nx",
            "socks5://a b",
            "socks5://::1",
            &long,
        ] {
            let problem = Proxy::parse(text).unwrap_err();
            assert!(!problem.contains("secret"), "{text}: {problem}");
        }
        let problem = Proxy::parse("socks5://ada:secret@h").unwrap_err();
        let named = ["$MAILXPORT_PROXY_PASSWORD", "--proxy-password-file"];
        assert!(named.iter().all(|name| problem.contains(name)), "{problem}");
    }

    #[test]
    fn a_password_fits_its_dialect_and_is_not_shown() {
        let secret = |length: usize| Secret::new(vec![b'x'; length]);
        for (proxy, length, fits) in [
            ("socks5://u@h", 255, true),
            ("socks5://u@h", 256, false),
            ("socks5://u@h", 0, false),
            ("http://u@h", 256, true),
            ("http://u@h", 0, false),
        ] {
            let proxy = Proxy::parse(proxy).unwrap().with_password(secret(length));
            assert_eq!(proxy.is_ok(), fits, "{length}");
            assert!(!format!("{proxy:?}").contains("xx"));
        }
    }
}
