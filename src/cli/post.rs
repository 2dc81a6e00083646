//! `mailxport post`

use super::shared::{OutputArgs, TlsMin};
use crate::terms::amount;
use crate::terms::tls::{self, Fingerprint};
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Post a message, or any stream, to the URL of a resource
///
/// The body of the request is FILE octet for octet: no field is added or left out, no line end is changed. A file goes out
/// with its length; a pipe is kept aside first, so that its length is known, unless --size declares it or --chunked does
/// without. A stream that is shorter or longer than it was declared is never sent whole.
///
/// Only a complete answer with a status of 200 to 299 counts as sent. A redirect is followed only where scheme, host, port,
/// method and body stay what they are (307 and 308, five times at most).
#[derive(Debug, Args)]
#[command(after_help = SHORT, after_long_help = LONG)]
pub struct PostArgs {
    /// The complete URL of the resource, https://HOST/PATH or http://…
    ///
    /// With --via it may be left out where the service has one.
    #[arg(value_name = "URL", required_unless_present_any = ["url_file", "via"])]
    pub url: Option<String>,

    /// What is posted; '-', the default, is standard input
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Read the URL from the first line of FILE ('-': standard input)
    ///
    /// It keeps a URL that is a secret in itself, such as a presigned one, out of every process list. Others must not be able
    /// to read FILE.
    #[arg(long, value_name = "FILE")]
    pub url_file: Option<PathBuf>,

    #[command(flatten)]
    pub service: ServiceArgs,
    #[command(flatten)]
    pub request: RequestArgs,
    #[command(flatten)]
    pub mail: HttpMailArgs,
    #[command(flatten)]
    pub server: PostServerArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Request")]
pub struct RequestArgs {
    /// The type of what is posted [default: message/rfc822]
    ///
    /// Where the header of the message has UTF-8 in it, the default is message/global.
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,

    /// Ask by POST or by PUT [default: POST]
    #[arg(long, value_enum, value_name = "METHOD", hide_possible_values = true, ignore_case = true)]
    pub method: Option<MethodChoice>,

    /// Add a field to the request; may be repeated
    ///
    /// Its value is never shown, for it may be a key. A password or token has options of its own.
    #[arg(long, value_name = "'NAME: VALUE'")]
    pub header: Vec<String>,

    /// The body has exactly N octets; k, M, G are powers of 1024
    ///
    /// A pipe is then read as it goes out. One that has fewer or more ends the run with 10, and nothing is taken for sent.
    #[arg(long, value_name = "N", value_parser = amount::size, conflicts_with = "chunked")]
    pub size: Option<u64>,

    /// Send a pipe as it comes, without its length
    ///
    /// Some servers do not take such a request, and those that limit the size find out late.
    #[arg(long)]
    pub chunked: bool,

    /// Try N more times what is not sent for now [default: 0]
    ///
    /// What may be with the server is tried again only with --idempotency-key, and a pipe that was read as it went out is not.
    #[arg(long, value_name = "N", default_value = "0", hide_default_value = true)]
    pub retry: u32,

    /// Wait so long before the next try [default: 20]
    ///
    /// Each further wait is three times as long, 15 minutes at most. Where the server asks for another by Retry-After, that is
    /// waited, up to an hour. A try that --deadline leaves no time for is not waited for.
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = amount::seconds,
        default_value = "20",
        hide_default_value = true,
        requires = "retry"
    )]
    pub retry_delay: Duration,

    /// Send Idempotency-Key: KEY, or one made of URL and body (auto)
    ///
    /// A server that knows the field takes two requests of one key for one, so that an unknown outcome can be tried again.
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,

    /// Write the body of the answer to FILE ('-': standard output)
    ///
    /// FILE keeps what it has until there is an answer with a body, or a success without one. It is opened before anything is
    /// sent; a device or a pipe is written to, and a link stays one.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Service")]
pub struct ServiceArgs {
    /// Post in the form of a service: gmail, graph, mailgun, jmap or one of your own
    ///
    /// The service has a URL, a form of the body, a limit of size, and its own way to say in a success that it is none;
    /// mailxport(5) tells how one is described. JMAP uploads the message, imports it among the drafts and submits it, with the
    /// envelope that --from and --to name. A service that takes the recipients from the header of the message takes no
    /// others.
    #[arg(
        long, value_name = "NAME", group = "addressed",
        conflicts_with_all = ["envelope", "discover", "save_in_sent", "method", "content_type", "chunked"]
    )]
    pub via: Option<String>,

    /// Take recipients from To, Cc and Bcc of the message
    #[arg(short = 't', long)]
    pub recipients_from_headers: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "HTTPMail")]
pub struct HttpMailArgs {
    /// Put the envelope in front of the message, as HTTPMail has it
    ///
    /// MAIL FROM and RCPT TO lines and an empty one; the type is then message/rfc821. Nothing else of the message changes.
    #[arg(long, group = "addressed")]
    pub envelope: bool,

    /// The sender; '' is the null sender [default: of the account]
    #[arg(short, long, value_name = "ADDR", requires = "addressed")]
    pub from: Option<String>,

    /// A recipient or a comma list; may be repeated
    #[arg(long, value_name = "ADDR", requires = "addressed")]
    pub to: Vec<String>,

