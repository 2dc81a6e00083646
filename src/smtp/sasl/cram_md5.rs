//! CRAM-MD5 (RFC 2195): the password keys a digest of the server's challenge.

use super::exchange::{Credentials, Exchange, Octets, joined};
use super::problem::SaslProblem;
use hmac::{Hmac, Mac};
use md5::Md5;

pub(super) struct CramMd5<'a> {
    credentials: Credentials<'a>,
    answered: bool,
}

impl<'a> CramMd5<'a> {
    pub(super) fn new(credentials: Credentials<'a>) -> CramMd5<'a> {
        CramMd5 { credentials, answered: false }
    }
}

impl Exchange for CramMd5<'_> {
    fn initial(&mut self) -> Option<Octets> {
        None
    }

    fn answer(&mut self, challenge: &[u8]) -> Result<Octets, SaslProblem> {
        if self.answered {
            return Err(SaslProblem::Unasked);
        }
        if challenge.is_empty() {
            // The digest of nothing is the same at every log-on: whoever hears it once could use it again.
            return Err(SaslProblem::Malformed("it is empty"));
        }
        let mut digest = Hmac::<Md5>::new_from_slice(self.credentials.secret.expose())
            .map_err(|_| SaslProblem::Bug("a password was too long for HMAC"))?;
        digest.update(challenge);
        let hex: String = digest.finalize().into_bytes().iter().map(|octet| format!("{octet:02x}")).collect();
        self.answered = true;
        Ok(joined(&[self.credentials.user.as_bytes(), b" ", hex.as_bytes()]))
    }

    fn finish(&self) -> Result<(), SaslProblem> {
        if self.answered { Ok(()) } else { Err(SaslProblem::Early) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::secret::Secret;

    #[test]
    fn the_digest_is_that_of_rfc_2195() {
        let secret = Secret::new(b"tanstaaftanstaaf".to_vec());
        let mut cram = CramMd5::new(Credentials::of("tim", &secret));
        assert_eq!(cram.initial(), None);
        assert_eq!(cram.finish(), Err(SaslProblem::Early));
        let answer = cram.answer(b"<1896.697170952@postoffice.reston.mci.net>").unwrap();
        assert_eq!(*answer, b"tim b913a602c7eda7a495b4e6e7334d3890");
        assert_eq!(cram.finish(), Ok(()));
        assert_eq!(cram.answer(b"<2@postoffice.reston.mci.net>"), Err(SaslProblem::Unasked));
    }

    #[test]
    fn the_digest_of_nothing_is_not_given_away() {
        let secret = Secret::new(b"pencil".to_vec());
        let mut cram = CramMd5::new(Credentials::of("tim", &secret));
        assert!(matches!(cram.answer(b""), Err(SaslProblem::Malformed(_))));
    }

    /// Keys at and over the block of MD5; the digests are those of Python's hmac.
    #[test]
    fn long_passwords_are_hashed_first() {
        for (length, hex) in [
            (64, "8535477a576f87c2eec80282c5a69b25"),
            (65, "ef11048453b3e504588860b5ef2ef010"),
            (300, "0f87e13790425ecf250f1cf1488258bf"),
        ] {
            let secret = Secret::new(vec![b'k'; length]);
            let answer = CramMd5::new(Credentials::of("u", &secret)).answer(b"<1@x>").unwrap();
            assert_eq!(std::str::from_utf8(&answer), Ok(format!("u {hex}").as_str()));
        }
    }
}
