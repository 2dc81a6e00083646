//! Further tries: of what is certainly not there, or under a key; never of what may be there without one.

use super::server::{Asked, Desk, Feed, NOTE, Part, Peer, answering, part};
use std::time::Duration;

/// Takes everything and leaves without a word.
fn mute() -> Part<'static, Option<Asked>> {
    part(|mut peer: Peer| peer.whole())
}

#[test]
fn what_is_put_off_is_tried_again_when_the_server_says() {
    let desk = Desk::new();
    let (ran, kept) = desk.post(
        "--retry 2 -v",
        vec![
            answering("503 Later", "Retry-After: 0\r\n"),
            answering("429 Many", "Retry-After: 1\r\n"),
            answering("200 OK", ""),
        ],
    );
    ran.must("third time", 0, &["mailxport: waiting 1 s"]);
    assert_eq!(kept.iter().flatten().filter(|asked| asked.body == NOTE.as_bytes()).count(), 3);
    assert!(ran.took >= Duration::from_secs(1));
    let later = || answering("503 Later", "Retry-After: 0\r\n");
    let (ran, kept) = desk.post("--retry 1", vec![later(), later(), later()]);
    ran.must("used up", 80, &[]);
    assert_eq!(kept.len(), 2);
    let (ran, kept) = desk.post("", vec![later(), later()]);
    ran.must("not asked for", 80, &[]);
    assert_eq!(kept.len(), 1);
}

#[test]
fn a_refusal_for_good_and_a_wait_beyond_the_deadline_are_not_tried_again() {
    let desk = Desk::new();
    for (status, field, options, exit) in [
        ("413 Large", "", "", 109),
        ("503 Later", "Retry-After: 100\r\n", "--deadline 5", 80),
        ("503 Later", "Retry-After: 100000\r\n", "", 80),
    ] {
        let (ran, kept) = desk
            .post(&format!("--retry 3 {options}"), vec![answering(status, field), answering("200 OK", "")]);
        ran.must(status, exit, &[]);
        assert_eq!(kept.len(), 1, "{status}");
        assert!(ran.took < Duration::from_secs(60));
    }
}

#[test]
fn what_may_be_there_is_tried_again_only_under_a_key() {
    let desk = Desk::new();
    for part in [
        mute as fn() -> Part<'static, Option<Asked>>,
        || answering("502 Gateway", ""),
        || answering("504 Late", ""),
    ] {
        let (ran, kept) = desk.post("--retry 3", vec![part(), answering("200 OK", "")]);
        assert!(matches!(ran.exit, Some(40 | 63 | 81)), "{ran:?}");
        assert_eq!(kept.len(), 1);
        let (ran, kept) = desk.post(
            "--retry 3 --retry-delay 0.1 --idempotency-key auto",
            vec![part(), answering("200 OK", "")],
        );
        ran.must("under a key", 0, &[]);
        let keys: Vec<&str> =
            kept.iter().flatten().filter_map(|asked| asked.field("idempotency-key")).collect();
        assert!(keys.len() == 2 && keys[0] == keys[1] && keys[0].len() == 32, "{keys:?}");
    }
    let (ran, kept) = desk
        .post("--retry 1 --retry-delay 0.1 --idempotency-key k1", vec![mute(), answering("503 Later", "")]);
    ran.must("it stays unknown", 40, &["mailxport: unknown: "]);
    assert_eq!(kept[1].as_ref().unwrap().field("idempotency-key"), Some("k1"));
}

#[test]
fn a_stream_is_not_posted_twice_and_one_that_was_not_read_is_kept() {
    let desk = Desk::new();
    let words = "post {url}/in --size 5 --content-type a/b --retry 3";
    let (ran, kept) =
        desk.run(words, Feed::Octets(b"hello"), vec![answering("503 Later", ""), answering("200 OK", "")]);
    ran.must("read", 80, &[]);
    assert_eq!(kept.len(), 1);
    let first = part(|mut peer: Peer| {
        let asked = peer.head();
        peer.answer("503 Later", "Retry-After: 0\r\n");
        Some(asked)
    });
    let (ran, kept) = desk.run(words, Feed::Octets(b"hello"), vec![first, answering("200 OK", "")]);
    ran.must("not read", 0, &[]);
    assert_eq!(kept[1].as_ref().unwrap().body, b"hello");
}

#[test]
fn nobody_listening_is_tried_again_and_a_key_is_judged_first() {
    let desk = Desk::new();
    let (ran, _) = desk.run::<()>(
        "post http://127.0.0.1:1/in note.eml --retry 1 --retry-delay 1 -v",
        Feed::Nothing,
        vec![],
    );
    ran.must("nobody", 14, &["mailxport: waiting 1 s"]);
    let (ran, _) =
        desk.run::<()>("post http://127.0.0.1:1/in note.eml --idempotency-key a~b", Feed::Nothing, vec![]);
    ran.must("a key with a blank", 2, &["--idempotency-key takes"]);
}
