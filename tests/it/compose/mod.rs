//! What `mailxport compose` writes, read by others: Python's email package, mutt, and the server at the end of a send.

mod mutt;
mod python;
mod sent;
mod size;

use crate::fixture::limit::finished;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs `mailxport compose ARGUMENTS` in a directory with this text on standard input.
pub(crate) fn compose(dir: &Path, arguments: &[&str], stdin: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
    command.arg("compose").args(arguments).current_dir(dir);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || drop(input.write_all(stdin)));
        finished(child)
    })
}

/// The message, of a run that must go well and say nothing.
pub(crate) fn composed(dir: &Path, arguments: &[&str], stdin: &[u8]) -> Vec<u8> {
    let output = compose(dir, arguments, stdin);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{arguments:?}: {said}");
    output.stdout
}
