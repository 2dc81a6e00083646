//! TLS of the sink: STARTTLS and its rules, TLS from the first octet, and who trusts the certificate.

use std::fs::{self, Permissions};
use std::io::{BufReader, Read};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;

use super::foreign::{attempt, is_installed};
use super::{Client, Running, program, refused};
use crate::fixture::certificates::{Authority, Draft};
use crate::fixture::limit::limited;

/// A message that every client leaves as it is.
const MESSAGE: &str = "From: a@d.example\r\nTo: b@d.example\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n\
    Message-ID: <1@d.example>\r\nSubject: secure\r\n\r\nhello\r\n";

/// The password that no output may show.
pub(super) const PASSWORD: &str = "pencil-7153";

/// Certificate, key, authority and password in files.
pub(super) struct Papers {
    dir: TempDir,
    fingerprint: String,
}

impl Papers {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::new("the authority");
        let paper = authority.sign(&Draft::of_this_host());
        let papers = Self { dir, fingerprint: paper.fingerprint() };
        for (name, text) in [("ca", authority.pem()), ("cert", paper.pem()), ("key", paper.key_pem())] {
            fs::write(papers.path(name), text).unwrap();
        }
        papers.secret("password", &format!("{PASSWORD}\nnot this\n"), 0o600);
        papers
    }

    /// Writes a file with a mode of its own.
    pub(super) fn secret(&self, name: &str, text: &str, mode: u32) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    /// Starts a sink with TLS and these options; it keeps what it takes.
    pub(super) fn sink(&self, options: &[&str]) -> Running {
        let (cert, key) = (self.path("cert"), self.path("key"));
        Running::keeping(&[&["--tls-cert", &cert, "--tls-key", &key], options].concat())
    }

    /// Starts a sink with TLS at which alice must log on.
    pub(super) fn guarded(&self, options: &[&str]) -> Running {
        self.sink(&[&["--auth", &self.alice()], options].concat())
    }

    pub(super) fn alice(&self) -> String {
        format!("alice:{}", self.path("password"))
    }

    /// Shakes hands as a client that trusts the authority.
    pub(super) fn secure(&self, client: Client) -> Client<StreamOwned<ClientConnection, TcpStream>> {
        assert!(client.input.buffer().is_empty());
        let mut store = RootCertStore::empty();
        store.add(CertificateDer::from_pem_file(self.path("ca")).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(store)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        Client { input: BufReader::new(StreamOwned::new(connection, client.input.into_inner())) }
    }
}

fn offered<S: std::io::Read + std::io::Write>(client: &mut Client<S>, hello: &str) -> Vec<String> {
    client.send(format!("{hello} client.example\r\n"));
    client.reply().iter().map(|line| line[4..].to_owned()).collect()
}

fn has(offered: &[String], line: &str) -> bool {
    offered.iter().any(|it| it == line)
}

#[test]
fn a_session_begins_anew_behind_starttls() {
    let papers = Papers::new();
    for hello in ["EHLO", "LHLO"] {
        let mut sink = papers.sink(&[]);
        let mut client = sink.client();
        client.ask("STARTTLS", "503 5.5.1");
        assert!(has(&offered(&mut client, hello), "STARTTLS"));
        client.envelope();
        client.ask("STARTTLS", "220 2.0.0");
        let mut client = papers.secure(client);
        client.ask("MAIL FROM:<a@d.example>", "503 5.5.1");
        client.ask("RCPT TO:<b@d.example>", "503 5.5.1");
        assert!(!has(&offered(&mut client, hello), "STARTTLS"));
        client.ask("STARTTLS", "503 5.5.1");
        client.envelope();
        client.data("x\r\n.\r\n", "250 2.0.0");
        client.ask("QUIT", "221");
        assert_eq!(client.rest(), b"");
        assert_eq!(sink.object()["tls"], "TLSv1.3");
    }
}

#[test]
fn what_runs_ahead_of_the_handshake_ends_the_session() {
    let papers = Papers::new();
    let sink = papers.sink(&[]);
    let mut client = sink.greeted("EHLO");
    client.send("STARTTLS\r\nNOOP\r\n");
    client.expect("501 5.5.1");
    assert_eq!(client.rest(), b"");
    let mut client = sink.greeted("EHLO");
    client.ask("STARTTLS", "220");
    client.send("NOOP\r\n");
    let rest = client.rest();
    // An alert at most, and not a word in clear.
    assert!(rest.is_empty() || rest[0] == 21, "{rest:?}");
    sink.assert_empty();
}

#[test]
fn a_session_without_close_notify_keeps_no_half_message() {
    let papers = Papers::new();
    let sink = papers.sink(&["--implicit"]);
    let mut client = papers.secure(sink.silent_client());
    client.expect("220");
    client.ask("EHLO c.example", "250");
    client.envelope();
    client.ask("DATA", "354");
    client.send("half\r\n");
    client.input.get_ref().sock.shutdown(std::net::Shutdown::Write).unwrap();
    client.rest();
    sink.assert_empty();
}

