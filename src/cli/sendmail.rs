//! `mailxport sendmail`: its place in the tree of commands. Its own grammar, which is not clap's, is in `submission`.

use clap::Args;
use std::ffi::OsString;

/// Take mail as sendmail(8) does, from cron, PHP, mutt and others
///
/// Called by the name sendmail, send-mail, mailq or newaliases, the program is this command. It reads a message on standard
/// input to its end, adds what is missing of its header, and hands it to the server of the configuration file at once. There
/// is no queue: whoever calls is told by the exit status, always one of sysexits.h. Standard output stays silent.
#[derive(Debug, Args)]
#[command(
    disable_help_flag = true,
    override_usage = "mailxport sendmail [OPTIONS] [--] [RECIPIENT]...",
    after_help = OPTIONS
)]
pub struct SendmailArgs {
    /// Options of sendmail(8), then recipients
    #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub words: Vec<OsString>,
}

const OPTIONS: &str = "\
Options (letters may be joined, values may be attached):
  -t                  Add the recipients in To, Cc and Bcc of the message
  -f ADDR, -r ADDR    The sender; '' is the null sender [default: account, message, caller]
  -F NAME             The full name in a From field that has to be added
  -i, -oi             A line of one dot is text, even where it is typed at a terminal
      --dot-eof       A line of one dot ends the message
  -N WHEN             Ask for delivery reports: never, or success,failure,delay
  -R WHAT, -V ID      What a report returns, full or hdrs; an id that it repeats
  -B TYPE             7BIT or 8BITMIME; the octets decide, and a note tells a difference
  -C FILE             Read the configuration from FILE
  -v                  Show the dialogue on standard error
  -X FILE, -L TAG     Append what happens to FILE, one JSON object a line, with this tag
  -bv                 Ask the server for the recipients, send nothing
  -bp                 Say that there is no queue (as mailq does)
  -bi, -I             Do nothing (as newaliases does)
  -oeq                Say nothing on standard error
      --help, --version

Taken without effect: -bm -A X -D X -G -h N -m -n -p X -U -d X -x X -o LETTER -O NAME=VALUE
Refused: -bs -q -odq, for there is no queue (69); -bd and other modes of a daemon (64)

Exit status: 0 the server has it for every recipient. 75 it does not have it and may later, or
nobody knows, and then the line on standard error says unknown. 69 only some recipients have it.";
