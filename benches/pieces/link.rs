//! A link in memory with a server behind it that takes everything: it answers as soon as it is asked.

use mailxport::net::link::{Binding, Limit, Link, Offer};
use mailxport::terms::failure::Cause;
use mailxport::terms::tls::TlsFacts;
use std::collections::VecDeque;
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// What was written and not yet understood, and the lines of the answers.
#[derive(Default)]
pub(super) struct Memory {
    heard: Vec<u8>,
    answers: VecDeque<&'static [u8]>,
    /// Octets of a chunk that are still to come.
    chunk: usize,
}

const HELLO: [&[u8]; 4] = [b"250-memory", b"250-PIPELINING", b"250-8BITMIME", b"250 CHUNKING"];

impl Memory {
    pub(super) fn new() -> Memory {
        Memory { answers: VecDeque::from([&b"220 memory"[..]]), ..Memory::default() }
    }

    fn hear(&mut self, octets: &[u8]) {
        self.heard.extend_from_slice(octets);
        let mut at = 0;
        loop {
            if self.chunk > 0 {
                let taken = self.chunk.min(self.heard.len() - at);
                (at, self.chunk) = (at + taken, self.chunk - taken);
                if self.chunk > 0 {
                    break;
                }
                self.answers.push_back(b"250 2.0.0 queued as 4711");
            }
            let Some(end) = memchr::memchr(b'\n', &self.heard[at..]) else { break };
            let line = &self.heard[at..at + end];
            at += end + 1;
            match line.get(..4) {
                Some(b"EHLO") => self.answers.extend(HELLO),
                Some(b"BDAT") => {
                    let size = std::str::from_utf8(line).ok().and_then(|line| line.split(' ').nth(1));
                    self.chunk = size.and_then(|size| size.trim().parse().ok()).unwrap_or(0);
                }
                Some(b"RCPT") => self.answers.push_back(b"250 2.1.5 recipient ok"),
                _ => self.answers.push_back(b"250 2.1.0 ok"),
            }
        }
        self.heard.drain(..at);
    }
}

impl Link for Memory {
    fn offer(&mut self, octets: &[u8], _: Duration) -> Result<Offer, Cause> {
        self.hear(octets);
        Ok(Offer::Took(octets.len()))
    }

    fn beside(&mut self, _: BorrowedFd<'_>) -> Result<bool, Cause> {
        Ok(true)
    }

    fn line(&mut self, _: &mut Limit) -> Result<Vec<u8>, Cause> {
        self.answers.pop_front().map(<[u8]>::to_vec).ok_or(Cause::Closed)
    }

    fn line_at_hand(&mut self) -> Result<Option<Vec<u8>>, Cause> {
        Ok(self.answers.pop_front().map(<[u8]>::to_vec))
    }

    fn listen(&mut self, _: &mut Limit) -> Result<(), Cause> {
        if self.answers.is_empty() { Err(Cause::Closed) } else { Ok(()) }
    }

    fn has_heard(&mut self) -> Result<bool, Cause> {
        Ok(!self.answers.is_empty())
    }

    fn secure(&mut self, _: &mut Limit) -> Result<TlsFacts, Cause> {
        Err(Cause::Bug("nothing here asks for TLS".to_owned()))
    }

    fn binding(&self) -> Option<Binding> {
        None
    }

    fn finish(&mut self) {}

    fn abandon(&mut self) {}

    fn literal(&self) -> String {
        "[127.0.0.1]".to_owned()
    }
}
