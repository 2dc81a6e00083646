//! A secret in a file, a pipe or on standard input: opened once, judged and read by that descriptor.
//!
//! A regular file of our own that others can read is refused, but for the places where a container or systemd puts secrets.
//! Files of somebody else are theirs to guard; a descriptor that was handed in (`/dev/fd/N`) was opened by whoever ran us.

use super::octets::{Came, LONGEST, Octets};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::printable::path_name;
use crate::watch::wait::{Halt, Watch};
use rustix::event::PollFlags;
use rustix::fs::{CWD, FileType, Mode, OFlags, fstat};
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where files may be readable by others: whoever put them there knows who is in the room.
pub(super) const SAFE: &str = "/run/secrets";

/// How much is wanted of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config) enum Extent {
    FirstLine,
    Whole,
}

/// An open file that may hold a secret.
#[derive(Debug)]
pub(in crate::config) struct Opened {
    fd: OwnedFd,
    name: String,
    exposed: bool,
}

/// A failure before the first packet.
pub(super) fn failure(cause: Cause) -> Failure {
    Failure::new(Stage::Input, cause)
}

/// The end of a wait: by then it is the log-on that does not come about.
pub(super) fn halted(halt: Halt, limit: Duration) -> Failure {
    Failure::new(Stage::Login, halt.cause(limit))
}

impl Opened {
    /// Opens a path once; files below the safe folders may be readable by others.
    pub(in crate::config) fn path(path: &Path, safe: &[PathBuf]) -> Result<Opened, Failure> {
        Self::guarded(path, safe, |_| GROUP_AND_OTHERS)
    }

    /// The same of a private key: root may have handed one of its own to a group, as Debian's `ssl-cert`.
    pub(super) fn key(path: &Path, safe: &[PathBuf]) -> Result<Opened, Failure> {
        Self::guarded(path, safe, |owner| if owner == 0 { OTHERS } else { GROUP_AND_OTHERS })
    }

    /// Opens a path that these may not read, by whose it is.
    fn guarded(path: &Path, safe: &[PathBuf], forbidden: fn(u32) -> u32) -> Result<Opened, Failure> {
        let name = path_name(path).into_owned();
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        let opened = rustix::fs::openat(CWD, path, flags, Mode::empty());
        let fd = opened.map_err(|error| unreadable(error).about(&*name))?;
        let stat = fstat(&fd).map_err(|error| unreadable(error).about(&*name))?;
        let exposed = match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => return Err(unreadable(Errno::ISDIR).about(name)),
            FileType::RegularFile => {
                let ours = stat.st_uid == rustix::process::geteuid().as_raw();
                is_open(stat.st_mode, ours, forbidden(stat.st_uid))
                    && !is_handed_in(path)
                    && !is_below(&real_path(&fd, path), safe)
            }
            _ => false,
        };
        Opened { fd, name, exposed }.unless_typed()
    }

    pub(super) fn standard_input() -> Result<Opened, Failure> {
        let name = "standard input".to_owned();
        let fd = io::stdin().as_fd().try_clone_to_owned();
        let fd = fd.map_err(|error| failure(Cause::Unreadable(error)).about(&*name))?;
        Opened { fd, name, exposed: false }.unless_typed()
    }

    /// What is typed at a terminal would be seen.
    fn unless_typed(self) -> Result<Opened, Failure> {
        if rustix::termios::isatty(&self.fd) {
            let words = format!("{} is a terminal, where everybody could read along", self.name);
            return Err(failure(Cause::Usage(words)));
        }
        Ok(self)
    }

    /// Refuses what others can read.
    pub(in crate::config) fn judge(&self) -> Result<(), Failure> {
        if self.exposed {
            let why = io::Error::new(io::ErrorKind::PermissionDenied, "others can read it");
            return Err(failure(Cause::Denied(why)).about(&*self.name));
        }
        Ok(())
    }

    /// Reads the first line, or to the end, waiting under the watch.
    pub(in crate::config) fn read(&self, extent: Extent, watch: &Watch) -> Result<Octets, Failure> {
        let mut octets = Octets::new();
        loop {
            if extent == Extent::FirstLine && octets.have_a_line() {
                return Ok(octets);
            }
            if octets.are_full() {
                let what = if extent == Extent::FirstLine { "a first line" } else { "a text" };
                let words = format!("{} has {what} of {} KiB or more", self.name, LONGEST / 1024);
                return Err(failure(Cause::Usage(words)));
            }
            let wait = watch.wait(self.fd.as_fd(), PollFlags::IN, None);
            wait.map_err(|halt| halted(halt, Duration::ZERO))?;
            let came = octets.read(self.fd.as_fd());
            if came.map_err(|error| failure(Cause::Unreadable(error)).about(&*self.name))? == Came::End {
                return Ok(octets);
            }
        }
    }
}

fn unreadable(error: Errno) -> Failure {
    failure(match error {
        Errno::ACCESS | Errno::PERM => Cause::Denied(error.into()),
        _ => Cause::Unreadable(error.into()),
    })
}

const OTHERS: u32 = 0o004;
const GROUP_AND_OTHERS: u32 = 0o044;

/// The rule itself: a file of our own that somebody can read who may not.
fn is_open(mode: u32, ours: bool, forbidden: u32) -> bool {
    ours && mode & forbidden != 0
}

/// A descriptor that was open before we began.
fn is_handed_in(path: &Path) -> bool {
    ["/dev/fd", "/dev/stdin", "/proc/self/fd"].iter().any(|place| path.starts_with(place))
}

