//! Whole mail systems, Postfix, Exim and Dovecot, each in a directory of its own: started, listened to, stopped and waited for.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::{NamedTempFile, TempDir};

use super::corpus::{Cover, Way};
use super::server::{find, free_port, skipped};
use crate::fixture::certificates::{Authority, Draft};
use crate::fixture::limit::{finished, limited};

const PATIENCE: Duration = Duration::from_secs(60);

/// A running mail system; dropped, it is stopped by its own id and waited for.
#[derive(Debug)]
pub(super) struct Mta {
    /// STARTTLS, TLS from the first byte, and (Postfix) TLS with a client certificate.
    pub(super) ports: [u16; 3],
    child: Child,
    /// Who is told to stop: the started process itself, or the one named in this file.
    pid_file: Option<PathBuf>,
    place: TempDir,
}

/// Where a system may be put, with its certificates and a free port for each way in.
pub(super) struct Site {
    place: TempDir,
    ports: [u16; 3],
}

impl Site {
    /// The server shows a certificate made from this.
    pub(super) fn of(host: Draft) -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let authority = Authority::new("Fixture Authority");
        let client = Draft::of(&["ada"]).for_clients();
        fs::write(place.path().join("other.pem"), Authority::new("Another Authority").pem()).unwrap();
        fs::write(place.path().join("ca.pem"), authority.pem()).unwrap();
        for (name, draft) in [("server", host), ("client", client)] {
            let paper = authority.sign(&draft);
            let path = place.path().join(format!("{name}.pem"));
            fs::write(&path, paper.key_pem() + &paper.pem()).unwrap();
            // Exim reads its own by another user.
            let mode = if name == "client" { 0o600 } else { 0o644 };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        Self { place, ports: [(); 3].map(|()| free_port()) }
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let [starttls, first, certified] = self.ports.map(|port| port.to_string());
        let text = text
            .replace("{dir}", &self.place.path().display().to_string())
            .replace("{starttls}", &starttls)
            .replace("{first}", &first)
            .replace("{certified}", &certified);
        fs::write(self.place.path().join(name), text).unwrap();
    }

