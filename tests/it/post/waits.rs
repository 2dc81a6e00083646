//! Every wait has its limit; a deadline and a signal end all of them.

use super::server::{Desk, Feed, Peer, command, part};
use crate::fixture::limit::{finished, somebody_at};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
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

#[test]
fn a_signal_ends_the_request_without_its_end() {
    let desk = Desk::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let words =
        format!("post http://{}/in --size 10 --content-type a/b --json", listener.local_addr().unwrap());
    let mut child = command(desk.place.path(), &words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    somebody_at(&listener);
    let (mut socket, _) = listener.accept().unwrap();
    socket.set_read_timeout(Some(super::server::PATIENCE)).unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), b"hello").unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"hello") {
        let mut block = [0; 1024];
        let count = std::io::Read::read(&mut socket, &mut block).unwrap();
        assert!(count > 0);
        seen.extend_from_slice(&block[..count]);
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let open = child.stdin.take();
    let output = finished(child);
    drop(open);
    assert_eq!(output.status.signal(), Some(15));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["name"], &json["verdict"]), (&"E_ABORT".into(), &"not-sent".into()));
    assert!(matches!(std::io::Read::read(&mut socket, &mut [0; 10]), Ok(0) | Err(_)));
}
