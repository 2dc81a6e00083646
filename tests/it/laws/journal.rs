//! A journal read as an onlooker would: which reply belongs to which command, and whether the client kept its turn.

use super::link::Entry;
use std::collections::VecDeque;

/// What an onlooker understood, with the number of the entry that completed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Command(String),
    /// A whole reply and the verb of the command it answers; `.` stands for the end of a message.
    Reply(String, u16),
    /// A message from its first octet to its end.
    End(Vec<u8>),
    /// A line that is no reply, or a reply to nothing.
    Nonsense,
}

#[derive(Debug, Default)]
struct Onlooker {
    lmtp: bool,
    pipelining: bool,
    told: Vec<(usize, What)>,
    /// The verbs that wait for a reply.
    awaiting: VecDeque<String>,
    line: Vec<u8>,
    body: Option<Vec<u8>>,
    /// The chunk that is being written: its octets still to come, and whether it is the last; and those before it.
    chunk: Option<(usize, bool)>,
    chunks: Vec<u8>,
    /// The reply that is being read: its code, and whether it offers PIPELINING.
    code: Option<(u16, bool)>,
    accepted: usize,
    broken: bool,
}

/// Reads a journal; the error names the first thing that the client must not do.
pub(super) fn read(entries: &[Entry], lmtp: bool) -> Result<Vec<(usize, What)>, String> {
    let mut onlooker =
        Onlooker { lmtp, awaiting: VecDeque::from(["greeting".to_owned()]), ..Onlooker::default() };
    for (at, entry) in entries.iter().enumerate() {
        match entry {
            Entry::Wrote(octets) => onlooker.wrote(at, octets).map_err(|fault| format!("{at}: {fault}"))?,
            Entry::Read(line) => onlooker.read(at, line),
            Entry::Waited | Entry::Abandoned => {}
        }
    }
    Ok(onlooker.told)
}

impl Onlooker {
    fn wrote(&mut self, at: usize, octets: &[u8]) -> Result<(), String> {
        if self.broken {
            return Err("it went on after nonsense".to_owned());
        }
        let mut rest = octets;
        while !rest.is_empty() {
            rest = match (&self.body, self.chunk) {
                (Some(_), _) => self.message(at, rest)?,
                (None, Some(chunk)) => self.piece(at, rest, chunk),
                (None, None) => self.command(at, rest)?,
            };
        }
        Ok(())
    }

    fn piece<'o>(&mut self, at: usize, octets: &'o [u8], (left, last): (usize, bool)) -> &'o [u8] {
        let count = left.min(octets.len());
        self.chunks.extend_from_slice(&octets[..count]);
        self.chunk = (count < left).then_some((left - count, last));
        if self.chunk.is_none() && last {
            self.told.push((at, What::End(std::mem::take(&mut self.chunks))));
        }
        &octets[count..]
    }

    fn message<'o>(&mut self, at: usize, octets: &'o [u8]) -> Result<&'o [u8], String> {
        let Some(body) = &mut self.body else { return Ok(octets) };
        let before = body.len();
        body.extend_from_slice(octets);
        let from = before.saturating_sub(4);
        let end = match body.starts_with(b".\r\n") {
            true => 3,
            false => match memchr::memmem::find(&body[from..], b"\r\n.\r\n") {
                Some(found) => from + found + 5,
                None => return Ok(&[]),
            },
        };
        body.truncate(end);
        let whole = std::mem::take(body);
        self.body = None;
        let verdicts = if self.lmtp { self.accepted } else { 1 };
        if whole == b".\r\n" && self.accepted > 0 {
            return Err("a lone dot with recipients".to_owned());
        }
        if whole != b".\r\n" && self.accepted == 0 {
            return Err("a message for nobody".to_owned());
        }
        self.awaiting.extend(std::iter::repeat_n(".".to_owned(), verdicts));
        self.told.push((at, What::End(whole)));
        Ok(&octets[end - before..])
    }

    fn command<'o>(&mut self, at: usize, octets: &'o [u8]) -> Result<&'o [u8], String> {
        if self.line.is_empty() {
            self.may_speak()?;
        }
        let count = octets.iter().position(|&octet| octet == b'\n').map_or(octets.len(), |lf| lf + 1);
        self.line.extend_from_slice(&octets[..count]);
        if self.line.ends_with(b"\n") {
            let line = std::mem::take(&mut self.line);
            let line = String::from_utf8(line).map_err(|_| "a command that is not UTF-8")?;
            let text = line.strip_suffix("\r\n").ok_or("a command that ends in a bare LF")?;
            if text.chars().any(char::is_control) {
                return Err(format!("a control character in {text:?}"));
            }
            let verb = text.split([' ', ':']).next().unwrap_or_default();
            if !matches!(verb, "EHLO" | "HELO" | "LHLO" | "MAIL" | "RCPT" | "DATA" | "BDAT" | "RSET" | "QUIT")
            {
                return Err(format!("{text:?} is no command"));
            }
            if matches!(verb, "MAIL" | "RSET") {
                self.accepted = 0;
                self.chunks.clear();
            }
            let last = text.ends_with(" LAST");
            if verb == "BDAT" {
                let size = text.split(' ').nth(1).and_then(|word| word.parse().ok());
                self.chunk = Some((size.ok_or("a chunk without a size")?, last));
            }
            let verdicts = if self.lmtp && last { self.accepted } else { 1 };
            let awaited = if last { "." } else { verb };
            self.awaiting.extend(std::iter::repeat_n(awaited.to_owned(), verdicts));
            self.told.push((at, What::Command(text.to_owned())));
        }
        Ok(&octets[count..])
    }

    /// Lock-step without PIPELINING; with it, what ends a group (RFC 2920 section 3.1) is waited for.
    fn may_speak(&self) -> Result<(), String> {
        let ends = |verb: &&String| !matches!(verb.as_str(), "MAIL" | "RCPT" | "RSET" | "BDAT");
        match self.awaiting.iter().find(ends).or(self.awaiting.front().filter(|_| !self.pipelining)) {
            Some(verb) => Err(format!("it did not wait for the answer to {verb}")),
            None => Ok(()),
        }
    }

    fn read(&mut self, at: usize, line: &[u8]) {
        let number = line.get(..3).filter(|three| three.iter().all(u8::is_ascii_digit));
        let number = number.and_then(|three| std::str::from_utf8(three).ok()?.parse::<u16>().ok());
        let same = |number| self.code.is_none_or(|(code, _)| code == number);
        let last = matches!(line.get(3), None | Some(b' '));
        let code = match (number, line.get(3)) {
            (Some(number), None | Some(b' ' | b'-')) if same(number) && line.len() <= 65536 => number,
            _ => return self.nonsense(at),
        };
        let offer = line.get(4..).is_some_and(|text| text == b"PIPELINING");
        let (_, offered) = *self.code.get_or_insert((code, false));
        self.code = Some((code, offered || offer));
        if !last {
            return;
        }
        self.code = None;
        let Some(verb) = self.awaiting.pop_front() else { return self.nonsense(at) };
        match verb.as_str() {
            "EHLO" | "LHLO" if code / 100 == 2 => self.pipelining = offered || offer,
            "RCPT" if code / 100 == 2 => self.accepted += 1,
            "DATA" if code == 354 => self.body = Some(Vec::new()),
            _ => {}
        }
        self.told.push((at, What::Reply(verb, code)));
    }

    fn nonsense(&mut self, at: usize) {
        self.broken = true;
        self.told.push((at, What::Nonsense));
    }
}
