//! The start and the end of a sink, the thread that accepts, and the threads that serve.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::net::Ipv4Addr;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::behaviour::Behaviour;
use super::dialogue;
use super::door::{Door, Listen};
use super::kept::Kept;
use super::logon::Gate;
use super::office::Office;
use super::store::{StoreChoice, StoreProblem};
use super::stream::Socket;
use super::tls::{CertificateChoice, CertificateProblem};
use crate::terms::tls::Fingerprint;

/// The time sessions have to come to their end when the sink stops.
const GRACE: Duration = Duration::from_millis(500);
/// The pause after an accept that failed for want of something, such as descriptors.
const BREATH: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// Says what a sink is to be.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where it listens.
    pub listen: Vec<Listen>,
    /// Whether it may listen beyond this machine.
    pub allow_remote: bool,
    /// Where it keeps messages.
    pub store: StoreChoice,
    /// The name in its greeting.
    pub hostname: String,
    /// The octets a message may have.
    pub max_size: Option<u64>,
    /// The recipients a message may have.
    pub max_recipients: Option<u32>,
    /// The messages it takes; [`Sink::wait`] returns when they are kept and answered.
    pub count: Option<u64>,
    /// The certificate it shows; none means no TLS.
    pub certificate: Option<CertificateChoice>,
    /// Whether TLS begins with the first octet.
    pub implicit: bool,
    /// Who may log on, and must then.
    pub gate: Gate,
    /// What it does wrong.
    pub behaviour: Behaviour,
}

impl Setup {
    /// Sets up a well-behaved sink on a free port of the loopback address.
    pub fn on_loopback(store: StoreChoice) -> Self {
        Self {
            listen: vec![Listen::Tcp((Ipv4Addr::LOCALHOST, 0).into())],
            allow_remote: false,
            store,
            hostname: "localhost".into(),
            max_size: None,
            max_recipients: None,
            count: None,
            certificate: None,
            implicit: false,
            gate: Gate::default(),
            behaviour: Behaviour::default(),
        }
    }
}

/// Says why a sink did not start.
#[derive(Debug)]
pub enum SinkProblem {
    /// The address can be reached from other machines, and that was not allowed.
    Remote(Listen),
    /// The address cannot be had.
    Bind(Listen, io::Error),
    /// The store cannot be had.
    Store(StoreProblem),
    /// The certificate cannot be had.
    Certificate(CertificateProblem),
    /// The system has no thread or socket for us.
    System(io::Error),
}

impl fmt::Display for SinkProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remote(listen) => write!(out, "{listen} can be reached from other machines"),
            Self::Bind(listen, trouble) => write!(out, "cannot listen on {listen}: {trouble}"),
            Self::Store(problem) => problem.fmt(out),
            Self::Certificate(problem) => problem.fmt(out),
            Self::System(trouble) => write!(out, "cannot start the sink: {trouble}"),
        }
    }
}

impl std::error::Error for SinkProblem {}

/// Tells why a wait came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// As many messages as were asked for are kept and answered.
    Counted,
    /// Somebody called [`Stopper::interrupt`].
    Interrupted,
}

/// Serves until it is stopped or dropped.
pub struct Sink {
    office: Arc<Office>,
    doors: Vec<Listen>,
    bell: UnixStream,
    porter: Option<JoinHandle<()>>,
}

impl fmt::Debug for Sink {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Sink").field("doors", &self.doors).finish_non_exhaustive()
    }
}

/// Ends a [`Sink::wait`] from another thread.
#[derive(Clone)]
pub struct Stopper(Arc<Office>);

impl fmt::Debug for Stopper {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Stopper")
    }
}

impl Stopper {
    /// Makes [`Sink::wait`] return.
    pub fn interrupt(&self) {
        self.0.interrupt();
    }
}

