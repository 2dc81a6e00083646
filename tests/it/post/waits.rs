//! Every wait has its limit; a deadline and a signal end all of them.

use super::server::{Desk, Feed, Peer, command, part};
use crate::fixture::limit::{finished, somebody_at};
use rustix::process::{Pid, Signal, kill_process};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::time::Duration;

/// A server that hears so many octets of a body, and then nothing more.
fn deaf(octets: usize) -> super::server::Part<'static, ()> {
    part(move |mut peer: Peer| {
        peer.head();
        peer.octets(octets);
        peer.rest();
    })
}

#[test]
fn silence_is_25_before_the_end_and_40_behind_it() {
    let desk = Desk::new();
    let (ran, _) = desk.post("--timeout 0.5 --json", vec![deaf(1000)]);
    ran.must("behind", 40, &["was silent for 500 ms after the whole message"]);
    assert_eq!(ran.json["name"], "MXP_E_OUTCOME_UNKNOWN");
    assert!(ran.took < Duration::from_secs(10));
}

#[test]
fn a_server_that_takes_nothing_is_left() {
    let desk = Desk::new();
    desk.file("big", vec![b'x'; 64 << 20]);
    let stuck = part(|mut peer: Peer| {
        peer.head();
        assert!(peer.is_stuck(Duration::from_secs(10)));
    });
    let (ran, _) = desk.run("post {url}/in big --timeout 0.5", Feed::Nothing, vec![stuck]);
    ran.must("stuck", 25, &["took nothing of the message for 500 ms"]);
}

#[test]
fn a_server_that_drips_its_head_does_not_stretch_the_wait() {
    let desk = Desk::new();
    let drip = part(|mut peer: Peer| {
        peer.whole();
        for octet in "HTTP/1.1 200 OK\r\nX: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy".chars() {
            peer.say(&octet.to_string());
            if peer.has_left(Duration::from_millis(100)) {
                return true;
            }
        }
        false
    });
    let (ran, kept) = desk.post("--timeout 1", vec![drip]);
    ran.must("drip", 40, &[]);
    assert!(kept[0], "it waited for all of it");
}

#[test]
fn a_silent_source_is_waited_for_and_the_deadline_ends_it() {
    let desk = Desk::new();
    let listens = part(|mut peer: Peer| {
        peer.head();
        peer.rest()
    });
    let (ran, kept) = desk.run(
        "post {url}/in --size 10 --content-type a/b --timeout 0.3 --deadline 1.5",
        Feed::Open(b"hello"),
        vec![listens],
    );
    ran.must("deadline", 25, &["the deadline of 1.5 s passed"]);
    assert!(ran.took >= Duration::from_millis(1400), "{:?}", ran.took);
    assert!(kept[0] < 10);
}

/// The program, once it has connected, and the server's end of that.
fn connected(desk: &Desk, words: &str, listener: &TcpListener, stdin: Stdio) -> (Child, TcpStream) {
    let mut command = command(desk.place.path(), words);
    let child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    somebody_at(listener);
    (child, listener.accept().unwrap().0)
}

/// Ends it by a signal, of which it dies with a report that nothing was sent.
fn terminated(mut child: Child) {
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let open = child.stdin.take();
    let output = finished(child);
    drop(open);
    assert_eq!(output.status.signal(), Some(15));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["name"], &json["verdict"]), (&"E_ABORT".into(), &"not-sent".into()));
}

#[test]
fn a_signal_ends_the_request_without_its_end() {
    let desk = Desk::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let words =
        format!("post http://{}/in --size 10 --content-type a/b --json", listener.local_addr().unwrap());
    let (mut child, mut socket) = connected(&desk, &words, &listener, Stdio::piped());
    socket.set_read_timeout(Some(super::server::PATIENCE)).unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), b"hello").unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"hello") {
        let mut block = [0; 1024];
        let count = std::io::Read::read(&mut socket, &mut block).unwrap();
        assert!(count > 0);
        seen.extend_from_slice(&block[..count]);
    }
    terminated(child);
    assert!(matches!(std::io::Read::read(&mut socket, &mut [0; 10]), Ok(0) | Err(_)));
}

#[test]
fn a_signal_ends_the_wait_for_another_try() {
    let desk = Desk::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/in", listener.local_addr().unwrap());
    let words = format!("post {url} note.eml --retry 1 --retry-delay 3600 --json -v");
    let (mut child, mut socket) = connected(&desk, &words, &listener, Stdio::null());
    std::io::Write::write_all(&mut socket, b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n").unwrap();
    let mut said = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("mailxport: waiting") {
        line.clear();
        assert!(std::io::BufRead::read_line(&mut said, &mut line).unwrap() > 0);
    }
    terminated(child);
}

#[test]
fn an_answer_without_end_is_read_up_to_a_bound() {
    let desk = Desk::new();
    let endless = |status: &'static str| {
        part(move |mut peer: Peer| {
            peer.whole();
            peer.say(&format!("HTTP/1.1 {status}\r\n\r\n"));
            let block = "no ".repeat(20_000);
            let mut said = 0;
            while said < 200_000_000 && peer.goes_on(&block) {
                said += block.len();
            }
            said
        })
    };
    let gmail = "--via gmail {url}/in mail.eml";
    desk.file("mail.eml", "From: a@d.example\nTo: b@d.example\n\nx\n");
    for (words, status, exit) in [
        ("{url}/in note.eml".to_owned(), "404 No", 52),
        (format!("{gmail} "), "403 No", 51),
        (format!("{gmail} "), "200 OK", 40),
    ] {
        let (ran, kept) = desk.run(&format!("post {words}"), Feed::Nothing, vec![endless(status)]);
        ran.must(&words, exit, &[]);
        assert!(kept[0] < 20_000_000, "{words}: {} octets were taken", kept[0]);
        assert!(ran.took < Duration::from_secs(10), "{words}: {:?}", ran.took);
    }
    let dripping = part(|mut peer: Peer| {
        peer.whole();
        peer.say("HTTP/1.1 404 No\r\n\r\n");
        while peer.goes_on(".") && !peer.has_left(Duration::from_millis(50)) {}
        0
    });
    let (ran, _) = desk.run("post {url}/in note.eml", Feed::Nothing, vec![dripping]);
    ran.must("a drip", 52, &[]);
    assert!(ran.took < Duration::from_secs(10), "{:?}", ran.took);
}
