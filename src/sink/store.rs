//! Where messages are kept: a Maildir, or nowhere.
//!
//! A message is written to `tmp`, synced, given its envelope beside it in `envelopes`, renamed into `new`, and the directory
//! synced; only then may it be answered for (RFC 5321, 4.2.5: taking a message is taking responsibility). Whatever goes
//! wrong before leaves nothing behind.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fmt, process};

use rustix::fs::{Access, access};

use super::kept::Kept;
use crate::terms::printable::path_name;

/// Chooses where messages are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreChoice {
    /// They are taken, counted, reported and forgotten.
    Discard,
    /// They are kept in this directory.
    Maildir(PathBuf),
}

/// Says why a directory cannot be the Maildir.
#[derive(Debug)]
pub enum StoreProblem {
    /// It holds something else.
    Foreign(PathBuf),
    /// The system does not let us.
    System(PathBuf, io::Error),
}

impl fmt::Display for StoreProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign(dir) => write!(out, "{} is neither empty nor a Maildir", path_name(dir)),
            Self::System(dir, trouble) => {
                write!(out, "cannot keep messages in {}: {trouble}", path_name(dir))
            }
        }
    }
}

impl std::error::Error for StoreProblem {}

const PARTS: [&str; 4] = ["cur", "new", "tmp", "envelopes"];
const BUFFER: usize = 64 * 1024;
static COUNTER: AtomicU64 = AtomicU64::new(0);

/// Opens drafts, each under a name of its own.
#[derive(Debug)]
pub(super) struct Store {
    host: String,
    maildir: Option<PathBuf>,
}

impl Store {
    /// Opens the Maildir, made now if it is missing; one that holds something else is refused and left untouched.
    pub(super) fn open(choice: StoreChoice, host: &str) -> Result<Self, StoreProblem> {
        let safe = |letter: char| {
            if letter.is_ascii_alphanumeric() || letter == '-' || letter == '.' { letter } else { '_' }
        };
        let host = host.chars().map(safe).take(64).collect();
        let StoreChoice::Maildir(dir) = choice else {
            return Ok(Self { host, maildir: None });
        };
        let system = |trouble: io::Error| StoreProblem::System(dir.clone(), trouble);
        if !is_free(&dir).map_err(system)? {
            return Err(StoreProblem::Foreign(dir));
        }
        for part in PARTS {
            let part = dir.join(part);
            DirBuilder::new().recursive(true).mode(0o700).create(&part).map_err(system)?;
            access(&part, Access::WRITE_OK | Access::EXEC_OK).map_err(|trouble| system(trouble.into()))?;
        }
        Ok(Self { host, maildir: Some(dir) })
    }

    /// Opens a draft for a message that is about to come.
    pub(super) fn draft(&self, limit: Option<u64>) -> io::Result<Draft<'_>> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (seconds, micros) = (since.as_secs(), since.subsec_micros());
        let (pid, count) = (process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let name = format!("{seconds}.M{micros:06}P{pid}Q{count}.{}", self.host);
        let file = match &self.maildir {
            Some(dir) => Some(BufWriter::with_capacity(BUFFER, create(&dir.join("tmp").join(&name))?)),
            None => None,
        };
        Ok(Draft { store: self, name, file, size: 0, eight_bit: false, limit, trouble: None })
    }
}

