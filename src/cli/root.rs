//! The program and its commands.

use super::check::CheckArgs;
use super::compose::ComposeArgs;
use super::config::ConfigArgs;
use super::explain::ExplainArgs;
use super::haste;
use super::post::PostArgs;
use super::send::SendArgs;
use super::send_stream::SendStreamArgs;
use super::sendmail::SendmailArgs;
use super::sink::SinkArgs;
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::mem::ManuallyDrop;

/// Hands mail to a server exactly once, and says in its exit status what became of it
#[derive(Debug, Parser)]
#[command(
    name = "mailxport",
    version,
    disable_help_subcommand = false,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "Try it with no server and no configuration:\n  \
                  mailxport send examples/hello.eml --to you@example.org --server sink:outbox\n\n\
                  Exit status: 0 the server has it for every recipient. mailxport explain lists the others."
)]
pub struct Root {
    #[command(subcommand)]
    pub command: Command,
}

/// What stands instead of a command: help that was asked for, or what is wrong.
#[derive(Debug)]
pub struct Aside {
    pub text: String,
    pub is_wrong: bool,
}

impl Root {
    pub fn read(arguments: &[OsString]) -> Result<Root, Aside> {
        if let Some(command) = in_haste(arguments) {
            return Ok(Root { command });
        }
        Root::try_parse_from(arguments).map_err(|error| Aside {
            text: step_on(arguments, error.render().to_string()),
            is_wrong: error.use_stderr(),
        })
    }
}

/// Who calls `send` without a message is told how it goes, and not what an option is called.
fn step_on(arguments: &[OsString], text: String) -> String {
    const MISSING: &str = "the following required arguments were not provided:\n  <FILE>...\n";
    const STEP: &str = "no message is named: FILE, or '-' for standard input\n";
    const EXAMPLE: &str = "Try it with no server:\n  echo hello | mailxport compose --from me@x.example > msg.eml\n  \
                           mailxport send msg.eml --to you@x.example --server sink:outbox\n";
    match arguments.get(1).is_some_and(|verb| verb == "send") && text.contains(MISSING) {
        true => format!("{}\n{EXAMPLE}", text.replacen(MISSING, STEP, 1)),
        false => of_whole_words(arguments, of_empty_ones(arguments, text)),
    }
}

/// What is given and empty is not missing.
fn of_empty_ones(arguments: &[OsString], text: String) -> String {
    let is_empty = |word: &OsString| word.is_empty() || word.as_encoded_bytes().ends_with(b"=");
    let named = text
        .strip_prefix("error: a value is required for '")
        .and_then(|rest| rest.split_once("' but none was supplied"));
    match named {
        Some((what, rest)) if arguments.iter().any(is_empty) => {
            format!("error: {what} is empty: '' names nothing{rest}")
        }
        _ => text,
    }
}

/// A name that begins with a hyphen is read letter by letter; whoever meant it as one word is told of that.
fn of_whole_words(arguments: &[OsString], text: String) -> String {
    let Some((found, rest)) =
        text.strip_prefix("error: unexpected argument '").and_then(|rest| rest.split_once("' found"))
    else {
        return text;
    };
    let letter = found.strip_prefix('-').filter(|letter| letter.chars().count() == 1);
    let is_it = |word: &str| match letter {
        Some(letter) => word.starts_with('-') && !word.starts_with("--") && word.contains(letter),
        None => word == found,
    };
    let words = arguments.iter().skip(1).map(|word| word.to_string_lossy());
    let whole = words.take_while(|word| word != "--").find(|word| is_it(word));
    let place = whole.as_deref().filter(|whole| *whole != found);
    let place = place.map_or_else(String::new, |whole| format!(" in '{whole}'"));
    let tip = format!("tip: to pass '{found}' as a value, use '-- {found}'");
    let better = whole.map(|whole| format!("tip: to pass '{whole}' as a value, use '-- {whole}'"));
    // A tip that is none goes with its line.
    let rest = match better {
        Some(better) => rest.replacen(&tip, &better, 1),
        None => rest.replacen(&format!("\n\n  {tip}"), "", 1),
    };
    format!("error: unexpected argument '{found}' found{place}{rest}")
}

impl Root {
    /// The help of a command, for one that reads its options itself.
    pub fn help_of(command: &str) -> String {
        Root::tree_of(command).map_or_else(String::new, |mut it| it.render_long_help().to_string())
    }

    /// A command with its options, for one that finds out by itself what is wrong with them.
    pub(super) fn tree_of(command: &str) -> Option<clap::Command> {
        let mut tree = <Root as clap::CommandFactory>::command();
        tree.build();
        tree.find_subcommand(command).cloned()
    }
}

/// The verbs that send know only their own options: those of all the others need as long to be made as a message to be
/// sent. Whatever is not plainly right is left to the whole program, which has the words for it.
fn in_haste(arguments: &[OsString]) -> Option<Command> {
    match arguments.get(1)?.to_str()? {
        "send" => haste::send(&arguments[2..])
            .or_else(|| options_of(arguments))
            .map(|args| Command::Send(Box::new(args))),
        "send-stream" => options_of(arguments).map(|args| Command::SendStream(Box::new(args))),
        _ => None,
    }
}

fn options_of<A: Args>(arguments: &[OsString]) -> Option<A> {
    // The end of the process frees it as well, and all at once.
    let mut command = ManuallyDrop::new(A::augment_args(clap::Command::new("mailxport")));
    A::from_arg_matches_mut(&mut command.try_get_matches_from_mut(&arguments[1..]).ok()?).ok()
}

/// Each command says what it does beside its own options.
#[derive(Debug, Subcommand)]
pub enum Command {
    Send(Box<SendArgs>),
    SendStream(Box<SendStreamArgs>),
    Post(Box<PostArgs>),
    Compose(Box<ComposeArgs>),
    Sendmail(SendmailArgs),
    Check(Box<CheckArgs>),
    Sink(Box<SinkArgs>),
    Config(Box<ConfigArgs>),
    Explain(ExplainArgs),
}
