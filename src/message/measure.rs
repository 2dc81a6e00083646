//! One reading of a whole source for the scan; the second half of a long file is looked at meanwhile, by a thread of its own.
//!
//! What was looked at ahead counts only where it is nothing but plain lines. Anything else the scan reads itself, in its turn.

use super::look::Plain;
use super::scan::Scan;
use super::source::{BLOCK, Source};
use crate::terms::failure::Cause;
use crate::terms::find::{memchr, memrchr};
use crate::watch::wait::Watch;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Octets from which on a second reader is worth its start.
const LONG: u64 = 8 * 1024 * 1024;

/// Octets up to which a file is kept in memory once it was read.
pub(super) const SMALL: u64 = 64 * 1024;

/// Shows the whole source to the scan.
pub(super) fn measure(source: &mut Source, scan: &mut Scan, watch: &Watch) -> Result<(), Cause> {
    match source.length() {
        Some(length) if length >= LONG && has_two_cores() => by_two(source, length, scan, watch),
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

fn has_two_cores() -> bool {
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

/// The first half is scanned while somebody looks at the second.
fn by_two(source: &Source, length: u64, scan: &mut Scan, watch: &Watch) -> Result<(), Cause> {
    let (middle, stop) = (length / 2, AtomicBool::new(false));
    let mut block = vec![0u8; BLOCK];
    let (at, ahead) = thread::scope(|scope| {
        let looker = thread::Builder::new().name("ahead".to_owned());
        let looker = looker.spawn_scoped(scope, || look_ahead(source, (middle, length), &stop));
        let at = read(source, scan, watch, (0, Some(middle)), &mut block);
        stop.store(at.is_err(), Ordering::Relaxed);
        (at, looker.ok().and_then(|looker| looker.join().ok()).flatten())
    });
    let mut at = at?;
    if let Some((from, plain)) = ahead.filter(|_| at == middle) {
        at = read(source, scan, watch, (at, Some(from)), &mut block)?;
        if at == from && scan.leap(&plain) {
            at += plain.octets();
        }
    }
    read(source, scan, watch, (at, Some(length)), &mut block).map(|_| ())
}

/// Looks at whole lines from the first that begins behind a place; where it began, or nothing if not all of them are plain.
fn look_ahead(source: &Source, (start, end): (u64, u64), stop: &AtomicBool) -> Option<(u64, Plain)> {
    let mut block = vec![0u8; BLOCK];
    let wanted = usize::try_from(end - start).unwrap_or(BLOCK).min(BLOCK);
    let count = source.read_at(&mut block[..wanted], start).ok()?;
    let from = start + memchr(b'\n', &block[..count])? as u64 + 1;
    let mut plain = Plain::default();
    let mut at = from;
    while at < end && !stop.load(Ordering::Relaxed) {
        let wanted = usize::try_from(end - at).unwrap_or(BLOCK).min(BLOCK);
        let count = source.read_at(&mut block[..wanted], at).ok()?;
        let Some(last) = memrchr(b'\n', &block[..count]) else {
            // A last line without an end is left to the scan; a line longer than a block is, too.
            return (at + count as u64 == end).then_some((from, plain));
        };
        if !plain.add(&block[..=last]) {
            return None;
        }
        at += last as u64 + 1;
    }
    Some((from, plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::scan::Facts;
    use std::io::Write;

    /// The facts of a file as two readers find them, and as one does.
    fn both(octets: &[u8]) -> (Facts, Facts) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(octets).unwrap();
        let opened = crate::message::source::Opened::path(file.path()).unwrap();
        let crate::message::source::Opened::File(source) = opened else { panic!("it is a file") };
        let (mut two, mut one) = (Scan::new(1000), Scan::new(1000));
        by_two(&source, octets.len() as u64, &mut two, &Watch::default()).unwrap();
        one.feed(octets);
        (two.finish(), one.finish())
    }

    #[test]
    fn two_readers_find_what_one_finds() {
        let line = "a line of the body, as long as lines commonly are, or a little longer\r\n";
        let lines = line.repeat(BLOCK / line.len() * 5);
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
