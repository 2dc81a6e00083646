//! What stands in for the servers and programs that a test cannot have.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::run::{Run, Stage};
use crate::fixture::limit::somebody_at;

/// The password in the recipes.
const PASSWORD: &str = "correct horse battery staple";

/// Foreign programs, and the script in the place of each.
const PROGRAMS: [(&str, &str); 2] = [
    (
        "secret-tool",
        "#!/bin/sh\n[ \"$*\" = 'lookup service mailxport account work' ] && echo 'correct horse battery staple'\n",
    ),
    (
        "pg_dump",
        "#!/bin/sh\necho '-- PostgreSQL database dump'\n[ \"$1\" = shop ] && exit\n\
         echo \"pg_dump: error: database \\\"$1\\\" does not exist\" >&2\nexit 1\n",
    ),
];

/// Foreign servers, and who logs on there.
const SERVERS: [(&str, &str); 2] = [("mail.example.org", "cron ada"), ("smtp.gmail.com", "ada@gmail.com")];

/// A recipe's stage with what stands in for others.
pub(super) struct StandIns {
    stage: Stage,
    server: Option<Server>,
}

impl StandIns {
    pub(super) fn none() -> Self {
        StandIns { stage: Stage::new(), server: None }
    }

    /// What a first line says: `--dry-run`, or `stand-ins for` names with commas between. An unknown one comes back.
    pub(super) fn of(words: &str) -> Result<Self, String> {
        let mut all = Self::none();
        if words == "--dry-run" {
            all.stage.sends_dry();
            return Ok(all);
        }
        let names = words.strip_prefix("stand-ins for ").ok_or_else(|| words.to_owned())?;
        for name in names.split(", ") {
            if let Some((_, script)) = PROGRAMS.iter().find(|(program, _)| *program == name) {
                all.stage.program(name, script);
            } else if let Some((host, users)) = SERVERS.iter().find(|(host, _)| *host == name) {
                let server = Server::of(host, users);
                all.stage.sends_with(&format!("--tls required --tls-fingerprint {}", server.pin));
                all.server = Some(server);
            } else {
                return Err(name.to_owned());
            }
        }
        Ok(all)
    }

    /// Runs shell; where a server has a stand-in, a message must have come there from somebody who logged on under TLS.
    pub(super) fn run(&self, shell: &str) -> Run {
        let Some(server) = &self.server else { return self.stage.run(shell) };
        let there = format!("smtps://{}", server.host);
        assert!(shell.contains(&there), "{there} is not in the recipe");
        let run = self.stage.run(&shell.replace(&there, &format!("smtps://{}", server.address)));
        let envelopes = server.dir.path().join("inbox/envelopes");
        let kept: Vec<Value> = fs::read_dir(envelopes)
            .unwrap()
            .map(|entry| serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap())
            .collect();
        assert!(
            kept.len() == 1 && kept[0]["user"].is_string() && kept[0]["tls"].is_string(),
            "{kept:?}\n{}",
            run.said
        );
        run
    }
}

/// A sink that speaks TLS from the first octet and asks for a log-on.
struct Server {
    host: &'static str,
    child: Child,
    address: String,
    pin: String,
    dir: TempDir,
}

impl Server {
    fn of(host: &'static str, users: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("password");
        fs::write(&file, PASSWORD).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
        command
            .args(["sink", "--json", "--implicit", "--tls-self-signed", "--maildir"])
            .arg(dir.path().join("inbox"));
        for user in users.split(' ') {
            command.arg("--auth").arg(format!("{user}:{}", file.display()));
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let output = child.stdout.as_mut().unwrap();
        somebody_at(&*output);
        let mut first = String::new();
        BufReader::new(output).read_line(&mut first).unwrap();
        let told: Value = serde_json::from_str(&first).unwrap();
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        Server { host, child, address: word(&told["listening"][0]), pin: word(&told["certificate"]), dir }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
