//! A message: opened once, measured once, then streamed from the same descriptor as canonical octets.

use super::content::Content;
use super::flow::{self, Flow};
use super::header::{Header, LeftOut};
use super::measure::measure;
use super::octets::{Next, Octets};
use super::scan::{Facts, Form, Scan};
use super::source::{Opened, Source, keep};
use super::stamp;
use crate::terms::failure::Cause;
use crate::watch::wait::Watch;
use std::borrow::Cow;
use std::path::Path;

/// The longest header block that is taken: 1 MiB.
pub const HEADER_LIMIT: u64 = 1024 * 1024;

/// What is to be done to messages on their way.
#[derive(Clone, Debug, Default)]
pub struct Handling {
    pub keep_bcc: bool,
    pub as_is: bool,
    /// The domain of a message id that has to be made and has no sender to take one from.
    pub host: String,
    /// A message id that has to be made is made of the content and the envelope, once that is known: see `name`.
    pub id_of_content: bool,
    /// A program hands it in, and this is the From field of a message that has none.
    pub submission: Option<String>,
}

impl Handling {
    fn form(&self) -> Form {
        match &self.submission {
            Some(_) => Form::Submission,
            None if self.as_is => Form::AsIs,
            None => Form::Message,
        }
    }

    fn left_out(&self) -> LeftOut {
        match &self.submission {
            Some(_) => LeftOut::BlindCopiesAndTraces,
            None if self.keep_bcc => LeftOut::Nothing,
            None => LeftOut::BlindCopies,
        }
    }
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
    pub(super) source: Held,
    pub(super) facts: Facts,
    header: Header,
    /// The header block as it goes out; empty where the whole message goes out as it stands.
    pub(super) head: Vec<u8>,
    /// Where the rest starts in the source.
    pub(super) rest_at: u64,
    size: Option<u64>,
    /// The body is no lines: it goes out octet for octet, or not at all.
    pub(super) is_binary: bool,
    pub changes: Changes,
    pub message_id: Option<String>,
}

