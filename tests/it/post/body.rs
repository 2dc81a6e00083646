//! What goes out: every octet of the source and nothing else, or not its end.

use super::server::{Asked, Desk, Feed, Peer, answering, part};

fn octets(count: usize) -> Vec<u8> {
    (0..count).map(|at| u8::try_from(at * 7 % 251).unwrap()).collect()
}

#[test]
fn a_pipe_of_any_kind_arrives_octet_for_octet() {
    let desk = Desk::new();
    for count in [1, 4096, 131_072, 131_073, 1_048_576, 3_000_000] {
        let body = octets(count);
        for (options, length) in [
            (String::new(), Some(count)),
            (format!("--size {count}"), Some(count)),
            ("--chunked".to_owned(), None),
        ] {
            let words = format!("post {{url}}/in - {options}");
            let (ran, kept) = desk.run(&words, Feed::Octets(&body), vec![answering("200 OK", "")]);
            ran.must(&words, 0, &[]);
            let asked = kept[0].as_ref().unwrap();
            assert!(asked.body == body, "{words}: other octets");
            let declared = asked.field("content-length").map(|length| length.parse().unwrap());
            assert_eq!(declared, length, "{words}");
            assert_eq!(asked.field("transfer-encoding").is_some(), length.is_none(), "{words}");
        }
    }
}

#[test]
fn a_stream_of_another_length_than_declared_never_arrives_whole() {
    let desk = Desk::new();
    let whole = || part(|mut peer: Peer| peer.whole());
    for (came, declared, said) in [
        (2000, 2001, "ended after 2000 of 2001 declared octets"),
        (2001, 2000, "goes on after its 2000 declared octets"),
        (1, 0, "goes on after its 0 declared octets"),
        (0, 10, "ended after 0 of 10 declared octets"),
        (300_000, 299_999, "goes on after its 299999 declared octets"),
    ] {
        let words = format!("post {{url}}/in - --size {declared} --json --content-type a/b");
        let (ran, kept): (_, Vec<Option<Asked>>) =
            desk.run(&words, Feed::Octets(&octets(came)), if declared == 0 { vec![] } else { vec![whole()] });
        ran.must(&words, 10, &[said]);
        assert!(kept.iter().all(Option::is_none), "{words}: it came whole");
        assert_eq!(ran.json["verdict"], "not-sent");
    }
    desk.file("five", "12345");
    for declared in [4, 6] {
        let words = format!("post {{url}}/in five --size {declared}");
        let (ran, _) = desk.run::<()>(&words, Feed::Nothing, vec![]);
        ran.must(&words, 10, &[]);
    }
}

#[test]
fn the_last_octets_wait_for_the_end_of_the_stream() {
    let desk = Desk::new();
    for body in [octets(5), octets(65_536), octets(200_000)] {
        let count = body.len();
        let words = format!("post {{url}}/in --size {count} --content-type a/b --deadline 1.5");
        let (ran, kept) = desk.run(&words, Feed::Open(&body), vec![part(|mut peer: Peer| peer.whole())]);
        ran.must(&words, 25, &["the deadline of 1.5 s passed"]);
        assert_eq!(kept, [None], "it came whole before the stream had ended");
    }
}

#[test]
fn a_file_that_changes_on_its_way_never_arrives_whole() {
    let desk = Desk::new();
    desk.file("big", octets(16 << 20));
    let path = desk.place.path().join("big");
    let play = |mut peer: Peer| {
        peer.head();
        peer.octets(10_000);
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1000).unwrap();
        10_000 + peer.rest()
    };
    let (ran, kept) = desk.run("post {url}/in big", Feed::Nothing, vec![part(play)]);
    ran.must("shrinks", 10, &["changed while it was sent"]);
    assert!(kept[0] < 16 << 20);
}

#[test]
fn the_type_follows_the_header_unless_it_is_named() {
    let desk = Desk::new();
    for (body, options, kind) in [
        ("Subject: x\n\nü\n", "", "message/rfc822"),
        ("Subject: ü\n\nx\n", "", "message/global"),
        ("Subject: ü\r\n\r\nx", "--size 16", "message/global"),
        ("no header", "--chunked", "message/rfc822"),
        ("Subject: ü\n\nx\n", "--content-type text/plain;charset=utf-8", "text/plain;charset=utf-8"),
    ] {
        let words = format!("post {{url}}/in {options}");
        let (ran, kept) = desk.run(&words, Feed::Octets(body.as_bytes()), vec![answering("200 OK", "")]);
        ran.must(&words, 0, &[]);
        let asked = kept[0].as_ref().unwrap();
        assert_eq!((asked.field("content-type"), &*asked.body), (Some(kind), body.as_bytes()), "{words}");
    }
}

#[test]
fn methods_and_fields_are_as_asked_for() {
    let desk = Desk::new();
    let (ran, kept) = desk.post(
        "--method put --header X-Key:~tiger7 --header x-key:two --header User-Agent:me -vv --log log.txt",
        vec![answering("204 No Content", "")],
    );
    ran.must("put", 0, &["> PUT /in HTTP/1.1", "> x-key: (masked)", "< 204 No Content"]);
    let asked = kept[0].as_ref().unwrap();
    assert_eq!(asked.line(), "PUT /in HTTP/1.1");
    let keys: Vec<&String> =
        asked.head.iter().filter(|line| line.to_lowercase().starts_with("x-key:")).collect();
    assert_eq!(keys.len(), 2, "{:?}", asked.head);
    assert_eq!(asked.field("user-agent"), Some("me"));
    let log = std::fs::read_to_string(desk.place.path().join("log.txt")).unwrap();
    assert!(!ran.stderr.contains("tiger7") && !log.contains("tiger7") && log.contains("\"done\""), "{log}");
}

#[test]
fn an_empty_body_that_was_declared_is_posted() {
    let desk = Desk::new();
    desk.file("empty", "");
    for words in ["post {url}/in empty --size 0", "post {url}/in - --size 0"] {
        let (ran, _) = desk.run(words, Feed::Nothing, vec![answering("200 OK", "")]);
        ran.must(words, 0, &[]);
    }
    let (ran, _) = desk.run::<()>("post {url}/in - --size 1", Feed::Nothing, vec![]);
    ran.must("nothing for something", 37, &["standard input is empty"]);
}

#[test]
fn nothing_that_cannot_be_read_is_posted() {
    let desk = Desk::new();
    desk.file("empty", "");
    for (words, exit) in [
        ("post {url}/in missing", 37),
        ("post {url}/in .", 37),
        ("post {url}/in empty", 37),
        ("post {url}/in note.eml --header Host:x", 2),
        ("post {url}/in note.eml --content-type x", 2),
        ("post {url}/in note.eml --size 1 --chunked", 2),
        ("post {url}/in note.eml --size 9223372036854775808", 2),
        ("post {url}/in - --size 18446744073709551615 --envelope --from a@d.example --to b@d.example", 2),
        ("post {url}/in note.eml --ca-file note.eml", 2),
        ("post {url}/in note.eml --output note.eml", 2),
        ("post ftp://h/in note.eml", 2),
        ("post http://ada:tiger7@h/in note.eml", 2),
        ("post {url}/in note.eml --timeout 0", 2),
    ] {
        let (ran, _) = desk.run::<()>(words, Feed::Nothing, vec![]);
        ran.must(words, exit, &["mailxport: not sent: "]);
        assert!(!ran.stderr.contains("tiger7"), "{}", ran.stderr);
    }
    assert!(!std::fs::read(desk.place.path().join("note.eml")).unwrap().is_empty());
}
