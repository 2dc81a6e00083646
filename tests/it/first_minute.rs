//! What a newcomer sees in the first minute, on real terminals: wide and narrow, in colour and without. The screens are kept in
//! `tests/first_minute`; `BLESS=1 cargo test --test it first_minute` writes them anew, to be looked at before they are committed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::fixture::limit::limited;
use crate::papers::{holds, installed};
use crate::sink::Running;

const NOTE: &str =
    "Date: Fri, 21 Nov 2025 10:00:00 +0000\nMessage-ID: <1@d.example>\nFrom: a@d.example\n\nhello\n";

/// A command, and what is typed at its questions.
type Step = (&'static str, &'static [(&'static str, &'static str)]);

const STEPS: &[Step] = &[
    ("mailxport", &[]),
    ("mailxport send", &[]),
    ("mailxport sned note.eml", &[]),
    ("mailxport send note.eml --form a@d.example", &[]),
    ("mailxport send note.eml --to b@d.example", &[]),
    ("mailxport send note.eml --to b@d.example --server 127.0.0.1:1", &[]),
    ("mailxport send note.eml --to b@d.example --server 127.0.0.1:1 --user ada", &[("Password", "C-d")]),
    ("mailxport send nota.eml --to b@d.example --server sink:outbox", &[]),
    ("mailxport send note.eml --to b@d.example --server sink:outbox", &[]),
    (
        "mailxport config init --config new.toml",
        &[
            ("server (", "two words"),
            ("nameMail server (", "{server}"),
            ("User", ""),
            ("Your address", "ada@d.example"),
        ],
    ),
    ("mailxport config init --config new.toml", &[]),
    ("mailxport config init --config none/new.toml", &[("server (", "C-d")]),
];

/// A terminal of its own, gone with it.
struct Terminal {
    tmux: PathBuf,
    socket: PathBuf,
}

impl Terminal {
    /// Runs the script in a terminal of so many columns.
    fn open(tmux: &Path, dir: &Path, columns: &str, name: &str) -> Terminal {
        let terminal = Terminal { tmux: tmux.to_owned(), socket: dir.join(name) };
        let mut command = terminal.command(&["-u", "-f", "/dev/null", "new-session", "-d", "-x", columns]);
        command.args(["-y", "70", "sh step"]).current_dir(dir);
        let started = limited(&mut command);
        assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
        terminal
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.tmux);
        command.env("LC_ALL", "C.UTF-8").env_remove("TMUX").arg("-S").arg(&self.socket).args(words);
        command
    }

    fn ask(&self, words: &[&str]) -> String {
        String::from_utf8(limited(&mut self.command(words)).stdout).unwrap()
    }

    /// The screen once its end, which may be broken into two lines, has this; escapes are written out.
    fn screen(&self, end: &str) -> String {
        let begun = Instant::now();
        loop {
            let shown = self.ask(&["capture-pane", "-p", "-e"]);
            let screen = shown.trim_end();
            let lines: Vec<&str> = screen.lines().collect();
            if lines[lines.len().saturating_sub(2)..].concat().contains(end) {
                return screen.replace('\x1b', "\\e");
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{end:?} does not come:\n{screen}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = limited(&mut self.command(&["kill-server"]));
    }
}

/// All steps at a terminal of this width, as a page.
fn page(tmux: &Path, columns: &str, more: &str) -> String {
    let sink = Running::keeping(&[]);
    let address = sink.address.clone();
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("note.eml"), NOTE).unwrap();
    let mut page = String::new();
    for (number, (command, answers)) in STEPS.iter().enumerate() {
        let bin = Path::new(env!("CARGO_BIN_EXE_mailxport")).parent().unwrap().display();
        let script = format!(
            "export PATH={bin}:$PATH HOME=$PWD MAILXPORT_CONFIG=/dev/null {more}\nunset NO_COLOR MAILXPORT_SERVER\n\
             [ -z \"$PLAIN\" ] || export NO_COLOR=1\nclear\n{command}\necho \"[$?] end\"\nexec cat\n"
        );
        fs::write(dir.path().join("step"), script).unwrap();
        let terminal = Terminal::open(tmux, dir.path(), columns, &format!("tmux{number}"));
        for (question, answer) in *answers {
            terminal.screen(question);
            match *answer {
                "C-d" => terminal.ask(&["send-keys", "C-d"]),
                text => {
                    terminal.ask(&["send-keys", "-l", &text.replace("{server}", &address)]);
                    terminal.ask(&["send-keys", "Enter"])
                }
            };
        }
        let screen = terminal.screen("] end");
        page.push_str(&format!("$ {command}\n{}\n\n", screen.replace("] end", "]")));
    }
    let mode = fs::metadata(dir.path().join("new.toml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600, "only its owner reads it");
    assert!(!dir.path().join("none").exists(), "who leaves the questions leaves nothing");
    same_everywhere(&page, &address)
}

/// What differs from run to run and from machine to machine is left out, with the lines that it goes on in.
fn same_everywhere(page: &str, server: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut goes_on: Option<&str> = None;
    let page = page.replace(server.rsplit(':').next().unwrap(), "PORTS");
    for line in page.lines() {
        let word = line.split(' ').next().unwrap_or_default();
        match goes_on.take() {
            Some("") if !line.starts_with('[') => goes_on = Some(""),
            Some(started) if line.starts_with(' ') => goes_on = Some(started),
            _ => {
                let kept = line.find("outbox/new/").map(|at| format!("{}outbox/new/...", &line[..at]));
                let known =
                    ["from", "greeting", "name", "clock", "time"].into_iter().find(|known| *known == word);
                goes_on = kept.as_ref().map_or(known, |_| Some(""));
                let connected =
                    line.find("  connected in ").map(|at| format!("{}  connected ...", &line[..at]));
                let whole = || line.trim_end().to_owned();
                lines.push(
                    kept.or(known.map(|known| format!("{known} ..."))).or(connected).unwrap_or_else(whole),
                );
            }
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_screens_are_as_they_were_looked_at() {
    let Some(tmux) = installed("tmux") else { return };
    for (name, columns, more) in [("wide", "80", ""), ("narrow", "46", ""), ("plain", "80", "PLAIN=1")] {
        holds(&format!("tests/first_minute/{name}.txt"), &page(&tmux, columns, more));
    }
}

#[test]
fn questions_need_a_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let mut apart = Command::new("setsid");
    apart.args(["--wait", env!("CARGO_BIN_EXE_mailxport"), "config", "init", "--config", "deep/new.toml"]);
    let ran = limited(apart.current_dir(dir.path()));
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(said.contains("asked at a terminal, and there is none"), "{said}");
    assert!(!dir.path().join("deep").exists());
}