/// Tells whether a directory is missing, empty, a Maildir, or one that is being made by someone else at this moment.
fn is_free(dir: &Path) -> io::Result<bool> {
    let entries = match fs::read_dir(dir) {
        Err(trouble) if trouble.kind() == ErrorKind::NotFound => return Ok(true),
        Err(trouble) if trouble.kind() == ErrorKind::NotADirectory => return Ok(false),
        entries => entries?,
    };
    if ["cur", "new", "tmp"].iter().all(|part| dir.join(part).is_dir()) {
        return Ok(true);
    }
    for entry in entries {
        let entry = entry?;
        let known = PARTS.iter().any(|part| entry.file_name() == OsStr::new(part));
        if !known || !entry.file_type()?.is_dir() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn sync_directory(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Takes a message as it comes; dropped before [`Draft::keep`] it leaves nothing behind.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    store: &'a Store,
    name: String,
    file: Option<BufWriter<File>>,
    size: u64,
    eight_bit: bool,
    limit: Option<u64>,
    trouble: Option<io::Error>,
}

impl Draft<'_> {
    /// Takes octets; trouble is remembered and told at the end, since the rest of the message comes all the same.
    pub(super) fn take(&mut self, octets: &[u8]) {
        self.size = self.size.saturating_add(octets.len() as u64);
        self.eight_bit = self.eight_bit || !octets.is_ascii();
        if self.is_over() {
            self.abandon();
        }
        if let Some(file) = &mut self.file
            && let Err(trouble) = file.write_all(octets)
        {
            self.trouble = Some(trouble);
            self.abandon();
        }
    }

    /// Tells the octets so far.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Tells whether an octet above 127 was among them.
    pub(super) fn eight_bit(&self) -> bool {
        self.eight_bit
    }

    /// Tells whether more came than may.
    pub(super) fn is_over(&self) -> bool {
        !self.has_room(0)
    }

    /// Tells whether so many octets more would still fit.
    pub(super) fn has_room(&self, octets: u64) -> bool {
        self.limit.is_none_or(|limit| self.size.saturating_add(octets) <= limit)
    }

    /// Tells what went wrong so far, once.
    pub(super) fn trouble(&mut self) -> Option<io::Error> {
        self.trouble.take()
    }

    /// Tells the name the message will have.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Tells where the message will lie.
    pub(super) fn path(&self) -> Option<PathBuf> {
        self.place("new")
    }

    /// Keeps the message with its envelope, on the disk when this returns.
    pub(super) fn keep(mut self, kept: &Kept) -> io::Result<()> {
        if let Some(trouble) = self.trouble.take() {
            return Err(trouble);
        }
        let (Some(dir), Some(file)) = (&self.store.maildir, self.file.take()) else { return Ok(()) };
        let done = self.settle(dir, file, kept);
        if done.is_err() {
            self.clear(&["tmp", "new"]);
            remove(&envelope(dir, "tmp", &self.name));
            remove(&envelope(dir, "envelopes", &self.name));
        }
        done
    }

    fn settle(&self, dir: &Path, file: BufWriter<File>, kept: &Kept) -> io::Result<()> {
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        let beside = envelope(dir, "tmp", &self.name);
        let mut paper = create(&beside)?;
        let mut text = serde_json::to_vec(kept)?;
        text.push(b'\n');
        paper.write_all(&text)?;
        paper.sync_all()?;
        fs::rename(&beside, envelope(dir, "envelopes", &self.name))?;
        sync_directory(&dir.join("envelopes"))?;
        let new = dir.join("new");
        fs::rename(dir.join("tmp").join(&self.name), new.join(&self.name))?;
        sync_directory(&new)
    }

    fn abandon(&mut self) {
        if let Some(file) = self.file.take() {
            // What still waits in the buffer is not worth a write.
            drop(file.into_parts());
            self.clear(&["tmp"]);
        }
    }

    fn clear(&self, parts: &[&str]) {
        for path in parts.iter().filter_map(|part| self.place(part)) {
            remove(&path);
        }
    }

    fn place(&self, part: &str) -> Option<PathBuf> {
        self.store.maildir.as_ref().map(|dir| dir.join(part).join(&self.name))
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        self.abandon();
    }
}

fn envelope(dir: &Path, part: &str, name: &str) -> PathBuf {
    dir.join(part).join(format!("{name}.json"))
}

fn remove(path: &Path) {
    // It may never have been there, and nobody is left to tell if it cannot go.
    let _ = fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Store, StoreChoice, StoreProblem};

    #[test]
    fn only_a_missing_an_empty_or_a_maildir_directory_is_taken() {
        let top = tempfile::tempdir().unwrap();
        let open = |name: &str| Store::open(StoreChoice::Maildir(top.path().join(name)), "h");
        fs::create_dir_all(top.path().join("empty")).unwrap();
        fs::create_dir_all(top.path().join("half/tmp")).unwrap();
        fs::create_dir_all(top.path().join("home/docs")).unwrap();
        fs::write(top.path().join("file"), "x").unwrap();
        for part in ["cur", "new", "tmp", ".Sent"] {
            fs::create_dir_all(top.path().join("mail").join(part)).unwrap();
        }
        for name in ["missing/deep", "empty", "half", "mail"] {
            assert!(open(name).is_ok(), "{name}");
            assert!(top.path().join(name).join("envelopes").is_dir(), "{name}");
        }
        for name in ["home", "file"] {
            assert!(matches!(open(name), Err(StoreProblem::Foreign(_))), "{name}");
        }
        assert_eq!(fs::read_dir(top.path().join("home")).unwrap().count(), 1);
    }

    #[test]
    fn a_draft_that_is_dropped_leaves_nothing() {
        let top = tempfile::tempdir().unwrap();
        let store = Store::open(StoreChoice::Maildir(top.path().into()), "a/b:c\u{1b}é").unwrap();
        let mut draft = store.draft(Some(10)).unwrap();
        assert!(draft.name().ends_with(".a_b_c__"), "{}", draft.name());
        assert_ne!(draft.name(), store.draft(None).unwrap().name());
        let tmp = || fs::read_dir(top.path().join("tmp")).unwrap().count();
        draft.take(b"12345");
        assert_eq!((tmp(), draft.is_over(), draft.has_room(5), draft.has_room(6)), (1, false, true, false));
        drop(draft);
        assert_eq!(tmp(), 0);
        let mut draft = store.draft(Some(10)).unwrap();
        draft.take(b"12345678901");
        assert_eq!((tmp(), draft.is_over()), (0, true));
    }
}
