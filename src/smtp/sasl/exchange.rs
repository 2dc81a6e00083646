//! What every mechanism is given and does. The octets here are bare: base64 is put on and taken off in `logon`.

use super::problem::SaslProblem;
use crate::terms::secret::Secret;
use std::fmt;
use zeroize::Zeroizing;

/// Octets on their way to the server; they may hold a secret.
pub(super) type Octets = Zeroizing<Vec<u8>>;

/// One log-on under way.
pub(super) trait Exchange {
    /// What may go along with the AUTH command; none where the server speaks first.
    fn initial(&mut self) -> Option<Octets>;

    fn answer(&mut self, challenge: &[u8]) -> Result<Octets, SaslProblem>;

    /// Tells whether the server may claim success now.
    fn finish(&self) -> Result<(), SaslProblem>;

    /// What the server said inside the mechanism about its refusal, printable.
    fn reason(&self) -> Option<&str> {
        None
    }
}

/// Who logs on. With EXTERNAL the secret is not looked at, and the user name may be empty; with OAUTHBEARER it may too.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    pub user: &'a str,
    /// The password or the token.
    pub secret: &'a Secret,
    /// The server's name and port as they were asked for, which OAUTHBEARER repeats.
    pub host: &'a str,
    pub port: u16,
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

#[cfg(test)]
impl<'a> Credentials<'a> {
    pub(super) fn of(user: &'a str, secret: &'a Secret) -> Credentials<'a> {
        Credentials { user, secret, host: "server.example.com", port: 587 }
    }
}

/// What of the TLS session a log-on can be bound to.
#[derive(Clone, Copy)]
pub enum Binding<'a> {
    None,
    /// RFC 9266.
    TlsExporter(&'a [u8]),
    /// RFC 5929 section 4.
    TlsServerEndPoint(&'a [u8]),
}

impl Binding<'_> {
    pub fn is_some(&self) -> bool {
        !matches!(self, Binding::None)
    }
}

impl fmt::Debug for Binding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Binding::None => "None",
            Binding::TlsExporter(_) => "TlsExporter(…)",
            Binding::TlsServerEndPoint(_) => "TlsServerEndPoint(…)",
        })
    }
}

/// Puts octets together in one buffer of the right size, so that no copy of a secret stays behind.
pub(super) fn joined(parts: &[&[u8]]) -> Octets {
    let mut whole = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    for part in parts {
        whole.extend_from_slice(part);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_bindings_show_no_secret() {
        let secret = Secret::new(b"pencil".to_vec());
        let shown = format!("{:?}", Credentials::of("ada", &secret));
        assert_eq!(shown, "Credentials { user: \"ada\", .. }");
        assert_eq!(format!("{:?}", Binding::TlsExporter(b"pencil")), "TlsExporter(…)");
    }
}
