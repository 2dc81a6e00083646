//! What can be wrong with a log-on short of a refusal: credentials that do not fit, or a server that breaks the rules.

use std::fmt;

/// Why a log-on was not begun, or not gone on with. None of these holds a secret or a word of the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaslProblem {
    NoUser,
    NulInUser,
    ControlInUser,
    NulInPassword,
    NotAToken,
    /// SASLprep (RFC 4013) has no form of it.
    UnpreparedUser,
    UnpreparedPassword,
    NoBinding,
    NoRandomness,
    ChallengeTooLong,
    NotBase64,
    Endless,
    /// A challenge where the mechanism has none.
    Unasked,
    /// Success before the mechanism was through.
    Early,
    /// Success after the mechanism's own word that it failed.
    TakenBack,
    /// A message of the mechanism that its grammar does not know.
    Malformed(&'static str),
    OtherNonce,
    Extension,
    TooFewIterations,
    TooManyIterations,
    WrongProof,
    NoProof,
    Bug(&'static str),
}

impl SaslProblem {
    /// Tells whether the reason lies with the credentials or this machine, and not with the server.
    pub fn is_ours(self) -> bool {
        matches!(
            self,
            SaslProblem::NoUser
                | SaslProblem::NulInUser
                | SaslProblem::ControlInUser
                | SaslProblem::NulInPassword
                | SaslProblem::NotAToken
                | SaslProblem::UnpreparedUser
                | SaslProblem::UnpreparedPassword
                | SaslProblem::NoBinding
                | SaslProblem::NoRandomness
                | SaslProblem::Bug(_)
        )
    }
}

impl fmt::Display for SaslProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SaslProblem::NoUser => "there is no user name to log on with",
            SaslProblem::NulInUser => "the user name holds a NUL",
            SaslProblem::ControlInUser => "the user name holds a control character",
            SaslProblem::NulInPassword => "the password holds a NUL",
            SaslProblem::NotAToken => "the token is empty or holds more than printable ASCII without blanks",
            SaslProblem::UnpreparedUser => "SCRAM does not allow a character of the user name",
            SaslProblem::UnpreparedPassword => "SCRAM does not allow a character of the password",
            SaslProblem::NoBinding => "the connection gives nothing to bind the log-on to",
            SaslProblem::NoRandomness => "the system gave no random octets",
            SaslProblem::ChallengeTooLong => "a challenge is longer than 12 KiB",
            SaslProblem::NotBase64 => "a challenge is not base64",
            SaslProblem::Endless => "the server goes on with challenges",
            SaslProblem::Unasked => "the server sent a challenge where the mechanism has none",
            SaslProblem::Early => "the server claimed success before the log-on was complete",
            SaslProblem::TakenBack => "the server claimed success after it had said that the log-on failed",
            SaslProblem::Malformed(what) => return write!(f, "a challenge makes no sense: {what}"),
            SaslProblem::OtherNonce => "the server did not answer to our nonce",
            SaslProblem::Extension => "the server demands an extension of SCRAM that is not known",
            SaslProblem::TooFewIterations => {
                "the server asks for fewer than 4096 iterations, which is not safe"
            }
            SaslProblem::TooManyIterations => "the server asks for more than 2000000 iterations",
            SaslProblem::WrongProof => "the server does not prove that it knows the password",
            SaslProblem::NoProof => "the server claimed success without a proof that it knows the password",
            SaslProblem::Bug(what) => what,
        })
    }
}