impl Sink {
    /// Binds, opens the store, and serves; `heard` is told of each message before its sender is answered.
    pub fn start(setup: Setup, heard: impl Fn(&Kept) + Send + Sync + 'static) -> Result<Self, SinkProblem> {
        if let Some(open) = setup.listen.iter().find(|listen| !setup.allow_remote && !listen.is_local()) {
            return Err(SinkProblem::Remote(open.clone()));
        }
        let hostname = presentable(&setup.hostname);
        let doors = setup.listen.iter().map(Door::open).collect::<Result<Vec<_>, _>>();
        let doors = doors.map_err(|(place, trouble)| match Errno::from_io_error(&trouble) {
            Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => SinkProblem::System(trouble),
            _ => SinkProblem::Bind(place, trouble),
        })?;
        let office = Arc::new(Office::open(setup, hostname, Box::new(heard))?);
        let (bell, ear) = UnixStream::pair().map_err(SinkProblem::System)?;
        let taken = doors.iter().map(|door| door.place().clone()).collect();
        let shared = Arc::clone(&office);
        let porter = thread::Builder::new().name("sink".into()).spawn(move || admit(&shared, &doors, &ear));
        let porter = Some(porter.map_err(SinkProblem::System)?);
        Ok(Self { office, doors: taken, bell, porter })
    }

    /// Tells the addresses it listens on, with the ports it took.
    pub fn addresses(&self) -> &[Listen] {
        &self.doors
    }

    /// Tells the fingerprint of its certificate, if it has one.
    pub fn fingerprint(&self) -> Option<&Fingerprint> {
        self.office.identity().map(|identity| &identity.fingerprint)
    }

    /// Gives something that ends [`Sink::wait`] from another thread.
    pub fn stopper(&self) -> Stopper {
        Stopper(Arc::clone(&self.office))
    }

    /// Waits for the last of `count` messages, or for an interruption.
    pub fn wait(&self) -> Ended {
        self.office.wait()
    }

    /// Stops: nobody is let in any more, sessions have a moment to end and are cut then, unix sockets are removed.
    pub fn stop(mut self) {
        self.shut();
    }

    fn shut(&mut self) {
        let Some(porter) = self.porter.take() else { return };
        // The ear is deaf only if the porter has gone already.
        let _ = self.bell.write_all(b"!");
        let _ = porter.join();
        self.office.close(GRACE);
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.shut();
    }
}

/// Lets clients in until the bell rings.
fn admit(office: &Arc<Office>, doors: &[Door], ear: &UnixStream) {
    loop {
        let mut watched: Vec<PollFd<'_>> = doors.iter().map(Door::poll_fd).collect();
        watched.push(PollFd::new(ear, PollFlags::IN));
        if poll(&mut watched, None).is_err() {
            continue;
        }
        if watched.last().is_some_and(|ear| !ear.revents().is_empty()) {
            return;
        }
        for (door, watch) in doors.iter().zip(&watched) {
            if watch.revents().is_empty() {
                continue;
            }
            match door.accept() {
                Ok((socket, peer)) => receive(office, socket, peer),
                Err(trouble) if matches!(trouble.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(_) => {
                    // The client stays in the queue: without a pause this loop would spin until something is freed.
                    let mut ear = [PollFd::new(ear, PollFlags::IN)];
                    let _ = poll(&mut ear, Some(&BREATH));
                }
            }
        }
    }
}

/// Serves a client in a thread of its own, or sends it away.
fn receive(office: &Arc<Office>, socket: Socket, peer: String) {
    let Some(number) = office.enter(&socket) else {
        return send_away(office, socket);
    };
    let visit = Visit { office: Arc::clone(office), number };
    let shared = socket.clone();
    let thread = thread::Builder::new().name(format!("sink {number}"));
    let spawned = thread.spawn(move || {
        dialogue::serve(&visit.office, &shared, peer);
        // The last descriptor goes with the entry in the book.
        drop(shared);
        drop(visit);
    });
    if spawned.is_err() {
        send_away(office, socket);
    }
}

fn send_away(office: &Office, mut socket: Socket) {
    // A client that waits for TLS would not understand a word.
    if !office.implicit {
        // A new connection has room for one line; a client that has gone needs none.
        let _ = socket.write(format!("421 {} too many sessions\r\n", office.hostname).as_bytes());
    }
    socket.cut();
}

/// Notes the end of a session, however it comes.
struct Visit {
    office: Arc<Office>,
    number: u64,
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.office.leave(self.number);
    }
}

/// Makes a name fit for a greeting.
fn presentable(hostname: &str) -> String {
    let is_fit = |letter: &char| letter.is_ascii_alphanumeric() || "-._[]:".contains(*letter);
    let name: String = hostname.chars().filter(is_fit).take(255).collect();
    if name.is_empty() { "localhost".into() } else { name }
}

/// Tells whether a name stands in a greeting as it is.
pub fn is_presentable(hostname: &str) -> bool {
    presentable(hostname) == hostname
}
