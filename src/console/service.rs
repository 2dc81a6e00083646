//! What `config show --via` prints: each key of a service with its value and where it comes from.

use crate::terms::printable::{printable, printable_json};
use serde_json::{Map, Value, json};

/// A service as it is described.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub name: String,
    /// The file that describes it; none where it is built in.
    pub file: Option<String>,
    /// The service that it starts from.
    pub like: Option<String>,
    /// Every key there is.
    pub keys: Vec<Shown>,
}

#[derive(Clone, Debug)]
pub struct Shown {
    pub key: &'static str,
    /// One value or several; none where nothing is said.
    pub values: Option<Values>,
    /// The line of the file in which it stands.
    pub line: Option<usize>,
}

#[derive(Clone, Debug)]
pub enum Values {
    Text(String),
    Texts(Vec<String>),
    Numbers(Vec<u64>),
}

pub fn text(sheet: &Sheet) -> String {
    let origin = match (&sheet.file, &sheet.like) {
        (None, _) => "built in".to_owned(),
        (Some(file), None) => file.clone(),
        (Some(file), Some(like)) => format!("{file}, like {like}"),
    };
    let mut lines = vec![format!("via: {} ({origin})", sheet.name)];
    for Shown { key, values, line } in &sheet.keys {
        let Some(values) = values else { continue };
        let words = match values {
            Values::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Values::Texts(texts) => texts.join(", "),
            Values::Numbers(numbers) => numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
        };
        let place = match (line, &sheet.file) {
            (Some(line), Some(file)) => format!("{file}:{line}"),
            _ => "built in".to_owned(),
        };
        lines.push(format!("{key}: {words} ({place})"));
    }
    lines.iter().map(|line| printable(line).into_owned() + "\n").collect()
}

pub fn json(sheet: &Sheet) -> String {
    let entry = |shown: &Shown| {
        let value = match &shown.values {
            None => Value::Null,
            Some(Values::Text(text)) => json!(text),
            Some(Values::Texts(texts)) => json!(texts),
            Some(Values::Numbers(numbers)) => json!(numbers),
        };
        let source = match (&shown.values, shown.line) {
            (None, _) => None,
            (Some(_), Some(_)) => Some("file"),
            (Some(_), None) => Some("built-in"),
        };
        json!({ "value": value, "source": source, "line": shown.line })
    };
    let keys: Map<String, Value> =
        sheet.keys.iter().map(|shown| (shown.key.to_owned(), entry(shown))).collect();
    let object =
        json!({ "schema": 1, "service": sheet.name, "file": sheet.file, "like": sheet.like, "keys": keys });
    printable_json(&object.to_string()).into_owned() + "\n"
}
