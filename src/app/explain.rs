//! `mailxport explain`: the table in words.

use super::guard;
use crate::cli::explain::ExplainArgs;
use crate::console::{explain, out};
use crate::terms::ixp::Ixp;
use crate::terms::printable::printable;

pub fn run(args: &ExplainArgs) -> u8 {
    let Some(word) = &args.word else {
        out::data(&if args.json { explain::json(Ixp::table()) } else { explain::table() });
        return 0;
    };
    let found = Ixp::find(word);
    if found.is_empty() {
        out::say(&format!("mailxport: no status is called \"{}\"\n", printable(word)));
        out::say("  hint: mailxport explain prints the whole table\n");
        return guard::status(Ixp::usage());
    }
    if args.json {
        out::data(&explain::json(found.into_iter()));
    } else {
        let stories: Vec<String> = found.into_iter().map(explain::story).collect();
        out::data(&stories.join("\n"));
    }
    0
}
