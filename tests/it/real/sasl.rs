//! Postfix that asks Dovecot who logs on: every mechanism that Dovecot has, only under TLS, and nobody there to be asked.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Output;
use std::thread;

use super::dovecot::{BY_PASSWORD, House};
use super::mta::{Mta, without_its_way};
use super::octets::assert_same;

const NOTE: &[u8] =
    b"Date: Fri, 21 Nov 2025 10:00:00 +0000\nMessage-ID: <1@d.example>\nFrom: a@d.example\n\nhello\n";

/// Postfix, and the Dovecot that it asks.
struct Pair {
    postfix: Mta,
    _house: House,
}

impl Pair {
    fn new() -> Option<Self> {
        let house = House::new()?;
        Some(Self { postfix: Mta::postfix_asking(&house.dovecot.path("run/auth-client"))?, _house: house })
    }

    /// By STARTTLS, and with TLS from the first byte.
    fn doors(&self) -> [String; 2] {
        let [starttls, first, _] = self.postfix.ports;
        [format!("--server=smtp://127.0.0.1:{starttls}"), format!("--server=smtps://127.0.0.1:{first}")]
    }

    fn send(&self, words: &[&str]) -> Output {
        self.postfix.send(NOTE, &[&["--to=b@d.example", "-vv"], words].concat())
    }

    fn takes(&self, words: &[&str], mechanism: &str) {
        let message = self.postfix.delivered(|| {
            let output = self.send(words);
            let spoken = format!("AUTH {} (masked)", mechanism.to_uppercase());
            must(&output, words, 0, &spoken);
        });
        assert!(String::from_utf8_lossy(&message).contains("with ESMTPSA"), "{words:?}");
        assert_same("after a log-on", NOTE, without_its_way(&message));
    }

    fn refuses(&self, words: &[&str], exit: i32, said: &str) -> String {
        let output = self.send(words);
        must(&output, words, exit, said);
        assert!(self.postfix.is_empty(), "{words:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

fn must(output: &Output, words: &[&str], exit: i32, said: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let holds = output.status.code() == Some(exit) && stderr.contains(said);
    assert!(holds, "{words:?}: {}: {stderr}", output.status);
}

#[test]
fn postfix_takes_every_log_on_of_dovecot_by_both_roads() {
    let Some(pair) = Pair::new() else { return };
    for door in pair.doors() {
        for mechanism in BY_PASSWORD {
            let spoken = if mechanism == "auto" { "scram-sha-256" } else { mechanism };
            let auth = format!("--auth={mechanism}");
            pair.takes(&[&door, "--user=alice", &auth, "--password-file=password"], spoken);
        }
        for mechanism in ["xoauth2", "oauthbearer"] {
            let auth = format!("--auth={mechanism}");
            pair.takes(&[&door, "--user=alice", &auth, "--token-file=token"], mechanism);
        }
    }
}

#[test]
fn postfix_refuses_a_wrong_password_and_whoever_has_none() {
    let Some(pair) = Pair::new() else { return };
    let [starttls, first] = pair.doors();
    for (at, mechanism) in BY_PASSWORD.into_iter().enumerate() {
        let (door, auth) = (if at % 2 == 0 { &starttls } else { &first }, format!("--auth={mechanism}"));
        let words = [door, "--user=alice", &auth, "--password-file=wrong"];
        let said = pair.refuses(&words, 24, "refused the log-on\n");
        assert!(said.contains("server: 535 5.7.8 ") && !said.contains("MAIL FROM"), "{auth}: {said}");
    }
    let said = pair.refuses(&[&starttls], 121, "refused the recipient <b@d.example>");
    assert!(!said.contains("> AUTH"), "{said}");
}

#[test]
fn postfix_offers_a_log_on_only_behind_starttls() {
    let Some(pair) = Pair::new() else { return };
    let [starttls, _] = pair.doors();
    let password = ["--user=alice", "--password-file=password"];
    let output = pair.send(&[&[&starttls[..]], &password[..]].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let (clear, secured) = said.split_once("> STARTTLS").unwrap_or_else(|| panic!("{said}"));
    assert!(clear.contains("< 250") && !clear.contains("AUTH") && secured.contains("AUTH PLAIN"), "{said}");
    let words = [&["--to=b@d.example", &starttls, "--tls=off", "-vv"], &password[..]].concat();
    let output = pair.postfix.run(NOTE, &words);
    must(&output, &words, 91, "the server offers no log-on here");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("> AUTH") && !said.contains("> MAIL"), "{said}");
}

/// Speaks Dovecot's side of the talk until somebody wants to log on, and has gone then; it ends with the test program.
fn leaves_when_asked(socket: &Path) {
    let listener = UnixListener::bind(socket).unwrap();
    fs::set_permissions(socket, Permissions::from_mode(0o666)).unwrap();
    let socket = socket.to_owned();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        (&stream).write_all(b"VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nDONE\n").unwrap();
        let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.starts_with("AUTH\t")));
        fs::remove_file(socket).unwrap();
    });
}

#[test]
fn nobody_there_to_judge_a_log_on_is_trouble_for_now() {
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), Permissions::from_mode(0o755)).unwrap();
    let socket = place.path().join("auth");
    leaves_when_asked(&socket);
    let Some(postfix) = Mta::postfix_asking(&socket) else { return };
    let server = format!("--server=smtp://127.0.0.1:{}", postfix.ports[0]);
    let words = [&server[..], "--to=b@d.example", "--user=alice", "--password-file=password"];
    let output = postfix.send(NOTE, &words);
    must(&output, &words, 95, "put off the log-on\n  server: 454 4.7.0 Temporary authentication failure");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["class"], &json["stage"]), (&"temporary".into(), &"login".into()));
    assert!(postfix.is_empty());
}
