//! `mailxport sink` as a process: dialogues octet by octet, wishes to misbehave, and clients that others wrote.

// Helpers are no tests in the eyes of clippy's allow-*-in-tests.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

mod dialogue;
mod foreign;
mod inside;
mod kept;
mod logon;
mod secure;
mod wishes;

use crate::fixture::limit::limited;
use std::fs;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// The longest wait for anything; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a sink; dropped, it is killed.
pub(crate) struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
    pub(crate) address: String,
    pub(crate) dir: TempDir,
    /// The object of the first line, with `--json`.
    pub(crate) listening: serde_json::Value,
}

impl Running {
    /// Starts a sink that keeps what it takes.
    pub(crate) fn keeping(options: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut command = program();
        command.args(["sink", "--json", "--maildir"]).arg(dir.path().join("mail")).args(options);
        Self::spawn(command, dir)
    }

    /// Starts a sink with these options and no other.
    pub(crate) fn with(options: &[&str]) -> Self {
        let mut command = program();
        command.arg("sink").args(options);
        Self::spawn(command, tempfile::tempdir().unwrap())
    }

    /// Runs a command that is a sink in the end, and waits until it listens.
    pub(crate) fn spawn(mut command: Command, dir: TempDir) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let listening = serde_json::Value::Null;
        let mut running = Self { child, output, address: String::new(), dir, listening };
        let line = running.line();
        if let Some(address) = line.strip_prefix("listening on ") {
            running.address = address.to_owned();
        } else {
            running.listening = json(&line);
            running.address = running.listening["listening"][0].as_str().unwrap().to_owned();
        }
        running
    }

    /// Takes what it says as it comes, so that it is never held up; none of it can be read any more.
    pub(crate) fn unheard(self) -> Self {
        let mut output = fs::File::from(self.output.get_ref().as_fd().try_clone_to_owned().unwrap());
        thread::spawn(move || io::copy(&mut output, &mut io::sink()));
        self
    }

    /// Reads the next line of standard output; empty at its end.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Reads the next line of standard output as JSON.
    pub(crate) fn object(&mut self) -> serde_json::Value {
        json(&self.line())
    }

    /// Connects and hears the greeting.
    pub(crate) fn client(&self) -> Client {
        let mut client = self.silent_client();
        client.expect("220");
        client
    }

    /// Connects and says what a client says first.
    pub(crate) fn greeted(&self, hello: &str) -> Client {
        let mut client = self.client();
        client.ask(&format!("{hello} client.example"), "250");
        client
    }

    /// Connects and hears nothing yet.
    pub(crate) fn silent_client(&self) -> Client {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Client { input: BufReader::new(stream) }
    }

    /// Tells the files in a part of the Maildir.
    pub(crate) fn files(&self, part: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.dir.path().join("mail").join(part)).unwrap();
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// Reads the one message that is kept.
    pub(crate) fn message(&self) -> Vec<u8> {
        let files = self.files("new");
        assert_eq!(files.len(), 1, "{files:?}");
        fs::read(&files[0]).unwrap()
    }

    /// Asserts that so many messages are kept.
    pub(crate) fn assert_kept(&self, count: usize) {
        assert_eq!(self.files("new").len(), count);
    }

    /// Asserts that nothing at all is kept.
    pub(crate) fn assert_empty(&self) {
        for part in ["new", "cur", "tmp", "envelopes"] {
            assert_eq!(self.files(part), Vec::<PathBuf>::new(), "{part}");
        }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Talks to a sink, octet by octet.
pub(crate) struct Client<S = TcpStream> {
    input: BufReader<S>,
}

impl<S: Read + Write> Client<S> {
    /// Sends octets.
    pub(crate) fn send(&mut self, octets: impl AsRef<[u8]>) {
        self.input.get_mut().write_all(octets.as_ref()).unwrap();
        self.input.get_mut().flush().unwrap();
    }

    /// Reads one reply, all of its lines.
    pub(crate) fn reply(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            self.input.read_line(&mut line).unwrap();
            let text =
                line.strip_suffix("\r\n").unwrap_or_else(|| panic!("no whole line: {line:?}")).to_owned();
            let last = text.as_bytes().get(3) != Some(&b'-');
            lines.push(text);
            if last {
                return lines;
            }
        }
    }

    /// Reads one reply that must begin so, and gives its last line.
    pub(crate) fn expect(&mut self, start: &str) -> String {
        let reply = self.reply();
        let last = reply.last().unwrap().clone();
        assert!(last.starts_with(start), "expected {start}, heard {reply:?}");
        last
    }

    /// Says a line and expects a reply.
    pub(crate) fn ask(&mut self, line: &str, start: &str) -> String {
        self.send(format!("{line}\r\n"));
        self.expect(start)
    }

    /// Opens a transaction.
    pub(crate) fn envelope(&mut self) {
        self.ask("MAIL FROM:<a@d.example>", "250 2.1.0");
        self.ask("RCPT TO:<b@d.example>", "250 2.1.5");
    }

    /// Sends a message that is stuffed and ended already.
    pub(crate) fn data(&mut self, wire: &str, start: &str) -> String {
        self.ask("DATA", "354");
        self.send(wire);
        self.expect(start)
    }

    /// Reads to the end of the connection, whichever way it ends.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match self.input.read_to_end(&mut rest) {
            Err(trouble) if trouble.kind() == ErrorKind::ConnectionReset => rest,
            // TLS says so where the other end has gone without a word.
            Err(trouble) if trouble.kind() == ErrorKind::UnexpectedEof => rest,
            Err(trouble) => panic!("{trouble}"),
            Ok(_) => rest,
        }
    }
}

impl Client {
    /// Says that nothing more will come.
    pub(crate) fn end(&mut self) {
        self.input.get_ref().shutdown(std::net::Shutdown::Write).unwrap();
    }
}

/// The program under test.
pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_mailxport"))
}

fn json(line: &str) -> serde_json::Value {
    serde_json::from_str(line).unwrap_or_else(|trouble| panic!("{trouble}: {line:?}"))
}

/// Tells the queue id of a reply.
pub(crate) fn queue_id(reply: &str) -> &str {
    reply.strip_prefix("250 2.0.0 queued as ").unwrap()
}

/// Runs the sink where it must not start, and gives its status and what it said.
pub(crate) fn refused(options: &[&str]) -> (Option<i32>, String) {
    let output = limited(program().arg("sink").args(options));
    assert!(output.stdout.is_empty());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// Reads the envelope beside a message.
pub(crate) fn envelope(message: &Path) -> serde_json::Value {
    let name = format!("{}.json", message.file_name().unwrap().to_str().unwrap());
    json(&fs::read_to_string(message.ancestors().nth(2).unwrap().join("envelopes").join(name)).unwrap())
}
