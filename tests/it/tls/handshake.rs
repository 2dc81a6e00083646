//! Versions, client certificates, and servers that do not shake hands at all.

use std::time::Duration;

use rustls::version::{TLS12, TLS13};

use super::server::{Door, PATIENCE, Stage, line, mail_server};
use crate::fixture::certificates::{Authority, Draft};

#[test]
fn both_versions_are_spoken_and_told() {
    let stage = Stage::new();
    let paper = stage.good();
    for (version, name, options) in [
        (&TLS12, "TLSv1.2", ""),
        (&TLS13, "TLSv1.3", ""),
        (&TLS12, "TLSv1.2", "--tls-min 1.2"),
        (&TLS13, "TLSv1.3", "--tls-min 1.3"),
    ] {
        for door in [Door::speaking(&paper, &[version]), Door::speaking(&paper, &[version]).at_first()] {
            let (ran, kept) = stage.send(&door, &format!("--tls required --ca-file ca.pem {options}"));
            ran.must(name, 0, &[]);
            let tls = &ran.json["tls"];
            assert_eq!((&tls["version"], &tls["verified"]), (&name.into(), &true.into()));
            assert!(tls["cipher"].as_str().is_some_and(|cipher| cipher.starts_with("TLS")), "{tls}");
            let uses_starttls = ran.json["extensions"].as_array().unwrap().contains(&"STARTTLS".into());
            assert_eq!((uses_starttls, kept.messages.len()), (!door.first, 1));
        }
    }
}

#[test]
fn a_server_that_is_too_old_is_refused() {
    let stage = Stage::new();
    let door = Door::speaking(&stage.good(), &[&TLS12]);
    for door in [door.clone(), door.at_first()] {
        let (ran, kept) = stage.send(&door, "--tls required --ca-file ca.pem --tls-min 1.3");
        ran.must(
            "1.2 only",
            26,
            &["TLS with 127.0.0.1:", " failed: the server sent the alert protocol version"],
        );
        assert!(!kept.has_envelope() && kept.no_tls.is_some(), "{kept:?}");
        assert_eq!(ran.json["name"], "IXP_E_SECURE_CONNECT_FAILED");
    }
}

#[test]
fn a_client_certificate_is_shown_where_it_is_wanted() {
    let stage = Stage::new();
    let clients = Authority::new("Client Authority");
    let paper = clients.sign(&Draft::of(&["ada"]).for_clients());
    let stranger = Authority::new("Stranger").sign(&Draft::of(&["eve"]).for_clients());
    stage.file("client.pem", paper.pem());
    stage.file("client.key", paper.key_pem());
    stage.file("both.pem", paper.pem() + &paper.key_pem());
    stage.file("stranger.pem", stranger.pem() + &stranger.key_pem());
    for version in [&TLS12, &TLS13] {
        let door = Door::new(stage.good().server(&[version], Some(&clients)));
        for door in [door.clone(), door.at_first()] {
            for shown in ["--client-cert client.pem --client-key client.key", "--client-cert both.pem"] {
                let (ran, kept) = stage.send(&door, &format!("--tls required --ca-file ca.pem {shown}"));
                ran.must(shown, 0, &[]);
                assert_eq!(kept.messages.len(), 1);
            }
            for options in [
                "--tls required --ca-file ca.pem",
                "--tls required --ca-file ca.pem --client-cert stranger.pem",
                "--tls required --insecure",
                "",
            ] {
                let (ran, kept) = stage.send(&door, options);
                ran.must(options, 26, &["TLS with 127.0.0.1:", " failed: the server sent the alert "]);
                assert!(!kept.has_envelope() && kept.no_tls.is_some(), "{kept:?}");
            }
        }
    }
}

