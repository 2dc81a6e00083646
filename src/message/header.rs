//! The header block: its fields, the addresses in it, and what is changed on the way (RFC 5322 section 3.6).

use crate::terms::address::{Address, AddressProblem};
use crate::terms::address_list::{Empty, address_list};
use crate::terms::find::memchr;
use crate::terms::target::{Target, bare_ends, targets};
use std::ops::Range;

/// A header block as canonical lines, taken apart into fields.
#[derive(Clone, Debug, Default)]
pub struct Header {
    block: Vec<u8>,
    fields: Vec<Field>,
}

#[derive(Clone, Debug)]
struct Field {
    name: Range<usize>,
    whole: Range<usize>,
    value: Range<usize>,
}

impl Header {
    /// Takes apart a block of canonical lines, as the scan gathered it.
    pub fn read(block: Vec<u8>) -> Header {
        let mut fields: Vec<Field> = Vec::new();
        let mut at = 0;
        while at < block.len() {
            let end = memchr(b'\n', &block[at..]).map_or(block.len(), |lf| at + lf + 1);
            let line = &block[at..end];
            match (line.first(), fields.last_mut()) {
                (Some(b' ' | b'\t'), Some(field)) => {
                    field.whole.end = end;
                    field.value.end = end;
                }
                _ => {
                    let colon = memchr(b':', line).unwrap_or(line.len() - 1);
                    let start = at + line.iter().take_while(|octet| octet.is_ascii_whitespace()).count();
                    let name = start..start + line[..colon].trim_ascii().len();
                    fields.push(Field { name, whole: at..end, value: at + colon + 1..end });
                }
            }
            at = end;
        }
        Header { block, fields }
    }

    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| self.is(field, &[name]))
    }

    fn name(&self, field: &Field) -> &[u8] {
        &self.block[field.name.clone()]
    }

    /// True for a field of one of these names, in any case.
    fn is(&self, field: &Field, names: &[&str]) -> bool {
        names.iter().any(|name| self.name(field).eq_ignore_ascii_case(name.as_bytes()))
    }

    pub fn is_eight_bit(&self) -> bool {
        !self.block.is_ascii()
    }

    pub fn is_utf8(&self) -> bool {
        std::str::from_utf8(&self.block).is_ok()
    }

    /// True where the body is said to be octets, not lines (RFC 2045 section 6.2).
    pub fn declares_binary(&self) -> bool {
        self.value("content-transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("binary"))
    }

    /// The first value of a name, unfolded.
    pub fn value(&self, name: &str) -> Option<String> {
        self.fields.iter().find(|field| self.is(field, &[name])).map(|field| self.unfolded(field))
    }

    fn unfolded(&self, field: &Field) -> String {
        let value = String::from_utf8_lossy(self.block[field.value.clone()].trim_ascii());
        if value.contains("\r\n") {
            value.replace("\r\n", "").trim().to_owned()
        } else {
            value.trim().to_owned()
        }
    }

    /// The recipients: Resent-To, -Cc and -Bcc of the newest resending, else To, Cc and Bcc.
    pub fn recipients(&self) -> Result<Vec<Address>, AddressProblem> {
        self.recipients_by(address_list)
    }

    /// The same where bare names are looked up here.
    pub fn target_recipients(&self) -> Result<Vec<Target>, AddressProblem> {
        self.recipients_by(targets)
    }

    fn recipients_by<T>(&self, read: Read<T>) -> Result<Vec<T>, AddressProblem> {
        let resent = self.newest_resending();
        let names: &[&str] =
            if resent.is_empty() { &["to", "cc", "bcc"] } else { &["resent-to", "resent-cc", "resent-bcc"] };
        let fields = if resent.is_empty() { self.fields.as_slice() } else { resent };
        let mut found = Vec::new();
        for field in fields.iter().filter(|field| self.is(field, names)) {
            let value = self.unfolded(field);
            if !value.is_empty() {
                found.extend(read(&value, Empty::Skipped)?);
            }
        }
        Ok(found)
    }

    /// The sender: Resent-Sender or -From of the newest resending, else Sender, else the first of From.
    pub fn sender(&self) -> Result<Option<Address>, AddressProblem> {
        self.sender_by(address_list)
    }

    /// The same where bare names are looked up here.
    pub fn target_sender(&self) -> Result<Option<Target>, AddressProblem> {
        self.sender_by(targets)
    }

    fn sender_by<T>(&self, read: Read<T>) -> Result<Option<T>, AddressProblem> {
        let resent = self.newest_resending();
        let (fields, names) = match resent {
            [] => (self.fields.as_slice(), ["sender", "from"]),
            resent => (resent, ["resent-sender", "resent-from"]),
        };
        for name in names {
            if let Some(field) = fields.iter().find(|field| self.is(field, &[name])) {
                let addresses = read(&self.unfolded(field), Empty::Skipped)?;
                if let Some(first) = addresses.into_iter().next() {
                    return Ok(Some(first));
                }
            }
        }
        Ok(None)
    }

    /// The first run of Resent- fields, up to where an older resending starts (RFC 5322 section 3.6.6).
    fn newest_resending(&self) -> &[Field] {
        let resent = b"resent-";
        let is_resent = |field: &Field| {
            self.name(field).get(..resent.len()).is_some_and(|start| start.eq_ignore_ascii_case(resent))
        };
        let Some(start) = self.fields.iter().position(is_resent) else { return &[] };
        let once = ["resent-date", "resent-from", "resent-sender", "resent-message-id"];
        let mut seen: Vec<&[u8]> = Vec::new();
        let older = self.fields[start..].iter().position(|field| {
            let name = self.name(field);
            let again = self.is(field, &once) && seen.iter().any(|seen| seen.eq_ignore_ascii_case(name));
            seen.push(name);
            again || !is_resent(field)
        });
        &self.fields[start..older.map_or(self.fields.len(), |older| start + older)]
    }

    /// How many fields would be left out on the way.
    pub fn blind_copies(&self) -> usize {
        self.fields.iter().filter(|field| self.is(field, BLIND)).count()
    }

    /// The same with this domain behind every bare name of those who write and are written to. A field that is no list of
    /// addresses stays as it is.
    pub fn at(&self, domain: &str) -> Header {
        let mut block = Vec::with_capacity(self.block.len() + 160);
        let mut from = 0;
        for field in self.fields.iter().filter(|field| self.is(field, OF_PEOPLE)) {
            let value = String::from_utf8_lossy(&self.block[field.value.clone()]).replace("\r\n", "  ");
            if value.len() != field.value.len() {
                continue;
            }
            for end in bare_ends(&value).unwrap_or_default() {
                let end = field.value.start + end;
                block.extend_from_slice(&self.block[from..end]);
                block.extend_from_slice(format!("@{domain}").as_bytes());
                from = end;
            }
        }
        block.extend_from_slice(&self.block[from..]);
        Header::read(block)
    }

    /// The block as it is sent: new fields in front, and some left out.
    pub fn edited(&self, added: &[String], left_out: LeftOut) -> Vec<u8> {
        let mut head = Vec::with_capacity(self.block.len() + 160);
        for line in added {
            head.extend_from_slice(line.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        for field in self.fields.iter().filter(|field| !self.is(field, left_out.names())) {
            head.extend_from_slice(&self.block[field.whole.clone()]);
        }
        head
    }
}

/// Reads the addresses of a field.
type Read<T> = fn(&str, Empty) -> Result<Vec<T>, AddressProblem>;

/// Fields that do not go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    Nothing,
    BlindCopies,
    /// And those that are another's to write: a mailbox's Return-Path, a spool's Content-Length.
    BlindCopiesAndTraces,
}

const BLIND: &[&str] = &["bcc", "resent-bcc"];

/// The fields that name people (RFC 5322 sections 3.6.2, 3.6.3 and 3.6.6).
const OF_PEOPLE: &[&str] = &[
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "resent-from",
    "resent-sender",
    "resent-reply-to",
    "resent-to",
    "resent-cc",
];

impl LeftOut {
    fn names(self) -> &'static [&'static str] {
        match self {
            LeftOut::Nothing => &[],
            LeftOut::BlindCopies => BLIND,
            LeftOut::BlindCopiesAndTraces => &["bcc", "resent-bcc", "return-path", "content-length"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Header {
        Header::read(text.replace('\n', "\r\n").into_bytes())
    }

    fn texts(addresses: Result<Vec<Address>, AddressProblem>) -> Vec<String> {
        addresses.unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn recipients_come_from_to_cc_and_bcc() {
        let plain = header("To: A <a@x>,\n b@x\nCc: c@x (see),\nBCC: g: d@x;\nSubject: To: z@x\nTo: e@x\n");
        assert_eq!(texts(plain.recipients()), ["a@x", "b@x", "c@x", "d@x", "e@x"]);
        assert_eq!(texts(header("To: undisclosed-recipients:;\nBcc:\n").recipients()), Vec::<String>::new());
        assert!(header("To: a@x b@x\n").recipients().is_err());
    }

    #[test]
    fn the_newest_resending_speaks_for_the_message() {
        let resent = header(
            "Resent-From: r@x\nResent-To: new@x\nResent-Bcc: blind@x\nResent-From: o@x\nResent-To: old@x\nFrom: f@x\nTo: a@x\n",
        );
        assert_eq!(texts(resent.recipients()), ["new@x", "blind@x"]);
        assert_eq!(resent.sender().unwrap().unwrap().to_string(), "r@x");
        let apart = header("Resent-To: new@x\nReceived: y\nResent-To: old@x\nResent-From: o@x\nFrom: f@x\n");
        assert_eq!(texts(apart.recipients()), ["new@x"]);
    }

    #[test]
    fn the_sender_field_goes_before_from() {
        assert_eq!(header("From: a@x, b@x\nSender: s@x\n").sender().unwrap().unwrap().to_string(), "s@x");
        assert_eq!(header("From: a@x, b@x\n").sender().unwrap().unwrap().to_string(), "a@x");
        assert_eq!(header("Subject: x\n").sender(), Ok(None));
    }

    #[test]
    fn only_blind_copies_are_left_out() {
        let given = header("Received: x\nbcc: a@x,\n\tb@x\nTo: c@x\nResent-Bcc : d@x\nX-Bcc: e@x\n");
        assert_eq!(given.blind_copies(), 2);
        assert_eq!(given.edited(&[], LeftOut::BlindCopies), b"Received: x\r\nTo: c@x\r\nX-Bcc: e@x\r\n");
        assert_eq!(given.edited(&["Date: now".to_owned()], LeftOut::Nothing)[..11], *b"Date: now\r\n");
        assert_eq!(given.edited(&[], LeftOut::Nothing), given.block);
        let traces = header("Return-Path: <a@x>\nTo: c@x\nBcc: d@x\nContent-Length: 5\nContent-Type: x\n");
        let left = traces.edited(&[], LeftOut::BlindCopiesAndTraces);
        assert_eq!(left, b"To: c@x\r\nContent-Type: x\r\n");
    }

    #[test]
    fn bare_names_get_a_domain_and_nothing_else_changes() {
        let given = "From: root (Cron\n Daemon)\nTo: root,\n\ta@x, Z <z>\nCc:\nReply-To: a b, c\nSubject: To: root\nBcc: root\nX-To: root\nResent-Sender : s\n";
        let wanted = "From: root@m.example (Cron\n Daemon)\nTo: root@m.example,\n\ta@x, Z <z@m.example>\nCc:\nReply-To: a b, c\nSubject: To: root\nBcc: root\nX-To: root\nResent-Sender : s@m.example\n";
        assert_eq!(header(given).at("m.example").block, header(wanted).block);
        let odd = Header::read(b"From: r\xe4, b\r\nTo: a\r\n".to_vec());
        assert_eq!(odd.at("d").block, b"From: r\xe4, b\r\nTo: a@d\r\n");
    }

    #[test]
    fn bare_names_are_told_where_they_are_looked_up_here() {
        let given = header("From: root (Cron Daemon)\nTo: root, a@x\nBcc: b\n");
        let local = |name: &str| Target::Local(name.to_owned());
        let a = Target::Mailbox(Address::parse("a@x").unwrap());
        assert_eq!(given.target_recipients(), Ok(vec![local("root"), a, local("b")]));
        assert_eq!(given.target_sender(), Ok(Some(local("root"))));
        assert!(given.recipients().is_err() && given.sender().is_err());
    }
}
