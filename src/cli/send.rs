//! `mailxport send`

use super::shared::{EnvelopeArgs, MessageArgs, OutputArgs, ServerArgs};
use clap::Args;
use std::path::PathBuf;

/// Send message files over one SMTP or LMTP session
///
/// Each FILE is an RFC 5322 message; '-' is standard input. It is opened once, measured, and sent from that descriptor as
/// lines that end in CRLF. A Bcc field is left out, a missing Date or Message-ID is added, nothing else is touched. All files
/// go through one session; each has a result of its own, and one that fails does not stop the next.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mailxport send note.eml --to ada@example.org --server mail.example.net\n  \
    mailxport send -t - < note.eml\n  \
    mailxport send *.eml --to ops@example.org --unsent left.txt\n  \
    mailxport send note.eml --to you@example.org --server sink:outbox\n\n\
    Exit status: 0 accepted for every recipient; 14 15 25 103 104 106 108 try again; 40 unknown: it may have arrived;\n\
    41 42 only some have it; 2 16 17 37 mend the command or the file. mailxport explain N tells more.")]
pub struct SendArgs {
    /// Message files ('-': standard input)
    #[arg(value_name = "FILE", required_unless_present = "files_from")]
    pub files: Vec<PathBuf>,

    /// A file with one message path a line ('-': standard input)
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,

    /// Write the paths that are still to be sent to FILE, one a line
    #[arg(long, value_name = "FILE")]
    pub unsent: Option<PathBuf>,

    /// Do everything that needs no network and show what would be sent
    #[arg(long)]
    pub dry_run: bool,

    #[command(flatten)]
    pub server: ServerArgs,
    #[command(flatten)]
    pub envelope: EnvelopeArgs,
    #[command(flatten)]
    pub message: MessageArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}
