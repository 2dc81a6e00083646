//! PLAIN (RFC 4616): the password itself in one message. A 334 to it is never taken for success.

use super::exchange::{Credentials, Exchange, Octets, joined};
use super::problem::SaslProblem;

pub(super) struct Plain<'a>(pub(super) Credentials<'a>);

impl Exchange for Plain<'_> {
    fn initial(&mut self) -> Option<Octets> {
        Some(joined(&[b"\0", self.0.user.as_bytes(), b"\0", self.0.secret.expose()]))
    }

    fn answer(&mut self, _challenge: &[u8]) -> Result<Octets, SaslProblem> {
        Err(SaslProblem::Unasked)
    }

    fn finish(&self) -> Result<(), SaslProblem> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::secret::Secret;
    use lettre::transport::smtp::authentication::{Credentials as Theirs, Mechanism};

    #[test]
    fn the_message_is_that_of_rfc_4616_and_of_lettre() {
        for (user, password, message) in [
            ("tim", "tanstaaftanstaaf", "\0tim\0tanstaaftanstaaf"),
            ("ada@d.example", "pa ss=,:", "\0ada@d.example\0pa ss=,:"),
            ("ünï", "пароль", "\0ünï\0пароль"),
        ] {
            let secret = Secret::new(password.as_bytes().to_vec());
            let ours = Plain(Credentials::of(user, &secret)).initial().unwrap();
            assert_eq!(*ours, message.as_bytes());
            let theirs = Theirs::new(user.to_owned(), password.to_owned());
            assert_eq!(*ours, Mechanism::Plain.response(&theirs, None).unwrap().as_bytes());
        }
        let secret = Secret::new(b"\xe9\xff".to_vec());
        assert_eq!(*Plain(Credentials::of("a", &secret)).initial().unwrap(), b"\0a\0\xe9\xff");
    }

    #[test]
    fn no_challenge_is_answered() {
        let secret = Secret::new(b"pencil".to_vec());
        let mut plain = Plain(Credentials::of("ada", &secret));
        for challenge in [&b""[..], b"Password:"] {
            assert_eq!(plain.answer(challenge), Err(SaslProblem::Unasked));
        }
    }
}
