//! A foreign web server as a child in a directory of its own, and the program run beside it.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use tempfile::TempDir;

use crate::fixture::limit::finished;

/// The longest wait for a server to come up, and to go.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server and those whom it started.
pub(super) struct Web {
    child: Child,
    pub(super) place: TempDir,
}

impl Drop for Web {
    fn drop(&mut self) {
        let group = Pid::from_child(&self.child);
        let _ = kill_process_group(group, Signal::TERM);
        if let Ok(end) = pidfd_open(group, PidfdFlags::empty()) {
            let limit = Timespec::try_from(PATIENCE).unwrap();
            let _ = poll(&mut [PollFd::new(&end, PollFlags::IN)], Some(&limit));
        }
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.child.wait();
    }
}

/// A directory that whoever the server becomes can get to.
pub(super) fn place() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    place
}

/// A folder in it that whoever the server becomes can write to.
pub(super) fn open_folder(place: &TempDir, name: &str) {
    let folder = place.path().join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
}

/// A file that only its owner reads.
pub(super) fn secret(place: &Path, name: &str, text: &str) {
    let path = place.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

impl Web {
    /// Starts a command in a group of its own, and waits until this port answers.
    pub(super) fn start(mut command: Command, place: TempDir, port: u16, log: &str) -> Web {
        let output = fs::File::create(place.path().join("output")).unwrap();
        command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output).process_group(0);
        let child = command.current_dir(place.path()).spawn().unwrap();
        let mut web = Web { child, place };
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            let gone = web.child.try_wait().unwrap();
            let said = [log, "output"]
                .map(|name| fs::read_to_string(web.place.path().join(name)).unwrap_or_default());
            assert!(gone.is_none() && Instant::now() < until, "{gone:?} {}", said.join("\n"));
            std::thread::sleep(Duration::from_millis(5));
        }
        web
    }

    /// Runs the program in the directory of the server; words are parted by blanks.
    pub(super) fn run(&self, words: &str) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
        command
            .args(words.split_whitespace())
            .args(["--timeout", "30", "--deadline", "60"])
            .current_dir(self.place.path())
            .env_clear()
            .env("MAILXPORT_CONFIG", "/dev/null")
            .stdin(fs::File::open(self.place.path().join("note.eml")).unwrap())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ran(finished(command.spawn().unwrap()))
    }
}

pub(super) struct Ran(pub(super) Output);

impl Ran {
    pub(super) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    pub(super) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    /// Holds the status, and words on standard error.
    pub(super) fn must(&self, case: &str, exit: i32, said: &str) {
        assert_eq!(self.0.status.code(), Some(exit), "{case}: {}{}", self.stderr(), self.stdout());
        assert!(self.stderr().contains(said), "{case}: no {said:?} in\n{}", self.stderr());
    }
}
