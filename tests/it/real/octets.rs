//! Sends the corpus and compares what arrived with the canonical form, worked out by the fixture.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use super::corpus::{self, Way};
use super::interop::Proved;
use super::server::{Server, skipped};
use crate::fixture::content::{canonical, stuffed};
use crate::fixture::escape::readable;
use crate::fixture::limit::limited;

/// What must be kept of a file.
type Form = fn(&[u8]) -> Vec<u8>;

/// The canonical form with LF for CRLF; a bare CR would stay and be seen.
pub(super) fn with_lf(file: &[u8]) -> Vec<u8> {
    let form = canonical(file);
    form.split_inclusive(|octet| *octet == b'\n')
        .flat_map(|line| [&line[..line.len() - 2], b"\n"].concat())
        .collect()
}

fn send(server: &Server, file: &[u8]) {
    let path = server.place().join("message");
    fs::write(&path, file).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
    command.arg("send").arg(&path).args(["--from", "a@d.example", "--to", "b@d.example", "--timeout", "20"]);
    command.args(["--server", &server.address.to_string()]).env_clear().env("MAILXPORT_CONFIG", "/dev/null");
    let output = limited(&mut command);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
}

pub(super) fn assert_same(name: &str, wanted: &[u8], found: &[u8]) {
    if wanted == found {
        return;
    }
    let at = wanted.iter().zip(found).position(|(wanted, found)| wanted != found);
    let at = at.unwrap_or_else(|| wanted.len().min(found.len()));
    let near = |octets: &[u8]| readable(&octets[at.saturating_sub(20)..octets.len().min(at + 40)]);
    let (sizes, wanted, found) =
        (format!("{} and {} octets", wanted.len(), found.len()), near(wanted), near(found));
    panic!("{name}: not the same at octet {at} ({sizes})\nexpected …{wanted}\nkept     …{found}");
}

fn corpus_arrives(name_of: &str, server: Option<Server>, what: &str, form: Form) {
    let Some(server) = server else { return skipped(what) };
    let (mut proved, way) = (Proved::default(), Way { tls: false, chunks: false, stream: false });
    let mut arrived: Vec<Vec<u8>> = Vec::new();
    for (name, file) in corpus::messages() {
        send(&server, &file);
        let mut messages = server.messages();
        messages.retain(|message| !arrived.contains(message));
        assert_eq!(messages.len(), 1, "{name}: so many arrived");
        assert_same(name, &form(&file), &messages[0]);
        proved.arrived(name, way);
        arrived.append(&mut messages);
    }
    proved.holds(name_of);
}

#[test]
fn smtp_sink_keeps_the_corpus() {
    corpus_arrives("smtp-sink", Server::smtp_sink(), "smtp-sink (package postfix)", with_lf);
}

#[test]
fn aiosmtpd_keeps_the_corpus() {
    corpus_arrives("aiosmtpd", Server::aiosmtpd(), "aiosmtpd (package python3-aiosmtpd)", canonical);
}

/// Sends a wire form by hand, so that the way of comparing is proved without the program.
fn by_hand(server: &Server, form: &[u8]) {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut reply = || {
        let mut line = String::new();
        while answers.read_line(&mut line).unwrap() > 0 && line.as_bytes()[3] == b'-' {
            line.clear();
        }
        assert!(line.starts_with(['2', '3']), "{line}");
    };
    reply();
    for command in ["EHLO a.example", "MAIL FROM:<a@d.example>", "RCPT TO:<b@d.example>", "DATA"] {
        stream.write_all(format!("{command}\r\n").as_bytes()).unwrap();
        reply();
    }
    stream.write_all(&[form, b".\r\n"].concat()).unwrap();
    reply();
}

#[test]
fn a_difference_would_be_seen() {
    for (server, form) in [(Server::smtp_sink(), with_lf as Form), (Server::aiosmtpd(), canonical)] {
        let Some(server) = server else { continue };
        let mut arrived: Vec<Vec<u8>> = Vec::new();
        for (name, file) in corpus::messages() {
            by_hand(&server, &stuffed(&canonical(&file)));
            let mut messages = server.messages();
            messages.retain(|message| !arrived.contains(message));
            assert_eq!(messages.len(), 1, "{name}: so many arrived");
            assert_same(name, &form(&file), &messages[0]);
            assert!(
                form(&[&file[..], b"x"].concat()) != messages[0],
                "{name}: one octet more makes no difference"
            );
            arrived.append(&mut messages);
        }
    }
}

#[test]
fn a_server_without_tls_gets_nothing_where_tls_is_required() {
    for (server, what) in
        [(Server::smtp_sink(), "smtp-sink (package postfix)"), (Server::aiosmtpd(), "aiosmtpd")]
    {
        let Some(server) = server else { return skipped(what) };
        let path = server.place().join("message");
        fs::write(&path, "From: a@d.example\n\nx\n").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
        command.arg("send").arg(&path).args(["--to", "b@d.example", "--tls", "required", "--server"]);
        command.arg(server.address.to_string()).env_clear().env("MAILXPORT_CONFIG", "/dev/null");
        let output = limited(&mut command);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(93), "{what}: {said}");
        assert!(said.contains("does not offer STARTTLS") && server.messages().is_empty(), "{what}: {said}");
    }
}
