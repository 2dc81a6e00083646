//! The exit-status table for people and for scripts.

use crate::terms::ixp::{Emitted, Ixp, Row};
use serde_json::{Value, json};

/// The whole table, what a run can end with, one line a status.
pub fn table() -> String {
    let mut text = String::from("exit  class      name                                  meaning\n");
    let mut rows: Vec<&Row> = Ixp::table().map(Ixp::row).collect();
    rows.sort_by_key(|row| row.exit);
    for row in rows {
        if let Some(exit) = row.exit.filter(|_| can_end_a_run(row)) {
            text.push_str(&format!(
                "{exit:>4}  {:<9}  {:<36}  {}\n",
                row.class.name(),
                row.name,
                row.meaning
            ));
        }
    }
    text.push_str("\nmailxport explain N tells what to do next.\n");
    text
}

/// One status in words.
pub fn story(ixp: Ixp) -> String {
    let row = ixp.row();
    let exit =
        row.exit.map_or_else(|| "never an exit status".to_owned(), |exit| format!("exit status {exit}"));
    let sysexit =
        row.sysexit.map_or_else(String::new, |status| format!(", {status} with --exit-codes sysexits"));
    let mut text = format!("{} ({}): {exit}{sysexit}\n", row.name, ixp.hresult_text());
    text.push_str(&format!("  {}\n", row.meaning));
    if row.exit.is_some() {
        text.push_str(&format!("  class {}\n", row.class.in_words()));
    }
    match row.emitted {
        Emitted::Never | Emitted::No => text.push_str("  no run of this build ends with it\n"),
        Emitted::ReplyOnly => text.push_str("  it names a reply of a server (server_hresult in the JSON)\n"),
        Emitted::Yes | Emitted::Rare => text.push_str(&format!("  what to do: {}\n", row.advice)),
    }
    text
}

fn can_end_a_run(row: &Row) -> bool {
    matches!(row.emitted, Emitted::Yes | Emitted::Rare)
}

pub fn json(rows: impl Iterator<Item = Ixp>) -> String {
    let rows: Vec<Value> = rows
        .map(|ixp| {
            let row = ixp.row();
            json!({
                "name": row.name,
                "hresult": ixp.hresult_text(),
                "exit": row.exit,
                "class": row.exit.map(|_| row.class.name()),
                "sysexit": row.sysexit,
                "meaning": row.meaning,
                "advice": row.advice,
            })
        })
        .collect();
    format!("{:#}\n", Value::from(rows))
}
