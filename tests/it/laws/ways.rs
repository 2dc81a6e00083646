//! DATA, chunks, files handed over as they lie, and streams: whatever way a message goes, the server gets the same octets.

use super::{IN_CLEAR, envelope, open, plan};
use crate::fixture::content::canonical;
use mailxport::message::flow::{Begun, Flow, Promise};
use mailxport::message::open::{Handling, Message};
use mailxport::net::wire::Wire;
use mailxport::smtp::session::Session;
use mailxport::terms::event::Deaf;
use mailxport::terms::outcome::Verdict;
use mailxport::terms::plan::Plan;
use mailxport::watch::wait::Watch;
use proptest::prelude::*;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::thread;

const HEAD: &[u8] = b"Date: now\r\nMessage-ID: <1@d.example>\r\nFrom: a@d.example\r\n\r\n";

/// A server that keeps the octets of one message, however they came, and how long the longest chunk was.
fn keep(stream: &UnixStream, chunking: bool) -> (Vec<u8>, u64) {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    let mut say = |line: &str| writer.write_all(line.as_bytes()).unwrap();
    say("220 here\r\n");
    let (mut kept, mut longest, mut line) = (Vec::new(), 0, Vec::new());
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line).unwrap() == 0 || line == b"QUIT\r\n" {
            return (kept, longest);
        }
        let text = String::from_utf8_lossy(&line);
        if let Some(words) = text.trim_end().strip_prefix("BDAT ") {
            let size: u64 = words.split(' ').next().unwrap().parse().unwrap();
            let before = kept.len() as u64;
            longest = longest.max(size);
            (&mut reader).take(size).read_to_end(&mut kept).unwrap();
            assert_eq!(kept.len() as u64 - before, size, "a chunk that is cut");
        } else if line == b"DATA\r\n" {
            say("354 go on\r\n");
            loop {
                line.clear();
                reader.read_until(b'\n', &mut line).unwrap();
                assert!(line.ends_with(b"\r\n"), "a line without CRLF");
                if line == b".\r\n" {
                    break;
                }
                kept.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            }
        } else if text.starts_with("EHLO") {
            say(if chunking {
                "250-here\r\n250-8BITMIME\r\n250-BINARYMIME\r\n250-CHUNKING\r\n"
            } else {
                "250-here\r\n250-8BITMIME\r\n"
            });
            say("250 PIPELINING\r\n");
            continue;
        }
        say("250 ok\r\n");
    }
}

/// What the server kept of a message.
fn sent(plan: &Plan, chunking: bool, recipients: usize, message: Message) -> Vec<u8> {
    sent_and_longest(plan, chunking, recipients, message).0
}

fn sent_and_longest(plan: &Plan, chunking: bool, recipients: usize, mut message: Message) -> (Vec<u8>, u64) {
    let (client, server) = UnixStream::pair().unwrap();
    thread::scope(|scope| {
        let keeper = scope.spawn(|| {
            let server = server;
            keep(&server, chunking)
        });
        let wire = Wire::new(client.into(), false, None, Arc::new(Watch::default())).unwrap();
        let mut session = Session::open(wire, plan, IN_CLEAR, &mut Deaf).unwrap();
        let outcome = session.submit(&envelope(recipients), &mut message, &mut Deaf);
        assert!(matches!(outcome.verdict, Verdict::Accepted(_)), "{:?}", outcome.failure);
        session.close(&mut Deaf);
        keeper.join().unwrap()
    })
}

/// The octets through a pipe, written in pieces of this size.
fn flow(octets: &[u8], piece: usize, use_message: impl FnOnce(Message) -> Vec<u8>) -> Vec<u8> {
    let (reader, mut writer) = std::io::pipe().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || octets.chunks(piece).try_for_each(|part| writer.write_all(part)));
        let promise = Promise { size: octets.len() as u64, sha256: None };
        use_message(begun(Flow::new(OwnedFd::from(reader), promise)))
    })
}

/// A stream of which the header has come.
fn begun(mut flow: Flow) -> Message {
    while let Begun::Wait(source) = flow.begin().unwrap() {
        let mut fds = [rustix::event::PollFd::from_borrowed_fd(source, rustix::event::PollFlags::IN)];
        rustix::event::poll(&mut fds, None).unwrap();
    }
    Message::of_flow(flow, &Handling::default()).unwrap()
}

