//! Line ends, dots and the measuring pass: in any blocks the same as octet by octet, and nothing but the end looks like the end.

use mailxport::message::ending::Canon;
use mailxport::message::scan::Scan;
use mailxport::message::supply::Shape;
use mailxport::smtp::stuff::Stuffer;

/// The octets in blocks whose sizes they say themselves.
pub(crate) fn blocks(octets: &[u8]) -> Vec<&[u8]> {
    let (mut rest, mut blocks) = (octets, Vec::new());
    while let Some(size) = rest.first() {
        let (block, behind) = rest.split_at(rest.len().min(usize::from(size % 13) + 1));
        blocks.push(block);
        rest = behind;
    }
    blocks
}

/// LF, CRLF and a lone CR end a line; CR CR LF ends one. Written the slow way.
fn canonical(octets: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < octets.len() {
        let crs = octets[at..].iter().take_while(|octet| **octet == b'\r').count();
        match octets.get(at + crs) {
            Some(b'\n') => {
                // What is right in front of LF belongs to it, one more CR too; others before those are alone.
                (0..crs.saturating_sub(2)).for_each(|_| out.extend_from_slice(b"\r\n"));
                out.extend_from_slice(b"\r\n");
                at += crs + 1;
            }
            _ if crs > 0 => {
                (0..crs).for_each(|_| out.extend_from_slice(b"\r\n"));
                at += crs;
            }
            Some(octet) => {
                out.push(*octet);
                at += 1;
            }
            None => {}
        }
    }
    if !out.is_empty() && !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

pub(crate) fn hold(octets: &[u8]) {
    let wanted = canonical(octets);
    let (mut canon, mut out) = (Canon::default(), Vec::new());
    blocks(octets).iter().for_each(|block| canon.feed(block, &mut out));
    canon.finish(&mut out);
    assert_eq!(out, wanted, "canonical lines");

    let (mut stuffer, mut wire, mut own) = (Stuffer::default(), Vec::new(), Vec::new());
    for block in blocks(&wanted) {
        wire.extend_from_slice(stuffer.pass(block, &mut own));
    }
    wire.extend_from_slice(b".\r\n");
    let mut kept = Vec::new();
    let mut lines = wire.split_inclusive(|octet| *octet == b'\n');
    let is_end = |line: &&[u8]| *line == b".\r\n";
    for line in lines.by_ref().take_while(|line| !is_end(line)) {
        assert!(line.ends_with(b"\r\n"), "a bare LF");
        assert!(!line[..line.len() - 2].contains(&b'\r'), "a bare CR");
        kept.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
    }
    assert_eq!(lines.next(), None, "something goes out behind the end");
    assert_eq!(kept, wanted, "what a server keeps");

    let measured = |blocks: &[&[u8]]| {
        let mut scan = Scan::new(1 << 20);
        blocks.iter().for_each(|block| scan.feed(block));
        scan.finish()
    };
    let facts = measured(&[octets]);
    assert_eq!(measured(&blocks(octets)), facts, "the blocks matter");
    assert_eq!(facts.octets, octets.len() as u64);
    assert_eq!(facts.canonical, wanted.len() as u64, "the measured size");
    assert_eq!(facts.is_canonical, octets == wanted, "what is canonical is so already");
    let dots = wanted.split_inclusive(|octet| *octet == b'\n').any(|line| line.starts_with(b"."));
    assert_eq!(facts.has_dots, dots, "dots at the start of a line");
    assert_eq!(facts.eight_bit, !octets.is_ascii());
    assert_eq!(facts.nul.is_some(), octets.contains(&0));
}
