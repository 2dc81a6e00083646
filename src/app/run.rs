//! The program from its arguments to its exit status.

use super::{explain, guard, send, sink};
use crate::cli::root::{Command, Root};
use crate::console::out;
use crate::console::record::Record;
use crate::terms::ixp::Ixp;
use crate::terms::printable::printable;
use clap::Parser;
use std::ffi::OsString;

/// Runs the command that the arguments name.
pub fn run(arguments: Vec<OsString>) -> u8 {
    guard::catch_faults();
    let root = match Root::try_parse_from(&arguments) {
        Ok(root) => root,
        Err(error) => return usage(&arguments, &error),
    };
    match root.command {
        Command::Send(args) => send::run(&args),
        Command::Sink(args) => sink::run(args),
        Command::Explain(args) => explain::run(&args),
    }
}

/// Says what is wrong with the command line, also to a script that asked for JSON or sysexits.
fn usage(arguments: &[OsString], error: &clap::Error) -> u8 {
    let asked = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    let text = error.render().to_string();
    if !error.use_stderr() {
        out::data(&text);
        return 0;
    }
    let lines: Vec<String> = text.lines().map(|line| printable(line).into_owned()).collect();
    out::say(&(lines.join("\n") + "\n"));
    let pairs = arguments.windows(2).any(|pair| pair[0] == "--exit-codes" && pair[1] == "sysexits");
    if pairs || asked("--exit-codes=sysexits") {
        guard::speak_sysexits();
    }
    if asked("--json") && !asked("explain") {
        let first = lines.first().map(|line| line.trim_start_matches("error: ").to_owned());
        out::data(&Record::before_any_message(Ixp::usage(), None, first, None).line());
    }
    guard::status(Ixp::usage())
}
