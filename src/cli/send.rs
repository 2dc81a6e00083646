//! `mailxport send`

use super::shared::{EnvelopeArgs, MessageArgs, OutputArgs, ServerArgs, TriesArgs};
use crate::terms::amount::whole;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Send message files over one SMTP or LMTP session
///
/// Each FILE is a message with its header (RFC 5322); '-' is standard input. It is opened once, measured, and sent as lines
/// that end in CRLF. Bcc fields are left out, a missing Date or Message-ID is added, nothing else is touched. All files go
/// through one session; each has a result of its own, and one that fails does not stop the next.
///
/// What is wrong with the command, an address or a FILE is found before the first packet, and then nothing is sent.
#[derive(Debug, Args)]
#[command(after_help = SHORT, after_long_help = LONG)]
pub struct SendArgs {
    /// Message files; '-' is standard input
    #[arg(value_name = "FILE", required_unless_present = "files_from")]
    pub files: Vec<PathBuf>,

    /// Send the files that FILE lists too, one path a line
    ///
    /// '-' is standard input. A path is looked at when its turn comes: one that cannot be read fails alone. The paths stand
    /// as they are, without quotes.
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,

    /// Send over so many sessions side by side
    ///
    /// Each message goes over the first of them that is free. Reports come as outcomes are known, whatever the order of the
    /// files. Where the server allows fewer sessions the others do the work. There is no progress bar then, and the dialogue
    /// that -vv shows has the number of the session in front of each line.
    #[arg(long, value_name = "N", default_value = "1", hide_default_value = true, value_parser = jobs)]
    pub jobs: usize,

    /// Write the paths that are still to be sent to FILE
    ///
    /// One path a line, in the form that --files-from reads; FILE may be the one that it reads. Those that were refused,
    /// deferred or never tried are in it, those that are accepted, partly accepted or unknown are not: a second try sends
    /// nothing twice. FILE is put in place whole at the end, or written to where it is a device, a pipe or what standard output
    /// goes to; where nothing was attempted it stays as it was. It cannot be one of the messages, nor '-': ./- is a file of that
    /// name.
    #[arg(long, value_name = "FILE")]
    pub unsent: Option<PathBuf>,

    /// Show what would be sent, without any network
    ///
    /// Does everything that needs none: prints the server, the envelope and what would be changed in the message, with
    /// --json as one object a message.
    #[arg(long)]
    pub dry_run: bool,

    /// How a missing Message-ID is made: random or content
    ///
    /// With 'content' it is made of the message as it was given, its sender and its recipients: the same message to the same
    /// people has the same id in every run, so that a second try of a script can be known for what it is. The message is read
    /// once more.
    #[arg(
        long,
        value_enum,
        value_name = "HOW",
        default_value = "random",
        hide_possible_values = true,
        hide_default_value = true,
        conflicts_with = "as_is"
    )]
    pub message_id: IdOf,

    #[command(flatten)]
    pub server: ServerArgs,
    /// Name so many recipients at most in one transaction
    ///
    /// A message to more goes in several transactions, one after the other. Where a server takes fewer, those it takes get the message
    /// first; with --partial that is so without this option too, and one that says how many it takes (LIMITS, RFC 9422) gets no more
    /// at a time. A transaction that fails behind one that did not makes it 41 or 42.
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Envelope")]
    pub max_recipients: Option<usize>,

    #[command(flatten)]
    pub envelope: EnvelopeArgs,
    #[command(flatten)]
    pub message: MessageArgs,
    #[command(flatten)]
    pub tries: TriesArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What a message id is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IdOf {
    Random,
    Content,
}

const SHORT: &str = "\
Examples:
  mailxport send note.eml --to you@example.org --server sink:outbox
  mailxport send -t - --server localhost:25 < note.eml

Exit status: 0 every recipient accepted. 'mailxport explain N' tells about N.";

const LONG: &str = "\
Examples:
  Try it: the message is kept in ./outbox, nothing leaves this machine
    mailxport send note.eml --to you@example.org --server sink:outbox

  A message from a pipe, to those that its header names
    mailxport send -t - --server localhost:25 < note.eml

  Many messages over one session, and the second try of what is left
    mailxport send -t *.eml --server localhost:25 --unsent left.txt
    mailxport send -t --files-from left.txt --server localhost:25

  To those that the server accepts, with a result that a script can read
    mailxport send note.eml --to-file team.txt --partial --json

Exit status:
  0                      every recipient is accepted
  2 16 17 22 36 37 43 122 123  nothing was attempted: mend the command or the file
  4 5 14 15 18 19 25 35  not sent: try again later
  95 103 104 106 108     not sent: try again later
  40                     unknown: it may have arrived
  41 42                  some have it: do not send all of it again
  others                 refused for good
'mailxport explain N' tells about N, mailxport-exit(7) about all of them.";

fn at_least_one(text: &str) -> Result<usize, String> {
    let number = whole(text).and_then(|number| usize::try_from(number).ok());
    number.filter(|number| *number > 0).ok_or_else(|| format!("{text:?} is not a number from 1 on"))
}

fn jobs(text: &str) -> Result<usize, String> {
    let number = whole(text).and_then(|number| usize::try_from(number).ok());
    number
        .filter(|number| (1..=MOST_JOBS).contains(number))
        .ok_or_else(|| format!("{text:?} is not a number from 1 to {MOST_JOBS}"))
}

/// Sessions that one run may have.
const MOST_JOBS: usize = 64;
