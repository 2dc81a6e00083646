//! Ten thousand recipients over real sockets against servers that talk without listening: neither side may hold the other.

use super::{envelope, letter, open, plan};
use crate::fixture::limit::limited;
use mailxport::net::wire::Wire;
use mailxport::smtp::session::Session;
use mailxport::terms::event::Deaf;
use mailxport::terms::outcome::{Outcome, Verdict};
use mailxport::watch::wait::Watch;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::sync::Arc;

const RECIPIENTS: usize = 10_000;
const BUFFER: usize = 128 * 1024;
const CHILD: &str = "MAILXPORT_TEST_DEADLOCK";
/// What the process may need: a reply of 1 KB for each recipient is kept, and not much more.
const MEGABYTES: u64 = 64;

/// How the server treats a flight.
#[derive(Clone, Copy, Debug)]
enum Manner {
    /// Answers each command before it reads the next, and lets its answer go in tiny pieces.
    Pieces,
    /// Takes what is there, then answers all of it with 1 KB a recipient before it reads again.
    Long,
    /// Reads one octet at a time and answers at once.
    Sips,
}

/// A server's end of a connection; what it cannot write at once it waits to write, deaf meanwhile.
fn serve(reader: impl Read, mut writer: impl Write, manner: Manner, chunking: bool) {
    let capacity = if matches!(manner, Manner::Sips) { 1 } else { 64 * 1024 };
    let text = if matches!(manner, Manner::Long) { "x".repeat(1000) } else { "ok".to_owned() };
    let mut say = |line: String| {
        let octets = (line + "\r\n").into_bytes();
        let size = if matches!(manner, Manner::Pieces) { 3 } else { octets.len() };
        octets.chunks(size).try_for_each(|piece| writer.write_all(piece))
    };
    say("220 here".to_owned()).unwrap();
    let mut in_body = false;
    let (mut reader, mut line) = (BufReader::with_capacity(capacity, reader), String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            break;
        }
        let line = line.trim_end();
        if let Some(size) = line.strip_prefix("BDAT ").and_then(|words| words.split(' ').next()) {
            let mut chunk = (&mut reader).take(size.parse().unwrap());
            std::io::copy(&mut chunk, &mut std::io::sink()).unwrap();
        }
        if in_body && line != "." {
            continue;
        }
        in_body = line == "DATA";
        let answer = match line.get(..4) {
            Some("EHLO") if chunking => "250-here\r\n250-CHUNKING\r\n250 PIPELINING".to_owned(),
            Some("EHLO") => "250-here\r\n250 PIPELINING".to_owned(),
            Some("DATA") => "354 go on".to_owned(),
            Some("QUIT") => break,
            _ => format!("250 {text}"),
        };
        if say(answer).is_err() {
            break;
        }
    }
}

fn send(client: OwnedFd, tcp: bool, partial: bool, octets: usize) -> Outcome {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("note.eml");
    std::fs::write(&path, letter(1, octets)).unwrap();
    let plan = plan("127.0.0.1:25", partial);
    let wire = Wire::new(client, tcp, None, Arc::new(Watch::default())).unwrap();
    let mut session = Session::open(wire, &plan, super::IN_CLEAR, &mut Deaf).unwrap();
    let outcome = session.submit(&envelope(RECIPIENTS), &mut open(&path), &mut Deaf);
    session.close(&mut Deaf);
    outcome
}

/// A connected pair: the client's end, and the server's for reading and writing. Its buffers hold a fraction of the replies;
/// smaller ones would measure how TCP treats tiny windows.
fn tcp() -> (OwnedFd, TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    rustix::net::sockopt::set_socket_recv_buffer_size(&listener, BUFFER).unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    rustix::net::sockopt::set_socket_recv_buffer_size(&client, BUFFER).unwrap();
    rustix::net::sockopt::set_socket_send_buffer_size(&client, 16 * 1024).unwrap();
    let (server, _) = listener.accept().unwrap();
    rustix::net::sockopt::set_socket_send_buffer_size(&server, BUFFER).unwrap();
    (client.into(), server.try_clone().unwrap(), server)
}

fn unix() -> (OwnedFd, UnixStream, UnixStream) {
    let (client, server) = UnixStream::pair().unwrap();
    for end in [&client, &server] {
        rustix::net::sockopt::set_socket_send_buffer_size(end, 4096).unwrap();
    }
    (client.into(), server.try_clone().unwrap(), server)
}

/// The most memory that this process has had, in megabytes.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[test]
fn child_with_many_recipients() {
    let Ok(wish) = std::env::var(CHILD) else { return };
    let manner = match wish.split(' ').next().unwrap() {
        "pieces" => Manner::Pieces,
        "long" => Manner::Long,
        _ => Manner::Sips,
    };
    let (partial, chunking) = (wish.contains("partial"), wish.contains("chunks"));
    let octets = if wish.contains("small") { 1000 } else { 500_000 };
    let outcome = match wish.contains("unix") {
        true => {
            let (client, reader, writer) = unix();
            std::thread::spawn(move || serve(reader, writer, manner, chunking));
            send(client, false, partial, octets)
        }
        false => {
            let (client, reader, writer) = tcp();
            std::thread::spawn(move || serve(reader, writer, manner, chunking));
            send(client, true, partial, octets)
        }
    };
    assert!(matches!(outcome.verdict, Verdict::Accepted(_)), "{:?}", outcome.failure);
    assert_eq!(outcome.recipients.iter().filter(|(_, fate)| fate.is_accepted()).count(), RECIPIENTS);
    let peak = most_memory();
    assert!(peak <= MEGABYTES, "{peak} MB of memory");
}

/// Each has a process of its own, so that its memory can be measured.
fn each_way(manner: &str) {
    for road in ["tcp", "unix", "tcp partial", "tcp chunks", "unix partial small chunks"] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["laws::deadlock::child_with_many_recipients", "--exact", "--nocapture"]);
        command.env(CHILD, format!("{manner} {road}"));
        let output = limited(&mut command);
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{manner} {road}: {}\n{words}", output.status);
    }
}

#[test]
fn a_server_that_answers_in_tiny_pieces_holds_nobody() {
    each_way("pieces");
}

#[test]
fn a_server_that_answers_at_length_before_it_reads_holds_nobody() {
    each_way("long");
}

#[test]
fn a_server_that_reads_an_octet_at_a_time_holds_nobody() {
    each_way("sips");
}