/// Where the opened file really lies: the system's own word on the descriptor, where it gives one.
fn real_path(fd: &OwnedFd, path: &Path) -> PathBuf {
    let link = std::fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd()));
    link.or_else(|_| path.canonicalize()).unwrap_or_default()
}

fn is_below(path: &Path, safe: &[PathBuf]) -> bool {
    let real =
        safe.iter().filter(|folder| folder.is_absolute()).filter_map(|folder| folder.canonicalize().ok());
    real.into_iter().any(|folder| path.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::ixp::Ixp;
    use std::fs::{File, Permissions};
    use std::io::Write;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn written(dir: &Path, name: &str, mode: u32, text: &[u8]) -> PathBuf {
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    fn first_line(path: &Path, safe: &[PathBuf]) -> Result<Vec<u8>, u8> {
        let read = Opened::path(path, safe).and_then(|opened| {
            opened.judge()?;
            opened.read(Extent::FirstLine, &Watch::default())
        });
        read.map(|octets| octets.into_secret().expose().to_vec()).map_err(|failure| Ixp::of(&failure).exit())
    }

    #[test]
    fn a_file_of_ours_that_others_can_read_is_refused() {
        for (mode, ours, open, open_but_to_a_group) in [
            (0o100_600, true, false, false),
            (0o100_400, true, false, false),
            (0o100_640, true, true, false),
            (0o100_604, true, true, true),
            (0o100_644, true, true, true),
            (0o100_622, true, false, false),
            (0o100_711, true, false, false),
            (0o100_644, false, false, false),
        ] {
            assert_eq!(is_open(mode, ours, GROUP_AND_OTHERS), open, "{mode:o} {ours}");
            assert_eq!(is_open(mode, ours, OTHERS), open_but_to_a_group, "{mode:o} {ours}");
        }
        let dir = tempfile::tempdir().unwrap();
        for (mode, read) in [
            (0o600, Ok(b"pencil".to_vec())),
            (0o400, Ok(b"pencil".to_vec())),
            (0o640, Err(36)),
            (0o644, Err(36)),
        ] {
            let path = written(dir.path(), &format!("{mode:o}"), mode, b"pencil\r\nsecond\n");
            assert_eq!(first_line(&path, &[]), read, "{mode:o}");
        }
    }

    #[test]
    fn the_place_that_counts_is_the_real_one() {
        let dir = tempfile::tempdir().unwrap();
        let (safe, other) = (dir.path().join("safe"), dir.path().join("other"));
        let near = dir.path().join("safe-not");
        for folder in [&safe, &other, &near] {
            std::fs::create_dir(folder).unwrap();
        }
        let inside = written(&safe, "secret", 0o644, b"pencil\n");
        let outside = written(&other, "secret", 0o644, b"pencil\n");
        let beside = written(&near, "secret", 0o644, b"pencil\n");
        let (into, out) = (other.join("into"), safe.join("out"));
        symlink(&inside, &into).unwrap();
        symlink(&outside, &out).unwrap();
        let alias = dir.path().join("alias");
        symlink(&safe, &alias).unwrap();
        for folder in [&safe, &alias] {
            let safe = [folder.clone()];
            assert_eq!(first_line(&inside, &safe), Ok(b"pencil".to_vec()));
            assert_eq!(first_line(&into, &safe), Ok(b"pencil".to_vec()));
            for path in [&outside, &out, &beside, &safe[0].join("../other/secret")] {
                assert_eq!(first_line(path, &safe), Err(36), "{}", path.display());
            }
        }
    }

    #[test]
    fn pipes_and_descriptors_that_were_handed_in_are_taken() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(b"pencil\nrest").unwrap();
        let path = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
        // The writer is still there: only the first line is waited for.
        assert_eq!(first_line(&path, &[]), Ok(b"pencil".to_vec()));
        drop(writer);
        assert_eq!(first_line(&path, &[]), Ok(Vec::new()));

        let dir = tempfile::tempdir().unwrap();
        let file = File::open(written(dir.path(), "open", 0o644, b"pencil")).unwrap();
        let path = PathBuf::from(format!("/dev/fd/{}", file.as_raw_fd()));
        assert_eq!(first_line(&path, &[]), Ok(b"pencil".to_vec()));
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_path() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("missing");
        let long = written(dir.path(), "long", 0o600, &vec![b'x'; LONGEST]);
        let just = written(dir.path(), "just", 0o600, &[&vec![b'x'; LONGEST - 1][..], b"\nmore"].concat());
        assert_eq!(first_line(&missing, &[]), Err(37));
        assert_eq!(first_line(dir.path(), &[]), Err(37));
        assert_eq!(first_line(&long, &[]), Err(2));
        assert_eq!(first_line(&just, &[]), Ok(vec![b'x'; LONGEST - 1]));
        let told = Opened::path(&missing, &[]).map(|_| ()).unwrap_err();
        assert_eq!(told.problem.as_deref(), Some(&*missing.to_string_lossy()));
    }

    #[test]
    fn a_silent_pipe_is_waited_for_no_longer_than_the_deadline() {
        let (reader, _writer) = std::io::pipe().unwrap();
        let path = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
        let whole = Duration::from_millis(20);
        let watch = Watch::new(Some((std::time::Instant::now() + whole, whole)), None);
        let read = Opened::path(&path, &[]).and_then(|opened| opened.read(Extent::FirstLine, &watch));
        assert_eq!(read.map(|_| ()).map_err(|failure| Ixp::of(&failure).exit()), Err(25));
    }
}
