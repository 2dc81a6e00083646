//! Moments of the calendar, in UTC whatever zone this machine keeps: written as in RFC 3339, found in text as in RFC 5322.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) const DAY: i64 = 86_400;

pub(super) const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Seconds since 1970, less than none before it.
pub(super) fn seconds(moment: SystemTime) -> i64 {
    let whole = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    match moment.duration_since(UNIX_EPOCH) {
        Ok(since) => whole(since),
        Err(before) => -whole(before.duration()),
    }
}

/// How far `later` is from `earlier`, in seconds, less than none where it is the earlier one.
pub fn distance(earlier: SystemTime, later: SystemTime) -> i64 {
    seconds(later).saturating_sub(seconds(earlier))
}

/// `2026-11-21`.
pub fn day(moment: SystemTime) -> String {
    let (year, month, day) = civil(seconds(moment).div_euclid(DAY));
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2026-11-21T13:38:26Z`.
pub fn stamp(moment: SystemTime) -> String {
    let rest = seconds(moment).rem_euclid(DAY);
    format!("{}T{:02}:{:02}:{:02}Z", day(moment), rest / 3600, rest / 60 % 60, rest % 60)
}

/// Year, month and day of a day counted from 1970-01-01 (Gregorian, by eras of 400 years that begin in March).
pub(super) fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    (era * 400 + year + i64::from(month <= 2), month, of_year - (153 * march + 2) / 5 + 1)
}

/// The day, counted from 1970-01-01, of a year, month and day.
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The first date of RFC 5322 in a text, such as the greeting of a server that tells the time.
pub fn date_in(text: &str) -> Option<SystemTime> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(5).find_map(date)
}

/// `21 Nov 2026 13:38:26 +0000`; without its zone a time tells nothing.
fn date(words: &[&str]) -> Option<SystemTime> {
    let &[day, month, year, time, zone] = words else { return None };
    let month = MONTHS.iter().position(|known| month.eq_ignore_ascii_case(known))?;
    let (day, year) = (number(day, 31)?, number(year, 9999)?);
    let mut parts = time.split(':');
    let (hour, minute) = (number(parts.next()?, 23)?, number(parts.next()?, 59)?);
    let second = parts.next().map_or(Some(0), |second| number(second, 60))?;
    if day == 0 || year < 1970 || parts.next().is_some() {
        return None;
    }
    let at = days(year, i64::try_from(month).ok()? + 1, day) * DAY + hour * 3600 + minute * 60 + second;
    let at = at.checked_sub(offset(zone)?)?;
    u64::try_from(at).ok().map(|at| UNIX_EPOCH + Duration::from_secs(at))
}

/// The seconds that a zone is ahead of UTC.
pub(super) fn offset(zone: &str) -> Option<i64> {
    let zone = zone.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
    if ["GMT", "UT", "UTC", "Z"].iter().any(|known| zone.eq_ignore_ascii_case(known)) {
        return Some(0);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if digits.len() != 4 {
        return None;
    }
    let number = number(digits, 9959)?;
    Some(sign * (number / 100 * 3600 + number % 100 * 60))
}

pub(super) fn number(digits: &str, most: i64) -> Option<i64> {
    let plain = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    if plain { digits.parse().ok().filter(|number| *number <= most) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> SystemTime {
        let span = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 { UNIX_EPOCH - span } else { UNIX_EPOCH + span }
    }

    #[test]
    fn moments_are_written_in_utc() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_268_306, "2026-11-21T13:38:26Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(stamp(at(seconds)), text);
        }
        assert_eq!((distance(at(10), at(7)), distance(at(-5), at(7))), (-3, 12));
    }

    #[test]
    fn every_day_is_found_back() {
        for day in -200_000..200_000 {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month, of_month), day);
        }
    }

    #[test]
    fn a_date_is_found_in_what_a_server_says() {
        for (text, found) in [
            ("mail.example ESMTP Exim 4.96 Sat, 21 Nov 2026 13:38:26 +0000", Some(1_795_268_306)),
            ("mail.example ESMTP Sendmail 8.17/8.17; Sat, 21 Nov 2026 14:38:26 +0100", Some(1_795_268_306)),
            ("x 21 nov 2026 08:38:26 -0500 (EST)", Some(1_795_268_306)),
            ("x 1 Jan 1970 00:00 GMT", Some(0)),
            ("x Sat, 21 Nov 2026 13:38:26 GMT;", Some(1_795_268_306)),
            ("x 21 Nov 2026 13:38:26", None),
            ("x 21 Nov 2026 13:38:26 EST", None),
            ("x 0 Nov 2026 13:38:26 GMT", None),
            ("x 21 Nov 2026 25:38:26 GMT", None),
            ("x 21 Nov 26 13:38:26 GMT", None),
            ("x 21 Brumaire 2026 13:38:26 GMT", None),
            ("mail.example ESMTP Postfix", None),
            ("", None),
        ] {
            assert_eq!(date_in(text), found.map(at), "{text}");
        }
    }
}
