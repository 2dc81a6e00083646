//! `mailxport explain`

use clap::Args;

/// Tell what an exit status means and what to do next
///
/// Takes an exit status (25), an IXP name (IXP_E_TIMEOUT, or timeout) or an HRESULT (0x800CCC19). Without one it prints
/// the whole table.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mailxport explain\n  mailxport explain $?\n  mailxport explain timeout\n  \
                        mailxport explain --json"
)]
pub struct ExplainArgs {
    /// An exit status, an IXP name or an HRESULT
    #[arg(value_name = "N|NAME")]
    pub word: Option<String>,

    /// Print JSON: an array of name, hresult, exit, class, sysexit, meaning, advice
    #[arg(long)]
    pub json: bool,
}
