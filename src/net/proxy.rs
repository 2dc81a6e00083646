//! The way through a proxy: SOCKS5 (RFC 1928, RFC 1929) and CONNECT (RFC 9110 section 9.3.6).
//!
//! The server's name goes to the proxy as it is, for the proxy to look it up. Not one octet behind the proxy's answer is
//! taken from the socket: what comes there is the server's, be it in the same segment.

use super::link::Limit;
use crate::terms::failure::Cause;
use crate::terms::mask;
use crate::terms::proxy::{Dialect, Proxy, ProxyProblem};
use crate::terms::secret::Secret;
use crate::watch::wait::Watch;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use std::net::IpAddr;
use std::os::fd::{AsFd, OwnedFd};

/// Octets and lines that the head of an answer may have.
const LONGEST_HEAD: usize = 16 * 1024;
const MOST_LINES: usize = 100;
/// Interim answers (1xx) before the real one.
const INTERIM: usize = 8;
/// Octets of an answer that a report shows.
const SHOWN: usize = 200;

/// Asks a proxy that was connected to for the way to a server; the limit is for the whole of it.
pub(super) fn pass(
    socket: &OwnedFd,
    proxy: &Proxy,
    (host, port): (&str, u16),
    watch: &Watch,
    limit: Limit,
) -> Result<(), Cause> {
    let mut passage = Passage { socket, watch, limit };
    let passed = match proxy.dialect {
        Dialect::Socks5 => passage.socks(proxy, host, port),
        Dialect::Http => passage.http(proxy, host, port),
    };
    passed.map_err(|cause| without_password(cause, proxy))
}

/// A proxy may repeat what it was told.
fn without_password(cause: Cause, proxy: &Proxy) -> Cause {
    let Some((_, password)) = proxy.logon() else { return cause };
    let masked = |said| mask::octets(&mask::forms(password), said);
    match cause {
        Cause::Proxy(ProxyProblem::Status(code, said)) => {
            Cause::Proxy(ProxyProblem::Status(code, masked(said)))
        }
        Cause::Proxy(ProxyProblem::Garbled(why, said)) => {
            Cause::Proxy(ProxyProblem::Garbled(why, masked(said)))
        }
        cause => cause,
    }
}

struct Passage<'a> {
    socket: &'a OwnedFd,
    watch: &'a Watch,
    limit: Limit,
}

fn problem<T>(problem: ProxyProblem) -> Result<T, Cause> {
    Err(Cause::Proxy(problem))
}

fn garbled<T>(why: &'static str, came: &[u8]) -> Result<T, Cause> {
    let line = came.split(|&octet| octet == b'\r' || octet == b'\n').next().unwrap_or_default();
    problem(ProxyProblem::Garbled(why, line.get(..SHOWN).unwrap_or(line).to_vec()))
}

/// Puts octets together in one buffer of the right size, so that no copy of a secret stays behind.
fn joined(parts: &[&[u8]]) -> Secret {
    let mut whole = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        whole.extend_from_slice(part);
    }
    Secret::new(whole)
}

/// The length that SOCKS5 writes in front of a word.
fn length(word: &[u8], what: &str) -> Result<u8, Cause> {
    u8::try_from(word.len()).map_err(|_| Cause::Usage(format!("the {what} is too long for SOCKS5")))
}

const VERSION: u8 = 5;
const NO_LOG_ON: u8 = 0;
const PASSWORD: u8 = 2;
const NO_METHOD: u8 = 0xFF;
const CONNECT: u8 = 1;
const V4: u8 = 1;
const NAME: u8 = 3;
const V6: u8 = 4;

