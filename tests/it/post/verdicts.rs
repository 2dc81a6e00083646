//! What an answer means, when it comes, and what it means that none does.

use super::server::{Asked, Desk, Feed, NOTE, Part, Peer, answering, part};
use crate::fixture::exits::status;

#[test]
fn a_file_goes_out_octet_for_octet_with_its_length() {
    let desk = Desk::new();
    let (ran, kept) = desk.post("--json", vec![answering("201 Created", "Location: /new?x=y\r\n")]);
    ran.must("a file", 0, &[]);
    assert_eq!(ran.stderr, "");
    let asked = kept[0].as_ref().unwrap();
    assert_eq!(asked.line(), "POST /in HTTP/1.1");
    assert_eq!(asked.body, NOTE.as_bytes());
    for (name, value) in [("content-type", "message/rfc822"), ("content-length", "39")] {
        assert_eq!(asked.field(name), Some(value), "{name}");
    }
    assert!(asked.field("host").unwrap().starts_with("127.0.0.1:"));
    assert!(asked.field("expect").is_none() && asked.field("authorization").is_none());
    for (key, value) in [("verdict", "accepted"), ("name", "S_OK"), ("message", "note.eml")] {
        assert_eq!(ran.json[key], value);
    }
    assert_eq!((&ran.json["status"], &ran.json["size"]), (&201.into(), &39.into()));
    assert!(ran.json["location"].as_str().unwrap().ends_with("/new?x=(masked)"), "{}", ran.json);
}

#[test]
fn every_status_has_its_name() {
    let desk = Desk::new();
    for (said, name) in [
        ("200 OK", "S_OK"),
        ("202 Accepted", "S_OK"),
        ("204 No Content", "S_OK"),
        ("299 Odd", "S_OK"),
        ("300 Many", "MXP_E_HTTP_UNEXPECTED_STATUS"),
        ("304 Same", "MXP_E_HTTP_UNEXPECTED_STATUS"),
        ("305 Proxy", "IXP_E_HTTP_USE_PROXY"),
        ("400 Bad", "IXP_E_HTTP_BAD_REQUEST"),
        ("401 Who", "IXP_E_HTTP_UNAUTHORIZED"),
        ("402 Pay", "IXP_E_HTTP_PAYMENT_REQUIRED"),
        ("403 No", "IXP_E_HTTP_FORBIDDEN"),
        ("404 Not Found", "IXP_E_HTTP_NOT_FOUND"),
        ("404 Off\r\nX-Dav-Error: 1204 off", "IXP_E_HTTP_DAV_ACCESS_TURNED_OFF"),
        ("405 Not So", "IXP_E_HTTP_METHOD_NOT_ALLOW"),
        ("406 Not That", "IXP_E_HTTP_NOT_ACCEPTABLE"),
        ("407 Proxy", "IXP_E_HTTP_PROXY_AUTH_REQ"),
        ("408 Slow", "IXP_E_HTTP_REQUEST_TIMEOUT"),
        ("409 Conflict", "IXP_E_HTTP_CONFLICT"),
        ("410 Gone", "IXP_E_HTTP_GONE"),
        ("411 Length", "IXP_E_HTTP_LENGTH_REQUIRED"),
        ("412 If", "IXP_E_HTTP_PRECOND_FAILED"),
        ("413 Large", "IXP_E_SMTP_552_STORAGE_OVERFLOW"),
        ("415 Type", "IXP_E_HTTP_NOT_ACCEPTABLE"),
        ("422 Odd", "IXP_E_HTTP_BAD_REQUEST"),
        ("429 Many\r\nRetry-After: 7", "IXP_E_HTTP_SERVICE_UNAVAIL"),
        ("500 Error", "IXP_E_HTTP_INTERNAL_ERROR"),
        ("501 What", "IXP_E_HTTP_NOT_IMPLEMENTED"),
        ("502 Bad Gateway", "IXP_E_HTTP_BAD_GATEWAY"),
        ("503 Later", "IXP_E_HTTP_SERVICE_UNAVAIL"),
        ("504 Late Gateway", "IXP_E_HTTP_GATEWAY_TIMEOUT"),
        ("505 Version", "IXP_E_HTTP_VERS_NOT_SUP"),
        ("507 Full", "IXP_E_HTTP_INSUFFICIENT_STORAGE"),
        ("599 Odd", "IXP_E_HTTP_INTERNAL_ERROR"),
    ] {
        let (ran, kept) = desk.post("--json", vec![answering(said, "")]);
        ran.must(said, status(name).unwrap(), &[]);
        assert_eq!(ran.json["name"], name, "{said}");
        assert_eq!(ran.json["status"].to_string(), said[..3], "{said}");
        assert!(kept[0].is_some(), "{said}");
        let verdict = match ran.json["class"].as_str().unwrap() {
            "ok" => "accepted",
            "unknown" => "unknown",
            _ => "refused",
        };
        assert_eq!(ran.json["verdict"], verdict, "{said}");
    }
}

