//! Logging on: who is told what, over which connection, and what is never said.

use super::server::{Asked, Desk, Feed, NOTE, Part, Peer, answering, part, run};
use crate::fixture::certificates::{Authority, Draft};
use crate::fixture::limit::limited;

const PASSWORD: &str = "tiger 7ü";
/// `ada:tiger 7ü` in base64.
const BASIC: &str = "Basic YWRhOnRpZ2VyIDfDvA==";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("pw", format!("{PASSWORD}\n"));
    desk.file("token", "tok-en.77~\n");
    desk
}

/// Refuses a request with this challenge, after its body.
fn asking(challenge: &'static str) -> Part<'static, Option<Asked>> {
    part(move |mut peer: Peer| {
        let asked = peer.whole();
        peer.answer("401 Who are you", &format!("WWW-Authenticate: {challenge}\r\n"));
        asked
    })
}

#[test]
fn a_token_goes_with_the_first_request_and_never_in_clear() {
    let desk = desk();
    let (ran, kept) = desk.post("--token-file token --auth-in-clear -vv", vec![answering("200 OK", "")]);
    ran.must("token", 0, &["> authorization: (masked)"]);
    assert_eq!(kept[0].as_ref().unwrap().field("authorization"), Some("Bearer tok-en.77~"));
    assert!(!ran.stderr.contains("tok-en"));
    let (ran, kept) = desk.post("--token-file token", vec![answering("200 OK", "")]);
    ran.must("clear", 93, &["is in clear, and no password crosses", "hint: --auth-in-clear"]);
    assert!(kept.is_empty() || kept[0].is_none());
}

#[test]
fn basic_answers_a_challenge_under_tls_or_where_it_was_said() {
    let desk = desk();
    let options = "--user ada --password-file pw";
    let (ran, kept) = desk.post(
        &format!("{options} --auth-in-clear -vv --log log"),
        vec![asking("Negotiate, Basic realm=\"x\""), answering("201 Created", "")],
    );
    ran.must("said", 0, &["> authorization: (masked)"]);
    let asked: Vec<&Asked> = kept.iter().flatten().collect();
    assert_eq!((asked[0].field("authorization"), asked[1].field("authorization")), (None, Some(BASIC)));
    assert_eq!(asked[1].body, NOTE.as_bytes());
    let log = std::fs::read_to_string(desk.place.path().join("log")).unwrap();
    assert!(!log.contains("YWRhOnRp") && !ran.stderr.contains("YWRhOnRp"));
    let (ran, kept) = desk.post(options, vec![asking("Basic realm=\"x\"")]);
    ran.must("clear", 93, &["no password crosses", "hint: --auth-in-clear"]);
    assert_eq!(kept.len(), 1);
    let authority = Authority::new("Fixture Authority");
    desk.file("ca.pem", authority.pem());
    let config = authority.sign(&Draft::of_this_host()).server(rustls::ALL_VERSIONS, None);
    let words = format!("post {{url}}/in note.eml {options} --ca-file ca.pem");
    let parts = vec![asking("basic realm=x"), answering("200 OK", "")];
    let (ran, kept) = desk.run_by(Some(&config), &words, Feed::Nothing, parts);
    ran.must("tls", 0, &[]);
    assert_eq!(kept[1].as_ref().unwrap().field("authorization"), Some(BASIC));
}

#[test]
fn digest_is_taken_before_basic_and_counts_its_requests() {
    let desk = desk();
    let challenge = "Basic realm=\"x\", Digest realm=\"a b\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256, opaque=\"o\"";
    let (ran, kept) = desk.run(
        "post {url}/in?a=b note.eml --user ada --password-file pw",
        Feed::Nothing,
        vec![asking(challenge), answering("307 There", "Location: /other\r\n"), answering("200 OK", "")],
    );
    ran.must("digest", 0, &[]);
    let said: Vec<&str> = kept.iter().flatten().filter_map(|asked| asked.field("authorization")).collect();
    for (line, uri, count) in [(said[0], "/in?a=b", "00000001"), (said[1], "/other", "00000002")] {
        for part in [
            "Digest username=\"ada\", realm=\"a b\", nonce=\"n1\"",
            &format!("uri=\"{uri}\""),
            "algorithm=SHA-256",
            "opaque=\"o\"",
            &format!("nc={count}"),
        ] {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert!(!line.contains("tiger"));
    }
}

#[test]
fn a_refused_log_on_is_the_end_and_a_stale_nonce_is_none() {
    let desk = desk();
    let options = "--user ada --password-file pw --auth-in-clear";
    for challenge in ["Basic realm=x", "Digest realm=x, nonce=n, qop=auth"] {
        let (ran, kept) = desk.post(options, vec![asking(challenge), asking(challenge), asking(challenge)]);
        ran.must(challenge, 50, &["refused the log-on (HTTP 401)", "hint: look at --user"]);
        assert_eq!(kept.len(), 2, "{challenge}");
    }
    let (ran, kept) = desk.post(
        options,
        vec![
            asking("Digest realm=x, nonce=n1, qop=auth"),
            asking("Digest realm=x, nonce=n2, qop=auth, stale=TRUE"),
            answering("200 OK", ""),
        ],
    );
    ran.must("stale", 0, &[]);
    assert!(kept[2].as_ref().unwrap().field("authorization").unwrap().contains("nonce=\"n2\""));
    let (ran, _) = desk.post(options, vec![asking("Negotiate, NTLM")]);
    ran.must("none in common", 91, &["a password is good for none of Negotiate, NTLM"]);
    let (ran, _) = desk.post("", vec![asking("Basic realm=x")]);
    ran.must("nobody", 50, &["asks for a log-on", "hint: --user names a log-on"]);
}

#[test]
fn a_server_that_repeats_a_secret_is_not_quoted() {
    let desk = desk();
    let parrot = part(|mut peer: Peer| {
        let asked = peer.whole();
        let body = format!(
            "no tok-en.77~ and no q-value77 and no {}",
            asked.as_ref().unwrap().field("authorization").unwrap()
        );
        peer.say(&format!("HTTP/1.1 403 tok-en.77~\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
        asked
    });
    let (ran, _) = desk.run(
        "post {url}/in?k=q-value77 note.eml --token-file token --auth-in-clear -vv --json --log log",
        Feed::Nothing,
        vec![parrot],
    );
    ran.must("parrot", 51, &["(masked)"]);
    let log = std::fs::read_to_string(desk.place.path().join("log")).unwrap();
    for shown in [&ran.stderr, &ran.stdout, &log] {
        assert!(!shown.contains("tok-en") && !shown.contains("q-value77"), "{shown}");
    }
}

#[test]
fn no_secret_goes_to_another_origin() {
    let desk = desk();
    let elsewhere = answering("307 There", "Location: http://localhost:1/x\r\n");
    let (ran, kept) = desk.post("--token-file token --auth-in-clear", vec![elsewhere]);
    ran.must("elsewhere", 88, &["sends the message elsewhere: http://localhost:1/x"]);
    assert_eq!(kept.len(), 1);
}

#[test]
fn a_url_from_a_file_is_a_secret() {
    let desk = desk();
    let play = part(|mut peer: Peer| {
        let asked = peer.whole();
        peer.answer("403 No", "");
        asked
    });
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    drop(listener);
    desk.file("url", "http://127.0.0.1:1/put?X-Sig=q-value77\n");
    let (ran, _) = desk.run::<Option<Asked>>("post --url-file url note.eml", Feed::Nothing, vec![]);
    ran.must("file", 14, &["http://127.0.0.1:1/put?X-Sig=(masked)"]);
    let (ran, kept) =
        desk.run("post {url}/put?X-Sig=q-value77 -vv --json note.eml", Feed::Nothing, vec![play]);
    ran.must("argument", 51, &["X-Sig=(masked)"]);
    assert_eq!(kept[0].as_ref().unwrap().line(), "POST /put?X-Sig=q-value77 HTTP/1.1");
    assert!(!ran.stderr.contains("q-value77") && !ran.stdout.contains("q-value77"));
    for (words, exit) in
        [("post --url-file url a b", 2), ("post --url-file - -", 2), ("post --url-file missing note.eml", 37)]
    {
        assert_eq!(run(desk.place.path(), words, Feed::Nothing).exit, Some(exit), "{words}");
    }
    use std::os::unix::fs::PermissionsExt;
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(desk.place.path().join("url"), open).unwrap();
    let ran = run(desk.place.path(), "post --url-file url note.eml", Feed::Nothing);
    ran.must("readable", 36, &[]);
}

#[test]
fn the_environment_of_a_mail_server_is_for_no_other_host() {
    let desk = desk();
    for (server, goes) in
        [("mail.example:25", false), ("127.0.0.1:25", false), ("127.0.0.1:{port}", true), ("", true)]
    {
        let serve = answering("200 OK", "");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop((serve, listener));
        let mut command =
            super::server::command(desk.place.path(), &format!("post http://127.0.0.1:{port}/in note.eml"));
        let server = server.replace("{port}", &port.to_string());
        let output = limited(command.env("MAILXPORT_SERVER", &server).env("MAILXPORT_TOKEN", "tok"));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // A token that goes with the request is kept from a connection in clear; one that does not, finds nobody there.
        assert!(said.contains("is in clear") || said.contains("connection refused"), "{said}");
        assert_eq!(output.status.code(), Some(if goes { 93 } else { 14 }), "{server}: {said}");
    }
}
