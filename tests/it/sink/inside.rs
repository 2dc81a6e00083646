//! The sink inside another program, as `--server sink:DIR` runs it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use mailxport::sink::{Ended, Listen, Setup, Sink, SinkProblem, StoreChoice};

fn connect(sink: &Sink) -> BufReader<TcpStream> {
    let Listen::Tcp(address) = sink.addresses()[0] else { panic!("no port") };
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(super::PATIENCE)).unwrap();
    BufReader::new(stream)
}

#[test]
fn a_message_is_heard_of_before_its_reply() {
    let dir = tempfile::tempdir().unwrap();
    let (heard, told) = mpsc::channel();
    let setup = Setup::on_loopback(StoreChoice::Maildir(dir.path().join("outbox")));
    let sink = Sink::start(setup, move |kept| heard.send(kept.clone()).unwrap()).unwrap();
    let mut client = connect(&sink);
    client
        .get_mut()
        .write_all(b"EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<b>\r\nBDAT 2 LAST\r\nhiQUIT\r\n")
        .unwrap();
    let reply = client.by_ref().lines().map(Result::unwrap).find(|line| line.contains("queued as ")).unwrap();
    let kept = told.try_recv().unwrap();
    assert_eq!(reply, format!("250 2.0.0 queued as {}", kept.name));
    let path = kept.path.unwrap();
    assert_eq!(path, dir.path().join("outbox/new").join(&kept.name));
    assert_eq!(std::fs::read(path).unwrap(), b"hi");
    drop(client);
    let start = Instant::now();
    sink.stop();
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_stopped_sink_cuts_a_client_that_stays_and_forgets_what_it_was_sending() {
    let dir = tempfile::tempdir().unwrap();
    let setup = Setup::on_loopback(StoreChoice::Maildir(dir.path().into()));
    let sink = Sink::start(setup, |_| {}).unwrap();
    let mut client = connect(&sink);
    client.get_mut().write_all(b"EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<b>\r\nDATA\r\nhalf").unwrap();
    let go_ahead = client.by_ref().lines().map(Result::unwrap).find(|line| line.starts_with("354"));
    assert!(go_ahead.is_some());
    sink.stop();
    for part in ["new", "tmp", "envelopes"] {
        assert_eq!(std::fs::read_dir(dir.path().join(part)).unwrap().count(), 0, "{part}");
    }
    assert_eq!(client.read_to_end(&mut Vec::new()).unwrap_or_default(), 0);
}

#[test]
fn a_wait_ends_with_an_interruption() {
    let sink = Sink::start(Setup::on_loopback(StoreChoice::Discard), |_| {}).unwrap();
    let stopper = sink.stopper();
    let thread = std::thread::spawn(move || stopper.interrupt());
    assert_eq!(sink.wait(), Ended::Interrupted);
    thread.join().unwrap();
}

#[test]
fn a_sink_that_other_machines_could_reach_does_not_start() {
    let listen = vec!["0.0.0.0:0".parse().unwrap()];
    let setup = Setup { listen, ..Setup::on_loopback(StoreChoice::Discard) };
    assert!(matches!(Sink::start(setup, |_| {}), Err(SinkProblem::Remote(_))));
}
