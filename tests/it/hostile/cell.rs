//! One field of the table played: a server that fails there, and the program run against it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustls::ServerConfig;
use tempfile::TempDir;

use super::server::{Part, Seen, serve};
use super::table::Field;
use crate::fixture::certificates::{Authority, Draft};
use crate::fixture::client::{Client, Ended, Ending, Launch, Program};
use crate::fixture::exits::names;
use crate::fixture::pipe::{Pipe, Socket};
use crate::fixture::scene::Cue;
use crate::fixture::story::Stdin;
use crate::fixture::words::split;

/// The limit of time where a field is about one; elsewhere the client is patient, so that a slow machine changes nothing.
const BRIEF: u64 = 2;
const PATIENT: u64 = 60;
/// The longest that a run may take, whatever the server does: far more than it needs, far less than being patient.
const LONGEST: Duration = Duration::from_secs(20);
/// The address space that the program may have, in megabytes: no reply may use up more.
const MEGABYTES: u64 = 256;

const NOTE: &str = "Date: Fri, 21 Nov 2025 10:00:00 +0000\nMessage-ID: <1@d.example>\nFrom: a@d.example\nTo: b@d.example\nSubject: x\n\n.hello\n";

/// What all fields share: messages, and a certificate.
pub(super) struct Ground {
    dir: TempDir,
    config: Arc<ServerConfig>,
    big: Vec<u8>,
}

impl Ground {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::new("authority of the test");
        std::fs::write(dir.path().join("ca.pem"), authority.pem()).unwrap();
        std::fs::write(dir.path().join("note.eml"), NOTE).unwrap();
        // More than the buffers between the two ends hold.
        let big = NOTE.to_owned()
            + &"a line of a big message, which does not fit between both ends\n".repeat(200_000);
        std::fs::write(dir.path().join("big.eml"), &big).unwrap();
        let config = authority.sign(&Draft::of_this_host()).server(rustls::ALL_VERSIONS, None);
        Self { dir, config, big: big.into() }
    }

    /// Plays a field; what is wrong is told.
    pub(super) fn play(&self, field: &Field) -> Result<Duration, String> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        rustix::net::sockopt::set_socket_recv_buffer_size(&listener, 128 * 1024).unwrap();
        let port = listener.local_addr().unwrap().port();
        let part = self.part(field);
        let (ended, seen) = thread::scope(|scope| {
            let server = scope.spawn(|| accept(&listener).map(|pipe| serve(&part, pipe)).unwrap_or_default());
            let ended = self.run(field, port);
            (ended, server.join())
        });
        let seen = seen.map_err(|_| "the client took what never ends".to_owned())?;
        judge(field, &ended?, &seen)
    }

    fn part(&self, field: &Field) -> Part {
        let mut offers = match field.session {
            "step" => vec!["SIZE"],
            "login" if field.stage.name == "auth" => vec!["PIPELINING", "AUTH PLAIN"],
            "login" => vec!["PIPELINING", "AUTH LOGIN"],
            _ => vec!["PIPELINING", "SIZE"],
        };
        if matches!(field.session, "chunks" | "stream" | "lmtp-chunks") {
            offers.push("CHUNKING");
        }
        let tls = (field.session == "tls").then(|| Arc::clone(&self.config));
        let lmtp = field.session.starts_with("lmtp");
        Part { offers, lmtp, tls, stage: field.stage, fault: field.fault }
    }

    fn run(&self, field: &Field, port: u16) -> Result<Ended, String> {
        let seconds = if field.fault.takes_time() { BRIEF } else { PATIENT };
        let (server, to) = match field.session.starts_with("lmtp") {
            true => (format!("lmtp://127.0.0.1:{port}"), "--to b@d.example --to c@d.example"),
            false => (format!("127.0.0.1:{port}"), "--to b@d.example"),
        };
        let files = match field.stage.name {
            "body" | "chunk" => "big.eml",
            "rset" => "note.eml note.eml",
            _ => "note.eml",
        };
        let tls = if field.session == "tls" { "--tls required --ca-file ca.pem" } else { "--tls off" };
        let user = if field.session == "login" { "--user ada" } else { "" };
        let (verb, stdin) = match field.session {
            "stream" => (format!("send-stream --size {}", self.big.len()), Stdin::Pipe(self.big.clone())),
            _ => (format!("send {files}"), Stdin::Null),
        };
        let line = format!(
            "limit {MEGABYTES} mailxport {verb} --json --from a@d.example {to} --server {server} \
             --helo client.example --timeout {seconds} {tls} {user}"
        );
        let env = vec![("MAILXPORT_PASSWORD".to_owned(), "secret-of-ada".to_owned())];
        let env = if field.session == "login" { env } else { Vec::new() };
        let words = split(line.trim_end())?;
        let launch = Launch { words, env, stdin: &stdin, dir: self.dir.path(), limit: LONGEST };
        Program(PathBuf::from(env!("CARGO_BIN_EXE_mailxport"))).run(&launch, &Cue::default())
    }
}

fn accept(listener: &TcpListener) -> Option<Pipe> {
    let limit = Timespec::try_from(LONGEST).ok();
    let come = poll(&mut [PollFd::new(listener, PollFlags::IN)], limit.as_ref()).unwrap_or(0);
    let socket = (come > 0).then(|| listener.accept().ok())??.0;
    Some(Pipe::new(Socket::Tcp(socket), LONGEST))
}

/// Holds how a run ended against the table, and against what the server saw: that is the law, whatever the table says.
fn judge(field: &Field, ended: &Ended, seen: &Seen) -> Result<Duration, String> {
    let Ending::Status(exit) = ended.ending else { return Err(format!("it ends with {:?}", ended.ending)) };
    let said = String::from_utf8_lossy(&ended.stderr);
    let wrong = |what: &str| Err(format!("{what}: {}\n    {seen:?}\n    {}", names(exit), said.trim_end()));
    let good = seen.verdicts.iter().filter(|code| *code / 100 == 2).count();
    // A small chunk is written together with its envelope: the server may have all of it before it says anything.
    let rides = field.session == "chunks" && matches!(field.stage.name, "mail" | "rcpt");
    let wanted = match (seen.ends, seen.verdicts.len()) {
        (0, _) if rides => exit != 0,
        (0, _) => !matches!(exit, 0 | 40 | 41 | 42),
        (ends, given) if good > 0 && good == given && given >= ends => matches!(exit, 0 | 40 | 42),
        (_, 0) => exit == 40,
        _ => exit != 0,
    };
    if !wanted {
        return wrong("what is reported is not what happened");
    }
    if !seen.has_failed {
        return wrong("the fault never took place");
    }
    if field.status != exit {
        return wrong(&format!("not {}", field.wanted));
    }
    let objects = String::from_utf8_lossy(&ended.stdout);
    let verdict =
        |object: &str| serde_json::from_str::<serde_json::Value>(object).unwrap()["verdict"].clone();
    let verdicts: Vec<_> = objects.lines().map(verdict).collect();
    let fits = match exit {
        0 => verdicts.iter().all(|verdict| verdict == "accepted"),
        40 => verdicts.iter().any(|verdict| verdict == "unknown"),
        41 | 42 => verdicts.iter().any(|verdict| verdict == "partial" || verdict == "accepted"),
        _ => verdicts.iter().all(|verdict| verdict == "refused" || verdict == "not-sent"),
    };
    if !fits || verdicts.is_empty() {
        return wrong(&format!("the objects say {verdicts:?}"));
    }
    Ok(ended.took)
}
