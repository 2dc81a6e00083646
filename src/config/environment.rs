//! The variables that are read.

use super::secrets::kind::Kind;
use super::settled::{is_same, name};
use crate::terms::endpoint::{Endpoint, Server};
use crate::terms::secret::Secret;
use std::os::unix::ffi::OsStringExt;

/// What the environment says about the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    pub server: Option<String>,
    pub user: Option<String>,
    /// There is a password for the user of the proxy.
    pub proxy_password: bool,
    /// The variables that hold a secret for the log-on.
    pub secrets: Vec<&'static str>,
}

impl Environment {
    /// Reads them once; an empty one says nothing.
    pub fn read() -> Environment {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Environment {
            server: set("MAILXPORT_SERVER"),
            user: set("MAILXPORT_USER"),
            proxy_password: is_set("MAILXPORT_PROXY_PASSWORD"),
            secrets: [Kind::Password, Kind::Token]
                .map(Kind::variable)
                .into_iter()
                .filter(|it| is_set(it))
                .collect(),
        }
    }

    /// The server that it names, where that is another one, or none that can be read: what it has for a log-on goes to no other.
    pub fn other_than(&self, server: &Endpoint) -> Option<String> {
        match Server::parse(self.server.as_deref()?) {
            Ok(Server::At(own)) if is_same(&own, server) => None,
            Ok(own) => Some(name(&own)),
            // It may be a URL with a password in it.
            Err(_) => Some("no server".to_owned()),
        }
    }
}

/// Tells whether a variable says something.
pub fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// The password of the proxy's user; an empty variable says nothing.
pub fn proxy_password() -> Option<Secret> {
    let value = std::env::var_os("MAILXPORT_PROXY_PASSWORD").filter(|value| !value.is_empty())?;
    Some(Secret::first_line(value.into_vec()))
}
