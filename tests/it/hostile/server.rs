//! A server that does everything right but for one fault at one stage.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ServerConfig;

use super::table::{Fault, Stage};
use crate::fixture::pipe::{Heard, Pipe};

/// The longest wait for the client; a cell that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two octets of a slow reply.
const DRIP: Duration = Duration::from_millis(50);
/// So much of an endless reply is never taken.
const ENOUGH: usize = 64 << 20;
/// So much of a message comes before a fault in the middle of it.
const HALFWAY: usize = 200_000;

/// What it offers, and where and how it fails.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) offers: Vec<&'static str>,
    pub(super) lmtp: bool,
    /// The certificate behind STARTTLS.
    pub(super) tls: Option<Arc<ServerConfig>>,
    pub(super) stage: Stage,
    pub(super) fault: Fault,
}

/// What it saw and said.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Ends of messages that came whole.
    pub(super) ends: usize,
    /// The codes it gave in full to such ends.
    pub(super) verdicts: Vec<u16>,
    /// Whether its fault took place.
    pub(super) has_failed: bool,
}

/// Plays its part until the client has left.
pub(super) fn serve(part: &Part, pipe: Pipe) -> Seen {
    let mut server = Server {
        part,
        pipe: Some(pipe),
        seen: Seen::default(),
        counts: Vec::new(),
        is_secured: false,
        has_sender: false,
        accepted: 0,
    };
    let _ = server.play();
    // The end of a session in order: whatever is still on its way is taken.
    if let Some(pipe) = server.pipe.take() {
        drain(pipe);
    }
    server.seen
}

struct Server<'p> {
    part: &'p Part,
    /// Gone once it has hung up.
    pipe: Option<Pipe>,
    seen: Seen,
    /// How often each stage was reached.
    counts: Vec<(&'static str, usize)>,
    is_secured: bool,
    has_sender: bool,
    accepted: usize,
}

