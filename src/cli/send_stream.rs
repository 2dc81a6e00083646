//! `mailxport send-stream`

use super::shared::{EnvelopeArgs, MessageArgs, OutputArgs, ServerArgs, TriesArgs};
use crate::terms::{amount, tls};
use clap::Args;

/// Send standard input, told beforehand to be exactly N octets
///
/// The message is taken from standard input and handed on as it comes, in constant memory. Its end is sent only if the stream
/// ended after exactly N octets: a producer that dies half-way, or goes on too long, delivers nothing (10). Only the header,
/// at most 256 KiB, is read before the recipients are named.
///
/// A stream larger than the server takes is refused (109) before standard input is read. How long the producer may be silent
/// is for --deadline to say; --timeout is for the server. Lines go out with CRLF, Bcc fields are left out, and a missing Date
/// or Message-ID is added, as by send.
#[derive(Debug, Args)]
#[command(after_help = SHORT, after_long_help = LONG)]
pub struct SendStreamArgs {
    /// The octets of the stream; k, M, G are powers of 1024 [default: the length, if it is a file]
    ///
    /// Counted are the octets as given, before line ends become CRLF.
    #[arg(long, value_name = "N", value_parser = amount::size)]
    pub size: Option<u64>,

    /// End the message only if the stream has this SHA-256, in hexadecimal
    #[arg(long, value_name = "HEX", value_parser = tls::sha256)]
    pub sha256: Option<[u8; 32]>,

    #[command(flatten)]
    pub server: ServerArgs,
    #[command(flatten)]
    pub envelope: EnvelopeArgs,
    #[command(flatten)]
    pub message: MessageArgs,
    #[command(flatten)]
    pub tries: TriesArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

const SHORT: &str = "\
Examples:
  mailxport send-stream -t --server sink:outbox < note.eml
  make-report | mailxport send-stream --size \"$size\" -t --server localhost:25

Exit status: 0 every recipient accepted, 10 the stream had another size. 'mailxport explain N' tells about N.";

const LONG: &str = "\
Examples:
  A file, whose length is the size
    mailxport send-stream -t --server sink:outbox < note.eml

  A stream whose size is known beforehand
    make-report | mailxport send-stream --size \"$size\" -t --server localhost:25

  The same, if it also is the right one
    make-report | mailxport send-stream --size \"$size\" --sha256 \"$sum\" -t --server localhost:25

Exit status:
  0 if every recipient was accepted, 10 if the stream had another size or another SHA-256 and nothing was delivered.
  'mailxport explain N' tells about N, mailxport-exit(7) has them all.";
