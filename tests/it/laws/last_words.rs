//! A run that is ended by force still tells of the message in hand, to those who read along.

use crate::fixture::limit::finished;
use crate::sink::Running;
use serde_json::Value;
use std::fmt::Write;
use std::process::{Command, Stdio};

#[test]
fn a_run_ended_by_force_has_an_object_and_one_done_for_the_message_in_hand() {
    let (sink, dir) = (Running::with(&["--discard"]), tempfile::tempdir().unwrap());
    std::fs::write(dir.path().join("note.eml"), "Date: x\nMessage-ID: <1@d.example>\n\nhello\n").unwrap();
    // Nobody reads standard error: the dialogue with so many fills its pipe, and the program stands still in it.
    let crowd = (0..5000).fold(String::new(), |mut text, number| {
        writeln!(text, "r{number}@d.example").unwrap();
        text
    });
    std::fs::write(dir.path().join("crowd"), crowd).unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_mailxport"));
    run.args(["send", "note.eml", "--from", "a@d.example", "--to-file", "crowd", "--server", &sink.address]);
    run.args(["-vv", "--json", "--log", "events", "--deadline", "1", "--context", "job 7"]);
    let run = run
        .env("MAILXPORT_CONFIG", "/dev/null")
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = run.spawn().unwrap();
    let unread = child.stderr.take();
    let ended = finished(child);
    drop(unread);
    assert_eq!(ended.status.code(), Some(25));
    let object: Value = serde_json::from_slice(&ended.stdout).unwrap();
    for (key, value) in
        [("message", "note.eml"), ("verdict", "not-sent"), ("name", "IXP_E_TIMEOUT"), ("context", "job 7")]
    {
        assert_eq!(object[key], value, "{key}");
    }
    let log = std::fs::read_to_string(dir.path().join("events")).unwrap();
    let done: Vec<&str> = log.lines().filter(|line| line.starts_with("{\"done\"")).collect();
    assert_eq!(done.len(), 1, "{log}");
    assert_eq!(serde_json::from_str::<Value>(done[0]).unwrap()["done"], object);
}
