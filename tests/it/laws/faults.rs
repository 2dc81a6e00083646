//! What ends the process by force ends it with the truth: 1, 35 or 25 before the end of a message, 40 behind it.
//!
//! The test binary starts itself again: the child installs the program's guard, sends a message to a server of its own and
//! fails on purpose. The parent looks at its exit status and its words.

use super::{envelope, letter, open, plan};
use crate::fixture::limit::somebody_at;
use mailxport::app::guard::{catch_faults, catch_lack_of_memory, enforce};
use mailxport::delivery::again::Tries;
use mailxport::delivery::deliver::deliver;
use mailxport::delivery::job::{Desk, Letter, Report, Turn};
use mailxport::message::open::Origin;
use mailxport::terms::event::{Event, Observer};
use mailxport::terms::failure::Failure;
use mailxport::watch::wait::Watch;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

const CHILD: &str = "MAILXPORT_TEST_FAULT";

/// Where the child fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At MAIL, when nothing was handed over.
    Envelope,
    /// Just before the end of the message is written.
    End,
    /// While the verdict is waited for.
    Verdict,
    /// When the verdict has come and is not yet reported.
    Judged,
    /// At RSET, behind a first message that was accepted.
    Next,
}

/// How it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Panic,
    PanicElsewhere,
    Allocate,
    Block,
    /// Blocks in a write to a standard error that nobody reads.
    BlockInWriting,
}

const PLACES: [(&str, Place); 5] = [
    ("envelope", Place::Envelope),
    ("end", Place::End),
    ("verdict", Place::Verdict),
    ("judged", Place::Judged),
    ("next", Place::Next),
];
const DEEDS: [(&str, Deed); 5] = [
    ("panic", Deed::Panic),
    ("panic-elsewhere", Deed::PanicElsewhere),
    ("allocate", Deed::Allocate),
    ("block", Deed::Block),
    ("block-in-writing", Deed::BlockInWriting),
];

impl Deed {
    fn be_done(self) {
        match self {
            Deed::Panic => panic!("on purpose \x1b[31m"),
            Deed::PanicElsewhere => {
                let _ = std::thread::spawn(|| panic!("on purpose")).join();
                panic!("the fault of another thread did not end the process");
            }
            // More than any address space has.
            Deed::Allocate => drop(std::hint::black_box(vec![0u8; 1 << 60])),
            Deed::Block => drop(channel::<()>().1.recv_timeout(Duration::from_secs(60))),
            Deed::BlockInWriting => {
                let mut stderr = std::io::stderr().lock();
                while stderr.write_all(&[b'x'; 4096]).is_ok() {}
            }
        }
    }
}

/// Fails at its place.
struct Saboteur(Place, Deed);

impl Observer for Saboteur {
    fn note(&mut self, event: &Event<'_>) {
        let here = match event {
            Event::Command("RSET") => self.0 == Place::Next,
            Event::Command(line) => self.0 == Place::Envelope && line.starts_with("MAIL"),
            Event::Committed { .. } => self.0 == Place::End,
            Event::Stream { current, total, .. } => self.0 == Place::Verdict && Some(*current) == *total,
            Event::Judged => self.0 == Place::Judged,
            _ => false,
        };
        if here {
            self.1.be_done();
        }
    }
}

struct Silent(Place, Deed);

impl Desk for Silent {
    fn ear(&self, _: usize) -> Box<dyn Observer + '_> {
        Box::new(Saboteur(self.0, self.1))
    }
    fn open(&self, _: &Origin) -> Result<Letter, Failure> {
        panic!("every letter is open");
    }
    fn report(&self, _: &Report<'_>) {}
}

/// Accepts one session and answers every line of it well.
fn serve(listener: TcpListener) {
    somebody_at(&listener);
    let (stream, _) = listener.accept().unwrap();
    let (mut writer, reader) = (stream.try_clone().unwrap(), BufReader::new(stream));
    writer.write_all(b"220 here\r\n").unwrap();
    let mut in_body = false;
    for line in reader.lines().map_while(Result::ok) {
        if in_body && line != "." {
            continue;
        }
        in_body = line == "DATA";
        let _ = writer.write_all(if in_body { b"354 go on\r\n" } else { b"250 ok\r\n" });
    }
}

