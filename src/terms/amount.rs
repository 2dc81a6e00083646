//! Amounts as people write them: sizes with `k`, `M`, `G` (powers of 1024), times in seconds.

use std::time::Duration;

/// Reads `1048576`, `1024k`, `1M`, `2G`.
pub fn size(text: &str) -> Result<u64, String> {
    let bad = || format!("{text:?} is not a size (octets, or a number with k, M or G)");
    let (digits, unit) = with_unit(text);
    let power = match unit {
        "" => 0,
        "k" | "K" => 1,
        "m" | "M" => 2,
        "g" | "G" => 3,
        _ => return Err(bad()),
    };
    whole(digits).and_then(|number| number.checked_mul(1024u64.pow(power))).ok_or_else(bad)
}

/// Reads a time with its unit: `1500ms`, `2s`, `5m`.
pub fn time(text: &str) -> Result<Duration, String> {
    let bad = || format!("{text:?} is not a time (a number with ms, s or m)");
    let (digits, unit) = with_unit(text);
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        _ => return Err(bad()),
    };
    whole(digits)
        .and_then(|number| number.checked_mul(milliseconds))
        .map(Duration::from_millis)
        .ok_or_else(bad)
}

fn with_unit(text: &str) -> (&str, &str) {
    text.split_at(text.trim_end_matches(|last: char| last.is_ascii_alphabetic()).len())
}

/// Reads digits and nothing else, which `u64::from_str` does not insist on.
pub fn whole(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

/// Reads seconds, whole or with a fraction; more than nothing and less than a year.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let bad = || format!("{text:?} is not a number of seconds more than 0");
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Err(bad());
    }
    let seconds: f64 = text.parse().map_err(|_| bad())?;
    if seconds < 0.001 {
        return Err(bad());
    }
    if seconds > 366.0 * 86400.0 {
        return Err(format!("{text:?} is more than a year of seconds"));
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// Writes a time as a person says it: `2 s`, `5 min`, `500 ms`.
pub fn in_words(time: Duration) -> String {
    let ms = time.as_millis();
    match ms {
        0..1000 => format!("{ms} ms"),
        _ if ms.is_multiple_of(60_000) => format!("{} min", ms / 60_000),
        _ if ms.is_multiple_of(1000) => format!("{} s", ms / 1000),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

/// Writes a span roughly: `40 s`, `5 min`, `3 h`, `12 days`.
pub fn roughly(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Writes a number of octets roughly, in powers of 1024.
pub fn octets_in_words(octets: u64) -> String {
    let units = [(1u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let found = units.iter().find(|(unit, _)| octets >= *unit);
    found.map_or_else(
        || format!("{octets} octets"),
        |(unit, name)| match octets % unit {
            0 => format!("{} {name}", octets / unit),
            rest => format!("{}.{} {name}", octets / unit, rest * 10 / unit),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_powers_of_1024() {
        for (text, octets) in [("0", 0), ("17", 17), ("3k", 3072), ("2M", 2 << 20), ("1G", 1 << 30)] {
            assert_eq!(size(text), Ok(octets));
        }
        for text in ["", "k", "-1", "1.5M", "1 k", "1T", "99999999999999999999", "18446744073709551615k"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_with_a_unit_need_it() {
        for (text, milliseconds) in [("0ms", 0), ("1500ms", 1500), ("2s", 2000), ("5m", 300_000)] {
            assert_eq!(time(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "2", "s", "-1s", "1.5s", "2h", "18446744073709551615m", "２s"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_are_told_roughly() {
        for (octets, text) in [
            (0, "0 octets"),
            (1023, "1023 octets"),
            (1024, "1 KiB"),
            (10_240_000, "9.7 MiB"),
            (26_214_400, "25 MiB"),
            (u64::MAX, "17179869183.9 GiB"),
        ] {
            assert_eq!(octets_in_words(octets), text);
        }
        for (seconds, text) in
            [(0, "0 s"), (119, "119 s"), (300, "5 min"), (7200, "2 h"), (864_000, "10 days")]
        {
            assert_eq!(roughly(seconds), text);
        }
    }

    #[test]
    fn times_are_seconds() {
        assert_eq!(seconds("2"), Ok(Duration::from_secs(2)));
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        for text in ["", "0", "-1", "1s", "inf", "nan", "1e9", "99999999999", "."] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