#[test]
fn a_plain_greeting_where_tls_was_to_begin_is_recognised() {
    let stage = Stage::new();
    for greeting in ["220 fixture ESMTP\r\n", "220-fixture\r\n220 ESMTP\r\n", "554 go away\r\n"] {
        let words = "send note.eml --server smtps://127.0.0.1:{port} --timeout 5";
        let (ran, heard) = stage.run(words, |mut pipe| {
            pipe.say(greeting.as_bytes()).unwrap();
            // A plain server hears the first part of a handshake as lines that make no sense.
            line(&mut pipe)
        });
        let first = greeting.split("\r\n").next().unwrap();
        ran.must(
            greeting,
            26,
            &[
                &format!("spoke in clear where TLS was to begin: {first}\n"),
                "hint: it may want STARTTLS: submission://HOST (587) or smtp://HOST (25)",
            ],
        );
        assert!(heard.is_none_or(|heard| !heard.contains("a@d.example")));
        assert!(ran.took < PATIENCE);
    }
}

#[test]
fn octets_that_are_no_tls_fail_the_handshake() {
    let stage = Stage::new();
    for octets in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"\0\0\0\0\0\0\0\0\0\0", b"\x16\x03\x01\xff\xff"]
    {
        let words = "send note.eml --server smtps://127.0.0.1:{port} --timeout 1";
        let (ran, ()) = stage.run(words, |mut pipe| {
            pipe.say(octets).unwrap();
            pipe.until_left(PATIENCE);
        });
        ran.must("no TLS", 26, &["127.0.0.1:"]);
    }
}

#[test]
fn a_port_that_waits_for_tls_is_silent_to_a_plain_client_and_the_hint_says_so() {
    let stage = Stage::new();
    let door = Door::showing(&stage.good()).at_first();
    let words = "send note.eml --server smtp://127.0.0.1:{port} --timeout 1";
    let (ran, kept) = stage.run(words, |pipe| mail_server(&door, pipe));
    ran.must("silence", 25, &["was silent for 1 s at the greeting", "smtps://HOST"]);
    assert!(!kept.has_envelope());
}

#[test]
fn a_stalled_handshake_ends_within_the_limit() {
    let stage = Stage::new();
    for (case, scheme) in [("at first", "smtps"), ("by STARTTLS", "smtp")] {
        let words =
            format!("send note.eml --server {scheme}://127.0.0.1:{{port}} --tls required --timeout 1");
        let (ran, ()) = stage.run(&words, |mut pipe| {
            if scheme == "smtp" {
                pipe.say(b"220 fixture\r\n").unwrap();
                line(&mut pipe);
                pipe.say(b"250-fixture\r\n250 STARTTLS\r\n").unwrap();
                line(&mut pipe);
                pipe.say(b"220 go on\r\n").unwrap();
            }
            assert!(pipe.until_left(PATIENCE));
        });
        ran.must(case, 25, &["was silent for 1 s at the TLS handshake", "hint: --timeout allows more time"]);
        assert!(ran.took < Duration::from_secs(8), "{case}: {:?}", ran.took);
        assert_eq!(ran.json["stage"], "secure");
    }
}

#[test]
fn a_handshake_that_drips_ends_within_the_limit() {
    let stage = Stage::new();
    let words = "send note.eml --server smtps://127.0.0.1:{port} --timeout 1";
    let (ran, ()) = stage.run(words, |mut pipe| {
        // The head of a record of 16,000 octets, then one octet at a time.
        let _ = pipe.say(b"\x16\x03\x03\x3e\x80");
        while !pipe.until_left(Duration::from_millis(50)) && pipe.say(b"\x02").is_ok() {}
    });
    ran.must("drip", 25, &["at the TLS handshake"]);
    assert!(ran.took < Duration::from_secs(8), "{:?}", ran.took);
}

#[test]
fn a_server_that_leaves_in_the_handshake_drops_the_connection() {
    let stage = Stage::new();
    let words = "send note.eml --server smtps://127.0.0.1:{port}";
    let (ran, ()) = stage.run(words, crate::fixture::pipe::Pipe::close);
    ran.must("closed", 15, &["lost 127.0.0.1:", "before the TLS handshake"]);
}
