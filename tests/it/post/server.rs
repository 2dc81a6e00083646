//! HTTP servers on a loopback port, played connection by connection, and the program run against them.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustls::ServerConfig;

use crate::fixture::limit::finished;
use crate::fixture::pipe::{Heard, Pipe, Socket};

/// The longest wait for anything; a test that needs it has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

pub(super) const NOTE: &str = "Bcc: c@d.example\nSubject: x\n\n.\nbare\rcr\n";

/// One connection, with what HTTP needs to hear.
pub(super) struct Peer {
    pipe: Pipe,
}

/// A request as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// The request line and the fields.
    pub(super) head: Vec<String>,
    /// The body without its framing, as far as it was read.
    pub(super) body: Vec<u8>,
}

impl Asked {
    pub(super) fn line(&self) -> &str {
        self.head.first().map_or("", String::as_str)
    }

    pub(super) fn field(&self, name: &str) -> Option<&str> {
        let of =
            |line: &'_ str| line.split_once(':').is_some_and(|(found, _)| found.eq_ignore_ascii_case(name));
        self.head.iter().skip(1).find(|line| of(line)).map(|line| line.split_once(':').unwrap().1.trim())
    }
}

impl Peer {
    fn line(&mut self) -> Option<String> {
        match self.pipe.line(Instant::now() + PATIENCE) {
            Heard::Line(line) => Some(String::from_utf8_lossy(&line).into_owned()),
            _ => None,
        }
    }

    /// The head of a request; empty where the client has left.
    pub(super) fn head(&mut self) -> Asked {
        let mut head = Vec::new();
        while let Some(line) = self.line().filter(|line| !line.is_empty()) {
            head.push(line);
        }
        Asked { head, body: Vec::new() }
    }

    /// So many octets, or those that came before the client left.
    pub(super) fn octets(&mut self, count: usize) -> Vec<u8> {
        let until = Instant::now() + PATIENCE;
        while self.pipe.ahead().len() < count && !self.pipe.is_closed() && self.pipe.fill(until) {}
        let count = count.min(self.pipe.ahead().len());
        self.pipe.take(count)
    }

    /// A whole request, by its length or in chunks; none where it was broken off.
    pub(super) fn whole(&mut self) -> Option<Asked> {
        let mut asked = self.head();
        if asked.field("expect").is_some() {
            self.say("HTTP/1.1 100 Continue\r\n\r\n");
        }
        if asked.field("transfer-encoding") == Some("chunked") {
            loop {
                let size = usize::from_str_radix(&self.line()?, 16).unwrap();
                let chunk = self.octets(size);
                if chunk.len() < size || !self.line()?.is_empty() {
                    return None;
                }
                if size == 0 {
                    return Some(asked);
                }
                asked.body.extend(chunk);
            }
        }
        let length = asked.field("content-length")?.parse().unwrap();
        asked.body = self.octets(length);
        (asked.body.len() == length).then_some(asked)
    }

    /// Says something; a client that has left is no fault here.
    pub(super) fn say(&mut self, text: &str) {
        let _ = self.pipe.say(text.as_bytes());
    }

    /// Says something; false where nobody takes it any more.
    pub(super) fn goes_on(&mut self, text: &str) -> bool {
        self.pipe.say(text.as_bytes()).is_ok()
    }

    /// An answer without a body.
    pub(super) fn answer(&mut self, status: &str, fields: &str) {
        self.say(&format!("HTTP/1.1 {status}\r\n{fields}Content-Length: 0\r\n\r\n"));
    }

    /// True where the client left in time without a further octet.
    pub(super) fn is_left_alone(&mut self) -> bool {
        let until = Instant::now() + PATIENCE;
        while !self.pipe.is_closed() && self.pipe.fill(until) {}
        self.pipe.ahead().is_empty() && self.pipe.is_closed()
    }

    /// Everything up to the end of the connection.
    pub(super) fn rest(&mut self) -> usize {
        let until = Instant::now() + PATIENCE;
        let mut count = 0;
        loop {
            let more = self.pipe.fill(until);
            let ahead = self.pipe.ahead().len();
            self.pipe.take(ahead);
            count += ahead;
            if !more || self.pipe.is_closed() {
                return count;
            }
        }
    }

    /// True where the client leaves in time though nothing is read.
    pub(super) fn is_stuck(&mut self, limit: Duration) -> bool {
        self.pipe.until_left(limit)
    }

    /// True where the client leaves within a moment.
    pub(super) fn has_left(&mut self, limit: Duration) -> bool {
        self.pipe.until_left(limit)
    }

    pub(super) fn reset(self) {
        self.pipe.reset();
    }
}

/// How a run ended.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) exit: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) json: serde_json::Value,
    pub(super) took: Duration,
}

impl Ran {
    /// Holds the status, and the words on standard error.
    pub(super) fn must(&self, case: &str, exit: i32, said: &[&str]) {
        assert_eq!(self.exit, Some(exit), "{case}: {}{}", self.stderr, self.stdout);
        for words in said {
            assert!(self.stderr.contains(words), "{case}: no {words:?} in\n{}", self.stderr);
        }
    }
}

/// What is fed to standard input.
pub(super) enum Feed<'a> {
    Nothing,
    Octets(&'a [u8]),
    /// These, and then nothing, but no end.
    Open(&'a [u8]),
}

/// A directory with a message.
pub(super) struct Desk {
    pub(super) place: tempfile::TempDir,
}

pub(super) type Part<'a, K> = Box<dyn FnOnce(Peer) -> K + Send + 'a>;

/// A part for one connection.
pub(super) fn part<'a, K>(play: impl FnOnce(Peer) -> K + Send + 'a) -> Part<'a, K> {
    Box::new(play)
}

