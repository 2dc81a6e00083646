//! Whatever the subject, the names and the text are, Python's email package reads them back: many messages, one reader.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::composed;
use crate::papers::{installed, output};

const MESSAGES: usize = 250;

/// What a message is made of.
#[derive(Clone, Debug)]
struct Wish {
    subject: String,
    from: String,
    to: Vec<String>,
    text: String,
    html: Option<String>,
    files: Vec<(String, Vec<u8>)>,
}

fn wish() -> impl Strategy<Value = Wish> {
    let words = "[ -~]{0,90}|[ a-zäéß]{0,200}|[ 🦀👩\u{200d}🚀é=?_]{0,150}|[а-я ]{0,300}|(=\\?utf-8\\?q\\?x\\?= ?){1,3}|[ \"\\\\<>,;:@()]{0,60}|x{70,1500}";
    let name = "[a-zA-Z .,'\"\\\\@<>()=?_-]{0,40}|[ a-zäéß]{0,100}|[а-я]{1,90}|Ada Lovelace|x{61,120}";
    let file = "[a-z;,='%*() .]{1,60}|a\"b;c\\.pdf|[а-я🦀]{1,80}|x{70,150}|naïve\\.csv|=\\?x\\?=";
    let line = "[ -~]{0,100}|[ a-zäé=]{0,200}|[а-я ]{0,80}|\\.|From me|x{990,1010}";
    let text = proptest::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"));
    let octets = proptest::collection::vec(any::<u8>(), 0..300);
    (
        words,
        name,
        proptest::collection::vec(name, 0..6),
        text,
        proptest::option::of("<p>[a-zäé ]{0,80}</p>\n"),
        proptest::collection::vec((file, octets), 0..3),
    )
        .prop_map(|(subject, from, to, text, html, files)| Wish { subject, from, to, text, html, files })
}

/// A mailbox as it is typed.
fn typed(name: &str, address: &str) -> String {
    match name {
        "" => address.to_owned(),
        name => format!("\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

fn made(dir: &Path, wish: &Wish) -> Value {
    let subject = format!("--subject={}", wish.subject);
    let from = format!("--from={}", typed(&wish.from, "from@d.example"));
    let address = |at: usize| format!("to{at}@d.example");
    let to = wish.to.iter().enumerate().map(|(at, name)| format!("--to={}", typed(name, &address(at))));
    let mut arguments = vec![subject, from];
    arguments.extend(to);
    let mut texts = vec![json!(["text/plain", lines(&wish.text)])];
    if let Some(html) = &wish.html {
        fs::write(dir.join("note.html"), html).unwrap();
        arguments.extend(["--text".into(), "-".into(), "--html".into(), "note.html".into()]);
        texts.push(json!(["text/html", html]));
    }
    let mut files = Vec::new();
    for (at, (name, octets)) in wish.files.iter().enumerate() {
        fs::write(dir.join(format!("file{at}")), octets).unwrap();
        arguments.extend(["--attach".into(), format!("file{at}"), format!("--name={name}")]);
        let name = match name.trim() {
            "" | "." | ".." => "attachment",
            name => name,
        };
        files.push(json!({ "name": name, "octets": STANDARD.encode(octets) }));
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let message = composed(dir, &arguments, wish.text.as_bytes());
    let to: Vec<Value> = wish.to.iter().enumerate().map(|(at, name)| json!([name, address(at)])).collect();
    json!({
        "message": STANDARD.encode(message),
        "subject": wish.subject,
        "from": [wish.from, "from@d.example"],
        "to": to,
        "texts": texts,
        "files": files,
    })
}

/// The text with an end behind its last line.
fn lines(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

#[test]
fn python_reads_back_whatever_a_message_was_made_of() {
    let Some(python) = installed("python3") else { return };
    let dir = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::deterministic();
    let strategy = wish();
    let cases: Vec<Value> =
        (0..MESSAGES).map(|_| made(dir.path(), &strategy.new_tree(&mut runner).unwrap().current())).collect();
    let manifest = dir.path().join("manifest.json");
    fs::write(&manifest, Value::from(cases).to_string()).unwrap();
    let reader = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/compose/reader.py");
    let (well, said) = output(Command::new(python).arg(reader).arg(manifest));
    assert!(well && said.contains(&format!("{MESSAGES} messages read")), "{said}");
}
