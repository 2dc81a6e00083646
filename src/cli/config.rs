//! `mailxport config`

use super::shared::{EnvelopeArgs, ServerArgs};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Begin a configuration file, or show what it and all the rest come to
///
/// The configuration file has accounts: servers, users, senders, and where their passwords come from. mailxport(5) tells
/// about it.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct ConfigArgs {
    #[command(subcommand)]
    pub command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    Show(Box<ShowArgs>),
    Init(InitArgs),
}

/// Ask three questions and write a first configuration file
///
/// Asks at the terminal for the server, the user there and the sender, writes them with comments to the place where the file is
/// looked for, and runs a check of the server with them. A file that is there already is left as it is. No password is written: the
/// file says where one may come from, and without any of that it is asked for.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Write FILE instead [default: ~/.config/mailxport/config.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Print every setting, its value, and where it comes from
///
/// Takes the options of a command that talks to a server, and prints what that would go by: the account, and each setting
/// with its value and its source, which is an option, a variable, a line of the configuration file, or the default. Of a
/// password or a token only the source is shown. Nothing is sent, and no password is fetched.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ShowArgs {
    /// Print one JSON object
    ///
    /// docs/config.schema.json is its schema; with --via it is docs/service.schema.json.
    #[arg(long)]
    pub json: bool,

    /// Print the description of a service instead, built in or of the configuration file
    #[arg(long, value_name = "NAME")]
    pub via: Option<String>,

    #[command(flatten)]
    pub server: ServerArgs,
    #[command(flatten)]
    pub envelope: EnvelopeArgs,
}

const EXAMPLES: &str = "\
Examples:
  mailxport config show
  mailxport config show --account work
  mailxport config show --from ada@example.org --json
  mailxport config show --via gmail";