#[test]
fn a_refusal_is_told_with_the_words_of_its_body_in_one_line() {
    let desk = Desk::new();
    let play = |mut peer: Peer| {
        peer.whole();
        let body = "<html><h1>Too\x1b[31m large</h1>\n<p>by far";
        peer.say(&format!("HTTP/1.1 413 Too Big\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    };
    let (ran, _) = desk.run("post {url}/in?key=tiger7 note.eml", Feed::Nothing, vec![part(play)]);
    ran.must("413", 109, &["/in?key=(masked) refused the message (HTTP 413)\n  server: 413 Too Big"]);
    assert!(
        ran.stderr.contains("Too\\x1b[31m large by far") && !ran.stderr.contains("tiger7"),
        "{}",
        ran.stderr
    );
    let (ran, _) = desk.post("", vec![answering("503 Later", "Retry-After: 90\r\n")]);
    ran.must("503", 80, &["put off the message (HTTP 503)", "it wants to be asked again in 90 s"]);
}

/// Parts that end without an answer, and the status of each.
#[test]
fn lost_before_or_within_the_body_is_not_sent_and_behind_it_unknown() {
    let desk = Desk::new();
    desk.file("big.eml", vec![b'x'; 8 << 20]);
    let within: Part<'_, ()> = part(|mut peer: Peer| {
        peer.head();
        peer.octets(100_000);
        peer.reset();
    });
    let (ran, _) = desk.run("post {url}/in big.eml --json", Feed::Nothing, vec![within]);
    ran.must("within", 15, &["in the middle of the message", "its end was not sent"]);
    assert_eq!((&ran.json["stage"], &ran.json["verdict"]), (&"body".into(), &"not-sent".into()));
    let behind: Part<'_, ()> = part(|mut peer: Peer| {
        peer.whole();
    });
    let (ran, _) = desk.post("--json", vec![behind]);
    ran.must("behind", 40, &["mailxport: unknown: lost ", "may deliver it twice"]);
    assert_eq!((&ran.json["stage"], &ran.json["verdict"]), (&"post".into(), &"unknown".into()));
    let before: Part<'_, ()> = part(Peer::reset);
    let (ran, _) = desk.run("post {url}/in big.eml", Feed::Nothing, vec![before]);
    ran.must("before", 15, &["mailxport: not sent: lost "]);
}

