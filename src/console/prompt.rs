//! Questions, above all the one for a password, at the terminal that the program was started from, whatever its standard streams are.
//!
//! The terminal is in our own hands and not in rpassword's, which edits the line: a signal or the deadline must end the wait
//! and leave a terminal that shows what is typed.

use crate::terms::printable::printable;
use crate::terms::secret::Secret;
use crate::watch::wait::{Halt, Watch};
use rpassword::{ConfigBuilder, read_password_with_config};
use rustix::event::PollFlags;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::sync::Arc;

const TERMINAL: &str = "/dev/tty";

/// True where there is a terminal to ask at.
pub fn can_ask() -> bool {
    terminal().is_ok()
}

/// Asks once; what is typed is not shown.
pub fn ask(question: &str, watch: &Arc<Watch>) -> io::Result<Secret> {
    let terminal = terminal()?;
    let mut screen = terminal.try_clone()?;
    // First it is blind, then it asks: who answers at once is not seen either.
    let blind = Blind::make(terminal.try_clone()?)?;
    screen.write_all(printable(question).as_bytes())?;
    let typed = read(Typed { terminal, watch: Arc::clone(watch) });
    drop(blind);
    let _ = screen.write_all(b"\n");
    typed
}

/// Asks for a line that is shown as it is typed; none where the terminal was left without an answer.
pub fn line(question: &str, watch: &Arc<Watch>) -> io::Result<Option<String>> {
    let mut terminal = terminal()?;
    terminal.write_all(printable(question).as_bytes())?;
    let mut typed = Typed { terminal: terminal.try_clone()?, watch: Arc::clone(watch) };
    let (mut answer, mut block) = (Vec::new(), [0; 1024]);
    // A terminal gives a line at a time, and nothing at the end of its input.
    while !answer.ends_with(b"\n") {
        match typed.read(&mut block)? {
            0 if answer.is_empty() => {
                terminal.write_all(b"\n")?;
                return Ok(None);
            }
            0 => break,
            count => answer.extend_from_slice(&block[..count]),
        }
    }
    let answer = String::from_utf8(answer);
    answer.map(Some).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it was not typed in UTF-8"))
}

/// Says something at the terminal.
pub fn tell(words: &str) -> io::Result<()> {
    let lines: Vec<_> = words.lines().map(printable).collect();
    terminal()?.write_all((lines.join("\n") + "\n").as_bytes())
}

fn terminal() -> io::Result<File> {
    File::options().read(true).write(true).open(TERMINAL)
}

/// Reads one line with its backspaces; letters that are none in UTF-8 would be another password.
fn read(typed: impl Read + 'static) -> io::Result<Secret> {
    let config = ConfigBuilder::new().input_reader(typed).output_discard().build();
    let text = read_password_with_config(config)?;
    let garbled = text.contains(char::REPLACEMENT_CHARACTER);
    let secret = Secret::new(text.into_bytes());
    if garbled {
        Err(io::Error::new(io::ErrorKind::InvalidData, "it was not typed in UTF-8"))
    } else {
        Ok(secret)
    }
}

/// What is typed, waited for under the watch.
struct Typed {
    terminal: File,
    watch: Arc<Watch>,
}

impl Read for Typed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.watch.wait(self.terminal.as_fd(), PollFlags::IN, None) {
            Ok(_) => self.terminal.read(buffer),
            Err(Halt::Failed(error)) => Err(error),
            Err(_) => Err(io::ErrorKind::Interrupted.into()),
        }
    }
}

/// A terminal that shows nothing of what is typed, until it is dropped.
struct Blind {
    terminal: File,
    before: Termios,
}

impl Blind {
    fn make(terminal: File) -> io::Result<Blind> {
        let before = tcgetattr(&terminal)?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON);
        tcsetattr(&terminal, OptionalActions::Flush, &modes)?;
        Ok(Blind { terminal, before })
    }
}

impl Drop for Blind {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_with_its_backspaces() {
        for (typed, secret) in [
            ("pencil\n", Some("pencil")),
            ("pencil\r", Some("pencil")),
            ("pencil", Some("pencil")),
            ("pem\x7fncil\nsecond\n", Some("pencil")),
            ("wrong\x15pencil\n", Some("pencil")),
            (" pen cil \n", Some(" pen cil ")),
            ("pässe\n", Some("pässe")),
            ("\n", Some("")),
            ("\x04", None),
        ] {
            let read = read(io::Cursor::new(typed.as_bytes())).ok();
            assert_eq!(read.as_ref().map(Secret::expose), secret.map(str::as_bytes), "{typed:?}");
        }
        assert!(read(io::Cursor::new(b"p\xe9ncil\n")).is_err());
    }
}
