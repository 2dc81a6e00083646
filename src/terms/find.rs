//! Octets found in a text, as memchr finds them.
//!
//! The library's own functions first ask the processor what it can do. Under a hypervisor that takes as long as a hundred
//! kilobytes take to be searched, so a short text is searched with what every processor of the kind can do.

#[cfg(not(target_arch = "x86_64"))]
use memchr::arch::all::memchr::{One, Two};
#[cfg(target_arch = "x86_64")]
use memchr::arch::x86_64::sse2::memchr::{One, Two};

const SHORT: usize = if cfg!(target_arch = "x86_64") { 16 * 1024 } else { 0 };

/// What is near is found without that in a long text too.
pub fn memchr(octet: u8, text: &[u8]) -> Option<usize> {
    let (near, far) = text.split_at(text.len().min(SHORT));
    let Some(one) = one(octet, near) else { return memchr::memchr(octet, text) };
    let beyond = || memchr::memchr(octet, far).map(|at| near.len() + at);
    one.find(near).or_else(|| if far.is_empty() { None } else { beyond() })
}

pub fn memrchr(octet: u8, text: &[u8]) -> Option<usize> {
    one(octet, text).map_or_else(|| memchr::memrchr(octet, text), |one| one.rfind(text))
}

pub fn memchr2(octet: u8, other: u8, text: &[u8]) -> Option<usize> {
    two(octet, other, text).map_or_else(|| memchr::memchr2(octet, other, text), |two| two.find(text))
}

/// How often the octet is there.
pub fn count(octet: u8, text: &[u8]) -> usize {
    one(octet, text).map_or_else(|| memchr::memchr_iter(octet, text).count(), |one| one.count(text))
}

fn one(octet: u8, text: &[u8]) -> Option<One> {
    if text.len() > SHORT {
        return None;
    }
    #[cfg(target_arch = "x86_64")]
    return One::new(octet);
    #[cfg(not(target_arch = "x86_64"))]
    Some(One::new(octet))
}

fn two(octet: u8, other: u8, text: &[u8]) -> Option<Two> {
    if text.len() > SHORT {
        return None;
    }
    #[cfg(target_arch = "x86_64")]
    return Two::new(octet, other);
    #[cfg(not(target_arch = "x86_64"))]
    Some(Two::new(octet, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_texts_are_searched_alike() {
        for length in [0, 1, 15, 16, 17, 100, SHORT, SHORT + 1, 3 * SHORT] {
            for places in [
                &[][..],
                &[0],
                &[length / 2],
                &[length / 3, length.saturating_sub(1)],
                &[SHORT],
                &[SHORT + 2],
            ] {
                let mut text = vec![b'x'; length];
                for &place in places.iter().filter(|&&place| place < length) {
                    text[place] = if place % 2 == 0 { b'\n' } else { b'\r' };
                }
                let is_lf = |octet: &u8| *octet == b'\n';
                assert_eq!(memchr(b'\n', &text), text.iter().position(is_lf));
                assert_eq!(memrchr(b'\n', &text), text.iter().rposition(is_lf));
                assert_eq!(memchr2(b'\n', b'\r', &text), text.iter().position(|octet| *octet < b' '));
                assert_eq!(count(b'\n', &text), text.iter().filter(|octet| is_lf(octet)).count());
            }
        }
    }
}