/// A server that takes a whole request and answers it.
pub(super) fn answering(status: &'static str, fields: &'static str) -> Part<'static, Option<Asked>> {
    part(move |mut peer: Peer| {
        let asked = peer.whole();
        peer.answer(status, fields);
        asked
    })
}

impl Desk {
    pub(super) fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("note.eml"), NOTE).unwrap();
        Self { place }
    }

    pub(super) fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.place.path().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Writes the port of the server into the configuration file, where there is one.
    fn tell_port(&self, port: u16) {
        let path = self.place.path().join("config.toml");
        if let Ok(text) = fs::read_to_string(&path) {
            self.file("config.toml", text.replace("{port}", &port.to_string()));
        }
    }

    /// Posts note.eml to a server that plays these parts, one a connection.
    pub(super) fn post<K: Send>(&self, options: &str, parts: Vec<Part<'_, K>>) -> (Ran, Vec<K>) {
        self.run(&format!("post {{url}}/in note.eml {options}"), Feed::Nothing, parts)
    }

    /// Runs the program with these words; `{url}` stands for the server's, `{port}` for its port.
    pub(super) fn run<K: Send>(&self, words: &str, feed: Feed<'_>, parts: Vec<Part<'_, K>>) -> (Ran, Vec<K>) {
        self.run_by(None, words, feed, parts)
    }

    /// The same over TLS.
    pub(super) fn run_by<K: Send>(
        &self,
        tls: Option<&Arc<ServerConfig>>,
        words: &str,
        feed: Feed<'_>,
        parts: Vec<Part<'_, K>>,
    ) -> (Ran, Vec<K>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        // A small window lets the client feel a server that does not read.
        rustix::net::sockopt::set_socket_recv_buffer_size(&listener, 65536).unwrap();
        let port = listener.local_addr().unwrap().port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let words = words
            .replace("{url}", &format!("{scheme}://127.0.0.1:{port}"))
            .replace("{port}", &port.to_string());
        self.tell_port(port);
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let serving = scope.spawn(|| {
                let mut kept = Vec::new();
                for play in parts {
                    let Some(pipe) = accept(&listener, &is_over) else { break };
                    let pipe = match tls {
                        None => pipe,
                        Some(config) => match pipe.secured(Arc::clone(config), PATIENCE) {
                            Ok(pipe) => pipe,
                            Err(_) => break,
                        },
                    };
                    kept.push(play(Peer { pipe }));
                }
                kept
            });
            let ran = run(self.place.path(), &words, feed);
            // Whoever still waits for a connection gets this one, and knows it.
            is_over.store(true, Ordering::SeqCst);
            drop(TcpStream::connect((Ipv4Addr::LOCALHOST, port)));
            (ran, serving.join().unwrap())
        })
    }
}

/// The next connection; none once the run is over.
fn accept(listener: &TcpListener, is_over: &AtomicBool) -> Option<Pipe> {
    let socket = listener.accept().unwrap().0;
    (!is_over.load(Ordering::SeqCst)).then(|| Pipe::new(Socket::Tcp(socket), PATIENCE))
}

/// The program with these words, ready to be run.
pub(super) fn command(dir: &Path, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
    command.args(words.split(' ').filter(|word| !word.is_empty()).map(|word| word.replace('~', " ")));
    if !words.contains("--timeout") {
        command.args(["--timeout", "20"]);
    }
    command.env_clear().env("MAILXPORT_CONFIG", "/dev/null").env("HOME", dir).current_dir(dir);
    command
}

/// Runs it; words are parted by blanks, and `~` is a blank within one.
pub(super) fn run(dir: &Path, words: &str, feed: Feed<'_>) -> Ran {
    let begun = Instant::now();
    let mut command = command(dir, words);
    let stdin = if matches!(feed, Feed::Nothing) { Stdio::null() } else { Stdio::piped() };
    let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let open = fed(&mut child, feed);
    let output = finished(child);
    drop(open);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if words.contains("--json") {
        // Whatever is asked and answered in these tests, the object is as the schema has it.
        let objects = serde_json::Deserializer::from_str(&stdout).into_iter::<serde_json::Value>();
        let paper = crate::json::Paper::of("result.schema.json");
        objects.map_while(Result::ok).for_each(|object| paper.holds(&object));
    }
    Ran {
        exit: output.status.code(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        json: serde_json::from_str(stdout.lines().next().unwrap_or("null")).unwrap_or_default(),
        stdout,
        took: begun.elapsed(),
    }
}

/// Feeds what fits into a pipe in a thread of its own; returns what keeps it open.
fn fed(child: &mut Child, feed: Feed<'_>) -> Option<std::os::fd::OwnedFd> {
    use std::io::Write;
    let (octets, keep) = match feed {
        Feed::Nothing => return None,
        Feed::Octets(octets) => (octets.to_vec(), false),
        Feed::Open(octets) => (octets.to_vec(), true),
    };
    let mut stdin = child.stdin.take().unwrap();
    let other = keep.then(|| std::os::fd::AsFd::as_fd(&stdin).try_clone_to_owned().unwrap());
    thread::spawn(move || {
        let _ = stdin.write_all(&octets);
    });
    other
}
