//! The measuring pass and the doubling of dots, over what a program reads at a time.

use super::harness::Bench;
use mailxport::message::scan::Scan;
use mailxport::message::source::BLOCK;
use mailxport::message::supply::Shape;
use mailxport::smtp::stuff::Stuffer;

/// A block of lines as an attachment has them; so many of them begin with a dot, of 16.
fn block(dots: usize, end: &str) -> Vec<u8> {
    let line = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/abcdefghijkl";
    let lines = (0..BLOCK / (line.len() + end.len()))
        .map(|number| format!("{}{}{end}", if number % 16 < dots { "." } else { "x" }, &line[1..]));
    lines.collect::<String>().into_bytes()
}

/// A scan that is past the header.
fn scanning() -> Scan {
    let mut scan = Scan::new(1 << 20);
    scan.feed(b"Subject: race\r\n\r\n");
    scan
}

pub(super) fn scan(bench: &mut Bench) {
    for (name, block) in [
        ("scan: lines end in CRLF", block(0, "\r\n")),
        ("scan: lines end in LF", block(0, "\n")),
        ("scan: 8-bit", String::from_utf8_lossy(&block(0, "\r\n")).replace('a', "é").into_bytes()),
    ] {
        let mut scan = scanning();
        let yardstick = || memchr::memchr_iter(b'\n', &block).count();
        bench.pair(name, block.len(), || scan.feed(&block), yardstick);
    }
}

pub(super) fn stuff(bench: &mut Bench) {
    for (name, block) in [
        ("stuff: no dots", block(0, "\r\n")),
        ("stuff: a line of 16 has a dot", block(1, "\r\n")),
        ("stuff: every line has a dot", block(16, "\r\n")),
    ] {
        let (mut stuffer, mut out) = (Stuffer::default(), Vec::new());
        let yardstick = || memchr::memchr_iter(b'\n', &block).count();
        bench.pair(name, block.len(), || stuffer.pass(&block, &mut out).len(), yardstick);
    }
}
