//! Files about TLS are judged before the first packet, and the environment may name the store.

use std::fs::{File, Permissions};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use rustix::fs::{CWD, Mode, OFlags, mkfifoat, openat};
use rustix::process::{Pid, Signal, kill_process};

use super::server::{Door, Stage, mail_server, run};
use crate::fixture::certificates::{Authority, Draft};
use crate::fixture::limit::finished;

#[test]
fn a_file_that_is_of_no_use_is_a_usage_error_before_the_first_packet() {
    let stage = Stage::new();
    let client = stage.authority.sign(&Draft::of(&["ada"]).for_clients());
    let other = stage.authority.sign(&Draft::of(&["eve"]).for_clients());
    stage.file("client.pem", client.pem());
    stage.file("client.key", client.key_pem());
    stage.file("other.key", other.key_pem());
    stage.file("empty.pem", "");
    stage.file("text.pem", "this is no certificate\n");
    stage.file("half.pem", &client.pem()[..100]);
    stage.file("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    stage.file("broken.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    for (options, said) in [
        ("--ca-file missing.pem", "--ca-file missing.pem cannot be read: "),
        ("--ca-file .", "--ca-file . cannot be read: "),
        ("--ca-file empty.pem", "--ca-file empty.pem holds no certificate in PEM form"),
        ("--ca-file text.pem", "--ca-file text.pem holds no certificate in PEM form"),
        ("--ca-file half.pem", "--ca-file half.pem holds no certificate in PEM form"),
        ("--ca-file broken.pem", "--ca-file broken.pem holds no certificate in PEM form"),
        ("--ca-file client.key", "--ca-file client.key holds no certificate in PEM form"),
        ("--client-cert missing.pem", "the client certificate missing.pem cannot be read: "),
        ("--client-cert empty.pem", "the client certificate empty.pem holds no"),
        ("--client-cert half.pem", "half.pem"),
        ("--client-cert client.pem", "the client key client.pem holds nothing of the kind"),
        ("--client-cert client.pem --client-key missing.key", "the client key missing.key cannot be read: "),
        (
            "--client-cert client.pem --client-key text.pem",
            "the client key text.pem holds nothing of the kind",
        ),
        (
            "--client-cert client.pem --client-key broken.key",
            "client.pem and the key broken.key cannot be used: ",
        ),
        (
            "--client-cert client.pem --client-key other.key",
            "client.pem and the key other.key do not belong together",
        ),
        ("--client-cert broken.pem --client-key client.key", "broken.pem"),
        ("--client-key client.key", "--client-cert"),
        ("--tls-fingerprint sha256:00", "sha256:00"),
        ("--tls-name -", "--tls-name"),
        ("--tls off --ca-file ca.pem", "--tls off contradicts the other options about TLS"),
        ("--tls off --insecure", "--tls off contradicts the other options about TLS"),
    ] {
        let words = format!("send note.eml --server smtp://127.0.0.1:{port} {options}");
        let ran = run(stage.place.path(), &words, &[]);
        let exit = if options == "--tls-name -" { 16 } else { 2 };
        ran.must(options, exit, &[said]);
        assert!(listener.accept().is_err(), "{options}: a connection");
    }
    let words = format!("send note.eml --server smtps://127.0.0.1:{port} --tls off");
    run(stage.place.path(), &words, &[]).must("smtps", 2, &["--tls off contradicts"]);
    assert!(listener.accept().is_err());
}

#[test]
fn a_key_that_others_can_read_is_refused_before_the_first_packet() {
    let stage = Stage::new();
    let client = stage.authority.sign(&Draft::of(&["ada"]).for_clients());
    stage.file("client.pem", client.pem());
    stage.file("client.key", client.key_pem());
    stage.file("both.pem", client.pem() + &client.key_pem());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let words = |options: &str| format!("send note.eml --server smtp://127.0.0.1:{port} {options}");
    for (key, options) in [
        ("client.key", "--client-cert client.pem --client-key client.key"),
        ("both.pem", "--client-cert both.pem"),
    ] {
        let path = stage.place.path().join(key);
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let said = format!("{key} may not be used: others can read it");
        run(stage.place.path(), &words(options), &[]).must(options, 36, &[&said]);
        assert!(listener.accept().is_err(), "{options}: a connection");
    }
    // A certificate is no secret.
    std::fs::set_permissions(stage.place.path().join("client.key"), Permissions::from_mode(0o600)).unwrap();
    std::fs::set_permissions(stage.place.path().join("client.pem"), Permissions::from_mode(0o644)).unwrap();
    let options =
        "--client-cert client.pem --client-key client.key --dry-run --from a@d.example --to b@d.example";
    run(stage.place.path(), &words(options), &[]).must(options, 0, &[]);
}

#[test]
fn the_environment_names_the_store() {
    let stage = Stage::new();
    std::fs::create_dir(stage.place.path().join("store")).unwrap();
    stage.file("store/ca.pem", stage.authority.pem());
    stage.file("stranger.pem", Authority::new("Stranger").pem());
    stage.file("broken.pem", "nothing\n");
    let door = Door::showing(&stage.good());
    let missing = "no store of authorities was found to check the certificate of 127.0.0.1:";
    for (name, value, options, exit, said) in [
        ("SSL_CERT_FILE", "ca.pem", "", 0, ""),
        ("SSL_CERT_DIR", "store", "", 0, ""),
        ("SSL_CERT_FILE", "stranger.pem", "", 39, "unknown authority, CN=Fixture Authority"),
        ("SSL_CERT_FILE", "stranger.pem", "--ca-file ca.pem", 0, ""),
        ("SSL_CERT_FILE", "broken.pem", "", 39, missing),
        ("SSL_CERT_FILE", "missing.pem", "", 39, missing),
        ("SSL_CERT_FILE", "", "", 39, "unknown authority, CN=Fixture Authority"),
    ] {
        let case = format!("{name}={value} {options}");
        let words = format!("send note.eml --server smtp://127.0.0.1:{{port}} --tls required {options}");
        let (ran, kept) =
            stage.run_with(&words, &[(name, Path::new(value))], |pipe| mail_server(&door, pipe));
        ran.must(&case, exit, &[said]);
        assert_eq!(kept.messages.len(), usize::from(exit == 0), "{case}");
    }
}

fn pipe(stage: &Stage, name: &str) {
    mkfifoat(CWD, stage.place.path().join(name), Mode::RUSR | Mode::WUSR).unwrap();
}

#[test]
fn a_pipe_gives_what_somebody_writes_into_it() {
    let stage = Stage::new();
    let client = stage.authority.sign(&Draft::of(&["ada"]).for_clients());
    for (name, text) in
        [("ca.pipe", stage.authority.pem()), ("cert.pipe", client.pem()), ("key.pipe", client.key_pem())]
    {
        pipe(&stage, name);
        let path = stage.place.path().join(name);
        thread::spawn(move || std::fs::write(path, text).unwrap());
    }
    let options = "--tls required --ca-file ca.pipe --client-cert cert.pipe --client-key key.pipe";
    let (ran, kept) = stage.send(&Door::showing(&stage.good()), options);
    ran.must("three pipes", 0, &[]);
    assert_eq!(kept.messages.len(), 1);
}

#[test]
fn a_pipe_that_nobody_writes_into_is_waited_for_until_the_deadline() {
    let stage = Stage::new();
    pipe(&stage, "mute");
    for option in ["--ca-file mute", "--client-cert mute", "--client-cert ca.pem --client-key mute"] {
        let words = format!("send note.eml --server smtp://127.0.0.1:9 --deadline 0.3 {option}");
        run(stage.place.path(), &words, &[]).must(option, 25, &["the deadline of 300 ms passed"]);
    }
}

#[test]
fn a_signal_ends_the_wait_for_a_pipe() {
    let stage = Stage::new();
    pipe(&stage, "mute");
    let mut child = Command::new(env!("CARGO_BIN_EXE_mailxport"))
        .args(["send", "note.eml", "--server", "smtp://127.0.0.1:9", "--ca-file", "mute"])
        .args(["--from", "a@d.example", "--to", "b@d.example"])
        .env_clear()
        .env("MAILXPORT_CONFIG", "/dev/null")
        .current_dir(stage.place.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever may write without waiting knows that there is a reader.
    let writer = loop {
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        match openat(CWD, stage.place.path().join("mute"), flags, Mode::empty()) {
            Ok(writer) => break File::from(writer),
            Err(rustix::io::Errno::NXIO) => assert!(child.try_wait().unwrap().is_none(), "it has left"),
            Err(error) => panic!("{error}"),
        }
        thread::yield_now();
    };
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let output = finished(child);
    drop(writer);
    assert_eq!(output.status.signal(), Some(15), "{}", String::from_utf8_lossy(&output.stderr));
}
