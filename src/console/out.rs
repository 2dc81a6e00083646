//! The two standard streams. What cannot be written there changes no verdict.

use rustix::termios::isatty;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static NAME: OnceLock<&'static str> = OnceLock::new();
static SILENT: AtomicBool = AtomicBool::new(false);

/// Puts the name that the program was called by in front of what it says.
pub fn speak_as(name: &'static str) {
    let _ = NAME.set(name);
}

/// Says nothing more on standard error.
pub fn fall_silent() {
    SILENT.store(true, Ordering::Relaxed);
}

/// Writes to standard error.
pub fn say(text: &str) {
    if SILENT.load(Ordering::Relaxed) {
        return;
    }
    let text = NAME.get().map_or_else(|| text.to_owned(), |name| named(text, name));
    let mut stream = io::stderr().lock();
    let _ = stream.write_all(text.as_bytes());
    let _ = stream.flush();
}

fn named(text: &str, name: &str) -> String {
    let line = |line: &str| match line.strip_prefix("mailxport: ") {
        Some(rest) => format!("{name}: {rest}"),
        None => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Writes a report to standard output.
pub fn data(text: &str) -> io::Result<()> {
    let mut stream = io::stdout().lock();
    stream.write_all(text.as_bytes()).and_then(|()| stream.flush())
}

pub fn a_terminal_listens() -> bool {
    isatty(io::stderr()) || isatty(io::stdout())
}

pub fn stderr_is_terminal() -> bool {
    isatty(io::stderr())
}

/// The columns that a report on standard output may use: `COLUMNS`, or those of the terminal, within reason.
pub fn columns() -> usize {
    let named = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let shown = || rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
    named.or_else(shown).filter(|&columns| columns > 0).unwrap_or(80).clamp(40, 100)
}

/// When colour is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

impl Color {
    /// `NO_COLOR` speaks where no option does; a dumb terminal has none.
    pub fn is_on(self) -> bool {
        self.is_on_at(stderr_is_terminal())
    }

    /// The same for a report on standard output.
    pub fn is_on_for_data(self) -> bool {
        self.is_on_at(isatty(io::stdout()))
    }

    fn is_on_at(self, a_terminal: bool) -> bool {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                a_terminal && !set("NO_COLOR") && !dumb
            }
        }
    }
}

/// Colours the first words of a report: green for sent, yellow for anything to do, red for not sent.
pub fn paint(line: &str, on: bool) -> String {
    let colours = [
        ("mailxport: sent", "32"),
        ("mailxport: partly sent", "33"),
        ("mailxport: unknown", "33"),
        ("mailxport: not sent", "31"),
        ("mailxport: error", "31"),
        ("mailxport: note", "36"),
        ("  hint", "36"),
    ];
    if !on {
        return line.to_owned();
    }
    for (lead, colour) in colours {
        if let Some(rest) = line.strip_prefix(lead) {
            return format!("\x1b[{colour}m{lead}\x1b[0m{rest}");
        }
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_begins_with_the_name_of_the_call() {
        let text = "mailxport: not sent: mailxport: x\n  hint: mailxport: y\nmailxport: z";
        assert_eq!(
            named(text, "sendmail"),
            "sendmail: not sent: mailxport: x\n  hint: mailxport: y\nsendmail: z"
        );
    }
}
