//! JMAP against a server of the test's own: every step, what each refusal means, and what is open when the line goes dead.

use super::server::{Asked, Desk, Feed, Part, Peer, Ran, part};
use serde_json::{Value, json};

pub(super) const MAIL: &str = "From: a@d.example\r\nTo: b@d.example\r\n\r\nhello\r\n";

pub(super) fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("mail.eml", MAIL);
    desk.file("token", "tok-en.77~\n");
    desk
}

/// Takes a request and says this.
pub(super) fn saying(status: &'static str, body: impl ToString) -> Part<'static, Asked> {
    let body = body.to_string();
    part(move |mut peer: Peer| {
        let asked = whole(&mut peer);
        peer.say(&closing(status, &body));
        asked
    })
}

/// The last answer of a connection.
pub(super) fn closing(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// Takes a request and leaves without a word.
pub(super) fn mute() -> Part<'static, Asked> {
    part(|mut peer: Peer| whole(&mut peer))
}

/// A request with or without a body.
pub(super) fn whole(peer: &mut Peer) -> Asked {
    let mut asked = peer.head();
    if asked.field("expect").is_some() {
        peer.say("HTTP/1.1 100 Continue\r\n\r\n");
    }
    let length = asked.field("content-length").map_or(0, |length| length.parse().unwrap());
    asked.body = peer.octets(length);
    asked
}

pub(super) fn session() -> Value {
    json!({
        "capabilities": {
            "urn:ietf:params:jmap:core": {"maxSizeUpload": 1000, "maxSizeRequest": 100_000},
            "urn:ietf:params:jmap:mail": {}, "urn:ietf:params:jmap:submission": {},
        },
        "accounts": {"A1": {"accountCapabilities": {
            "urn:ietf:params:jmap:mail": {}, "urn:ietf:params:jmap:submission": {},
        }}},
        "primaryAccounts": {"urn:ietf:params:jmap:mail": "A1", "urn:ietf:params:jmap:submission": "A1"},
        "apiUrl": "/jmap/api", "uploadUrl": "/jmap/upload/{accountId}/", "downloadUrl": "/x", "eventSourceUrl": "/x",
        "username": "a", "state": "0",
    })
}

pub(super) fn answers(responses: &[Value]) -> Value {
    json!({"methodResponses": responses, "sessionState": "0"})
}

pub(super) fn looked() -> Value {
    let mailboxes =
        json!([{"id": "D", "role": "drafts"}, {"id": "S", "role": "sent"}, {"id": "I", "role": "inbox"}]);
    let identities = json!([{"id": "i1", "email": "a@d.example"}, {"id": "i2", "email": "*@club.example"}]);
    answers(&[
        json!(["Mailbox/get", {"list": mailboxes}, "0"]),
        json!(["Identity/get", {"list": identities}, "1"]),
    ])
}

pub(super) fn uploaded() -> Value {
    json!({"accountId": "A1", "blobId": "B1", "type": "message/rfc822", "size": MAIL.len()})
}

pub(super) fn imported() -> Value {
    answers(&[json!(["Email/import", {"created": {"m": {"id": "E1", "blobId": "B1"}}}, "0"])])
}

pub(super) fn submitted(created: &Value) -> Value {
    answers(&[
        json!(["EmailSubmission/set", {"created": {"s": created}}, "0"]),
        json!(["Email/set", {"updated": {"E1": null}}, "0"]),
    ])
}

pub(super) fn not_submitted(problem: &Value) -> Value {
    answers(&[json!(["EmailSubmission/set", {"notCreated": {"s": problem}}, "0"])])
}

pub(super) fn destroyed() -> Value {
    answers(&[json!(["Email/set", {"destroyed": ["E1"]}, "0"])])
}

/// The first so many steps of a submission that goes well.
pub(super) fn steps(count: usize) -> Vec<Part<'static, Asked>> {
    let all: [(&'static str, Value); 5] = [
        ("200 OK", session()),
        ("200 OK", looked()),
        ("201 Created", uploaded()),
        ("200 OK", imported()),
        ("200 OK", submitted(&json!({"id": "s1"}))),
    ];
    all.into_iter().take(count).map(|(status, body)| saying(status, body)).collect()
}

pub(super) fn run(desk: &Desk, options: &str, parts: Vec<Part<'static, Asked>>) -> (Ran, Vec<Asked>) {
    let words = format!(
        "post --via jmap {{url}} mail.eml --token-file token --auth-in-clear --to b@d.example --to c@d.example --json {options}"
    );
    desk.run(&words, Feed::Nothing, parts)
}

/// A submission of which the first steps go well, and then this happens.
pub(super) fn after(count: usize, then: Vec<Part<'static, Asked>>) -> (Ran, Vec<Asked>) {
    run(&desk(), "", steps(count).into_iter().chain(then).collect())
}

pub(super) fn json_of(asked: &Asked) -> Value {
    serde_json::from_slice(&asked.body).unwrap()
}

#[test]
fn a_message_is_uploaded_imported_and_submitted_with_its_envelope() {
    let (ran, kept) = run(&desk(), "--from a@d.example", steps(5));
    ran.must("all", 0, &[]);
    let lines: Vec<&str> = kept.iter().map(Asked::line).collect();
    let api = "POST /jmap/api HTTP/1.1";
    assert_eq!(lines, ["GET /.well-known/jmap HTTP/1.1", api, "POST /jmap/upload/A1/ HTTP/1.1", api, api]);
    assert!(kept.iter().all(|asked| asked.field("authorization") == Some("Bearer tok-en.77~")));
    assert_eq!(
        (kept[2].body.as_slice(), kept[2].field("content-type")),
        (MAIL.as_bytes(), Some("message/rfc822"))
    );
    let import = &json_of(&kept[3])["methodCalls"][0];
    assert_eq!(
        import[1]["emails"]["m"],
        json!({"blobId": "B1", "mailboxIds": {"D": true}, "keywords": {"$draft": true, "$seen": true}})
    );
    let submit = &json_of(&kept[4])["methodCalls"][0];
    let path = |address: &str| json!({"email": address, "parameters": null});
    assert_eq!(
        *submit,
        json!(["EmailSubmission/set", {
            "accountId": "A1",
            "create": {"s": {"identityId": "i1", "emailId": "E1", "envelope": {
                "mailFrom": path("a@d.example"), "rcptTo": [path("b@d.example"), path("c@d.example")],
            }}},
            "onSuccessUpdateEmail": {"#s": {"mailboxIds": {"S": true}, "keywords/$draft": null}},
        }, "0"])
    );
    assert_eq!((&ran.json["queue_id"], &ran.json["verdict"]), (&json!("s1"), &json!("accepted")));
    assert_eq!(ran.json["recipients"][1]["fate"], "accepted");
}

#[test]
fn the_session_is_where_it_is_named_or_where_its_host_sends_to() {
    let mut parts = steps(5);
    parts.insert(0, saying("301 Moved\r\nLocation: /jmap/session", "<html>moved</html>"));
    let (ran, kept) = run(&desk(), "", parts);
    ran.must("301", 0, &[]);
    assert_eq!(kept[1].line(), "GET /jmap/session HTTP/1.1");
    for location in ["http://localhost:{port}/jmap", "https://127.0.0.1:{port}/jmap", "http://127.0.0.1:1/"] {
        let away = part(move |mut peer: Peer| {
            let asked = whole(&mut peer);
            let port = asked.field("host").unwrap().split(':').nth(1).unwrap().to_owned();
            peer.answer("302 Found", &format!("Location: {}\r\n", location.replace("{port}", &port)));
            asked
        });
        let (ran, kept) = run(&desk(), "", vec![away, saying("200 OK", session())]);
        ran.must(location, 88, &["elsewhere"]);
        assert_eq!(kept.len(), 1, "{location}");
    }
    for key in ["apiUrl", "uploadUrl"] {
        let mut other = session();
        other[key] = "https://other.example/x".into();
        let (ran, kept) = run(&desk(), "", vec![saying("200 OK", other)]);
        ran.must(key, 88, &["for another host, where the log-on does not go: https://other.example/x"]);
        assert_eq!(kept.len(), 1);
    }
    let desk = desk();
    let words = "post --via jmap {url}/jmap/session mail.eml --to b@d.example";
    let (ran, kept) = desk.run(words, Feed::Nothing, vec![saying("401 Who", "")]);
    ran.must("no log-on", 50, &["asks for a log-on"]);
    assert_eq!(kept[0].line(), "GET /jmap/session HTTP/1.1");
}

#[test]
fn a_password_is_asked_for_once() {
    let desk = desk();
    desk.file("pw", "tiger77\n");
    let mut parts = steps(5);
    parts.insert(0, saying("401 Who\r\nWWW-Authenticate: Basic realm=x", "no"));
    let words = "post --via jmap {url} mail.eml --user a --password-file pw --auth-in-clear --to b@d.example";
    let (ran, kept) = desk.run(words, Feed::Nothing, parts);
    ran.must("basic", 0, &[]);
    assert!(kept[0].field("authorization").is_none());
    assert!(
        kept[1..].iter().all(|asked| asked.field("authorization").is_some_and(|it| it.starts_with("Basic ")))
    );
}

#[test]
fn what_a_session_or_an_account_lacks_is_told_and_nothing_is_sent() {
    let without = |at: &str, key: &str| {
        let mut it = session();
        it.pointer_mut(at).unwrap().as_object_mut().unwrap().remove(key);
        it.to_string()
    };
    let submission = "urn:ietf:params:jmap:submission";
    for (page, exit, said) in [
        ("<html>".to_owned(), 84, "no session of JMAP"),
        (without("", "apiUrl"), 84, "no session of JMAP"),
        (without("/capabilities", "urn:ietf:params:jmap:mail"), 84, "no mail"),
        (without("/accounts/A1/accountCapabilities", submission), 80, "cannot submit mail at the moment"),
    ] {
        let (ran, kept) = run(&desk(), "", vec![saying("200 OK", page)]);
        ran.must(said, exit, &["mailxport: not sent: ", said]);
        assert_eq!(kept.len(), 1);
    }
    let mut small = session();
    small["capabilities"]["urn:ietf:params:jmap:core"]["maxSizeUpload"] = (MAIL.len() - 1).into();
    let (ran, kept) = run(&desk(), "", vec![saying("200 OK", small)]);
    ran.must("too large", 109, &["takes 44"]);
    assert_eq!((kept.len(), &ran.json["verdict"]), (1, &json!("not-sent")));
    let mut small = session();
    small["accounts"]["A1"]["accountCapabilities"][submission] =
        json!({"submissionExtensions": {"SIZE": ["40"]}});
    let (ran, _) = run(&desk(), "", vec![saying("200 OK", small)]);
    ran.must("too large to submit", 109, &["takes 40"]);
    let mut small = session();
    small["capabilities"]["urn:ietf:params:jmap:core"]["maxSizeRequest"] = 600.into();
    let (ran, kept) = run(&desk(), "", vec![saying("200 OK", small)]);
    ran.must("too many", 2, &["a request to", "may have 600 octets"]);
    assert_eq!(kept.len(), 1);
    let (ran, kept) = run(&desk(), "--from z@other.example", steps(2));
    ran.must("no identity", 120, &["no identity for <z@other.example>: it has a@d.example, *@club.example"]);
    assert_eq!(kept.len(), 2);
    let (ran, kept) = run(&desk(), "--from z@club.example", steps(5));
    ran.must("of the domain", 0, &[]);
    assert_eq!(json_of(&kept[4])["methodCalls"][0][1]["create"]["s"]["identityId"], "i2");
}

#[test]
fn a_refusal_has_its_name_and_the_draft_goes_again() {
    for (problem, exit, said) in [
        (json!({"type": "forbiddenFrom", "description": "not yours"}), 120, "forbiddenFrom: not yours"),
        (json!({"type": "forbiddenMailFrom"}), 120, ""),
        (json!({"type": "noRecipients"}), 121, ""),
        (json!({"type": "invalidRecipients", "invalidRecipients": ["c@d.example"]}), 121, ""),
        (json!({"type": "tooManyRecipients", "maxRecipients": 1}), 121, ""),
        (json!({"type": "tooLarge", "maxSize": 3}), 109, ""),
        (json!({"type": "overQuota"}), 83, ""),
        (json!({"type": "forbiddenToSend", "description": "550 5.7.1 no"}), 51, "550 5.7.1 no"),
        (json!({"type": "forbiddenToSend", "description": "451 4.7.1 later"}), 80, "put off"),
        (json!({"type": "invalidEmail", "properties": ["from"]}), 49, "invalidEmail (from)"),
        (json!({"type": "rateLimit"}), 80, "put off"),
        (json!({"type": "\u{1b}[31mred"}), 49, "\\x1b[31mred"),
    ] {
        let refusal = saying("200 OK", not_submitted(&problem));
        let (ran, kept) = after(4, vec![refusal, saying("200 OK", destroyed())]);
        ran.must(&problem.to_string(), exit, &["mailxport: not sent: ", said]);
        assert_eq!(
            json_of(&kept[5])["methodCalls"][0],
            json!(["Email/set", {"accountId": "A1", "destroy": ["E1"]}, "0"])
        );
        assert_eq!((&ran.json["notes"], &ran.json["verdict"]), (&json!([]), &json!("refused")));
        let fate = if problem["invalidRecipients"].is_array() { "refused" } else { "untried" };
        assert_eq!(ran.json["recipients"][1]["fate"], fate, "{problem}");
    }
    let refusal = saying("200 OK", not_submitted(&json!({"type": "forbiddenFrom"})));
    let (ran, _) = after(4, vec![refusal, saying("500 Error", "")]);
    ran.must("the draft stays", 120, &[]);
    assert_eq!(ran.json["notes"], json!(["MXP_S_DRAFT_LEFT"]));
    for (status, body, exit) in [
        ("429 Many", String::new(), 80),
        ("403 No", String::new(), 51),
        (
            "400 Bad",
            json!({"type": "urn:ietf:params:jmap:error:limit", "limit": "maxConcurrentRequests"}).to_string(),
            80,
        ),
        ("400 Bad", json!({"type": "urn:ietf:params:jmap:error:notRequest"}).to_string(), 49),
    ] {
        let (ran, kept) = after(4, vec![saying(status, body), saying("200 OK", destroyed())]);
        ran.must(status, exit, &[]);
        assert_eq!(kept.len(), 6, "{status}");
    }
    for (kind, exit) in
        [("serverFail", 61), ("serverUnavailable", 80), ("forbidden", 51), ("unknownMethod", 49)]
    {
        let error = answers(&[json!(["error", {"type": kind}, "0"])]);
        let (ran, kept) = after(4, vec![saying("200 OK", error), saying("200 OK", destroyed())]);
        ran.must(kind, exit, &[]);
        assert_eq!(kept.len(), 6, "{kind}");
    }
}

#[test]
fn a_server_of_jmap_that_repeats_a_secret_is_not_quoted() {
    let telling = || json!({"type": "forbiddenFrom", "description": "no tok-en.77~ here"});
    let session_of =
        saying("400 Bad", json!({"type": "urn:ietf:params:jmap:error:notRequest", "detail": "tok-en.77~"}));
    let created = json!({"id": "tok-en.77~", "deliveryStatus": {
        "b@d.example": {"smtpReply": "550 tok-en.77~", "delivered": "no"},
        "c@d.example": {"smtpReply": "250 ok", "delivered": "yes"},
    }});
    for (count, then) in [
        (0, vec![session_of]),
        (4, vec![saying("200 OK", not_submitted(&telling())), saying("200 OK", destroyed())]),
        (4, vec![saying("200 OK", submitted(&created))]),
    ] {
        let parts = steps(count).into_iter().chain(then).collect();
        let (ran, _) = run(&desk(), "-vv", parts);
        assert_ne!(ran.exit, Some(0));
        assert!(
            !ran.stderr.contains("tok-en") && !ran.stdout.contains("tok-en"),
            "{}{}",
            ran.stderr,
            ran.stdout
        );
    }
}

#[test]
fn before_the_submission_nothing_is_open_and_behind_it_only_its_answer_counts() {
    for step in 0..4 {
        let (ran, kept) = after(step, vec![mute()]);
        ran.must(&format!("lost at {step}"), 15, &["mailxport: not sent: "]);
        assert_eq!((kept.len(), &ran.json["verdict"]), (step + 1, &json!("not-sent")));
        for (status, exit) in
            [("502 Gateway", 4), ("504 Late", 4), ("500 Error", 61), ("503 Later", 80), ("404 No", 52)]
        {
            let (ran, _) = after(step, vec![saying(status, "")]);
            ran.must(&format!("{status} at {step}"), exit, &["mailxport: not sent: "]);
        }
        let (ran, _) = after(step, vec![saying("200 OK", "{\"methodResponses\":")]);
        assert!(matches!(ran.exit, Some(84 | 88)), "{step}: {}", ran.stderr);
        assert_eq!(ran.json["verdict"], if step == 0 { "refused" } else { "not-sent" }, "{step}");
    }
    let cut = |body: &str| {
        let text = format!("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{body}");
        part(move |mut peer: Peer| {
            let asked = whole(&mut peer);
            peer.say(&text);
            asked
        })
    };
    let yes = submitted(&json!({"id": "s1"})).to_string();
    for (case, then) in [
        ("lost", mute()),
        ("cut", cut(&yes[..yes.len() / 2])),
        ("cut behind the words", cut(&yes)),
        ("other words", saying("200 OK", "{}")),
        ("no words", saying("200 OK", "")),
        (
            "another object",
            saying("200 OK", answers(&[json!(["EmailSubmission/set", {"created": {"x": {}}}, "0"])])),
        ),
        (
            "another call",
            saying("200 OK", answers(&[json!(["EmailSubmission/set", {"created": {"s": {}}}, "7"])])),
        ),
        ("in part", saying("200 OK", answers(&[json!(["error", {"type": "serverPartialFail"}, "0"])]))),
        ("endless", saying("200 OK", " ".repeat(300 * 1024) + &yes)),
    ] {
        let (ran, kept) = after(4, vec![then, saying("200 OK", destroyed())]);
        ran.must(case, 40, &["mailxport: unknown: ", "may deliver it twice"]);
        assert_eq!((kept.len(), &ran.json["verdict"]), (5, &json!("unknown")), "{case}");
        assert!(ran.json["recipients"][0]["fate"].is_null());
    }
    for (status, exit) in [("502 Gateway", 63), ("504 Late", 81)] {
        let (ran, kept) = after(4, vec![saying(status, "")]);
        ran.must(status, exit, &["mailxport: unknown: "]);
        assert_eq!(kept.len(), 5);
    }
    let mut short = uploaded();
    short["size"] = 7.into();
    let (ran, kept) = after(2, vec![saying("201 Created", short)]);
    ran.must("a short upload", 61, &["7 octets came"]);
    assert_eq!(kept.len(), 3);
}

#[test]
fn what_is_told_of_each_recipient_is_told_on() {
    let status = |reply: &str, delivered: &str| json!({"smtpReply": reply, "delivered": delivered, "displayed": "unknown"});
    for (b, c, exit, fates) in [
        (status("250 2.1.5 ok", "queued"), status("250 ok", "yes"), 0, ["accepted", "accepted"]),
        (status("250 ok", "queued"), status("550 5.1.1 nobody", "no"), 41, ["accepted", "refused"]),
        (status("250 ok", "queued"), status("451 4.2.0 later", "queued"), 42, ["accepted", "deferred"]),
        (status("550 no", "no"), status("550 5.1.1 nobody", "no"), 121, ["refused", "refused"]),
    ] {
        let created = json!({"id": "s1", "deliveryStatus": {"b@d.example": b, "c@d.example": c}});
        let (ran, _) = after(4, vec![saying("200 OK", submitted(&created))]);
        ran.must(&created.to_string(), exit, &[]);
        let told: Vec<&str> = ran.json["recipients"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["fate"].as_str().unwrap())
            .collect();
        assert_eq!(told, fates);
    }
}

#[test]
fn a_message_that_is_there_already_is_found_and_not_sent_twice() {
    let exists = || {
        let problem = json!({"type": "alreadyExists", "existingId": "E9"});
        saying("200 OK", answers(&[json!(["Email/import", {"notCreated": {"m": problem}}, "0"])]))
    };
    let history = |email: Value, submissions: &[&[&str]]| {
        let list: Vec<Value> = submissions
            .iter()
            .map(|to| {
                let to: Vec<Value> = to.iter().map(|it| json!({"email": it})).collect();
                json!({"undoStatus": "final", "envelope": {"rcptTo": to}})
            })
            .collect();
        saying(
            "200 OK",
            answers(&[
                json!(["Email/get", {"list": [email]}, "0"]),
                json!(["EmailSubmission/query", {"ids": []}, "1"]),
                json!(["EmailSubmission/get", {"list": list}, "2"]),
            ]),
        )
    };
    let draft = || json!({"keywords": {"$draft": true}, "mailboxIds": {"D": true}});
    let sent = || json!({"keywords": {"$seen": true}, "mailboxIds": {"S": true}});
    let both: &[&str] = &["b@d.example", "c@d.example"];
    let (ran, kept) = after(3, vec![exists(), history(sent(), &[both])]);
    ran.must("it was submitted", 0, &[]);
    assert_eq!((kept.len(), &ran.json["notes"]), (5, &json!(["MXP_S_ALREADY_SUBMITTED"])));
    for (email, submissions) in [(sent(), vec![]), (sent(), vec![&both[..1]]), (draft(), vec![&both[..1]])] {
        let (ran, kept) = after(3, vec![exists(), history(email, &submissions)]);
        ran.must("it may have been sent", 57, &["it may have been sent"]);
        assert_eq!(kept.len(), 5);
    }
    let yes = || saying("200 OK", submitted(&json!({"id": "s1"})));
    let (ran, kept) = after(3, vec![exists(), history(draft(), &[]), yes()]);
    ran.must("a draft", 0, &[]);
    let submit = &json_of(&kept[5])["methodCalls"][0][1];
    assert_eq!(
        (&submit["create"]["s"]["emailId"], submit["onSuccessUpdateEmail"].is_object()),
        (&json!("E9"), true)
    );
    let (ran, kept) = after(3, vec![exists(), history(sent(), &[&["z@d.example"]]), yes()]);
    ran.must("to others", 0, &[]);
    assert!(json_of(&kept[5])["methodCalls"][0][1]["onSuccessUpdateEmail"].is_null());
    // A draft that was there before is nobody's to take away.
    let no = saying("200 OK", not_submitted(&json!({"type": "forbiddenFrom"})));
    let (ran, kept) = after(3, vec![exists(), history(draft(), &[]), no, saying("200 OK", destroyed())]);
    ran.must("refused", 120, &[]);
    assert_eq!(kept.len(), 6);
}

#[test]
fn a_further_try_goes_all_the_way_again() {
    let mut parts = steps(4);
    parts.push(saying("503 Later\r\nRetry-After: 0", ""));
    parts.push(saying("200 OK", destroyed()));
    parts.extend(steps(5));
    let (ran, kept) = run(&desk(), "--retry 1", parts);
    ran.must("again", 0, &[]);
    assert_eq!((kept.len(), kept[8].body.as_slice()), (11, MAIL.as_bytes()));
    let (ran, kept) = run(
        &desk(),
        "--retry 3",
        steps(4).into_iter().chain([mute(), saying("200 OK", session())]).collect(),
    );
    ran.must("open", 40, &[]);
    assert_eq!(kept.len(), 5);
}

#[test]
fn lines_end_in_crlf_and_what_jmap_cannot_have_is_refused_first() {
    let desk = desk();
    desk.file("mail.eml", "From: a@d.example\nTo: b@d.example\n\nx\n.\nend");
    let upload = "From: a@d.example\r\nTo: b@d.example\r\n\r\nx\r\n.\r\nend\r\n";
    let mut parts = steps(2);
    parts.push(saying("201 Created", json!({"blobId": "B1", "size": upload.len()})));
    parts.extend([saying("200 OK", imported()), saying("200 OK", submitted(&json!({"id": "s1"})))]);
    let (ran, kept) = run(&desk, "", parts);
    ran.must("lf", 0, &[]);
    assert_eq!(String::from_utf8_lossy(&kept[2].body), upload);
    assert_eq!(ran.json["size"], upload.len());
    desk.file("nul.eml", "From: a@d.example\r\n\r\na\0b\r\n");
    desk.file("bcc.eml", "From: a@d.example\r\nBcc: z@d.example\r\n\r\nx\r\n");
    for (words, exit) in [
        ("nul.eml --to b@d.example", 37),
        ("bcc.eml --to b@d.example", 2),
        ("mail.eml", 123),
        ("mail.eml -t --output -", 2),
        ("mail.eml -t --idempotency-key auto", 2),
    ] {
        let (ran, _) =
            desk.run::<()>(&format!("post --via jmap http://127.0.0.1:1 {words}"), Feed::Nothing, vec![]);
        ran.must(words, exit, &[]);
    }
}
