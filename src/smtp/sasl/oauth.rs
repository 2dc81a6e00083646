//! OAUTHBEARER (RFC 7628) and XOAUTH2 (Google): a token in one message; a refusal comes with a document that says why.

use super::exchange::{Credentials, Exchange, Octets, joined};
use super::problem::SaslProblem;
use crate::terms::printable::printable_octets;

/// So much of the document is shown.
const SHOWN: usize = 1024;

/// The two ways to say the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    OAuthBearer,
    XOAuth2,
}

pub(super) struct OAuth<'a> {
    dialect: Dialect,
    credentials: Credentials<'a>,
    reason: Option<String>,
}

impl<'a> OAuth<'a> {
    /// What could end a field early is refused, for both dialects divide their fields by `\x01`.
    pub(super) fn new(dialect: Dialect, credentials: Credentials<'a>) -> Result<OAuth<'a>, SaslProblem> {
        if credentials.user.chars().any(char::is_control) {
            return Err(SaslProblem::ControlInUser);
        }
        let token = credentials.secret.expose();
        if token.is_empty() || !token.iter().all(u8::is_ascii_graphic) {
            return Err(SaslProblem::NotAToken);
        }
        Ok(OAuth { dialect, credentials, reason: None })
    }
}

/// A name as GS2 and SCRAM write it (RFC 5801 section 4, RFC 5802 section 5.1).
pub(super) fn saslname(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

impl Exchange for OAuth<'_> {
    fn initial(&mut self) -> Option<Octets> {
        let Credentials { user, secret, host, port } = self.credentials;
        let token = secret.expose();
        Some(match self.dialect {
            Dialect::XOAuth2 => joined(&[b"user=", user.as_bytes(), b"\x01auth=Bearer ", token, b"\x01\x01"]),
            Dialect::OAuthBearer => {
                let name = if user.is_empty() { String::new() } else { format!("a={}", saslname(user)) };
                let head = format!("n,{name},\x01host={host}\x01port={port}\x01auth=Bearer ");
                joined(&[head.as_bytes(), token, b"\x01\x01"])
            }
        })
    }

    /// Takes the document of a refusal; the empty answer asks for the refusal itself (RFC 7628 section 3.2.3).
    fn answer(&mut self, challenge: &[u8]) -> Result<Octets, SaslProblem> {
        if self.reason.is_some() {
            return Err(SaslProblem::Unasked);
        }
        self.reason = Some(printable_octets(&challenge[..challenge.len().min(SHOWN)]));
        Ok(match self.dialect {
            Dialect::OAuthBearer => joined(&[b"\x01"]),
            Dialect::XOAuth2 => joined(&[]),
        })
    }

    fn finish(&self) -> Result<(), SaslProblem> {
        if self.reason.is_some() { Err(SaslProblem::TakenBack) } else { Ok(()) }
    }

    fn reason(&self) -> Option<&str> {
        self.reason.as_deref().filter(|reason| !reason.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::secret::Secret;
    use lettre::transport::smtp::authentication::{Credentials as Theirs, Mechanism};

    const TOKEN: &str = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";

    fn begin(dialect: Dialect, user: &'static str, secret: &Secret) -> Vec<u8> {
        OAuth::new(dialect, Credentials::of(user, secret)).unwrap().initial().unwrap().to_vec()
    }

    #[test]
    fn the_messages_are_those_of_rfc_7628_and_google() {
        let secret = Secret::new(TOKEN.as_bytes().to_vec());
        assert_eq!(
            begin(Dialect::OAuthBearer, "user@example.com", &secret),
            format!(
                "n,a=user@example.com,\x01host=server.example.com\x01port=587\x01auth=Bearer {TOKEN}\x01\x01"
            )
            .as_bytes()
        );
        let named = |user| {
            let message = String::from_utf8(begin(Dialect::OAuthBearer, user, &secret)).unwrap();
            message.split('\x01').next().unwrap().to_owned()
        };
        assert_eq!(named(""), "n,,");
        assert_eq!(named("a=b,c"), "n,a=a=3Db=2Cc,");
        let ours = begin(Dialect::XOAuth2, "someuser@example.com", &secret);
        assert_eq!(ours, format!("user=someuser@example.com\x01auth=Bearer {TOKEN}\x01\x01").as_bytes());
        let theirs = Theirs::new("someuser@example.com".to_owned(), TOKEN.to_owned());
        assert_eq!(ours, Mechanism::Xoauth2.response(&theirs, None).unwrap().as_bytes());
    }

    #[test]
    fn the_document_of_a_refusal_is_shown_and_answered_by_almost_nothing() {
        let secret = Secret::new(TOKEN.as_bytes().to_vec());
        let documents: [(&[u8], Option<&str>); 3] = [
            (
                br#"{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}"#,
                Some(r#"{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}"#),
            ),
            (b"\x1b[31m{\xff", Some("\\x1b[31m{\u{ff}")),
            (b"", None),
        ];
        for (document, shown) in documents {
            for (dialect, answer) in [(Dialect::OAuthBearer, &b"\x01"[..]), (Dialect::XOAuth2, b"")] {
                let mut oauth = OAuth::new(dialect, Credentials::of("ada", &secret)).unwrap();
                assert_eq!((oauth.reason(), oauth.finish()), (None, Ok(())));
                assert_eq!(*oauth.answer(document).unwrap(), answer);
                assert_eq!(oauth.reason(), shown);
                assert_eq!(oauth.finish(), Err(SaslProblem::TakenBack));
                assert_eq!(oauth.answer(document), Err(SaslProblem::Unasked));
            }
        }
        let mut oauth = OAuth::new(Dialect::XOAuth2, Credentials::of("ada", &secret)).unwrap();
        oauth.answer(&[b'x'; 9000]).unwrap();
        assert_eq!(oauth.reason().map(str::len), Some(SHOWN));
    }

    #[test]
    fn nothing_in_user_or_token_can_add_a_field() {
        for (user, token, problem) in [
            ("a\x01auth=x", "t", SaslProblem::ControlInUser),
            ("a\r\n", "t", SaslProblem::ControlInUser),
            ("a", "t\x01", SaslProblem::NotAToken),
            ("a", "t t", SaslProblem::NotAToken),
            ("a", "t\n", SaslProblem::NotAToken),
            ("a", "tü", SaslProblem::NotAToken),
            ("a", "", SaslProblem::NotAToken),
        ] {
            let secret = Secret::new(token.as_bytes().to_vec());
            for dialect in [Dialect::OAuthBearer, Dialect::XOAuth2] {
                let refused = OAuth::new(dialect, Credentials::of(user, &secret)).map(|_| ()).unwrap_err();
                assert_eq!(refused, problem, "{user:?} {token:?}");
            }
        }
    }
}
