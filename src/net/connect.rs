//! From an endpoint to a connected wire.

use super::link::Limit;
use super::proxy;
use super::race;
use super::resolve::resolve;
use super::wire::Wire;
use crate::terms::endpoint::Place;
use crate::terms::event::{Event, Observer, Status};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::plan::Plan;
use crate::terms::printable::path_name;
use crate::terms::proxy::{Proxy, ProxyProblem};
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
    /// Whoever a proxy connected to: where that is nobody here can know.
    BehindProxy,
}

impl Peer {
    /// True where what is said cannot be heard outside this machine.
    pub fn is_on_this_machine(&self) -> bool {
        match self {
            Peer::Unix => true,
            Peer::Tcp(address) => is_loopback(address),
            Peer::BehindProxy => false,
        }
    }
}

fn is_loopback(address: &SocketAddr) -> bool {
    let ip = address.ip();
    ip.is_loopback()
        || matches!(ip, std::net::IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback()))
}

/// Connects to the plan's endpoint, through its proxy if there is one.
pub fn connect(
    plan: &Plan,
    watch: &Arc<Watch>,
    observer: &mut dyn Observer,
) -> Result<(Wire, Peer), Failure> {
    let server = plan.endpoint.to_string();
    let failed = |stage, cause| Failure::new(stage, cause).at(&server);
    let (socket, peer, reached) = match (&plan.endpoint.place, &plan.proxy) {
        (Place::Unix(path), _) => {
            observer.note(&Event::Status(Status::Connecting, &server));
            let socket = unix(path).map_err(|cause| failed(Stage::Connect, cause))?;
            (socket, Peer::Unix, server.clone())
        }
        (Place::Tcp { host, port }, None) => {
            let start = Instant::now();
            let (address, socket) =
                reach((host, *port), &server, plan, watch, start, observer).map_err(|(stage, cause)| {
                    match cause {
                        Cause::Closed => failed(Stage::Greeting, cause),
                        cause => failed(stage, cause),
                    }
                })?;
            (socket, Peer::Tcp(address), address.to_string())
        }
        (Place::Tcp { host, port }, Some(proxy)) => {
            let way = format!("{server} through {proxy}");
            let socket = through(proxy, (host, *port), &way, plan, watch, observer)
                .map_err(|(stage, cause)| failed(stage, cause).with_proxy(&proxy.to_string()))?;
            (socket, Peer::BehindProxy, way)
        }
    };
    let (tcp, local) = match &peer {
        Peer::Unix => (false, None),
        Peer::Tcp(_) | Peer::BehindProxy => {
            (true, rustix::net::getsockname(&socket).ok().and_then(|any| any.try_into().ok()))
        }
    };
    let wire = Wire::new(socket, tcp, local, Arc::clone(watch))
        .map_err(|error| failed(Stage::Connect, Cause::NoSocket(error)))?;
    observer.note(&Event::Local(local));
    observer.note(&Event::Status(Status::Connected, &reached));
    Ok((wire, peer))
}

/// Looks a host up and connects to the first of its addresses that answers; `way` is what is told of it.
fn reach(
    (host, port): (&str, u16),
    way: &str,
    plan: &Plan,
    watch: &Watch,
    start: Instant,
    observer: &mut dyn Observer,
) -> Result<(SocketAddr, OwnedFd), (Stage, Cause)> {
    observer.note(&Event::Status(Status::FindingHost, host));
    let addresses = resolve(host, port, plan.family, watch, plan.limits.connect)
        .map_err(|cause| (Stage::Resolve, cause))?;
    observer.note(&Event::Found(&addresses));
    observer.note(&Event::Status(Status::Connecting, way));
    let rest = plan.limits.connect.saturating_sub(start.elapsed());
    race::connect(&addresses, plan.source, watch, rest, observer).map_err(|cause| (Stage::Connect, cause))
}

/// Connects to a proxy and asks it for the way to the server; the limit for connecting is for the whole of it.
fn through(
    proxy: &Proxy,
    server: (&str, u16),
    way: &str,
    plan: &Plan,
    watch: &Watch,
    observer: &mut dyn Observer,
) -> Result<OwnedFd, (Stage, Cause)> {
    let start = Instant::now();
    let reached = reach((&proxy.host, proxy.port), way, plan, watch, start, observer);
    let (address, socket) = reached.map_err(|(stage, cause)| match cause {
        Cause::Closed => (stage, Cause::Proxy(ProxyProblem::Closed)),
        cause => (stage, cause),
    })?;
    if !may_log_on(proxy, &address) {
        return Err((Stage::Connect, Cause::SecretInClear));
    }
    let limit = Limit { whole: plan.limits.connect, until: Some(start + plan.limits.connect) };
    proxy::pass(&socket, proxy, server, watch, limit).map_err(|cause| (Stage::Connect, cause))?;
    Ok(socket)
}

/// Neither way to speak to a proxy encrypts its log-on: beyond this machine others hear it.
fn may_log_on(proxy: &Proxy, address: &SocketAddr) -> bool {
    proxy.password.is_none() || proxy.in_clear || is_loopback(address)
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
            Err(Cause::NotReached(vec![(path_name(path).into_owned(), error.into())]))
        }
        Err(error) => Err(Cause::Local(error.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::secret::Secret;

    #[test]
    fn the_password_of_a_proxy_leaves_this_machine_only_where_that_was_said() {
        for (address, in_clear, may) in [
            ("127.0.0.1:1080", false, true),
            ("[::1]:1080", false, true),
            ("192.0.2.1:1080", false, false),
            ("192.0.2.1:1080", true, true),
        ] {
            let secret = || Secret::new(b"tiger".to_vec());
            let proxy =
                Proxy::parse("socks5://ada@proxy").and_then(|proxy| proxy.with_password(secret())).unwrap();
            let address = address.parse().unwrap();
            assert_eq!(may_log_on(&Proxy { in_clear, ..proxy }, &address), may, "{address} {in_clear}");
            assert!(may_log_on(&Proxy::parse("socks5://proxy").unwrap(), &address));
        }
    }
}
