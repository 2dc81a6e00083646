//! Many messages, many processes, many recipients, long streams: nothing lost, nothing twice, memory flat.
//!
//! As it stands it takes seconds; with `MAILXPORT_LOAD=full` it is as large as the names say.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::mta::Mta;
use super::without::without_pipelining;
use crate::fixture::limit::{finished, limited, somebody_at};
use crate::sink::Running;

/// The first where everything is to be as large as it is called.
fn full_or<T>(full: T, scaled: T) -> T {
    if std::env::var_os("MAILXPORT_LOAD").is_some_and(|value| value == "full") { full } else { scaled }
}

fn program(place: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
    command.args(words).current_dir(place).env_clear().env("MAILXPORT_CONFIG", "/dev/null");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Writes messages that are told apart by their last line, and the list of them.
fn messages(place: &Path, of: &str, count: usize) {
    let names: String = (0..count).map(|number| format!("{of}-{number}.eml\n")).collect();
    for (number, name) in names.lines().enumerate() {
        let text = format!(
            "Date: Fri, 21 Nov 2025 10:00:00 +0000\nMessage-ID: <{number}@{of}>\nFrom: a@d.example\n\n{of}-{number}\n"
        );
        fs::write(place.join(name), text).unwrap();
    }
    fs::write(place.join(of), names).unwrap();
}

/// Each of these messages is kept once, and nothing else.
fn is_kept_once(sink: &Running, all: impl Iterator<Item = (String, usize)>) {
    let mut wanted: BTreeMap<String, usize> =
        all.flat_map(|(of, count)| (0..count).map(move |number| (format!("{of}-{number}"), 1))).collect();
    for file in sink.files("new") {
        let text = String::from_utf8(fs::read(file).unwrap()).unwrap();
        let name = text.lines().last().unwrap();
        let left = wanted.get_mut(name).unwrap_or_else(|| panic!("{name} was never sent"));
        assert_eq!(*left, 1, "{name} is there twice");
        *left = 0;
    }
    let lost: Vec<_> = wanted.iter().filter(|(_, left)| **left > 0).take(5).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
}

#[test]
fn ten_thousand_messages_go_once_in_one_call() {
    let count = full_or(10_000, 1000);
    for jobs in ["--jobs=1", "--jobs=4"] {
        let sink = Running::keeping(&[]).unheard();
        messages(sink.dir.path(), "m", count);
        let words = ["send", "--files-from=m", "--to=b@d.example", jobs, "--server", &sink.address];
        let output = limited(&mut program(sink.dir.path(), &words));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        is_kept_once(&sink, [("m".to_owned(), count)].into_iter());
    }
}

#[test]
fn eight_processes_side_by_side_fill_one_box() {
    let sink = Running::keeping(&[]).unheard();
    let count = full_or(500, 50);
    let lists: Vec<String> = (0..8).map(|process| format!("p{process}")).collect();
    let start = |of: &String| {
        messages(sink.dir.path(), of, count);
        let from = format!("--files-from={of}");
        program(sink.dir.path(), &["send", &from, "--to=b@d.example", "--server", &sink.address])
            .spawn()
            .unwrap()
    };
    let children: Vec<Child> = lists.iter().map(start).collect();
    for output in children.into_iter().map(finished) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    is_kept_once(&sink, lists.into_iter().map(|of| (of, count)));
}

/// What a server saw that throws everything away.
struct Seen {
    octets: u64,
    /// Kilobytes that the client had at most, when all of it was sent.
    peak: u64,
}

fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Hears one message behind DATA and answers it only when the memory of the client has been looked at.
fn hear(stream: &TcpStream, client: u32) -> Seen {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut lines = BufReader::with_capacity(1 << 20, stream);
    let say = |line: &str| (&mut &*stream).write_all(format!("{line}\r\n").as_bytes()).unwrap();
    say("220 here");
    let mut line = String::new();
    while !line.starts_with("DATA") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it left");
        say(if line.starts_with("DATA") { "354 go on" } else { "250 ok" });
    }
    let (mut octets, mut tail) = (0u64, Vec::new());
    while tail != b"\r\n.\r\n" {
        let block = lines.fill_buf().unwrap();
        assert!(!block.is_empty(), "it left before the end");
        octets += block.len() as u64;
        tail.extend_from_slice(&block[block.len().saturating_sub(5)..]);
        tail.drain(..tail.len().saturating_sub(5));
        let all = block.len();
        lines.consume(all);
    }
    let peak = peak(client);
    say("250 kept");
    Seen { octets: octets - 3, peak }
}

const LINE: &[u8] = b"0123456789012345678901234567890123456789012345678901234567890123456789012345678\n";
const HEAD: &str = "Date: Fri, 21 Nov 2025 10:00:00 +0000\nMessage-ID: <1@d.example>\nFrom: a@d.example\n\n";

