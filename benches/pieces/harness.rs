//! Timing in pairs: the piece and its yardstick in turn, medians, and the median of the ratios of each round.

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

const ROUNDS: usize = 31;
/// What one round of one side should take at least, so that the clock does not matter.
const ROUND: Duration = Duration::from_millis(4);

/// Runs what was chosen and prints a line for each.
pub(super) struct Bench {
    words: Vec<String>,
    titled: bool,
}

impl Bench {
    pub(super) fn new(words: Vec<String>) -> Bench {
        Bench { words, titled: false }
    }

    /// Times `piece` beside `yardstick`; `octets` is what one call of either goes through, or 0.
    pub(super) fn pair<A, B>(
        &mut self,
        name: &str,
        octets: usize,
        mut piece: impl FnMut() -> A,
        mut yardstick: impl FnMut() -> B,
    ) {
        if !self.words.is_empty() && !self.words.iter().any(|word| name.contains(word.as_str())) {
            return;
        }
        let calls = (calls(&mut piece), calls(&mut yardstick));
        let mut rounds: Vec<(f64, f64)> =
            (0..ROUNDS).map(|_| (time(&mut piece, calls.0), time(&mut yardstick, calls.1))).collect();
        let ratio = median(rounds.iter().map(|(one, other)| one / other).collect());
        let other = median(rounds.iter().map(|(_, other)| *other).collect());
        let one = median(rounds.drain(..).map(|(one, _)| one).collect());
        let rate = if octets > 0 { format!("{:8.2} GB/s", octets as f64 / one) } else { " ".repeat(13) };
        let head = "piece                                     ns a call     yardstick   times it";
        let title = if self.titled { String::new() } else { format!("{head}\n") };
        self.titled = true;
        let line = format!("{title}{name:36} {one:14.0} {other:13.0} {ratio:10.2} {rate}\n");
        // Who does not listen misses it.
        let _ = std::io::stdout().write_all(line.as_bytes());
    }
}

/// How many calls fill a round.
fn calls<T>(work: &mut impl FnMut() -> T) -> u32 {
    let mut calls = 1;
    loop {
        let begun = Instant::now();
        (0..calls).for_each(|_| drop(black_box(work())));
        if begun.elapsed() >= ROUND || calls > 1 << 24 {
            return calls;
        }
        calls *= 2;
    }
}

/// Nanoseconds a call.
fn time<T>(work: &mut impl FnMut() -> T, calls: u32) -> f64 {
    let begun = Instant::now();
    (0..calls).for_each(|_| drop(black_box(work())));
    begun.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
