//! The clock of the day is set under a running program, a day ahead or a year back: outcome, limits and message stay what they
//! would have been. And clocks that are out of all reason.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use rustix::net::sockopt::set_socket_recv_buffer_size;
use serde_json::Value;

use crate::fixture::clock::Clock;
use crate::fixture::limit::{finished, limited, somebody_at};
use crate::sink::Running;

const JUMPS: [&str; 2] = ["+1d", "-1y"];
const STAGES: [&str; 3] = ["greeting", "body", "verdict"];
const HEAD: &str = "From: a@d.example\nTo: b@d.example\n\n";
/// More lines than the buffers between two programs hold.
const LINES: usize = 200_000;
const LINE: &str = "one of very many lines that are all the same\n";

fn program(clock: &Clock, dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
    command.env_clear().env("HOME", dir).env("MAILXPORT_CONFIG", "/dev/null").envs(clock.environment());
    command.current_dir(dir);
    command
}

fn send(clock: &Clock, dir: &Path, server: &str, options: &[&str]) -> Command {
    fs::write(dir.join("note.eml"), HEAD.to_owned() + &LINE.repeat(LINES)).unwrap();
    let mut command = program(clock, dir);
    command.args([
        "send",
        "note.eml",
        "--json",
        "--tls",
        "off",
        "--helo",
        "c.example",
        "--to",
        "b@d.example",
    ]);
    command.args(["--server", server]).args(options);
    command
}

fn door() -> (TcpListener, String) {
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    set_socket_recv_buffer_size(&door, 65_536).unwrap();
    let address = door.local_addr().unwrap().to_string();
    (door, address)
}

fn visitor(door: &TcpListener) -> TcpStream {
    somebody_at(door);
    door.accept().unwrap().0
}

/// What a server does when a stage has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    GoOn,
    /// It says nothing more and reads nothing more.
    Hush,
}

/// Plays a mail server; returns the message that it took.
fn serve(mut stream: TcpStream, mut at: impl FnMut(&str) -> Then) -> Option<Vec<u8>> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    if at("greeting") == Then::Hush {
        return until_gone(&stream);
    }
    stream.write_all(b"220 here\r\n").ok()?;
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "DATA" => break,
            _ => stream.write_all(b"250 ok\r\n").ok()?,
        }
    }
    stream.write_all(b"354 go on\r\n").ok()?;
    let (mut message, mut half) = (Vec::new(), true);
    while !message.ends_with(b"\r\n.\r\n") {
        if half && message.len() > 100_000 {
            half = false;
            if at("body") == Then::Hush {
                return until_gone(&stream);
            }
        }
        if reader.read_until(b'\n', &mut message).ok()? == 0 {
            return None;
        }
    }
    if at("verdict") == Then::Hush {
        return until_gone(&stream);
    }
    stream.write_all(b"250 2.0.0 queued\r\n").ok()?;
    message.truncate(message.len() - b".\r\n".len());
    // The farewell is listened to, so that nothing is reset.
    let _ = reader.read_to_end(&mut Vec::new());
    Some(message)
}

fn until_gone(stream: &TcpStream) -> Option<Vec<u8>> {
    let mut gone = [rustix::event::PollFd::new(stream, rustix::event::PollFlags::RDHUP)];
    let limit = rustix::event::Timespec { tv_sec: 60, tv_nsec: 0 };
    assert!(rustix::event::poll(&mut gone, Some(&limit)).unwrap() > 0, "the client waits for ever");
    None
}

