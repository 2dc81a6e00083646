//! Runs a recipe in a directory of its own.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tempfile::TempDir;

/// The longest that a recipe may take.
const PATIENCE: Duration = Duration::from_secs(60);

const PROGRAM: &str = env!("CARGO_BIN_EXE_mailxport");

/// What a recipe said, and whether it ended well.
pub(super) struct Run {
    pub(super) well: bool,
    pub(super) said: String,
}

/// Where a recipe runs: a home with `mailxport` in the PATH, and a working directory with what a clone has.
pub(super) struct Stage {
    home: TempDir,
    variables: Vec<(String, String)>,
}

impl Stage {
    pub(super) fn new() -> Self {
        let stage = Stage { home: tempfile::tempdir().unwrap(), variables: Vec::new() };
        let examples = stage.home.path().join("work/examples");
        fs::create_dir_all(&examples).unwrap();
        fs::create_dir(stage.home.path().join("bin")).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::copy(root.join("examples/hello.eml"), examples.join("hello.eml")).unwrap();
        symlink(PROGRAM, stage.home.path().join("bin/mailxport")).unwrap();
        stage
    }

    /// Sets a variable of the environment.
    pub(super) fn variable(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Puts a program into the PATH.
    pub(super) fn program(&self, name: &str, script: &str) {
        let file = self.home.path().join("bin").join(name);
        // Never through the link to the program.
        let _ = fs::remove_file(&file);
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Gives every `send` these options too.
    pub(super) fn sends_with(&self, options: &str) {
        let script =
            format!("#!/bin/sh\n[ \"$1\" != send ] || set -- \"$@\" {options}\nexec '{PROGRAM}' \"$@\"\n");
        self.program("mailxport", &script);
    }

    /// Makes every `send` a dry run that prints the first line of its report.
    pub(super) fn sends_dry(&self) {
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = send ] || exec '{PROGRAM}' \"$@\"\n\
             report=$('{PROGRAM}' \"$@\" --dry-run) || exit\nprintf '%s\\n' \"$report\" | head -n 1\n"
        );
        self.program("mailxport", &script);
    }

    /// Runs shell to its end, and ends whatever it left running.
    pub(super) fn run(&self, shell: &str) -> Run {
        let home = self.home.path();
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", home.join("bin").display());
        let mut command = Command::new("/bin/sh");
        // Both streams are one, as on a terminal.
        command.args(["-euc", &format!("exec 2>&1\n{shell}")]).current_dir(home.join("work"));
        command
            .env_clear()
            .env("MAILXPORT_CONFIG", "/dev/null")
            .env("PATH", path)
            .env("HOME", home)
            .env("LC_ALL", "C.UTF-8")
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0).spawn().unwrap();
        let group = Pid::from_child(&child);
        let mut output = child.stdout.take().unwrap();
        let (sender, ended) = channel();
        let reader = std::thread::spawn(move || {
            let mut octets = Vec::new();
            let read = output.read_to_end(&mut octets);
            let _ = sender.send(());
            read.map(|_| octets)
        });
        // The end of the output is the end of everything that the recipe started.
        let late = matches!(ended.recv_timeout(PATIENCE), Err(RecvTimeoutError::Timeout));
        if late && test_kill_process_group(group).is_ok() {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let status = child.wait().unwrap();
        let said = String::from_utf8_lossy(&reader.join().unwrap().unwrap()).into_owned();
        assert!(!late, "it or what it started ran for longer than {PATIENCE:?}, and said so far:\n{said}");
        Run { well: status.success(), said }
    }
}
