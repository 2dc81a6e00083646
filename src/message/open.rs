//! A message: opened once, measured once, then streamed from the same descriptor as canonical octets.

use super::ending::Canon;
use super::header::Header;
use super::scan::{Facts, Scan};
use super::source::{BLOCK, Opened, Source, keep};
use super::stamp;
use crate::terms::failure::{Cause, Unfit};
use crate::watch::wait::Watch;
use std::path::Path;
use std::time::Duration;

/// The longest header block that is taken: 1 MiB.
pub const HEADER_LIMIT: u64 = 1024 * 1024;

/// What is to be done to messages on their way.
#[derive(Clone, Debug, Default)]
pub struct Handling {
    pub keep_bcc: bool,
    pub as_is: bool,
    /// The domain of a message id that has to be made and has no sender to take one from.
    pub host: String,
}

/// Where a message comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    StandardInput,
    Path(std::path::PathBuf),
}

/// A message that may be sent.
#[derive(Debug)]
pub struct Message {
    source: Source,
    facts: Facts,
    header: Header,
    /// The header block as it goes out; empty where the whole message goes out as it stands.
    head: Vec<u8>,
    /// Where the rest starts in the source.
    rest_at: u64,
    size: u64,
    pub changes: Changes,
    pub message_id: Option<String>,
}

/// What is different on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub added: Vec<String>,
    pub blind_copies: usize,
    pub mbox_line: bool,
    /// Lines whose end is not CRLF as given.
    pub line_ends: u64,
}

impl Message {
    /// Opens and measures; whatever makes the message unfit is found here.
    pub fn open(origin: &Origin, handling: &Handling, watch: &Watch) -> Result<Message, Cause> {
        let opened = match origin {
            Origin::StandardInput => Opened::standard_input()?,
            Origin::Path(path) => Opened::path(Path::new(path))?,
        };
        let mut scan = Scan::new(HEADER_LIMIT);
        let source = match opened {
            Opened::File(source) => {
                measure(&source, &mut scan, watch)?;
                source
            }
            Opened::Stream(stream) => keep(&stream, watch, |block| scan.feed(block))?,
        };
        let mut facts = scan.finish();
        if let Some(unfit) = facts.unfit(handling.as_is, HEADER_LIMIT) {
            return Err(Cause::Unfit(unfit));
        }
        let header = Header::read(std::mem::take(&mut facts.header));
        Ok(Message::prepared(source, facts, header, handling))
    }

    fn prepared(source: Source, facts: Facts, header: Header, handling: &Handling) -> Message {
        let mut message_id = header.value("message-id").filter(|id| !id.is_empty());
        let mut changes = Changes { line_ends: facts.bare_lf + facts.lone_cr, ..Changes::default() };
        if handling.as_is {
            let size = facts.canonical;
            return Message {
                source,
                facts,
                header,
                head: Vec::new(),
                rest_at: 0,
                size,
                changes,
                message_id,
            };
        }
        if !header.has("date") {
            changes.added.push(stamp::date());
        }
        if message_id.is_none() {
            let sender = header.sender().ok().flatten().map(|sender| sender.to_string());
            let domain =
                sender.as_deref().and_then(|sender| sender.rsplit_once('@')).map(|(_, domain)| domain);
            let id = stamp::message_id(domain.unwrap_or(&handling.host));
            if !header.has("message-id") {
                changes.added.push(format!("Message-ID: {id}"));
                message_id = Some(id);
            }
        }
        changes.blind_copies = if handling.keep_bcc { 0 } else { header.blind_copies() };
        changes.mbox_line = facts.mbox_line > 0;
        let head = header.edited(&changes.added, handling.keep_bcc);
        let given = header.edited(&[], true).len() as u64;
        let size = facts.canonical - facts.mbox_canonical - given + head.len() as u64;
        let rest_at = facts.header_octets;
        Message { source, facts, header, head, rest_at, size, changes, message_id }
    }

    /// Octets on the wire, without doubled dots: what SIZE declares.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The octets as they go out, from the start.
    pub fn octets(&self) -> Octets<'_> {
        let canon = (!self.facts.is_canonical).then(Canon::default);
        Octets { message: self, at: None, canon, block: Vec::new(), out: Vec::new(), done: false }
    }
}

fn measure(source: &Source, scan: &mut Scan, watch: &Watch) -> Result<(), Cause> {
    let mut block = vec![0u8; BLOCK];
    let mut at = 0;
    loop {
        watch.check().map_err(|halt| halt.cause(Duration::ZERO))?;
        let count = source.read_at(&mut block, at).map_err(Cause::Unreadable)?;
        if count == 0 {
            return Ok(());
        }
        scan.feed(&block[..count]);
        at += count as u64;
    }
}

/// A message on its way out, block by block.
#[derive(Debug)]
pub struct Octets<'a> {
    message: &'a Message,
    /// The next octet of the source; none before the head is out.
    at: Option<u64>,
    canon: Option<Canon>,
    block: Vec<u8>,
    out: Vec<u8>,
    done: bool,
}

