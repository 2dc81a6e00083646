//! Sizes and times as people write them: `10M`, `1500ms`, `2s`, `5m`.

use std::time::Duration;

use super::behaviour::BehaviourProblem;

/// Reads a number of octets; `k`, `M` and `G` are powers of 1024.
pub fn size(text: &str) -> Result<u64, BehaviourProblem> {
    let problem =
        || BehaviourProblem::new(format!("`{text}` is no size: a number, or one with k, M or G behind it"));
    let digits = text.trim_end_matches(|last: char| last.is_ascii_alphabetic());
    let power = match &text[digits.len()..] {
        "" => 0,
        "k" | "K" => 1,
        "M" | "m" => 2,
        "G" | "g" => 3,
        _ => return Err(problem()),
    };
    let number = whole(digits).ok_or_else(problem)?;
    number.checked_mul(1024_u64.pow(power)).ok_or_else(problem)
}

/// Reads a time with its unit: `ms`, `s` or `m`.
pub fn time(text: &str) -> Result<Duration, BehaviourProblem> {
    let problem =
        || BehaviourProblem::new(format!("`{text}` is no time: a number with ms, s or m behind it"));
    let digits = text.trim_end_matches(|last: char| last.is_ascii_alphabetic());
    let number = whole(digits).ok_or_else(problem)?;
    let milliseconds = match &text[digits.len()..] {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        _ => return Err(problem()),
    };
    number.checked_mul(milliseconds).map(Duration::from_millis).ok_or_else(problem)
}

/// Reads digits and nothing else, which `u64::from_str` does not insist on.
pub(super) fn whole(digits: &str) -> Option<u64> {
    let plain = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{size, time};

    #[test]
    fn sizes_are_read_in_powers_of_1024() {
        let rows = [("0", 0), ("10", 10), ("2k", 2048), ("2K", 2048), ("35M", 36_700_160), ("1G", 1 << 30)];
        for (text, octets) in rows {
            assert_eq!(size(text), Ok(octets), "{text}");
        }
        for text in
            ["", "k", "+5", "-1", "1.5M", "1T", "1 k", "1kB", "99999999999999999999", "17179869184G", "é"]
        {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_need_a_unit() {
        for (text, milliseconds) in [("0ms", 0), ("1500ms", 1500), ("2s", 2000), ("5m", 300_000)] {
            assert_eq!(time(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "2", "s", "-1s", "1.5s", "2h", "18446744073709551615m", "２s"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
