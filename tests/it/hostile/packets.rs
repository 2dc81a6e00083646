//! Lines that lose, double, disorder and spoil packets, or let only some of them pass: what TCP cannot mend is told as it is.
//!
//! The line is a device of the kernel with a program at its other end (`line.py`), in a network of its own: the kernel sends
//! again what was really lost, and waits as it would wait on any line.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::Value;

use super::network::{CHILD, apart, configure, send};
use crate::fixture::limit::{finished, limited, somebody_at};
use crate::papers::installed;
use crate::sink::Running;

const HERE: &str = "10.9.0.1";
/// This machine as well, behind the line.
const BEHIND: &str = "10.9.0.2";
/// About a megabyte.
const LINES: usize = 70_000;
/// More than the buffers of both ends hold.
const ENDLESS: usize = 1_500_000;

/// The program at the other end of the line.
struct Line {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Line {
    /// Lays a line; the port is that of the server.
    fn new(port: u16) -> Self {
        let mut command = Command::new("python3");
        command.args(["-c", include_str!("line.py"), "7"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (orders, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut line = Self { child, orders, answers };
        line.agrees();
        configure(&format!("addr add {HERE} peer {BEHIND} dev line"));
        configure("link set line up");
        // What is lost is sent again soon.
        configure(&format!("route replace {BEHIND} dev line src {HERE} rto_min 20ms"));
        line.order(&format!("port {port}"));
        line
    }

    fn agrees(&mut self) {
        assert_eq!(self.word(), "ok");
    }

    fn word(&mut self) -> String {
        let limit = Timespec { tv_sec: 60, tv_nsec: 0 };
        let ready = poll(&mut [PollFd::new(self.answers.get_ref(), PollFlags::IN)], Some(&limit));
        assert!(ready.unwrap() > 0, "the line says nothing");
        let mut word = String::new();
        self.answers.read_line(&mut word).unwrap();
        word.trim_end().to_owned()
    }

    fn order(&mut self, mood: &str) {
        writeln!(self.orders, "{mood}").unwrap();
        self.agrees();
    }

    /// Takes the line up; tells how many packets met what.
    fn deeds(self) -> Value {
        let Self { child, orders, mut answers } = self;
        drop(orders);
        let mut said = String::new();
        answers.read_line(&mut said).unwrap();
        assert!(finished(child).status.success());
        serde_json::from_str(&said).unwrap()
    }
}

fn port_of(address: &str) -> u16 {
    address.rsplit_once(':').unwrap().1.parse().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs in a network of its own, where it may do as it likes.
#[test]
fn child_with_a_line_of_its_own() {
    let Ok(case) = std::env::var(CHILD) else { return };
    configure("link set lo up");
    match case.split_once(": ").unwrap() {
        ("whole", moods) => a_message_comes_whole(moods),
        ("long packets vanish", rest) => long_packets_vanish(rest),
        (mood, rest) => nothing_comes_any_more(mood, rest),
    }
}

/// A message of a megabyte by every road.
fn a_message_comes_whole(moods: &str) {
    let listen = format!("{HERE}:0");
    configure(&format!("addr add {HERE}/32 dev lo"));
    let sink = Running::keeping(&["--listen", &listen, "--allow-remote", "--tls-self-signed"]);
    configure(&format!("addr del {HERE}/32 dev lo"));
    let port = port_of(&sink.address);
    let mut line = Line::new(port);
    for mood in moods.split(", ") {
        line.order(mood);
    }
    let (server, certificate) = (format!("{BEHIND}:{port}"), sink.listening["certificate"].as_str().unwrap());
    let roads: [&[&str]; 3] =
        [&["--no-chunking"], &[], &["--tls", "required", "--tls-fingerprint", certificate]];
    for (at, road) in roads.iter().enumerate() {
        let output = limited(&mut send(sink.dir.path(), &server, LINES, road));
        assert_eq!(output.status.code(), Some(0), "{moods}, {road:?}: {}", said(&output));
        sink.assert_kept(at + 1);
    }
    let sent = fs::read_to_string(sink.dir.path().join("note.eml")).unwrap().replace('\n', "\r\n");
    for file in sink.files("new") {
        assert!(
            fs::read(&file).unwrap() == sent.as_bytes(),
            "{moods}: {} is another message",
            file.display()
        );
    }
    let deeds = line.deeds();
    println!("{moods}: {deeds}");
    for mood in moods.split(", ") {
        let (deed, _) = mood.split_once(' ').unwrap();
        assert!(deeds[deed].as_u64().unwrap() >= 20, "{moods}: {deeds}");
    }
}

/// A mail server until it has heard this verb; then the line has its mood, and what it says next is said in vain. It lends
/// its connection to whoever wants to end it; tells whether the whole message came.
fn serve_until(
    verb: &str,
    door: &TcpListener,
    line: &mut Line,
    mood: &str,
    lent: &Sender<TcpStream>,
) -> bool {
    somebody_at(door);
    let stream = door.accept().unwrap().0;
    let _ = lent.send(stream.try_clone().unwrap());
    let (mut writer, mut in_body, mut is_whole) = (&stream, false, false);
    let mut say = |line: &str| {
        let _ = writer.write_all(format!("{line}\r\n").as_bytes());
    };
    say("220 here");
    let mut lines = BufReader::new(&stream).lines();
    while let Some(Ok(text)) = lines.next() {
        let heard = if in_body && text != "." { "body" } else { text.split([' ', ':']).next().unwrap() };
        is_whole |= heard == ".";
        if heard == verb {
            line.order(&format!("{mood} 1"));
            say("250 and nobody hears it");
            break;
        }
        match heard {
            "body" => {}
            "DATA" => {
                in_body = true;
                say("354 go on");
            }
            _ => say("250 ok"),
        }
    }
    // It leaves with all that was not read, and nobody hears that either.
    drop(lines);
    drop(stream);
    is_whole
}

fn stage_and_exit(rest: &str) -> (&str, Option<i32>) {
    let (stage, exit) = rest.split_once(' ').unwrap();
    (stage, exit.parse().ok())
}

fn door() -> (TcpListener, u16) {
    let door = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = door.local_addr().unwrap().port();
    (door, port)
}

/// From a stage on nothing passes, or nothing that the server says; neither a reset nor a farewell of its own.
fn nothing_comes_any_more(mood: &str, rest: &str) {
    let (stage, exit) = stage_and_exit(rest);
    let (dir, (door, port)) = (tempfile::tempdir().unwrap(), door());
    let mut line = Line::new(port);
    let lines = if stage == "body" { ENDLESS } else { 1 };
    let lent = channel().0;
    let output = thread::scope(|scope| {
        let server = scope.spawn(|| serve_until(stage, &door, &mut line, mood, &lent));
        let output = limited(&mut send(dir.path(), &format!("{BEHIND}:{port}"), lines, &["--timeout", "2"]));
        assert_eq!(server.join().unwrap(), stage == ".", "{mood}: {rest}");
        output
    });
    assert_eq!(output.status.code(), exit, "{mood}: {rest}: {}", said(&output));
    let deeds = line.deeds();
    assert!(deeds[mood].as_u64().unwrap() >= 1, "{deeds}");
}

/// A line on which somebody drops what is too long for him and says nothing of it.
fn long_packets_vanish(rest: &str) {
    let (size, exit) = stage_and_exit(rest);
    let (dir, (door, port)) = (tempfile::tempdir().unwrap(), door());
    let mut line = Line::new(port);
    line.order("longest 600");
    let lines = if size == "small" { 200 } else { ENDLESS };
    let (lent, connection) = channel();
    let output = thread::scope(|scope| {
        let server = scope.spawn(|| serve_until("nothing", &door, &mut line, "dead", &lent));
        let mut command = send(dir.path(), &format!("{BEHIND}:{port}"), lines, &["--timeout", "2"]);
        let output = limited(&mut command);
        // What says that the client has left stands behind what does not pass.
        let _ = connection.recv().unwrap().shutdown(Shutdown::Both);
        assert!(!server.join().unwrap(), "{rest}");
        output
    });
    assert_eq!(output.status.code(), exit, "{rest}: {}", said(&output));
    let deeds = line.deeds();
    assert!(deeds["longest"].as_u64().unwrap() >= 1, "{deeds}");
}

/// Plays a case in a network of its own, where a line can be laid.
fn on_a_line_of_its_own(case: &str) {
    if installed("python3").is_none() {
        return;
    }
    if fs::metadata("/dev/net/tun").is_err() {
        println!("skipped: no line of its own without /dev/net/tun");
        return;
    }
    apart("hostile::packets::child_with_a_line_of_its_own", case);
}

#[test]
fn packets_that_are_lost_are_sent_again_and_the_message_comes_once_and_whole() {
    on_a_line_of_its_own("whole: lose 7");
}

#[test]
fn packets_that_come_twice_late_or_spoilt_leave_the_message_as_it_is() {
    on_a_line_of_its_own("whole: double 10, swap 15, spoil 3");
}

#[test]
fn a_firewall_that_forgets_the_connection_in_the_envelope_is_left_in_time() {
    on_a_line_of_its_own("dead: MAIL 25");
}

#[test]
fn a_firewall_that_forgets_the_connection_in_the_message_is_left_in_time() {
    on_a_line_of_its_own("dead: body 25");
}

#[test]
fn a_firewall_that_forgets_the_connection_behind_the_message_leaves_it_unknown() {
    on_a_line_of_its_own("dead: . 40");
}

#[test]
fn a_verdict_that_the_line_swallows_leaves_the_message_unknown() {
    on_a_line_of_its_own("mute: . 40");
}

#[test]
fn a_server_that_cannot_be_heard_in_the_envelope_has_got_nothing() {
    on_a_line_of_its_own("mute: MAIL 25");
}

#[test]
fn a_line_that_swallows_long_packets_holds_nobody_up() {
    on_a_line_of_its_own("long packets vanish: endless 25");
}

#[test]
fn a_message_that_a_line_swallowed_with_its_end_is_unknown() {
    on_a_line_of_its_own("long packets vanish: small 40");
}
