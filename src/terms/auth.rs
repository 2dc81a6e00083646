//! How a person wants to log on, in the words of `--auth`.

/// A wish for a log-on. The word `none` asks for no log-on at all and so is none of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// The strongest that the server offers and the credentials allow.
    #[default]
    Auto,
    Plain,
    Login,
    CramMd5,
    /// With channel binding where both sides can.
    ScramSha1,
    /// With channel binding where both sides can.
    ScramSha256,
    XOAuth2,
    OAuthBearer,
    External,
}

impl Auth {
    pub const ALL: [Auth; 9] = [
        Auth::Auto,
        Auth::Plain,
        Auth::Login,
        Auth::CramMd5,
        Auth::ScramSha1,
        Auth::ScramSha256,
        Auth::XOAuth2,
        Auth::OAuthBearer,
        Auth::External,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Auth::Auto => "auto",
            Auth::Plain => "plain",
            Auth::Login => "login",
            Auth::CramMd5 => "cram-md5",
            Auth::ScramSha1 => "scram-sha-1",
            Auth::ScramSha256 => "scram-sha-256",
            Auth::XOAuth2 => "xoauth2",
            Auth::OAuthBearer => "oauthbearer",
            Auth::External => "external",
        }
    }

    /// Reads a word in any case.
    pub fn parse(word: &str) -> Option<Auth> {
        Auth::ALL.into_iter().find(|auth| auth.word().eq_ignore_ascii_case(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for auth in Auth::ALL {
            assert_eq!(Auth::parse(auth.word()), Some(auth));
            assert_eq!(Auth::parse(&auth.word().to_uppercase()), Some(auth));
        }
        for word in ["", "none", "scram-sha-1-plus", "plain "] {
            assert_eq!(Auth::parse(word), None, "{word}");
        }
    }
}
