//! `mailxport config`

use super::shared::{EnvelopeArgs, ServerArgs};
use clap::{Args, Subcommand};

/// Show what options, environment and configuration file come to
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
