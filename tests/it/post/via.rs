//! Services: the request that each wants, what its answers mean, and what is refused before the first packet.

use super::server::{Asked, Desk, Feed, Part, Peer, part};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

pub(super) const MAIL: &str = "From: Ada <a@mg.d.example>\r\nTo: b@d.example\r\nCc: \"C\" <c@d.example>\r\n\
                    Subject: \"gr\u{fc}\u{df}e\"\r\n\r\n\\ {message} {to}\r\n.\r\nlast\r\n";

pub(super) fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("mail.eml", MAIL);
    desk.file("pw", "tiger77\n");
    desk.file("token", "tok-en.77~\n");
    desk
}

/// Takes a request and answers it with a body.
pub(super) fn saying(status: &'static str, body: impl Into<String>) -> Part<'static, Option<Asked>> {
    let body = body.into();
    part(move |mut peer: Peer| {
        let asked = peer.whole();
        peer.say(&format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
        asked
    })
}

/// A service with its options: those that come to the fixture, and what of the request is its own.
struct Service {
    via: &'static str,
    options: &'static str,
    /// A success.
    yes: (&'static str, &'static str),
    limit: usize,
}

const GMAIL: Service = Service {
    via: "gmail {url}/upload/gmail/v1/users/me/messages/send?uploadType=media",
    options: "--token-file token --auth-in-clear",
    yes: ("200 OK", r#"{"id":"18c","threadId":"18c","labelIds":["SENT"]}"#),
    limit: 35 << 20,
};

const GRAPH: Service = Service {
    via: "graph {url}/v1.0/me/sendMail",
    options: "--token-file token --auth-in-clear",
    yes: ("202 Accepted", ""),
    limit: 3 << 20,
};

const MAILGUN: Service = Service {
    via: "mailgun {url}/v3/mg.d.example/messages.mime",
    options: "--password-file pw --auth-in-clear -t",
    yes: ("200 OK", r#"{"id":"<1@mg.d.example>","message":"Queued. Thank you."}"#),
    limit: 25 << 20,
};

impl Service {
    fn words(&self, rest: &str) -> String {
        format!("post --via {} mail.eml {} {rest}", self.via, self.options)
    }

    /// Runs it against parts.
    fn run(
        &self,
        desk: &Desk,
        rest: &str,
        parts: Vec<Part<'static, Option<Asked>>>,
    ) -> (super::server::Ran, Vec<Option<Asked>>) {
        desk.run(&self.words(rest), Feed::Nothing, parts)
    }
}

const ALL: [&Service; 3] = [&GMAIL, &GRAPH, &MAILGUN];

pub(super) fn asked(kept: &[Option<Asked>]) -> &Asked {
    kept[0].as_ref().unwrap()
}

#[test]
fn gmail_gets_the_message_as_it_is_and_must_name_it() {
    let desk = desk();
    let (ran, kept) = GMAIL.run(&desk, "--json", vec![saying(GMAIL.yes.0, GMAIL.yes.1)]);
    ran.must("gmail", 0, &[]);
    assert_eq!((&ran.json["queue_id"], &ran.json["size"]), (&json!("18c"), &json!(MAIL.len())));
    let asked = asked(&kept);
    assert_eq!(asked.line(), "POST /upload/gmail/v1/users/me/messages/send?uploadType=media HTTP/1.1");
    assert_eq!(asked.body, MAIL.as_bytes());
    for (name, value) in [("content-type", "message/rfc822"), ("authorization", "Bearer tok-en.77~")] {
        assert_eq!(asked.field(name), Some(value));
    }
    for (status, body, exit, said) in [
        (
            "403 Forbidden",
            r#"{"error":{"code":403,"message":"slower","errors":[{"reason":"userRateLimitExceeded"}]}}"#,
            80,
            "slower",
        ),
        (
            "403 Forbidden",
            r#"{"error":{"code":403,"message":"no scope","errors":[{"reason":"insufficientPermissions"}]}}"#,
            51,
            "no scope",
        ),
        (
            "400 Bad Request",
            r#"{"error":{"code":400,"message":"Recipient address required","errors":[{"reason":"invalidArgument"}]}}"#,
            49,
            "Recipient address required",
        ),
        (
            "401 Unauthorized",
            r#"{"error":{"code":401,"message":"Invalid Credentials"}}"#,
            50,
            "Invalid Credentials",
        ),
        ("413 Too Large", r#"{"error":{"code":413,"message":"too big"}}"#, 109, "too big"),
        ("429 Too Many Requests", r#"{"error":{"code":429,"message":"later"}}"#, 80, "later"),
        ("503 Backend", r#"{"error":{"code":503}}"#, 80, "put off"),
        ("200 OK", r#"{"threadId":"18c"}"#, 40, "does not say in its answer whether"),
        ("200 OK", "<html>sign in", 40, "does not say in its answer whether"),
        ("200 OK", "", 40, "does not say in its answer whether"),
    ] {
        let (ran, _) = GMAIL.run(&desk, "--json", vec![saying(status, body)]);
        ran.must(body, exit, &[said]);
    }
}

#[test]
fn graph_gets_base64_and_says_202() {
    let desk = desk();
    let (ran, kept) = GRAPH.run(&desk, "", vec![saying(GRAPH.yes.0, "")]);
    ran.must("graph", 0, &[]);
    let asked = asked(&kept);
    assert_eq!(
        (asked.line(), asked.field("content-type")),
        ("POST /v1.0/me/sendMail HTTP/1.1", Some("text/plain"))
    );
    assert_eq!(STANDARD.decode(&asked.body).unwrap(), MAIL.as_bytes());
    for (status, body, exit, said) in [
        (
            "400 Bad Request",
            r#"{"error":{"code":"ErrorMimeContentInvalidBase64String","message":"Invalid base64 string for MIME content."}}"#,
            49,
            "Invalid base64 string",
        ),
        ("403 Forbidden", r#"{"error":{"code":"ErrorAccessDenied","message":""}}"#, 51, "ErrorAccessDenied"),
        ("429 Many\r\nRetry-After: 5", "{}", 80, "asked again in 5 s"),
        ("504 Late", "", 81, "gateway"),
        ("200 OK", "", 40, "does not say in its answer whether"),
    ] {
        let (ran, _) = GRAPH.run(&desk, "", vec![saying(status, body)]);
        ran.must(status, exit, &[said]);
    }
}

#[test]
fn mailgun_gets_a_form_with_every_recipient_and_its_key_at_once() {
    let desk = desk();
    let (ran, kept) =
        MAILGUN.run(&desk, "--to d@d.example --json", vec![saying(MAILGUN.yes.0, MAILGUN.yes.1)]);
    ran.must("mailgun", 0, &[]);
    assert_eq!(ran.json["recipients"].as_array().unwrap().len(), 3);
    assert_eq!(ran.json["recipients"][0]["fate"], "accepted");
    let asked = asked(&kept);
    assert_eq!(
        asked.field("authorization"),
        Some(format!("Basic {}", STANDARD.encode("api:tiger77")).as_str())
    );
    let boundary =
        asked.field("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = String::from_utf8(asked.body.clone()).unwrap();
    let parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 6);
    for (part, who) in parts[1..4].iter().zip(["d@", "b@", "c@"]) {
        assert_eq!(
            *part,
            format!("\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n{who}d.example\r\n")
        );
    }
    assert!(
        parts[4].contains("name=\"message\"; filename=")
            && parts[4].ends_with(&format!("\r\n\r\n{MAIL}\r\n"))
    );
    assert_eq!((parts[0], parts[5]), ("", "--\r\n"));
    for (status, body, exit, said) in [
        (
            "400 Bad",
            r#"{"message":"to parameter is not a valid address"}"#,
            49,
            "to parameter is not a valid address",
        ),
        ("401 Unauthorized\r\nWWW-Authenticate: Basic realm=x", "Forbidden", 50, "refused the log-on"),
        ("402 Pay", r#"{"message":"x"}"#, 86, ""),
        ("429 Many", "{}", 80, ""),
        ("200 OK", r#"{"message":"no id"}"#, 40, "does not say"),
    ] {
        let (ran, kept) = MAILGUN.run(&desk, "", vec![saying(status, body), saying("200 OK", MAILGUN.yes.1)]);
        ran.must(status, exit, &[said]);
        assert_eq!(kept.len(), 1, "{status}");
    }
}

/// The laws that hold for a post hold for a service.
#[test]
fn no_redirect_no_lost_answer_and_no_cut_one_is_a_success() {
    let desk = desk();
    for service in ALL {
        let elsewhere = "307 There\r\nLocation: http://127.0.0.1:1/x";
        for status in ["302 Found\r\nLocation: /x", "303 See\r\nLocation: /x", elsewhere] {
            let (ran, kept) =
                service.run(&desk, "", vec![saying(status, ""), saying(service.yes.0, service.yes.1)]);
            ran.must(status, 88, &["sends the message elsewhere"]);
            assert_eq!(kept.len(), 1);
        }
        let here = "308 Here\r\nLocation: /else";
        let (ran, kept) =
            service.run(&desk, "", vec![saying(here, ""), saying(service.yes.0, service.yes.1)]);
        ran.must(here, 0, &[]);
        assert_eq!(asked(&kept).body, kept[1].as_ref().unwrap().body);
        let mute: Part<'static, Option<Asked>> = part(|mut peer: Peer| peer.whole());
        let (ran, _) = service.run(&desk, "", vec![mute]);
        ran.must("mute", 40, &["mailxport: unknown: lost "]);
        let half: Part<'static, Option<Asked>> = part(|mut peer: Peer| {
            let asked = peer.head();
            peer.reset();
            Some(asked)
        });
        desk.file("big.eml", MAIL.repeat(20_000));
        let (ran, _) = desk.run(&service.words("").replace("mail.eml", "big.eml"), Feed::Nothing, vec![half]);
        assert_eq!(ran.exit, Some(if MAIL.len() * 20_000 > service.limit { 109 } else { 15 }), "{ran:?}");
    }
    for body in [
        "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"id\":\"1\"}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{\"id\":\"1\"}\r\n",
    ] {
        let cut: Part<'static, Option<Asked>> = part(move |mut peer: Peer| {
            let asked = peer.whole();
            peer.say(body);
            asked
        });
        let (ran, _) = GMAIL.run(&desk, "--json", vec![cut]);
        ran.must("cut", 40, &["does not say in its answer whether"]);
        assert_eq!(ran.json["verdict"], "unknown");
    }
}

#[test]
fn a_stream_for_a_service_is_as_long_as_it_was_declared_or_nothing_is_asked() {
    let desk = desk();
    for service in ALL {
        for (size, exit) in [(MAIL.len() - 1, 10), (MAIL.len() + 1, 10), (MAIL.len(), 0)] {
            let words = service.words(&format!("--size {size}")).replace("mail.eml", "-");
            let (ran, kept) =
                desk.run(&words, Feed::Octets(MAIL.as_bytes()), vec![saying(service.yes.0, service.yes.1)]);
            ran.must(service.via, exit, &[]);
            assert_eq!(kept.len(), usize::from(exit == 0), "{} {size}", service.via);
        }
        let words = service.words("").replace("mail.eml", "-");
        let (ran, _) =
            desk.run(&words, Feed::Octets(MAIL.as_bytes()), vec![saying(service.yes.0, service.yes.1)]);
        ran.must(service.via, 0, &[]);
    }
}

#[test]
fn what_is_too_large_is_refused_before_the_first_packet() {
    let desk = desk();
    for service in ALL {
        let mut mail = MAIL.to_owned();
        mail.push_str(&"x".repeat(service.limit - MAIL.len()));
        desk.file("mail.eml", &mail);
        let (ran, _) = service.run(&desk, "", vec![saying(service.yes.0, service.yes.1)]);
        ran.must("as large as may be", 0, &[]);
        mail.push('x');
        desk.file("mail.eml", &mail);
        let (ran, kept) = service.run(&desk, "--json", vec![saying(service.yes.0, service.yes.1)]);
        ran.must("one more", 109, &[&format!("takes {}", service.limit)]);
        assert!(kept.is_empty() && ran.json["verdict"] == "not-sent", "{}", service.via);
    }
}

#[test]
fn an_envelope_that_a_service_cannot_take_is_refused() {
    let desk = desk();
    desk.file("bcc.eml", "From: a@d.example\nTo: b@d.example\nBcc: secret@d.example\n\nx\n");
    desk.file("nobody.eml", "From: a@d.example\n\nx\n");
    desk.file("text", "hello\n");
    let gmail = "post --via gmail http://127.0.0.1:1/x";
    let mailgun = "post --via mailgun http://127.0.0.1:1/x --password-file pw --auth-in-clear";
    for (words, exit, said) in [
        (format!("{gmail} mail.eml --to b@d.example"), 2, "takes the recipients from the header"),
        (format!("{gmail} mail.eml -t --to z@d.example"), 2, "--to names one that is not there"),
        (format!("{gmail} mail.eml --from z@d.example"), 2, "takes the sender from the header"),
        (format!("{gmail} mail.eml --from <>"), 2, "takes the sender from the header"),
        (format!("{gmail} mail.eml --to b@d.example,c@D.EXAMPLE --from a@mg.d.example"), 14, ""),
        (format!("{gmail} bcc.eml"), 14, ""),
        (format!("{gmail} nobody.eml"), 123, ""),
        (
            format!("{gmail} text"),
            37,
            "does not start with a header field\n  hint: mailxport compose makes a message of a text\n",
        ),
        (format!("{mailgun} bcc.eml -t"), 2, "the message has a Bcc field"),
        (format!("{mailgun} mail.eml"), 123, "--to ADDR names one"),
        (format!("{mailgun} mail.eml --to x"), 16, ""),
        ("post --via mailgun mail.eml -t --from <> --password-file pw".to_owned(), 2, "domain of the sender"),
        ("post --via gmial mail.eml".to_owned(), 2, "did you mean \"gmail\"?"),
        ("post --via gmail a b".to_owned(), 2, "the URL comes from --via"),
        ("post --via gmail mail.eml --envelope".to_owned(), 2, "cannot be used with"),
        ("post --via jmap mail.eml -t".to_owned(), 2, "has no URL"),
    ] {
        let (ran, _) = desk.run::<()>(&words, Feed::Nothing, vec![]);
        ran.must(&words, exit, &[said]);
    }
}

#[test]
fn what_a_service_puts_off_is_tried_again_and_what_it_leaves_open_is_not() {
    let desk = desk();
    let off = r#"{"error":{"errors":[{"reason":"rateLimitExceeded"}]}}"#;
    let later = || saying("403 Slow\r\nRetry-After: 0", off);
    let (ran, kept) = GMAIL.run(&desk, "--retry 2", vec![later(), later(), saying("200 OK", GMAIL.yes.1)]);
    ran.must("third time", 0, &[]);
    assert_eq!(kept.len(), 3);
    let (ran, kept) =
        GMAIL.run(&desk, "--retry 2", vec![saying("200 OK", "{}"), saying("200 OK", GMAIL.yes.1)]);
    ran.must("open", 40, &[]);
    assert_eq!(kept.len(), 1);
}

#[test]
fn the_whole_answer_goes_where_it_is_asked_for() {
    let desk = desk();
    let (ran, _) = GMAIL.run(&desk, "--output -", vec![saying("200 OK", GMAIL.yes.1)]);
    ran.must("out", 0, &[]);
    assert_eq!(ran.stdout, GMAIL.yes.1);
    let (ran, _) = GMAIL.run(&desk, "--output -", vec![saying("400 Bad", r#"{"error":{"message":"m"}}"#)]);
    ran.must("out", 49, &["400 Bad m"]);
    assert_eq!(ran.stdout, r#"{"error":{"message":"m"}}"#);
}
