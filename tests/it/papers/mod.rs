//! The papers: man pages, completions and tables, rendered from the options and the table of statuses and compared with what is
//! committed. `BLESS=1 cargo test --test it papers` rewrites them.

mod completions;
mod lists;
mod pages;
mod roff;

use crate::fixture::limit::limited;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::CommandFactory;

/// The root of the package.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The whole tree of commands and options, finished as for a run.
pub(crate) fn tree() -> clap::Command {
    let mut tree = mailxport::cli::root::Root::command();
    tree.build();
    tree
}

/// Holds a committed paper against what it should be, or rewrites it.
pub(crate) fn holds(path: &str, wanted: &str) {
    let file = root().join(path);
    if std::env::var_os("BLESS").is_some() {
        let folder = file.parent().unwrap();
        fs::create_dir_all(folder).unwrap();
        // Whole or not at all: another test may read it meanwhile.
        let draft = tempfile::NamedTempFile::new_in(folder).unwrap();
        fs::write(&draft, wanted).unwrap();
        fs::set_permissions(&draft, fs::Permissions::from_mode(0o644)).unwrap();
        draft.persist(&file).unwrap();
        return;
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    let differs = found.lines().zip(wanted.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or_else(|| found.lines().count().min(wanted.lines().count()));
    assert!(
        found == wanted,
        "{path} is not what it should be from line {} on:\n  found:  {:?}\n  wanted: {:?}\n\
         BLESS=1 in front of the same test rewrites it; read the difference before you commit it",
        line + 1,
        found.lines().nth(line),
        wanted.lines().nth(line),
    );
}

/// A program that is installed here, or none, with a word about it.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{name} is not installed, and CI is set");
        println!("skipped: {name} is not installed");
    }
    found
}

/// Runs a command to its end and returns what it printed on both streams.
pub(crate) fn output(command: &mut Command) -> (bool, String) {
    let output = limited(command);
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}
