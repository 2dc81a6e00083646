use super::*;
use rustix::event::{PollFd, poll};
use std::io::{Read, Write};

fn stream(octets: &[u8]) -> Opened {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let octets = octets.to_vec();
    std::thread::spawn(move || writer.write_all(&octets));
    Opened::Stream(reader.into())
}

/// Reads a body to its end in buffers of this size.
fn read(raw: &mut Raw, size: usize) -> Result<Vec<u8>, Cause> {
    let mut all = Vec::new();
    let mut block = Vec::with_capacity(size);
    loop {
        let step = raw.read(&mut block)?;
        match step {
            Step::Octets { last } => {
                all.append(&mut block);
                block = Vec::with_capacity(size);
                if last {
                    return Ok(all);
                }
            }
            Step::Wait => {
                let fd = raw.waits_for().unwrap();
                poll(&mut [PollFd::from_borrowed_fd(fd, PollFlags::IN)], None).unwrap();
            }
        }
    }
}

#[test]
fn a_stream_is_given_octet_for_octet_in_buffers_of_any_size() {
    let octets: Vec<u8> = (0..100_000u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
    let watch = Watch::default();
    for length in [Length::Measured, Length::Declared(100_000), Length::Kept(100_000), Length::Open] {
        for size in [1, 7, 4096, 99_999, 100_000, 100_001, 200_000] {
            let is_kept = matches!(length, Length::Measured | Length::Kept(_));
            let size = if is_kept || size > 1 { size } else { 1000 };
            let mut raw = Raw::new(stream(&octets), length, &watch).unwrap();
            if size == 4096 {
                raw.has_utf8_header(&watch).unwrap();
            }
            let all = read(&mut raw, size).unwrap();
            assert!(all == octets, "{length:?} {size}");
            let known = length != Length::Open;
            assert_eq!(raw.size(), known.then_some(100_000));
            assert_eq!((raw.rewind(), raw.can_be_repeated()), (is_kept, is_kept));
        }
    }
}

#[test]
fn the_last_octets_of_a_stream_wait_for_its_end() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(b"hello").unwrap();
    let mut raw = Raw::new(Opened::Stream(reader.into()), Length::Declared(5), &Watch::default()).unwrap();
    let mut block = Vec::with_capacity(100);
    assert_eq!(raw.read(&mut block).unwrap(), Step::Wait);
    drop(writer);
    assert_eq!(raw.read(&mut block).unwrap(), Step::Octets { last: true });
    assert_eq!(block, b"hello");
}

#[test]
fn a_file_has_the_length_that_was_declared_and_stays_what_it_is() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"hello").unwrap();
    let open = |length| Raw::new(Opened::path(file.path()).unwrap(), length, &Watch::default());
    for (declared, came) in [(4, "long"), (6, "short")] {
        let cause = open(Length::Declared(declared)).unwrap_err();
        assert!(matches!((&cause, came), (Cause::Long { .. }, "long") | (Cause::Short { .. }, "short")));
    }
    let mut raw = open(Length::Declared(5)).unwrap();
    assert_eq!(read(&mut raw, 2).unwrap(), b"hello");
    assert!(raw.rewind());
    assert_eq!(read(&mut raw, 100).unwrap(), b"hello");
    raw.rewind();
    file.as_file().set_len(3).unwrap();
    assert!(matches!(read(&mut raw, 100), Err(Cause::Unfit(Unfit::Changed))));
    let mut left = String::new();
    std::fs::File::open(file.path()).unwrap().read_to_string(&mut left).unwrap();
    assert_eq!(left, "hel");
}

#[test]
fn a_header_is_looked_at_and_nothing_behind_it() {
    for (octets, utf8) in [
        ("Subject: x\n\nü", false),
        ("Subject: ü\r\n\r\nx", true),
        ("Subject: ü", true),
        ("x", false),
        ("", false),
    ] {
        for length in [Length::Measured, Length::Open] {
            let mut raw = Raw::new(stream(octets.as_bytes()), length, &Watch::default()).unwrap();
            assert_eq!(raw.has_utf8_header(&Watch::default()).unwrap(), utf8, "{octets}");
            assert_eq!(read(&mut raw, 100).unwrap(), octets.as_bytes(), "{octets}");
        }
    }
    let mut raw = Raw::of(b"Subject: \xe9\n\n".to_vec());
    assert!(!raw.has_utf8_header(&Watch::default()).unwrap());
}

#[test]
fn what_is_kept_has_the_length_that_was_declared_or_is_nothing() {
    let watch = Watch::default();
    for (declared, came) in [(4, "long"), (6, "short")] {
        let cause = Raw::new(stream(b"hello"), Length::Kept(declared), &watch).unwrap_err();
        assert!(matches!((&cause, came), (Cause::Long { .. }, "long") | (Cause::Short { .. }, "short")));
    }
}

#[test]
fn lines_end_in_crlf_whatever_they_ended_in() {
    let watch = Watch::default();
    let long = [b"A: b\n\n".as_slice(), &b"\rx\n".repeat(700_000)].concat();
    let wanted = [b"A: b\r\n\r\n".as_slice(), &b"\r\nx\r\n".repeat(700_000)].concat();
    let mut raw = Raw::of(long).in_lines(&watch).unwrap();
    assert_eq!(raw.size(), Some(wanted.len() as u64));
    assert!(read(&mut raw, 4096).unwrap() == wanted);
    let facts = Raw::of(b"A: b\nBcc: c\n\nx\0".to_vec()).facts(Extent::Header, &watch).unwrap();
    assert!(facts.has_header && facts.header == b"A: b\r\nBcc: c\r\n");
}
