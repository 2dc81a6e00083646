//! Compares what arrived with the canonical form, worked out by the fixture.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use super::corpus;
use super::keepers::dumped;
use super::mta::{Mta, without_its_way};
use crate::fixture::content::{canonical, stuffed};
use crate::fixture::escape::readable;

/// What must be kept of a file.
type Form = fn(&[u8]) -> Vec<u8>;
/// What is left of what lies in a box.
type Without = fn(&[u8]) -> &[u8];

/// The canonical form with LF for CRLF; a bare CR would stay and be seen.
pub(super) fn with_lf(file: &[u8]) -> Vec<u8> {
    let form = canonical(file);
    let mut out = Vec::with_capacity(form.len());
    for line in form.split_inclusive(|octet| *octet == b'\n') {
        out.extend_from_slice(&line[..line.len() - 2]);
        out.push(b'\n');
    }
    out
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

/// Sends a wire form by hand, so that the way of comparing is proved without the program.
fn by_hand(port: u16, form: &[u8]) {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
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
    for (mta, at, form, without) in [
        (Mta::smtp_sink(&[]), 1, with_lf as Form, dumped as Without),
        (Mta::aiosmtpd(), 0, canonical, without_its_way),
        (Mta::smtp_server("smtp"), 0, canonical, without_its_way),
    ] {
        let Some(mta) = mta else { continue };
        for (name, file) in corpus::messages().into_iter().filter(|(_, file)| file.len() < 500_000) {
            let copy = mta.delivered(|| by_hand(mta.ports[at], &stuffed(&canonical(&file))));
            assert_same(name, &form(&file), without(&copy));
            let more = form(&[&file[..], b"x"].concat());
            assert!(more != without(&copy), "{name}: one octet more makes no difference");
        }
    }
}

#[test]
fn a_server_without_tls_gets_nothing_where_tls_is_required() {
    let Some(sink) = Mta::smtp_sink(&[]) else { return };
    let output = sink.send(
        b"From: a@d.example\n\nx\n",
        &["--to=b@d.example", &format!("--server=127.0.0.1:{}", sink.ports[1])],
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(93), "{said}");
    assert!(said.contains("does not offer STARTTLS") && sink.is_empty(), "{said}");
}