    /// Files that only their owner can read: the password of alice, a token for her, and what is neither.
    pub(super) fn secrets(&self) {
        for (name, text) in [("password", "tiger-secret"), ("token", "good-token"), ("wrong", "lion-secret")]
        {
            self.write(name, text);
            fs::set_permissions(self.place.path().join(name), fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    /// Makes a directory for this user; the message box lies ready, so that it can be watched.
    pub(super) fn make(&self, name: &str, user: u32) {
        let path = self.place.path().join(name);
        fs::create_dir_all(&path).unwrap();
        chown(&path, Some(user), None).unwrap();
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// The port at which it is waited for.
    pub(super) fn first(&self) -> u16 {
        self.ports[1]
    }

    pub(super) fn start(self, mut command: Command, pid_file: Option<PathBuf>) -> Mta {
        command.stdout(Stdio::null());
        let mut mta = self.spawn(command, pid_file);
        mta.until_it_answers();
        mta
    }

    /// Starts one that finds ports by itself and says them first; the last stands for those that it leaves out.
    pub(super) fn start_one_that_says_its_ports(self, mut command: Command) -> Mta {
        command.stdout(Stdio::piped()).current_dir(self.place.path());
        let mut mta = self.spawn(command, None);
        let stdout = mta.child.stdout.take().unwrap();
        let (tell, told) = channel();
        thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(stdout).read_line(&mut line);
            let _ = tell.send(line);
        });
        let line = told.recv_timeout(PATIENCE).unwrap_or_default();
        let ports: Option<Vec<u16>> = line.split_whitespace().map(|port| port.parse().ok()).collect();
        let ports = ports.filter(|ports| !ports.is_empty());
        let ports = ports.unwrap_or_else(|| panic!("no ports in {line:?}\n{}", mta.words()));
        mta.ports = [0, 1, 2].map(|at| ports[at.min(ports.len() - 1)]);
        mta.until_it_answers();
        mta
    }

    fn spawn(self, mut command: Command, pid_file: Option<PathBuf>) -> Mta {
        let log = fs::File::create(self.place.path().join("said")).unwrap();
        let child = command.stdin(Stdio::null()).stderr(log).spawn().unwrap();
        Mta { ports: self.ports, child, pid_file, place: self.place }
    }
}

impl Mta {
    /// Postfix, if it is installed and can be started.
    pub(super) fn postfix() -> Option<Self> {
        Self::postfix_of(Draft::of_this_host())
    }

    /// Postfix with a certificate made from this.
    pub(super) fn postfix_of(host: Draft) -> Option<Self> {
        Self::postfix_with("", host)
    }

    /// Postfix that asks at this socket of a Dovecot who may log on, and offers that only under TLS.
    pub(super) fn postfix_asking(socket: &Path) -> Option<Self> {
        Self::postfix_with(
            &include_str!("postfix/sasl.cf").replace("{socket}", &socket.display().to_string()),
            Draft::of_this_host(),
        )
    }

    fn postfix_with(more: &str, host: Draft) -> Option<Self> {
        let program = find("postfix").filter(|_| rustix::process::geteuid().is_root());
        let (Some(program), Some(user)) = (program, uid("postfix")) else {
            skipped("postfix (the package, and to be root)");
            return None;
        };
        let site = Site::of(host);
        let nobody = uid("nobody").unwrap_or(65534);
        for (name, user) in [("etc", 0), ("queue", 0), ("data", user)] {
            site.make(name, user);
        }
        for name in ["mail", "mail/box", "mail/box/tmp", "mail/box/new", "mail/box/cur"] {
            site.make(name, nobody);
        }
        let main = include_str!("postfix/main.cf").replace("{nobody}", &nobody.to_string());
        site.write("etc/main.cf", &(main + more));
        site.write("etc/master.cf", include_str!("postfix/master.cf"));
        site.secrets();
        let mut command = Command::new(program);
        command.arg("-c").arg(site.place.path().join("etc")).arg("start-fg");
        let pid_file = site.place.path().join("queue/pid/master.pid");
        Some(site.start(command, Some(pid_file)))
    }

    /// Exim, where `$EXIM` says that its package was unpacked; a user Debian-exim must be there.
    pub(super) fn exim() -> Option<Self> {
        Self::exim_of(Draft::of_this_host())
    }

    /// Exim with a certificate made from this.
    pub(super) fn exim_of(host: Draft) -> Option<Self> {
        let program = std::env::var_os("EXIM").map(|root| Path::new(&root).join("usr/sbin/exim4"));
        let program = program.filter(|program| program.is_file() && rustix::process::geteuid().is_root());
        let (Some(program), Some(user)) = (program, uid("Debian-exim")) else {
            skipped("exim (unpacked in $EXIM, with a user Debian-exim, and to be root)");
            return None;
        };
        let site = Site::of(host);
        for name in ["spool", "log", "mail", "mail/box", "mail/box/tmp", "mail/box/new", "mail/box/cur"] {
            site.make(name, user);
        }
        chown(site.place.path().join("server.pem"), Some(user), None).unwrap();
        let config = include_str!("exim/exim.conf").replace("{exim}", &program.display().to_string());
        site.write("exim.conf", &config);
        site.secrets();
        let mut command = Command::new(program);
        command.arg("-C").arg(site.place.path().join("exim.conf")).arg("-bdf");
        Some(site.start(command, None))
    }

    /// Dovecot as a submission server that hands on to one port and asks another about tokens. It runs as nobody.
    pub(super) fn dovecot(relay: u16, tokens: u16) -> Option<Self> {
        let program = find("dovecot").filter(|_| rustix::process::geteuid().is_root());
        let (Some(program), Some(nobody), Some(setpriv)) = (program, uid("nobody"), find("setpriv")) else {
            skipped("dovecot (dovecot-core and dovecot-submissiond, and to be root)");
            return None;
        };
        let site = Site::of(Draft::of_this_host());
        for name in ["", "run", "state", "log", "mail"] {
            site.make(name, nobody);
        }
        let config = include_str!("dovecot/dovecot.conf").replace("{relay}", &relay.to_string());
        site.write("dovecot.conf", &config);
        let oauth = include_str!("dovecot/oauth2.conf").replace("{tokens}", &tokens.to_string());
        site.write("oauth2.conf", &oauth);
        site.write("users", "alice:{PLAIN}tiger-secret::::::\n");
        chown(site.place.path().join("server.pem"), Some(nobody), None).unwrap();
        site.secrets();
        let mut command = Command::new(setpriv);
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(program);
        command.arg("-F").arg("-c").arg(site.place.path().join("dovecot.conf"));
        Some(site.start(command, None))
    }

    fn until_it_answers(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.ports[1]));
        while TcpStream::connect(address).is_err() {
            let gone = self.child.try_wait().unwrap();
            let words = || self.words();
            assert!(gone.is_none() && Instant::now() < deadline, "no answer: {gone:?}\n{}", words());
            thread::yield_now();
        }
    }

