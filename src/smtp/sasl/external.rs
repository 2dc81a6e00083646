//! EXTERNAL (RFC 4422 appendix A): the client certificate speaks; an empty name leaves it to the server to find whom for.

use super::exchange::{Credentials, Exchange, Octets, joined};
use super::problem::SaslProblem;

pub(super) struct External<'a>(pub(super) Credentials<'a>);

impl Exchange for External<'_> {
    fn initial(&mut self) -> Option<Octets> {
        Some(joined(&[self.0.user.as_bytes()]))
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

    #[test]
    fn the_name_alone_is_sent_and_no_challenge_is_answered() {
        let secret = Secret::new(b"pencil".to_vec());
        for user in ["", "ada@d.example"] {
            let mut external = External(Credentials::of(user, &secret));
            assert_eq!(*external.initial().unwrap(), user.as_bytes());
            assert_eq!(external.answer(b""), Err(SaslProblem::Unasked));
        }
    }
}
