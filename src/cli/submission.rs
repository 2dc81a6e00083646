//! The options of sendmail(8), which are not clap's: joined letters, values attached or apart, `-o` letters, `-O Name=value`.
//!
//! A recipient that starts with `-` stands behind `--` only: no address from elsewhere can become an option.

use super::shared::DsnReturn;
use crate::message::taken::Dot;
use crate::terms::envelope::{Notify, envid};
use std::ffi::OsString;

/// What a caller wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    pub mode: Mode,
    pub recipients: Vec<String>,
    /// `-t`
    pub from_headers: bool,
    /// `-f`, as it was given.
    pub sender: Option<String>,
    /// `-F`
    pub full_name: Option<String>,
    /// `-i`, `--dot-eof`
    pub dot: Dot,
    /// `-B 7BIT`: there should be no other octets.
    pub seven_bit: bool,
    pub notify: Option<String>,
    pub returned: Option<DsnReturn>,
    pub envid: Option<String>,
    /// `-C`
    pub config: Option<String>,
    /// `-X`
    pub log: Option<String>,
    /// `-L`
    pub tag: Option<String>,
    pub verbose: bool,
    /// `-oeq`
    pub silent: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Deliver,
    /// `-bv`
    Verify,
    /// `-bp`
    Queue,
    /// `-bi`
    Aliases,
    Help,
    Version,
}

/// Why a command line is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub words: String,
    /// It is no slip: something is asked for that is not there.
    pub is_lack: bool,
}

fn slip(words: impl Into<String>) -> Refusal {
    Refusal { words: words.into(), is_lack: false }
}

fn lack(words: impl Into<String>) -> Refusal {
    Refusal { words: words.into(), is_lack: true }
}

const NO_QUEUE: &str =
    "there is no queue: a message is handed over at once, or the caller is told that it was not";

/// Letters that take a value.
const WITH_VALUE: &str = "ABCDFLNORVXbdfhoprx";

/// Letters that take none.
const PLAIN: &str = "GIUimntv";

/// Reads the words behind the name of the program.
pub fn read(words: &[OsString]) -> Result<Wishes, Refusal> {
    let mut wishes = Wishes::default();
    let texts: Option<Vec<&str>> = words.iter().map(|word| word.to_str()).collect();
    let mut words = texts.ok_or_else(|| slip("an argument is not UTF-8"))?.into_iter();
    while let Some(word) = words.next() {
        match word.strip_prefix('-') {
            None => wishes.recipients.push(word.to_owned()),
            Some("-") => {
                wishes.recipients.extend(words.by_ref().map(str::to_owned));
            }
            Some(_) if !wishes.recipients.is_empty() => {
                return Err(slip(format!(
                    "{word} stands behind a recipient: options stand before the first, and -- before one that starts with -"
                )));
            }
            Some("") => return Err(slip("- is neither an option nor a recipient")),
            Some(long) if long.starts_with('-') => wishes.long(word)?,
            Some(letters) => wishes.letters(letters, &mut words)?,
        }
    }
    Ok(wishes)
}

impl Wishes {
    fn long(&mut self, word: &str) -> Result<(), Refusal> {
        match word {
            "--dot-eof" => self.dot = Dot::End,
            "--help" => self.mode = Mode::Help,
            "--version" => self.mode = Mode::Version,
            _ => return Err(slip(format!("there is no option {word}"))),
        }
        Ok(())
    }