impl Passage<'_> {
    fn socks(&mut self, proxy: &Proxy, host: &str, port: u16) -> Result<(), Cause> {
        let logon = proxy.logon();
        let hello: &[u8] =
            if logon.is_some() { &[VERSION, 2, NO_LOG_ON, PASSWORD] } else { &[VERSION, 1, NO_LOG_ON] };
        self.say(hello)?;
        let answer: [u8; 2] = self.take()?;
        match (answer, logon) {
            ([VERSION, NO_LOG_ON], _) => {}
            ([VERSION, PASSWORD], Some((user, password))) => self.log_on(user, password)?,
            ([VERSION, NO_METHOD | PASSWORD], None) => return problem(ProxyProblem::WantsLogOn),
            ([VERSION, NO_METHOD], Some(_)) => return problem(ProxyProblem::NoMethod),
            (answer, _) => return garbled("it does not speak SOCKS5", &answer),
        }
        let place = match host.parse() {
            Ok(IpAddr::V4(address)) => [&[V4], &address.octets()[..]].concat(),
            Ok(IpAddr::V6(address)) => [&[V6], &address.octets()[..]].concat(),
            Err(_) => [&[NAME, length(host.as_bytes(), "name of the server")?], host.as_bytes()].concat(),
        };
        self.say(&[&[VERSION, CONNECT, 0], &place[..], &port.to_be_bytes()].concat())?;
        self.verdict()
    }

    /// RFC 1929. Its version octet is not looked at: some proxies send that of SOCKS.
    fn log_on(&mut self, user: &str, password: &Secret) -> Result<(), Cause> {
        let (user, password) = (user.as_bytes(), password.expose());
        let lengths = (length(user, "user of the proxy")?, length(password, "password of the proxy")?);
        self.say(joined(&[&[1, lengths.0], user, &[lengths.1], password]).expose())?;
        match self.take()? {
            [_, 0] => Ok(()),
            [_, _] => problem(ProxyProblem::LogOnRefused),
        }
    }

    /// Reads the reply to its end; the address in it is of no interest.
    fn verdict(&mut self) -> Result<(), Cause> {
        match self.take()? {
            [VERSION, 0] => {}
            [VERSION, code] => return problem(ProxyProblem::Socks(code)),
            answer => return garbled("it does not speak SOCKS5", &answer),
        }
        let [_, kind] = self.take()?;
        let address = match kind {
            V4 => 4,
            V6 => 16,
            NAME => usize::from(self.take::<1>()?[0]),
            _ => return garbled("its SOCKS5 reply has an unknown kind of address", &[]),
        };
        self.skip(address + 2)
    }

    fn http(&mut self, proxy: &Proxy, host: &str, port: u16) -> Result<(), Cause> {
        let place = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        let request = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n");
        match proxy.logon() {
            None => self.say(format!("{request}\r\n").as_bytes())?,
            Some((user, password)) => {
                let pair = joined(&[user.as_bytes(), b":", password.expose()]);
                let encoded = Secret::new(STANDARD.encode(pair.expose()).into_bytes());
                let field = b"Proxy-Authorization: Basic ";
                self.say(joined(&[request.as_bytes(), field, encoded.expose(), b"\r\n\r\n"]).expose())?;
            }
        }
        for _ in 0..=INTERIM {
            let head = self.head()?;
            let line = head.split(|&octet| octet == b'\n').next().unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match (status(line), proxy.logon()) {
                (Some(200..=299), _) => return Ok(()),
                (Some(100 | 102..=199), _) => {}
                // 401 is what tinyproxy says to a wrong password.
                (Some(401 | 407), None) => return problem(ProxyProblem::WantsLogOn),
                (Some(401 | 407), Some(_)) => return problem(ProxyProblem::LogOnRefused),
                (Some(code), _) => {
                    let said = line.get(..SHOWN).unwrap_or(line).to_vec();
                    return problem(ProxyProblem::Status(code, said));
                }
                (None, _) => return garbled("it does not speak HTTP", line),
            }
        }
        garbled("it never comes to an answer", &[])
    }

    /// Reads a head with the empty line behind it.
    fn head(&mut self) -> Result<Vec<u8>, Cause> {
        let (mut head, mut start, mut lines) = (Vec::new(), 0, 0);
        let mut block = [0; 4096];
        loop {
            let old = head.len();
            let came = self.peek(&mut block)?;
            head.extend_from_slice(&block[..came]);
            let known = head.len().min(PREFIX.len());
            if head[..known] != PREFIX[..known] {
                return garbled("it does not speak HTTP", &head);
            }
            while let Some(at) = memchr::memchr(b'\n', &head[start..]) {
                let line = &head[start..start + at];
                let is_last = matches!(line, b"" | b"\r");
                start += at + 1;
                lines += 1;
                if start > LONGEST_HEAD || lines > MOST_LINES {
                    return garbled("the head of its answer is too long", &head);
                }
                if is_last {
                    self.skip(start - old)?;
                    head.truncate(start);
                    return Ok(head);
                }
            }
            if head.len() > LONGEST_HEAD {
                return garbled("the head of its answer is too long", &head);
            }
            self.skip(came)?;
        }
    }

    fn say(&mut self, octets: &[u8]) -> Result<(), Cause> {
        let mut rest = octets;
        while !rest.is_empty() {
            match rustix::net::send(self.socket, rest, SendFlags::NOSIGNAL) {
                Ok(count) => rest = &rest[count..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait(PollFlags::OUT)?,
                Err(Errno::PIPE | Errno::CONNRESET | Errno::CONNABORTED) => {
                    return problem(ProxyProblem::Closed);
                }
                Err(error) => return Err(Cause::WriteFailed(error.into())),
            }
        }
        Ok(())
    }

    /// So many octets, and not one more.
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Cause> {
        let (mut octets, mut filled) = ([0; N], 0);
        while filled < N {
            filled += self.receive(&mut octets[filled..], RecvFlags::empty())?;
        }
        Ok(octets)
    }

    /// What is there, once something is, without taking it.
    fn peek(&mut self, block: &mut [u8]) -> Result<usize, Cause> {
        self.receive(block, RecvFlags::PEEK)
    }

    /// Takes so many octets and forgets them.
    fn skip(&mut self, count: usize) -> Result<(), Cause> {
        let (mut block, mut skipped) = (vec![0; count], 0);
        while skipped < count {
            skipped += self.receive(&mut block[skipped..], RecvFlags::empty())?;
        }
        Ok(())
    }

    fn receive(&mut self, block: &mut [u8], flags: RecvFlags) -> Result<usize, Cause> {
        loop {
            match rustix::net::recv(self.socket, &mut *block, flags) {
                Ok((0, _)) | Err(Errno::CONNRESET | Errno::CONNABORTED | Errno::PIPE) => {
                    return problem(ProxyProblem::Closed);
                }
                Ok((count, _)) => return Ok(count),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait(PollFlags::IN)?,
                Err(error) => return Err(Cause::ReadFailed(error.into())),
            }
        }
    }

    fn wait(&mut self, wanted: PollFlags) -> Result<(), Cause> {
        let (until, whole) = (self.limit.until(), self.limit.whole);
        let waited = self.watch.wait(self.socket.as_fd(), wanted, Some(until));
        waited.map(|_| ()).map_err(|halt| halt.cause(whole))
    }
}

const PREFIX: &[u8] = b"HTTP/1.";

/// The code of a status line (RFC 9112 section 4).
fn status(line: &[u8]) -> Option<u16> {
    match line.strip_prefix(PREFIX)? {
        [b'0'..=b'9', b' ', code @ ..] => {
            let (code, rest) = code.split_at_checked(3)?;
            let digits = code.iter().all(u8::is_ascii_digit) && matches!(rest, [] | [b' ', ..]);
            std::str::from_utf8(code).ok().filter(|_| digits)?.parse().ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_status_line_has_a_status() {
        for (line, found) in [
            (&b"HTTP/1.1 200 Connection established"[..], Some(200)),
            (b"HTTP/1.0 407", Some(407)),
            (b"HTTP/1.1 403 ", Some(403)),
            (b"HTTP/1.1 2000", None),
            (b"HTTP/1.1 20", None),
            (b"HTTP/1.1  200", None),
            (b"HTTP/1.1 +20 x", None),
            (b"HTTP/2 200 OK", None),
            (b"220 mail ESMTP", None),
            (b"", None),
        ] {
            assert_eq!(status(line), found, "{}", line.escape_ascii());
        }
    }
}
