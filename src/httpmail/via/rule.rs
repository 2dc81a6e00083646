//! What is looked for in the body of an answer: a place in JSON (RFC 6901), and what stands there.

use serde_json::Value;
use std::fmt;

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer(String);

/// A place, and what must stand there.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    place: Pointer,
    /// None: something.
    wanted: Option<Value>,
}

/// What a document says to a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    Holds,
    Fails,
    /// It says nothing.
    Silent,
}

impl Pointer {
    pub fn parse(text: &str) -> Result<Pointer, String> {
        if text.starts_with('/') && !text.chars().any(|letter| letter.is_control() || letter == ' ') {
            return Ok(Pointer(text.to_owned()));
        }
        Err("a place in the answer is written /KEY/KEY".to_owned())
    }

    /// What stands there; null counts as nothing.
    pub fn find<'d>(&self, document: &'d Value) -> Option<&'d Value> {
        document.pointer(&self.0).filter(|value| !value.is_null())
    }

    /// The text or number that stands there.
    pub fn text(&self, document: &Value) -> Option<String> {
        match self.find(document)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A number, or how many stand in a list.
    pub fn count(&self, document: &Value) -> Option<u64> {
        match self.find(document)? {
            Value::Number(number) => number.as_u64(),
            Value::Array(several) => Some(several.len() as u64),
            _ => None,
        }
    }
}

impl Condition {
    /// Reads `/PLACE` or `/PLACE = VALUE`.
    pub fn parse(text: &str) -> Result<Condition, String> {
        let (place, wanted) = match text.split_once('=') {
            Some((place, wanted)) => (place.trim_end(), Some(wanted.trim())),
            None => (text, None),
        };
        let value = |word: &str| serde_json::from_str(word).unwrap_or_else(|_| Value::from(word));
        Ok(Condition { place: Pointer::parse(place)?, wanted: wanted.map(value) })
    }

    pub fn of(&self, document: &Value) -> Finding {
        match (self.place.find(document), &self.wanted) {
            (None, _) => Finding::Silent,
            (Some(Value::String(text)), None) if text.is_empty() => Finding::Silent,
            (Some(found), Some(wanted)) if found != wanted => Finding::Fails,
            _ => Finding::Holds,
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_condition_holds_fails_or_is_not_spoken_of() {
        let document = json!({"status": "success", "ok": true, "n": 0, "e": [], "id": "", "none": null, "a": [{"b": "c"}]});
        for (text, finding) in [
            ("/status = success", Finding::Holds),
            ("/status = \"success\"", Finding::Holds),
            ("/status=error", Finding::Fails),
            ("/ok = true", Finding::Holds),
            ("/ok = false", Finding::Fails),
            ("/n = 0", Finding::Holds),
            ("/n = 1", Finding::Fails),
            ("/e = []", Finding::Holds),
            ("/a/0/b = c", Finding::Holds),
            ("/a", Finding::Holds),
            ("/id", Finding::Silent),
            ("/none", Finding::Silent),
            ("/missing = 1", Finding::Silent),
        ] {
            assert_eq!(Condition::parse(text).unwrap().of(&document), finding, "{text}");
        }
        for text in ["", "status = x", "/a b = c", "= x"] {
            assert!(Condition::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_place_is_counted_and_read() {
        let document = json!({"n": 3, "l": ["a", "b"], "t": "words", "f": 1.5, "o": {}});
        let pointer = |text: &str| Pointer::parse(text).unwrap();
        let counts: Vec<_> =
            ["/n", "/l", "/t", "/f", "/x"].iter().map(|at| pointer(at).count(&document)).collect();
        assert_eq!(counts, [Some(3), Some(2), None, None, None]);
        assert_eq!(pointer("/t").text(&document).as_deref(), Some("words"));
        assert_eq!(pointer("/o").text(&document), None);
    }
}
