//! The measuring pass: what a message is like, found out in one reading and constant memory.

use super::ending::{End, Lines, Piece};
use super::look::Plain;
use crate::terms::failure::Unfit;
use crate::terms::find::{memchr, memrchr};

/// What is known of a message after it was read once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Octets as given.
    pub octets: u64,
    /// Octets as canonical lines, dots not doubled.
    pub canonical: u64,
    /// Every line already ends in CRLF, the last one too.
    pub is_canonical: bool,
    /// The last line has no end; all others do.
    pub only_the_end_is_missing: bool,
    pub eight_bit: bool,
    /// A line starts with a dot.
    pub has_dots: bool,
    pub bare_lf: u64,
    pub lone_cr: u64,
    /// Every line of the header ends in CRLF.
    pub crlf_header: bool,
    pub nul: Option<Spot>,
    pub lone_cr_in_header: Option<Spot>,
    /// A mbox `From ` line in front, with its end, in octets as given.
    pub mbox_line: u64,
    /// The same line as canonical octets.
    pub mbox_canonical: u64,
    /// Where the body (with the empty line before it) starts, in octets as given; the header's end.
    pub header_octets: u64,
    /// The header block as canonical lines, without the mbox line and the empty line.
    pub header: Vec<u8>,
    pub header_too_long: bool,
    pub has_header: bool,
    /// No empty line stands between the header block and what follows it.
    pub runs_on: bool,
    /// A line of the header ends in anything but a lone CR.
    pub header_has_lf: bool,
}

/// What is asked of octets that are to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Message,
    AsIs,
    /// From a program: text needs no header, and all lines of a header may end in a lone CR.
    Submission,
}

/// A place in the input, counted from line 1 and offset 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    pub line: u64,
    pub offset: u64,
}

impl Facts {
    /// Why the message may not be sent at all.
    pub fn unfit(&self, form: Form, is_binary: bool, header_limit: u64) -> Option<Unfit> {
        if self.octets == 0 {
            return Some(Unfit::Empty);
        }
        if form != Form::AsIs && self.header_too_long {
            return Some(Unfit::HeaderTooLong { limit: header_limit });
        }
        if form == Form::Message && !self.has_header {
            return Some(Unfit::NoHeader);
        }
        let in_body = |spot: &Spot| spot.offset >= self.header_octets;
        if let Some(Spot { line, offset }) = self.nul.filter(|spot| !(is_binary && in_body(spot))) {
            return Some(Unfit::Nul { line, offset });
        }
        // Mixed with others it is a line that somebody smuggled in.
        let lone_cr = self.lone_cr_in_header.filter(|_| form != Form::Submission || self.header_has_lf);
        lone_cr.map(|Spot { line, offset }| Unfit::LoneCr { line, offset })
    }
}

/// Takes the octets of a message and gathers its facts.
#[derive(Clone, Debug)]
pub struct Scan {
    facts: Facts,
    lines: Lines,
    part: Part,
    /// The current line's number and its octets so far.
    line: u64,
    length: u64,
    line_start: u64,
    /// Where in the input the next piece starts.
    at: u64,
    /// The current line, while it may belong to the header.
    held: Vec<u8>,
    header_limit: usize,
}

/// Octets that a header commonly has at most.
const COMMON: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    First,
    Header,
    Body,
}

impl Scan {
    pub fn new(header_limit: u64) -> Scan {
        Scan {
            facts: Facts { is_canonical: true, crlf_header: true, ..Facts::default() },
            lines: Lines::default(),
            part: Part::First,
            line: 1,
            length: 0,
            line_start: 0,
            at: 0,
            held: Vec::new(),
            header_limit: usize::try_from(header_limit).unwrap_or(usize::MAX),
        }
    }

    /// True once the header block is complete.
    pub fn in_body(&self) -> bool {
        self.part == Part::Body
    }

    /// From here on a dot at the start of a line is taken for granted: none is sought.
    pub(super) fn grant_dots(&mut self) {
        self.facts.has_dots = true;
    }

    /// What is known so far.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// True where every line so far ended in CRLF, and no CR waits to be understood.
    pub fn is_plain_so_far(&self) -> bool {
        let Facts { bare_lf, lone_cr, is_canonical, .. } = self.facts;
        bare_lf == 0 && lone_cr == 0 && is_canonical && self.lines.is_at_rest()
    }

