//! Options that every verb has which speaks to a server.

use crate::terms::amount;
use crate::terms::tls::{self, Fingerprint};
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Server")]
pub struct ServerArgs {
    /// HOST[:PORT], a URL or sink:DIR [env: MAILXPORT_SERVER]
    ///
    /// Without a port HOST is asked at 587. The URLs are smtp://HOST (port 25), submission://HOST (587), smtps://HOST (465),
    /// lmtp://HOST (24), smtp+unix:///PATH and lmtp+unix:///PATH. An IPv6 address stands in brackets. sink:DIR runs a mail
    /// server of its own for this one run and keeps the messages in the Maildir DIR. Where this option is not given the
    /// environment variable MAILXPORT_SERVER names the server, else the account does.
    #[arg(long, value_name = "SERVER")]
    pub server: Option<String>,

    /// Go by this account of the configuration file [default: by sender]
    ///
    /// Its settings stand for options that are not given, and beat the environment. Without this option it is the account
    /// whose senders fit --from or the sender of the message, else the one that the file names as its default; these are
    /// beaten by the environment. Where --server names another host than the account's server, the user, the password and
    /// whatever else belongs to that server are not used. mailxport(5) tells about the file, 'mailxport config show' what it
    /// comes to.
    #[arg(short, long, value_name = "NAME")]
    pub account: Option<String>,

    /// Read accounts from FILE; '' reads none [env: MAILXPORT_CONFIG]
    ///
    /// Default: the file that MAILXPORT_CONFIG names, else mailxport/config.toml in $XDG_CONFIG_HOME or ~/.config, else
    /// /etc/mailxport/config.toml, if there is one.
    #[arg(long, value_name = "FILE")]
    pub config: Option<OsString>,

    /// Greet the server with this name
    ///
    /// Default: the full name of this host if it has one, else the address of this end in brackets.
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

    /// Go through a proxy: socks5://[USER@]HOST[:1080] or http://[USER@]HOST[:8080]
    ///
    /// The name of the server is looked up at the proxy, and TLS is required by default wherever the server is. The password
    /// of USER comes from --proxy-password-file, else from the environment variable MAILXPORT_PROXY_PASSWORD. Neither way to
    /// speak to a proxy encrypts it, so it goes to one on another machine only with --auth-in-clear. -4, -6 and
    /// --source-address are for the connection to the proxy, and --connect-timeout is for the whole way through it.
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,

    /// Read the proxy's password from the first line of FILE ('-': standard input) [env: MAILXPORT_PROXY_PASSWORD]
    #[arg(long, value_name = "FILE", requires = "proxy")]
    pub proxy_password_file: Option<PathBuf>,

    /// Ask for TLS: required, opportunistic or off
    ///
    /// The default is required, but for loopback addresses and unix sockets, where it is opportunistic: it is used where it is
    /// offered, whatever the certificate. With off the message goes in clear, for everybody on the way to read.
    #[arg(long, value_enum, value_name = "WHEN", hide_possible_values = true)]
    pub tls: Option<TlsChoice>,

    /// Trust the authorities in FILE (PEM) instead of the system's
    ///
    /// It is read once and before the first packet, and so are the client's certificate and key: each may be a pipe.
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
    ///
    /// As any secret it is refused where others can read it; root may share a key of its own with a group.
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub client_key: Option<PathBuf>,

    /// The oldest TLS that is spoken: 1.2 or 1.3 [default: 1.2]
    #[arg(long, value_enum, value_name = "VERSION", hide_possible_values = true)]
    pub tls_min: Option<TlsMin>,

    /// Take any certificate, with a warning each time
    #[arg(long)]
    pub insecure: bool,

    /// Log on as NAME [env: MAILXPORT_USER]
    ///
    /// The password comes from --password-file or --password-command, else from MAILXPORT_PASSWORD, from the account, from
    /// the file mailxport.password in $CREDENTIALS_DIRECTORY, from netrc, or from a prompt on the terminal, the first of
    /// them that there is. There is no option for the password itself: every process list would show it.
    #[arg(short, long, value_name = "NAME")]
    pub user: Option<String>,

    /// Read the password from the first line of FILE ('-': standard input)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["password_command", "token_file", "token_command"])]
    pub password_file: Option<PathBuf>,

    /// Run CMD and take the first line of its output as the password
    #[arg(long, value_name = "CMD", conflicts_with_all = ["token_file", "token_command"])]
    pub password_command: Option<String>,

    /// Read an OAuth token from the first line of FILE ('-': standard input) [env: MAILXPORT_TOKEN]
    #[arg(long, value_name = "FILE", conflicts_with = "token_command")]
    pub token_file: Option<PathBuf>,

    /// Run CMD and take the first line of its output as an OAuth token
    #[arg(long, value_name = "CMD")]
    pub token_command: Option<String>,

    /// How to log on [default: auto, the strongest way that is offered]
    #[arg(long, value_enum, value_name = "HOW")]
    pub auth: Option<AuthChoice>,

    /// Let the password or token cross a connection in clear
    #[arg(long)]
    pub auth_in_clear: bool,

    /// Send by DATA even to a server that takes messages in chunks (CHUNKING)
    #[arg(long)]
    pub no_chunking: bool,

    /// Wait so long for a reply [default: by stage]
    ///
    /// The longest wait for one whole reply, and for the body to make progress. It replaces the limits of RFC 5321: five
    /// minutes for most stages, two for DATA, three for the body, ten for the verdict behind the message.
    #[arg(long, value_name = "SECONDS", value_parser = amount::seconds)]
    pub timeout: Option<Duration>,

