//! Starts a foreign server on a loopback port, waits until it answers, and ends it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

/// A running server; it ends with this value.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    child: Child,
    /// Lines of its two streams, as they come.
    lines: Receiver<String>,
    place: TempDir,
    kept: fn(&Path) -> Vec<Vec<u8>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens at, and that was given to nobody else here before.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Below the ports that the system gives to clients, and each test program in a part of its own.
    let part = u16::try_from(std::process::id() % 100).unwrap() * 120;
    loop {
        let port = 20_000 + (part + NEXT.fetch_add(1, Ordering::SeqCst)) % 12_000;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// Says that a test cannot run here; where everything must be there, that is a failure.
pub(super) fn skipped(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what} is not installed, and CI is set");
    println!("skipped: {what} is not installed");
}

impl Server {
    /// Postfix's `smtp-sink`, if there is one.
    pub(super) fn smtp_sink() -> Option<Self> {
        let program = find("smtp-sink")?;
        let place = tempfile::tempdir().unwrap();
        let mut command = Command::new(program);
        command.args(["-d", "kept."]);
        if rustix::process::geteuid().is_root() {
            // It insists on leaving root behind, and must still be able to write here.
            fs::set_permissions(place.path(), fs::Permissions::from_mode(0o777)).unwrap();
            command.args(["-u", "nobody"]);
        }
        let port = free_port();
        command.args([&format!("127.0.0.1:{port}"), "10"]);
        let mut server = Self::start(command, place, port, dumped);
        server.until_it_answers();
        Some(server)
    }

    /// aiosmtpd with a handler that keeps the octets, if there is one.
    pub(super) fn aiosmtpd() -> Option<Self> {
        let python = Path::new("/usr/bin/python3");
        let there = Command::new(python).args(["-c", "import aiosmtpd.smtp"]).stderr(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) {
            return None;
        }
        let mut command = Command::new(python);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/real/keeper.py"));
        let mut server = Self::start(command, tempfile::tempdir().unwrap(), 0, kept);
        let line = server.lines.recv_timeout(PATIENCE).expect("it tells its port");
        let port = line.parse().unwrap_or_else(|_| panic!("no port: {line}"));
        server.address.set_port(port);
        server.until_it_answers();
        Some(server)
    }

    fn start(mut command: Command, place: TempDir, port: u16, kept: fn(&Path) -> Vec<Vec<u8>>) -> Self {
        command.current_dir(place.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, lines) = channel();
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        Self { address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), child, lines, place, kept }
    }

    fn until_it_answers(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        let mut said = Vec::new();
        while TcpStream::connect(self.address).is_err() {
            // What it says is why it does not come up; silence is a reason to look again.
            said.extend(self.lines.recv_timeout(Duration::from_millis(20)).ok());
            let gone = self.child.try_wait().unwrap();
            assert!(gone.is_none() && Instant::now() < deadline, "no answer: {gone:?} {}", said.join("\n"));
        }
    }

    /// The messages that it has kept, with LF line ends where it changes them to that.
    pub(super) fn messages(&self) -> Vec<Vec<u8>> {
        (self.kept)(self.place.path())
    }

    /// Where a client may put its files.
    pub(super) fn place(&self) -> &Path {
        self.place.path()
    }
}

pub(super) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let sbin = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(sbin).map(|folder| folder.join(name)).find(|program| program.is_file())
}

fn files(place: &Path, is_one: fn(&str) -> bool) -> Vec<Vec<u8>> {
    let names =
        fs::read_dir(place).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| is_one(name)).map(|name| fs::read(place.join(name)).unwrap()).collect()
}

fn kept(place: &Path) -> Vec<Vec<u8>> {
    files(place, |name| name.ends_with(".eml"))
}

/// A dump begins with `X-` lines of the envelope and a Received field of three lines, has LF for CRLF and ends with an empty line.
fn dumped(place: &Path) -> Vec<Vec<u8>> {
    let dumps = files(place, |name| name.starts_with("kept."));
    dumps.into_iter().map(|dump| without_envelope(&dump).to_vec()).collect()
}

fn without_envelope(dump: &[u8]) -> &[u8] {
    let mut rest = dump;
    let mut received = false;
    while let Some(end) = rest.iter().position(|octet| *octet == b'\n') {
        let line = &rest[..end];
        if received && !line.starts_with(b"\t") {
            break;
        }
        received |= line.starts_with(b"Received: ");
        rest = &rest[end + 1..];
    }
    rest.strip_suffix(b"\n").unwrap_or(rest)
}

#[test]
fn a_dump_is_read_without_its_envelope() {
    let dump =
        b"X-Client-Addr: 1\nX-Rcpt-Args: <x>\nReceived: from a\n\tby b\n\tnow\nSubject: x\n\n\tbody\n\n";
    assert_eq!(without_envelope(dump), b"Subject: x\n\n\tbody\n");
}