    pub fn feed(&mut self, block: &[u8]) {
        self.facts.octets += block.len() as u64;
        let mut rest = block;
        while self.part != Part::Body && !rest.is_empty() {
            let (line, behind) = rest.split_at(memchr(b'\n', rest).map_or(rest.len(), |at| at + 1));
            self.slowly(line);
            rest = behind;
        }
        if !rest.is_empty() {
            self.body(rest);
        }
    }

    fn body(&mut self, block: &[u8]) {
        // The rest of a line begun before, whole lines, and the start of one: most bodies are plain in the middle.
        let first = memchr(b'\n', block).map_or(block.len(), |at| at + 1);
        let last = memrchr(b'\n', block).map_or(first, |at| at + 1);
        self.slowly(&block[..first]);
        let middle = &block[first..last];
        let mut plain = Plain::behind(self.facts.has_dots);
        if self.lines.is_at_rest() && plain.add(middle) {
            self.count(&plain);
        } else {
            self.slowly(middle);
        }
        self.slowly(&block[last..]);
    }

    /// Takes whole lines that hold no NUL and no CR but in their ends.
    fn count(&mut self, plain: &Plain) {
        self.facts.eight_bit |= plain.has_eight_bit();
        self.facts.has_dots |= plain.has_dots();
        self.facts.canonical += plain.octets() + plain.bare_lf();
        self.facts.bare_lf += plain.bare_lf();
        self.line += plain.lines();
        self.at += plain.octets();
        self.line_start = self.at;
    }

    /// Goes on behind plain lines that somebody else looked at; false, and nothing done, where they cannot begin here.
    pub(super) fn leap(&mut self, plain: &Plain) -> bool {
        let may = self.part == Part::Body && self.lines.is_at_rest() && self.length == 0;
        if may {
            self.facts.octets += plain.octets();
            self.count(plain);
        }
        may
    }

    fn slowly(&mut self, block: &[u8]) {
        if block.is_empty() {
            return;
        }
        self.facts.eight_bit |= !block.is_ascii();
        let seek_nul = self.facts.nul.is_none() && memchr(0, block).is_some();
        let mut lines = self.lines;
        lines.feed(block, |piece| match piece {
            Piece::Text(text) => self.text(text, seek_nul),
            Piece::End(end) => self.end(end),
        });
        self.lines = lines;
    }

    #[inline]
    fn text(&mut self, text: &[u8], seek_nul: bool) {
        if seek_nul && self.facts.nul.is_none() {
            self.facts.nul =
                memchr(0, text).map(|within| Spot { line: self.line, offset: self.at + within as u64 });
        }
        self.facts.has_dots |= self.length == 0 && text.first() == Some(&b'.');
        self.at += text.len() as u64;
        self.length += text.len() as u64;
        self.facts.canonical += text.len() as u64;
        if self.part != Part::Body {
            self.hold(text);
        }
    }

    /// Keeps a line that may belong to the header, within bounds.
    fn hold(&mut self, text: &[u8]) {
        if self.facts.header.len() + self.held.len() + text.len() > self.header_limit {
            self.facts.header_too_long = true;
            self.leave_header(self.line_start);
        } else {
            self.held.extend_from_slice(text);
        }
    }

    #[inline]
    fn end(&mut self, end: End) {
        self.facts.canonical += 2;
        match end {
            End::CrLf => {}
            End::Lf => self.facts.bare_lf += 1,
            End::Cr => self.facts.lone_cr += 1,
            End::CrCrLf => self.facts.is_canonical = false,
        }
        let behind = self.at + end.octets();
        if self.part != Part::Body {
            self.header_line(end, behind);
        }
        self.at = behind;
        self.line += 1;
        self.length = 0;
        self.line_start = behind;
    }

    fn header_line(&mut self, end: End, behind: u64) {
        let mut line = std::mem::take(&mut self.held);
        self.judge_header_line(&line, end, behind);
        if self.part != Part::Body {
            // Its room is for the next one.
            line.clear();
            self.held = line;
        }
    }