    /// Take recipients from FILE, one a line
    #[arg(long, value_name = "FILE", requires = "addressed")]
    pub to_file: Option<PathBuf>,

    /// Ask the server to keep a copy among the sent messages
    #[arg(long)]
    pub save_in_sent: bool,

    /// URL is the root of a mailbox: ask there for the place for messages first
    ///
    /// A PROPFIND finds sendmsg, and the message goes there. Its redirects are followed, but never from https to http, and a
    /// password goes to no other host than that of the URL. A server that names no such place ends the run with 84.
    #[arg(long)]
    pub discover: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MethodChoice {
    #[value(name = "POST")]
    Post,
    #[value(name = "PUT")]
    Put,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub struct PostServerArgs {
    /// Go by this account of the configuration file [default: the file's own]
    ///
    /// What makes sense for a post is used of it: certificates, proxy and limits of time. What belongs to the account's server
    /// is used only where that is the host of the URL.
    #[arg(short, long, value_name = "NAME")]
    pub account: Option<String>,

    /// Read accounts from FILE; '' reads none [env: MAILXPORT_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub config: Option<OsString>,

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
    /// The name of the host is looked up at the proxy. An HTTP proxy is asked for a way through (CONNECT) for http:// too.
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,

    /// Read the proxy's password from the first line of FILE ('-': standard input) [env: MAILXPORT_PROXY_PASSWORD]
    #[arg(long, value_name = "FILE", requires = "proxy")]
    pub proxy_password_file: Option<PathBuf>,

    /// Trust the authorities in FILE (PEM) instead of the system's
    ///
    /// It is read once and before the first packet, and so are the client's certificate and key: each may be a pipe.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// Take the certificate with this fingerprint, sha256:HEX, whatever its chain, name and date; repeatable
    #[arg(long, value_name = "PRINT", value_parser = tls::fingerprint, conflicts_with = "insecure")]
    pub tls_fingerprint: Vec<Fingerprint>,

    /// Connect to the unix socket PATH, whatever the host of the URL
    #[arg(long, value_name = "PATH", conflicts_with_all = ["proxy", "proxy_password_file", "ipv4", "ipv6", "source_address"])]
    pub unix_socket: Option<PathBuf>,

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
    /// A password answers the challenge of the server, by Digest where that is offered, else by Basic. It comes from
    /// --password-file or --password-command, else from MAILXPORT_PASSWORD, from the account, from the file
    /// mailxport.password in $CREDENTIALS_DIRECTORY, from netrc, or from a prompt on the terminal, the first of them that
    /// there is. The variables are not used where MAILXPORT_SERVER names another host, or another
    /// port of this machine.
    #[arg(short, long, value_name = "NAME")]
    pub user: Option<String>,

    /// Read the password from the first line of FILE ('-': standard input)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["password_command", "token_file", "token_command"])]
    pub password_file: Option<PathBuf>,

    /// Run CMD and take the first line of its output as the password
    #[arg(long, value_name = "CMD", conflicts_with_all = ["token_file", "token_command"])]
    pub password_command: Option<String>,

    /// Read a token (Bearer) from the first line of FILE ('-': standard input) [env: MAILXPORT_TOKEN]
    #[arg(long, value_name = "FILE", conflicts_with = "token_command")]
    pub token_file: Option<PathBuf>,

    /// Run CMD and take the first line of its output as a token (Bearer)
    #[arg(long, value_name = "CMD")]
    pub token_command: Option<String>,

    /// Let a password (Basic) or token cross a connection in clear
    #[arg(long)]
    pub auth_in_clear: bool,

    /// Wait so long for the body to make progress, and for the answer [default: 180 and 600]
    ///
    /// A source that is silent is waited for as long as it takes.
    #[arg(long, value_name = "SECONDS", value_parser = amount::seconds)]
    pub timeout: Option<Duration>,

    /// Wait so long for a connection, and for its TLS [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = amount::seconds)]
    pub connect_timeout: Option<Duration>,

    /// End the whole run after so long
    #[arg(long, value_name = "SECONDS", value_parser = amount::seconds)]
    pub deadline: Option<Duration>,
}

const SHORT: &str = "\
Examples:
  mailxport post https://mail.example.org/inbound note.eml
  generate | mailxport post https://mail.example.org/inbound --size 1G

Exit status: 0 the server took it. 'mailxport explain N' tells about N.";

const LONG: &str = "\
Examples:
  A message as the body of a request
    mailxport post https://mail.example.org/inbound note.eml

  A stream of known length, in constant memory
    generate | mailxport post https://mail.example.org/inbound --size 1G

  Keep a secret URL out of every process list, and try again what is put off
    mailxport post --url-file url.txt note.eml --retry 5 --deadline 600

  Put a file in its place, and see what the server says
    mailxport post https://files.example.org/note.eml note.eml --method PUT --output -

Exit status:
  0                      the server took it
  2 16 17 22 36 37 43    nothing was attempted: mend the command or the file
  4 14 15 18 19 25 35    not sent: try again later
  56 61 80               put off by the server: try again later
  122 123                nothing was attempted: --from and --to complete the envelope
  10                     the body is not as long as it was declared
  40 63 81               unknown: it may have arrived
  others                 refused for good
'mailxport explain N' tells about N, mailxport-exit(7) about all of them.";
