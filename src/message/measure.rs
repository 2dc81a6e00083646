//! One reading of a whole source for the scan; a long file is looked at from its end meanwhile, by a thread of its own.
//!
//! What was looked at ahead counts only where it is nothing but plain lines. Anything else the scan reads itself, in its turn.

use super::look::Plain;
use super::scan::Scan;
use super::source::{BLOCK, Source};
use crate::terms::failure::Cause;
use crate::terms::find::{memchr, memrchr};
use crate::watch::wait::Watch;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Octets from which on a second thread is worth its start.
pub(super) const LONG: u64 = 8 * 1024 * 1024;

/// Octets up to which a file is kept in memory once it was read.
pub(super) const SMALL: u64 = 64 * 1024;

/// Shows the whole source to the scan.
pub(super) fn measure(source: &mut Source, scan: &mut Scan, watch: &Watch) -> Result<(), Cause> {
    match source.length() {
        Some(length) if length >= LONG && has_two_cores() => {
            by_two(source, &Shares::of(length, share(length)), length, scan, watch)
        }
        Some(length) if length <= SMALL => at_once(source, length, scan, watch),
        length => {
            let wanted = length.and_then(|length| usize::try_from(length).ok()).unwrap_or(BLOCK);
            // A file that grows meanwhile is found out at its end: it is not what it was.
            read(source, scan, watch, (0, length), &mut vec![0u8; wanted.min(BLOCK)]).map(|_| ())
        }
    }
}

/// Reads a small file into memory, where it stays if there is room.
fn at_once(source: &mut Source, length: u64, scan: &mut Scan, watch: &Watch) -> Result<(), Cause> {
    let length = usize::try_from(length).unwrap_or(0);
    let mut octets = Vec::with_capacity(length);
    while octets.len() < length {
        watch.check().map_err(|halt| halt.cause(Duration::ZERO))?;
        let (at, left) = (octets.len(), length - octets.len());
        if source.append_at(&mut octets, left, at as u64).map_err(Cause::Unreadable)? == 0 {
            break;
        }
    }
    scan.feed(&octets);
    if octets.len() == length {
        source.hold(octets);
    }
    Ok(())
}

pub(super) fn has_two_cores() -> bool {
    thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
}

/// Shows a part of the source to the scan, up to a place or to the end; returns where it stopped.
fn read(
    source: &Source,
    scan: &mut Scan,
    watch: &Watch,
    (mut at, until): (u64, Option<u64>),
    block: &mut [u8],
) -> Result<u64, Cause> {
    while until != Some(at) {
        watch.check().map_err(|halt| halt.cause(Duration::ZERO))?;
        let left = until.and_then(|until| usize::try_from(until - at).ok()).unwrap_or(block.len());
        let wanted = left.min(block.len());
        let count = source.read_at(&mut block[..wanted], at).map_err(Cause::Unreadable)?;
        if count == 0 {
            break;
        }
        scan.feed(&block[..count]);
        at += count as u64;
    }
    Ok(at)
}

/// Octets that one of two readers takes at a time: few enough that neither waits long for the other at the end, and many enough
/// for a disk.
fn share(length: u64) -> u64 {
    (length / 8).clamp(1024 * 1024, 8 * 1024 * 1024)
}

/// What of a file nobody has taken yet: one reader takes from its start, the other from its end.
struct Shares {
    left: Mutex<(u64, u64)>,
    /// Octets of a share.
    each: u64,
    /// The other reader need not go on.
    given_up: AtomicBool,
}

impl Shares {
    fn of(length: u64, each: u64) -> Shares {
        Shares { left: Mutex::new((0, length)), each, given_up: AtomicBool::new(false) }
    }

    /// The end of the next share from the start, if there is one.
    fn first(&self) -> Option<u64> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.0 = left.1.min(left.0 + self.each);
        Some(left.0).filter(|&end| end < left.1)
    }

    /// The start of the next share from the end, if there is one.
    fn last(&self) -> Option<u64> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.1 = left.0.max(left.1.saturating_sub(self.each));
        Some(left.1).filter(|&start| start > left.0)
    }

    /// Nothing more is to be taken.
    fn close(&self) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.0 = left.1;
    }
}

/// The scan comes from the start of the file, while somebody looks at it from its end, until they meet.
fn by_two(
    source: &Source,
    shares: &Shares,
    length: u64,
    scan: &mut Scan,
    watch: &Watch,
) -> Result<(), Cause> {
    let mut block = vec![0u8; BLOCK];
    let (at, ahead) = thread::scope(|scope| {
        let looker = thread::Builder::new().name("ahead".to_owned());
        let looker = looker.spawn_scoped(scope, || look_ahead(source, length, shares));
        let mut at = Ok(0);
        while let (Ok(so_far), Some(end)) = (&at, shares.first()) {
            at = read(source, scan, watch, (*so_far, Some(end)), &mut block);
        }
        shares.close();
        shares.given_up.store(at.is_err(), Ordering::Relaxed);
        let ahead = looker.ok().and_then(|looker| looker.join().ok());
        (at, ahead.unwrap_or((length, Plain::default())))
    });
    rest(source, scan, watch, (at?, length), &ahead, &mut block)
}

