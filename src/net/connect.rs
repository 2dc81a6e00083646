//! From an endpoint to a connected wire.

use super::race;
use super::resolve::resolve;
use super::wire::Wire;
use crate::terms::endpoint::Place;
use crate::terms::event::{Event, Observer, Status};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::plan::Plan;
use crate::watch::wait::Watch;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Who was reached: what the rules about TLS and secrets are judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    Tcp(SocketAddr),
    Unix,
}

impl Peer {
    /// True where what is said cannot be heard outside this machine.
    pub fn is_on_this_machine(&self) -> bool {
        match self {
            Peer::Unix => true,
            Peer::Tcp(address) => is_loopback(address),
        }
    }
}

fn is_loopback(address: &SocketAddr) -> bool {
    let ip = address.ip();
    ip.is_loopback()
        || matches!(ip, std::net::IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback()))
}

/// Connects to the plan's endpoint.
pub fn connect(
    plan: &Plan,
    watch: &Arc<Watch>,
    observer: &mut dyn Observer,
) -> Result<(Wire, Peer), Failure> {
    let server = plan.endpoint.to_string();
    let failed = |stage, cause| Failure::new(stage, cause).at(&server);
    let (socket, peer) = match &plan.endpoint.place {
        Place::Unix(path) => {
            observer.note(&Event::Status(Status::Connecting, &server));
            (unix(path).map_err(|cause| failed(Stage::Connect, cause))?, Peer::Unix)
        }
        Place::Tcp { host, port } => {
            observer.note(&Event::Status(Status::FindingHost, host));
            let start = Instant::now();
            let addresses = resolve(host, *port, plan.family, watch, plan.limits.connect)
                .map_err(|cause| failed(Stage::Resolve, cause))?;
            observer.note(&Event::Status(Status::Connecting, &server));
            let rest = plan.limits.connect.saturating_sub(start.elapsed());
            let (address, socket) =
                race::connect(&addresses, plan.source, watch, rest).map_err(|cause| match cause {
                    Cause::Closed => failed(Stage::Greeting, cause),
                    cause => failed(Stage::Connect, cause),
                })?;
            (socket, Peer::Tcp(address))
        }
    };
    let (tcp, local) = match &peer {
        Peer::Unix => (false, None),
        Peer::Tcp(_) => (true, rustix::net::getsockname(&socket).ok().and_then(|any| any.try_into().ok())),
    };
    let wire = Wire::new(socket, tcp, local, Arc::clone(watch))
        .map_err(|error| failed(Stage::Connect, Cause::NoSocket(error)))?;
    let reached = match &peer {
        Peer::Tcp(address) => address.to_string(),
        Peer::Unix => server.clone(),
    };
    observer.note(&Event::Status(Status::Connected, &reached));
    Ok((wire, peer))
}

/// Connects to a unix socket; a path that nobody listens at now may be listened at later.
fn unix(path: &Path) -> Result<OwnedFd, Cause> {
    let address = SocketAddrUnix::new(path).map_err(|error| Cause::Local(error.into()))?;
    let socket =
        rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)
            .map_err(|error| Cause::NoSocket(error.into()))?;
    match rustix::net::connect(&socket, &address) {
        Ok(()) => Ok(socket),
        Err(error @ (Errno::CONNREFUSED | Errno::AGAIN | Errno::INTR)) => {
            Err(Cause::NotReached(vec![(path.to_string_lossy().into_owned(), error.into())]))
        }
        Err(error) => Err(Cause::Local(error.into())),
    }
}