/// Sends a long message, from a file or as a stream, and gives what the server saw and how many octets it should be.
fn long(from_a_file: bool, size: u64) -> (Seen, u64) {
    let place = tempfile::tempdir().unwrap();
    let block = LINE.repeat(10_000);
    let blocks = size / block.len() as u64;
    let write = |mut to: Box<dyn Write>| {
        to.write_all(HEAD.as_bytes())?;
        (0..blocks).try_for_each(|_| to.write_all(&block))
    };
    let file_size = HEAD.len() as u64 + blocks * block.len() as u64;
    let lines = (HEAD.matches('\n').count() as u64) + blocks * 10_000;
    let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let server = format!("--server={}", door.local_addr().unwrap());
    let to = ["--to=b@d.example", &server];
    let seen = thread::scope(|scope| {
        let mut child = if from_a_file {
            write(Box::new(fs::File::create(place.path().join("long")).unwrap())).unwrap();
            program(place.path(), &[&["send", "long"], &to[..]].concat()).spawn().unwrap()
        } else {
            let size = format!("--size={file_size}");
            let words = [&["send-stream", &size, "--from=a@d.example"], &to[..]].concat();
            program(place.path(), &words).stdin(Stdio::piped()).spawn().unwrap()
        };
        let id = child.id();
        let stdin = child.stdin.take();
        let hearing = scope.spawn(move || {
            somebody_at(&door);
            hear(&door.accept().unwrap().0, id)
        });
        let fed = stdin.map_or(Ok(()), |stdin| write(Box::new(stdin)));
        let output = finished(child);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fed.unwrap();
        hearing.join().unwrap()
    });
    (seen, file_size + lines)
}

#[test]
fn two_gibibytes_go_in_eight_megabytes_of_memory() {
    let size = full_or(2 << 30, 64 << 20);
    for from_a_file in [true, false] {
        // Long enough for every thread that a longer one has.
        let (small, _) = long(from_a_file, 16 << 20);
        let (large, wanted) = long(from_a_file, size);
        assert_eq!(large.octets, wanted);
        println!(
            "from a file: {from_a_file}, {} octets: {} kB, sixteen megabytes: {} kB",
            wanted, large.peak, small.peak
        );
        // A build with its checks in has more code at hand than a release; what counts is that it does not grow.
        let most = if cfg!(debug_assertions) { small.peak + 1024 } else { 8 * 1024 };
        assert!(large.peak <= most, "{} kB for {size} octets, {} kB for sixteen", large.peak, small.peak);
    }
}

/// Waits until the log has this many lines with these words.
fn logged(mta: &Mta, words: &str, count: usize) -> Vec<String> {
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    loop {
        let log = fs::read_to_string(mta.path("maillog")).unwrap_or_default();
        let lines: Vec<String> = log.lines().filter(|line| line.contains(words)).map(str::to_owned).collect();
        if lines.len() >= count {
            return lines;
        }
        assert!(std::time::Instant::now() < deadline, "{} of {count} lines with {words}", lines.len());
        thread::yield_now();
    }
}

/// It takes a thousand in one transaction, and hangs up on a client that goes on and on.
#[test]
fn five_thousand_recipients_are_reached_once_although_postfix_takes_a_thousand() {
    const MANY: usize = 5000;
    let Some(postfix) = Mta::postfix() else { return };
    let list: String = (0..MANY).map(|number| format!("r{number}@many.test\n")).collect();
    fs::write(postfix.path("many"), list).unwrap();
    let message = format!("{HEAD}hello\n");
    let doors = [postfix.ports[0], without_pipelining(postfix.ports[0])];
    let mut rounds = 0;
    for door in doors {
        let server = format!("--server=smtp://127.0.0.1:{door}");
        let send = |more: &[&str]| {
            let words = [&[&server[..], "--tls=off", "--to-file=many"], more].concat();
            let output = postfix.run(message.as_bytes(), &words);
            let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            let fates = said["recipients"].as_array().unwrap();
            let accepted = fates.iter().filter(|it| it["fate"] == "accepted").count();
            (output.status.code(), accepted, fates.len())
        };
        assert_eq!(send(&[]), (Some(108), 0, MANY), "without an option nothing is sent");
        for more in [&["--partial"][..], &["--max-recipients=1000"], &["--partial", "--no-chunking"]] {
            assert_eq!(send(more), (Some(0), MANY, MANY), "{more:?}");
            rounds += 1;
        }
    }
    let mut each: BTreeMap<String, usize> = BTreeMap::new();
    for line in logged(&postfix, "status=sent (many.test)", MANY * rounds) {
        let (_, rest) = line.split_once(" to=<").unwrap();
        *each.entry(rest.split_once('>').unwrap().0.to_owned()).or_default() += 1;
    }
    assert_eq!(each.len(), MANY);
    assert!(each.values().all(|times| *times == rounds), "somebody was missed, or got it twice");
}
