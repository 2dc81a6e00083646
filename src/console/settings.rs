//! What `config show` prints: each setting with its value and its source, and never a secret.

use crate::terms::printable::{printable, printable_json};
use serde_json::{Map, Value, json};

/// All there is to show.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The configuration file, if one was read.
    pub file: Option<String>,
    pub account: Option<(String, Chooser)>,
    pub shown: Vec<Shown>,
    /// What of the account is not used.
    pub notes: Vec<String>,
}

/// What chose the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chooser {
    Option,
    Sender,
    Default,
}

#[derive(Clone, Debug)]
pub struct Shown {
    pub key: &'static str,
    pub stands: Stands,
    /// None where nothing says anything, and the default holds.
    pub origin: Option<Origin>,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Stands {
    Text(String),
    Flag(bool),
    Seconds(f64),
    List(Vec<String>),
    /// It is not for showing.
    Hidden,
    Nothing,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Option,
    Variable(&'static str),
    Account {
        account: String,
        table: String,
        line: usize,
    },
    /// A line of the file that belongs to no account.
    File {
        line: usize,
    },
    /// A file of the machine, or its name.
    Machine,
}

pub fn text(sheet: &Sheet) -> String {
    let mut lines = vec![match (&sheet.account, &sheet.file) {
        (Some((account, chooser)), _) => format!("account: {account} (by {})", words_of(*chooser)),
        (None, Some(_)) => "account: none (no --account, no sender of one, and no default)".to_owned(),
        (None, None) => "account: none (no configuration file)".to_owned(),
    }];
    lines.extend(sheet.file.iter().map(|file| format!("file: {file}")));
    lines.extend(sheet.shown.iter().map(|shown| line(shown, sheet.file.as_deref().unwrap_or(""))));
    lines.extend(sheet.notes.iter().map(|note| format!("note: {note}")));
    lines.iter().map(|line| printable(line).into_owned() + "\n").collect()
}

fn line(shown: &Shown, file: &str) -> String {
    let Shown { key, stands, origin } = shown;
    let value = match stands {
        Stands::Text(text) if text.is_empty() => "\"\"".to_owned(),
        Stands::Text(text) => text.clone(),
        Stands::Flag(on) => if *on { "yes" } else { "no" }.to_owned(),
        Stands::Seconds(seconds) => format!("{seconds} s"),
        Stands::List(texts) => texts.join(", "),
        Stands::Hidden => {
            return match origin {
                Some(origin) => format!("{key}: from {}", place(origin, file)),
                None => format!(
                    "{key}: from $CREDENTIALS_DIRECTORY, the netrc file or a prompt, if a user logs on"
                ),
            };
        }
        Stands::Nothing => silence(key).to_owned(),
    };
    let origin = origin.as_ref().map_or_else(|| "default".to_owned(), |origin| place(origin, file));
    format!("{key}: {value} ({origin})")
}

/// What the absence of a setting means.
fn silence(key: &str) -> &'static str {
    match key {
        "from" => "the Sender or From field of the message",
        "tls" => "required, but on this machine opportunistic",
        "ca-file" => "the authorities of the system",
        "tls-name" => "the name of the server",
        "helo" => "the name of this host, or its address",
        "timeout" => "by stage",
        _ => "none",
    }
}

fn place(origin: &Origin, file: &str) -> String {
    match origin {
        Origin::Option => "option".to_owned(),
        Origin::Variable(name) => format!("${name}"),
        Origin::File { line } => format!("{file}:{line}"),
        Origin::Machine => "this machine".to_owned(),
        Origin::Account { account, table, line } if account == table => {
            format!("account {account}, {file}:{line}")
        }
        Origin::Account { account, table, line } => {
            format!("account {account}, inherited from {table}, {file}:{line}")
        }
    }
}

fn words_of(chooser: Chooser) -> &'static str {
    match chooser {
        Chooser::Option => "--account",
        Chooser::Sender => "its senders",
        Chooser::Default => "default",
    }
}

pub fn json(sheet: &Sheet) -> String {
    let account = sheet.account.as_ref().map(|(name, chooser)| {
        let by = match chooser {
            Chooser::Option => "option",
            Chooser::Sender => "sender",
            Chooser::Default => "default",
        };
        json!({ "name": name, "chosen_by": by })
    });
    let settings: Map<String, Value> =
        sheet.shown.iter().map(|shown| (shown.key.to_owned(), entry(shown))).collect();
    let object = json!({
        "schema": 1,
        "file": sheet.file,
        "account": account,
        "settings": settings,
        "notes": sheet.notes,
    });
    printable_json(&object.to_string()).into_owned() + "\n"
}

fn entry(shown: &Shown) -> Value {
    let value = match &shown.stands {
        Stands::Text(text) => json!(text),
        Stands::Flag(on) => json!(on),
        Stands::Seconds(seconds) => json!(seconds),
        Stands::List(texts) => json!(texts),
        Stands::Hidden | Stands::Nothing => Value::Null,
    };
    let (source, variable, table, line) = match &shown.origin {
        None => ("default", None, None, None),
        Some(Origin::Option) => ("option", None, None, None),
        Some(Origin::Variable(name)) => ("environment", Some(*name), None, None),
        Some(Origin::File { line }) => ("file", None, None, Some(*line)),
        Some(Origin::Machine) => ("machine", None, None, None),
        Some(Origin::Account { table, line, .. }) => ("account", None, Some(table.as_str()), Some(*line)),
    };
    json!({ "value": value, "source": source, "variable": variable, "account": table, "line": line })
}
