//! What a person at a terminal sees, and what cron and pipes see instead. The terminal is that of script(1).

use crate::fixture::limit::limited;
use std::path::Path;
use std::process::{Command, Output};

const NOTE: &str = "Date: x\nMessage-ID: <1@d.example>\nFrom: a@d.example\n\nhello\n";

/// Runs `mailxport WORDS` on a terminal in a directory that holds note.eml.
fn on_a_terminal(words: &str, dir: &Path, environment: &[(&str, &str)]) -> Output {
    std::fs::write(dir.join("note.eml"), NOTE).unwrap();
    let command = format!("{} {words}", env!("CARGO_BIN_EXE_mailxport"));
    let mut script = Command::new("script");
    script.args(["--quiet", "--echo", "never", "--return", "--flush", "--command", &command, "/dev/null"]);
    script
        .current_dir(dir)
        .env_remove("NO_COLOR")
        .env("TERM", "xterm")
        .env("MAILXPORT_CONFIG", "/dev/null")
        .envs(environment.iter().copied());
    limited(&mut script)
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_terminal_gets_one_result_line_in_colour() {
    let dir = tempfile::tempdir().unwrap();
    let shown = on_a_terminal("send note.eml --to b@d.example --server sink:out", dir.path(), &[]);
    let text = text(&shown);
    assert!(shown.status.success(), "{text}");
    assert!(text.starts_with("\x1b[32mmailxport: sent\x1b[0m: note.eml kept in out/new/"), "{text}");
    assert!(text.trim_end().ends_with(", nothing left this machine") && text.lines().count() == 1, "{text}");
}

#[test]
fn colour_follows_the_option_and_no_color() {
    let dir = tempfile::tempdir().unwrap();
    for (words, environment, coloured) in [
        ("", &[("NO_COLOR", "1")][..], false),
        ("", &[("TERM", "dumb")], false),
        ("--color never", &[], false),
        ("--color always", &[("NO_COLOR", "1")], true),
        ("", &[("NO_COLOR", "")], true),
    ] {
        let command = format!("send note.eml --to b@d.example --server sink:out {words}");
        let text = text(&on_a_terminal(&command, dir.path(), environment));
        assert_eq!(text.contains("\x1b["), coloured, "{words} {environment:?}: {text}");
    }
}

#[test]
fn a_terminal_is_no_message() {
    let dir = tempfile::tempdir().unwrap();
    let shown = on_a_terminal("send - --to b@d.example --server sink:out", dir.path(), &[]);
    assert_eq!(shown.status.code(), Some(37));
    assert!(text(&shown).contains("standard input is a terminal, not a message"));
    assert!(!dir.path().join("out").exists());
}

#[test]
fn a_person_is_told_that_a_text_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let shown = on_a_terminal("compose --from a@d.example --subject x", dir.path(), &[]);
    let text = text(&shown);
    assert!(shown.status.success(), "{text}");
    assert!(text.starts_with("mailxport: the text is read from the terminal; Ctrl-D"), "{text}");
    assert!(text.contains("\r\nSubject: x\r"), "{text}");
}

#[test]
fn a_bar_is_shown_only_where_it_was_asked_for_or_lasts() {
    let dir = tempfile::tempdir().unwrap();
    for (words, shown) in [("", false), ("--progress never", false), ("--progress always", true)] {
        let command = format!("send note.eml --to b@d.example --server sink:out {words}");
        let text = text(&on_a_terminal(&command, dir.path(), &[]));
        assert_eq!(text.contains("[=="), shown, "{words}: {text}");
    }
}

#[test]
fn a_check_keeps_to_the_columns_that_there_are() {
    let dir = tempfile::tempdir().unwrap();
    let words = "check --server sink:out --from a@d.example --to b@d.example";
    let shown = text(&on_a_terminal(words, dir.path(), &[("COLUMNS", "48")]));
    assert!(shown.contains("\r\n\x1b[32mok\x1b[0m       the server takes mail of this sender"), "{shown}");
    let plain = shown.replace("\x1b[32m", "").replace("\x1b[0m", "");
    assert!(plain.lines().all(|line| line.trim_end_matches('\r').chars().count() <= 48), "{plain}");
    let plain = text(&on_a_terminal(words, dir.path(), &[("NO_COLOR", "1")]));
    assert!(!plain.contains('\x1b') && !dir.path().join("out").exists(), "{plain}");
}

#[test]
fn with_json_on_a_terminal_there_is_no_result_line() {
    let dir = tempfile::tempdir().unwrap();
    let text =
        text(&on_a_terminal("send note.eml --to b@d.example --server sink:out --json", dir.path(), &[]));
    assert!(text.starts_with("{\"schema\":1,") && text.lines().count() == 1, "{text}");
}