/// The scan goes on to where somebody looked ahead, leaps, and takes what is behind.
fn rest(
    source: &Source,
    scan: &mut Scan,
    watch: &Watch,
    (at, length): (u64, u64),
    (from, plain): &(u64, Plain),
    block: &mut [u8],
) -> Result<(), Cause> {
    let mut at = read(source, scan, watch, (at, Some(*from)), block)?;
    if at == *from && scan.leap(plain) {
        at += plain.octets();
    }
    read(source, scan, watch, (at, Some(length)), block).map(|_| ())
}

/// Looks at whole lines from the end on, share by share, as long as they are plain; where they begin, and what they are like.
fn look_ahead(source: &Source, length: u64, shares: &Shares) -> (u64, Plain) {
    let (mut from, mut plain, mut block) = (length, Plain::default(), vec![0u8; BLOCK]);
    while let Some(start) = shares.last() {
        let lines = look_at(source, shares, (start, from), from == length, &mut block);
        let Some((begun, more)) = lines else { break };
        plain.join(&more);
        from = begun;
    }
    (from, plain)
}

/// Looks at the lines that begin between two places, the second of which is the end of a line, or of the file; nothing where they
/// are not plain.
fn look_at(
    source: &Source,
    shares: &Shares,
    (start, end): (u64, u64),
    last: bool,
    block: &mut [u8],
) -> Option<(u64, Plain)> {
    let (mut begun, mut at, mut plain) = (None, start, Plain::default());
    while at < end {
        if shares.given_up.load(Ordering::Relaxed) {
            return None;
        }
        let wanted = usize::try_from(end - at).unwrap_or(BLOCK).min(BLOCK);
        let count = source.read_at(&mut block[..wanted], at).ok()?;
        let lines = match begun {
            // The line that is under way belongs to the share before.
            None => memchr(b'\n', &block[..count])? + 1,
            Some(_) => 0,
        };
        begun.get_or_insert(at + lines as u64);
        let behind = memrchr(b'\n', &block[..count]).map_or(0, |last| last + 1);
        if behind == 0 {
            // A last line without an end is left to the scan; a line longer than a block is, too.
            return begun.filter(|_| last && at + count as u64 == end).map(|begun| (begun, plain));
        }
        if !plain.add(&block[lines..behind]) {
            return None;
        }
        at += behind as u64;
    }
    begun.map(|begun| (begun, plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::scan::Facts;
    use std::io::Write;

    /// The facts of a file as two readers find them, either of them first, and as one does.
    fn both(octets: &[u8]) -> ([Facts; 2], [Facts; 2]) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(octets).unwrap();
        let opened = crate::message::source::Opened::path(file.path()).unwrap();
        let crate::message::source::Opened::File(source) = opened else { panic!("it is a file") };
        let (length, watch) = (octets.len() as u64, Watch::default());
        let [mut two, mut behind, mut one] = [(); 3].map(|()| Scan::new(1000));
        by_two(&source, &Shares::of(length, length / 7 + 1), length, &mut two, &watch).unwrap();
        let ahead = look_ahead(&source, length, &Shares::of(length, length / 7 + 1));
        rest(&source, &mut behind, &watch, (0, length), &ahead, &mut vec![0; BLOCK]).unwrap();
        one.feed(octets);
        let one = one.finish();
        ([two.finish(), behind.finish()], [one.clone(), one])
    }

    #[test]
    fn two_readers_find_what_one_finds() {
        let line = "a line of the body, as long as lines commonly are, or a little longer\r\n";
        for line in [line.to_owned(), line.replace('\r', "")] {
            two_find_what_one_finds(&line.repeat(BLOCK / line.len() * 5));
        }
    }

    fn two_find_what_one_finds(lines: &str) {
        for odd in ["", ".", "\0", "\n", "\r", "\r\r\n", "é", "\r\n.", "no end"] {
            for place in
                [0, lines.len() / 3, lines.len() / 2, lines.len() / 2 + 70, lines.len() * 4 / 5, lines.len()]
            {
                let text = format!("A: b\r\n\r\n{}{odd}{}", &lines[..place], &lines[place..]);
                let (two, one) = both(text.as_bytes());
                assert_eq!(two, one, "{odd:?} at {place}");
            }
        }
    }

    #[test]
    fn a_middle_without_a_line_or_within_the_header_is_no_trouble() {
        for text in [
            format!("A: b\r\n\r\n{}", "x".repeat(4 * BLOCK)),
            format!("A: b\r\n\r\n{}\r\n{}", "x".repeat(BLOCK), "y".repeat(3 * BLOCK)),
            "A: b\r\nC: d\r\n\r\nx\r\n".to_owned(),
            "A: b\r\n".repeat(20),
            "A: b\r\n\r\n".to_owned(),
        ] {
            let (two, one) = both(text.as_bytes());
            assert_eq!(two, one);
        }
    }
}
