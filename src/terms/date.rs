//! The date of a message: a moment and the zone that it was said in (RFC 5322 section 3.3), read as RFC 3339 too.

use super::moment::{DAY, MONTHS, civil, days, number, offset, seconds};
use std::fmt;
use std::time::SystemTime;

/// A moment as a message tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// Since 1970, in UTC.
    seconds: i64,
    /// Minutes that the zone is ahead of UTC.
    zone: i64,
}

const WEEK: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

impl Date {
    /// This moment, in UTC; a clock that is out of all reason is told as the first or the last second there is a form for.
    pub fn of(moment: SystemTime) -> Date {
        let (first, last) = (days(1900, 1, 1) * DAY, days(10_000, 1, 1) * DAY - 1);
        Date { seconds: seconds(moment).clamp(first, last), zone: 0 }
    }

    /// Reads a date of either form; one without a zone is none.
    pub fn parse(text: &str) -> Result<Date, &'static str> {
        let text = text.trim();
        if text.starts_with(|c: char| c.is_ascii_digit()) && text.get(4..5) == Some("-") {
            return of_3339(text);
        }
        let (weekday, rest) = match text.split_once(',') {
            Some((day, rest)) => (Some(day.trim()), rest),
            None => (None, text),
        };
        let rest = rest.split_once('(').map_or(rest, |(rest, _)| rest);
        let words: Vec<&str> = rest.split_whitespace().collect();
        let &[day, month, year, time, zone] = words.as_slice() else { return Err(FORM) };
        let month = MONTHS.iter().position(|known| month.eq_ignore_ascii_case(known)).ok_or(FORM)?;
        let month = i64::try_from(month).map_err(|_| FORM)? + 1;
        let date = dated([number(year, 9999), Some(month), number(day, 31)], time, zone)?;
        match weekday {
            Some(word) if !word.eq_ignore_ascii_case(date.weekday()) => {
                Err("that day is another day of the week")
            }
            _ => Ok(date),
        }
    }

    fn local(self) -> i64 {
        self.seconds + self.zone * 60
    }

    fn weekday(self) -> &'static str {
        let day = self.local().div_euclid(DAY).rem_euclid(7);
        WEEK[usize::try_from(day).unwrap_or(0)]
    }
}

const FORM: &str =
    "it is no date such as \"Sat, 21 Nov 2026 13:38:26 +0100\" or \"2026-11-21T13:38:26+01:00\"";

fn of_3339(text: &str) -> Result<Date, &'static str> {
    let (day, rest) = text.split_once(['T', 't', ' ']).ok_or(FORM)?;
    let parts: Vec<&str> = day.split('-').collect();
    let &[year, month, day] = parts.as_slice() else { return Err(FORM) };
    let at = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).ok_or("it has no zone")?;
    let (time, zone) = rest.split_at(at);
    // A fraction of a second has no place in a message.
    let time = match time.split_once('.') {
        Some((time, fraction)) if number(fraction, i64::MAX).is_some() => time,
        Some(_) => return Err(FORM),
        None => time,
    };
    dated([number(year, 9999), number(month, 12), number(day, 31)], time, &zone.replace(':', ""))
}

fn dated(ymd: [Option<i64>; 3], time: &str, zone: &str) -> Result<Date, &'static str> {
    let [Some(year), Some(month), Some(day)] = ymd else { return Err(FORM) };
    let mut parts = time.split(':');
    let mut next = |most| parts.next().and_then(|part| number(part, most));
    let (Some(hour), Some(minute)) = (next(23), next(59)) else { return Err(FORM) };
    let second = match parts.next() {
        None => 0,
        Some(second) => number(second, 60).ok_or(FORM)?,
    };
    let zone = offset(zone).filter(|zone| zone % 60 == 0).ok_or("its zone is unknown")? / 60;
    if year < 1900
        || month == 0
        || parts.next().is_some()
        || civil(days(year, month, day)) != (year, month, day)
    {
        return Err("there is no such day");
    }
    let local = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    Ok(Date { seconds: local - zone * 60, zone })
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local();
        let (year, month, day) = civil(local.div_euclid(DAY));
        let rest = local.rem_euclid(DAY);
        let month = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        let (sign, zone) = (if self.zone < 0 { '-' } else { '+' }, self.zone.abs());
        write!(f, "{}, {day} {month} {year:04} {hour:02}:{minute:02}:{second:02} ", self.weekday())?;
        write!(f, "{sign}{:02}{:02}", zone / 60, zone % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn dates_of_both_forms_keep_their_zone() {
        for (text, wanted) in [
            ("Sat, 21 Nov 2026 13:38:26 +0000", "Sat, 21 Nov 2026 13:38:26 +0000"),
            ("21 nov 2026 13:38 -0530", "Sat, 21 Nov 2026 13:38:00 -0530"),
            ("sat, 21 Nov 2026 00:38:26 +0100 (CET)", "Sat, 21 Nov 2026 00:38:26 +0100"),
            ("1 Jan 1970 00:00:00 GMT", "Thu, 1 Jan 1970 00:00:00 +0000"),
            ("31 Dec 1969 23:59:59 UT", "Wed, 31 Dec 1969 23:59:59 +0000"),
            ("2026-11-21T13:38:26Z", "Sat, 21 Nov 2026 13:38:26 +0000"),
            ("2026-11-21t13:38:26.123456+05:45", "Sat, 21 Nov 2026 13:38:26 +0545"),
            ("2026-11-21 13:38:26-08:00", "Sat, 21 Nov 2026 13:38:26 -0800"),
            ("2024-02-29T23:59:60Z", "Fri, 1 Mar 2024 00:00:00 +0000"),
        ] {
            assert_eq!(Date::parse(text).map(|date| date.to_string()).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn no_clock_is_beyond_words() {
        let at = |seconds: i64| match u64::try_from(seconds) {
            Ok(since) => SystemTime::UNIX_EPOCH + Duration::from_secs(since),
            Err(_) => SystemTime::UNIX_EPOCH - Duration::from_secs(seconds.unsigned_abs()),
        };
        for (seconds, text) in [
            (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
            (-2_208_988_800, "Mon, 1 Jan 1900 00:00:00 +0000"),
            (-2_208_988_801, "Mon, 1 Jan 1900 00:00:00 +0000"),
            (-150_000_000_000, "Mon, 1 Jan 1900 00:00:00 +0000"),
            (1 << 31, "Tue, 19 Jan 2038 03:14:08 +0000"),
            (1 << 32, "Sun, 7 Feb 2106 06:28:16 +0000"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 +0000"),
            (253_402_300_800, "Fri, 31 Dec 9999 23:59:59 +0000"),
            (1 << 48, "Fri, 31 Dec 9999 23:59:59 +0000"),
        ] {
            assert_eq!(Date::of(at(seconds)).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_date_is_not_guessed_at() {
        for text in [
            "",
            "now",
            "2026-11-21",
            "2026-11-21T13:38:26",
            "2026-11-21T25:00:00Z",
            "2026-13-21T13:38:26Z",
            "2025-02-29T00:00:00Z",
            "21 Nov 2026 13:38:26",
            "21 Nov 2026 13:38:26 CET",
            "Fri, 21 Nov 2026 13:38:26 +0000",
            "21 Nov 26 13:38:26 +0000",
            "21 Nov 2026 13:38:26 +0000\r\nX: y",
            "31 Apr 2026 00:00:00 +0000",
            "2026-11-21T13:38:26Z\r\nBcc: x@y",
        ] {
            assert!(Date::parse(text).is_err(), "{text}");
        }
    }
}
