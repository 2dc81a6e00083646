//! The options of `mailxport sink`.

use std::path::PathBuf;

use clap::Args;

use crate::sink::{Delay, Extension, Hangup, Listen, Refusal};
use crate::terms::amount::size;

/// Run a small local mail server that keeps what it is sent
///
/// It speaks SMTP and, to a client that says LHLO, LMTP. A message is answered with 250 when it is on the disk: byte for
/// byte as it was on the wire (line ends are CRLF, doubled dots are single again) in DIR/new, its envelope beside it in
/// DIR/envelopes. Without --maildir messages are taken, reported and kept nowhere.
///
/// The address it listens on is the first line of standard output; then comes one line a message, written before the
/// message is answered. It ends after --count messages or on a signal.
#[derive(Debug, Clone, Args)]
#[command(after_help = SHORT, after_long_help = EXAMPLES)]
pub struct SinkArgs {
    /// IP:PORT or unix:/PATH [default: a free port of 127.0.0.1]
    ///
    /// Port 0 takes a free one; an IPv6 address stands in brackets. May be repeated: one server listens on all of them.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", hide_default_value = true)]
    pub listen: Vec<Listen>,

    /// Allow an address that other machines can reach
    #[arg(long)]
    pub allow_remote: bool,

    /// Keep messages in this Maildir
    ///
    /// It is made if it is missing. A directory that holds anything else is refused.
    #[arg(long, value_name = "DIR", conflicts_with = "discard")]
    pub maildir: Option<PathBuf>,

    /// Keep nothing, on purpose
    ///
    /// Messages are taken, counted and reported.
    #[arg(long)]
    pub discard: bool,

    /// End with status 0 after N messages
    ///
    /// They were all taken and answered then; a message beyond them gets 421.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,

    /// Write JSON, one object a line
    ///
    /// First comes {"listening":[..]}, then one object a message; docs/sink.md tells the keys.
    #[arg(long)]
    pub json: bool,

    /// Refuse larger messages; k, M, G are powers of 1024
    #[arg(long, value_name = "N", value_parser = size)]
    pub max_size: Option<u64>,

    /// Take N recipients a message, and say so; the others get 452
    ///
    /// It is said by the extension LIMITS (RFC 9422), which --without limits leaves out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=999_999))]
    pub max_recipients: Option<u32>,

    /// Do without an extension, or a comma list of them; may be repeated
    ///
    /// One of pipelining, size, 8bitmime, smtputf8, dsn, chunking, enhancedstatuscodes, limits, starttls, auth; ehlo takes EHLO itself away.
    #[arg(long, value_name = "EXT", value_delimiter = ',')]
    pub without: Vec<Extension>,

    /// The name in the greeting [default: this machine's]
    #[arg(long, value_name = "NAME")]
    pub hostname: Option<String>,

    /// Offer TLS with a certificate made for this run
    ///
    /// It is for localhost, 127.0.0.1, ::1 and the name in the greeting. Its fingerprint is printed behind the address, for
    /// mailxport send --tls-fingerprint.
    #[arg(long, conflicts_with = "tls_cert", group = "certificate")]
    pub tls_self_signed: bool,

    /// Offer TLS with this certificate (PEM, the chain behind it)
    #[arg(long, value_name = "FILE", requires = "tls_key", group = "certificate")]
    pub tls_cert: Option<PathBuf>,

    /// The key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert", conflicts_with = "tls_self_signed")]
    pub tls_key: Option<PathBuf>,

    /// Begin TLS with the first octet, not by STARTTLS
    #[arg(long, requires = "certificate")]
    pub implicit: bool,

    /// Let USER log on with the first line of FILE as the password; may be repeated
    ///
    /// AUTH PLAIN and LOGIN are offered under TLS, and nobody sends without a log-on. A FILE that others can read is
    /// refused.
    #[arg(long, value_name = "USER:FILE", value_parser = user_file)]
    pub auth: Vec<(String, PathBuf)>,

    /// Let passwords cross a connection in clear
    #[arg(long, requires = "auth")]
    pub auth_in_clear: bool,

    /// Refuse with CODE at a stage; may be repeated
    ///
    /// Stages: greeting, ehlo, starttls, auth (user and password have come), mail, rcpt, data, body (the first octets have come), dot (the whole message has come), rset,
    /// quit. With a pattern only the addresses that match are refused: * stands for anything; it is held against the name
    /// at ehlo, the user at auth, the sender at mail, the recipient at rcpt, and any recipient at data, body and dot (over LMTP each recipient
    /// for itself at dot). <> is the null sender. The first that fits counts.
    #[arg(long, value_name = "STAGE=CODE[:PATTERN]")]
    pub reject: Vec<Refusal>,

    /// Hang up at a stage without a word; may be repeated
    ///
    /// The stages of --reject and one more: reply (the message is kept and on the disk, its reply is never sent). At dot
    /// nothing is kept.
    #[arg(long, value_name = "STAGE[:PATTERN]")]
    pub drop: Vec<Hangup>,

    /// Wait at a stage (ms, s or m); may be repeated
    ///
    /// The wait comes before anything else happens there.
    #[arg(long, value_name = "STAGE=TIME")]
    pub delay: Vec<Delay>,
}

/// Splits `USER:FILE`.
fn user_file(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once(':') {
        Some((user, file)) if !user.is_empty() && !file.is_empty() => Ok((user.into(), file.into())),
        _ => Err(format!("`{text}` is not USER:FILE")),
    }
}

const SHORT: &str = "\
Examples:
  mailxport sink --maildir outbox
  mailxport sink --reject 'rcpt=550:bad@*'
  mailxport sink --maildir outbox --drop reply";

const EXAMPLES: &str = "\
Examples:
  Keep messages in ./outbox, on a port of the sink's choice:
    mailxport sink --maildir outbox

  Wait for one message in a test script, then look at it:
    mailxport sink --listen 127.0.0.1:2525 --maildir outbox --count 1 --json

  See what a script does when the server does not want somebody, or nobody at all for now:
    mailxport sink --reject 'rcpt=550:bad@*'
    mailxport sink --reject dot=451

  See what it does when the verdict never comes: the message was lost, or was kept:
    mailxport sink --drop dot
    mailxport sink --maildir outbox --drop reply

  Try STARTTLS and a log-on, the right one and one that is refused:
    mailxport sink --tls-self-signed --auth alice:password.txt
    mailxport sink --tls-self-signed --auth alice:password.txt --reject auth=535

  An old and slow server:
    mailxport sink --without ehlo --delay data=2s";