    fn judge_header_line(&mut self, line: &[u8], end: End, behind: u64) {
        if self.part == Part::First && self.facts.mbox_line == 0 && line.starts_with(b"From ") {
            self.facts.mbox_line = behind;
            self.facts.mbox_canonical = self.facts.canonical;
            return;
        }
        let continues = self.part == Part::Header && matches!(line.first(), Some(b' ' | b'\t'));
        if !continues && !is_field(line) {
            self.facts.runs_on = !line.is_empty();
            return self.leave_header(self.line_start);
        }
        self.facts.crlf_header &= end == End::CrLf;
        self.facts.header_has_lf |= end != End::Cr;
        if end == End::Cr {
            let spot = Spot { line: self.line, offset: self.at };
            self.facts.lone_cr_in_header.get_or_insert(spot);
        }
        self.facts.has_header = true;
        self.part = Part::Header;
        if self.facts.header.is_empty() {
            self.facts.header.reserve(COMMON);
        }
        self.facts.header.extend_from_slice(line);
        self.facts.header.extend_from_slice(b"\r\n");
    }

    fn leave_header(&mut self, at: u64) {
        self.facts.header_octets = at;
        self.held = Vec::new();
        self.part = Part::Body;
    }

    pub fn finish(mut self) -> Facts {
        let mut ends = 0u8;
        self.lines.finish(|_| ends += 1);
        (0..ends).for_each(|_| self.end(End::Cr));
        if self.length > 0 {
            self.facts.only_the_end_is_missing =
                self.facts.is_canonical && self.facts.bare_lf == 0 && self.facts.lone_cr == 0;
            self.facts.is_canonical = false;
            self.end(End::Lf);
            self.facts.bare_lf -= 1;
            self.at -= 1;
        }
        if self.part != Part::Body {
            self.facts.header_octets = self.at;
        }
        self.facts.is_canonical &= self.facts.bare_lf == 0 && self.facts.lone_cr == 0;
        self.facts
    }
}

