//! Clients that others wrote: each sends a message, and what is kept is what that client is known to put on the wire.

use std::process::{Command, Stdio};
use std::{env, fs};

use super::{Running, envelope};
use crate::fixture::limit::finished;

/// A message with everything that dots and line ends can do to it.
const MESSAGE: &str = "From: a@d.example\r\nTo: b@d.example\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\
    Message-ID: <1@d.example>\r\nSubject: dots\r\n\r\n.one\r\n..two\r\n.\r\n\r\nlast.\r\n";

/// Tells whether a client is there; in CI it must be.
pub(super) fn is_installed(name: &str, version: &str) -> bool {
    let ran = Command::new(name)
        .arg(version)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let found = ran.is_ok_and(|status| status.success());
    assert!(found || env::var_os("CI").is_none(), "{name} is not installed");
    if !found {
        println!("skipped: {name} is not installed");
    }
    found
}

/// Runs a client that must succeed, with the message in `octets` as a file for it.
fn run(sink: &Running, octets: &[u8], arguments: &[&str]) {
    let (success, words) = attempt(sink, octets, arguments);
    assert!(success, "{arguments:?}: {words}");
}

/// Runs a client, with the message in `octets` as a file for it, and tells whether it succeeded and what it said.
pub(super) fn attempt(sink: &Running, octets: &[u8], arguments: &[&str]) -> (bool, String) {
    let file = sink.dir.path().join("message");
    fs::write(&file, octets).unwrap();
    let (host, port) = sink.address.rsplit_once(':').unwrap();
    let fill = |argument: &&str| {
        argument.replace("{host}", host).replace("{port}", port).replace("{file}", file.to_str().unwrap())
    };
    let arguments: Vec<_> = arguments.iter().map(fill).collect();
    let mut client = Command::new(&arguments[0]);
    client
        .args(&arguments[1..])
        .env("HOME", sink.dir.path())
        .stdin(fs::File::open(&file).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let output = finished(client.spawn().unwrap());
    let words = [output.stderr, output.stdout].concat();
    (output.status.success(), String::from_utf8_lossy(&words).into_owned())
}

fn assert_kept(sink: &Running, message: &str) {
    assert_eq!(String::from_utf8_lossy(&sink.message()), message);
    let envelope = envelope(&sink.files("new")[0]);
    assert_eq!((&envelope["from"], &envelope["protocol"]), (&"a@d.example".into(), &"ESMTP".into()));
    assert_eq!(envelope["to"][0]["address"], "b@d.example");
}

#[test]
fn curl_sends_a_file_as_it_is() {
    if !is_installed("curl", "--version") {
        return;
    }
    let sink = Running::keeping(&[]);
    let url = "smtp://{host}:{port}/curl.example";
    let envelope = ["--mail-from", "a@d.example", "--mail-rcpt", "b@d.example"];
    run(
        &sink,
        MESSAGE.as_bytes(),
        &[&["curl", "-sS", url][..], &envelope, &["--upload-file", "{file}"]].concat(),
    );
    assert_kept(&sink, MESSAGE);
}

#[test]
fn msmtp_sends_crlf() {
    if !is_installed("msmtp", "--version") {
        return;
    }
    let sink = Running::keeping(&[]);
    let server = ["--host={host}", "--port={port}", "--tls=off", "--auth=off"];
    let client = [&["msmtp"][..], &server, &["--from=a@d.example", "--", "b@d.example"]].concat();
    run(&sink, MESSAGE.replace("\r\n", "\n").as_bytes(), &client);
    assert_kept(&sink, MESSAGE);
}

#[test]
fn swaks_sends_crlf_and_an_empty_line_more() {
    if !is_installed("swaks", "--version") {
        return;
    }
    let sink = Running::keeping(&[]);
    let server = ["--server", "{host}", "--port", "{port}", "--helo", "swaks.example"];
    let envelope = ["--from", "a@d.example", "--to", "b@d.example", "--data", "-"];
    run(&sink, MESSAGE.replace("\r\n", "\n").as_bytes(), &[&["swaks"][..], &server, &envelope].concat());
    assert_kept(&sink, &format!("{MESSAGE}\r\n"));
}

#[test]
fn smtplib_sends_crlf() {
    if !is_installed("python3", "--version") {
        return;
    }
    let sink = Running::keeping(&[]);
    let program = "import smtplib, sys\n\
        with smtplib.SMTP('{host}', {port}, 'python.example') as smtp:\n    \
        smtp.sendmail('a@d.example', ['b@d.example'], open('{file}').read())\n";
    run(&sink, MESSAGE.replace("\r\n", "\n").as_bytes(), &["python3", "-c", program]);
    assert_kept(&sink, MESSAGE);
}

#[test]
fn smtplib_hears_each_recipient_over_lmtp() {
    if !is_installed("python3", "--version") {
        return;
    }
    let sink = Running::keeping(&["--reject", "rcpt=550:bad@*"]);
    let program = "import smtplib, sys\n\
        with smtplib.LMTP('{host}', {port}, 'python.example') as lmtp:\n    \
        refused = lmtp.sendmail('a@d.example', ['b@d.example', 'bad@d.example'], open('{file}', 'rb').read())\n    \
        assert list(refused) == ['bad@d.example'] and refused['bad@d.example'][0] == 550, refused\n";
    run(&sink, MESSAGE.as_bytes(), &["python3", "-c", program]);
    assert_eq!(sink.message(), MESSAGE.as_bytes());
    let envelope = envelope(&sink.files("new")[0]);
    assert_eq!((&envelope["protocol"], &envelope["to"][1]), (&"LMTP".into(), &serde_json::Value::Null));
}
