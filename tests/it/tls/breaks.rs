//! Sessions that end too early: what was cut off is a lost connection, and only a whole reply counts.

use std::sync::Arc;
use std::time::Duration;

use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};

use super::server::{NOTE, PATIENCE, Ran, Stage, line, message};
use crate::fixture::pipe::Pipe;

/// Leads a session up to the 354 and hands it over.
fn up_to_data(pipe: Pipe, config: Arc<ServerConfig>) -> Pipe {
    let mut pipe = pipe.secured(config, PATIENCE).unwrap();
    pipe.say(b"220 fixture\r\n").unwrap();
    for reply in ["250 fixture", "250 ok", "250 ok", "354 go on"] {
        line(&mut pipe).unwrap();
        pipe.say(format!("{reply}\r\n").as_bytes()).unwrap();
    }
    pipe
}

const WORDS: &str = "--server smtps://127.0.0.1:{port} --tls required --ca-file ca.pem";

fn after_data(stage: &Stage, file: &str, serve: impl FnOnce(Pipe) + Send) -> Ran {
    after_data_by(rustls::ALL_VERSIONS, stage, file, serve)
}

fn after_data_by(
    versions: &[&'static SupportedProtocolVersion],
    stage: &Stage,
    file: &str,
    serve: impl FnOnce(Pipe) + Send,
) -> Ran {
    let config = stage.good().server(versions, None);
    let words = format!("send {file} {WORDS} --timeout 5");
    stage.run(&words, |pipe| serve(up_to_data(pipe, config))).0
}

/// A message that does not fit into the buffers on the way.
fn big() -> Vec<u8> {
    [NOTE.as_bytes(), &b"a line of the message, of many\n".repeat(1 << 18)].concat()
}

#[test]
fn a_session_cut_in_the_middle_of_the_message_is_a_lost_connection() {
    let stage = Stage::new();
    stage.file("big.eml", big());
    type End = fn(Pipe);
    for (case, end) in
        [("without a farewell", Pipe::cut as End), ("with one", Pipe::close), ("with a reset", Pipe::reset)]
    {
        let ran = after_data(&stage, "big.eml", |mut pipe| {
            line(&mut pipe);
            end(pipe);
        });
        ran.must(case, 15, &["lost 127.0.0.1:", "in the middle of the message", "its end was not sent"]);
        assert_eq!(ran.json["tls"]["verified"], true, "{case}");
    }
}

#[test]
fn a_session_cut_behind_the_354_was_lost_before_the_end_of_the_message() {
    let stage = Stage::new();
    stage.file("big.eml", big());
    for end in [Pipe::cut as fn(Pipe), Pipe::close] {
        let ran = after_data(&stage, "big.eml", end);
        ran.must("behind the 354", 15, &["in the middle of the message"]);
    }
}

#[test]
fn a_session_cut_after_the_dot_leaves_the_outcome_unknown() {
    let stage = Stage::new();
    for (case, answer) in
        [("nothing", ""), ("half a line", "250 2.0.0 queu"), ("a line of two", "250-2.0.0 queued\r\n")]
    {
        for end in [Pipe::cut as fn(Pipe), Pipe::close] {
            let ran = after_data(&stage, "note.eml", |mut pipe| {
                message(&mut pipe).unwrap();
                let _ = pipe.say(answer.as_bytes());
                end(pipe);
            });
            ran.must(case, 40, &["mailxport: unknown: lost 127.0.0.1:", "may deliver it twice"]);
            assert_eq!(ran.json["verdict"], "unknown", "{case}");
        }
    }
}

#[test]
fn a_session_cut_behind_the_250_changes_nothing() {
    let stage = Stage::new();
    for (end, is_reset) in [(Pipe::cut as fn(Pipe), false), (Pipe::close, false), (Pipe::reset, true)] {
        let ran = after_data(&stage, "note.eml", |mut pipe| {
            message(&mut pipe).unwrap();
            pipe.say(b"250 2.0.0 queued as 4711\r\n").unwrap();
            if is_reset {
                // A reset may overtake what was said; so it comes when the verdict was heard.
                line(&mut pipe);
            }
            end(pipe);
        });
        ran.must("behind the 250", 0, &[]);
        assert_eq!(ran.json["queue_id"], "4711");
        assert_eq!(ran.stderr, "");
    }
}

#[test]
fn by_both_versions_a_cut_is_judged_by_what_was_said_before_it() {
    let stage = Stage::new();
    stage.file("big.eml", big());
    for version in [&TLS12, &TLS13] {
        for end in [Pipe::cut as fn(Pipe), Pipe::close] {
            let ran = after_data_by(&[version], &stage, "big.eml", |mut pipe| {
                line(&mut pipe);
                end(pipe);
            });
            ran.must("in the message", 15, &["in the middle of the message"]);
            for (said, exit, verdict) in
                [("", 40, "unknown"), ("250 2.0.0 queu", 40, "unknown"), ("250 ok\r\n", 0, "accepted")]
            {
                let ran = after_data_by(&[version], &stage, "note.eml", |mut pipe| {
                    message(&mut pipe).unwrap();
                    let _ = pipe.say(said.as_bytes());
                    end(pipe);
                });
                ran.must(said, exit, &[]);
                assert_eq!(ran.json["verdict"], verdict, "{said}");
            }
        }
    }
}

#[test]
fn a_verdict_counts_whatever_comes_behind_it() {
    let stage = Stage::new();
    // A record that nobody can open, one that was never sealed, and no TLS at all.
    for spoilt in [
        &b"\x17\x03\x03\x00\x20this can be opened by nobody......"[..],
        b"\x15\x03\x03\x00\x02\x02\x50",
        b"250 x\r\n",
    ] {
        let ran = after_data(&stage, "note.eml", |mut pipe| {
            message(&mut pipe).unwrap();
            pipe.say_and_spoil(b"250 2.0.0 queued as 4711\r\n", spoilt).unwrap();
            line(&mut pipe);
        });
        ran.must("behind the 250", 0, &[]);
        assert_eq!(ran.json["queue_id"], "4711");
    }
}

#[test]
fn what_comes_in_clear_under_tls_is_no_verdict() {
    let stage = Stage::new();
    for (said, spoilt) in
        [("", "250 2.0.0 queued\r\n"), ("250 2.0.0 que", "ued\r\n"), ("250-queued\r\n", "250 x\r\n")]
    {
        let ran = after_data(&stage, "note.eml", |mut pipe| {
            message(&mut pipe).unwrap();
            pipe.say_and_spoil(said.as_bytes(), spoilt.as_bytes()).unwrap();
            line(&mut pipe);
        });
        ran.must(said, 40, &["mailxport: unknown: lost 127.0.0.1:"]);
    }
}

#[test]
fn a_session_cut_in_the_greeting_is_a_lost_connection() {
    let stage = Stage::new();
    for said in ["", "220 fix", "220-fixture\r\n"] {
        let config = stage.good().server(rustls::ALL_VERSIONS, None);
        let (ran, ()) = stage.run(&format!("send note.eml {WORDS}"), |pipe| {
            let mut pipe = pipe.secured(config, PATIENCE).unwrap();
            let _ = pipe.say(said.as_bytes());
            pipe.cut();
        });
        ran.must(said, 15, &["lost 127.0.0.1:", "before the greeting"]);
    }
}

/// Reads nothing for so long that every buffer on the way is full.
fn until_the_client_is_stuck(pipe: &mut Pipe) {
    line(pipe);
    assert!(!pipe.until_left(Duration::from_millis(300)));
}

#[test]
fn a_refusal_in_the_middle_of_the_message_is_heard_though_nothing_more_is_read() {
    let stage = Stage::new();
    stage.file("big.eml", big());
    let ran = after_data(&stage, "big.eml", |mut pipe| {
        until_the_client_is_stuck(&mut pipe);
        pipe.say(b"552 5.3.4 too much\r\n").unwrap();
        assert!(pipe.until_left(PATIENCE));
    });
    ran.must("a refusal", 109, &["refused the message", "server: 552 5.3.4 too much"]);
    assert!(ran.took < Duration::from_secs(4), "{:?}", ran.took);
}

#[test]
fn a_server_that_says_farewell_in_the_middle_of_the_message_is_heard_at_once() {
    let stage = Stage::new();
    stage.file("big.eml", big());
    let ran = after_data(&stage, "big.eml", |mut pipe| {
        until_the_client_is_stuck(&mut pipe);
        pipe.hush();
        assert!(pipe.until_left(PATIENCE));
    });
    ran.must("a farewell", 15, &["in the middle of the message"]);
    assert!(ran.took < Duration::from_secs(4), "{:?}", ran.took);
}

#[test]
fn a_server_that_reads_nothing_more_is_given_up_after_the_limit() {
    let stage = Stage::new();
    stage.file("big.eml", big());
    let config = stage.good().server(rustls::ALL_VERSIONS, None);
    let (ran, ()) = stage.run(&format!("send big.eml {WORDS} --timeout 1"), |pipe| {
        let pipe = up_to_data(pipe, config);
        assert!(pipe.until_left(PATIENCE));
    });
    ran.must("a stall", 25, &["took nothing of the message for 1 s"]);
    assert!(ran.took < Duration::from_secs(8), "{:?}", ran.took);
}
