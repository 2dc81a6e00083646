//! `mailxport compose`

use super::parts::PartsArgs;
use super::shared::ExitCodes;
use clap::Args;
use std::path::PathBuf;

/// Write a message (text, HTML, attachments) to standard output
///
/// Makes a message with its header (RFC 5322, MIME) of options and files and writes it to standard output, for send or for a
/// file. The text is standard input, unless --text names a file, --html makes a message without a plain text, or another
/// option takes standard input with '-'.
///
/// Everything is judged and opened before the first octet is written. Attachments are read while they are written, in constant
/// memory: of one that breaks off, or changes meanwhile, the message gets no end, and the exit status is not 0.
#[derive(Debug, Args)]
#[command(after_help = SHORT, after_long_help = LONG)]
pub struct ComposeArgs {
    /// The author: ada@example.org or 'Ada <ada@example.org>'
    #[arg(short, long, value_name = "ADDR")]
    pub from: String,

    /// A recipient or a comma list; may be repeated
    ///
    /// Display names, quotes and groups ('Team: a@example.org, b@example.org;') are kept. Without any recipient it is a draft.
    #[arg(long, value_name = "ADDR")]
    pub to: Vec<String>,

    /// The same for Cc
    #[arg(long, value_name = "ADDR")]
    pub cc: Vec<String>,

    /// The same for Bcc, which send leaves out on the way
    #[arg(long, value_name = "ADDR")]
    pub bcc: Vec<String>,

    /// Where answers go; may be repeated
    #[arg(long, value_name = "ADDR")]
    pub reply_to: Vec<String>,

    /// The subject
    ///
    /// Text of any script; it is encoded where it must be (RFC 2047).
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub subject: Option<String>,

    /// Another field, 'Name: value'; may be repeated
    ///
    /// A value in ASCII stands as it is, folded between words; other words are encoded. Fields with an option of their own,
    /// and those about MIME, are refused.
    #[arg(long, value_name = "FIELD")]
    pub header: Vec<String>,

    /// Take the plain text from FILE ('-': standard input)
    ///
    /// A text in ASCII goes as it is, one in UTF-8 as quoted-printable, or as base64 where most of it
    /// is not ASCII. A text that is not UTF-8
    /// is sent unchanged with the charset unknown-8bit, and a note says so. A last line without an end gets one. With --html the
    /// reader sees one or the other (multipart/alternative).
    #[arg(long, value_name = "FILE")]
    pub text: Option<PathBuf>,

    /// Take an HTML text from FILE ('-': standard input)
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,

    #[command(flatten)]
    pub parts: PartsArgs,

    /// Answer the message in FILE: In-Reply-To, References, Re:
    ///
    /// The message in FILE ('-': standard input) must have a Message-ID. Its subject is taken over with 'Re:' in front, unless
    /// --subject gives one. Recipients are not taken from it.
    #[arg(long, value_name = "FILE")]
    pub in_reply_to: Option<PathBuf>,

    /// The date [default: now, in UTC]
    ///
    /// As 'Sat, 21 Nov 2026 13:38:26 +0100' or 2026-11-21T13:38:26+01:00.
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,

    /// The Message-ID, or 'content' [default: one that no other message has]
    ///
    /// With 'content' it is made of the message itself, all of it but its date: the same message gets the same id whenever it is
    /// written, so that a second try of a script can be known for what it is. A stream is kept until it has ended then.
    #[arg(long, value_name = "ID")]
    pub message_id: Option<String>,

    /// Say nothing but what failed
    #[arg(short, long)]
    pub quiet: bool,

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

/// The word for an id that is made of the message.
pub const OF_CONTENT: &str = "content";

const SHORT: &str = "\
Examples:
  df -h | mailxport compose -f ops@x.example --to ada@x.example | mailxport send -t -
  mailxport compose -f ops@x.example --attach report.pdf < note.txt > draft.eml

Exit status: 0 the message is whole. 'mailxport explain N' tells about N.";

const LONG: &str = "\
Examples:
  The output of a command, straight to the server
    df -h | mailxport compose -f ops@example.org --to ada@example.org --subject disks |
      mailxport send -t - --server localhost:25

  A file and what a command prints, under names of their own; sent only if the message is whole
    mailxport compose -f ops@example.org --to ada@example.org --text note.txt \\
      --attach report-4711.pdf --name report.pdf \\
      --attach - --name dump.sql.gz --type application/gzip > note.eml < dump.sql.gz &&
      mailxport send -t note.eml --server localhost:25

  HTML that shows a picture as <img src=\"cid:logo.png\">
    mailxport compose -f ops@example.org --to ada@example.org --text note.txt --html note.html --inline logo.png

Exit status:
  0 if the message is whole; 2 16 17 37 if nothing was written: mend the command or the file; 10 35 37 if its end was not written.
  'mailxport explain N' tells about N, mailxport-exit(7) has them all.";
