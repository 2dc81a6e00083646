//! The text of a configuration file as errors speak of it: its name and its lines, never what stands in them.

use super::place::resolved;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::printable::path_name;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) text: &'a str,
    /// The path as it was found.
    pub(super) path: &'a Path,
    pub(super) home: Option<PathBuf>,
}

impl Page<'_> {
    /// The number of the line in which an octet stands.
    pub(super) fn line(&self, at: usize) -> usize {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        1 + memchr::memchr_iter(b'\n', before).count()
    }

    /// A fault in a line.
    pub(super) fn fault(&self, line: usize, words: impl AsRef<str>) -> Failure {
        let text = format!("{}: {}", self.place(line), words.as_ref());
        Failure::new(Stage::Input, Cause::Config(text))
    }

    pub(super) fn place(&self, line: usize) -> String {
        format!("{}:{line}", path_name(self.path))
    }

    /// A path in the file; none where it needs a home and there is none.
    pub(super) fn resolved(&self, text: &str) -> Option<PathBuf> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        resolved(text, folder, self.home.as_deref())
    }
}
