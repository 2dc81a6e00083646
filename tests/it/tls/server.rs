//! A mail server on a loopback port for one connection, and the program run against it.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustls::{ServerConfig, SupportedProtocolVersion};

use crate::fixture::certificates::{Authority, Draft, Paper};
use crate::fixture::limit::limited;
use crate::fixture::pipe::{Heard, Pipe, Socket};

/// The longest wait for anything; a test that needs it has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

pub(super) const NOTE: &str = "Date: Fri, 21 Nov 2025 10:00:00 +0000\nMessage-ID: <1@d.example>\nFrom: a@d.example\nTo: b@d.example\n\nhello\n";

/// How the server behaves.
#[derive(Clone, Debug)]
pub(super) struct Door {
    /// TLS from the first byte.
    pub(super) first: bool,
    /// What EHLO is answered with in clear, and under TLS.
    pub(super) offers: Vec<&'static str>,
    pub(super) secured_offers: Vec<&'static str>,
    /// What STARTTLS is answered with, in one write.
    pub(super) to_starttls: String,
    pub(super) config: Arc<ServerConfig>,
}

impl Door {
    pub(super) fn new(config: Arc<ServerConfig>) -> Self {
        Self {
            first: false,
            offers: vec!["PIPELINING", "STARTTLS"],
            secured_offers: vec!["PIPELINING"],
            to_starttls: "220 2.0.0 go on\r\n".to_owned(),
            config,
        }
    }

    /// One that shows this certificate, by all versions.
    pub(super) fn showing(paper: &Paper) -> Self {
        Self::new(paper.server(rustls::ALL_VERSIONS, None))
    }

    pub(super) fn speaking(paper: &Paper, versions: &[&'static SupportedProtocolVersion]) -> Self {
        Self::new(paper.server(versions, None))
    }

    /// The same with TLS from the first byte.
    pub(super) fn at_first(self) -> Self {
        Self { first: true, ..self }
    }
}

/// What the server heard.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Commands by whether TLS protected them.
    pub(super) clear: Vec<String>,
    pub(super) secured: Vec<String>,
    /// Messages that came whole, with their dots still doubled.
    pub(super) messages: Vec<Vec<u8>>,
    /// Why there is no TLS, where it was tried.
    pub(super) no_tls: Option<String>,
}

impl Kept {
    /// True where any part of an envelope was named, by whatever road.
    pub(super) fn has_envelope(&self) -> bool {
        let words = ["MAIL", "RCPT", "DATA", "AUTH"];
        self.clear.iter().chain(&self.secured).any(|line| words.iter().any(|word| line.starts_with(word)))
    }
}

/// Plays the whole of a mail server.
pub(super) fn mail_server(door: &Door, pipe: Pipe) -> Kept {
    let mut kept = Kept::default();
    let mut secured = false;
    let mut pipe = pipe;
    if door.first {
        match pipe.secured(Arc::clone(&door.config), PATIENCE) {
            Ok(under_tls) => (pipe, secured) = (under_tls, true),
            Err(why) => {
                kept.no_tls = Some(why);
                return kept;
            }
        }
    }
    let _ = pipe.say(b"220 fixture\r\n");
    loop {
        let Some(line) = line(&mut pipe) else { return kept };
        let answer = answer(door, &line, secured);
        if secured { &mut kept.secured } else { &mut kept.clear }.push(line.clone());
        let _ = pipe.say(answer.as_bytes());
        match line.as_str() {
            "STARTTLS" if answer.starts_with("220") => {
                match pipe.secured(Arc::clone(&door.config), PATIENCE) {
                    Ok(under_tls) => (pipe, secured) = (under_tls, true),
                    Err(why) => {
                        kept.no_tls = Some(why);
                        return kept;
                    }
                }
            }
            "DATA" => {
                let Some(message) = message(&mut pipe) else { return kept };
                kept.messages.push(message);
                let _ = pipe.say(b"250 2.0.0 queued as 4711\r\n");
            }
            "QUIT" => {
                pipe.close();
                return kept;
            }
            _ => {}
        }
    }
}

fn answer(door: &Door, line: &str, secured: bool) -> String {
    match line.get(..4).unwrap_or(line) {
        "EHLO" => {
            let offers = if secured { &door.secured_offers } else { &door.offers };
            let mut lines = vec!["fixture"];
            lines.extend(offers);
            let last = lines.len() - 1;
            let lines = lines.iter().enumerate();
            lines.map(|(at, text)| format!("250{}{text}\r\n", if at == last { ' ' } else { '-' })).collect()
        }
        "STAR" => door.to_starttls.clone(),
        "DATA" => "354 go on\r\n".to_owned(),
        "QUIT" => "221 2.0.0 bye\r\n".to_owned(),
        _ => "250 2.0.0 ok\r\n".to_owned(),
    }
}

