//! Memory does not grow with the message, and a source that breaks leaves a message without its end.

use crate::fixture::limit::finished;
use std::fs;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

/// Kilobytes that the program had at most so far.
fn peak(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn start(dir: &std::path::Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
    command.args(["compose", "--from", "a@d.example"]).args(arguments).current_dir(dir);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_gibibyte_is_attached_in_eight_megabytes() {
    const GIBIBYTE: u64 = 1 << 30;
    let dir = tempfile::tempdir().unwrap();
    fs::File::create(dir.path().join("blob")).unwrap().set_len(GIBIBYTE).unwrap();
    let mut child = start(dir.path(), &["--text", "/dev/null", "--attach", "blob"]);
    let mut out = child.stdout.take().unwrap();
    let (mut block, mut read, mut peaks) = (vec![0u8; 1 << 20], 0u64, Vec::new());
    loop {
        let count = out.read(&mut block).unwrap();
        if count == 0 {
            break;
        }
        read += count as u64;
        // The last blocks are not waited for: the program may be gone by then.
        if read % (64 << 20) < count as u64 && read < GIBIBYTE {
            peaks.push(peak(&child));
        }
    }
    assert!(child.wait().unwrap().success());
    // A build with its checks in has more code at hand than a release; what counts is that it does not grow.
    let most = if cfg!(debug_assertions) { peaks[0] + 1024 } else { 8 * 1024 };
    assert!(
        read > GIBIBYTE / 57 * 78 && peaks.iter().all(|&peak| peak <= most),
        "{read} octets, {peaks:?} kB"
    );
}

#[test]
fn a_file_that_changes_meanwhile_leaves_no_end() {
    for change in ["grows", "shrinks", "is written to"] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("blob");
        fs::write(&path, vec![b'x'; 4 << 20]).unwrap();
        let mut child = start(dir.path(), &["--text", "/dev/null", "--attach", "blob"]);
        let mut out = child.stdout.take().unwrap();
        let mut octets = vec![0u8; 1000];
        // It is in the middle now: the pipe holds less than the file.
        out.read_exact(&mut octets).unwrap();
        let mut file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        match change {
            "grows" => file.set_len(5 << 20).unwrap(),
            "shrinks" => file.set_len(1 << 20).unwrap(),
            _ => file.write_all(b"y").unwrap(),
        }
        out.read_to_end(&mut octets).unwrap();
        let ended = finished(child);
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(10), "{change}: {said}");
        assert_eq!(
            said,
            "mailxport: error: blob changed while it was read\n  \
             the message has no end: what was written of it must not be sent\n"
        );
        let text = String::from_utf8(octets).unwrap();
        let (_, rest) = text.split_once("boundary=\"").unwrap();
        let (boundary, _) = rest.split_once('"').unwrap();
        assert!(text.contains(&format!("\r\n--{boundary}\r\n")), "{change}");
        assert!(!text.contains(&format!("--{boundary}--")), "{change}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_by_sigpipe() {
    use std::os::unix::process::ExitStatusExt;
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("blob"), vec![b'x'; 4 << 20]).unwrap();
    let mut child = start(dir.path(), &["--text", "/dev/null", "--attach", "blob"]);
    drop(child.stdout.take());
    let ended = finished(child);
    assert_eq!(ended.status.signal(), Some(13));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}
