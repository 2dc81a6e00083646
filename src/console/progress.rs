//! The progress bar: on a terminal, and only for what takes more than a moment.
//!
//! It is drawn here rather than by a library: the one that was used cost every run a library of mathematics more to load.

use super::out;
use crate::terms::amount::{octets_in_words, roughly};
use std::time::{Duration, Instant};

/// When a bar is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug)]
pub struct Progress {
    wish: Wish,
    terminal: bool,
    since: Option<Instant>,
    /// When the bar was last drawn, or a line last written where there is no terminal for a bar.
    shown: Option<Instant>,
}

const A_MOMENT: Duration = Duration::from_millis(700);
/// How often a line is written where no bar can be drawn.
const A_LINE: Duration = Duration::from_secs(1);
/// How often a bar is drawn.
const A_GLANCE: Duration = Duration::from_millis(50);
/// The columns of the bar itself.
const WIDE: u64 = 30;

impl Progress {
    pub fn new(wish: Wish, terminal: bool) -> Progress {
        Progress { wish, terminal, since: None, shown: None }
    }

    /// Hears that the message has got so far.
    pub fn at(&mut self, current: u64, total: Option<u64>) {
        if self.wish == Wish::Never || (self.wish == Wish::Auto && !self.terminal) {
            return;
        }
        let since = *self.since.get_or_insert_with(Instant::now);
        let lasts = self.wish == Wish::Always || since.elapsed() >= A_MOMENT;
        let pause = if self.terminal { A_GLANCE } else { A_LINE };
        let due = self.shown.is_none_or(|shown| shown.elapsed() >= pause) || Some(current) == total;
        if !lasts || !due {
            return;
        }
        self.shown = Some(Instant::now());
        if self.terminal {
            out::say(&format!("\r{}\x1b[K", bar(current, total, since.elapsed())));
        } else {
            let of = total.map_or_else(String::new, |total| format!(" of {total}"));
            out::say(&format!("mailxport: {current}{of} octets\n"));
        }
    }

    /// Takes the bar off the screen, for something is to be said there.
    pub fn clear(&mut self) {
        self.since = None;
        if self.shown.take().is_some() && self.terminal {
            out::say("\r\x1b[K");
        }
    }
}

/// How far it has come, how fast, and how long it will take if it goes on so.
fn bar(current: u64, total: Option<u64>, elapsed: Duration) -> String {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = (u128::from(current) * 1000 / u128::from(millis)).try_into().unwrap_or(u64::MAX);
    let (gone, speed) = (octets_in_words(current), octets_in_words(rate));
    let Some(total) = total else { return format!("{gone}, {speed}/s") };
    let share = |whole: u64| u128::from(current.min(total)) * u128::from(whole) / u128::from(total.max(1));
    let done = usize::try_from(share(WIDE)).unwrap_or(0);
    let head = if done < 30 { ">" } else { "" };
    let bar = format!("{}{head}", "=".repeat(done));
    let left = total.saturating_sub(current).checked_div(rate).map_or_else(|| "?".to_owned(), roughly);
    format!("{gone} of {} [{bar:30}] {speed}/s, {left} left", octets_in_words(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_tells_how_far_how_fast_and_how_long() {
        for (current, total, millis, shown) in [
            (0, Some(10_240), 0, "0 octets of 10 KiB [>                             ] 0 octets/s, ? left"),
            (5120, Some(10_240), 1000, "5 KiB of 10 KiB [===============>              ] 5 KiB/s, 1 s left"),
            (1024, Some(1024), 1000, "1 KiB of 1 KiB [==============================] 1 KiB/s, 0 s left"),
            (
                1024,
                Some(7_373_824),
                1000,
                "1 KiB of 7.0 MiB [>                             ] 1 KiB/s, 2 h left",
            ),
            (2048, None, 1000, "2 KiB, 2 KiB/s"),
            (0, Some(0), 5, "0 octets of 0 octets [>                             ] 0 octets/s, ? left"),
        ] {
            assert_eq!(bar(current, total, Duration::from_millis(millis)), shown);
        }
    }
}
