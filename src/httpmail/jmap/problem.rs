//! What an error of JMAP means: its type, its words, and its IXP name.

use super::super::via::rule::Pointer;
use crate::terms::address::Address;
use crate::terms::answer::Inside;
use serde_json::Value;

/// A method or an object that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) inside: Inside,
    /// The type and the words.
    pub(super) words: String,
    pub(super) kind: String,
    /// The recipients that it names as bad.
    pub(super) recipients: Vec<Address>,
    /// An object that is there already.
    pub(super) existing: Option<String>,
}

impl Problem {
    /// Reads a method error, a SetError, or a problem of a whole request (RFC 8620 sections 3.6 and 5.3).
    pub(super) fn of(error: &Value) -> Problem {
        let text = |key: &str| error.get(key).and_then(Value::as_str);
        let kind = text("type").unwrap_or("error without a type");
        let kind = kind.strip_prefix("urn:ietf:params:jmap:error:").unwrap_or(kind);
        let said = text("description").or_else(|| text("detail")).unwrap_or_default();
        let list = |key: &str| error.get(key).and_then(Value::as_array).into_iter().flatten();
        let properties: Vec<&str> = list("properties").filter_map(Value::as_str).collect();
        let mut words = kind.to_owned();
        if !properties.is_empty() {
            words.push_str(&format!(" ({})", properties.join(", ")));
        }
        if !said.is_empty() {
            words.push_str(&format!(": {said}"));
        }
        let recipients =
            list("invalidRecipients").filter_map(|one| Address::parse(one.as_str()?).ok()).collect();
        let inside = match kind {
            // Something was done, whatever else is said of it.
            "serverPartialFail" => Inside::Named(name(kind)),
            "limit" => of_limit(text("limit").unwrap_or_default()),
            _ if is_for_now(said) => Inside::PutOff,
            kind => Inside::Named(name(kind)),
        };
        let existing = text("existingId").map(str::to_owned);
        Problem { inside, words, kind: kind.to_owned(), recipients, existing }
    }

    /// The problem in the body of a refusal, if one is told.
    pub(super) fn of_page(page: &[u8]) -> Option<Problem> {
        let document: Value = serde_json::from_slice(page).ok()?;
        let kind = Pointer::parse("/type").ok()?;
        kind.text(&document).map(|_| Problem::of(&document))
    }
}

/// The reply of the server behind it, which may be for now.
fn is_for_now(said: &str) -> bool {
    matches!(
        said.as_bytes(),
        [b'4', b'0'..=b'9', b'0'..=b'9', b' ' | b'-', ..] | [b'4', b'.', b'0'..=b'9', b'.', ..]
    )
}

fn of_limit(limit: &str) -> Inside {
    match limit {
        "maxSizeRequest" | "maxSizeUpload" => Inside::Named("IXP_E_SMTP_552_STORAGE_OVERFLOW"),
        limit if limit.starts_with("maxConcurrent") => Inside::PutOff,
        _ => Inside::Refused,
    }
}

fn name(kind: &str) -> &'static str {
    match kind {
        "forbiddenFrom" | "forbiddenMailFrom" => "IXP_E_SMTP_REJECTED_SENDER",
        "noRecipients" | "invalidRecipients" | "tooManyRecipients" => "IXP_E_SMTP_REJECTED_RECIPIENTS",
        "tooLarge" | "requestTooLarge" => "IXP_E_SMTP_552_STORAGE_OVERFLOW",
        "overQuota" => "IXP_E_HTTP_INSUFFICIENT_STORAGE",
        "forbidden"
        | "forbiddenToSend"
        | "accountReadOnly"
        | "accountNotFound"
        | "accountNotSupportedByMethod" => "IXP_E_HTTP_FORBIDDEN",
        "rateLimit" | "serverUnavailable" | "stateMismatch" => "IXP_E_HTTP_SERVICE_UNAVAIL",
        // What the next server said to Cyrus.
        "smtpProtocolError" => "IXP_E_SMTP_554_TRANSACT_FAILED",
        // It changed nothing (RFC 8620 section 3.6.2).
        "serverFail" => "IXP_E_HTTP_INTERNAL_ERROR",
        "serverPartialFail" => "MXP_E_OUTCOME_UNKNOWN",
        _ => "IXP_E_HTTP_BAD_REQUEST",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::ixp::Ixp;
    use serde_json::json;

    #[test]
    fn every_problem_has_its_name_and_its_words() {
        for (error, name, words) in [
            (json!({"type": "forbiddenFrom"}), "IXP_E_SMTP_REJECTED_SENDER", "forbiddenFrom"),
            (
                json!({"type": "invalidProperties", "properties": ["envelope/rcptTo"], "description": "none"}),
                "IXP_E_HTTP_BAD_REQUEST",
                "invalidProperties (envelope/rcptTo): none",
            ),
            (json!({"type": "overQuota"}), "IXP_E_HTTP_INSUFFICIENT_STORAGE", "overQuota"),
            (json!({"type": "serverPartialFail"}), "MXP_E_OUTCOME_UNKNOWN", "serverPartialFail"),
            (
                json!({"type": "serverPartialFail", "description": "451 later"}),
                "MXP_E_OUTCOME_UNKNOWN",
                "serverPartialFail: 451 later",
            ),
            (json!({"type": "x"}), "IXP_E_HTTP_BAD_REQUEST", "x"),
            (json!(null), "IXP_E_HTTP_BAD_REQUEST", "error without a type"),
        ] {
            let problem = Problem::of(&error);
            assert_eq!((problem.inside, &*problem.words), (Inside::Named(name), words), "{error}");
            assert_eq!(Ixp::find(name).len(), 1, "{name}");
        }
        let put_off = [
            json!({"type": "urn:ietf:params:jmap:error:limit", "limit": "maxConcurrentRequests", "detail": "slow"}),
            json!({"type": "forbiddenToSend", "description": "451 4.7.1 later"}),
            json!({"type": "smtpProtocolError", "description": "4.2.0 later"}),
        ];
        for error in put_off {
            assert_eq!(Problem::of(&error).inside, Inside::PutOff, "{error}");
        }
    }
}
