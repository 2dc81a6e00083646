//! Certificates are judged by the clock of the moment of the handshake, wherever it was set before or is set after it.

use std::sync::Arc;
use std::time::Instant;

use rustls::ServerConfig;

use super::server::{PATIENCE, Stage, line, message};
use crate::fixture::certificates::Draft;
use crate::fixture::clock::Clock;
use crate::fixture::pipe::Pipe;

/// Serves one message; the clock is set ahead of the greeting, of the handshake, or behind it.
fn serve(pipe: Pipe, config: &Arc<ServerConfig>, set: impl Fn(&str)) -> Option<Vec<u8>> {
    let mut pipe = pipe;
    set("greeting");
    pipe.say(b"220 fixture\r\n").ok()?;
    line(&mut pipe)?;
    pipe.say(b"250-fixture\r\n250 STARTTLS\r\n").ok()?;
    line(&mut pipe)?;
    set("handshake");
    pipe.say(b"220 go on\r\n").ok()?;
    let mut pipe = pipe.secured(Arc::clone(config), PATIENCE).ok()?;
    set("session");
    loop {
        match line(&mut pipe)?.as_str() {
            "DATA" => break,
            _ => pipe.say(b"250 ok\r\n").ok()?,
        }
    }
    pipe.say(b"354 go on\r\n").ok()?;
    let message = message(&mut pipe)?;
    pipe.say(b"250 queued\r\n").ok()?;
    pipe.line(Instant::now() + PATIENCE);
    Some(message)
}

#[test]
fn a_certificate_is_judged_by_the_clock_of_the_handshake() {
    let Some(clock) = Clock::new() else { return };
    let stage = Stage::new();
    let of_two_days = || Draft::of_this_host().for_days(2);
    let of_tomorrow = || Draft::of_this_host().from(2090);
    for (case, draft, before, at, exit) in [
        ("as it is", of_two_days(), "+0", ("greeting", "+0"), 0),
        ("a day ahead", of_two_days(), "+0", ("greeting", "+1d"), 0),
        ("a year ahead", of_two_days(), "+0", ("greeting", "+1y"), 34),
        ("a year ahead, last of all", of_two_days(), "+0", ("handshake", "+1y"), 34),
        ("back in time", of_two_days(), "+1y", ("handshake", "+0"), 0),
        ("a year ahead, too late", of_two_days(), "+0", ("session", "+1y"), 0),
        ("not yet", of_tomorrow(), "+0", ("session", "@2095-01-01 00:00:00"), 34),
        ("by then", of_tomorrow(), "+0", ("handshake", "@2095-01-01 00:00:00"), 0),
        ("before all time", of_two_days(), "+0", ("handshake", "@1969-12-31 12:00:00"), 34),
        ("behind all time", of_two_days(), "+0", ("handshake", "+12000y"), 34),
        ("behind all time, too late", of_two_days(), "+0", ("session", "+12000y"), 0),
    ] {
        clock.set(before);
        let paper = stage.authority.sign(&draft);
        let config = paper.server(rustls::ALL_VERSIONS, None);
        let words =
            "send note.eml --server smtp://127.0.0.1:{port} --tls required --ca-file ca.pem --deadline 60";
        let (ran, kept) = stage.run_with(words, &clock.environment(), |pipe| {
            serve(pipe, &config, |now| {
                if now == at.0 {
                    clock.set(at.1);
                }
            })
        });
        ran.must(case, exit, &[]);
        assert_eq!(kept.is_some(), exit == 0, "{case}");
        if exit == 34 {
            assert!(ran.stderr.contains("look at the clock of this machine too"), "{case}: {}", ran.stderr);
        }
    }
}
