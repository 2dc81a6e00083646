//! `Expect: 100-continue`: what is refused does not travel, and who does not know it is not waited for long.

use super::server::{Asked, Desk, Feed, Peer, answering, part};
use std::time::Duration;

fn big() -> Desk {
    let desk = Desk::new();
    desk.file("big", vec![b'x'; 2 << 20]);
    desk
}

#[test]
fn a_refusal_comes_before_the_body_travels() {
    let desk = big();
    for (status, exit) in
        [("413 Large", 109), ("401 Who", 50), ("429 Many", 80), ("503 Later", 80), ("507 Full", 83)]
    {
        let play = part(|mut peer: Peer| {
            let asked = peer.head();
            peer.answer(status, "");
            (asked, peer.is_left_alone())
        });
        let (ran, kept) = desk.run("post {url}/in big", Feed::Nothing, vec![play]);
        ran.must(status, exit, &[]);
        assert_eq!(kept[0].0.field("expect"), Some("100-continue"), "{status}");
        assert!(kept[0].1, "{status}: octets of the body came");
    }
}

#[test]
fn the_body_goes_at_once_on_100_and_after_a_moment_without() {
    let desk = big();
    for says in [true, false] {
        let play = part(move |mut peer: Peer| {
            let asked = peer.head();
            if says {
                peer.say("HTTP/1.1 100 Continue\r\n\r\n");
            }
            let came = peer.octets(2 << 20).len();
            peer.answer("200 OK", "");
            (asked, came)
        });
        let (ran, kept) = desk.run("post {url}/in big", Feed::Nothing, vec![play]);
        ran.must("100", 0, &[]);
        assert_eq!(kept[0].1, 2 << 20);
        // How long it takes where 100 came is the machine's affair.
        assert!(says || ran.took >= Duration::from_millis(900), "{:?}", ran.took);
    }
}

#[test]
fn a_417_is_asked_again_without_it_once() {
    let desk = big();
    let refuses = || {
        part(|mut peer: Peer| {
            let asked = peer.head();
            peer.answer("417 What", "");
            Some(asked)
        })
    };
    let (ran, kept) = desk.run("post {url}/in big", Feed::Nothing, vec![refuses(), answering("200 OK", "")]);
    ran.must("417", 0, &[]);
    let asked: Vec<&Asked> = kept.iter().flatten().collect();
    assert_eq!((asked[0].field("expect"), asked[1].field("expect")), (Some("100-continue"), None));
    assert_eq!(asked[1].body.len(), 2 << 20);
    let (ran, kept) = desk.run("post {url}/in big", Feed::Nothing, vec![refuses(), refuses(), refuses()]);
    ran.must("417 again", 49, &[]);
    assert_eq!(kept.len(), 2);
}

#[test]
fn a_stream_is_not_lost_to_a_challenge_or_a_redirect_that_comes_first() {
    let desk = Desk::new();
    desk.file("pw", "tiger7\n");
    let first = |status: &'static str, field: &'static str| {
        part(move |mut peer: Peer| {
            let asked = peer.head();
            peer.answer(status, field);
            Some(asked)
        })
    };
    for (parts, options) in [
        (
            first("401 Who", "WWW-Authenticate: Digest realm=x, nonce=n, qop=auth\r\n"),
            "--user ada --password-file pw",
        ),
        (first("307 There", "Location: /b\r\n"), ""),
    ] {
        let words = format!("post {{url}}/in --size 5 --content-type a/b {options}");
        let (ran, kept) = desk.run(&words, Feed::Octets(b"hello"), vec![parts, answering("200 OK", "")]);
        ran.must(&words, 0, &[]);
        assert_eq!(kept[1].as_ref().unwrap().body, b"hello", "{words}");
    }
}

#[test]
fn small_files_do_not_wait() {
    let desk = Desk::new();
    let (ran, kept) = desk.post("", vec![answering("200 OK", "")]);
    ran.must("small", 0, &[]);
    assert!(kept[0].as_ref().unwrap().field("expect").is_none());
}
