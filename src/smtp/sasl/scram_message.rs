//! The messages of a SCRAM server, read strictly by the grammar of RFC 5802 section 7.

use super::problem::SaslProblem;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::num::NonZeroU32;

/// RFC 7677 section 4 asks for at least so many; a server that asks for fewer wants a password that is cheap to guess.
const FEWEST_ITERATIONS: u32 = 4096;

/// Over the largest advice in use (1.4 million for SHA-1), and still done in about a second: nothing interrupts the
/// derivation of the key, no time limit and no signal, so a server must not be able to ask for a day of it.
const MOST_ITERATIONS: u32 = 2_000_000;

/// What the server says to our first message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct First<'m> {
    pub(super) nonce: &'m str,
    pub(super) salt: Vec<u8>,
    pub(super) iterations: NonZeroU32,
}

/// What the server says to our last message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Last<'m> {
    Signature(Vec<u8>),
    /// The server's word for its refusal.
    Refusal(&'m str),
}

/// The attributes of a message one after the other; what comes where it does not belong is a problem.
struct Attributes<'m>(std::str::Split<'m, char>);

impl<'m> Attributes<'m> {
    fn of(message: &'m [u8]) -> Result<Attributes<'m>, SaslProblem> {
        let text = std::str::from_utf8(message).map_err(|_| SaslProblem::Malformed("it is not UTF-8"))?;
        if text.contains('\0') {
            return Err(SaslProblem::Malformed("it holds a NUL"));
        }
        Ok(Attributes(text.split(',')))
    }

    fn next(&mut self) -> Result<Option<(char, &'m str)>, SaslProblem> {
        let Some(attribute) = self.0.next() else { return Ok(None) };
        let (letter, value) =
            attribute.split_once('=').ok_or(SaslProblem::Malformed("it has a part without a name"))?;
        let mut letters = letter.chars();
        match (letters.next(), letters.next()) {
            // RFC 5802 section 5.1: unknown, and to be understood or to fail.
            (Some('m'), None) => Err(SaslProblem::Extension),
            (Some(letter), None) if letter.is_ascii_alphabetic() && !value.is_empty() => {
                Ok(Some((letter, value)))
            }
            _ => Err(SaslProblem::Malformed("a part of it is not a letter and a value")),
        }
    }

    fn expect(&mut self, wanted: char, without: &'static str) -> Result<&'m str, SaslProblem> {
        match self.next()? {
            Some((letter, value)) if letter == wanted => Ok(value),
            _ => Err(SaslProblem::Malformed(without)),
        }
    }

    /// Reads on to the end: extensions are passed over, but not a second value of what was read before.
    fn end(mut self, known: &str) -> Result<(), SaslProblem> {
        while let Some((letter, _)) = self.next()? {
            if known.contains(letter) {
                return Err(SaslProblem::Malformed("it says something twice"));
            }
        }
        Ok(())
    }
}

/// Reads the first message; its nonce must be ours and more.
pub(super) fn first<'m>(message: &'m [u8], ours: &str) -> Result<First<'m>, SaslProblem> {
    let mut attributes = Attributes::of(message)?;
    let nonce = attributes.expect('r', "it does not begin with a nonce")?;
    let salt = attributes.expect('s', "there is no salt behind the nonce")?;
    let iterations = attributes.expect('i', "there are no iterations behind the salt")?;
    attributes.end("rsipvce")?;
    let is_longer = nonce.strip_prefix(ours).is_some_and(|theirs| !theirs.is_empty());
    if !is_longer || !nonce.bytes().all(|octet| octet.is_ascii_graphic()) {
        return Err(SaslProblem::OtherNonce);
    }
    let salt = STANDARD.decode(salt).map_err(|_| SaslProblem::Malformed("its salt is not base64"))?;
    Ok(First { nonce, salt, iterations: bounded(iterations)? })
}

fn bounded(digits: &str) -> Result<NonZeroU32, SaslProblem> {
    if digits.starts_with('0') || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(SaslProblem::Malformed("its iterations are no number"));
    }
    match digits.parse() {
        Ok(count) if count < FEWEST_ITERATIONS => Err(SaslProblem::TooFewIterations),
        Ok(count) if count <= MOST_ITERATIONS => NonZeroU32::new(count).ok_or(SaslProblem::TooFewIterations),
        _ => Err(SaslProblem::TooManyIterations),
    }
}

