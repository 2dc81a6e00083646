//! Host names to addresses, in a thread of their own so that a mute name service cannot hold the program.

use crate::terms::failure::Cause;
use crate::terms::plan::Family;
use crate::watch::wait::Watch;
use rustix::event::PollFlags;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// The addresses of a host, those of the wanted family, the two families in turn.
pub fn resolve(
    host: &str,
    port: u16,
    family: Family,
    watch: &Watch,
    limit: Duration,
) -> Result<Vec<SocketAddr>, Cause> {
    let found = match host.parse::<IpAddr>() {
        Ok(address) => vec![SocketAddr::new(address, port)],
        // RFC 6761 section 6.3: this name needs no name service.
        Err(_) if is_localhost(host) => vec![
            SocketAddr::new(Ipv6Addr::LOCALHOST.into(), port),
            SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port),
        ],
        Err(_) => ask(host, port, watch, limit)?,
    };
    let wanted = found.into_iter().filter(|address| match family {
        Family::Any => true,
        Family::V4 => address.is_ipv4(),
        Family::V6 => address.is_ipv6(),
    });
    let addresses = in_turn(wanted.collect());
    match (addresses.is_empty(), family) {
        (false, _) => Ok(addresses),
        (true, Family::Any) => Err(Cause::NoSuchHost),
        (true, wanted) => Err(Cause::OtherFamily { wanted, is_literal: host.parse::<IpAddr>().is_ok() }),
    }
}

pub fn is_localhost(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

fn ask(host: &str, port: u16, watch: &Watch, limit: Duration) -> Result<Vec<SocketAddr>, Cause> {
    let (done, waker) = UnixStream::pair().map_err(Cause::NoSocket)?;
    let (answer, answers) = mpsc::channel();
    let name = host.to_owned();
    let asked = std::thread::Builder::new().name("resolve".to_owned()).spawn(move || {
        let found = (name.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        let _ = answer.send(found);
        drop(waker);
    });
    asked.map_err(Cause::NoSocket)?;
    watch
        .wait(done.as_fd(), PollFlags::IN, Some(Instant::now() + limit))
        .map_err(|halt| halt.cause(limit))?;
    match answers.recv() {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(error)) => Err(meaning(&error)),
        Err(_) => Err(Cause::LookupFailed("the look-up ended without an answer".to_owned())),
    }
}

/// The C library tells a name that does not exist from trouble only in words; what is not known is trouble for now.
fn meaning(error: &io::Error) -> Cause {
    let text = error.to_string();
    let gone = ["Name or service not known", "No address associated", "Name does not resolve"];
    if gone.iter().any(|known| text.contains(known)) {
        return Cause::NoSuchHost;
    }
    Cause::LookupFailed(text.rsplit(": ").next().unwrap_or(&text).to_owned())
}

/// Alternates the families, starting with that of the first address (RFC 8305 section 4).
fn in_turn(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let v6_first = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|a| a.is_ipv6() == v6_first);
    let mut turns = Vec::new();
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    loop {
        match (first.next(), second.next()) {
            (None, None) => break,
            (one, other) => turns.extend(one.into_iter().chain(other)),
        }
    }
    turns.dedup();
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns() {
        let parse = |text: &str| -> Vec<SocketAddr> { text.split(' ').map(|a| a.parse().unwrap()).collect() };
        let given = parse("[::1]:1 [::2]:1 [::3]:1 1.1.1.1:1");
        assert_eq!(in_turn(given), parse("[::1]:1 1.1.1.1:1 [::2]:1 [::3]:1"));
        assert_eq!(in_turn(vec![]), vec![]);
    }

    #[test]
    fn literals_and_localhost_ask_nobody() {
        let watch = Watch::default();
        let find = |host, family| resolve(host, 25, family, &watch, Duration::ZERO);
        assert_eq!(find("127.0.0.1", Family::Any).unwrap(), ["127.0.0.1:25".parse().unwrap()]);
        assert_eq!(find("localhost", Family::V4).unwrap(), ["127.0.0.1:25".parse().unwrap()]);
        assert_eq!(find("LOCALHOST", Family::Any).unwrap().len(), 2);
        let other = find("::1", Family::V4).unwrap_err();
        assert!(matches!(other, Cause::OtherFamily { wanted: Family::V4, is_literal: true }));
    }

    #[test]
    fn a_name_that_does_not_exist_is_told_from_trouble() {
        let text =
            |text: &str| meaning(&io::Error::other(format!("failed to lookup address information: {text}")));
        assert!(matches!(text("Name or service not known"), Cause::NoSuchHost));
        assert!(matches!(text("Temporary failure in name resolution"), Cause::LookupFailed(_)));
    }
}