/// Where the octets are.
#[derive(Debug)]
pub(super) enum Held {
    Kept(Source),
    /// They are still to come, once.
    Flow(Box<Flow>),
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
            Opened::File(mut source) => {
                measure(&mut source, &mut scan, watch)?;
                source
            }
            Opened::Stream(stream) => keep(&stream, watch, |block| scan.feed(block))?,
        };
        Message::judged(Held::Kept(source), scan.finish(), HEADER_LIMIT, handling)
    }

    /// A message of which the header block has come.
    pub fn of_flow(flow: Flow, handling: &Handling) -> Result<Message, Cause> {
        let facts = flow.facts();
        Message::judged(Held::Flow(Box::new(flow)), facts, flow::HEADER_LIMIT, handling)
    }

    pub(super) fn judged(
        source: Held,
        mut facts: Facts,
        header_limit: u64,
        handling: &Handling,
    ) -> Result<Message, Cause> {
        let header = Header::read(std::mem::take(&mut facts.header));
        let is_binary = !handling.as_is && facts.crlf_header && header.declares_binary();
        if let Some(unfit) = facts.unfit(handling.form(), is_binary, header_limit) {
            return Err(Cause::Unfit(unfit));
        }
        let message_id = header.value("message-id").filter(|id| !id.is_empty());
        let changes = Changes { line_ends: facts.bare_lf + facts.lone_cr, ..Changes::default() };
        let (head, rest_at, size) = (Vec::new(), 0, None);
        let mut message =
            Message { source, facts, header, head, rest_at, size, is_binary, changes, message_id };
        if !handling.as_is {
            message.edit(handling);
        }
        message.measure();
        Ok(message)
    }

    /// Adds what is missing and leaves out blind copies.
    fn edit(&mut self, handling: &Handling) {
        let Message { header, changes, facts, .. } = self;
        if !header.has("date") {
            changes.added.push(stamp::date());
        }
        if !header.has("message-id") && !handling.id_of_content {
            let id = stamp::message_id(&domain(header, handling));
            changes.added.push(format!("Message-ID: {id}"));
            self.message_id = Some(id);
        }
        let from = handling.submission.as_ref().filter(|_| !header.has("from"));
        changes.added.extend(from.cloned());
        changes.blind_copies = if handling.keep_bcc { 0 } else { header.blind_copies() };
        changes.mbox_line = facts.mbox_line > 0;
        self.rest_at = facts.header_octets;
        self.head = self.changed_head(handling);
    }

    /// The header block with what is added and without what is left out.
    fn changed_head(&self, handling: &Handling) -> Vec<u8> {
        let header = match handling.submission {
            Some(_) => Cow::Owned(self.header.at(&handling.host)),
            None => Cow::Borrowed(&self.header),
        };
        let mut head = header.edited(&self.changes.added, handling.left_out());
        if handling.submission.is_some() && self.facts.runs_on {
            head.extend_from_slice(b"\r\n");
        }
        head
    }

    /// Gives a message without an id the one that its content, as it was given, and its envelope always get. Reads the message
    /// once more.
    pub fn name(&mut self, sender: &str, recipients: &[String], handling: &Handling) -> Result<(), Cause> {
        if handling.as_is || !handling.id_of_content || self.header.has("message-id") {
            return Ok(());
        }
        let mut content = Content::new(sender, recipients);
        let added = std::mem::replace(&mut self.head, self.header.edited(&[], LeftOut::Nothing));
        let read = self.each_block(|octets| content.octets(octets));
        self.head = added;
        read?;
        let id = content.id(&domain(&self.header, handling));
        self.changes.added.push(format!("Message-ID: {id}"));
        self.message_id = Some(id);
        self.head = self.changed_head(handling);
        self.measure();
        Ok(())
    }

    /// Finds out what the wire will carry, and whether the body needs to go out octet for octet.
    fn measure(&mut self) {
        let Message { facts, rest_at, .. } = self;
        let head = self.head.len() as u64;
        self.size = match &mut self.source {
            Held::Flow(flow) => {
                flow.start_at(*rest_at, self.is_binary);
                (facts.has_header && facts.crlf_header).then(|| flow.promise().size - *rest_at + head)
            }
            Held::Kept(_) => {
                self.is_binary &=
                    !facts.is_canonical && !facts.only_the_end_is_missing || facts.nul.is_some();
                let before = match *rest_at {
                    0 => 0,
                    _ => self.header.edited(&[], LeftOut::Nothing).len() as u64 + facts.mbox_canonical,
                };
                let rest = if self.is_binary { facts.octets - *rest_at } else { facts.canonical - before };
                Some(rest + head)
            }
        };
        if self.is_binary {
            self.changes.line_ends = 0;
        }
    }

    /// Octets on the wire, without doubled dots: what SIZE declares, where it is known.
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// True where the size is that of what will go out, and not a promise.
    pub fn is_measured(&self) -> bool {
        matches!(self.source, Held::Kept(_))
    }

    /// False where no line of it starts with a dot.
    pub fn may_have_dots(&self) -> bool {
        self.facts.has_dots || !self.is_measured()
    }

    /// True where the body is no lines, so that a server must take it octet for octet (RFC 3030).
    pub fn is_binary(&self) -> bool {
        self.is_binary
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The octets as they go out, from the start; those of a flow are given once.
    pub fn octets(&mut self) -> Octets<'_> {
        Octets::of(self)
    }

    /// Octets of the longest line, without its end; reads the message once more.
    pub fn longest_line(&mut self) -> Result<u64, Cause> {
        let (mut longest, mut length) = (0, 0);
        self.each_block(|block| {
            let mut from = 0;
            for lf in memchr::memchr_iter(b'\n', block) {
                longest = longest.max(length + (lf - from) as u64 - 1);
                (from, length) = (lf + 1, 0);
            }
            length += (block.len() - from) as u64;
        })?;
        Ok(longest)
    }

    /// Reads all that will go out.
    fn each_block(&mut self, mut take: impl FnMut(&[u8])) -> Result<(), Cause> {
        let mut octets = self.octets();
        while let Next::Block { octets, last, .. } = octets.next(false)? {
            take(octets);
            if last {
                break;
            }
        }
        Ok(())
    }
}

