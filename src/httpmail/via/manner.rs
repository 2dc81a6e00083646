//! How a service wants to be told who asks, where that is not the usual way of HTTP.

use reqwest::header::{HeaderName, HeaderValue};

const TOKEN: &str = "{token}";

/// The field that carries a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenField {
    name: HeaderName,
    before: String,
    behind: String,
}

/// What differs from the usual way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    pub token: Option<TokenField>,
    /// A password goes with the first request, by Basic, and is not asked for.
    pub at_once: bool,
}

impl TokenField {
    /// Reads `Name: words {token} words`.
    pub fn parse(text: &str) -> Result<TokenField, String> {
        let bad = || format!("a token is carried by 'NAME: {TOKEN}', as in 'X-API-Key: {TOKEN}'");
        let (name, value) = text.split_once(':').ok_or_else(bad)?;
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        let (before, behind) = value.trim().split_once(TOKEN).ok_or_else(bad)?;
        let plain = |words: &str| words.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        let frames = ["content-length", "transfer-encoding", "host", "connection", "expect", "content-type"];
        if behind.contains(TOKEN) || !plain(before) || !plain(behind) || frames.contains(&name.as_str()) {
            return Err(bad());
        }
        Ok(TokenField { name, before: before.to_owned(), behind: behind.to_owned() })
    }

    pub(in crate::httpmail) fn name(&self) -> &HeaderName {
        &self.name
    }

    /// The field with a token in it; none where that holds what no field can say.
    pub(in crate::httpmail) fn value(&self, token: &[u8]) -> Option<HeaderValue> {
        let octets =
            zeroize::Zeroizing::new([self.before.as_bytes(), token, self.behind.as_bytes()].concat());
        HeaderValue::from_bytes(&octets).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_in_a_field_of_its_own() {
        for (text, name, value) in [
            ("X-Server-API-Key: {token}", "x-server-api-key", "k1"),
            ("Authorization:Token {token}", "authorization", "Token k1"),
        ] {
            let field = TokenField::parse(text).unwrap();
            assert_eq!((field.name().as_str(), field.value(b"k1").unwrap()), (name, value.parse().unwrap()));
            assert!(field.value(b"k\r\nX: y").is_none());
        }
        for text in ["", "X-Key", "X-Key: token", "X Key: {token}", "X: {token}{token}", "Host: {token}"] {
            assert!(TokenField::parse(text).is_err(), "{text}");
        }
    }
}