impl Octets<'_> {
    /// The next block of canonical octets; none at the end, after the source was found whole and unchanged.
    pub fn next_block(&mut self) -> Result<Option<&[u8]>, Cause> {
        let at = match self.at {
            None => {
                self.at = Some(self.message.rest_at);
                if !self.message.head.is_empty() {
                    return Ok(Some(&self.message.head));
                }
                self.message.rest_at
            }
            Some(at) => at,
        };
        if self.done {
            return Ok(None);
        }
        let left = self.message.facts.octets.saturating_sub(at);
        self.block.resize(BLOCK, 0);
        let wanted = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
        let count = match wanted {
            0 => 0,
            wanted => {
                self.message.source.read_at(&mut self.block[..wanted], at).map_err(Cause::Unreadable)?
            }
        };
        if count == 0 {
            return self.end(left);
        }
        self.at = Some(at + count as u64);
        match &mut self.canon {
            None => Ok(Some(&self.block[..count])),
            Some(canon) => {
                self.out.clear();
                canon.feed(&self.block[..count], &mut self.out);
                Ok(Some(&self.out))
            }
        }
    }

    /// The source has no more: it must have given what was measured, and still be the same.
    fn end(&mut self, left: u64) -> Result<Option<&[u8]>, Cause> {
        if left > 0 || self.message.source.has_changed() {
            return Err(Cause::Unfit(Unfit::Changed));
        }
        self.done = true;
        self.out.clear();
        if let Some(canon) = &mut self.canon {
            canon.finish(&mut self.out);
        }
        Ok((!self.out.is_empty()).then_some(self.out.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn open(octets: &[u8], handling: &Handling) -> (Message, Vec<u8>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(octets).unwrap();
        let origin = Origin::Path(file.path().to_owned());
        let message = Message::open(&origin, handling, &Watch::default()).unwrap();
        let mut sent = Vec::new();
        let mut stream = message.octets();
        while let Some(block) = stream.next_block().unwrap() {
            sent.extend_from_slice(block);
        }
        drop(stream);
        assert_eq!(message.size(), sent.len() as u64, "{octets:?}");
        (message, sent)
    }

    const COMPLETE: &str = "Date: now\nMessage-ID: <1@x>\n";

    #[test]
    fn a_complete_message_goes_out_as_canonical_lines() {
        for (tail, sent) in [
            ("\nx\n", "\r\nx\r\n"),
            ("\nx", "\r\nx\r\n"),
            ("\nx\n\n", "\r\nx\r\n\r\n"),
            ("", ""),
            ("\n", "\r\n"),
            ("\n\rx\r\r\n", "\r\n\r\nx\r\n"),
            ("no field\n\nx", "no field\r\n\r\nx\r\n"),
        ] {
            let (_, out) = open(format!("{COMPLETE}{tail}").as_bytes(), &Handling::default());
            assert_eq!(String::from_utf8_lossy(&out), format!("Date: now\r\nMessage-ID: <1@x>\r\n{sent}"));
        }
    }

    #[test]
    fn only_what_is_missing_is_added_and_only_blind_copies_go() {
        let (message, out) = open(b"From u Mon\nFrom: a@d.example\nBcc: b@x\n\nx\n", &Handling::default());
        let out = String::from_utf8(out).unwrap();
        let id = message.message_id.unwrap();
        assert!(id.ends_with("@d.example>"));
        assert!(out.starts_with("Date: ") && out.contains(&format!("\r\nMessage-ID: {id}\r\n")));
        assert!(out.ends_with("From: a@d.example\r\n\r\nx\r\n") && !out.contains("Bcc"));
        assert_eq!((message.changes.blind_copies, message.changes.mbox_line), (1, true));
    }

    #[test]
    fn as_is_only_line_ends_change() {
        let handling = Handling { as_is: true, ..Handling::default() };
        for (given, sent) in [
            (&b"hello"[..], &b"hello\r\n"[..]),
            (b"From me\nBcc: x@y\n\nx\n", b"From me\r\nBcc: x@y\r\n\r\nx\r\n"),
            (b"\n\nx\n", b"\r\n\r\nx\r\n"),
        ] {
            assert_eq!(open(given, &handling).1, sent);
        }
    }

    #[test]
    fn a_file_that_changes_under_the_descriptor_is_never_whole() {
        for change in ["", "A: b\n\nx\ny", "A: b\n\ny\n"] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), "A: b\n\nx\n").unwrap();
            let origin = Origin::Path(file.path().to_owned());
            let message = Message::open(&origin, &Handling::default(), &Watch::default()).unwrap();
            let modified = || std::fs::metadata(file.path()).unwrap().modified().unwrap();
            let before = modified();
            while modified() == before {
                std::fs::write(file.path(), change).unwrap();
            }
            let mut stream = message.octets();
            let end = loop {
                match stream.next_block() {
                    Ok(Some(_)) => {}
                    other => break other.map(|_| ()),
                }
            };
            assert!(matches!(end, Err(Cause::Unfit(Unfit::Changed))), "{change:?} {end:?}");
        }
    }
}