/// The domain of an id that has to be made.
fn domain(header: &Header, handling: &Handling) -> String {
    let sender = header.sender().ok().flatten().map(|sender| sender.to_string());
    let domain = sender.as_deref().and_then(|sender| sender.rsplit_once('@')).map(|(_, domain)| domain);
    domain.unwrap_or(&handling.host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::failure::Unfit;
    use std::io::Write;

    fn open(octets: &[u8], handling: &Handling) -> (Message, Vec<u8>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(octets).unwrap();
        let origin = Origin::Path(file.path().to_owned());
        let mut message = Message::open(&origin, handling, &Watch::default()).unwrap();
        let mut sent = Vec::new();
        let mut stream = message.octets();
        while let Next::Block { octets, last, .. } = stream.next(false).unwrap() {
            sent.extend_from_slice(octets);
            if last {
                break;
            }
        }
        drop(stream);
        assert_eq!(message.size(), Some(sent.len() as u64), "{octets:?}");
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
    fn what_a_program_hands_in_is_made_a_message() {
        let submission = Some("From: Ada <ada@m.example>".to_owned());
        let handling = Handling { host: "m.example".to_owned(), submission, ..Handling::default() };
        for (given, added, sent) in [
            ("hello\n", "DMF", "\r\nhello\r\n"),
            ("\nhello\n", "DMF", "\r\nhello\r\n"),
            ("Subject: x\nhello\n\nyou", "DMF", "Subject: x\r\n\r\nhello\r\n\r\nyou\r\n"),
            ("From u Mon\nTo: a\n\nx\n", "DMF", "To: a@m.example\r\n\r\nx\r\n"),
            ("From u Mon\nx\n", "DMF", "\r\nx\r\n"),
            (
                "From: root\nDate: now\nBcc: b\nReturn-Path: <>\n\nx\n",
                "M",
                "From: root@m.example\r\nDate: now\r\n\r\nx\r\n",
            ),
            ("To: a\rSubject: x\r\rone\rtwo\r", "DMF", "To: a@m.example\r\nSubject: x\r\n\r\none\r\ntwo\r\n"),
            ("Subject: x\n", "DMF", "Subject: x\r\n"),
            ("Subject: x\n\n.\n..\n", "DMF", "Subject: x\r\n\r\n.\r\n..\r\n"),
        ] {
            let (message, out) = open(given.as_bytes(), &handling);
            let first: String = message.changes.added.iter().map(|line| &line[..1]).collect();
            assert_eq!(first, added, "{given:?}");
            let lines: String = message.changes.added.iter().map(|line| format!("{line}\r\n")).collect();
            assert_eq!(String::from_utf8(out).unwrap(), format!("{lines}{sent}"), "{given:?}");
            assert!(message.message_id.unwrap().ends_with("@m.example>"), "{given:?}");
        }
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
            let mut message = Message::open(&origin, &Handling::default(), &Watch::default()).unwrap();
            let modified = || std::fs::metadata(file.path()).unwrap().modified().unwrap();
            let before = modified();
            while modified() == before {
                std::fs::write(file.path(), change).unwrap();
            }
            let mut stream = message.octets();
            let end = loop {
                match stream.next(false) {
                    Ok(Next::Block { last: false, .. }) => {}
                    other => break other.map(|_| ()),
                }
            };
            assert!(matches!(end, Err(Cause::Unfit(Unfit::Changed))), "{change:?} {end:?}");
        }
    }
}