#[test]
fn child_that_fails_on_purpose() {
    let Ok(wish) = std::env::var(CHILD) else { return };
    let (deed, place) = wish.split_once(' ').unwrap();
    let deed = DEEDS.iter().find(|known| known.0 == deed).unwrap().1;
    let place = PLACES.iter().find(|known| known.0 == place).unwrap().1;
    catch_faults();
    catch_lack_of_memory();
    let whole = Duration::from_millis(100);
    let waits = matches!(deed, Deed::Block | Deed::BlockInWriting);
    let deadline = waits.then(|| (Instant::now() + whole, whole));
    if let Some((at, whole)) = deadline {
        enforce(whole, at);
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let plan = plan(&listener.local_addr().unwrap().to_string(), false);
    std::thread::spawn(move || serve(listener));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("note.eml");
    std::fs::write(&path, letter(1, 100)).unwrap();
    let letter = || Letter { envelope: envelope(1), message: open(&path) };
    let turn = |_| Turn::Ready(Origin::Path(path.clone()), Box::new(letter()));
    let watch = Arc::new(Watch::default());
    deliver(&plan, &watch, (0..2).map(turn).collect(), 1, Tries::default(), &Silent(place, deed));
}

/// Runs the child; returns its exit status (none where a signal killed it) and its words.
fn fail(deed: &str, place: &str) -> (Option<i32>, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["laws::faults::child_that_fails_on_purpose", "--exact", "--nocapture"]);
    command.env(CHILD, format!("{deed} {place}")).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let (pid, stderr) = (Pid::from_child(&child), File::from(OwnedFd::from(child.stderr.take().unwrap())));
    let (ended, end) = channel();
    std::thread::scope(|scope| {
        // Where the child blocks in writing, nobody reads until it has ended.
        let reader = (deed != "block-in-writing").then(|| scope.spawn(|| words(&stderr)));
        scope.spawn(move || ended.send(child.wait().unwrap()));
        let status = end.recv_timeout(Duration::from_secs(20)).ok();
        if status.is_none() {
            kill_process(pid, Signal::KILL).unwrap();
        }
        let words = reader.map_or_else(|| words(&stderr), |reader| reader.join().unwrap());
        (status.and_then(|status| status.code()), words)
    })
}

fn words(mut stderr: &File) -> String {
    let mut octets = Vec::new();
    stderr.read_to_end(&mut octets).unwrap();
    String::from_utf8_lossy(&octets).into_owned()
}

fn expect(rows: &[(&str, &str, i32)]) {
    for &(deed, place, status) in rows {
        let (ended, words) = fail(deed, place);
        assert_eq!(ended, Some(status), "{deed} at {place}\n{words}");
        if deed == "block-in-writing" {
            continue;
        }
        // Where memory is lacking, the status alone speaks: no words of our own can be had in an abort.
        let can_speak = deed != "allocate";
        assert_eq!(words.contains("unknown"), status == 40 && can_speak, "{deed} at {place}\n{words}");
        let in_part = matches!(status, 41 | 42) && can_speak;
        assert_eq!(words.contains("partly sent"), in_part, "{deed} at {place}\n{words}");
        assert!(!words.contains('\x1b'), "{words}");
        let said = match deed {
            "allocate" => "memory",
            "block" => "the deadline of 100 ms passed",
            _ => "mailxport: error: a fault in the program: on purpose",
        };
        assert!(words.contains(said), "{deed} at {place}\n{words}");
    }
}

#[test]
fn a_fault_is_1_before_the_end_and_40_behind_it() {
    expect(&[
        ("panic", "envelope", 1),
        ("panic", "end", 40),
        ("panic", "verdict", 40),
        ("panic", "judged", 40),
        ("panic-elsewhere", "envelope", 1),
        ("panic-elsewhere", "end", 40),
        ("panic-elsewhere", "verdict", 40),
    ]);
}

#[test]
fn lack_of_memory_is_35_before_the_end_and_40_behind_it() {
    expect(&[("allocate", "envelope", 35), ("allocate", "end", 40), ("allocate", "verdict", 40)]);
}

#[test]
fn a_deadline_that_nothing_hears_is_25_before_the_end_and_40_behind_it() {
    expect(&[("block", "envelope", 25), ("block", "end", 40), ("block", "verdict", 40)]);
}

#[test]
fn behind_an_accepted_message_a_forced_end_is_partial() {
    expect(&[("panic", "next", 41), ("allocate", "next", 42), ("block", "next", 42)]);
}

#[test]
fn a_reader_that_does_not_read_holds_no_deadline_up() {
    expect(&[("block-in-writing", "envelope", 25), ("block-in-writing", "verdict", 40)]);
}
