//! A secret in a file, a pipe or on standard input: opened once, judged and read by that descriptor.
//!
//! A file of our own that others can read is refused, but for the places where a container or systemd puts secrets; a
//! descriptor that was handed in (`/dev/fd/N`) was opened by whoever ran us.

use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::secret::Secret;
use crate::watch::wait::Watch;
use rustix::event::PollFlags;
use rustix::fs::{CWD, FileType, Mode, OFlags, fstat};
use rustix::io::Errno;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Octets that a first line and its end may have.
const LONGEST: usize = 64 * 1024;

/// Reads the first line of a file; `-` is standard input.
pub fn first_line(path: &Path, watch: &Watch) -> Result<Secret, Failure> {
    let standard_input = path.as_os_str() == "-";
    let name = if standard_input { "standard input".into() } else { path.to_string_lossy() };
    let failed = |cause| Failure::new(Stage::Input, cause).about(&*name);
    let opened = if standard_input {
        io::stdin().as_fd().try_clone_to_owned().map_err(Cause::Unreadable)
    } else {
        open(path)
    };
    let file = opened.map_err(failed)?;
    if rustix::termios::isatty(&file) {
        let words = format!("{name} is a terminal, where everybody could read along");
        return Err(failed(Cause::Usage(words)));
    }
    let mut octets = vec![0; LONGEST];
    let came = fill(&file, &mut octets, watch);
    octets.truncate(came.as_ref().map_or(0, |count| *count));
    let full = octets.len() == LONGEST && !octets.contains(&b'\n');
    // From here on they are wiped, whatever comes.
    let secret = Secret::first_line(octets);
    came.map_err(failed)?;
    if full {
        return Err(failed(Cause::Usage(format!("{name} has no first line of less than 64 KiB"))));
    }
    Ok(secret)
}

fn open(path: &Path) -> Result<OwnedFd, Cause> {
    let unreadable = |error: Errno| match error {
        Errno::ACCESS | Errno::PERM => Cause::Denied(error.into()),
        _ => Cause::Unreadable(error.into()),
    };
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = rustix::fs::openat(CWD, path, flags, Mode::empty()).map_err(unreadable)?;
    let stat = fstat(&file).map_err(unreadable)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => Err(unreadable(Errno::ISDIR)),
        FileType::RegularFile => {
            let ours = stat.st_uid == rustix::process::geteuid().as_raw();
            if ours && stat.st_mode & 0o044 != 0 && !is_in_a_safe_place(path) {
                let why = io::Error::new(io::ErrorKind::PermissionDenied, "others can read it");
                return Err(Cause::Denied(why));
            }
            Ok(file)
        }
        _ => Ok(file),
    }
}

fn is_in_a_safe_place(path: &Path) -> bool {
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let handed_in = ["/dev/fd", "/proc/self/fd"].iter().any(|place| path.starts_with(place));
    let real = path.canonicalize().unwrap_or_default();
    let safe = [Some(PathBuf::from("/run/secrets")), credentials];
    let mut safe = safe.into_iter().flatten().filter_map(|place| place.canonicalize().ok());
    handed_in || safe.any(|place| real.starts_with(place))
}

/// Reads until there is a line, or the end, or no more room.
fn fill(file: &OwnedFd, octets: &mut [u8], watch: &Watch) -> Result<usize, Cause> {
    let mut filled = 0;
    while filled < octets.len() {
        watch.wait(file.as_fd(), PollFlags::IN, None).map_err(|halt| halt.cause(Duration::ZERO))?;
        match rustix::io::read(file, &mut octets[filled..]) {
            Ok(0) => break,
            Ok(count) => {
                let line = memchr::memchr(b'\n', &octets[filled..filled + count]);
                filled += count;
                if line.is_some() {
                    break;
                }
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(Cause::Unreadable(error.into())),
        }
    }
    Ok(filled)
}
