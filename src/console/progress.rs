//! The progress bar: on a terminal, and only for what takes more than a moment.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
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
    bar: Option<ProgressBar>,
    /// When a line was last written where there is no terminal for a bar.
    said: Option<Instant>,
}

const A_MOMENT: Duration = Duration::from_millis(700);
/// How often a line is written where no bar can be drawn.
const A_LINE: Duration = Duration::from_secs(1);

impl Progress {
    pub fn new(wish: Wish, terminal: bool) -> Progress {
        Progress { wish, terminal, since: None, bar: None, said: None }
    }

    /// Hears that the message has got so far.
    pub fn at(&mut self, current: u64, total: Option<u64>) {
        if self.wish == Wish::Never || (self.wish == Wish::Auto && !self.terminal) {
            return;
        }
        let since = *self.since.get_or_insert_with(Instant::now);
        if self.bar.is_none() && (self.wish == Wish::Always || since.elapsed() >= A_MOMENT) {
            self.bar = Some(bar(total, self.terminal));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(current);
        }
        if !self.terminal && (self.said.is_none_or(|said| said.elapsed() >= A_LINE) || Some(current) == total)
        {
            self.said = Some(Instant::now());
            let of = total.map_or_else(String::new, |total| format!(" of {total}"));
            super::out::say(&format!("mailxport: {current}{of} octets\n"));
        }
    }

    /// Takes the bar off the screen, for something is to be said there.
    pub fn clear(&mut self) {
        (self.since, self.said) = (None, None);
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: Option<u64>, terminal: bool) -> ProgressBar {
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.set_draw_target(if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
    let form = "{bytes} of {total_bytes} [{bar:30}] {bytes_per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(form) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
