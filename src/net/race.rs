//! Addresses raced against each other (RFC 8305): the first connection that stands is used, the others are dropped.

use crate::terms::event::{Attempt, Event, Observer};
use crate::terms::failure::Cause;
use crate::watch::wait::{Halt, Watch};
use rustix::event::PollFlags;
use rustix::io::Errno;
use socket2::{Domain, Socket, Type};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

/// How long an address has for itself before the next one is tried beside it.
const HEAD_START: Duration = Duration::from_millis(250);

/// Attempts under way and those that failed.
struct Race<'a> {
    running: Vec<Runner>,
    failed: Vec<(String, io::Error)>,
    /// How many of these are of another family than the source address.
    strange: usize,
    observer: &'a mut dyn Observer,
}

/// An attempt under way.
struct Runner {
    address: SocketAddr,
    socket: Socket,
    since: Instant,
}

/// Connects to the first address that answers.
pub fn connect(
    addresses: &[SocketAddr],
    source: Option<IpAddr>,
    watch: &Watch,
    limit: Duration,
    observer: &mut dyn Observer,
) -> Result<(SocketAddr, OwnedFd), Cause> {
    let end = Instant::now() + limit;
    let mut race = Race { running: Vec::new(), failed: Vec::new(), strange: 0, observer };
    let mut waiting = addresses.iter();
    loop {
        let mut next_at = end;
        if let Some(&address) = waiting.next() {
            if let Some(socket) = race.start(address, source)? {
                return Ok((address, socket));
            }
            next_at = end.min(Instant::now() + HEAD_START);
        } else if race.running.is_empty() {
            return Err(race.lost());
        }
        let more = waiting.len() > 0;
        while !race.running.is_empty() {
            match race.step(watch, if more { next_at } else { end }) {
                Ok(Some(winner)) => return Ok(winner),
                Ok(None) if more => break,
                Ok(None) => {}
                Err(Halt::Limit) if more && Instant::now() < end => break,
                Err(Halt::Limit) => return Err(race.out_of_time()),
                Err(halt) => return Err(halt.cause(limit)),
            }
        }
    }
}

impl Race<'_> {
    /// Starts an attempt; returns the socket if it stands at once.
    fn start(&mut self, address: SocketAddr, source: Option<IpAddr>) -> Result<Option<OwnedFd>, Cause> {
        let since = Instant::now();
        let socket = match Socket::new(Domain::for_address(address), Type::STREAM, None) {
            Ok(socket) => socket,
            Err(error) if error.raw_os_error() == Some(Errno::AFNOSUPPORT.raw_os_error()) => {
                self.fail(address, since, error);
                return Ok(None);
            }
            Err(error) => return Err(Cause::NoSocket(error)),
        };
        socket.set_nonblocking(true).map_err(Cause::NoSocket)?;
        if let Some(source) = source {
            if source.is_ipv4() != address.is_ipv4() {
                let error = io::Error::other("the source address is of the other family");
                self.fail(address, since, error);
                self.strange += 1;
                return Ok(None);
            }
            socket.bind(&SocketAddr::new(source, 0).into()).map_err(Cause::Local)?;
        }
        match socket.connect(&address.into()) {
            Ok(()) => {
                self.win(address, since);
                Ok(Some(socket.into()))
            }
            Err(error) if error.raw_os_error() == Some(Errno::INPROGRESS.raw_os_error()) => {
                self.running.push(Runner { address, socket, since });
                Ok(None)
            }
            Err(error) => {
                self.fail(address, since, error);
                Ok(None)
            }
        }
    }

    fn fail(&mut self, address: SocketAddr, since: Instant, error: io::Error) {
        self.observer.note(&Event::Tried(address, Attempt::Failed(&error), since.elapsed()));
        self.failed.push((address.to_string(), error));
    }

    fn win(&mut self, address: SocketAddr, since: Instant) {
        self.observer.note(&Event::Tried(address, Attempt::Connected, since.elapsed()));
        for other in self.running.drain(..) {
            self.observer.note(&Event::Tried(other.address, Attempt::Overtaken, other.since.elapsed()));
        }
    }

    /// Waits for one attempt to end; returns the winner, or nothing where one has failed.
    fn step(&mut self, watch: &Watch, until: Instant) -> Result<Option<(SocketAddr, OwnedFd)>, Halt> {
        let wanted: Vec<_> =
            self.running.iter().map(|runner| (runner.socket.as_fd(), PollFlags::OUT)).collect();
        let ready = watch.wait_any(&wanted, Some(until))?;
        drop(wanted);
        let Some(at) = ready.iter().position(|flags| !flags.is_empty()) else { return Ok(None) };
        let Runner { address, socket, since } = self.running.remove(at);
        match socket.take_error() {
            Ok(None) => {
                self.win(address, since);
                Ok(Some((address, socket.into())))
            }
            Ok(Some(error)) | Err(error) => {
                self.fail(address, since, error);
                Ok(None)
            }
        }
    }

    /// Nobody is left. Where every address took the connection and reset it, the server hung up; where the source address
    /// fits none of them, none was asked.
    fn lost(mut self) -> Cause {
        if self.strange == self.failed.len()
            && let Some((_, error)) = self.failed.pop()
        {
            return Cause::Local(error);
        }
        let reset = |(_, error): &(String, io::Error)| error.kind() == io::ErrorKind::ConnectionReset;
        if self.failed.iter().all(reset) { Cause::Closed } else { Cause::NotReached(self.failed) }
    }

    fn out_of_time(mut self) -> Cause {
        for late in std::mem::take(&mut self.running) {
            self.fail(late.address, late.since, io::ErrorKind::TimedOut.into());
        }
        Cause::NotReached(self.failed)
    }
}
