//! What `--dry-run` shows: the resolved envelope, the server, and what would change in the message.

use super::record;
use super::voice::name_of;
use crate::delivery::job::Letter;
use crate::message::open::Origin;
use crate::terms::printable::{printable, printable_json};
use serde_json::{Value, json};

/// What is shown beside the letter itself.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    pub partial: bool,
    pub server: &'a str,
    /// The account in force.
    pub account: Option<&'a str>,
    /// Octets of the longest line.
    pub longest_line: u64,
}

pub fn text(origin: &Origin, letter: &Letter, shown: Shown<'_>) -> String {
    let Shown { partial, server, account, longest_line } = shown;
    let (envelope, message) = (&letter.envelope, &letter.message);
    let facts = message.facts();
    let mut lines = vec![
        format!("{}: would go to {server}", name_of(origin)),
        format!("  from:    <{}>", envelope.sender),
    ];
    if let Some(account) = account {
        lines.insert(1, format!("  account: {}", printable(account)));
    }
    for (at, recipient) in envelope.recipients.iter().enumerate() {
        lines.push(format!("  {} <{recipient}>", if at == 0 { "to:     " } else { "        " }));
    }
    let eight_bit = if facts.eight_bit { ", 8-bit" } else { "" };
    let size = message.size().map_or_else(|| "unknown".to_owned(), |size| size.to_string());
    lines.push(format!("  size:    {size} octets on the wire, longest line {longest_line}{eight_bit}"));
    if message.is_binary() {
        lines.push("  binary:  goes out octet for octet, to a server with BINARYMIME only".to_owned());
    }
    if let Some(id) = &message.message_id {
        lines.push(format!("  id:      {}", printable(id)));
    }
    let changes = changes(letter);
    if changes.is_empty() {
        lines.push("  changes: none".to_owned());
    }
    lines.extend(changes.iter().map(|change| format!("  change:  {}", printable(change))));
    if partial {
        lines.push("  refused recipients would not stop it (--partial)".to_owned());
    }
    lines.join("\n") + "\n"
}

pub fn json(origin: &Origin, letter: &Letter, shown: Shown<'_>) -> String {
    let Shown { partial, server, account, longest_line } = shown;
    let (envelope, message) = (&letter.envelope, &letter.message);
    let recipients: Vec<Value> =
        envelope.recipients.iter().map(|address| json!(address.to_string())).collect();
    let object = json!({
        "dry_run": true,
        "schema": 1,
        "message": record::path(origin),
        "message_id": message.message_id,
        "size": message.size(),
        "server": server,
        "account": account,
        "from": envelope.sender.to_string(),
        "recipients": recipients,
        "partial": partial,
        "eight_bit": message.facts().eight_bit,
        "longest_line": longest_line,
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
