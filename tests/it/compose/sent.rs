//! What was composed arrives as it was composed.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{compose, composed};
use crate::fixture::limit::limited;

/// Sends a file to a sink and gives back what the sink kept.
fn kept(dir: &Path, message: &[u8], arguments: &[&str]) -> Vec<u8> {
    fs::write(dir.join("message.eml"), message).unwrap();
    let mut send = Command::new(env!("CARGO_BIN_EXE_mailxport"));
    send.args(["send", "-t", "message.eml", "--server", "sink:out", "-q"]).args(arguments);
    send.env("MAILXPORT_CONFIG", "/dev/null").current_dir(dir);
    let sent = limited(&mut send);
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    let file = fs::read_dir(dir.join("out/new")).unwrap().next().unwrap().unwrap().path();
    let octets = fs::read(&file).unwrap();
    fs::remove_file(file).unwrap();
    octets
}

const TO: [&str; 4] =
    ["--from", "Jörg <jo@d.example>", "--to", "\"b c\"@d.example, postmaster, Team: d@d.example;"];

#[test]
fn a_composed_message_arrives_as_it_is_but_for_bcc() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("blob"), [0u8, 10, 13, 46, 255].repeat(50_000)).unwrap();
    for more in [&[][..], &["--attach", "blob"], &["--subject", "Grüße 🦀", "--html", "blob", "--text", "-"]]
    {
        let arguments = [&TO[..], more].concat();
        let output = compose(dir.path(), &arguments, "été\n.\n..dots\n".as_bytes());
        assert!(output.status.success());
        assert_eq!(kept(dir.path(), &output.stdout, &[]), output.stdout, "{more:?}");
    }
    let blind = composed(dir.path(), &[&TO[..], &["--bcc", "Blind <blind@d.example>"]].concat(), b"x\n");
    let without = String::from_utf8(blind.clone()).unwrap().replace("Bcc: Blind <blind@d.example>\r\n", "");
    assert_ne!(without.as_bytes(), blind);
    assert_eq!(kept(dir.path(), &blind, &[]), without.as_bytes());
}

#[test]
fn an_address_in_utf_8_stays_and_asks_for_smtputf8() {
    let dir = tempfile::tempdir().unwrap();
    let message =
        composed(dir.path(), &["--from", "jörg@d.example", "--to", "Ada <ädä@döt.example>"], b"x\n");
    let text = String::from_utf8(message.clone()).unwrap();
    assert!(text.contains("From: jörg@d.example\r\nTo: Ada <ädä@xn--dt-fka.example>\r\n"), "{text}");
    assert_eq!(kept(dir.path(), &message, &[]), message);
}

#[test]
fn a_file_name_loses_what_could_add_a_line() {
    let dir = tempfile::tempdir().unwrap();
    let name = "a\r\nBcc: x@d.example\r\n\u{202e}fdp.exe";
    fs::write(dir.path().join(name), "x").unwrap();
    let message = composed(dir.path(), &["-f", "a@d.example", "--text", "/dev/null", "--attach", name], b"");
    let text = String::from_utf8(message).unwrap();
    assert!(
        text.contains("\r\nContent-Disposition: attachment; filename=\"aBcc: x@d.examplefdp.exe\"\r\n"),
        "{text}"
    );
}

#[test]
fn a_part_that_is_the_whole_message_has_no_line_too_many() {
    let dir = tempfile::tempdir().unwrap();
    for (text, end) in [
        ("x\n", "\r\n\r\nx\r\n"),
        ("x", "\r\n\r\nx\r\n"),
        ("", "7bit\r\n\r\n"),
        ("\n\n", "7bit\r\n\r\n\r\n\r\n"),
    ] {
        let message = composed(dir.path(), &["-f", "a@d.example"], text.as_bytes());
        assert!(message.ends_with(end.as_bytes()), "{}", String::from_utf8_lossy(&message));
    }
}
