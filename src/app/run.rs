//! The program from its arguments to its exit status.

use super::sendmail::{self, Call};
use super::{check, compose, config, explain, guard, post, product, send, send_stream, sink};
use crate::cli::root::{Aside, Command, Root};
use crate::console::check::record;
use crate::console::out;
use crate::console::record::Record;
use crate::terms::ixp::Ixp;
use crate::terms::printable::printable;
use std::ffi::OsString;

/// Runs the command that the arguments name.
pub fn run(arguments: Vec<OsString>) -> u8 {
    guard::catch_faults();
    if let Some(call) = Call::of(&arguments) {
        return sendmail::run(&call);
    }
    let root = match Root::read(&arguments) {
        Ok(root) => root,
        Err(aside) => return usage(&arguments, &aside),
    };
    match root.command {
        Command::Send(args) => send::run(&args),
        Command::Post(args) => post::run(&args),
        Command::Sendmail(args) => sendmail::run(&Call::by_command(args.words)),
        Command::Check(args) => check::run(&args),
        Command::Compose(args) => compose::run(&args),
        Command::SendStream(args) => send_stream::run(&args),
        Command::Sink(args) => sink::run(*args),
        Command::Explain(args) => explain::run(&args),
        Command::Config(args) => config::run(&args),
    }
}

/// Says what is wrong with the command line, also to a script that asked for JSON or sysexits.
fn usage(arguments: &[OsString], aside: &Aside) -> u8 {
    let asked = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    if !aside.is_wrong {
        return product::end_by_status(&aside.text, Ixp::ok());
    }
    let verbs = ["send", "send-stream", "post"];
    let sends = verbs.iter().any(|verb| asked(verb));
    let lead = if sends { "mailxport: not sent: " } else { "mailxport: error: " };
    let text =
        aside.text.strip_prefix("error: ").map_or_else(|| aside.text.clone(), |text| format!("{lead}{text}"));
    let lines: Vec<String> = text.lines().map(|line| printable(line).into_owned()).collect();
    out::say(&(lines.join("\n") + "\n"));
    let pairs = arguments.windows(2).any(|pair| pair[0] == "--exit-codes" && pair[1] == "sysexits");
    if pairs || asked("--exit-codes=sysexits") {
        guard::speak_sysexits();
    }
    // These print an object of their own, or none.
    let others = ["explain", "config", "compose"];
    let other = arguments.get(1).is_some_and(|command| others.iter().any(|other| command == other));
    if asked("--json") && !other {
        let first = lines.first().map(|line| line.trim_start_matches(lead).to_owned());
        let verb = arguments.iter().skip(1).find(|argument| !argument.as_encoded_bytes().starts_with(b"-"));
        let _ = out::data(&match verb {
            Some(verb) if verb == "check" => {
                record::line(&record::not_begun(Ixp::usage(), None, first.as_deref(), None))
            }
            _ => Record::before_any_message(Ixp::usage(), None, first, None).line(),
        });
    }
    guard::status(Ixp::usage())
}