impl Server<'_> {
    fn play(&mut self) -> io::Result<()> {
        self.answer("greeting", "220 fixture")?;
        loop {
            let line = self.line()?;
            match line.get(..4).unwrap_or_default() {
                "EHLO" | "LHLO" => {
                    let mut offers: Vec<&str> = self.part.offers.clone();
                    if self.part.tls.is_some() && !self.is_secured {
                        offers.push("STARTTLS");
                    }
                    let lines: String = offers.iter().map(|offer| format!("250-{offer}\r\n")).collect();
                    self.answer("ehlo", &format!("250-fixture\r\n{lines}250 HELP"))?;
                }
                "STAR" => self.start_tls()?,
                "AUTH" => {
                    let challenged = line.ends_with("LOGIN");
                    if challenged {
                        self.answer("challenge", "334 VXNlcm5hbWU6")?;
                        self.line()?;
                        self.answer("question", "334 UGFzc3dvcmQ6")?;
                        self.line()?;
                    }
                    self.answer("auth", "235 2.7.0 welcome")?;
                }
                "MAIL" => {
                    self.accepted = 0;
                    self.has_sender = self.answer("mail", "250 2.1.0 ok")?;
                }
                "RCPT" => {
                    let good = if self.has_sender { "250 2.1.5 ok" } else { "503 5.5.1 no sender" };
                    let taken = self.answer("rcpt", good)?;
                    self.accepted += usize::from(taken && self.has_sender);
                }
                "DATA" => self.data()?,
                "BDAT" => self.chunk(&line)?,
                "RSET" => {
                    (self.has_sender, self.accepted) = (false, 0);
                    self.answer("rset", "250 2.0.0 forgotten")?;
                }
                "QUIT" => {
                    self.answer("quit", "221 2.0.0 bye")?;
                    return Ok(());
                }
                _ => drop(self.answer("other", "500 5.5.1 what")?),
            }
        }
    }

    fn start_tls(&mut self) -> io::Result<()> {
        if !self.answer("starttls", "220 2.0.0 go on")? {
            return Ok(());
        }
        if self.is_the_place("handshake") {
            self.fail("220 2.0.0 go on")?;
        }
        let (pipe, config) = (self.pipe.take().ok_or(io::ErrorKind::NotConnected)?, self.part.tls.clone());
        let config = config.ok_or(io::ErrorKind::Unsupported)?;
        self.pipe = Some(pipe.secured(config, PATIENCE).map_err(io::Error::other)?);
        self.is_secured = true;
        Ok(())
    }

    fn data(&mut self) -> io::Result<()> {
        let good = if self.accepted > 0 { "354 go on" } else { "503 5.5.1 no recipients" };
        if !self.answer("data", good)? || self.accepted == 0 {
            return Ok(());
        }
        if self.part.stage.name == "body" {
            self.take(HALFWAY)?;
            self.is_the_place("body");
            self.fail("250 2.0.0 so early")?;
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        while self.line()? != "." {}
        self.ended()
    }

    fn chunk(&mut self, line: &str) -> io::Result<()> {
        let mut words = line.split(' ').skip(1);
        let size = words.next().and_then(|size| size.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
        if self.part.stage.name == "body" && self.is_the_place("body") {
            self.take(size / 2)?;
            self.fail("250 2.0.0 so early")?;
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        self.take(size)?;
        if words.next().is_none() {
            return self.answer("chunk", "250 2.0.0 go on").map(drop);
        }
        match self.accepted {
            0 => self.answer("idle", "503 5.5.1 no recipients").map(drop),
            _ => self.ended(),
        }
    }

    /// A whole message: one verdict, or one for each recipient.
    fn ended(&mut self) -> io::Result<()> {
        self.seen.ends += 1;
        for _ in 0..if self.part.lmtp { self.accepted } else { 1 } {
            self.answer("dot", "250 2.0.0 queued as 4711")?;
        }
        (self.has_sender, self.accepted) = (false, 0);
        Ok(())
    }

    /// Gives the good answer, or fails here; true if the answer was a good one.
    fn answer(&mut self, stage: &'static str, good: &str) -> io::Result<bool> {
        let has_failed = self.is_the_place(stage);
        let verdicts = if stage == "dot" { 1 } else { 0 };
        let code = if has_failed {
            self.fail(good)?
        } else {
            self.say(format!("{good}\r\n").as_bytes())?;
            good.get(..3).and_then(|code| code.parse().ok()).unwrap_or(0)
        };
        self.seen.verdicts.extend(std::iter::repeat_n(code, verdicts));
        if code == 421 {
            self.hang_up();
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(matches!(code / 100, 2 | 3))
    }

    /// Counts how often this stage is reached, and tells whether this is where it fails.
    fn is_the_place(&mut self, stage: &'static str) -> bool {
        let nth = match self.counts.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                self.counts.push((stage, 1));
                1
            }
        };
        let is_it = self.part.stage.name == stage && self.part.stage.nth == nth;
        self.seen.has_failed |= is_it;
        is_it
    }

    /// Does the worst; returns the code of a whole reply that it gave, an error where there is nothing more to be said.
    fn fail(&mut self, good: &str) -> io::Result<u16> {
        let leave = Err(io::ErrorKind::ConnectionAborted.into());
        let code = good.get(..3).unwrap_or("250").to_owned();
        match self.part.fault {
            Fault::Close => self.hang_up(),
            Fault::Reset => self.pipe.take().into_iter().for_each(Pipe::reset),
            Fault::Silence => self.until_left(),
            Fault::Drip => self.drip(format!("{code} {}", "slow ".repeat(10_000)).as_bytes(), DRIP),
            Fault::Refusal(refusal) => {
                self.say(format!("{refusal} 4.3.2 as told\r\n").as_bytes())?;
                return Ok(refusal);
            }
            Fault::Junk => self.say(b"HTTP/1.1 400 Bad Request\r\n")?,
            Fault::EndlessLine => self.endless(code.as_bytes(), b" and so on"),
            Fault::EndlessLines => self.endless(b"", format!("{code}-and so on\r\n").as_bytes()),
            Fault::Half => {
                self.say(good.as_bytes())?;
                self.hang_up();
            }
            Fault::Split => {
                self.drip(format!("{good}\r\n").as_bytes(), Duration::from_millis(1));
                return code.parse().map_err(io::Error::other);
            }
        }
        leave
    }

    fn line(&mut self) -> io::Result<String> {
        let pipe = self.pipe.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        match pipe.line(Instant::now() + PATIENCE) {
            Heard::Line(line) => Ok(String::from_utf8_lossy(&line).into_owned()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Takes so many octets, whatever they are.
    fn take(&mut self, octets: usize) -> io::Result<()> {
        let pipe = self.pipe.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        while pipe.ahead().len() < octets {
            if !pipe.fill(Instant::now() + PATIENCE) || pipe.is_closed() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        pipe.take(octets);
        Ok(())
    }

    fn say(&mut self, octets: &[u8]) -> io::Result<()> {
        self.pipe.as_mut().ok_or(io::ErrorKind::NotConnected)?.say(octets)
    }

    /// Ends its side in order; nothing unread turns that into a reset.
    fn hang_up(&mut self) {
        self.pipe.take().into_iter().for_each(drain);
    }

    fn until_left(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        let Some(pipe) = self.pipe.take() else { return };
        while !pipe.until_left(DRIP) && Instant::now() < deadline {}
    }

    fn drip(&mut self, octets: &[u8], pause: Duration) {
        let Some(pipe) = &mut self.pipe else { return };
        for octet in octets {
            if pipe.say(&[*octet]).is_err() || pipe.until_left(pause) {
                return;
            }
        }
    }

    fn endless(&mut self, first: &[u8], again: &[u8]) {
        let Some(pipe) = &mut self.pipe else { return };
        let block = again.repeat(16_384 / again.len());
        let mut said = 0;
        let _ = pipe.say(first);
        while said < ENOUGH && pipe.say(&block).is_ok() {
            said += block.len();
        }
        assert!(said < ENOUGH, "{said} octets of an endless answer were taken");
    }
}

/// Says nothing more and hears the rest.
fn drain(mut pipe: Pipe) {
    pipe.hush();
    let deadline = Instant::now() + PATIENCE;
    while !pipe.is_closed() && pipe.fill(deadline) {
        pipe.take(pipe.ahead().len());
    }
}
