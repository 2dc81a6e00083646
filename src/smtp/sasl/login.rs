//! LOGIN (draft-murchison-sasl-login): two challenges, whatever they say, for the user and then for the password.

use super::exchange::{Credentials, Exchange, Octets, joined};
use super::problem::SaslProblem;

pub(super) struct Login<'a> {
    credentials: Credentials<'a>,
    answered: usize,
}

impl<'a> Login<'a> {
    pub(super) fn new(credentials: Credentials<'a>) -> Login<'a> {
        Login { credentials, answered: 0 }
    }
}

impl Exchange for Login<'_> {
    fn initial(&mut self) -> Option<Octets> {
        None
    }

    fn answer(&mut self, _challenge: &[u8]) -> Result<Octets, SaslProblem> {
        let answer = match self.answered {
            0 => joined(&[self.credentials.user.as_bytes()]),
            1 => joined(&[self.credentials.secret.expose()]),
            _ => return Err(SaslProblem::Unasked),
        };
        self.answered += 1;
        Ok(answer)
    }

    fn finish(&self) -> Result<(), SaslProblem> {
        if self.answered == 2 { Ok(()) } else { Err(SaslProblem::Early) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::secret::Secret;
    use lettre::transport::smtp::authentication::{Credentials as Theirs, Mechanism};

    #[test]
    fn the_user_is_followed_by_the_password_and_then_by_nothing() {
        let secret = Secret::new(b"pencil".to_vec());
        let theirs = Theirs::new("ada".to_owned(), "pencil".to_owned());
        for challenges in [["Username:", "Password:"], ["User Name\0", "Password\0"]] {
            let mut login = Login::new(Credentials::of("ada", &secret));
            assert_eq!(login.initial(), None);
            for challenge in challenges {
                assert_eq!(login.finish(), Err(SaslProblem::Early));
                let ours = login.answer(challenge.as_bytes()).unwrap();
                assert_eq!(*ours, Mechanism::Login.response(&theirs, Some(challenge)).unwrap().as_bytes());
            }
            assert_eq!(login.finish(), Ok(()));
            assert_eq!(login.answer(b"Password:"), Err(SaslProblem::Unasked));
        }
    }

    #[test]
    fn the_words_of_a_challenge_do_not_choose_the_answer() {
        let secret = Secret::new(b"pencil".to_vec());
        let mut login = Login::new(Credentials::of("ada", &secret));
        assert_eq!(*login.answer(b"Password:").unwrap(), b"ada");
        assert_eq!(*login.answer(b"Username:").unwrap(), b"pencil");
    }
}
