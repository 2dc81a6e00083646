//! The table of docs/interop.md: a row for each server, written by the test that proved it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use super::corpus::{Cover, Way};

/// The columns behind those of the corpus.
const COLUMNS: [&str; 7] =
    ["PIPELINING", "30 MB", "recipients", "one refused", "too large", "DSN", "changes"];

/// What was proved of a server.
#[derive(Debug, Default)]
pub(super) struct Proved {
    ways: BTreeSet<&'static str>,
    messages: BTreeSet<String>,
    told: BTreeMap<&'static str, String>,
}

impl Proved {
    /// A message arrived octet for octet by this way.
    pub(super) fn arrived(&mut self, name: &str, way: Way) {
        self.messages.insert(name.to_owned());
        self.ways.insert(if way.chunks { "BDAT" } else { "DATA" });
        self.ways.insert(if way.stream { "a stream" } else { "a file" });
        self.ways.insert(match way.cover {
            Cover::Clear => "clear",
            Cover::StartTls => "STARTTLS",
            Cover::Tls => "TLS",
        });
    }

    /// What is told in a column.
    pub(super) fn tell(&mut self, column: &'static str, text: &str) {
        self.told.insert(column, text.to_owned());
    }

    /// Holds the row of this server against the page; with `BLESS=1` it is written there.
    pub(super) fn holds(&self, server: &str) {
        let those_of = |all: &[&'static str]| {
            all.iter().copied().filter(|word| self.ways.contains(word)).collect::<Vec<_>>().join(", ")
        };
        let told = COLUMNS.map(|column| &*self.told[column]);
        let row = format!(
            "| {server} | {} | {} | {} | {} | {} |",
            those_of(&["DATA", "BDAT"]),
            those_of(&["a file", "a stream"]),
            those_of(&["clear", "STARTTLS", "TLS"]),
            self.messages.len(),
            told.join(" | "),
        );
        static PAGE: Mutex<()> = Mutex::new(());
        let _alone = PAGE.lock().unwrap();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/interop.md");
        let text = fs::read_to_string(&path).unwrap();
        let lead = format!("| {server} |");
        let found = text.lines().find(|line| line.starts_with(&lead));
        if std::env::var_os("BLESS").is_some() {
            let found =
                found.unwrap_or_else(|| panic!("docs/interop.md needs a row that starts with {lead}"));
            fs::write(&path, text.replace(found, &row)).unwrap();
        } else {
            assert_eq!(found, Some(&*row), "BLESS=1 cargo test --test it real writes docs/interop.md");
        }
    }
}
