//! Programs of other people that call sendmail: each hands in its mail through a link of that name, and what the sink keeps is held
//! against what was handed in, octet for octet.

mod clients;
mod git;
mod machine;
mod php;
mod scripts;

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::fixture::limit::finished;
use crate::sink::{Running, envelope};

/// A sendmail that keeps the words and the input of its calls, and a sink behind it.
struct Office {
    sink: Running,
    place: TempDir,
}

/// One call of sendmail.
struct Call {
    words: Vec<String>,
    /// Standard input.
    given: Vec<u8>,
}

impl Office {
    /// An office whose sink has these wishes.
    fn new(wishes: &[&str]) -> Office {
        let sink = Running::keeping(wishes);
        let place = tempfile::tempdir().unwrap();
        let dir = place.path();
        // A daemon may come as another user.
        fs::set_permissions(dir, fs::Permissions::from_mode(0o755)).unwrap();
        for folder in ["real", "calls", "home"] {
            fs::create_dir(dir.join(folder)).unwrap();
        }
        symlink(env!("CARGO_BIN_EXE_mailxport"), dir.join("real/sendmail")).unwrap();
        let config = format!(
            "default = \"relay\"\nmailname = \"m.example\"\n[account.relay]\nserver = \"{}\"\n\
             [aliases]\nroot = \"ops@x.example\"\n",
            sink.address
        );
        fs::write(dir.join("config.toml"), config).unwrap();
        let script = format!(
            "#!/bin/sh\nhere={}\ncall=$(mktemp -d \"$here/calls/XXXXXX\")\n\
             for word; do printf '%s\\n' \"$word\"; done > \"$call/words\"\n\
             tee \"$call/given\" | env -i LOGNAME=ada MAILXPORT_CONFIG=\"$here/config.toml\" \"$here/real/sendmail\" \"$@\"\n",
            dir.display()
        );
        fs::write(dir.join("sendmail"), script).unwrap();
        fs::set_permissions(dir.join("sendmail"), fs::Permissions::from_mode(0o755)).unwrap();
        Office { sink, place }
    }

    fn dir(&self) -> &Path {
        self.place.path()
    }

    /// The path that the callers know.
    fn sendmail(&self) -> String {
        self.dir().join("sendmail").display().to_string()
    }

    /// A caller, with a home of its own.
    fn caller(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", self.dir().join("home"));
        command.env("LC_ALL", "C.UTF-8").env("USER", "ada").current_dir(self.dir());
        command
    }

    /// The only call there was.
    fn call(&self) -> Call {
        let calls: Vec<PathBuf> =
            fs::read_dir(self.dir().join("calls")).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(calls.len(), 1, "{calls:?}");
        let words = fs::read_to_string(calls[0].join("words")).unwrap();
        let given = fs::read(calls[0].join("given")).unwrap();
        Call { words: words.lines().map(str::to_owned).collect(), given }
    }

    /// Holds the words, the envelope and the message of the only call against what they must be.
    fn must(&self, words: &[&str], from: &str, to: &[&str]) -> (String, Value) {
        let call = self.call();
        assert_eq!(call.words, words);
        let (kept, envelope) = self.kept();
        let recipients = envelope["to"].as_array().unwrap().iter().map(|to| to["address"].as_str().unwrap());
        assert_eq!((envelope["from"].as_str(), recipients.collect::<Vec<_>>()), (Some(from), to.to_vec()));
        assert_repaired(&call.given, &kept);
        (text(&call.given), envelope)
    }

    /// What the sink has kept.
    fn kept(&self) -> (Vec<u8>, Value) {
        let files = self.sink.files("new");
        assert_eq!(files.len(), 1, "{files:?}");
        (fs::read(&files[0]).unwrap(), envelope(&files[0]))
    }
}

/// Octets as characters, whatever they say.
fn text(octets: &[u8]) -> String {
    octets.iter().map(|&octet| char::from(octet)).collect()
}

/// Runs a caller with this on its standard input.
fn run(command: &mut Command, stdin: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || drop(input.write_all(stdin)));
        finished(child)
    })
}

/// Runs one that must go well.
fn run_well(command: &mut Command, stdin: &[u8]) {
    let output = run(command, stdin);
    assert!(output.status.success(), "{command:?}: {output:?}");
}

/// A field with the domain behind a bare name, as callers write it: alone, before a comment or in brackets.
fn with_domain(field: &str) -> String {
    let (name, value) = field.split_once(": ").unwrap_or((field, ""));
    let names_people =
        ["from", "sender", "reply-to", "to", "cc"].contains(&name.to_ascii_lowercase().as_str());
    if !names_people || value.is_empty() || value.contains('@') {
        return field.to_owned();
    }
    let end = value.find('>').or_else(|| value.find(" (")).unwrap_or(value.len());
    format!("{name}: {}@m.example{}", &value[..end], &value[end..])
}

/// What arrived must be what was handed in with CRLF line ends, without the fields that go, behind those that were missing, and
/// with a domain behind bare names.
fn assert_repaired(given: &[u8], kept: &[u8]) {
    let given = text(given).replace("\r\n", "\n");
    let (header, body) = given.split_once("\n\n").unwrap();
    let mut fields: Vec<String> = Vec::new();
    for line in header.lines() {
        match fields.last_mut() {
            Some(field) if line.starts_with([' ', '\t']) => field.push_str(&format!("\n{line}")),
            _ => fields.push(line.to_owned()),
        }
    }
    let name = |field: &String| field.split(':').next().unwrap().to_ascii_lowercase();
    let missing: Vec<&str> = [("date", "Date: "), ("message-id", "Message-ID: <"), ("from", "From: ")]
        .into_iter()
        .filter(|(wanted, _)| !fields.iter().any(|field| name(field) == *wanted))
        .map(|(_, start)| start)
        .collect();
    fields.retain(|field| {
        !["bcc", "resent-bcc", "return-path", "content-length"].contains(&name(field).as_str())
    });
    let fields: Vec<String> = fields.iter().map(|field| with_domain(field)).collect();
    let kept = text(kept);
    let mut rest = kept.as_str();
    for start in &missing {
        let (line, behind) = rest.split_once("\r\n").unwrap();
        assert!(line.starts_with(start), "{line:?} is not {start:?} in\n{kept}");
        rest = behind;
    }
    let body = if body.ends_with('\n') { body.to_owned() } else { format!("{body}\n") };
    let wanted = format!("{}\n\n{body}", fields.join("\n")).replace('\n', "\r\n");
    assert_eq!(rest, wanted, "behind {missing:?}");
}

#[test]
fn a_change_of_one_octet_is_noticed() {
    let given = b"Subject: x\nBcc: a@x,\n b@x\nFrom: c (d)\n\nbody";
    let kept = "Date: now\r\nMessage-ID: <1@x>\r\nSubject: x\r\nFrom: c@m.example (d)\r\n\r\nbody\r\n";
    assert_repaired(given, kept.as_bytes());
    for (at, _) in kept.char_indices().filter(|(at, _)| *at > 33) {
        let mut other = kept.as_bytes().to_vec();
        other[at] = b'#';
        assert!(std::panic::catch_unwind(|| assert_repaired(given, &other)).is_err(), "{at}");
    }
}
