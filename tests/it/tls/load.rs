//! Much at once over one TLS session: large messages, many recipients, many messages.

use std::fmt::Write as _;
use std::sync::Arc;

use super::server::{Door, NOTE, PATIENCE, Stage, line, mail_server, message};
use crate::fixture::content::{canonical, stuffed};

#[test]
fn twenty_megabytes_arrive_octet_for_octet() {
    let stage = Stage::new();
    let mut body = NOTE.as_bytes().to_vec();
    let mut number = 1u32;
    while body.len() < 20 << 20 {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let length = number >> 24;
        body.extend((0..length).map(|at| b'.' + ((number >> (at % 24)) & 63) as u8));
        body.push(b'\n');
    }
    stage.file("big.eml", &body);
    let wanted = stuffed(&canonical(&body));
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let door = Door::speaking(&stage.good(), &[version]);
        let words = "send big.eml --server smtp://127.0.0.1:{port} --tls required --ca-file ca.pem";
        let (ran, kept) = stage.run(words, |pipe| mail_server(&door, pipe));
        ran.must("20 MB", 0, &[]);
        assert!(kept.messages == [&wanted[..]], "another message arrived");
    }
}

/// Addresses as long as they may be, so that a thousand of them fill every buffer on the way.
fn recipients(many: usize) -> String {
    let domain = ["d".repeat(60), "e".repeat(60), "f".repeat(60), "example".to_owned()].join(".");
    (0..many).fold(String::new(), |mut list, at| {
        let _ = writeln!(list, "recipient-number-{at:0>40}@{domain}");
        list
    })
}

#[test]
fn a_thousand_recipients_do_not_hold_a_server_that_reads_slowly_and_answers_at_length() {
    let stage = Stage::new();
    stage.file("list", recipients(1000));
    let config = stage.good().server(rustls::ALL_VERSIONS, None);
    let words = "send note.eml --server smtps://127.0.0.1:{port} --tls required --ca-file ca.pem \
                 --from a@d.example --to-file list --timeout 10";
    let (ran, heard) = stage.run(words, |pipe| {
        let mut pipe = pipe.secured(config, PATIENCE).unwrap();
        pipe.say(b"220 fixture\r\n").unwrap();
        line(&mut pipe);
        pipe.say(b"250-fixture\r\n250 PIPELINING\r\n").unwrap();
        let long = format!("250-{}\r\n", "x".repeat(480)).repeat(8) + "250 2.1.5 ok\r\n";
        let mut heard = 0;
        // One command is read, and its answer given to the last octet before the next one is read.
        loop {
            match line(&mut pipe).as_deref() {
                Some("DATA") => break,
                Some(command) => {
                    heard += usize::from(command.starts_with("RCPT"));
                    pipe.say(long.as_bytes()).unwrap();
                }
                None => return heard,
            }
        }
        pipe.say(b"354 go on\r\n").unwrap();
        message(&mut pipe).unwrap();
        pipe.say(b"250 2.0.0 queued\r\n").unwrap();
        heard
    });
    ran.must("1,000 recipients", 0, &[]);
    assert_eq!((heard, ran.json["recipients"].as_array().unwrap().len()), (1000, 1000));
}

#[test]
fn many_messages_go_over_one_session() {
    let stage = Stage::new();
    let mut words = "send".to_owned();
    let mut wanted = Vec::new();
    for at in 0..50 {
        let text = format!("{NOTE}.message {at}\n");
        stage.file(&format!("{at}.eml"), &text);
        let _ = write!(words, " {at}.eml");
        wanted.push(stuffed(&canonical(text.as_bytes())));
    }
    words.push_str(" --server smtp://127.0.0.1:{port} --tls required --ca-file ca.pem");
    for secured_offers in [vec!["PIPELINING"], vec![]] {
        let door = Door { secured_offers, ..Door::showing(&stage.good()) };
        let (ran, kept) = stage.run(&words, |pipe| mail_server(&door, pipe));
        ran.must("50 messages", 0, &[]);
        assert_eq!(kept.messages, wanted);
        assert_eq!(kept.clear.len(), 2, "{:?}", kept.clear);
    }
}

#[test]
fn a_server_that_gives_many_tickets_is_heard() {
    let stage = Stage::new();
    let mut config = (*stage.good().server(&[&rustls::version::TLS13], None)).clone();
    config.send_tls13_tickets = 100;
    let door = Door::new(Arc::new(config));
    for door in [door.clone(), door.at_first()] {
        let (ran, kept) = stage.send(&door, "--tls required --ca-file ca.pem");
        ran.must("tickets", 0, &[]);
        assert_eq!(kept.messages.len(), 1);
    }
}
