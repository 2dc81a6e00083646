//! The mechanisms by their names in the answer to EHLO, and which of them a log-on uses.

use crate::terms::auth::Auth;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    External,
    ScramSha256Plus,
    ScramSha1Plus,
    ScramSha256,
    ScramSha1,
    CramMd5,
    Plain,
    Login,
    OAuthBearer,
    XOAuth2,
}

impl Mechanism {
    pub const ALL: [Mechanism; 10] = [
        Mechanism::External,
        Mechanism::ScramSha256Plus,
        Mechanism::ScramSha1Plus,
        Mechanism::ScramSha256,
        Mechanism::ScramSha1,
        Mechanism::CramMd5,
        Mechanism::Plain,
        Mechanism::Login,
        Mechanism::OAuthBearer,
        Mechanism::XOAuth2,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Mechanism::External => "EXTERNAL",
            Mechanism::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Mechanism::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            Mechanism::ScramSha256 => "SCRAM-SHA-256",
            Mechanism::ScramSha1 => "SCRAM-SHA-1",
            Mechanism::CramMd5 => "CRAM-MD5",
            Mechanism::Plain => "PLAIN",
            Mechanism::Login => "LOGIN",
            Mechanism::OAuthBearer => "OAUTHBEARER",
            Mechanism::XOAuth2 => "XOAUTH2",
        }
    }

    /// Reads a word of the AUTH line in any case.
    pub fn parse(word: &str) -> Option<Mechanism> {
        Mechanism::ALL.into_iter().find(|mechanism| mechanism.name().eq_ignore_ascii_case(word))
    }

    /// Tells whether it binds the log-on to the TLS session.
    pub fn binds(self) -> bool {
        matches!(self, Mechanism::ScramSha256Plus | Mechanism::ScramSha1Plus)
    }

    pub fn is_scram(self) -> bool {
        self.binds() || matches!(self, Mechanism::ScramSha256 | Mechanism::ScramSha1)
    }

    pub fn takes_token(self) -> bool {
        matches!(self, Mechanism::OAuthBearer | Mechanism::XOAuth2)
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What there is to log on with, and where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Have {
    pub password: bool,
    pub token: bool,
    pub client_certificate: bool,
    /// A secret may cross this connection: it is encrypted to a verified server, or it was said that it may.
    pub private: bool,
    /// The TLS session gives data to bind to.
    pub binding: bool,
    /// User and password have a form that SCRAM can use.
    pub prepared: bool,
}

/// Why there is no log-on; where several reasons hold, the last of them in this order is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoMechanism {
    /// The server offers no log-on at all.
    NothingOffered,
    /// None that is known here.
    NothingKnown,
    /// None of those that were asked for or are known.
    NotOffered,
    NeedsCertificate,
    NeedsToken,
    NeedsPassword,
    NeedsBinding,
    /// SCRAM has no form of the user name or the password.
    Unprepared,
    /// The connection is not private.
    InClear,
}

impl fmt::Display for NoMechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoMechanism::NothingOffered => "the server offers no log-on here",
            NoMechanism::NothingKnown => "the server offers none that is known here",
            NoMechanism::NotOffered => "the server does not offer the log-on that was asked for",
            NoMechanism::NeedsCertificate => "the log-on needs a client certificate",
            NoMechanism::NeedsToken => "the server takes a token, and there is none",
            NoMechanism::NeedsPassword => "the server takes a password, and there is none",
            NoMechanism::NeedsBinding => "the server demands channel binding, which this connection lacks",
            NoMechanism::Unprepared => "SCRAM does not allow a character of the user name or the password",
            NoMechanism::InClear => "the connection is not private enough for a password or token",
        })
    }
}

/// Strongest first. A token is taken before a password, for it was fetched for this run; EXTERNAL must be asked for.
const AUTO: &[Mechanism] = &[
    Mechanism::OAuthBearer,
    Mechanism::XOAuth2,
    Mechanism::ScramSha256Plus,
    Mechanism::ScramSha1Plus,
    Mechanism::ScramSha256,
    Mechanism::ScramSha1,
    Mechanism::CramMd5,
    Mechanism::Plain,
    Mechanism::Login,
];

