//! `--unsent FILE`: the paths still to be sent, put in place whole or not at all.

use crate::message::open::Origin;
use anyhow::Context;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub struct Unsent {
    target: PathBuf,
    /// Made before the first packet: a place that cannot be written to is found out in time.
    draft: tempfile::NamedTempFile,
    paths: Vec<u8>,
}

impl Unsent {
    pub fn prepare(target: &Path) -> anyhow::Result<Unsent> {
        let unwritable = || format!("{} cannot be written", target.display());
        if target.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory)).with_context(unwritable);
        }
        let folder =
            target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let draft =
            tempfile::Builder::new().prefix(".unsent").tempfile_in(folder).with_context(unwritable)?;
        Ok(Unsent { target: target.to_owned(), draft, paths: Vec::new() })
    }

    /// Standard input has no path and cannot be read again.
    pub fn add(&mut self, origin: &Origin) {
        if let Origin::Path(path) = origin {
            self.paths.extend_from_slice(path.as_os_str().as_bytes());
            self.paths.push(b'\n');
        }
    }

    pub fn write(mut self) -> anyhow::Result<()> {
        let unwritable = || format!("{} could not be written", self.target.display());
        self.draft.write_all(&self.paths).with_context(unwritable)?;
        self.draft.as_file().sync_all().with_context(unwritable)?;
        self.draft.persist(&self.target).map(|_| ()).with_context(unwritable)
    }
}