#[test]
fn a_stream_that_comes_fast_goes_in_long_chunks() {
    for (size, end) in
        [20_000, 200_000, 262_144, 262_200, 300_000, 524_288, 700_000, 1_000_000].into_iter().flat_map(
            |size| [(size, "\r\n"), (size, "\n"), (size, "\r\r\n"), (size, ""), (size, "x\r\n\r\r\n\r\r\n")],
        )
    {
        let line = ["x".repeat(size % 50), end.to_owned(), "\r\r\n".to_owned()].concat();
        let body = line.bytes().cycle().take(size - HEAD.len());
        let octets: Vec<u8> = HEAD.iter().copied().chain(body).collect();
        // All of it lies in the pipe before the first octet is read.
        let (reader, mut writer) = std::io::pipe().unwrap();
        rustix::pipe::fcntl_setpipe_size(&writer, 1024 * 1024).unwrap();
        writer.write_all(&octets).unwrap();
        drop(writer);
        let promise = Promise { size: octets.len() as u64, sha256: None };
        let message = begun(Flow::new(OwnedFd::from(reader), promise));
        let (kept, longest) = sent_and_longest(&plan("127.0.0.1:25", false), true, 1, message);
        assert!(kept == canonical(&octets), "{size} octets, lines that end in {end:?}");
        assert!((longest > 300_000) == (size >= 700_000), "{longest} of {size}, lines that end in {end:?}");
    }
}

#[test]
fn a_binary_stream_goes_octet_for_octet() {
    let head = [b"Content-Transfer-Encoding: binary\r\n", HEAD].concat();
    for size in [20_000_usize, 300_000, 2_500_000] {
        let body = (0..size).map(|at| [b'\r', b'\n', 0, b'.', 0xff, b'\r', b'x'][at * at % 7]);
        let octets: Vec<u8> = head.iter().copied().chain(body).collect();
        let kept = flow(&octets, 100_000, |message| sent(&plan("127.0.0.1:25", false), true, 1, message));
        assert!(kept == octets, "{size} octets");
    }
}

#[test]
fn a_refusal_in_the_middle_of_the_next_chunk_ends_the_session_without_a_word() {
    let line = [&[b'x'; 98][..], b"\r\n"].concat();
    let body = line.iter().copied().cycle().take(800_000 - HEAD.len());
    let octets: Vec<u8> = HEAD.iter().copied().chain(body).collect();
    // The producer falls silent in the middle of a chunk, and stays.
    let (reader, mut producer) = std::io::pipe().unwrap();
    rustix::pipe::fcntl_setpipe_size(&producer, 1024 * 1024).unwrap();
    producer.write_all(&octets).unwrap();
    let mut message = begun(Flow::new(OwnedFd::from(reader), Promise { size: 1_300_000, sha256: None }));
    let (plan, (client, server)) = (plan("127.0.0.1:25", false), UnixStream::pair().unwrap());
    let (outcome, left_over) = thread::scope(|scope| {
        let refusing = scope.spawn(|| {
            let server = server;
            refuse_the_second_chunk(&server)
        });
        let wire = Wire::new(client.into(), false, None, Arc::new(Watch::default())).unwrap();
        let mut session = Session::open(wire, &plan, IN_CLEAR, &mut Deaf).unwrap();
        let outcome = session.submit(&envelope(1), &mut message, &mut Deaf);
        session.close(&mut Deaf);
        (outcome, refusing.join().unwrap())
    });
    assert!(
        matches!(&outcome.verdict, Verdict::Refused(reply) if reply.code == 552),
        "{:?}",
        outcome.verdict
    );
    assert!(left_over.iter().all(|octet| b"x\r\n".contains(octet)), "a word in the middle of a chunk");
}

/// Says what it has against the second chunk once the third has begun; returns what came behind that until the client hung up.
fn refuse_the_second_chunk(stream: &UnixStream) -> Vec<u8> {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    let mut say = |line: &str| writer.write_all(line.as_bytes()).unwrap();
    say("220 here\r\n");
    let (mut line, mut chunks) = (String::new(), 0);
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        let chunk = line.trim_end().strip_prefix("BDAT ").map(|size| size.parse::<u64>().unwrap());
        chunks += u32::from(chunk.is_some());
        match (chunk, chunks) {
            (Some(size), 1 | 2) => {
                let mut chunk = Vec::new();
                (&mut reader).take(size).read_to_end(&mut chunk).unwrap();
                if chunks == 1 {
                    say("250 ok\r\n");
                }
            }
            (Some(_), _) => {
                say("552 5.3.4 no more\r\n");
                let mut rest = Vec::new();
                // It may hang up by a reset.
                let _ = reader.read_to_end(&mut rest);
                return rest;
            }
            _ if line.starts_with("EHLO") => say("250-here\r\n250-CHUNKING\r\n250 PIPELINING\r\n"),
            _ => say("250 ok\r\n"),
        }
    }
}