fn candidates(wanted: Auth) -> &'static [Mechanism] {
    match wanted {
        Auth::Auto => AUTO,
        Auth::Plain => &[Mechanism::Plain],
        Auth::Login => &[Mechanism::Login],
        Auth::CramMd5 => &[Mechanism::CramMd5],
        Auth::ScramSha1 => &[Mechanism::ScramSha1Plus, Mechanism::ScramSha1],
        Auth::ScramSha256 => &[Mechanism::ScramSha256Plus, Mechanism::ScramSha256],
        Auth::XOAuth2 => &[Mechanism::XOAuth2],
        Auth::OAuthBearer => &[Mechanism::OAuthBearer],
        Auth::External => &[Mechanism::External],
    }
}

/// Picks the strongest mechanism that was asked for, is offered, and fits what there is.
pub fn choose(offered: &[Mechanism], wanted: Auth, have: Have) -> Result<Mechanism, NoMechanism> {
    let mut why = if offered.is_empty() { NoMechanism::NothingOffered } else { NoMechanism::NotOffered };
    for &mechanism in candidates(wanted).iter().filter(|mechanism| offered.contains(mechanism)) {
        match obstacle(mechanism, wanted, have) {
            None => return Ok(mechanism),
            Some(obstacle) => why = why.max(obstacle),
        }
    }
    Err(why)
}