#[test]
fn implicit_tls_has_not_a_word_in_clear() {
    let papers = Papers::new();
    let sink = papers.sink(&["--implicit"]);
    let mut client = papers.secure(sink.silent_client());
    client.expect("220");
    assert!(!has(&offered(&mut client, "EHLO"), "STARTTLS"));
    let mut client = sink.silent_client();
    client.send("EHLO c.example\r\n");
    let mut heard = Vec::new();
    // The rest of what was sent may reset the connection.
    let _ = client.input.read_to_end(&mut heard);
    assert!(heard.is_empty() || heard[0] == 21, "{heard:?}");
}

#[test]
fn starttls_can_be_refused_hung_up_on_or_left_out() {
    let papers = Papers::new();
    let sink = papers.sink(&["--reject", "starttls=454"]);
    let mut client = sink.greeted("EHLO");
    client.ask("STARTTLS", "454 4.0.0");
    client.ask("NOOP", "250");
    let sink = papers.sink(&["--drop", "starttls"]);
    let mut client = sink.greeted("EHLO");
    client.send("STARTTLS\r\n");
    assert_eq!(client.rest(), b"");
    let sink = papers.sink(&["--without", "starttls"]);
    let mut client = sink.client();
    assert!(!has(&offered(&mut client, "EHLO"), "STARTTLS"));
    client.ask("STARTTLS", "502 5.5.1");
}

#[test]
fn the_fingerprint_is_told_with_the_address() {
    let papers = Papers::new();
    let (cert, key) = (papers.path("cert"), papers.path("key"));
    let mut sink = Running::with(&["--tls-cert", &cert, "--tls-key", &key, "--discard"]);
    assert_eq!(sink.line(), format!("certificate {}", papers.fingerprint));
    let sink = papers.sink(&["--implicit"]);
    assert_eq!(sink.listening["certificate"], papers.fingerprint.as_str());
}

#[test]
fn a_certificate_and_a_key_that_do_not_fit_are_refused() {
    let (one, other) = (Papers::new(), Papers::new());
    let (status, said) = refused(&["--tls-cert", &one.path("cert"), "--tls-key", &other.path("key")]);
    assert_eq!(status, Some(2));
    assert!(said.contains("do not belong together"), "{said}");
    let (status, said) = refused(&["--tls-cert", &one.path("cert"), "--tls-key", &one.path("ca")]);
    assert_eq!(status, Some(2));
    assert!(said.contains("holds nothing of the kind"), "{said}");
}

#[test]
fn our_own_client_pins_the_certificate_that_was_made() {
    let papers = Papers::new();
    let alice = papers.alice();
    for implicit in [false, true] {
        let more: &[&str] = if implicit { &["--implicit"] } else { &[] };
        let options = ["--tls-self-signed", "--auth", &alice, "--discard"];
        let mut sink = Running::with(&[&options, more].concat());
        let line = sink.line();
        let print = line.strip_prefix("certificate ").unwrap();
        let scheme = if implicit { "smtps" } else { "smtp" };
        let server = format!("{scheme}://{}", sink.address);
        let note = sink.dir.path().join("note.eml");
        fs::write(&note, MESSAGE).unwrap();
        let send = |print: &str| {
            let mut command = program();
            command.args(["send", "-t", "--server", &server, "--tls", "required", "--user", "alice"]);
            command.args(["--tls-fingerprint", print]).arg(&note);
            limited(command.env("MAILXPORT_PASSWORD", PASSWORD))
        };
        let output = send(print);
        assert!(output.status.success(), "{output:?}");
        assert!(sink.line().contains("from <a@d.example> to <b@d.example>"));
        let output = send(&papers.fingerprint);
        assert_eq!(output.status.code(), Some(39), "{output:?}");
    }
}

/// Runs a client twice: with the right password it sends, with another it fails.
fn only_the_right_password_sends(sink: &Running, user: &str, arguments: &[&str]) {
    for (password, fits) in [(PASSWORD, true), ("pen", false)] {
        let filled: Vec<_> = arguments.iter().map(|it| it.replace("{password}", password)).collect();
        let filled: Vec<_> = filled.iter().map(String::as_str).collect();
        let (success, words) = attempt(sink, MESSAGE.as_bytes(), &filled);
        assert_eq!(success, fits, "{filled:?}: {words}");
        assert!(fits || words.contains("535") || words.contains("denied"), "{filled:?}: {words}");
    }
    let envelope = super::envelope(&sink.files("new")[0]);
    assert_eq!((sink.files("new").len(), &envelope["user"]), (1, &user.into()), "{arguments:?}");
    assert!(sink.message().ends_with(b"hello\r\n") || sink.message().ends_with(b"hello\r\n\r\n"));
}