    fn letters<'w>(
        &mut self,
        letters: &str,
        rest: &mut impl Iterator<Item = &'w str>,
    ) -> Result<(), Refusal> {
        for (at, letter) in letters.char_indices() {
            let attached = &letters[at + letter.len_utf8()..];
            if letter == 'q' {
                return Err(queue_run(attached));
            }
            if WITH_VALUE.contains(letter) {
                let value = if attached.is_empty() { rest.next() } else { Some(attached) };
                let value = value.ok_or_else(|| slip(format!("-{letter} needs a value")))?;
                return self.with_value(letter, value);
            }
            if !PLAIN.contains(letter) {
                return Err(slip(format!("there is no option -{letter}")));
            }
            match letter {
                't' => self.from_headers = true,
                'i' => self.dot = Dot::Text,
                'v' => self.verbose = true,
                'I' => self.mode = Mode::Aliases,
                _ => {}
            }
        }
        Ok(())
    }

    fn with_value(&mut self, letter: char, value: &str) -> Result<(), Refusal> {
        let text = || Some(value.to_owned());
        match letter {
            'f' | 'r' => self.sender = text(),
            'F' if value.contains(char::is_control) => return Err(slip("-F holds a control character")),
            'F' => self.full_name = text(),
            'B' => {
                self.seven_bit = match value.to_ascii_uppercase().as_str() {
                    "7BIT" => true,
                    "8BITMIME" => false,
                    _ => return Err(slip(format!("-B is 7BIT or 8BITMIME, not {value}"))),
                }
            }
            'C' => self.config = text(),
            'X' => self.log = text(),
            'L' => self.tag = text(),
            'N' => {
                Notify::parse(value).map_err(|why| slip(format!("-N: {why}")))?;
                self.notify = text();
            }
            'R' => {
                self.returned = Some(match value.to_ascii_lowercase().as_str() {
                    "full" => DsnReturn::Full,
                    "hdrs" => DsnReturn::Headers,
                    _ => return Err(slip(format!("-R is full or hdrs, not {value}"))),
                });
            }
            'V' => self.envid = Some(envid(value).map_err(|why| slip(format!("-V: {why}")))?),
            'b' => self.mode = mode(value)?,
            'o' => self.old_option(value)?,
            'O' => self.named_option(value)?,
            // The rest is taken for the sake of those who say it.
            _ => {}
        }
        Ok(())
    }

    /// `-o` and a letter with its value.
    fn old_option(&mut self, value: &str) -> Result<(), Refusal> {
        let mut letters = value.chars();
        match (letters.next(), letters.next()) {
            (Some('i'), _) => self.dot = Dot::Text,
            (Some('d'), how) => delivery_mode(how)?,
            (Some('e'), how) => self.error_mode(how)?,
            (Some('m' | '7' | '8' | 's' | 'r' | 'M' | 'A'), _) => {}
            _ => return Err(slip(format!("there is no option -o{value}"))),
        }
        Ok(())
    }

    /// `-O Name=value`; a flag may stand alone.
    fn named_option(&mut self, value: &str) -> Result<(), Refusal> {
        let (name, value) = value.split_once('=').unwrap_or((value, "true"));
        if name.is_empty() || !name.bytes().all(|octet| octet.is_ascii_alphanumeric()) {
            return Err(slip("-O wants Name=value"));
        }
        let first = value.chars().next().map(|letter| letter.to_ascii_lowercase());
        match name.to_ascii_lowercase().as_str() {
            "ignoredots" if matches!(first, Some('t' | 'y' | '1')) => self.dot = Dot::Text,
            "deliverymode" => delivery_mode(first)?,
            "errormode" => self.error_mode(first)?,
            _ => {}
        }
        Ok(())
    }

    fn error_mode(&mut self, how: Option<char>) -> Result<(), Refusal> {
        match how {
            Some('q') => self.silent = true,
            Some('m' | 'p' | 'w' | 'e') => self.silent = false,
            _ => return Err(slip("-oe is one of -oem, -oep, -oew, -oee and -oeq")),
        }
        Ok(())
    }
}

fn mode(value: &str) -> Result<Mode, Refusal> {
    match value {
        "m" => Ok(Mode::Deliver),
        "v" => Ok(Mode::Verify),
        "p" => Ok(Mode::Queue),
        "i" => Ok(Mode::Aliases),
        "s" => Err(lack("-bs: SMTP is not spoken on standard input, a message is taken as it is")),
        "d" | "D" | "l" | "t" | "h" | "H" | "a" | "P" => {
            Err(slip(format!("-b{value}: this is no daemon and has no rules to test, it only sends")))
        }
        _ => Err(slip(format!("there is no option -b{value}"))),
    }
}

fn delivery_mode(how: Option<char>) -> Result<(), Refusal> {
    match how {
        Some('q') => Err(lack(format!("-odq: {NO_QUEUE}"))),
        Some('i' | 'b' | 'd') => Ok(()),
        _ => Err(slip("-od is one of -odi, -odb, -odd and -odq")),
    }
}

/// `-q` with what is attached to it. A time would make it a daemon.
fn queue_run(attached: &str) -> Refusal {
    let time = attached.strip_prefix('p').unwrap_or(attached);
    match time.starts_with(|c: char| c.is_ascii_digit()) {
        true => slip(format!("-q{attached}: this is no daemon, and {NO_QUEUE}")),
        false => lack(format!("-q{attached}: {NO_QUEUE}")),
    }
}

#[cfg(test)]
#[path = "submission_tests.rs"]
mod tests;
