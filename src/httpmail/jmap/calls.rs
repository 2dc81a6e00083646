//! The calls of JMAP that a submission needs, and what is read of their answers (RFC 8620 section 3, RFC 8621).

use super::account::{Account, CORE, MAIL, SUBMISSION};
use super::problem::Problem;
use crate::terms::address::Address;
use crate::terms::envelope::{Envelope, Sender};
use serde_json::{Value, json};

/// A request with these calls, numbered from 0.
fn request(calls: &[(&str, Value)]) -> Value {
    let calls: Vec<Value> = calls
        .iter()
        .enumerate()
        .map(|(at, (name, arguments))| json!([name, arguments, at.to_string()]))
        .collect();
    json!({ "using": [CORE, MAIL, SUBMISSION], "methodCalls": calls })
}

/// What a server said to a call of this method: its arguments, or a problem; none where it said nothing that can be read. What
/// follows from a call is answered under the same number, so that an error counts only where the method itself has no answer.
pub(super) fn response(page: &[u8], call: usize, method: &str) -> Option<Result<Value, Problem>> {
    let document: Value = serde_json::from_slice(page).ok()?;
    let all = of_call(&document, call);
    if let Some(answer) = all.iter().find(|it| it[0] == method) {
        return answer[1].is_object().then(|| Ok(answer[1].clone()));
    }
    all.iter().find(|it| it[0] == "error").map(|error| Err(Problem::of(&error[1])))
}

fn of_call(document: &Value, call: usize) -> Vec<&Value> {
    let id = call.to_string();
    let all = document["methodResponses"].as_array().into_iter().flatten();
    all.filter(|it| it[2] == *id).collect()
}

/// True where a submission is made, and what was to become of its email is refused or fails (RFC 8621 section 7.5).
pub(super) fn leaves_email(page: &[u8]) -> bool {
    let Ok(document) = serde_json::from_slice::<Value>(page) else { return false };
    let refuses = |it: &Value| {
        let lists = [&it["notUpdated"], &it["notDestroyed"]];
        lists.iter().any(|list| list.as_object().is_some_and(|list| !list.is_empty()))
    };
    of_call(&document, 0).iter().any(|it| it[0] == "error" || it[0] == "Email/set" && refuses(&it[1]))
}

/// Asks for mailboxes and identities.
pub(super) fn look(account: &Account) -> Value {
    let id = &account.id;
    request(&[
        ("Mailbox/get", json!({"accountId": id, "ids": null, "properties": ["id", "role"]})),
        ("Identity/get", json!({"accountId": id, "ids": null})),
    ])
}

/// Puts an upload among the drafts.
pub(super) fn import(account: &Account, blob: &str, mailbox: &str) -> Value {
    let email = json!({
        "blobId": blob, "mailboxIds": {mailbox: true}, "keywords": {"$draft": true, "$seen": true},
    });
    request(&[("Email/import", json!({"accountId": account.id, "emails": {"m": email}}))])
}

/// Asks where an email lies, and how often it was submitted.
pub(super) fn history(account: &Account, email: &str) -> Value {
    let id = &account.id;
    let found = json!({"resultOf": "1", "name": "EmailSubmission/query", "path": "/ids"});
    request(&[
        ("Email/get", json!({"accountId": id, "ids": [email], "properties": ["mailboxIds", "keywords"]})),
        ("EmailSubmission/query", json!({"accountId": id, "filter": {"emailIds": [email]}})),
        ("EmailSubmission/get", json!({"accountId": id, "#ids": found})),
    ])
}

/// What becomes of an email once it is submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// It moves there, and is a draft no longer.
    MovedTo(String),
    Destroyed,
    Left,
}

pub(super) fn submit(
    account: &Account,
    identity: &str,
    email: &str,
    envelope: &Envelope,
    after: &After,
) -> Value {
    let sender = match &envelope.sender {
        Sender::Null => String::new(),
        Sender::Mailbox(address) => address.to_string(),
    };
    let path = |address: String| json!({"email": address, "parameters": null});
    let recipients: Vec<Value> = envelope.recipients.iter().map(|it| path(it.to_string())).collect();
    let create = json!({
        "identityId": identity, "emailId": email,
        "envelope": {"mailFrom": path(sender), "rcptTo": recipients},
    });
    let mut arguments = json!({"accountId": account.id, "create": {"s": create}});
    match after {
        After::MovedTo(mailbox) => {
            let change = json!({"mailboxIds": {mailbox: true}, "keywords/$draft": null});
            arguments["onSuccessUpdateEmail"] = json!({"#s": change});
        }
        After::Destroyed => arguments["onSuccessDestroyEmail"] = json!(["#s"]),
        After::Left => {}
    }
    request(&[("EmailSubmission/set", arguments)])
}