#[test]
fn only_a_complete_head_of_a_success_is_one() {
    let desk = Desk::new();
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(5000));
    let interim = "HTTP/1.1 102 Wait\r\n\r\n".repeat(50);
    for (said, exit) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 0),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", 0),
        ("HTTP/1.1 200 OK\r\n\r\n", 0),
        ("HTTP/1.0 200 OK\r\n\r\n", 0),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz", 0),
        ("HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 0),
        ("HTTP/1.1 200 OK\r\nContent-Len", 40),
        ("HTTP/1.1 200 OK\r\nX: y\r\n", 40),
        ("HTTP/1.1 20", 40),
        ("200 OK\r\n\r\n", 40),
        ("250 2.0.0 ok\r\n", 40),
        ("ok", 40),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", 40),
        ("HTTP/1.1 999999 OK\r\n\r\n", 40),
        ("\0\0\0\0\0\0\0\0\r\n\r\n", 40),
        (long.as_str(), 40),
        (many.as_str(), 40),
        (interim.as_str(), 40),
    ] {
        let play = |mut peer: Peer| {
            peer.whole();
            peer.say(said);
        };
        let (ran, _) = desk.post("", vec![part(play)]);
        let shown = &said[..said.len().min(60)];
        assert_eq!(ran.exit, Some(exit), "{shown:?}: {}", ran.stderr);
    }
}

#[test]
fn an_answer_ahead_of_the_body_is_the_answer_and_the_body_stays_here() {
    let desk = Desk::new();
    desk.file("big.eml", vec![b'x'; 32 << 20]);
    for (said, exit) in [("413 Large", 109), ("401 Who", 50), ("503 Later", 80), ("307 There", 88)] {
        let play = |mut peer: Peer| {
            peer.head();
            peer.octets(10_000);
            peer.answer(said, "");
            peer.rest()
        };
        let (ran, kept) = desk.run("post {url}/in big.eml --json", Feed::Nothing, vec![part(play)]);
        ran.must(said, exit, &[]);
        assert!(kept[0] < 24 << 20, "{said}: {} octets came", kept[0]);
        assert_eq!(ran.json["verdict"], "refused", "{said}");
    }
}

#[test]
fn an_answer_is_heard_while_the_source_is_silent() {
    let desk = Desk::new();
    let play = |mut peer: Peer| {
        peer.head();
        peer.octets(5);
        peer.answer("413 Large", "");
        peer.rest();
    };
    let (ran, _) =
        desk.run("post {url}/in --size 1M --content-type a/b", Feed::Open(b"hello"), vec![part(play)]);
    ran.must("silent", 109, &["refused the message (HTTP 413)"]);
    let play = |mut peer: Peer| {
        peer.head();
        peer.octets(5);
    };
    let (ran, _) =
        desk.run("post {url}/in --chunked --content-type a/b", Feed::Open(b"hello"), vec![part(play)]);
    ran.must("gone", 15, &[]);
}

#[test]
fn a_success_ahead_of_the_body_counts_only_once_the_body_is_out() {
    let desk = Desk::new();
    desk.file("big.eml", vec![b'x'; 8 << 20]);
    let early = |then: fn(Peer)| {
        part(move |mut peer: Peer| {
            peer.head();
            peer.octets(1000);
            peer.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
            then(peer);
        })
    };
    let takes_all = early(|mut peer: Peer| {
        let taken = peer.octets((8 << 20) - 1000).len();
        assert_eq!(taken, (8 << 20) - 1000);
    });
    let (ran, _) = desk.run("post {url}/in big.eml", Feed::Nothing, vec![takes_all]);
    ran.must("all", 0, &[]);
    let (ran, _) = desk.run("post {url}/in big.eml", Feed::Nothing, vec![early(Peer::reset)]);
    ran.must("lost", 40, &["mailxport: unknown: "]);
    // Who does not read the body takes it for the next request.
    let takes_none = part(|mut peer: Peer| {
        peer.head();
        peer.octets(1000);
        peer.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        peer.say("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n");
        peer.reset();
    });
    let (ran, _) = desk.run("post {url}/in big.eml", Feed::Nothing, vec![takes_none]);
    ran.must("two answers", 40, &["mailxport: unknown: lost "]);
    let (ran, _) = desk.run(
        "post {url}/in --size 10000 --content-type a/b",
        Feed::Octets(&[b'x'; 2000]),
        vec![early(|mut peer: Peer| {
            peer.rest();
        })],
    );
    ran.must("short", 10, &["ended after 2000 of 10000 declared octets"]);
}

