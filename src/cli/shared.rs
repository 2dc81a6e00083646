//! Options that every verb has which speaks to a server.

use crate::terms::amount;
use crate::terms::tls::{self, Fingerprint};
use clap::{Args, ValueEnum};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub struct ServerArgs {
    /// HOST[:PORT], a URL (smtp, submission, smtps, lmtp, smtp+unix, lmtp+unix), or sink:DIR
    ///
    /// Port 465 is TLS from the first byte, 587 (and no port) is submission, 25 is smtp. IPv6 stands in brackets. sink:DIR
    /// runs a mail server of its own for this one run and keeps the messages in the Maildir DIR. The environment variable
    /// MAILXPORT_SERVER names one where this option does not.
    #[arg(long, value_name = "SERVER")]
    pub server: Option<String>,

    /// The name to greet with [default: the full name of this host, else an address literal]
    #[arg(long, value_name = "NAME")]
    pub helo: Option<String>,

    /// Use IPv4 only
    #[arg(short = '4', conflicts_with = "ipv6")]
    pub ipv4: bool,

    /// Use IPv6 only
    #[arg(short = '6')]
    pub ipv6: bool,

    /// Connect from this address
    #[arg(long, value_name = "IP")]
    pub source_address: Option<IpAddr>,

    /// TLS: required, opportunistic or off [default: required, but on this machine itself]
    #[arg(long, value_enum, value_name = "WHEN")]
    pub tls: Option<TlsChoice>,

    /// Trust the authorities in FILE (PEM) instead of the system's
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable
    #[arg(long, value_name = "PRINT", value_parser = tls::fingerprint, conflicts_with = "insecure")]
    pub tls_fingerprint: Vec<Fingerprint>,

    /// Check the certificate for NAME, and send that, instead of the host's name
    #[arg(long, value_name = "NAME")]
    pub tls_name: Option<String>,

    /// Show this certificate (PEM, the chain behind it)
    #[arg(long, value_name = "FILE")]
    pub client_cert: Option<PathBuf>,

    /// The key of the client certificate [default: in the same file]
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub client_key: Option<PathBuf>,

    /// The oldest TLS that is spoken
    #[arg(long, value_enum, value_name = "VERSION", default_value = "1.2")]
    pub tls_min: TlsMin,

    /// Take any certificate, with a warning each time
    #[arg(long)]
    pub insecure: bool,

    /// Log on as this user (MAILXPORT_USER)
    #[arg(short, long, value_name = "NAME")]
    pub user: Option<String>,

    /// The longest wait for one reply, and for the body to make progress [default: RFC 5321's for each stage]
    #[arg(long, value_name = "SECONDS", value_parser = amount::seconds)]
    pub timeout: Option<Duration>,

    /// The longest wait for the verdict on the message [default: 600]
    #[arg(long, value_name = "SECONDS", value_parser = amount::seconds)]
    pub dot_timeout: Option<Duration>,

    /// The longest wait for a connection [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = amount::seconds)]
    pub connect_timeout: Option<Duration>,

    /// The longest time for the whole run
    #[arg(long, value_name = "SECONDS", value_parser = amount::seconds)]
    pub deadline: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TlsMin {
    #[value(name = "1.2")]
    Tls12,
    #[value(name = "1.3")]
    Tls13,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TlsChoice {
    Required,
    Opportunistic,
    Off,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Envelope")]
pub struct EnvelopeArgs {
    /// The sender; '' is the null sender [default: Sender or From of the message]
    #[arg(short, long, value_name = "ADDR")]
    pub from: Option<String>,

    /// Recipients: an address or a comma list, repeatable; of display names and groups only the addresses are used
    #[arg(long, value_name = "ADDR")]
    pub to: Vec<String>,

    /// A file with one recipient a line ('-': standard input); '#' starts a comment
    #[arg(long, value_name = "FILE")]
    pub to_file: Option<PathBuf>,

    /// Take recipients from To, Cc and Bcc of the message, or from its Resent- fields if there are any
    #[arg(short = 't', long)]
    pub recipients_from_headers: bool,

    /// Send to the recipients that were accepted; without it one refusal means that nothing is sent to anybody
    #[arg(long)]
    pub partial: bool,

    /// Ask for delivery reports: never, or any of success,failure,delay
    #[arg(long, value_name = "WHEN")]
    pub dsn_notify: Option<String>,

    /// What a report returns of the message
    #[arg(long, value_enum, value_name = "WHAT")]
    pub dsn_return: Option<DsnReturn>,

    /// An id that reports repeat
    #[arg(long, value_name = "ID")]
    pub dsn_envid: Option<String>,

    /// Refuse to send (94) where the server does not offer delivery reports
    #[arg(long)]
    pub require_dsn: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DsnReturn {
    Full,
    Headers,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Message")]
pub struct MessageArgs {
    /// Leave Bcc fields in
    #[arg(long)]
    pub keep_bcc: bool,

    /// Send the message as it stands: nothing added, nothing left out, no header needed; only line ends and dots by the rules
    #[arg(long)]
    pub as_is: bool,

    /// Refuse (109) what has more octets on the wire; k, M and G are powers of 1024
    #[arg(long, value_name = "N", value_parser = amount::size)]
    pub max_size: Option<u64>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Print one JSON object a message on standard output
    #[arg(long)]
    pub json: bool,

    /// A text that the JSON repeats
    #[arg(long, value_name = "TEXT")]
    pub context: Option<String>,

    /// Show a progress bar on standard error; auto: on a terminal, for what takes more than a moment
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub progress: When,

    /// Show the phases; twice: the dialogue
    #[arg(short, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Show the dialogue, as -vv does
    #[arg(long)]
    pub trace: bool,

    /// Append what happens to FILE, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,

    /// Say nothing but one line about a failure
    #[arg(short)]
    pub quiet: bool,

    /// Colour on standard error (NO_COLOR turns auto off)
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub color: When,

    /// The exit statuses: this program's own, or those of sysexits.h
    #[arg(long, value_enum, value_name = "SCHEME", default_value = "ixp")]
    pub exit_codes: ExitCodes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExitCodes {
    Ixp,
    Sysexits,
}
