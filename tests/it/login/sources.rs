//! Where a password may come from: files by their mode, and nothing where there is nobody to ask.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::server::Place;
use crate::fixture::limit::limited;

/// Runs it against a server that offers PLAIN; the line with AUTH must hold the password.
fn logs_on_with(place: &Place, words: &str, env: &[(&str, &str)], password: &str) {
    let ran = place.run(&["--user=ada", "--auth-in-clear", words], env, |mut wire| {
        let coded = STANDARD.encode(format!("\0ada\0{password}"));
        assert_eq!(wire.begin("PLAIN"), format!("AUTH PLAIN {coded}"), "{words}");
        wire.take_mail();
    });
    assert_eq!(ran.exit, Some(0), "{words}: {}", ran.stderr);
}

#[test]
fn every_source_gives_its_first_line_octet_for_octet() {
    let place = Place::new();
    for (text, password) in [
        ("tiger-secret\n", "tiger-secret"),
        ("tiger-secret\r\nsecond\r\n", "tiger-secret"),
        ("tiger-secret", "tiger-secret"),
        (" tiger \tsecret \n", " tiger \tsecret "),
        ("tïger: %s \\n\n", "tïger: %s \\n"),
    ] {
        place.file("secret", text, 0o600);
        logs_on_with(&place, "--password-file=secret", &[], password);
        logs_on_with(&place, "--password-file=./secret", &[("MAILXPORT_PASSWORD", "another")], password);
    }
    let command = "--password-command=echo 'of a command'";
    logs_on_with(&place, command, &[("MAILXPORT_PASSWORD", "another")], "of a command");
    place.file(".netrc", "machine 127.0.0.1 login ada password of-netrc\n", 0o600);
    logs_on_with(&place, "--auth=auto", &[], "of-netrc");
    place.file("mailxport.password", "of systemd\n", 0o644);
    let folder = place.path().display().to_string();
    logs_on_with(&place, "--auth=auto", &[("CREDENTIALS_DIRECTORY", &folder)], "of systemd");
    logs_on_with(
        &place,
        "--auth=auto",
        &[("CREDENTIALS_DIRECTORY", &folder), ("MAILXPORT_PASSWORD", "of the environment")],
        "of the environment",
    );
}

#[test]
fn without_a_password_and_a_terminal_the_ways_to_give_one_are_named() {
    let place = Place::new();
    let mut apart = Command::new("setsid");
    apart
        .args(["--wait", env!("CARGO_BIN_EXE_mailxport"), "send", "note.eml", "--server", "127.0.0.1:1"])
        .args(["--to", "b@d.example", "--user", "ada"])
        .env_clear()
        .env("MAILXPORT_CONFIG", "/dev/null")
        .env("HOME", place.path())
        .current_dir(place.path());
    let ran = limited(&mut apart);
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{said}");
    for word in [
        "there is no password for ada at 127.0.0.1",
        "--password-file",
        "--password-command",
        "MAILXPORT_PASSWORD",
        "netrc",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
}