fn object(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The time that the program itself says it took, in milliseconds.
fn took(output: &Output) -> u64 {
    object(output)["elapsed_ms"].as_u64().unwrap()
}

fn assert_exit(output: &Output, exit: i32, case: &str) {
    assert_eq!(output.status.code(), Some(exit), "{case}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(took(output) < 60_000, "{case}: {output:?}");
}

/// The message as it goes over the wire, behind the fields that were added.
fn assert_whole(message: &[u8], case: &str) {
    let text = String::from_utf8_lossy(message);
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let added = head
        .strip_prefix("From: a@d.example\r\nTo: b@d.example")
        .or(head.strip_suffix("From: a@d.example\r\nTo: b@d.example"));
    let added = added.unwrap_or_else(|| panic!("{case}: {head}"));
    assert!(added.contains("Date: ") && added.contains("Message-ID: <"), "{case}: {head}");
    assert!(body == LINE.replace('\n', "\r\n").repeat(LINES), "{case}: it is not whole");
}

#[test]
fn a_clock_that_is_set_changes_nothing_in_a_session() {
    let Some(clock) = Clock::new() else { return };
    for jump in JUMPS {
        for stage in STAGES {
            let case = format!("{jump} at the {stage}");
            clock.set("+0");
            let (dir, (door, address)) = (tempfile::tempdir().unwrap(), door());
            let limits = ["--timeout", "30", "--deadline", "60"];
            let output = thread::scope(|scope| {
                let server = scope.spawn(|| {
                    serve(visitor(&door), |now| {
                        if now == stage {
                            clock.set(jump);
                        }
                        Then::GoOn
                    })
                });
                let output = limited(&mut send(&clock, dir.path(), &address, &limits));
                assert_whole(&server.join().unwrap().unwrap(), &case);
                output
            });
            assert_exit(&output, 0, &case);
        }
    }
}

#[test]
fn a_limit_is_neither_shorter_nor_longer_by_a_clock_that_is_set() {
    let Some(clock) = Clock::new() else { return };
    for jump in JUMPS {
        for stage in STAGES {
            let case = format!("{jump} at the {stage}");
            clock.set("+0");
            let (dir, (door, address)) = (tempfile::tempdir().unwrap(), door());
            let output = thread::scope(|scope| {
                let server = scope.spawn(|| {
                    serve(visitor(&door), |now| {
                        if now != stage {
                            return Then::GoOn;
                        }
                        clock.set(jump);
                        Then::Hush
                    })
                });
                let output = limited(&mut send(&clock, dir.path(), &address, &["--timeout", "1"]));
                server.join().unwrap();
                output
            });
            assert_exit(&output, if stage == "verdict" { 40 } else { 25 }, &case);
            assert!(took(&output) >= 1000, "{case}: too early, {output:?}");
        }
    }
}

#[test]
fn a_clock_that_is_set_between_two_tries_neither_hurries_nor_holds_up_the_second() {
    let Some(clock) = Clock::new() else { return };
    for jump in JUMPS {
        clock.set("+0");
        let (dir, (door, address)) = (tempfile::tempdir().unwrap(), door());
        let output = thread::scope(|scope| {
            let server = scope.spawn(|| {
                let mut first = visitor(&door);
                first.write_all(b"421 4.3.2 later\r\n").unwrap();
                let _ = first.read_to_end(&mut Vec::new());
                clock.set(jump);
                serve(visitor(&door), |_| Then::GoOn)
            });
            let options = ["--retry", "1", "--retry-delay", "1", "--deadline", "60"];
            let output = limited(&mut send(&clock, dir.path(), &address, &options));
            assert_whole(&server.join().unwrap().unwrap(), jump);
            output
        });
        assert_exit(&output, 0, jump);
        assert!(took(&output) >= 900, "{jump}: it did not wait, {output:?}");
    }
}

#[test]
fn a_date_to_come_again_is_read_by_the_clock_of_the_server_that_names_it() {
    let Some(clock) = Clock::new() else { return };
    for setting in ["+0", "+1d", "-1y", "@1969-12-31 12:00:00"] {
        clock.set(setting);
        let (dir, (door, address)) = (tempfile::tempdir().unwrap(), door());
        fs::write(dir.path().join("note.eml"), HEAD).unwrap();
        let later =
            "503 Later\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:49:38 GMT";
        let output = thread::scope(|scope| {
            let server = scope.spawn(|| {
                for status in [later, "201 Created"] {
                    let mut stream = visitor(&door);
                    let (mut asked, mut block) = (Vec::new(), [0; 4096]);
                    while !asked.ends_with(HEAD.as_bytes()) {
                        let count = stream.read(&mut block).unwrap();
                        assert!(count > 0, "{setting}");
                        asked.extend_from_slice(&block[..count]);
                    }
                    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").unwrap();
                }
            });
            let mut command = program(&clock, dir.path());
            command.args(["post", &format!("http://{address}/in"), "note.eml", "--json", "--retry", "1"]);
            let output = limited(command.args(["--deadline", "60"]));
            // Whoever still waits for a second try gets it.
            if output.status.code() != Some(0) {
                drop(TcpStream::connect(&address));
            }
            let served = server.join();
            assert!(served.is_ok(), "{setting}: {}", String::from_utf8_lossy(&output.stderr));
            output
        });
        assert_exit(&output, 0, setting);
        assert!(took(&output) >= 900, "{setting}: it did not wait, {output:?}");
    }
}

/// Runs send-stream, whose source sends half of what it declared, and the rest once the clock was set; or never.
fn stream(clock: &Clock, jump: &str, deadline: &str, whole: bool) -> (Output, Option<Vec<u8>>) {
    clock.set("+0");
    let (dir, (door, address)) = (tempfile::tempdir().unwrap(), door());
    let text = HEAD.to_owned() + &LINE.repeat(LINES);
    let mut command = program(clock, dir.path());
    command.args([
        "send-stream",
        "--size",
        &text.len().to_string(),
        "--json",
        "--tls",
        "off",
        "--to",
        "b@d.example",
    ]);
    command.args(["--helo", "c.example", "--server", &address, "--deadline", deadline]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut source = child.stdin.take().unwrap();
    thread::scope(|scope| {
        let (tell, told) = std::sync::mpsc::channel();
        let server = scope.spawn(|| {
            serve(visitor(&door), move |now| {
                if now == "body" {
                    tell.send(()).unwrap();
                }
                Then::GoOn
            })
        });
        let (first, rest) = text.as_bytes().split_at(text.len() / 2);
        source.write_all(first).unwrap();
        told.recv().unwrap();
        clock.set(jump);
        if whole {
            source.write_all(rest).unwrap();
        }
        let source = Some(source).filter(|_| !whole);
        let output = finished(child);
        drop(source);
        (output, server.join().unwrap())
    })
}

#[test]
fn a_deadline_is_not_moved_by_a_clock_that_is_set() {
    let Some(clock) = Clock::new() else { return };
    for jump in JUMPS {
        let (output, message) = stream(&clock, jump, "60", true);
        assert_exit(&output, 0, jump);
        assert_whole(&message.unwrap(), jump);
        let (output, message) = stream(&clock, jump, "2", false);
        assert_exit(&output, 25, jump);
        assert!(took(&output) >= 1900, "{jump}: too early, {output:?}");
        assert_eq!(message, None, "{jump}");
    }
}

/// The moments at which clocks come to their ends, and the Date field that is added then.
const ODD: [(&str, &str); 8] = [
    ("@1969-12-31 12:00:00", "Wed, 31 Dec 1969 12:00:0"),
    ("@1901-12-13 20:45:52", "Fri, 13 Dec 1901 20:45:5"),
    ("@1600-01-01 00:00:00", "Mon, 1 Jan 1900 00:00:00 +0000"),
    ("@2038-01-19 03:14:07", "Tue, 19 Jan 2038 03:14:"),
    ("@2106-02-07 06:28:15", "Sun, 7 Feb 2106 06:28:"),
    ("@9999-06-01 12:00:00", "Tue, 1 Jun 9999 12:00:0"),
    ("@9999-12-31 23:59:59", "Fri, 31 Dec 9999 23:59:59 +0000"),
    ("+12000y", "Fri, 31 Dec 9999 23:59:59 +0000"),
];

#[test]
fn no_clock_is_so_odd_that_a_message_does_not_go() {
    let Some(clock) = Clock::new() else { return };
    for (moment, date) in ODD {
        clock.set(moment);
        let sent = tempfile::tempdir().unwrap();
        let mut command = send(&clock, sent.path(), "sink:mail", &["--log", "log", "--timeout", "30"]);
        let output = limited(&mut command);
        assert_exit(&output, 0, moment);
        let kept: Vec<_> = fs::read_dir(sent.path().join("mail/new")).unwrap().collect();
        assert_eq!(kept.len(), 1, "{moment}");
        let message = fs::read(kept[0].as_ref().unwrap().path()).unwrap();
        assert_whole(&message, moment);
        let text = String::from_utf8_lossy(&message[..400]).into_owned();
        assert!(text.contains(&format!("Date: {date}")), "{moment}: {text}");
        let log = fs::read_to_string(sent.path().join("log")).unwrap();
        for line in log.lines() {
            let _: Value = serde_json::from_str(line).unwrap();
        }
        fs::write(sent.path().join("text"), "hello\n").unwrap();
        let compose = ["compose", "--from", "a@d.example", "--to", "b@d.example", "--text", "text"];
        let composed = limited(program(&clock, sent.path()).args(compose));
        let composed = String::from_utf8_lossy(&composed.stdout).into_owned();
        assert!(composed.contains(&format!("Date: {date}")), "{moment}: {composed}");
    }
}

/// A sink with TLS, and a clock of its own.
fn sink(clock: &Clock) -> Running {
    let dir = tempfile::tempdir().unwrap();
    let mut command = program(clock, dir.path());
    command.args(["sink", "--json", "--tls-self-signed", "--maildir"]).arg(dir.path().join("mail"));
    Running::spawn(command, dir)
}

#[test]
fn no_clock_is_so_odd_that_a_sink_does_not_serve_or_a_check_does_not_judge() {
    let Some(clock) = Clock::new() else { return };
    for (moment, _) in ODD {
        clock.set(moment);
        let mut sink = sink(&clock);
        let dir = tempfile::tempdir().unwrap();
        let fingerprint = sink.listening["certificate"].as_str().unwrap().to_owned();
        let trust = ["--tls-fingerprint", &fingerprint];
        let mut command = program(&clock, dir.path());
        command.args(["check", "--server", &sink.address, "--tls", "required", "--json"]).args(trust);
        let output = limited(&mut command);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("a fault in the program"), "{moment}: {said}");
        assert_eq!(output.status.code(), Some(0), "{moment}: {said}");
        let _: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut command = program(&clock, dir.path());
        fs::write(dir.path().join("note.eml"), HEAD).unwrap();
        command.args(["send", "note.eml", "--server", &sink.address, "--tls", "required", "--json"]);
        let output = limited(command.args(["--to", "b@d.example"]).args(trust));
        assert_exit(&output, 0, moment);
        let kept = std::iter::repeat_with(|| sink.object()).find(|it| !it["received"].is_null()).unwrap();
        let received = kept["received"].as_str().unwrap();
        assert!(received.ends_with('Z') && received.contains('T'), "{moment}: {received}");
        sink.assert_kept(1);
    }
}

/// What shows that the clock in these tests really jumps under a program that runs.
#[test]
fn a_sink_tells_of_a_clock_that_is_set_under_it() {
    let Some(clock) = Clock::new() else { return };
    let mut sink = sink(&clock);
    let mut years = Vec::new();
    for setting in ["@2011-03-01 00:00:00", "@2031-03-01 00:00:00", "@2007-03-01 00:00:00"] {
        clock.set(setting);
        let mut client = sink.greeted("EHLO");
        for (line, answer) in [
            ("MAIL FROM:<a@d.example>", "250"),
            ("RCPT TO:<b@d.example>", "250"),
            ("DATA", "354"),
            ("From: a@d.example\r\n\r\nhello\r\n.", "250"),
        ] {
            client.ask(line, answer);
        }
        let received = sink.object()["received"].as_str().unwrap().to_owned();
        years.push(received[..4].to_owned());
    }
    assert_eq!(years, ["2011", "2031", "2007"]);
    sink.assert_kept(3);
}
