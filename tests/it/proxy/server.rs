//! Proxies on loopback ports for one connection, a mail server behind them, and the program run against them.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::fixture::limit::{limited, somebody_at};

/// The longest wait for anything; a test that needs it has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

const NOTE: &str = "Date: Fri, 21 Nov 2025 10:00:00 +0000\nMessage-ID: <1@d.example>\nFrom: a@d.example\nTo: b@d.example\n\nhello\n";

/// The password that no output may show, and what Basic makes of it for the user ada.
pub(super) const PASSWORD: &str = "pa ss:wörd";
pub(super) const BASIC: &str = "YWRhOnBhIHNzOnfDtnJk";

/// What it takes to listen at a loopback port.
pub(super) fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

pub(super) fn accept(listener: &TcpListener) -> Pipe {
    somebody_at(listener);
    let socket = listener.accept().unwrap().0;
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.set_nodelay(true).unwrap();
    BufReader::new(socket)
}

pub(super) type Pipe = BufReader<TcpStream>;

/// Says something; a client that has left is no fault here.
pub(super) fn say(pipe: &Pipe, octets: &[u8]) {
    let _ = pipe.get_ref().write_all(octets);
}

pub(super) fn take<const N: usize>(pipe: &mut Pipe) -> [u8; N] {
    let mut octets = [0; N];
    pipe.read_exact(&mut octets).unwrap();
    octets
}

fn word(pipe: &mut Pipe) -> String {
    let [length] = take(pipe);
    let mut octets = vec![0; length.into()];
    pipe.read_exact(&mut octets).unwrap();
    String::from_utf8(octets).unwrap()
}

/// What a SOCKS client asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) methods: Vec<u8>,
    pub(super) kind: u8,
    pub(super) host: String,
    pub(super) port: u16,
}

/// Hears the methods, and chooses one of them.
pub(super) fn choose(pipe: &mut Pipe, method: u8) -> Vec<u8> {
    let [5, count] = take(pipe) else { panic!("no SOCKS5") };
    let mut methods = vec![0; count.into()];
    pipe.read_exact(&mut methods).unwrap();
    say(pipe, &[5, method]);
    methods
}

/// Hears user and password (RFC 1929), and answers them.
pub(super) fn log_on(pipe: &mut Pipe, status: u8) -> (String, String) {
    let [1] = take(pipe) else { panic!("no log-on") };
    let heard = (word(pipe), word(pipe));
    say(pipe, &[1, status]);
    heard
}

/// Hears the request of SOCKS5, without answering it.
pub(super) fn request(pipe: &mut Pipe, methods: Vec<u8>) -> Asked {
    let [5, 1, 0, kind] = take(pipe) else { panic!("no request") };
    let host = match kind {
        1 => std::net::Ipv4Addr::from(take::<4>(pipe)).to_string(),
        4 => std::net::Ipv6Addr::from(take::<16>(pipe)).to_string(),
        _ => word(pipe),
    };
    Asked { methods, kind, host, port: u16::from_be_bytes(take(pipe)) }
}

/// The lines of a request for CONNECT, up to the empty one.
pub(super) fn head(pipe: &mut Pipe) -> Vec<String> {
    let lines = pipe.lines().map(Result::unwrap_or_default);
    lines.take_while(|line| !line.is_empty()).collect()
}

/// Plays a mail server that offers nothing and takes everything; returns what it heard.
pub(super) fn mail(pipe: &mut Pipe, greeted: bool) -> Vec<String> {
    if !greeted {
        say(pipe, b"220 fixture\r\n");
    }
    let mut heard = Vec::new();
    let mut in_message = false;
    let mut line = String::new();
    while pipe.read_line(&mut line).is_ok_and(|count| count > 0) {
        let said = line.trim_end().to_owned();
        line.clear();
        match said.as_str() {
            "." => in_message = false,
            _ if in_message => {
                heard.push(said);
                continue;
            }
            "DATA" => {
                in_message = true;
                say(pipe, b"354 go on\r\n");
                heard.push(said);
                continue;
            }
            _ => {}
        }
        say(pipe, b"250 ok\r\n");
        heard.push(said);
    }
    heard
}

/// True where the message came whole.
pub(super) fn came(heard: &[String]) -> bool {
    heard.iter().any(|line| line == "hello") && heard.iter().any(|line| line == ".")
}

/// How a run ended.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) exit: Option<i32>,
    pub(super) stderr: String,
    pub(super) json: serde_json::Value,
    pub(super) log: String,
}

impl Ran {
    /// Holds status and words against what is claimed, and looks for the secret in everything that was shown.
    #[track_caller]
    pub(super) fn must(&self, case: &str, exit: i32, said: &[&str]) {
        assert_eq!(self.exit, Some(exit), "{case}: {}", self.stderr);
        for words in said {
            assert!(self.stderr.contains(words), "{case}: no {words:?} in\n{}", self.stderr);
        }
        let shown = format!("{}{}{}", self.stderr, self.json, self.log);
        for secret in [PASSWORD, BASIC, "ada"] {
            assert!(!shown.contains(secret), "{case}: {secret} in\n{shown}");
        }
        assert!(!self.stderr.contains(|c: char| c.is_control() && c != '\n'), "{case}: {:?}", self.stderr);
    }
}

/// Runs `send`, or `check` where that is the first of these words; the file `secret` holds the proxy's password.
pub(super) fn run(words: &str, env: &[(&str, &str)]) -> Ran {
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str, mode: u32| {
        let path = place.path().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    file("note.eml", NOTE, 0o644);
    file("secret", &format!("{PASSWORD}\nsecond\n"), 0o600);
    file("open", &format!("{PASSWORD}\n"), 0o644);
    file("empty", "\n", 0o600);
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
    let check = words.strip_prefix("check ");
    let (verb, words) = check.map_or(("send note.eml", words), |words| ("check", words));
    command.args(verb.split(' '));
    command.args("--from a@d.example --to b@d.example --json -vv --log log".split(' '));
    command.args(words.split(' ').filter(|word| !word.is_empty()));
    command
        .env_clear()
        .env("MAILXPORT_CONFIG", "/dev/null")
        .envs(env.iter().copied())
        .current_dir(place.path());
    let output = limited(&mut command);
    let stdout = String::from_utf8(output.stdout).unwrap();
    Ran {
        exit: output.status.code(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        json: serde_json::from_str(stdout.lines().next().unwrap_or("null")).unwrap(),
        log: fs::read_to_string(place.path().join("log")).unwrap_or_default(),
    }
}

/// Runs the program with these words (`{port}` in them) against a proxy for one connection.
pub(super) fn with_proxy<K: Send>(words: &str, serve: impl FnOnce(&mut Pipe) -> K + Send) -> (Ran, K) {
    let (listener, port) = listener();
    thread::scope(|scope| {
        let serving = scope.spawn(move || serve(&mut accept(&listener)));
        let ran = run(&words.replace("{port}", &port.to_string()), &[]);
        (ran, serving.join().unwrap())
    })
}