fn obstacle(mechanism: Mechanism, wanted: Auth, have: Have) -> Option<NoMechanism> {
    if mechanism == Mechanism::External {
        return (!have.client_certificate).then_some(NoMechanism::NeedsCertificate);
    }
    if mechanism.takes_token() && !have.token {
        return Some(NoMechanism::NeedsToken);
    }
    if !mechanism.takes_token() && !have.password {
        return Some(NoMechanism::NeedsPassword);
    }
    if mechanism.binds() && !have.binding {
        return Some(NoMechanism::NeedsBinding);
    }
    if mechanism.is_scram() && !have.prepared {
        return Some(NoMechanism::Unprepared);
    }
    // What a listener gets of CRAM-MD5 is soon searched for the password. SCRAM is slow to search, but that is for
    // its user to weigh: it goes over a bare connection only where it was asked for by name.
    let bare = !have.private && (!mechanism.is_scram() || wanted == Auth::Auto);
    bare.then_some(NoMechanism::InClear)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: Have = Have {
        password: true,
        token: false,
        client_certificate: false,
        private: true,
        binding: true,
        prepared: true,
    };
    const TOKEN: Have = Have { password: false, token: true, ..PASSWORD };
    const NOTHING: Have = Have { password: false, ..PASSWORD };
    const CERTIFICATE: Have = Have { client_certificate: true, ..NOTHING };
    const BARE: Have = Have { private: false, binding: false, ..PASSWORD };
    const UNBOUND: Have = Have { binding: false, ..PASSWORD };
    const UNPREPARED: Have = Have { prepared: false, ..PASSWORD };

    fn read(names: &str) -> Vec<Mechanism> {
        names.split_ascii_whitespace().filter_map(Mechanism::parse).collect()
    }

    #[test]
    fn names_are_read_in_any_case() {
        for mechanism in Mechanism::ALL {
            assert_eq!(Mechanism::parse(mechanism.name()), Some(mechanism));
            assert_eq!(Mechanism::parse(&mechanism.name().to_lowercase()), Some(mechanism));
        }
        assert_eq!(read("plain GSSAPI NTLM Scram-Sha-1"), [Mechanism::Plain, Mechanism::ScramSha1]);
        assert_eq!(Mechanism::parse("PLAIN "), None);
    }

    #[test]
    fn the_strongest_that_fits_is_chosen() {
        let all = Mechanism::ALL.map(Mechanism::name).join(" ");
        let all = all.as_str();
        for (offered, wanted, have, chosen) in [
            (all, Auth::Auto, PASSWORD, "SCRAM-SHA-256-PLUS"),
            (all, Auth::Auto, UNBOUND, "SCRAM-SHA-256"),
            (all, Auth::Auto, UNPREPARED, "CRAM-MD5"),
            (all, Auth::Auto, TOKEN, "OAUTHBEARER"),
            (all, Auth::Auto, Have { token: true, ..PASSWORD }, "OAUTHBEARER"),
            ("XOAUTH2 PLAIN", Auth::Auto, TOKEN, "XOAUTH2"),
            ("PLAIN", Auth::Auto, Have { token: true, ..PASSWORD }, "PLAIN"),
            ("SCRAM-SHA-256 SCRAM-SHA-1-PLUS", Auth::Auto, PASSWORD, "SCRAM-SHA-1-PLUS"),
            ("SCRAM-SHA-1 SCRAM-SHA-256", Auth::Auto, PASSWORD, "SCRAM-SHA-256"),
            ("PLAIN SCRAM-SHA-1", Auth::Auto, PASSWORD, "SCRAM-SHA-1"),
            ("LOGIN PLAIN CRAM-MD5", Auth::Auto, PASSWORD, "CRAM-MD5"),
            ("LOGIN PLAIN", Auth::Auto, PASSWORD, "PLAIN"),
            ("login", Auth::Auto, PASSWORD, "LOGIN"),
            (all, Auth::Login, PASSWORD, "LOGIN"),
            (all, Auth::ScramSha1, PASSWORD, "SCRAM-SHA-1-PLUS"),
            (all, Auth::ScramSha1, UNBOUND, "SCRAM-SHA-1"),
            ("SCRAM-SHA-256", Auth::ScramSha256, PASSWORD, "SCRAM-SHA-256"),
            ("SCRAM-SHA-256", Auth::ScramSha256, BARE, "SCRAM-SHA-256"),
            (all, Auth::XOAuth2, TOKEN, "XOAUTH2"),
            (all, Auth::External, CERTIFICATE, "EXTERNAL"),
            (all, Auth::External, Have { client_certificate: true, ..PASSWORD }, "EXTERNAL"),
        ] {
            let found = choose(&read(offered), wanted, have).map(Mechanism::name);
            assert_eq!(found, Ok(chosen), "{offered} {wanted:?} {have:?}");
        }
    }

    #[test]
    fn a_log_on_that_cannot_be_is_told_and_never_weakened() {
        let all = Mechanism::ALL.map(Mechanism::name).join(" ");
        let all = all.as_str();
        for (offered, wanted, have, why) in [
            ("", Auth::Auto, PASSWORD, NoMechanism::NothingOffered),
            ("GSSAPI", Auth::Plain, PASSWORD, NoMechanism::NothingOffered),
            ("LOGIN", Auth::Plain, PASSWORD, NoMechanism::NotOffered),
            ("PLAIN LOGIN", Auth::ScramSha256, PASSWORD, NoMechanism::NotOffered),
            ("SCRAM-SHA-1-PLUS", Auth::ScramSha256, PASSWORD, NoMechanism::NotOffered),
            ("EXTERNAL", Auth::Auto, CERTIFICATE, NoMechanism::NotOffered),
            ("EXTERNAL", Auth::External, PASSWORD, NoMechanism::NeedsCertificate),
            ("XOAUTH2", Auth::Auto, PASSWORD, NoMechanism::NeedsToken),
            ("PLAIN XOAUTH2", Auth::Plain, TOKEN, NoMechanism::NeedsPassword),
            ("SCRAM-SHA-1-PLUS", Auth::ScramSha1, UNBOUND, NoMechanism::NeedsBinding),
            ("SCRAM-SHA-1", Auth::ScramSha1, UNPREPARED, NoMechanism::Unprepared),
            (all, Auth::Auto, NOTHING, NoMechanism::NeedsPassword),
            (all, Auth::Auto, BARE, NoMechanism::InClear),
            ("XOAUTH2 PLAIN", Auth::Auto, BARE, NoMechanism::InClear),
            ("SCRAM-SHA-256", Auth::Auto, BARE, NoMechanism::InClear),
            (all, Auth::CramMd5, BARE, NoMechanism::InClear),
            (all, Auth::Plain, BARE, NoMechanism::InClear),
            (all, Auth::XOAuth2, Have { private: false, ..TOKEN }, NoMechanism::InClear),
        ] {
            assert_eq!(choose(&read(offered), wanted, have), Err(why), "{offered} {wanted:?} {have:?}");
        }
    }
}
