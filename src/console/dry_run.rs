//! What `--dry-run` shows: the resolved envelope, the server, and what would change in the message.

use super::voice::name_of;
use crate::delivery::job::Letter;
use crate::message::open::Origin;
use crate::terms::printable::{printable, printable_json};
use serde_json::{Value, json};

/// The way that it would go.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    pub server: &'a str,
    /// The account in force.
    pub account: Option<&'a str>,
    pub partial: bool,
}

pub fn text(origin: &Origin, letter: &Letter, way: &Way<'_>) -> String {
    let server = way.server;
    let (envelope, message) = (&letter.envelope, &letter.message);
    let facts = message.facts();
    let mut lines = vec![
        format!("{}: would go to {server}", name_of(origin)),
        format!("  from:    <{}>", envelope.sender),
    ];
    if let Some(account) = way.account {
        lines.insert(1, format!("  account: {}", printable(account)));
    }
    for (at, recipient) in envelope.recipients.iter().enumerate() {
        lines.push(format!("  {} <{recipient}>", if at == 0 { "to:     " } else { "        " }));
    }
    let eight_bit = if facts.eight_bit { ", 8-bit" } else { "" };
    lines.push(format!(
        "  size:    {} octets on the wire, longest line {}{eight_bit}",
        message.size(),
        facts.longest_line
    ));
    if let Some(id) = &message.message_id {
        lines.push(format!("  id:      {}", printable(id)));
    }
    let changes = changes(letter);
    if changes.is_empty() {
        lines.push("  changes: none".to_owned());
    }
    lines.extend(changes.iter().map(|change| format!("  change:  {}", printable(change))));
    if way.partial {
        lines.push("  refused recipients would not stop it (--partial)".to_owned());
    }
    lines.join("\n") + "\n"
}

pub fn json(origin: &Origin, letter: &Letter, way: &Way<'_>) -> String {
    let (envelope, message) = (&letter.envelope, &letter.message);
    let recipients: Vec<Value> =
        envelope.recipients.iter().map(|address| json!(address.to_string())).collect();
    let name = match origin {
        Origin::StandardInput => "-".to_owned(),
        Origin::Path(path) => path.to_string_lossy().into_owned(),
    };
    let object = json!({
        "dry_run": true,
        "schema": 1,
        "message": name,
        "message_id": message.message_id,
        "size": message.size(),
        "server": way.server,
        "account": way.account,
        "from": envelope.sender.to_string(),
        "recipients": recipients,
        "partial": way.partial,
        "eight_bit": message.facts().eight_bit,
        "longest_line": message.facts().longest_line,
        "changes": changes(letter),
    });
    printable_json(&object.to_string()).into_owned() + "\n"
}

fn changes(letter: &Letter) -> Vec<String> {
    let changes = &letter.message.changes;
    let mut list = Vec::new();
    if changes.mbox_line {
        list.push("the mbox line in front is left out".to_owned());
    }
    if changes.blind_copies > 0 {
        list.push(format!("Bcc is left out ({} of it)", fields(changes.blind_copies)));
    }
    list.extend(changes.added.iter().map(|field| format!("added: {field}")));
    if changes.line_ends > 0 {
        list.push(format!(
            "{} get CRLF",
            if changes.line_ends == 1 { "1 line".to_owned() } else { format!("{} lines", changes.line_ends) }
        ));
    }
    list
}

fn fields(count: usize) -> String {
    if count == 1 { "1 field".to_owned() } else { format!("{count} fields") }
}