/// By every way; the message lies at the path too.
fn hold(path: &Path, octets: &[u8], piece: usize) -> Result<(), String> {
    let wanted = canonical(octets);
    for (recipients, chunking) in [(1, false), (2, false), (1, true), (2, true)] {
        let plan = plan("127.0.0.1:25", false);
        let by_file = sent(&plan, chunking, recipients, open(path));
        let by_pipe = flow(octets, piece, |message| sent(&plan, chunking, recipients, message));
        for (what, kept) in [("file", by_file), ("pipe", by_pipe)] {
            let same = kept.iter().zip(&wanted).take_while(|(one, other)| one == other).count();
            if kept != wanted {
                let (kept, wanted) = (kept.len(), wanted.len());
                return Err(format!(
                    "{what}, chunking {chunking}: {kept} octets for {wanted}, the first {same} the same"
                ));
            }
        }
    }
    Ok(())
}

#[test]
fn a_long_file_brings_the_same_octets() {
    // Above this a second thread reads, and makes lines and dots ready.
    const LONG: usize = 8 * 1024 * 1024;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("note.eml");
    for (end, oddity) in [("\n", ""), ("\r\n", ".\r\n"), ("\n", ".\n..\n.\n"), ("\n", "\r\r\n.\r"), ("", ".")]
    {
        let line = [&"x".repeat(998), end, ".", &"y".repeat(79), end].concat();
        let mut body: Vec<u8> = line.bytes().cycle().take(LONG + 200_000).collect();
        for border in (64 * 1024..body.len()).step_by(64 * 1024).skip(1).step_by(3) {
            body[border - HEAD.len()..][..oddity.len()].copy_from_slice(oddity.as_bytes());
        }
        let octets = [HEAD, &body].concat();
        std::fs::write(&path, &octets).unwrap();
        let wanted = canonical(&octets);
        for (recipients, chunking) in [(1, false), (1, true)] {
            let kept = sent(&plan("127.0.0.1:25", false), chunking, recipients, open(&path));
            assert!(kept == wanted, "lines that end in {end:?}, {oddity:?} in them, chunking {chunking}");
        }
    }
}

/// Lines of one kind, with oddities around the borders of blocks.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let oddities: &[&[u8]] =
        &[b".", b"\n.", b"\r\n.\r\n", b"\r", b"\r\r\n", b"\n", b"\r\n", b"\r\n..", b"\xe9"];
    let oddity = prop::sample::select(oddities);
    let border = prop_oneof![Just(64 * 1024usize), Just(128 * 1024), Just(256 * 1024), Just(384 * 1024)];
    let place = (border, -4isize..4, oddity);
    let size = prop_oneof![3 => 0usize..300, 1 => 65_000usize..66_000, 1 => 131_000usize..132_000, 2 => 262_000usize..263_000, 2 => 390_000usize..400_000];
    let kinds: &[&[u8]] = &[b"\r\n", b"\r\n", b"\r\n", b"\n", b""];
    let ends = prop::sample::select(kinds);
    (size, ends, 1usize..90, prop::collection::vec(place, 0..5)).prop_map(|(size, end, width, places)| {
        let line = [&b"x".repeat(width)[..], end].concat();
        let mut body: Vec<u8> = line.iter().copied().cycle().take(size).collect();
        for (border, off, oddity) in places {
            // Borders are counted from the start of the message and from that of its body.
            for base in [0, HEAD.len()] {
                let at = (border as isize + off) as usize - base;
                if at < body.len() {
                    let end = (at + oddity.len()).min(body.len());
                    body.splice(at..end, oddity.iter().copied());
                }
            }
        }
        body
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_way_brings_the_same_octets(body in bodies(), piece in prop_oneof![1usize..100, 4000usize..5000, Just(65536), Just(1 << 20)]) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("note.eml");
        let octets = [HEAD, &body].concat();
        std::fs::write(&path, &octets).unwrap();
        let piece = if octets.len() > 10_000 { piece.max(1000) } else { piece };
        prop_assert_eq!(hold(&path, &octets, piece), Ok(()));
    }
}
