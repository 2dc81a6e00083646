//! `--unsent FILE`: the paths still to be sent, put in place whole or not at all.

use super::gather::{appendable, is_same_file};
use crate::message::open::Origin;
use crate::terms::printable::path_name;
use anyhow::Context;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub struct Unsent {
    place: Place,
    shown: PathBuf,
    paths: Vec<u8>,
}

/// Where the list goes. It is made before the first packet: a place that cannot be written to is found out in time.
#[derive(Debug)]
enum Place {
    /// Put in place at the end.
    Draft(tempfile::NamedTempFile, PathBuf),
    /// A device, a pipe and a file that the program already writes to are written to; nothing is ever put in their place.
    Open(File),
}

impl Unsent {
    /// None of the files that are read, but for the list of those to send, may be the place.
    pub fn prepare(target: &Path, read: &[&Path]) -> anyhow::Result<Unsent> {
        let unwritable = || format!("{} cannot be written", path_name(target));
        let there = fs::metadata(target);
        let ours = there.as_ref().ok().filter(|there| there.is_file()).and_then(ours);
        let place = match (ours, there) {
            (Some(ours), _) => Place::Open(ours),
            (_, Ok(there)) if there.is_file() => {
                if let Some(path) = read.iter().find(|path| is_same_file(path, target)) {
                    anyhow::bail!("{} is read, and cannot be the list of --unsent too", path_name(path));
                }
                // A link stays one, and who may read the list stays who may.
                let target = target.canonicalize().with_context(unwritable)?;
                let draft = draft(&target).with_context(unwritable)?;
                draft.as_file().set_permissions(there.permissions()).with_context(unwritable)?;
                Place::Draft(draft, target)
            }
            (_, Ok(there)) if there.is_dir() => {
                return Err(io::Error::from(io::ErrorKind::IsADirectory)).with_context(unwritable);
            }
            (_, Ok(_)) => Place::Open(appendable(target).with_context(unwritable)?),
            (_, Err(_)) => Place::Draft(draft(target).with_context(unwritable)?, target.to_owned()),
        };
        Ok(Unsent { place, shown: target.to_owned(), paths: Vec::new() })
    }

    /// Standard input has no path and cannot be read again.
    pub fn add(&mut self, origin: &Origin) {
        if let Origin::Path(path) = origin {
            self.paths.extend_from_slice(path.as_os_str().as_bytes());
            self.paths.push(b'\n');
        }
    }

    pub fn write(self) -> anyhow::Result<()> {
        let unwritable = || format!("{} could not be written", path_name(&self.shown));
        match self.place {
            Place::Open(mut file) => file.write_all(&self.paths).with_context(unwritable),
            Place::Draft(mut draft, target) => {
                draft.write_all(&self.paths).with_context(unwritable)?;
                draft.as_file().sync_all().with_context(unwritable)?;
                draft.persist(target).map(|_| ()).with_context(unwritable)
            }
        }
    }
}

/// Standard output or standard error, where it goes to this file: what was written there stays.
fn ours(there: &Metadata) -> Option<File> {
    [io::stdout().as_fd(), io::stderr().as_fd()].into_iter().find_map(|stream| {
        let file = File::from(stream.try_clone_to_owned().ok()?);
        let it = file.metadata().ok()?;
        ((it.dev(), it.ino()) == (there.dev(), there.ino())).then_some(file)
    })
}

fn draft(target: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::Builder::new().prefix(".unsent").tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::plan::told;
    use std::io::Read;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn list(target: &Path) {
        let mut unsent = Unsent::prepare(target, &[]).unwrap();
        unsent.add(&Origin::Path("left.eml".into()));
        unsent.write().unwrap();
    }

    #[test]
    fn a_link_stays_one_and_a_file_keeps_its_readers() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "before").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        symlink("file", &link).unwrap();
        list(&link);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "left.eml\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn nothing_is_put_in_the_place_of_a_pipe() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR)
            .unwrap();
        let nobody = Unsent::prepare(&pipe, &[]).unwrap_err();
        assert!(told(&nobody).ends_with("cannot be written: nobody reads it"), "{nobody:#}");
        let nowhere = Unsent::prepare(&dir.path().join("no/list"), &[]).unwrap_err();
        assert!(
            told(&nowhere).ends_with("/no/list cannot be written: no such file or directory"),
            "{nowhere:#}"
        );
        let mut reader = File::options().read(true).write(true).open(&pipe).unwrap();
        list(&pipe);
        let mut heard = [0; 9];
        reader.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"left.eml\n");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_read_is_no_place_for_the_list() {
        let dir = tempfile::tempdir().unwrap();
        let (file, other) = (dir.path().join("note.eml"), dir.path().join("other"));
        fs::write(&file, "mail").unwrap();
        fs::hard_link(&file, &other).unwrap();
        assert!(Unsent::prepare(&other, &[Path::new("-"), &file]).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "mail");
    }
}
