//! `mailxport check`

use super::shared::{DsnReturn, ExitCodes, ServerArgs, When};
use clap::Args;
use std::path::PathBuf;

/// Tell what a server offers and what would go wrong, without sending
///
/// It goes the road of a message: it connects, turns to TLS, logs on, names the sender and each recipient, and takes it
/// all back. No message is needed, and none is sent. Without a sender it goes no further than the log-on, without a
/// recipient no further than the sender.
///
/// The report is on standard output: what was learnt, as far as it got, and then what was found, the worst first, with a
/// hint what to do. A problem is what would keep a message from being sent; the exit status is that of a send to these
/// recipients. Warnings and notes do not change it.
#[derive(Debug, Args)]
#[command(after_help = SHORT, after_long_help = LONG)]
pub struct CheckArgs {
    #[command(flatten)]
    pub server: ServerArgs,
    #[command(flatten)]
    pub envelope: CheckEnvelopeArgs,
    #[command(flatten)]
    pub output: CheckOutputArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Envelope")]
pub struct CheckEnvelopeArgs {
    /// The sender; '' is the null sender [default: the user, if it is an address]
    #[arg(short, long, value_name = "ADDR")]
    pub from: Option<String>,

    /// Ask for a recipient or a comma list; may be repeated
    ///
    /// It needs a sender: --from, or a user that is an address.
    #[arg(long, value_name = "ADDR")]
    pub to: Vec<String>,

    /// Ask for the recipients in FILE, one a line
    ///
    /// '-' is standard input, '#' starts a comment.
    #[arg(long, value_name = "FILE")]
    pub to_file: Option<PathBuf>,

    /// End as a send with --partial would: 41 or 42 if some recipients are refused
    #[arg(long)]
    pub partial: bool,

    /// Ask for delivery reports: never, or success,failure,delay
    #[arg(long, value_name = "WHEN")]
    pub dsn_notify: Option<String>,

    /// What a report would return of the message: full or headers
    #[arg(long, value_enum, value_name = "WHAT", hide_possible_values = true)]
    pub dsn_return: Option<DsnReturn>,

    /// An id that reports would repeat
    #[arg(long, value_name = "ID")]
    pub dsn_envid: Option<String>,

    /// Fail (94) if the server does not offer reports
    #[arg(long)]
    pub require_dsn: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct CheckOutputArgs {
    /// Print the report as one JSON object
    ///
    /// docs/json.md tells the keys, docs/check.schema.json is the schema.
    #[arg(long)]
    pub json: bool,

    /// Repeat TEXT in the JSON
    #[arg(long, value_name = "TEXT")]
    pub context: Option<String>,

    /// Show the phases on standard error; twice, the dialogue
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Show the dialogue, as -vv does
    #[arg(long)]
    pub trace: bool,

    /// Append what happens to FILE, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,

    /// Print no report, and one line if something would go wrong
    ///
    /// It beats --verbose and --trace.
    #[arg(short, long)]
    pub quiet: bool,

    /// Colour: auto, always or never
    ///
    /// auto, the default, uses it on a terminal, unless NO_COLOR is set or TERM is dumb.
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub color: When,

    /// End with ixp statuses, or with those of sysexits.h
    #[arg(
        long,
        value_enum,
        value_name = "SCHEME",
        default_value = "ixp",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub exit_codes: ExitCodes,
}

const SHORT: &str = "\
Examples:
  mailxport check --server mail.example.org
  mailxport check --server smtps://ada@mail.example.org --from ada@example.org --to you@example.org

Exit status: 0 a message would be accepted. 'mailxport explain N' tells about N.";

const LONG: &str = "\
Examples:
  What does this server offer, and is its certificate good?
    mailxport check --server mail.example.org

  Does the log-on work, and may I write to this recipient?
    mailxport check --server smtps://ada@mail.example.org --from ada@example.org --to you@example.org

  The same for a script: days until the first certificate expires
    mailxport check --server mail.example.org --json | jq .tls.first_to_expire_days_left

Exit status: 0 a message would be accepted; others are those of mailxport send, for the same reason.
'mailxport explain N' tells about N, mailxport-exit(7) about all of them.";
