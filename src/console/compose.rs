//! The sentences of `compose`: what is waited for, what is worth a note, and what of the message is missing.

use super::voice;
use crate::terms::failure::{Cause, Failure, Unfit};
use crate::terms::printable::printable;

/// What a person at a terminal is told who may not know that something is waited for.
pub const WAITING: &str =
    "mailxport: the text is read from the terminal; Ctrl-D at the start of a line ends it\n";

/// The lines about a message that could not be composed, or not to its end.
pub fn failure(failure: &Failure, begun: bool) -> Vec<String> {
    let mut lines = match (&failure.cause, &failure.problem) {
        (Cause::Unfit(Unfit::Changed), Some(name)) => {
            vec![format!("mailxport: error: {} changed while it was read", printable(name))]
        }
        _ => voice::without_mail(failure),
    };
    if begun {
        lines.insert(1, UNFINISHED.to_owned());
    }
    lines
}

/// A text whose characters nobody told.
pub fn unknown_charset(origin: &str) -> String {
    format!(
        "mailxport: note: {} is not UTF-8; it goes unchanged, with the charset unknown-8bit\n",
        printable(origin)
    )
}

/// What is begun and has no end.
pub const UNFINISHED: &str = "  the message has no end: what was written of it must not be sent";
