//! The crash matrix: the client, or the server, dies at any octet of a session. The sink holds a whole message or none, and no
//! exit status says otherwise.
//!
//! A relay stands between the two and strikes before a certain octet of one direction passes: among the replies that is a
//! stage, in the message any place. `MAILXPORT_CRASHES=N` has N cases instead of a few; `MAILXPORT_CRASH_SEED` other ones.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::inotify;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::fixture::limit::{finished, somebody_at};
use crate::sink::Running;

/// Cases without a wish for more.
const FEW: usize = 120;
const CREW: usize = 4;
/// The longest wait for what must come to be.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Client(Signal),
    Sink,
}

/// Before which octet: of what the client says, or of what the sink says.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Client(usize),
    Sink(usize),
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

#[derive(Clone, Debug)]
struct Case {
    number: usize,
    victim: Victim,
    moment: Moment,
    options: Vec<&'static str>,
    octets: usize,
}

impl Case {
    fn new(number: usize, seed: u64) -> Self {
        let mut dice = Dice(seed ^ (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        dice.below(2);
        let victims = [
            Victim::Client(Signal::KILL),
            Victim::Client(Signal::TERM),
            Victim::Client(Signal::INT),
            Victim::Sink,
        ];
        let octets = [300, 5_000, 300_000][dice.below(3)];
        let moment = match dice.below(3) {
            // Greeting, EHLO and its answer, the envelope, 354, the verdict, the farewell.
            0 => Moment::Sink(dice.below(460)),
            1 => Moment::Client(dice.below(200)),
            _ => Moment::Client(dice.below(octets + 250)),
        };
        let options = [&[][..], &["--no-chunking"], &["--partial"]][dice.below(3)].to_vec();
        Self { number, victim: victims[number % victims.len()], moment, options, octets }
    }

    /// The message as it must be kept.
    fn text(&self) -> String {
        let number = self.number;
        let head = format!(
            "Date: Fri, 21 Nov 2025 10:00:00 +0000\r\nMessage-ID: <{number}@crash.example>\r\nFrom: a@d.example\r\n\r\n"
        );
        let line = format!(".line of {number}, one of many\r\n");
        head + &line.repeat(self.octets / line.len() + 1)
    }
}

/// Who is struck, once.
struct Strike {
    victim: OwnedFd,
    signal: Signal,
    moment: Moment,
    has_struck: AtomicBool,
}

impl Strike {
    fn now(&self) {
        self.has_struck.store(true, Ordering::SeqCst);
        // It may have ended already.
        let _ = pidfd_send_signal(&self.victim, self.signal);
    }
}

/// Passes octets on to their end, and strikes before a certain one.
fn pass_on(mut from: TcpStream, mut to: TcpStream, strike: Option<(usize, &Strike)>) {
    let (mut block, mut passed) = ([0; 4096], 0);
    while let Ok(count @ 1..) = from.read(&mut block) {
        let mut rest = &block[..count];
        if let Some((at, strike)) = strike.filter(|(at, _)| (passed..passed + count).contains(at)) {
            let (before, behind) = rest.split_at(at - passed);
            let _ = to.write_all(before);
            strike.now();
            rest = behind;
        }
        passed += count;
        let _ = to.write_all(rest);
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// Stands between one client and the sink until both have ended.
fn relay(door: &TcpListener, sink: &str, strike: &Strike) {
    somebody_at(door);
    let client = door.accept().unwrap().0;
    let Ok(server) = TcpStream::connect(sink) else { return };
    let (to_client, from_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let (there, back) = match strike.moment {
        Moment::Client(at) => (Some((at, strike)), None),
        Moment::Sink(at) => (None, Some((at, strike))),
    };
    thread::scope(|scope| {
        scope.spawn(|| pass_on(from_server, to_client, back));
        pass_on(client, server, there);
    });
}

fn program(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
    command.env_clear().env("HOME", dir).env("MAILXPORT_CONFIG", "/dev/null").current_dir(dir);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn send(dir: &Path, server: &str, options: &[&str]) -> Command {
    let mut command = program(dir);
    command.args(["send", "note.eml", "--as-is", "--tls", "off", "--helo", "c.example", "--timeout", "20"]);
    command.args(["--to", "b@d.example", "--server", server]).args(options);
    command
}

/// What a Maildir holds; waits until nothing is in work any more.
fn kept(maildir: &Path, may_leave_drafts: bool) -> Vec<Vec<u8>> {
    let files = |part: &str| -> Vec<PathBuf> {
        let entries = fs::read_dir(maildir.join(part)).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    if !may_leave_drafts {
        let changes = inotify::init(inotify::CreateFlags::CLOEXEC).unwrap();
        inotify::add_watch(
            &changes,
            maildir.join("tmp"),
            inotify::WatchFlags::MOVE | inotify::WatchFlags::DELETE,
        )
        .unwrap();
        while !files("tmp").is_empty() {
            let mut wanted = [PollFd::new(&changes, PollFlags::IN)];
            let came = poll(&mut wanted, Some(&PATIENCE.try_into().unwrap())).unwrap();
            assert!(came > 0, "a draft stays: {:?}", files("tmp"));
            rustix::io::read(&changes, &mut [0u8; 4096]).unwrap();
        }
    }
    files("new").iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Holds what is said against what is there; returns both as words.
fn judge(text: &str, output: &Output, kept: &[Vec<u8>]) -> Result<String, String> {
    let said = String::from_utf8_lossy(&output.stderr);
    let wrong = |law: &str| Err(format!("{law}: {:?}, {} kept\n{said}", output.status, kept.len()));
    if kept.len() > 1 {
        return wrong("a message is there twice");
    }
    if kept.iter().any(|message| message != text.as_bytes()) {
        return wrong("what is there is not whole");
    }
    let word = match (output.status.code(), output.status.signal()) {
        (Some(0), _) => "sent",
        (Some(40), _) => "unknown",
        (Some(_), _) => "not sent",
        (None, Some(9)) => "nothing",
        // Killed by a signal that it knows: its words count.
        (None, _) if said.contains("unknown:") => "unknown",
        (None, _) if said.contains("not sent:") => "not sent",
        (None, _) if said.contains(" sent") => "sent",
        (None, _) => "nothing",
    };
    match (word, kept.len()) {
        ("sent", 0) => wrong("said to be sent, and is not there"),
        ("not sent", 1) => wrong("said not to be sent, and is there"),
        (_, there) => Ok(format!("{word}, {}", if there == 1 { "there" } else { "not there" })),
    }
}

/// A case against a sink of its own, through the relay.
fn against_a_sink(case: &Case) -> Result<String, String> {
    let mut sink = Running::keeping(&[]);
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    fs::write(sink.dir.path().join("note.eml"), case.text()).unwrap();
    let address = door.local_addr().unwrap().to_string();
    let child = send(sink.dir.path(), &address, &case.options).spawn().unwrap();
    let (victim, signal) = match case.victim {
        Victim::Client(signal) => (Pid::from_child(&child), signal),
        Victim::Sink => (sink.pid(), Signal::KILL),
    };
    let victim = pidfd_open(victim, PidfdFlags::empty()).unwrap();
    let strike = Strike { victim, signal, moment: case.moment, has_struck: AtomicBool::new(false) };
    let output = thread::scope(|scope| {
        let relay = scope.spawn(|| relay(&door, &sink.address, &strike));
        let output = finished(child);
        relay.join().unwrap();
        output
    });
    let is_dead = case.victim == Victim::Sink && strike.has_struck.load(Ordering::SeqCst);
    if is_dead {
        sink.wait();
    }
    judge(&case.text(), &output, &kept(&sink.dir.path().join("mail"), is_dead))
}

/// A case against the sink inside the program, which dies with it after a while.
fn against_itself(case: &Case, dice: &mut Dice) -> Result<String, String> {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("note.eml"), case.text()).unwrap();
    let child = send(dir.path(), "sink:mail", &case.options).spawn().unwrap();
    let victim = pidfd_open(Pid::from_child(&child), PidfdFlags::empty()).unwrap();
    let signal = [Signal::KILL, Signal::TERM, Signal::INT][case.number % 3];
    // No octet can be waited for here: the time is the dice's, and no outcome is wished for.
    thread::sleep(Duration::from_micros(dice.below(60_000) as u64));
    let _ = pidfd_send_signal(&victim, signal);
    judge(&case.text(), &finished(child), &kept(&dir.path().join("mail"), true))
}

/// Plays cases side by side; returns how often each ending came.
fn play(
    count: usize,
    deed: impl Fn(&Case, &mut Dice) -> Result<String, String> + Sync,
) -> BTreeMap<String, usize> {
    let seed = std::env::var("MAILXPORT_CRASH_SEED").map_or(1, |seed| seed.parse().unwrap());
    let (next, tally, wrong) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..CREW {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        break;
                    }
                    let case = Case::new(number, seed);
                    match deed(&case, &mut Dice(seed + number as u64)) {
                        Ok(ending) => *tally.lock().unwrap().entry(ending).or_insert(0) += 1,
                        Err(why) => wrong.lock().unwrap().push(format!("{case:?}: {why}")),
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "seed {seed}, {} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    let tally = tally.into_inner().unwrap();
    println!("{count} cases: {tally:?}");
    tally
}

fn wanted() -> usize {
    std::env::var("MAILXPORT_CRASHES").map_or(FEW, |count| count.parse().unwrap())
}

#[test]
fn whoever_dies_the_sink_holds_all_or_nothing_and_no_status_lies() {
    let tally = play(wanted(), |case, _| against_a_sink(case));
    for ending in ["nothing, not there", "not sent, not there", "sent, there"] {
        assert!(tally.contains_key(ending), "no case ends with {ending}: {tally:?}");
    }
}

#[test]
fn the_embedded_sink_holds_all_or_nothing_whenever_the_program_dies() {
    play(wanted() / 3, against_itself);
}

/// No limit of time may be moved by a clock that is set: the wall clock is read for dates, certificates and names alone.
#[test]
fn a_clock_that_jumps_moves_no_limit() {
    const READERS: [&str; 9] = [
        "app/compose.rs",
        "delivery/surveyor.rs",
        "httpmail/reply.rs",
        "httpmail/request.rs",
        "message/stamp.rs",
        "net/clock.rs",
        "sink/intake.rs",
        "sink/store.rs",
        "sink/tls.rs",
    ];
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![src.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::read_to_string(&path).unwrap().contains("SystemTime::now") {
                found.push(path.strip_prefix(&src).unwrap().display().to_string());
            }
        }
    }
    let strangers: Vec<_> = found.iter().filter(|path| !READERS.contains(&path.as_str())).collect();
    assert!(strangers.is_empty(), "they read the wall clock: {strangers:?}");
}
