//! Dovecot's submission server: every mechanism that it has, over STARTTLS and over TLS from the first byte.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::Output;
use std::thread;

use super::corpus::Cover;
use super::keepers::dumped;
use super::matrix::Peer;
use super::mta::{Mta, without_its_way};
use super::octets::assert_same;
use crate::fixture::content::canonical;

const NOTE: &[u8] =
    b"Date: Fri, 21 Nov 2025 10:00:00 +0000\nMessage-ID: <1@d.example>\nFrom: a@d.example\n\nhello\n";
const TOKEN: &str = "good-token";

/// The mechanisms that take the password.
pub(super) const BY_PASSWORD: [&str; 6] =
    ["auto", "plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256"];

/// Dovecot, and whoever it hands the mail on to.
pub(super) struct House {
    pub(super) dovecot: Mta,
    relay: Mta,
}

impl House {
    pub(super) fn new() -> Option<Self> {
        let relay = Mta::smtp_sink(&[])?;
        let dovecot = Mta::dovecot(relay.ports[1], tokens())?;
        Some(Self { dovecot, relay })
    }

    /// Both ways in.
    fn doors(&self) -> [String; 2] {
        let [starttls, first, _] = self.dovecot.ports;
        [format!("--server=smtp://127.0.0.1:{starttls}"), format!("--server=smtps://127.0.0.1:{first}")]
    }

    fn send(&self, words: &[&str]) -> Output {
        self.dovecot.send(NOTE, &[&["--to=b@d.example", "--user=alice", "-vv"], words].concat())
    }

    /// The log-on is taken, and the message arrives octet for octet.
    fn takes(&self, words: &[&str], mechanism: &str) {
        let message = self.relay.delivered(|| {
            let output = self.send(words);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{words:?}: {said}");
            let spoken = format!("AUTH {} (masked)", mechanism.to_uppercase());
            assert!(said.contains(&spoken), "{words:?}: {said}");
        });
        assert_same("behind dovecot", NOTE, without_its_way(dumped(&message)));
    }

    fn refuses(&self, words: &[&str]) {
        let output = self.send(words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(24), "{words:?}: {said}");
        assert!(said.contains("refused the log-on\n"), "{words:?}: {said}");
        assert!(!said.contains("MAIL FROM"), "{words:?}: {said}");
        assert!(self.relay.is_empty(), "{words:?}");
    }
}

/// Answers who asks about a token; it ends with the test program. Gives its port.
fn tokens() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let head: Vec<String> = BufReader::new(&socket)
                .lines()
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .collect();
            let good = head.first().is_some_and(|line| line.contains(&format!("={TOKEN} ")));
            let (status, body) = if good {
                ("200 OK", r#"{"active":"true","username":"alice"}"#)
            } else {
                ("401 Unauthorized", r#"{"active":"false"}"#)
            };
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            let _ = (&socket).write_all(answer.as_bytes());
        }
    });
    port
}

/// Its verdicts are those of the server that it hands each message on to before it answers.
#[test]
fn dovecot_holds_the_matrix_with_smtp_server_behind_it() {
    let Some(relay) = Mta::smtp_server("smtp") else { return };
    let Some(dovecot) = Mta::dovecot(relay.ports[0], 1) else { return };
    Peer {
        kept_by: &relay,
        in_one_file: true,
        first: Some(dovecot.ports[1]),
        words: &["--user=alice", "--password-file=password", "--auth=plain"],
        takes: |way| way.cover != Cover::Clear || !way.stream,
        form: canonical,
        without: |message| without_its_way(without_its_way(message)),
        defers: true,
        ..Peer::at("Dovecot submission", &dovecot, dovecot.ports[0])
    }
    .holds();
}

#[test]
fn dovecot_takes_every_log_on_by_both_roads() {
    let Some(house) = House::new() else { return };
    for door in house.doors() {
        for mechanism in BY_PASSWORD {
            let auth = format!("--auth={mechanism}");
            let spoken = if mechanism == "auto" { "scram-sha-256" } else { mechanism };
            house.takes(&[&door, &auth, "--password-file=password"], spoken);
        }
        for mechanism in ["xoauth2", "oauthbearer"] {
            house.takes(&[&door, &format!("--auth={mechanism}"), "--token-file=token"], mechanism);
        }
    }
}

#[test]
fn dovecot_refuses_a_wrong_password_and_a_wrong_token() {
    let Some(house) = House::new() else { return };
    let [starttls, first] = house.doors();
    for (at, mechanism) in BY_PASSWORD.into_iter().enumerate() {
        let door = if at % 2 == 0 { &starttls } else { &first };
        house.refuses(&[door, &format!("--auth={mechanism}"), "--password-file=wrong"]);
    }
    for mechanism in ["xoauth2", "oauthbearer"] {
        house.refuses(&[&first, &format!("--auth={mechanism}"), "--token-file=wrong"]);
    }
}