/// Takes a draft away again.
pub(super) fn destroy(account: &Account, email: &str) -> Value {
    request(&[("Email/set", json!({"accountId": account.id, "destroy": [email]}))])
}

/// The mailbox for drafts, and the one for what was sent.
pub(super) fn mailboxes(arguments: &Value) -> (Option<String>, Option<String>) {
    let list: Vec<&Value> = arguments["list"].as_array().into_iter().flatten().collect();
    let of = |role: &str| {
        let found = list.iter().find(|it| it["role"] == role);
        found.and_then(|it| it["id"].as_str()).map(str::to_owned)
    };
    let sent = of("sent");
    (of("drafts").or_else(|| sent.clone()).or_else(|| of("inbox")), sent)
}

/// The identity for a sender: its own, else one for its whole domain, else one without an address; or the addresses there are.
pub(super) fn identity(arguments: &Value, sender: Option<&Address>) -> Result<String, Vec<String>> {
    let all: Vec<(&str, &str)> = arguments["list"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|it| Some((it["id"].as_str()?, it["email"].as_str().unwrap_or_default())))
        .collect();
    let Some(sender) = sender else {
        return all.first().map(|(id, _)| (*id).to_owned()).ok_or_else(Vec::new);
    };
    let same = |email: &str| Address::parse(email).is_ok_and(|it| it.same_mailbox(sender));
    let domain = |email: &str| {
        let own = sender.as_str().rsplit_once('@').map(|(_, domain)| domain);
        email.strip_prefix("*@").zip(own).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
    };
    let found = all.iter().find(|(_, email)| same(email));
    let found = found.or_else(|| all.iter().find(|(_, email)| domain(email)));
    let found = found.or_else(|| all.iter().find(|(_, email)| email.is_empty()));
    match found {
        Some((id, _)) => Ok((*id).to_owned()),
        None => Err(all.iter().map(|(_, email)| (*email).to_owned()).collect()),
    }
}

/// What an account knows of an email from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Past {
    /// It was submitted to the same recipients.
    Submitted,
    /// It was submitted, and to others.
    ToOthers,
    /// It lies among the sent messages, and nobody knows to whom it went.
    Sent,
    Draft,
    Elsewhere,
}

/// Reads the answers to `history`; without a record of submissions the place of the email speaks.
pub(super) fn past(
    email: &Value,
    submissions: Option<&Value>,
    envelope: &Envelope,
    sent: Option<&str>,
) -> Past {
    let list = submissions.and_then(|it| it["list"].as_array()).into_iter().flatten();
    let mut to_others = false;
    for submission in list.filter(|it| it["undoStatus"] != "canceled") {
        let to: Vec<Address> = submission["envelope"]["rcptTo"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|it| Address::parse(it["email"].as_str()?).ok())
            .collect();
        let has = |all: &[Address], one: &Address| all.iter().any(|it| it.same_mailbox(one));
        if to.is_empty() {
            // It does not say to whom.
            return Past::Sent;
        }
        if envelope.recipients.iter().all(|one| has(&to, one)) {
            return Past::Submitted;
        }
        if envelope.recipients.iter().any(|one| has(&to, one)) {
            return Past::Sent;
        }
        to_others = true;
    }
    let found = &email["list"][0];
    match () {
        () if to_others => Past::ToOthers,
        () if found["keywords"]["$draft"] == true => Past::Draft,
        () if sent.is_some_and(|sent| found["mailboxIds"][sent] == true) => Past::Sent,
        () => Past::Elsewhere,
    }
}

