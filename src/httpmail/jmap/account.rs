//! The session object (RFC 8620 section 2): where an account takes what, and how much of it.
//!
//! Law: what a session names at another origin is not used, for the log-on would have to go there.

use super::super::reply::resolved;
use crate::terms::resource::Resource;
use serde_json::Value;

pub(super) const CORE: &str = "urn:ietf:params:jmap:core";
pub(super) const MAIL: &str = "urn:ietf:params:jmap:mail";
pub(super) const SUBMISSION: &str = "urn:ietf:params:jmap:submission";

/// An account that can submit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) api: Resource,
    pub(super) upload: Resource,
    /// Octets that an upload, a request and a message may have.
    pub(super) most_upload: Option<u64>,
    pub(super) most_request: Option<u64>,
    pub(super) most_message: Option<u64>,
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// This is no session.
    NoSession,
    NoMail,
    NoSubmission,
    /// The server can, and the account cannot at the moment.
    NotNow,
    /// It names a place at another origin.
    Elsewhere(String),
}

impl Account {
    /// Reads what a session says, which was found at this place.
    pub(super) fn of(page: &[u8], place: &Resource) -> Result<Account, Lack> {
        let session: Value = serde_json::from_slice(page).map_err(|_| Lack::NoSession)?;
        let text = |at: &str| session.pointer(at).and_then(Value::as_str);
        let capability = |name: &str| session.get("capabilities").and_then(|it| it.get(name));
        let core = capability(CORE).ok_or(Lack::NoSession)?;
        let (Some(api), Some(upload)) = (text("/apiUrl"), text("/uploadUrl")) else {
            return Err(Lack::NoSession);
        };
        if capability(MAIL).is_none() {
            return Err(Lack::NoMail);
        }
        let primary = |name: &str| session.get("primaryAccounts").and_then(|it| it.get(name)?.as_str());
        let can_submit = capability(SUBMISSION).is_some();
        let lack = || if can_submit { Lack::NotNow } else { Lack::NoSubmission };
        let id = primary(SUBMISSION).or_else(|| primary(MAIL)).ok_or_else(lack)?;
        let abilities = session.get("accounts").and_then(|it| it.get(id)?.get("accountCapabilities"));
        let submission = abilities.and_then(|it| it.get(SUBMISSION)).ok_or_else(lack)?;
        if abilities.and_then(|it| it.get(MAIL)).is_none() {
            return Err(Lack::NoMail);
        }
        let extension = submission.pointer("/submissionExtensions/SIZE/0");
        let extension = extension.or_else(|| submission.pointer("/submissionExtensions/size/0"));
        let limit = |name: &str| core.get(name).and_then(Value::as_u64).filter(|limit| *limit > 0);
        Ok(Account {
            id: id.to_owned(),
            api: within(place, api)?,
            upload: within(place, &upload.replace("{accountId}", &escaped(id)))?,
            most_upload: limit("maxSizeUpload"),
            most_request: limit("maxSizeRequest"),
            most_message: extension
                .and_then(|it| it.as_u64().or_else(|| it.as_str()?.parse().ok()))
                .filter(|limit| *limit > 0),
        })
    }
}

/// A place that the session names, which may be relative to it.
fn within(place: &Resource, url: &str) -> Result<Resource, Lack> {
    let found =
        resolved(&place.whole(), url).and_then(|it| Resource::parse(&it).ok()).ok_or(Lack::NoSession)?;
    if found.is_of_same_origin(place) { Ok(found) } else { Err(Lack::Elsewhere(found.to_string())) }
}

/// An id in a URL (RFC 6570 section 3.2.2).
fn escaped(id: &str) -> String {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~".contains(&octet);
    id.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn session() -> Value {
        json!({
            "capabilities": {
                CORE: {"maxSizeUpload": 1000, "maxSizeRequest": 500}, MAIL: {}, SUBMISSION: {}
            },
            "accounts": {"a/1": {"accountCapabilities": {MAIL: {}, SUBMISSION: {"submissionExtensions": {"SIZE": ["900"]}}}}},
            "primaryAccounts": {MAIL: "a/1", SUBMISSION: "a/1"},
            "apiUrl": "/jmap/", "uploadUrl": "/jmap/upload/{accountId}/"
        })
    }

    fn of(session: &Value) -> Result<Account, Lack> {
        let place = Resource::parse("https://h.example/jmap/session").unwrap();
        Account::of(session.to_string().as_bytes(), &place)
    }

    #[test]
    fn places_are_within_the_origin_and_limits_are_known() {
        let account = of(&session()).unwrap();
        assert_eq!(account.api.whole(), "https://h.example/jmap/");
        assert_eq!(account.upload.whole(), "https://h.example/jmap/upload/a%2F1/");
        assert_eq!(
            (account.most_upload, account.most_request, account.most_message),
            (Some(1000), Some(500), Some(900))
        );
    }

    #[test]
    fn what_is_missing_has_a_name() {
        let without = |path: &str, key: &str| {
            let mut it = session();
            it.pointer_mut(path).unwrap().as_object_mut().unwrap().remove(key);
            of(&it).unwrap_err()
        };
        assert_eq!(without("", "apiUrl"), Lack::NoSession);
        assert_eq!(without("/capabilities", CORE), Lack::NoSession);
        assert_eq!(without("/capabilities", MAIL), Lack::NoMail);
        assert_eq!(without("/accounts/a~11/accountCapabilities", SUBMISSION), Lack::NotNow);
        assert_eq!(without("/accounts/a~11/accountCapabilities", MAIL), Lack::NoMail);
        let mut none = session();
        none["capabilities"].as_object_mut().unwrap().remove(SUBMISSION);
        none["accounts"]["a/1"]["accountCapabilities"].as_object_mut().unwrap().remove(SUBMISSION);
        assert_eq!(of(&none), Err(Lack::NoSubmission));
        for url in ["https://other.example/x", "http://h.example/x", "https://h.example:444/x"] {
            let mut it = session();
            it["apiUrl"] = url.into();
            assert_eq!(of(&it), Err(Lack::Elsewhere(url.to_owned())), "{url}");
        }
        assert_eq!(of(&json!([])), Err(Lack::NoSession));
    }
}
