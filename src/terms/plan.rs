//! How a session is to be led: names, limits and wishes that hold for every message of a run.

use super::auth::Auth;
use super::endpoint::Endpoint;
use super::envelope::Dsn;
use super::proxy::Proxy;
use super::secret::Secret;
use super::tls::TlsWishes;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// The longest waits (RFC 5321 section 4.5.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub connect: Duration,
    pub greeting: Duration,
    pub hello: Duration,
    pub mail: Duration,
    pub rcpt: Duration,
    pub data: Duration,
    /// For the body to make progress.
    pub body: Duration,
    pub dot: Duration,
    pub rset: Duration,
}

const MINUTE: u64 = 60;

impl Default for Limits {
    fn default() -> Limits {
        let minutes = |n| Duration::from_secs(n * MINUTE);
        Limits {
            connect: Duration::from_secs(30),
            greeting: minutes(5),
            hello: minutes(5),
            mail: minutes(5),
            rcpt: minutes(5),
            data: minutes(2),
            body: minutes(3),
            dot: minutes(10),
            rset: minutes(5),
        }
    }
}

impl Limits {
    /// One value for every stage, as `--timeout` sets it.
    pub fn all(limit: Duration) -> Limits {
        Limits {
            connect: limit,
            greeting: limit,
            hello: limit,
            mail: limit,
            rcpt: limit,
            data: limit,
            body: limit,
            dot: limit,
            rset: limit,
        }
    }
}

/// Which addresses of a host may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    #[default]
    Any,
    V4,
    V6,
}

/// Who logs on, with what, and how.
#[derive(Clone, Debug)]
pub struct Login {
    pub user: String,
    pub auth: Auth,
    /// None where a client certificate stands for it.
    pub secret: Option<Arc<Secret>>,
    pub is_token: bool,
    /// The secret may cross a connection that others can hear.
    pub in_clear: bool,
}

/// Everything about a session that does not depend on the message.
#[derive(Clone, Debug)]
pub struct Plan {
    pub endpoint: Endpoint,
    /// The name to greet with; without one it is found out.
    pub hello: Option<String>,
    pub tls: TlsWishes,
    pub limits: Limits,
    pub family: Family,
    pub source: Option<IpAddr>,
    /// The proxy on the way to the server.
    pub proxy: Option<Proxy>,
    pub partial: bool,
    /// The most recipients of one transaction.
    pub max_recipients: Option<usize>,
    /// Messages travel in chunks where the server takes them so.
    pub chunking: bool,
    pub dsn: Dsn,
    pub login: Option<Login>,
}