/// The status of a recipient, where a server tells it: the reply of the next server, and whether it says no.
pub(super) fn delivery<'s>(submission: &'s Value, recipient: &Address) -> Option<&'s Value> {
    let all = submission["deliveryStatus"].as_object()?;
    // A server may spell the domain in its own way.
    let same = |name: &str| Address::parse(name).is_ok_and(|it| it.same_mailbox(recipient));
    all.iter().find(|(name, _)| same(name)).map(|(_, status)| status)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    #[test]
    fn an_answer_is_found_by_its_call() {
        let page = br#"{"methodResponses": [["A/get", {"x": 1}, "0"], ["error", {"type": "forbidden"}, "1"], ["B", 3, "2"]]}"#;
        assert_eq!(response(page, 0, "A/get").unwrap().unwrap()["x"], 1);
        assert_eq!(response(page, 1, "A/get").unwrap().unwrap_err().kind, "forbidden");
        for (call, method) in [(0, "B"), (2, "B"), (3, "A/get")] {
            assert!(response(page, call, method).is_none(), "{call} {method}");
        }
        for page in ["", "{}", "[1]", r#"{"methodResponses": {}}"#, r#"{"methodResponses": [["A", {}]]}"#] {
            assert!(response(page.as_bytes(), 0, "A").is_none(), "{page}");
        }
    }

    #[test]
    fn the_identity_is_that_of_the_sender() {
        let list = json!({"list": [
            {"id": "1", "email": "b@d.example"}, {"id": "2", "email": "*@d.example"}, {"id": "3", "email": "a@d.example"},
        ]});
        for (sender, id) in [("a@D.example", "3"), ("b@d.example", "1"), ("c@d.example", "2")] {
            assert_eq!(identity(&list, Some(&address(sender))).as_deref(), Ok(id), "{sender}");
        }
        let others = identity(&list, Some(&address("a@other.example"))).unwrap_err();
        assert_eq!(others, ["b@d.example", "*@d.example", "a@d.example"]);
        let nameless = json!({"list": [{"id": "alice", "email": ""}]});
        assert_eq!(identity(&nameless, Some(&address("a@x.example"))).as_deref(), Ok("alice"));
        assert!(identity(&json!({"list": []}), None).is_err());
    }

    #[test]
    fn what_was_submitted_before_is_known_by_its_recipients() {
        let envelope = Envelope::new(Sender::Null, ["a@d.example", "b@d.example"].map(address));
        let to = |all: &[&str], undo: &str| {
            let all: Vec<Value> = all.iter().map(|it| json!({"email": it})).collect();
            json!({"list": [{"undoStatus": undo, "envelope": {"rcptTo": all}}]})
        };
        let draft = json!({"list": [{"keywords": {"$draft": true}, "mailboxIds": {"d": true}}]});
        let sent = json!({"list": [{"keywords": {}, "mailboxIds": {"s": true}}]});
        let other = json!({"list": [{"keywords": {}, "mailboxIds": {"i": true}}]});
        for (email, submissions, past) in [
            (&draft, None, Past::Draft),
            (&sent, None, Past::Sent),
            (&other, None, Past::Elsewhere),
            (&sent, Some(to(&["b@d.example", "a@d.example"], "final")), Past::Submitted),
            (&draft, Some(to(&["b@d.example", "a@d.example"], "pending")), Past::Submitted),
            (&draft, Some(to(&["b@d.example", "a@d.example"], "canceled")), Past::Draft),
            (&sent, Some(to(&["c@d.example"], "final")), Past::ToOthers),
            (&sent, Some(to(&["a@d.example"], "final")), Past::Sent),
            (&draft, Some(to(&[], "final")), Past::Sent),
        ] {
            assert_eq!(super::past(email, submissions.as_ref(), &envelope, Some("s")), past);
        }
    }

    #[test]
    fn drafts_lie_in_the_mailbox_of_that_role_or_the_next_best() {
        let list = |roles: &[&str]| {
            let all: Vec<Value> =
                roles.iter().map(|it| json!({"id": format!("id-{it}"), "role": it})).collect();
            json!({"list": all})
        };
        let both = |roles| mailboxes(&list(roles));
        assert_eq!(both(&["inbox", "sent", "drafts"]), (Some("id-drafts".into()), Some("id-sent".into())));
        assert_eq!(both(&["inbox", "sent"]), (Some("id-sent".into()), Some("id-sent".into())));
        assert_eq!(both(&["inbox"]), (Some("id-inbox".into()), None));
        assert_eq!(both(&["junk"]), (None, None));
    }
}