#[test]
fn curl_trusts_the_authority_and_logs_on() {
    if !is_installed("curl", "--version") {
        return;
    }
    let papers = Papers::new();
    let ca = papers.path("ca");
    let common = ["curl", "-sS", "--mail-from", "a@d.example", "--mail-rcpt", "b@d.example"];
    let common = [&common[..], &["--upload-file", "{file}", "--user", "alice:{password}"]].concat();
    for way in ["PLAIN", "LOGIN"] {
        let way = format!("AUTH={way}");
        let client = [&common[..], &["--login-options", &way, "--cacert", &ca]].concat();
        let sink = papers.guarded(&["--implicit"]);
        let smtps = [&client[..], &["smtps://{host}:{port}/c.example"]].concat();
        only_the_right_password_sends(&sink, "alice", &smtps);
        let sink = papers.guarded(&[]);
        let starttls = [&client[..], &["--ssl-reqd", "smtp://{host}:{port}/c.example"]].concat();
        only_the_right_password_sends(&sink, "alice", &starttls);
    }
    let sink = Running::keeping(&["--tls-self-signed", "--auth", &papers.alice()]);
    let old = ["-k", "--tls-max", "1.2", "--ssl-reqd", "smtp://{host}:{port}/c.example"];
    only_the_right_password_sends(&sink, "alice", &[&common[..], &old].concat());
    assert_eq!(super::envelope(&sink.files("new")[0])["tls"], "TLSv1.2");
}

#[test]
fn smtplib_trusts_the_authority_and_logs_on() {
    if !is_installed("python3", "--version") {
        return;
    }
    let papers = Papers::new();
    for (class, begin, options) in [
        ("SMTP('{host}', {port}, 'python.example')", "smtp.starttls(context=trust)", &[][..]),
        ("SMTP_SSL('{host}', {port}, 'python.example', context=trust)", "pass", &["--implicit"][..]),
    ] {
        for way in ["plain", "login"] {
            let sink = papers.guarded(options);
            let ca = papers.path("ca");
            let program = format!(
                "import smtplib, ssl\n\
                trust = ssl.create_default_context(cafile='{ca}')\n\
                with smtplib.{class} as smtp:\n    \
                {begin}\n    \
                smtp.ehlo()\n    \
                smtp.user, smtp.password = 'alice', '{{password}}'\n    \
                code, words = smtp.auth('{way}', smtp.auth_{way})\n    \
                smtp.sendmail('a@d.example', ['b@d.example'], open('{{file}}', newline='').read())\n"
            );
            only_the_right_password_sends(&sink, "alice", &["python3", "-c", &program]);
        }
    }
}

#[test]
fn msmtp_trusts_the_authority_and_logs_on() {
    if !is_installed("msmtp", "--version") {
        return;
    }
    let papers = Papers::new();
    let trust = format!("--tls-trust-file={}", papers.path("ca"));
    for (starttls, options) in [("on", &[][..]), ("off", &["--implicit"][..])] {
        let sink = papers.guarded(options);
        let starttls = format!("--tls-starttls={starttls}");
        let server = ["msmtp", "--host={host}", "--port={port}", "--tls=on", &starttls, &trust];
        let who = ["--auth=plain", "--user=alice", "--passwordeval=echo {password}"];
        let client = [&server[..], &who, &["--from=a@d.example", "--", "b@d.example"]].concat();
        only_the_right_password_sends(&sink, "alice", &client);
    }
}

#[test]
fn swaks_logs_on_in_clear_where_that_is_allowed() {
    if !is_installed("swaks", "--version") {
        return;
    }
    let papers = Papers::new();
    for way in ["PLAIN", "LOGIN"] {
        let sink = Running::keeping(&["--auth", &papers.alice(), "--auth-in-clear"]);
        let server = ["swaks", "--server", "{host}", "--port", "{port}", "--helo", "swaks.example"];
        let who = ["--auth", way, "--auth-user", "alice", "--auth-password", "{password}"];
        let envelope = ["--from", "a@d.example", "--to", "b@d.example", "--data", "-"];
        only_the_right_password_sends(&sink, "alice", &[&server[..], &who, &envelope].concat());
    }
}

#[test]
fn swaks_shakes_hands() {
    if !is_installed("swaks", "--version") || !is_installed("perl", "-MNet::SSLeay") {
        return;
    }
    let papers = Papers::new();
    for (tls, options) in [("--tls", &[][..]), ("--tls-on-connect", &["--implicit"][..])] {
        let sink = papers.guarded(options);
        let server = ["swaks", "--server", "{host}", "--port", "{port}", "--helo", "swaks.example", tls];
        let who = ["--auth", "PLAIN", "--auth-user", "alice", "--auth-password", "{password}"];
        let envelope = ["--from", "a@d.example", "--to", "b@d.example", "--data", "-"];
        only_the_right_password_sends(&sink, "alice", &[&server[..], &who, &envelope].concat());
    }
}
