//! The bare senders: each does what the protocol demands of its case, and nothing else.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;

use memchr::memmem;
use rustix::event::{PollFd, PollFlags, poll};

use super::Trouble;
use super::wire::Wire;

const ENVELOPE: &str = "MAIL FROM:<a@floor.example>\r\nRCPT TO:<b@floor.example>\r\n";
const BLOCK: usize = 128 * 1024;

/// A small message: the envelope and all of it in one flight.
pub(super) fn message(address: &str, path: &str, tls: bool) -> Result<(), Trouble> {
    let octets = std::fs::read(path)?;
    let mut wire = Wire::open(address, tls)?;
    wire.say(&flight(&octets))?;
    wire.replies(3)?;
    wire.quit()
}

fn flight(octets: &[u8]) -> Vec<u8> {
    let mut flight = format!("{ENVELOPE}BDAT {} LAST\r\n", octets.len()).into_bytes();
    flight.extend_from_slice(octets);
    flight
}

/// Many messages down one connection, the next one only behind the verdict on the last one; the paths come by a file.
pub(super) fn many(address: &str, list: &str) -> Result<(), Trouble> {
    let list = std::fs::read_to_string(list)?;
    let mut wire = Wire::open(address, false)?;
    for path in list.lines() {
        wire.say(&flight(&std::fs::read(path)?))?;
        wire.replies(3)?;
    }
    wire.quit()
}

/// A file as one chunk: a pass over it first if the case has one, then the same descriptor by sendfile.
pub(super) fn chunk(address: &str, path: &str, pass: bool) -> Result<(), Trouble> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if pass {
        let (mut block, mut at, mut lines) = (vec![0; BLOCK], 0, 0_usize);
        while at < size {
            let count = file.read_at(&mut block, at)?;
            lines += memchr::memchr_iter(b'\n', &block[..count]).count();
            at += count as u64;
        }
        std::hint::black_box(lines);
    }
    let mut wire = Wire::open(address, false)?;
    wire.say(format!("{ENVELOPE}BDAT {size} LAST\r\n").as_bytes())?;
    let mut at = 0;
    while at < size {
        let left = usize::try_from(size - at)?;
        if rustix::fs::sendfile(wire.socket(), &file, Some(&mut at), left)? == 0 {
            return Err("the file is shorter than it was".into());
        }
    }
    wire.replies(3)?;
    wire.quit()
}

/// A file by TLS as one chunk, sealed as it is read: the same octets down a raw TLS stream.
pub(super) fn sealed(address: &str, path: &str) -> Result<(), Trouble> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut wire = Wire::open(address, true)?;
    wire.say(format!("{ENVELOPE}BDAT {size} LAST\r\n").as_bytes())?;
    let mut block = vec![0; BLOCK];
    loop {
        match file.read(&mut block)? {
            0 => break,
            count => wire.say(&block[..count])?,
        }
    }
    wire.replies(3)?;
    wire.quit()
}

/// A file behind DATA, its dots doubled.
pub(super) fn data(address: &str, path: &str) -> Result<(), Trouble> {
    let mut file = File::open(path)?;
    let mut wire = Wire::open(address, false)?;
    wire.say(format!("{ENVELOPE}DATA\r\n").as_bytes())?;
    wire.replies(3)?;
    let dots = memmem::Finder::new(b"\n.");
    let (mut block, mut out, mut at_start) = (vec![0; BLOCK], Vec::new(), true);
    loop {
        let count = file.read(&mut block)?;
        let Some(last) = block[..count].last() else { break };
        let ends = *last == b'\n';
        out.clear();
        if at_start && block[0] == b'.' {
            out.push(b'.');
        }
        let mut from = 0;
        for lf in dots.find_iter(&block[..count]) {
            out.extend_from_slice(&block[from..=lf]);
            out.push(b'.');
            from = lf + 1;
        }
        if out.is_empty() {
            wire.say(&block[..count])?;
        } else {
            out.extend_from_slice(&block[from..count]);
            wire.say(&out)?;
        }
        at_start = ends;
    }
    wire.say(b".\r\n")?;
    wire.replies(1)?;
    wire.quit()
}

