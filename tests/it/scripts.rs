//! The stories under `tests/scripts`: one test for each folder, the stories of a folder side by side.
//!
//! `SCRIPT=part-of-a-name cargo test --test it scripts` plays only those whose `folder/name` has that part;
//! `PROGRAM=/path/to/mailxport` plays them with another binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::fixture::client::Program;
use crate::fixture::exits::status;
use crate::fixture::play::play;
use crate::fixture::scene::Limits;
use crate::fixture::story::Story;

/// More than the processors, since a story mostly waits.
const SIDE_BY_SIDE: usize = 6;

macro_rules! folders {
    ($($folder:ident)*) => {
        const FOLDERS: &[&str] = &[$(stringify!($folder)),*];
        $(#[test] fn $folder() { play_folder(stringify!($folder)); })*
    };
}

folders! {
    check chunking compose config dsn eightbit envelope greeting hello hostile input lmtp login many message output parts pipelining retry sendmail signals size stream time tls verdicts
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts")
}

/// The scripts of a folder by `folder/name`, in order.
fn scripts(folder: &str) -> Vec<(String, PathBuf)> {
    let entries =
        fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("tests/scripts/{folder}: {error}"));
    let mut scripts: Vec<(String, PathBuf)> = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let name = name.strip_suffix(".script").unwrap_or_else(|| panic!("{} is no script", path.display()));
        scripts.push((format!("{folder}/{name}"), path.clone()));
    }
    scripts.sort();
    scripts
}

fn play_folder(folder: &str) {
    let all = scripts(folder);
    assert!(!all.is_empty(), "tests/scripts/{folder} has no script");
    let wanted = std::env::var("SCRIPT").unwrap_or_default();
    let chosen: Vec<_> = all.into_iter().filter(|(name, _)| name.contains(&wanted)).collect();
    let client =
        Program(std::env::var_os("PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_mailxport").into()).into());
    let next = AtomicUsize::new(0);
    let failed: Mutex<Vec<String>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some((name, path)) = chosen.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let text = fs::read_to_string(path)
                        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                    if let Err(report) = play(&text, &client, Limits::default()) {
                        failed.lock().unwrap().push(format!("tests/scripts/{name}.script\n{report}"));
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap();
    failed.sort();
    println!("{folder}: {} of {} stories as written", chosen.len() - failed.len(), chosen.len());
    assert!(
        failed.is_empty(),
        "{} of {} stories of {folder} fail\n\n{}",
        failed.len(),
        chosen.len(),
        failed.join("\n")
    );
}

#[test]
fn every_script_can_be_read() {
    let mut wrong = Vec::new();
    for (name, path) in FOLDERS.iter().flat_map(|folder| scripts(folder)) {
        let read = Story::read(&fs::read_to_string(&path).unwrap()).and_then(|story| {
            let exits = story.runs.iter().filter_map(|run| run.exit.as_deref());
            exits.filter(|exit| !exit.starts_with("signal ")).try_for_each(|exit| status(exit).map(drop))
        });
        wrong.extend(read.err().map(|problem| format!("tests/scripts/{name}.script: {problem}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_is_played() {
    let mut found: Vec<String> = Vec::new();
    for entry in fs::read_dir(root()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found.sort();
    assert_eq!(found, FOLDERS, "add the folder to the list in tests/it/scripts.rs");
}
