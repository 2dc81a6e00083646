//! The fuzz targets of `fuzz/` on any toolchain: their laws over the seeds and some thousands of mutations of each.
//! `MAILXPORT_MUTATIONS=N` has N of each seed.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/laws/addresses.rs"]
mod addresses;
#[path = "../../fuzz/laws/challenge.rs"]
mod challenge;
#[path = "../../fuzz/laws/configuration.rs"]
mod configuration;
#[path = "../../fuzz/laws/content.rs"]
mod content;
#[path = "../../fuzz/laws/header.rs"]
mod header;
#[path = "../../fuzz/laws/replies.rs"]
mod replies;
#[path = "../../fuzz/laws/sasl.rs"]
mod sasl;

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }

    /// Octets with one thing or a few changed.
    fn mutated(&mut self, seed: &[u8]) -> Vec<u8> {
        const ODD: [&[u8]; 12] =
            [b"\r\n", b"\n", b"\r", b".", b"\0", b"\"", b"<", b">", b",", b"\xc3\xa9", b" ", b"\r\n.\r\n"];
        let mut octets = seed.to_vec();
        for _ in 0..=self.below(6) {
            let at = self.below(octets.len() + 1);
            let end = (at + self.below(8)).min(octets.len());
            match self.below(6) {
                0 if at < octets.len() => octets[at] ^= 1 << self.below(8),
                1 if at < octets.len() => octets[at] = u8::try_from(self.below(256)).unwrap(),
                2 => drop(octets.drain(at..end)),
                3 => {
                    let again = octets[at..end].to_vec();
                    let to = self.below(octets.len() + 1);
                    octets.splice(to..to, again);
                }
                4 => octets.truncate(at.max(1)),
                _ => drop(octets.splice(at..at, ODD[self.below(ODD.len())].iter().copied())),
            }
        }
        octets
    }
}

/// Holds a law over the seeds of a target and so many mutations of each.
fn over_seeds(target: &str, few: usize, hold: impl Fn(&[u8])) {
    let count = std::env::var("MAILXPORT_MUTATIONS").map_or(few, |count| count.parse().unwrap());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "{target} has no seeds");
    let mut dice = Dice(1);
    for seed in seeds {
        let mut octets = fs::read(seed).unwrap();
        hold(&octets);
        let origin = octets.clone();
        for number in 0..count {
            // Mostly a small step from the last one, now and then from the seed again.
            octets = dice.mutated(if number % 16 == 0 || octets.len() > 4096 { &origin } else { &octets });
            hold(&octets);
        }
    }
}

#[test]
fn replies_keep_their_laws() {
    over_seeds("replies", 4000, replies::hold);
}

#[test]
fn addresses_keep_their_laws() {
    over_seeds("addresses", 4000, addresses::hold);
}

#[test]
fn headers_keep_their_laws() {
    over_seeds("header", 4000, header::hold);
}

#[test]
fn content_keeps_its_laws() {
    over_seeds("content", 4000, content::hold);
}

#[test]
fn log_ons_keep_their_laws() {
    over_seeds("sasl", 100, sasl::hold);
}

#[test]
fn challenges_keep_their_laws() {
    over_seeds("challenge", 4000, challenge::hold);
}

#[test]
fn configurations_keep_their_laws() {
    over_seeds("configuration", 1000, configuration::hold);
}

#[test]
fn dialogues_keep_their_laws() {
    over_seeds("dialogue", 400, |octets| {
        let run = crate::laws::dialogue::Run::of(octets);
        if let Err(law) = crate::laws::dialogue::hold(&run) {
            panic!("{law}\n{run:?}");
        }
    });
}
