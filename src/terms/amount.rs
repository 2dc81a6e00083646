//! Amounts as people write them: sizes with `k`, `M`, `G` (powers of 1024), times in seconds.

use std::time::Duration;

/// Reads `1048576`, `1024k`, `1M`, `2G`.
pub fn size(text: &str) -> Result<u64, String> {
    let bad = || format!("{text:?} is not a size (octets, or a number with k, M or G)");
    let (digits, power) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 2),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 3),
        _ => (text, 0),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    let number: u64 = digits.parse().map_err(|_| format!("{text:?} is too large a size"))?;
    number.checked_mul(1024u64.pow(power)).ok_or_else(|| format!("{text:?} is too large a size"))
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
    fn times_are_seconds() {
        assert_eq!(seconds("2"), Ok(Duration::from_secs(2)));
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        for text in ["", "0", "-1", "1s", "inf", "nan", "1e9", "99999999999", "."] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