/// A file behind DATA, its lines ended by CRLF.
pub(super) fn lines(address: &str, path: &str) -> Result<(), Trouble> {
    let mut file = File::open(path)?;
    let mut wire = Wire::open(address, false)?;
    wire.say(format!("{ENVELOPE}DATA\r\n").as_bytes())?;
    wire.replies(3)?;
    let (mut block, mut out) = (vec![0; BLOCK], Vec::new());
    loop {
        let count = file.read(&mut block)?;
        if count == 0 {
            break;
        }
        out.clear();
        let mut from = 0;
        for lf in memchr::memchr_iter(b'\n', &block[..count]) {
            out.extend_from_slice(&block[from..lf]);
            out.extend_from_slice(b"\r\n");
            from = lf + 1;
        }
        out.extend_from_slice(&block[from..count]);
        wire.say(&out)?;
    }
    wire.say(b".\r\n")?;
    wire.replies(1)?;
    wire.quit()
}

/// Standard input of a known size as one chunk: read, a pass, write.
pub(super) fn pipe(address: &str, size: u64) -> Result<(), Trouble> {
    let mut input = std::io::stdin().lock();
    let _ = rustix::pipe::fcntl_setpipe_size(&input, 1024 * 1024);
    let mut wire = Wire::open(address, false)?;
    wire.say(format!("{ENVELOPE}BDAT {size} LAST\r\n").as_bytes())?;
    let (mut block, mut left, mut lines) = (vec![0; 2 * BLOCK], size, 0_usize);
    while left > 0 {
        let wanted = usize::try_from(left)?.min(block.len());
        let count = rustix::io::read(&mut input, &mut block[..wanted])?;
        if count == 0 {
            return Err("the input is too short".into());
        }
        lines += memchr::memchr_iter(b'\n', &block[..count]).count();
        wire.say(&block[..count])?;
        left -= count as u64;
    }
    std::hint::black_box(lines);
    wire.replies(3)?;
    wire.quit()
}

/// One message to many recipients in one flight; with `ask` the message waits for the replies to the recipients.
pub(super) fn recipients(address: &str, path: &str, count: usize, ask: bool) -> Result<(), Trouble> {
    let octets = std::fs::read(path)?;
    let mut flight = String::from("MAIL FROM:<a@floor.example>\r\n");
    for number in 0..count {
        write!(flight, "RCPT TO:<r{number}@floor.example>\r\n")?;
    }
    let mut message = format!("BDAT {} LAST\r\n", octets.len()).into_bytes();
    message.extend_from_slice(&octets);
    let mut wire = Wire::open(address, false)?;
    let mut flight = flight.into_bytes();
    if ask {
        fly(&mut wire, &flight, count + 1)?;
        wire.say(&message)?;
        wire.replies(1)?;
    } else {
        flight.extend_from_slice(&message);
        fly(&mut wire, &flight, count + 2)?;
    }
    wire.quit()
}

/// Writes a flight and reads its replies, whichever can be done.
fn fly(wire: &mut Wire, flight: &[u8], replies: usize) -> Result<(), Trouble> {
    let (mut sent, mut landed) = (0, 0);
    wire.socket().set_nonblocking(true)?;
    while landed < replies {
        let wanted = if sent < flight.len() { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
        let mut socket = [PollFd::new(wire.socket(), wanted)];
        poll(&mut socket, None)?;
        let ready = socket[0].revents();
        if ready.contains(PollFlags::OUT) {
            sent += wire.socket().write(&flight[sent..])?;
        }
        if ready.contains(PollFlags::IN) {
            wire.read()?;
            landed += wire.landed()?;
        }
    }
    wire.socket().set_nonblocking(false)?;
    Ok(())
}

/// Makes a message of some size: lines of base64, as an attachment has them.
pub(super) fn make(path: &str, size: u64, dots: bool, end: &str) -> Result<(), Trouble> {
    let head = "Date: Sat, 21 Nov 2026 12:00:00 +0000\nMessage-ID: <1@floor.example>\n\
                From: a@floor.example\nTo: b@floor.example\nSubject: race\n\n";
    let head = head.replace('\n', end);
    let mut out = std::io::BufWriter::new(File::create(path)?);
    out.write_all(head.as_bytes())?;
    let (mut left, mut seed) = (size.saturating_sub(head.len() as u64), 1_u64);
    while left > 0 {
        let mut line = Vec::with_capacity(78);
        while line.len() < 76 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            line.push(letters[usize::try_from(seed >> 58)?]);
        }
        if dots && seed >> 32 & 0xf == 0 {
            line[0] = b'.';
        }
        line.truncate(usize::try_from(left.saturating_sub(end.len() as u64))?.min(76));
        line.extend_from_slice(end.as_bytes());
        out.write_all(&line)?;
        left = left.saturating_sub(line.len() as u64);
    }
    Ok(out.flush()?)
}
