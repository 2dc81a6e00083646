//! A server for one connection that is logged on to, and the program run against it.

use std::fs;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::ServerConfig;

use crate::fixture::limit::somebody_at;
use crate::fixture::pipe::{Heard, Pipe, Socket};

/// The longest wait for anything; a test that needs it has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// A directory with a message in it.
#[derive(Debug)]
pub(super) struct Place(tempfile::TempDir);

/// How a run ended, what it showed, and the command line that the system had of it.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) exit: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) cmdline: String,
}

impl Place {
    pub(super) fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.file("note.eml", "Date: x\nMessage-ID: <1@d.example>\nFrom: a@d.example\n\nhello\n", 0o644);
        place
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn file(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    /// What lies in a file after a run; nothing where there is none.
    pub(super) fn read(&self, name: &str) -> String {
        let octets = fs::read(self.path().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&octets).into_owned()
    }

    /// The program with these words and nothing but this environment; `{port}` is that of the server,
    /// in the file `account` too, which becomes config.toml.
    pub(super) fn run(&self, words: &[&str], env: &[(&str, &str)], serve: impl FnOnce(Wire) + Send) -> Ran {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let account = self.read("account");
        if !account.is_empty() {
            self.file("config.toml", &account.replace("{port}", &port.to_string()), 0o600);
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
        command.args(["send", "note.eml", "--to", "b@d.example", "--timeout", "20"]);
        let under_tls = ["--ca-file=ca.pem", "--insecure"].iter().any(|word| words.contains(word));
        let scheme = if under_tls { "smtps" } else { "smtp" };
        command.arg("--server").arg(format!("{scheme}://127.0.0.1:{port}")).args(words);
        command
            .env_clear()
            .env("MAILXPORT_CONFIG", "/dev/null")
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.path()).envs(env.iter().copied()).current_dir(self.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        thread::scope(|scope| {
            let mut child = command.spawn().unwrap();
            let cmdline = PathBuf::from(format!("/proc/{}/cmdline", child.id()));
            let cmdline = scope.spawn(move || {
                let wire = Wire::accept(&listener);
                // By now it has long become itself.
                let cmdline = fs::read(cmdline).unwrap();
                serve(wire);
                String::from_utf8_lossy(&cmdline).into_owned()
            });
            let mut stdout = child.stdout.take().unwrap();
            let stdout = scope.spawn(move || {
                let mut text = String::new();
                stdout.read_to_string(&mut text).unwrap();
                text
            });
            let mut stderr = String::new();
            child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
            let exit = child.wait().unwrap().code();
            Ran { exit, stdout: stdout.join().unwrap(), stderr, cmdline: cmdline.join().unwrap() }
        })
    }
}

/// The server's end of the connection.
#[derive(Debug)]
pub(super) struct Wire {
    pipe: Pipe,
    pub(super) heard: Vec<String>,
}

impl Wire {
    pub(super) fn accept(listener: &TcpListener) -> Self {
        somebody_at(listener);
        let pipe = Pipe::new(Socket::Tcp(listener.accept().unwrap().0), PATIENCE);
        Self { pipe, heard: Vec::new() }
    }

    /// The same under TLS.
    pub(super) fn secured(self, config: Arc<ServerConfig>) -> Self {
        Self { pipe: self.pipe.secured(config, PATIENCE).unwrap(), heard: self.heard }
    }

    /// What the TLS session can be told by at both ends; nothing in clear.
    pub(super) fn exporter(&self) -> Vec<u8> {
        self.pipe.exporter().map(Vec::from).unwrap_or_default()
    }

    /// Says it with a CRLF behind it; a client that has left does not hear it.
    pub(super) fn say(&mut self, line: &str) {
        let _ = self.pipe.say(format!("{line}\r\n").as_bytes());
    }

    /// The next line; empty at the end of the connection.
    pub(super) fn line(&mut self) -> String {
        match self.pipe.line(Instant::now() + PATIENCE) {
            Heard::Line(line) => {
                self.heard.push(String::from_utf8_lossy(&line).into_owned());
                self.heard.last().cloned().unwrap_or_default()
            }
            Heard::Closed(_) => String::new(),
            other => panic!("{other:?}"),
        }
    }

    /// Greets, offers the mechanism, and gives the line with AUTH.
    pub(super) fn begin(&mut self, mechanism: &str) -> String {
        self.say("220 fixture");
        self.line();
        self.say(&format!("250-fixture\r\n250 AUTH {mechanism}"));
        self.line()
    }

    /// Asks something inside the mechanism, and gives the answer bare.
    pub(super) fn challenge(&mut self, text: &str) -> String {
        self.say(&format!("334 {}", STANDARD.encode(text)));
        let answer = self.line();
        String::from_utf8(STANDARD.decode(answer).unwrap()).unwrap()
    }

    /// Takes a message as it should be.
    pub(super) fn take_mail(&mut self) {
        self.say("235 2.7.0 welcome");
        for answer in ["250 ok", "250 ok", "354 go on"] {
            self.line();
            self.say(answer);
        }
        loop {
            match self.line().as_str() {
                "." => break,
                "" if self.pipe.is_closed() => return,
                _ => {}
            }
        }
        self.say("250 2.0.0 queued");
        self.line();
    }

    /// Hears to the end, and tells whether a message was begun.
    pub(super) fn has_mail(mut self) -> bool {
        while !self.line().is_empty() {}
        self.heard.iter().any(|line| line.starts_with("MAIL"))
    }
}
