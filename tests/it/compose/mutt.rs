//! mutt reads what was composed: its own decoder, its own idea of what is shown and what is attached.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::composed;
use crate::fixture::limit::limited;
use crate::papers::installed;

/// The message as mutt shows it, run on a terminal, since it wants one: the message is piped out decoded, and its last two
/// attachments are saved under the names that mutt reads for them.
fn shown(mutt: &Path, dir: &Path, message: &[u8]) -> String {
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(dir.join("box").join(part)).unwrap();
    }
    fs::write(dir.join("box/cur/1:2,S"), message).unwrap();
    let rc = "set charset=utf-8\nset pipe_decode\nset wait_key=no\nset folder=.\nset quit=yes\n\
              alternative_order text/plain text/html\nignore *\nunignore from to subject in-reply-to\n\
              push \"<pipe-message>cat > shown<enter><view-attachments><last-entry><save-entry><enter><previous-entry><save-entry><enter><exit><exit>\"\n";
    fs::write(dir.join("rc"), rc).unwrap();
    // In the foreground of its terminal, whatever shell script(1) starts: in the background it would be stopped.
    let command =
        format!("exec timeout --foreground --kill-after=5 20 {} -n -R -F rc -f box", mutt.display());
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--flush", "--command", &command, "/dev/null"]);
    script.current_dir(dir).env("TERM", "xterm").env("LC_ALL", "C.UTF-8").env("HOME", dir);
    let output = limited(script.stdin(Stdio::null()));
    fs::read_to_string(dir.join("shown"))
        .unwrap_or_else(|_| panic!("mutt showed nothing: {}", String::from_utf8_lossy(&output.stdout)))
}

#[test]
fn mutt_shows_the_names_the_text_and_the_attachments() {
    let Some(mutt) = installed("mutt") else { return };
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("note.html"), "<p>nicht dies</p>\n").unwrap();
    fs::write(dir.path().join("table"), "eins;zwei\n").unwrap();
    fs::write(dir.path().join("blob"), [7u8; 5000]).unwrap();
    let subject = "Grüße aus dem Süden, mit einem Betreff, der länger ist als eine Zeile 🦀🦀";
    let long = format!("{}.csv", "прайс ".repeat(12));
    let arguments = [
        "--from",
        "Jörg Müller <joe@d.example>",
        "--to",
        "\"Doe, Jane\" <jane@d.example>, Ада <ada@d.example>",
        "--subject",
        subject,
        "--text",
        "-",
        "--html",
        "note.html",
        "--attach",
        "blob",
        "--name",
        "a;b \"c\".pdf",
        "--attach",
        "table",
        "--name",
        &long,
    ];
    let message = composed(dir.path(), &arguments, "Liebe Ada,\n\nes läuft = wieder.  \n".as_bytes());
    let shown = shown(&mutt, dir.path(), &message).replace("\n ", " ");
    for wanted in [
        "From: Jörg Müller <joe@d.example>",
        "\"Doe, Jane\" <jane@d.example>, Ада <ada@d.example>",
        subject,
        "Liebe Ada,\n\nes läuft = wieder.  \n",
    ] {
        assert!(shown.contains(wanted), "{wanted:?} is not in what mutt shows:\n{shown}");
    }
    let saved = |name: &str| fs::read(dir.path().join(name)).unwrap_or_default();
    assert_eq!(saved("a;b \"c\".pdf"), [7u8; 5000]);
    assert_eq!(saved(&long), b"eins;zwei\n");
    assert!(!shown.contains("=?utf-8?") && !shown.contains("nicht dies"), "{shown}");
}
