//! `mailxport explain`

use clap::Args;

/// Tell what an exit status means and what to do next
///
/// Takes an exit status (25), an IXP name, with or without its prefix (IXP_E_TIMEOUT, timeout), or an HRESULT (0x800CCC19).
/// Without one it prints the whole table. A word that no row has ends with 2.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mailxport explain               the whole table\n  \
    mailxport explain 25            what status 25 means\n  \
    mailxport explain timeout       the same by name\n  \
    mailxport explain --json 40     the same for a script")]
pub struct ExplainArgs {
    /// An exit status, an IXP name or an HRESULT
    #[arg(value_name = "N|NAME")]
    pub word: Option<String>,

    /// Print JSON instead: an array, one object a row
    ///
    /// Each object has the keys name, hresult, exit, class, sysexit, meaning and advice. exit, class and sysexit are null
    /// where no run can end so.
    #[arg(long)]
    pub json: bool,
}
