//! What a parent throws away is not missed: it opens /dev/null for both ways, as the system does for a stream that was closed.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::fixture::limit::finished;

fn thrown_away() -> Stdio {
    File::options().read(true).write(true).open("/dev/null").unwrap().into()
}

fn status(words: &str, stderr: Stdio) -> Option<i32> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
    command.args(words.split(' ')).env_clear().env("MAILXPORT_CONFIG", "/dev/null");
    let child = command.stdin(Stdio::null()).stdout(thrown_away()).stderr(stderr).spawn().unwrap();
    finished(child).status.code()
}

#[test]
fn what_is_thrown_away_is_no_failure() {
    assert_eq!(status("--version", Stdio::piped()), Some(0));
    assert_eq!(status("check --server sink:nowhere", Stdio::piped()), Some(0));
    assert_eq!(status("explain 25", thrown_away()), Some(0));
    // One stream alone looks as if it were closed.
    assert_eq!(status("explain 25", Stdio::piped()), Some(2));
}
