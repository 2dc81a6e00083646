//! What is known of a message that was taken: the object in `DIR/envelopes/NAME.json` and the line of `--json`.

use crate::terms::printable::path_name;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};

/// Names the protocol a message came by, in the words of RFC 3848.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Protocol {
    /// After HELO.
    Smtp,
    /// After EHLO.
    Esmtp,
    /// After LHLO.
    Lmtp,
}

/// Holds a recipient that was accepted, with what RCPT said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Addressee {
    /// The address as it was said.
    pub address: String,
    /// The words of NOTIFY, in capitals.
    pub notify: Option<Vec<String>>,
    /// The value of ORCPT as it was said, in xtext.
    pub orcpt: Option<String>,
}

/// Holds what is known of a message that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The version of this form.
    pub schema: u32,
    /// The name of the file, which the reply gave as the queue id.
    pub name: String,
    /// The file itself, if the message is kept at all.
    #[serde(serialize_with = "lossy")]
    pub path: Option<PathBuf>,
    /// When its end had come.
    #[serde(serialize_with = "rfc3339")]
    pub received: SystemTime,
    /// The address of the other end of the connection.
    pub peer: String,
    /// The name of the hello.
    pub helo: String,
    /// The protocol of the hello.
    pub protocol: Protocol,
    /// The version of TLS, if there was any.
    pub tls: Option<String>,
    /// Who had logged on, if anybody.
    pub user: Option<String>,
    /// The sender; empty is the null sender.
    pub from: String,
    /// The recipients, in order.
    pub to: Vec<Addressee>,
    /// The octets of the message, doubled dots not counted.
    pub size: u64,
    /// The value of SIZE.
    pub declared_size: Option<u64>,
    /// The value of BODY.
    pub body: Option<String>,
    /// Whether SMTPUTF8 was said.
    pub smtputf8: bool,
    /// The value of RET.
    pub ret: Option<String>,
    /// The value of ENVID as it was said, in xtext.
    pub envid: Option<String>,
    /// Whether the message came by BDAT.
    pub chunked: bool,
    /// Whether an octet of the message is above 127.
    pub eight_bit: bool,
}

fn lossy<S: Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
    path.as_deref().map(path_name).serialize(to)
}

fn rfc3339<S: Serializer>(time: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&stamp(time.duration_since(UNIX_EPOCH).unwrap_or_default()))
}

/// Writes a time since 1970 as RFC 3339 does, in UTC with microseconds.
fn stamp(since: Duration) -> String {
    let (mut days, seconds) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let mut year = 1970_u64;
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let (day, micros) = (days + 1, since.subsec_micros());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::stamp;

    #[test]
    fn times_are_written_in_utc() {
        let rows = [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_399, "2000-02-28T23:59:59.000000Z"),
            (951_782_400, "2000-02-29T00:00:00.000000Z"),
            (1_709_251_199, "2024-02-29T23:59:59.000000Z"),
            (1_735_689_599, "2024-12-31T23:59:59.000000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000000Z"),
        ];
        for (seconds, expected) in rows {
            assert_eq!(stamp(Duration::from_secs(seconds)), expected);
        }
    }
}
