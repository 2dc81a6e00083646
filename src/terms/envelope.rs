//! Who a message is from and for, and what is asked about its delivery (RFC 3461).

use super::address::Address;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// A sender: a mailbox, or nobody (`<>`, RFC 5321 section 4.5.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    Null,
    Mailbox(Address),
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Sender::Null => Ok(()),
            Sender::Mailbox(address) => address.fmt(f),
        }
    }
}

/// The addresses of a message. Recipients are never double and never none; messages may share them.
#[derive(Clone, Debug)]
pub struct Envelope {
    pub sender: Sender,
    pub recipients: Arc<Vec<Address>>,
}

impl Envelope {
    /// Drops duplicates and keeps the order of the first ones.
    pub fn new(sender: Sender, recipients: impl IntoIterator<Item = Address>) -> Envelope {
        let recipients = without_duplicates(recipients.into_iter().collect());
        Envelope { sender, recipients: Arc::new(recipients) }
    }

    pub fn needs_utf8(&self) -> bool {
        self.recipients.iter().any(Address::needs_utf8)
            || matches!(&self.sender, Sender::Mailbox(address) if address.needs_utf8())
    }
}

/// The addresses without those that name the mailbox of an earlier one.
pub fn without_duplicates(mut addresses: Vec<Address>) -> Vec<Address> {
    if addresses.len() < 2 {
        return addresses;
    }
    // A table of hashes with places in the list, counted from 1: small, for there may be many.
    let (hasher, slots) = (RandomState::new(), (addresses.len() + addresses.len() / 2).next_power_of_two());
    let mut places = vec![0_u32; slots];
    let mut again = Vec::new();
    'each: for (at, address) in (1..).zip(&addresses) {
        let mut slot = hasher.hash_one(address.key()) as usize & (slots - 1);
        while let Some(before) = places[slot].checked_sub(1) {
            if addresses[before as usize].same_mailbox(address) {
                again.push(at);
                continue 'each;
            }
            slot = (slot + 1) & (slots - 1);
        }
        places[slot] = at;
    }
    if !again.is_empty() {
        let (mut at, mut again) = (0_u32, again.into_iter().peekable());
        addresses.retain(|_| {
            at += 1;
            again.next_if_eq(&at).is_none()
        });
    }
    addresses
}

/// When a report about the delivery is wanted: `NEVER`, or some of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notify {
    Never,
    When { success: bool, failure: bool, delay: bool },
}

impl Notify {
    /// Reads `never` or a comma list of `success`, `failure`, `delay`.
    pub fn parse(text: &str) -> Result<Notify, String> {
        if text.eq_ignore_ascii_case("never") {
            return Ok(Notify::Never);
        }
        let (mut success, mut failure, mut delay) = (false, false, false);
        for word in text.split(',') {
            match word.trim().to_ascii_lowercase().as_str() {
                "success" => success = true,
                "failure" => failure = true,
                "delay" => delay = true,
                "never" => return Err("never stands alone".to_owned()),
                _ => return Err(format!("{word:?} is none of never, success, failure, delay")),
            }
        }
        Ok(Notify::When { success, failure, delay })
    }
}

impl fmt::Display for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Notify::When { success, failure, delay } = *self else { return f.write_str("NEVER") };
        let words = [(success, "SUCCESS"), (failure, "FAILURE"), (delay, "DELAY")];
        f.write_str(&words.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect::<Vec<_>>().join(","))
    }
}

/// What a report returns of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Return {
    Full,
    Headers,
}

/// The wishes about delivery reports.
#[derive(Clone, Debug, Default)]
pub struct Dsn {
    pub notify: Option<Notify>,
    pub ret: Option<Return>,
    /// As given; the wire gets it in xtext.
    pub envid: Option<String>,
    pub required: bool,
}

impl Dsn {
    pub fn is_wanted(&self) -> bool {
        self.notify.is_some() || self.ret.is_some() || self.envid.is_some()
    }
}

/// Judges an envelope id: printable ASCII, at most 100 octets in xtext (RFC 3461 section 4.4).
pub fn envid(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("an envelope id is not empty".to_owned());
    }
    if !text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Err("an envelope id holds only printable ASCII".to_owned());
    }
    if super::xtext::xtext(text).len() > 100 {
        return Err("an envelope id has at most 100 octets in xtext".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_are_dropped_and_the_order_kept() {
        let addresses = ["b@x", "a@x", "b@X", "a@x"].map(|text| Address::parse(text).unwrap());
        let envelope = Envelope::new(Sender::Null, addresses);
        let kept: Vec<_> = envelope.recipients.iter().map(ToString::to_string).collect();
        assert_eq!(kept, ["b@x", "a@x"]);
    }

    #[test]
    fn of_many_each_is_kept_once() {
        let text = |number: u32| format!("r{number}@d{}.example", number % 7);
        let once: Vec<String> = (0..1000).map(text).collect();
        let twice = once.iter().chain(&once).map(|text| Address::parse(text).unwrap()).collect();
        let kept: Vec<_> = without_duplicates(twice).iter().map(ToString::to_string).collect();
        assert_eq!(kept, once);
    }

    #[test]
    fn never_excludes_the_others() {
        assert_eq!(Notify::parse("NEVER"), Ok(Notify::Never));
        assert_eq!(Notify::parse("delay,success").map(|n| n.to_string()), Ok("SUCCESS,DELAY".to_owned()));
        for text in ["", "never,success", "sometimes", "success,,delay"] {
            assert!(Notify::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_envelope_id_cannot_add_a_line() {
        assert!(envid("job-17 of today").is_ok());
        for text in ["", "a\r\nb", "é", "a\0", &"x".repeat(101), &"=".repeat(34)] {
            assert!(envid(text).is_err(), "{text:?}");
        }
    }
}