#[test]
fn the_body_of_the_answer_goes_where_it_is_asked_for() {
    let desk = Desk::new();
    let say = |text: &'static str| {
        part(move |mut peer: Peer| -> Option<Asked> {
            let asked = peer.whole();
            peer.say(text);
            asked
        })
    };
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n\n\r\n0\r\n\r\n";
    let (ran, _) = desk.post("--output -", vec![say(chunked)]);
    ran.must("chunked", 0, &[]);
    assert_eq!((&*ran.stdout, &*ran.stderr), ("hello\n", ""));
    let (ran, _) = desk.post("--output out", vec![say("HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nwhat")]);
    ran.must("an error's", 52, &[]);
    assert_eq!(std::fs::read_to_string(desk.place.path().join("out")).unwrap(), "what");
    let (ran, _) = desk.post("--output -", vec![say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")]);
    ran.must("cut", 0, &["note: the body of the answer did not come whole"]);
    assert_eq!(ran.stdout, "half");
    let (ran, _) = desk.run::<()>("post {url}/in note.eml --output - --json", Feed::Nothing, vec![]);
    ran.must("two want it", 2, &[]);
}

#[test]
fn a_file_for_the_answer_keeps_what_it_has_until_there_is_one() {
    let desk = Desk::new();
    let out = desk.place.path().join("out");
    let link = desk.place.path().join("link");
    std::os::unix::fs::symlink("out", &link).unwrap();
    let say = |text: &'static str| {
        part(move |mut peer: Peer| {
            peer.whole();
            peer.say(text);
        })
    };
    let old = "what was there before\n";
    let refusal = "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n";
    let cut = "HTTP/1.1 200 OK\r\nContent-Le";
    for (answer, exit, left) in [
        ("", 40, old),
        (cut, 40, old),
        (refusal, 52, old),
        ("HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\nwhat", 52, "what"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes", 0, "yes"),
        ("HTTP/1.1 204 OK\r\n\r\n", 0, ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0, ""),
    ] {
        std::fs::write(&out, old).unwrap();
        let (ran, _) = desk.post("--output link", vec![say(answer)]);
        ran.must(answer, exit, &[]);
        assert_eq!(std::fs::read_to_string(&out).unwrap(), left, "{answer}");
        assert!(link.is_symlink());
    }
    std::fs::write(&out, old).unwrap();
    let (ran, _) = desk.run::<()>(
        "post http://127.0.0.1:9/in note.eml --output out --content-type a/b",
        Feed::Nothing,
        vec![],
    );
    ran.must("nobody there", 14, &[]);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), old);
    let (ran, _) =
        desk.run::<()>("post {url}/in note.eml --output . --content-type a/b", Feed::Nothing, vec![]);
    ran.must("a directory", 2, &[". cannot be written: "]);
}

#[test]
fn a_pipe_for_the_answer_is_written_through_and_needs_a_reader() {
    let desk = Desk::new();
    let pipe = desk.place.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    let (ran, _) = desk.run::<()>("post {url}/in note.eml --output pipe", Feed::Nothing, vec![]);
    ran.must("nobody reads", 2, &["pipe cannot be written: nobody reads it"]);
    let mut reader = std::fs::File::options().read(true).write(true).open(&pipe).unwrap();
    let yes = part(|mut peer: Peer| {
        peer.whole();
        peer.say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes");
    });
    let (ran, _) = desk.post("--output pipe", vec![yes]);
    ran.must("somebody reads", 0, &[]);
    let mut heard = [0; 3];
    std::io::Read::read_exact(&mut reader, &mut heard).unwrap();
    assert_eq!(&heard, b"yes");
}
