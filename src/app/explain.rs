//! `mailxport explain`: the table in words.

use super::guard;
use super::product;
use crate::cli::explain::ExplainArgs;
use crate::console::{explain, out};
use crate::terms::ixp::Ixp;
use crate::terms::printable::printable;

pub fn run(args: &ExplainArgs) -> u8 {
    let Some(word) = &args.word else {
        let table = if args.json { explain::json(Ixp::table()) } else { explain::table() };
        return product::end(&table, Ixp::ok());
    };
    let found = Ixp::find(word);
    if found.is_empty() {
        out::say(&format!("mailxport: no status is called \"{}\"\n", printable(word)));
        out::say("  hint: mailxport explain prints the whole table\n");
        return guard::status(Ixp::usage());
    }
    let stories = || found.iter().copied().map(explain::story).collect::<Vec<_>>().join("\n");
    let told = if args.json { explain::json(found.iter().copied()) } else { stories() };
    product::end(&told, Ixp::ok())
}