    /// Wait so long for the verdict [default: 600]
    ///
    /// The verdict is the server's answer to the whole message. One that does not come in time leaves the outcome unknown
    /// (40), so a short limit does not pay.
    #[arg(long, value_name = "SECONDS", value_parser = amount::seconds)]
    pub dot_timeout: Option<Duration>,

    /// Wait so long for a connection [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = amount::seconds)]
    pub connect_timeout: Option<Duration>,

    /// End the whole run after so long
    #[arg(long, value_name = "SECONDS", value_parser = amount::seconds)]
    pub deadline: Option<Duration>,
}

/// The ways to log on, as words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuthChoice {
    Auto,
    None,
    Plain,
    Login,
    CramMd5,
    #[value(name = "scram-sha-1")]
    ScramSha1,
    #[value(name = "scram-sha-256")]
    ScramSha256,
    #[value(name = "xoauth2")]
    XOAuth2,
    #[value(name = "oauthbearer")]
    OAuthBearer,
    External,
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

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Envelope")]
pub struct EnvelopeArgs {
    /// The sender; '' is the null sender [default: of the message]
    ///
    /// Where it is not given the account names it, else the Sender field of the message, else its From field.
    #[arg(short, long, value_name = "ADDR")]
    pub from: Option<String>,

    /// A recipient or a comma list; may be repeated
    ///
    /// Display names and groups are understood, only their addresses are used. One that is named twice gets it once.
    #[arg(long, value_name = "ADDR")]
    pub to: Vec<String>,

    /// Take recipients from FILE, one a line
    ///
    /// '-' is standard input, '#' starts a comment.
    #[arg(long, value_name = "FILE")]
    pub to_file: Option<PathBuf>,

    /// Take recipients from To, Cc and Bcc of the message
    ///
    /// Where the message has Resent- fields, those of its last resending count instead.
    #[arg(short = 't', long)]
    pub recipients_from_headers: bool,

    /// Send to those accepted, even if others are refused
    ///
    /// Without it one refusal means that nothing is sent to anybody. The exit status is 41 or 42 where only some accepted
    /// it. Over LMTP recipients may be refused after the message was sent, with this option or without.
    #[arg(long)]
    pub partial: bool,

    /// Ask for delivery reports: never, or success,failure,delay
    ///
    /// One or more of success, failure and delay with commas between, or never. A server that does not offer reports (DSN)
    /// gets the message without the wish, and a note says so.
    #[arg(long, value_name = "WHEN")]
    pub dsn_notify: Option<String>,

    /// What a report returns of the message: full or headers
    #[arg(long, value_enum, value_name = "WHAT", hide_possible_values = true)]
    pub dsn_return: Option<DsnReturn>,

    /// An id that reports repeat
    #[arg(long, value_name = "ID")]
    pub dsn_envid: Option<String>,

    /// Send nothing (94) where reports are not offered
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

    /// Add nothing, leave nothing out, need no header
    ///
    /// Only line ends become CRLF and leading dots are doubled, as SMTP demands it.
    #[arg(long)]
    pub as_is: bool,

    /// Refuse what is larger (109); k, M, G are powers of 1024
    ///
    /// Counted are the octets on the wire, with CRLF line ends and added fields, before dots are doubled.
    #[arg(long, value_name = "N", value_parser = amount::size)]
    pub max_size: Option<u64>,
}

#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Another try")]
pub struct TriesArgs {
    /// Try what is put off so many times more
    ///
    /// Only what ended as temporary before the end of a message was written is tried again: greylisting, a server that is not
    /// there, a session that was lost. A refused log-on, an unknown outcome and a message that the server judged are not. With
    /// --partial only those recipients are named again that were not refused for good. The message keeps its Message-ID.
    #[arg(long, value_name = "N", default_value = "0", hide_default_value = true)]
    pub retry: u32,

    /// Wait so long before the next try [default: 20]
    ///
    /// Each further wait is three times as long, 15 minutes at most. A try that --deadline leaves no time for is not waited for.
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = amount::seconds,
        default_value = "20",
        hide_default_value = true,
        requires = "retry"
    )]
    pub retry_delay: Duration,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Print one JSON object a message on standard output
    ///
    /// docs/json.md tells the keys, docs/result.schema.json is the schema. Sentences for people go to standard error, and
    /// then only about what failed.
    #[arg(long)]
    pub json: bool,

    /// Repeat TEXT in the JSON
    #[arg(long, value_name = "TEXT")]
    pub context: Option<String>,

    /// Show a progress bar: auto, always or never
    ///
    /// auto, the default, shows one on a terminal, for what takes more than a moment.
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub progress: When,

    /// Show the phases; twice, the dialogue
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Show the dialogue, as -vv does
    ///
    /// Here and in --log a password or token reads (masked), and so does every word of the server's that holds one; of a
    /// secret of one or two letters, only a word that is all of it.
    #[arg(long)]
    pub trace: bool,

    /// Append what happens to FILE, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,

    /// Say nothing, but one line about each failure
    ///
    /// It beats --verbose, --trace and --progress.
    #[arg(short, long)]
    pub quiet: bool,

    /// Colour on standard error: auto, always or never
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
    ///
    /// ixp, the default, are those of mailxport-exit(7). With sysexits 75 means temporary or unknown. The JSON has the ixp
    /// status in both cases.
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