/// Reads the last message.
pub(super) fn last(message: &[u8]) -> Result<Last<'_>, SaslProblem> {
    let mut attributes = Attributes::of(message)?;
    match attributes.next()? {
        Some(('e', value)) => {
            attributes.end("ve")?;
            Ok(Last::Refusal(value))
        }
        Some(('v', value)) => {
            attributes.end("ve")?;
            let signature =
                STANDARD.decode(value).map_err(|_| SaslProblem::Malformed("its proof is not base64"))?;
            Ok(Last::Signature(signature))
        }
        _ => Err(SaslProblem::Malformed("it is neither a proof nor a refusal")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_message_is_read_with_its_extensions() {
        let read = first(b"r=ours+theirs,s=QUJD,i=4096,x=any=thing,Y=1", "ours").unwrap();
        assert_eq!(
            (read.nonce, read.salt.as_slice(), read.iterations.get()),
            ("ours+theirs", &b"ABC"[..], 4096)
        );
        assert_eq!(first(b"r=oursx,s=QUJD,i=2000000", "ours").unwrap().iterations.get(), MOST_ITERATIONS);
    }

    #[test]
    fn a_first_message_that_bends_the_grammar_is_refused() {
        let malformed = [
            &b""[..],
            b",",
            b"r=oursx",
            b"r=oursx,s=QUJD",
            b"s=QUJD,r=oursx,i=4096",
            b"r=oursx,s=QUJD,i=4096,",
            b"r=oursx,s=QUJD,i=4096,xy=1",
            b"r=oursx,s=QUJD,i=4096,1=1",
            b"r=oursx,s=QUJD,i=4096,x=",
            b"r=oursx,s=QUJD,i=4096,i=9999",
            b"r=oursx,s=,i=4096",
            b"r=oursx,s=QUJ,i=4096",
            b"r=oursx,s=QU!D,i=4096",
            b"r=oursx,s=QUJD,i=",
            b"r=oursx,s=QUJD,i=+4096",
            b"r=oursx,s=QUJD,i=-4096",
            b"r=oursx,s=QUJD,i=04096",
            b"r=oursx,s=QUJD,i=4096 ",
            b"r=oursx,s=QUJD,i=0x1000",
            b" r=oursx,s=QUJD,i=4096",
            b"r=ours\0x,s=QUJD,i=4096",
            b"r=ours\xff,s=QUJD,i=4096",
        ];
        for message in malformed {
            let problem = first(message, "ours").unwrap_err();
            assert!(matches!(problem, SaslProblem::Malformed(_)), "{problem:?} {message:?}");
        }
        for (message, problem) in [
            (&b"r=ours,s=QUJD,i=4096"[..], SaslProblem::OtherNonce),
            (b"r=our,s=QUJD,i=4096", SaslProblem::OtherNonce),
            (b"r=theirs,s=QUJD,i=4096", SaslProblem::OtherNonce),
            (b"r=OURSx,s=QUJD,i=4096", SaslProblem::OtherNonce),
            (b"r=ours x,s=QUJD,i=4096", SaslProblem::OtherNonce),
            (b"r=ours\x7f,s=QUJD,i=4096", SaslProblem::OtherNonce),
            (b"m=tls,r=oursx,s=QUJD,i=4096", SaslProblem::Extension),
            (b"r=oursx,s=QUJD,i=4096,m=tls", SaslProblem::Extension),
            (b"r=oursx,s=QUJD,i=1", SaslProblem::TooFewIterations),
            (b"r=oursx,s=QUJD,i=4095", SaslProblem::TooFewIterations),
            (b"r=oursx,s=QUJD,i=2000001", SaslProblem::TooManyIterations),
            (b"r=oursx,s=QUJD,i=4294967296", SaslProblem::TooManyIterations),
            (b"r=oursx,s=QUJD,i=99999999999999999999999999", SaslProblem::TooManyIterations),
        ] {
            assert_eq!(first(message, "ours").unwrap_err(), problem, "{message:?}");
        }
    }

    #[test]
    fn a_last_message_is_a_proof_or_a_refusal() {
        assert_eq!(last(b"v=QUJD"), Ok(Last::Signature(b"ABC".to_vec())));
        assert_eq!(last(b"v=QUJD,x=1"), Ok(Last::Signature(b"ABC".to_vec())));
        assert_eq!(last(b"e=invalid-proof"), Ok(Last::Refusal("invalid-proof")));
        for message in [&b""[..], b"v=", b"v", b"v=A", b"v=QUJD,v=QUJD", b"v=QUJD,e=x", b"r=x", b"v=QUJD,"] {
            assert!(matches!(last(message), Err(SaslProblem::Malformed(_))), "{message:?}");
        }
        assert_eq!(last(b"m=x,v=QUJD"), Err(SaslProblem::Extension));
    }
}
