//! The services of `examples/via`: asked as they want, and heard as they mean.

use super::server::{Asked, Desk, Feed, Part, Peer, Ran, part};
use super::via::{MAIL, asked, desk, saying};
use crate::fixture::limit::{finished, somebody_at};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A service of the examples, at the fixture.
fn example(
    desk: &Desk,
    name: &str,
    options: &str,
    parts: Vec<Part<'static, Option<Asked>>>,
) -> (Ran, Vec<Option<Asked>>) {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/via/{name}.toml"));
    desk.file("config.toml", std::fs::read(file).unwrap());
    let words = format!(
        "post --config config.toml --via {name} {{url}}/in mail.eml --to b@d.example --to c@d.example --json \
         --auth-in-clear --token-file token {options}"
    );
    desk.run(&words, Feed::Nothing, parts)
}

/// The body of an answer with the status 200, the exit status, and words that are told.
type Said<'a> = (&'a str, i32, &'a str);

/// Holds what a service is asked, and each of its answers: the token in its field, the recipients, and the message.
fn holds(
    name: &str,
    (field, value): (&str, &str),
    read: fn(&Value) -> (Vec<Value>, Value),
    answers: &[Said<'_>],
) {
    let desk = desk();
    for (body, exit, said) in answers {
        let (ran, kept) = example(&desk, name, "", vec![saying("200 OK", *body)]);
        ran.must(&format!("{name}: {body}"), *exit, &[said]);
        let asked = asked(&kept);
        assert_eq!(
            (asked.field(field), asked.field("content-type")),
            (Some(value), Some("application/json"))
        );
        let document: Value = serde_json::from_slice(&asked.body).unwrap();
        assert_eq!(
            read(&document),
            (vec![json!("b@d.example"), json!("c@d.example")], json!(MAIL)),
            "{name}"
        );
        let fate = match exit {
            0 => json!("accepted"),
            49 => json!("refused"),
            40 => Value::Null,
            _ => continue,
        };
        let recipients = ran.json["recipients"].as_array().unwrap();
        assert!(
            recipients.len() == 2 && recipients.iter().all(|it| it["fate"] == fate),
            "{name}: {}",
            ran.json
        );
    }
    let (ran, _) = example(&desk, name, "", vec![saying("500 Error", "")]);
    ran.must(name, 61, &[]);
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().unwrap().clone()
}

#[test]
fn postal_says_in_the_body_whether_it_took_it() {
    let read = |body: &Value| {
        let data = STANDARD.decode(body["data"].as_str().unwrap()).unwrap();
        (list(&body["rcpt_to"]), String::from_utf8(data).unwrap().into())
    };
    let answers = [
        (r#"{"status":"success","data":{"message_id":"m1"}}"#, 0, ""),
        (r#"{"status":"error","data":{"code":"NoRecipients","message":"none"}}"#, 49, "200 OK none"),
        (r#"{"status":"parameter-error","data":{}}"#, 49, "inside a success"),
        (r#"{"data":{}}"#, 40, "does not say"),
        ("not json", 40, "does not say"),
    ];
    holds("postal", ("x-server-api-key", "tok-en.77~"), read, &answers);
}

#[test]
fn cloudflare_names_those_who_were_refused() {
    let read = |body: &Value| (list(&body["recipients"]), body["mime_message"].clone());
    let answers = [
        (
            r#"{"success":true,"result":{"delivered":["b@d.example"],"queued":["c@d.example"],"permanent_bounces":[]}}"#,
            0,
            "",
        ),
        (
            r#"{"success":false,"errors":[{"code":1,"message":"no such account"}],"result":null}"#,
            49,
            "no such account",
        ),
        (
            r#"{"success":true,"result":{"delivered":["b@d.example"],"queued":[],"permanent_bounces":["c@d.example"]}}"#,
            41,
            "mailxport: partly sent: ",
        ),
        (
            r#"{"success":true,"result":{"delivered":["b@d.example"],"queued":[],"permanent_bounces":["c@d.example"]}}"#,
            41,
            "but not for <c@d.example>",
        ),
        (
            r#"{"success":true,"result":{"delivered":[],"queued":[],"permanent_bounces":["b@d.example","c@d.example"]}}"#,
            49,
            "inside a success",
        ),
        (
            r#"{"success":true,"result":{"delivered":["b@d.example"],"queued":[],"permanent_bounces":[]}}"#,
            40,
            "does not say",
        ),
        (r#"{"success":true}"#, 40, "does not say"),
    ];
    holds("cloudflare", ("authorization", "Bearer tok-en.77~"), read, &answers);
}

#[test]
fn whoever_is_not_known_to_have_it_is_not_said_to() {
    let desk = desk();
    let body = r#"{"success":true,"result":{"delivered":["b@d.example"],"queued":[],"permanent_bounces":["z@d.example"]}}"#;
    let (ran, _) = example(&desk, "cloudflare", "", vec![saying("200 OK", body)]);
    ran.must("another", 41, &[]);
    assert!(ran.json["recipients"].as_array().unwrap().iter().all(|it| it["fate"].is_null()), "{}", ran.json);
    let secret = r#"{"success":false,"errors":[{"message":"the key tok-en.77~ is bad"}]}"#;
    let (ran, _) = example(&desk, "cloudflare", "", vec![saying("200 OK", secret)]);
    ran.must("a secret", 49, &["the key (masked) is bad"]);
    let (ran, _) = example(
        &desk,
        "postal",
        "",
        vec![saying("200 OK", r#"{"status":"success","data":{"message_id":"tok-en.77~"}}"#)],
    );
    assert_eq!((ran.exit, &ran.json["queue_id"]), (Some(0), &json!("(masked)")));
}

#[test]
fn sparkpost_counts_its_recipients() {
    let read = |body: &Value| {
        let all = list(&body["recipients"]).iter().map(|it| it["address"]["email"].clone()).collect();
        (all, body["content"]["email_rfc822"].clone())
    };
    let answers = [
        (r#"{"results":{"total_accepted_recipients":2,"total_rejected_recipients":0,"id":"77"}}"#, 0, ""),
        (
            r#"{"results":{"total_accepted_recipients":1,"total_rejected_recipients":1,"id":"77"}}"#,
            41,
            "does not say for which",
        ),
        (
            r#"{"results":{"total_accepted_recipients":0,"total_rejected_recipients":2,"id":"77"}}"#,
            49,
            "inside a success",
        ),
        (r#"{"results":{}}"#, 40, "does not say"),
    ];
    holds("sparkpost", ("authorization", "tok-en.77~"), read, &answers);
}

#[test]
fn kumomta_counts_them_too_and_reads_no_template() {
    let read = |body: &Value| {
        let framed = (&body["template_dialect"], &body["envelope_sender"]);
        assert_eq!(framed, (&json!("Static"), &json!("a@mg.d.example")));
        (list(&body["recipients"]).iter().map(|it| it["email"].clone()).collect(), body["content"].clone())
    };
    let answers = [
        (r#"{"success_count":2,"fail_count":0,"failed_recipients":[],"errors":[]}"#, 0, ""),
        (
            r#"{"success_count":1,"fail_count":1,"failed_recipients":["c@d.example"],"errors":["c: no"]}"#,
            41,
            "c: no",
        ),
        (
            r#"{"success_count":0,"fail_count":2,"failed_recipients":["b@d.example"],"errors":["no"]}"#,
            49,
            "inside a success",
        ),
        (r#"{"success_count":2,"fail_count":0"#, 40, "does not say"),
    ];
    holds("kumomta", ("authorization", "Bearer tok-en.77~"), read, &answers);
}

#[test]
fn what_is_no_text_goes_into_no_string() {
    let desk = desk();
    desk.file("mail.eml", b"From: a@d.example\n\nx\ngr\xfc\xdfe\n");
    let (ran, kept) = example(&desk, "kumomta", "", vec![saying("200 OK", "{}")]);
    ran.must("latin-1", 37, &["is not UTF-8 in line 4, at offset 23"]);
    assert!(kept.is_empty());
    let yes = r#"{"status":"success"}"#;
    let (ran, kept) = example(&desk, "postal", "", vec![saying("200 OK", yes)]);
    ran.must("base64", 0, &[]);
    let document: Value = serde_json::from_slice(&asked(&kept).body).unwrap();
    assert!(STANDARD.decode(document["data"].as_str().unwrap()).unwrap().ends_with(b"gr\xfc\xdfe\n"));
}

#[test]
fn a_token_goes_to_the_origin_of_the_service_alone() {
    let desk = desk();
    for location in ["http://localhost:{port}/x", "https://127.0.0.1:{port}/x", "http://127.0.0.1:1/x"] {
        let away: Part<'static, Option<Asked>> = part(move |mut peer: Peer| {
            let asked = peer.whole();
            let port = asked.as_ref().unwrap().field("host").unwrap().split(':').nth(1).unwrap().to_owned();
            peer.answer("307 There", &format!("Location: {}\r\n", location.replace("{port}", &port)));
            asked
        });
        let (ran, kept) =
            example(&desk, "postal", "-vv", vec![away, saying("200 OK", r#"{"status":"success"}"#)]);
        ran.must(location, 88, &[]);
        assert_eq!(kept.len(), 1, "{location}");
        assert!(!ran.stderr.contains("tok-en"), "{}", ran.stderr);
    }
    let (ran, kept) = desk.run(
        "post --via gmail {url}/x mail.eml --token-file token",
        Feed::Nothing,
        vec![saying("200 OK", r#"{"id":"1"}"#)],
    );
    ran.must("in clear", 93, &[]);
    assert!(kept.is_empty());
}

/// Takes a whole request block by block, and then asks the system how much memory its client ever had.
fn most_memory(url_of: impl FnOnce(&str) -> String, desk: &Desk) -> (u64, usize) {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/in", listener.local_addr().unwrap());
    let mut command = super::server::command(desk.place.path(), &url_of(&url));
    command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::piped());
    let child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    somebody_at(&listener);
    let (mut socket, _) = listener.accept().unwrap();
    socket.set_read_timeout(Some(super::server::PATIENCE)).unwrap();
    let (mut head, mut octet) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        assert_eq!(socket.read(&mut octet).unwrap(), 1);
        head.push(octet[0]);
    }
    socket.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let (mut came, mut block) = (0, vec![0; 1 << 20]);
    while came < length {
        let count = socket.read(&mut block).unwrap();
        assert!(count > 0, "{came} of {length}");
        came += count;
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let most = most.split_whitespace().next().unwrap().parse().unwrap();
    socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"status\":\"success\"}").unwrap();
    assert_eq!(finished(child).status.code(), Some(0));
    (most, length)
}

#[test]
fn no_encoding_holds_the_message_in_memory() {
    let desk = desk();
    let line = "a line with \"quotes\", \\ and umlauts: \u{e4}\u{f6}\u{fc}\r\n";
    desk.file("mail.eml", "From: a@d.example\r\n\r\n".to_owned() + &line.repeat(1_500_000));
    let octets = std::fs::metadata(desk.place.path().join("mail.eml")).unwrap().len();
    for form in ["{message:base64}", "{message}"] {
        let service = format!(
            "[via.x]\nurl = \"http://127.0.0.1/\"\njson = '{{\"to\": [\"{{to}}\"], \"data\": \"{form}\"}}'\nsuccess = \"/status = success\"\n"
        );
        desk.file("config.toml", service);
        let words = |url: &str| format!("post --config config.toml --via x {url} mail.eml --to b@d.example");
        let (most, length) = most_memory(words, &desk);
        assert!(length as u64 > octets && octets > 60_000_000, "{form}: {length} of {octets}");
        assert!(most < 24_000, "{form}: {most} kB");
    }
}
