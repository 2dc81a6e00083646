//! The two fields that are added where they are missing: Date and Message-ID (RFC 5322 sections 3.6.1, 3.6.4).

use crate::terms::date::Date;
use std::time::{SystemTime, UNIX_EPOCH};

/// A Date field of this moment, in UTC.
pub fn date() -> String {
    format!("Date: {}", Date::of(SystemTime::now()))
}

/// A message id that no other message has: the time, the process and 96 random bits, at the given domain.
pub fn message_id(domain: &str) -> String {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_micros());
    // Without random octets the time and the process still tell messages apart.
    format!("<{time:x}.{:x}.{}@{domain}>", std::process::id(), random())
}

/// 96 random bits as letters and digits.
pub fn random() -> String {
    let mut random = [0u8; 12];
    let _ = rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty());
    random.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_have_the_form_of_rfc_5322() {
        let date = date();
        assert!(date.starts_with("Date: ") && date.ends_with(" +0000"), "{date}");
        let (one, two) = (message_id("d.example"), message_id("d.example"));
        assert_ne!(one, two);
        assert!(one.starts_with('<') && one.ends_with("@d.example>") && one.is_ascii());
    }
}