/// True for a line that starts a header field: a name of printable ASCII, then a colon (RFC 5322 sections 2.2, 4.5).
fn is_field(line: &[u8]) -> bool {
    let Some(colon) = memchr(b':', line) else { return false };
    let name = line[..colon].trim_ascii_end();
    !name.is_empty() && name.iter().all(|&octet| (33..127).contains(&octet))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts(octets: &[u8]) -> Facts {
        let whole = scan(&[octets]);
        for cut in 0..=octets.len() {
            assert_eq!(scan(&[&octets[..cut], &octets[cut..]]), whole, "cut at {cut}");
        }
        whole
    }

    fn scan(blocks: &[&[u8]]) -> Facts {
        let mut scan = Scan::new(1000);
        blocks.iter().for_each(|block| scan.feed(block));
        scan.finish()
    }

    #[test]
    fn sizes_count_canonical_lines() {
        for (octets, canonical, is_canonical) in [
            (&b"A: b\r\n\r\nx\r\n"[..], 11, true),
            (b"A: b\n\nx\n", 11, false),
            (b"A: b\n\nx", 11, false),
            (b"A: b\r\n\r\nx", 11, false),
            (b"A: b\r\n\r\nx\ry\r\r\n", 14, false),
            (b"", 0, true),
        ] {
            let facts = facts(octets);
            assert_eq!((facts.canonical, facts.is_canonical), (canonical, is_canonical), "{octets:?}");
            assert_eq!(facts.octets, octets.len() as u64);
        }
    }

    #[test]
    fn the_header_ends_where_the_body_starts() {
        for (octets, header, start) in [
            (&b"A: b\n\nx\n"[..], &b"A: b\r\n"[..], 5),
            (b"A: b\r\n c\r\nD: e\r\n\r\nx", b"A: b\r\n c\r\nD: e\r\n", 16),
            (b"A: b\nno field\n\nx\n", b"A: b\r\n", 5),
            (b"From me\nA: b\n\nx\n", b"A: b\r\n", 13),
            (b"A: b\n", b"A: b\r\n", 5),
            (b"A: b", b"A: b\r\n", 4),
            (b"A : b\n\n", b"A : b\r\n", 6),
        ] {
            let facts = facts(octets);
            assert_eq!((facts.header.as_slice(), facts.header_octets), (header, start), "{octets:?}");
            assert_eq!(facts.unfit(Form::Message, false, 1000), None);
        }
    }

    #[test]
    fn what_may_not_be_sent_is_named_with_its_place() {
        for (octets, unfit) in [
            (&b""[..], Unfit::Empty),
            (b"\nA: b\n", Unfit::NoHeader),
            (b"hello\n", Unfit::NoHeader),
            (b": x\n\n", Unfit::NoHeader),
            (b" A: b\n\n", Unfit::NoHeader),
            (b"From me\n\nx\n", Unfit::NoHeader),
            (b"A: b\n\nx\0", Unfit::Nul { line: 3, offset: 7 }),
            (b"A: \0\n\nx", Unfit::Nul { line: 1, offset: 3 }),
            (b"A: b\rC: d\n\nx", Unfit::LoneCr { line: 1, offset: 4 }),
        ] {
            assert_eq!(facts(octets).unfit(Form::Message, false, 1000), Some(unfit), "{octets:?}");
        }
        assert_eq!(facts(b"A: b\r\r\n\r\nx").unfit(Form::Message, false, 1000), None);
        assert_eq!(facts(b"A: b\n\nx\ry").unfit(Form::Message, false, 1000), None);
        assert_eq!(facts(b"hello\n").unfit(Form::AsIs, false, 1000), None);
        assert_eq!(facts(b"").unfit(Form::AsIs, false, 1000), Some(Unfit::Empty));
    }

    #[test]
    fn a_program_may_hand_in_bare_text_and_lines_that_end_in_cr() {
        for (octets, unfit) in [
            (&b"hello\n"[..], None),
            (b"\nA: b\n", None),
            (b"A: b\rC: d\r\rx\r", None),
            (b"A: b\rC: d\n\nx", Some(Unfit::LoneCr { line: 1, offset: 4 })),
            (b"A: b\nC: d\rE: f\n\nx", Some(Unfit::LoneCr { line: 2, offset: 9 })),
            (b"hello\0\n", Some(Unfit::Nul { line: 1, offset: 5 })),
            (b"", Some(Unfit::Empty)),
        ] {
            assert_eq!(facts(octets).unfit(Form::Submission, false, 1000), unfit, "{octets:?}");
        }
    }

    #[test]
    fn text_behind_a_header_without_an_empty_line_is_noticed() {
        for (octets, runs_on) in [
            (&b"A: b\n\nx\n"[..], false),
            (b"A: b\nno field\n\nx\n", true),
            (b"hello\n", true),
            (b"\nhello\n", false),
            (b"From me\nhello\n", true),
            (b"From me\n\nhello\n", false),
            (b"A: b\n", false),
            (b"A: b\nhello", true),
        ] {
            assert_eq!(facts(octets).runs_on, runs_on, "{octets:?}");
        }
    }

    #[test]
    fn a_header_without_end_is_not_kept() {
        let long = [b"A: ".as_slice(), &[b'x'; 2000]].concat();
        let facts = scan(&[&long]);
        assert_eq!(facts.unfit(Form::Message, false, 1000), Some(Unfit::HeaderTooLong { limit: 1000 }));
        assert!(facts.header.is_empty());
    }

    #[test]
    fn octets_and_lines_are_judged() {
        let facts = facts(b"A: b\n\n12345\n\xc3\xa9\r\n");
        assert!(facts.eight_bit);
        assert_eq!((facts.bare_lf, facts.lone_cr), (3, 0));
    }

    #[test]
    fn a_dot_counts_at_the_start_of_a_line_only() {
        for (octets, has_dots) in [
            (&b"A: b\r\n\r\nx.\r\ny\r\n"[..], false),
            (b"A: b\r\n\r\n.", true),
            (b"A: b\r\n\r\nx\r\n.\r\ny\r\n", true),
            (b"A: b\n\nx\n\n.y\n", true),
            (b"A: b\n\nx\r.y\n", true),
            (b".A: b\n\nx\n", true),
        ] {
            assert_eq!(facts(octets).has_dots, has_dots, "{octets:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_seen_at_one_look_is_what_is_seen_slowly(text in "[a.\r\n\0\u{e9}]{0,80}", ends in "(x\r\n|\\.\r\n|\r\n){0,20}") {
            let octets = format!("A: b\r\n\r\n{ends}{text}{ends}");
            let mut slow = Scan::new(1000);
            for octet in octets.as_bytes() {
                slow.feed(std::slice::from_ref(octet));
            }
            prop_assert_eq!(scan(&[octets.as_bytes()]), slow.finish());
        }
    }
}