/// One line of the client; none at the end of the connection.
pub(super) fn line(pipe: &mut Pipe) -> Option<String> {
    match pipe.line(Instant::now() + PATIENCE) {
        Heard::Line(line) => Some(String::from_utf8_lossy(&line).into_owned()),
        Heard::Closed(rest) if rest.is_empty() => None,
        other => Some(format!("{other:?}")),
    }
}

/// The lines up to the lone dot, which is left out; none where they end before it.
pub(super) fn message(pipe: &mut Pipe) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        match pipe.line(Instant::now() + PATIENCE) {
            Heard::Line(line) if line == b"." => return Some(message),
            Heard::Line(line) => {
                message.extend_from_slice(&line);
                message.extend_from_slice(b"\r\n");
            }
            _ => return None,
        }
    }
}

/// How a run ended.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) exit: Option<i32>,
    pub(super) stderr: String,
    pub(super) json: serde_json::Value,
    pub(super) took: Duration,
}

impl Ran {
    /// Holds status and words against what is claimed; the name of the case stands in the complaint.
    pub(super) fn must(&self, case: &str, exit: i32, said: &[&str]) {
        assert_eq!(self.exit, Some(exit), "{case}: {}", self.stderr);
        for words in said {
            assert!(self.stderr.contains(words), "{case}: no {words:?} in\n{}", self.stderr);
        }
    }
}

/// What a run needs: a directory with the message, and an authority with its file.
pub(super) struct Stage {
    pub(super) place: tempfile::TempDir,
    pub(super) authority: Authority,
}

impl Stage {
    pub(super) fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let authority = Authority::new("Fixture Authority");
        fs::write(place.path().join("note.eml"), NOTE).unwrap();
        fs::write(place.path().join("ca.pem"), authority.pem()).unwrap();
        Self { place, authority }
    }

    /// A certificate for this host that is as it should be.
    pub(super) fn good(&self) -> Paper {
        self.authority.sign(&Draft::of_this_host())
    }

    pub(super) fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.place.path().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Sends note.eml to a server that plays this door.
    pub(super) fn send(&self, door: &Door, options: &str) -> (Ran, Kept) {
        let scheme = if door.first { "smtps" } else { "smtp" };
        let options = format!("send note.eml --server {scheme}://127.0.0.1:{{port}} {options}");
        self.run(&options, |pipe| mail_server(door, pipe))
    }

    /// Runs the program with these words (`{port}` in them) against a server for one connection.
    pub(super) fn run<K: Send>(&self, words: &str, serve: impl FnOnce(Pipe) -> K + Send) -> (Ran, K) {
        self.run_with(words, &[], serve)
    }

    /// The same with something in the environment.
    pub(super) fn run_with<K: Send>(
        &self,
        words: &str,
        env: &[(&str, &Path)],
        serve: impl FnOnce(Pipe) -> K + Send,
    ) -> (Ran, K) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        // A small window lets the client feel a server that does not read.
        rustix::net::sockopt::set_socket_recv_buffer_size(&listener, 65536).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::scope(|scope| {
            let serving = scope.spawn(move || serve(accept(&listener)));
            let ran = run(self.place.path(), &words.replace("{port}", &port.to_string()), env);
            (ran, serving.join().unwrap())
        })
    }
}

fn accept(listener: &TcpListener) -> Pipe {
    let limit = Timespec::try_from(PATIENCE).unwrap();
    let came = poll(&mut [PollFd::new(listener, PollFlags::IN)], Some(&limit)).unwrap();
    assert!(came > 0, "nobody came");
    Pipe::new(Socket::Tcp(listener.accept().unwrap().0), PATIENCE)
}

/// Runs the program in a directory; what it needs of an envelope is given.
pub(super) fn run(dir: &Path, words: &str, env: &[(&str, &Path)]) -> Ran {
    let begun = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
    // JSON takes the place of what is said in words about a success, so a test may do without.
    let json = !words.contains("--no-json");
    let words = words.replace("--no-json", "");
    command.args(words.split(' ').filter(|word| !word.is_empty())).args(json.then_some("--json"));
    if !words.contains("--to") {
        command.args(["--from", "a@d.example", "--to", "b@d.example"]);
    }
    if !words.contains("--timeout") {
        command.args(["--timeout", "20"]);
    }
    command.env_clear().env("MAILXPORT_CONFIG", "/dev/null").envs(env.iter().copied()).current_dir(dir);
    let output = limited(&mut command);
    let stdout = String::from_utf8(output.stdout).unwrap();
    Ran {
        exit: output.status.code(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        json: serde_json::from_str(stdout.lines().next().unwrap_or("null")).unwrap(),
        took: begun.elapsed(),
    }
}