    /// What it has to say about itself.
    fn words(&self) -> String {
        let logs = ["said", "maillog", "log/mainlog", "log/paniclog", "log/dovecot"]
            .map(|name| self.place.path().join(name));
        logs.iter().filter_map(|log| fs::read_to_string(log).ok()).collect()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Runs `mailxport send message` with more words, TLS required; all ways in are told apart by their port.
    pub(super) fn send<S: AsRef<OsStr>>(&self, message: &[u8], words: &[S]) -> Output {
        let tls = ["--tls", "required", "--ca-file", "ca.pem"].map(OsStr::new);
        let words: Vec<&OsStr> = tls.into_iter().chain(words.iter().map(AsRef::as_ref)).collect();
        self.run(message, &words)
    }

    /// The same, and nothing said about TLS.
    pub(super) fn run<S: AsRef<OsStr>>(&self, message: &[u8], words: &[S]) -> Output {
        fs::write(self.path("message"), message).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
        command.args(["send", "message", "--json", "--from", "a@d.example", "--timeout", "30"]);
        let command = command.args(words).current_dir(self.place.path()).env_clear();
        limited(command.env("MAILXPORT_CONFIG", "/dev/null"))
    }

    /// Sends a message by one of the ways.
    pub(super) fn by(&self, way: Way, message: &[u8], words: &[&str]) -> Output {
        let mut file = NamedTempFile::new_in(&self.place).unwrap();
        file.write_all(message).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
        match way.stream {
            true => command.arg("send-stream").arg(format!("--size={}", message.len())),
            false => command.arg("send").arg(file.path()),
        };
        command.args(["--json", "--from", "a@d.example", "--timeout", "30"]).args(words);
        match way.cover {
            Cover::Clear => command.args(["--tls", "off"]),
            Cover::StartTls | Cover::Tls => command.args(["--tls", "required", "--ca-file", "ca.pem"]),
        };
        if !way.chunks {
            command.arg("--no-chunking");
        }
        command.current_dir(self.place.path()).env_clear().env("MAILXPORT_CONFIG", "/dev/null");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let message = message.to_vec();
        let feed = thread::spawn(move || stdin.write_all(&message));
        let output = finished(child);
        let fed = feed.join().unwrap();
        assert!(!way.stream || !output.status.success() || fed.is_ok(), "{fed:?}");
        output
    }

    /// Runs `mailxport check` with more words.
    pub(super) fn check<S: AsRef<OsStr>>(&self, words: &[S]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
        command.args(["check", "--json", "--from", "a@d.example", "--timeout", "30"]);
        command.args(["--tls", "required", "--ca-file", "ca.pem"]).args(words);
        limited(command.current_dir(self.place.path()).env_clear())
    }

    /// The next message to be delivered while `act` runs or soon after it.
    pub(super) fn delivered(&self, act: impl FnOnce()) -> Vec<u8> {
        self.copies(1, act).remove(0)
    }

    /// The next messages, so many and no more.
    pub(super) fn copies(&self, count: usize, act: impl FnOnce()) -> Vec<Vec<u8>> {
        let new = self.path("mail/box/new");
        let watch = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK).unwrap();
        let came = inotify::WatchFlags::MOVED_TO | inotify::WatchFlags::CREATE;
        inotify::add_watch(&watch, &new, came).unwrap();
        act();
        let limit = Timespec::try_from(PATIENCE).unwrap();
        loop {
            let seen = poll(&mut [PollFd::new(&watch, PollFlags::IN)], Some(&limit)).unwrap();
            assert!(seen > 0, "not {count} were delivered\n{}", self.words());
            while rustix::io::read(&watch, &mut [0u8; 4096]).is_ok() {}
            let files: Vec<PathBuf> =
                fs::read_dir(&new).unwrap().map(|entry| entry.unwrap().path()).collect();
            if files.len() >= count {
                assert_eq!(files.len(), count, "{files:?}");
                let messages = files.iter().map(|file| fs::read(file).unwrap()).collect();
                files.iter().for_each(|file| fs::remove_file(file).unwrap());
                return messages;
            }
        }
    }

    /// True where no message lies in the box; an envelope alone is a message that was taken back, or will be in a moment.
    pub(super) fn is_empty(&self) -> bool {
        let files = fs::read_dir(self.path("mail/box/new")).unwrap().map(|entry| entry.unwrap().path());
        files.filter_map(|file| fs::read(file).ok()).all(|file| without_its_way(&file).is_empty())
    }
}

impl Drop for Mta {
    fn drop(&mut self) {
        let named = self.pid_file.as_ref().and_then(|file| fs::read_to_string(file).ok());
        let own = i32::try_from(self.child.id()).ok();
        let pid = named.map_or(own, |text| text.trim().parse().ok()).and_then(Pid::from_raw);
        let told = pid.map(|pid| kill_process(pid, Signal::TERM));
        // It leaves by itself; one that does not is not left behind either.
        if !matches!(told, Some(Ok(()))) || !self.is_gone_in(PATIENCE) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

impl Mta {
    fn is_gone_in(&mut self, limit: Duration) -> bool {
        let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) else { return false };
        let flags = rustix::process::PidfdFlags::empty();
        let Ok(process) = rustix::process::pidfd_open(pid, flags) else { return false };
        let limit = Timespec::try_from(limit).ok();
        let gone =
            poll(&mut [PollFd::new(&process, PollFlags::IN)], limit.as_ref()).is_ok_and(|ready| ready > 0);
        gone && self.child.wait().is_ok()
    }
}

/// A user's number, as the system's list has it.
pub(super) fn uid(name: &str) -> Option<u32> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
    line.split(':').nth(2)?.parse().ok()
}

/// A message without the lines that its way has put in front, of which Received is the last.
pub(super) fn without_its_way(message: &[u8]) -> &[u8] {
    let mut rest = message;
    let mut received = false;
    while let Some(end) = rest.iter().position(|octet| *octet == b'\n') {
        if received && !rest.starts_with(b"\t") {
            break;
        }
        received |= rest.starts_with(b"Received: ");
        rest = &rest[end + 1..];
    }
    rest
}
