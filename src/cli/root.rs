//! The program and its commands.

use super::check::CheckArgs;
use super::config::ConfigArgs;
use super::explain::ExplainArgs;
use super::post::PostArgs;
use super::send::SendArgs;
use super::send_stream::SendStreamArgs;
use super::sink::SinkArgs;
use clap::{Parser, Subcommand};
use std::ffi::OsString;

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
        Root::try_parse_from(arguments)
            .map_err(|error| Aside { text: error.render().to_string(), is_wrong: error.use_stderr() })
    }
}

/// Each command says what it does beside its own options.
#[derive(Debug, Subcommand)]
pub enum Command {
    Send(Box<SendArgs>),
    SendStream(Box<SendStreamArgs>),
    Post(Box<PostArgs>),
    Check(Box<CheckArgs>),
    Sink(Box<SinkArgs>),
    Config(Box<ConfigArgs>),
    Explain(ExplainArgs),
}
