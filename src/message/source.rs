//! Where the octets of a message lie: a file, memory, or an unlinked spool for what came through a pipe.

use super::held::Held;
use crate::terms::failure::{Cause, Unfit};
use crate::watch::wait::Watch;
use ring::digest::{Context, SHA256};
use rustix::buffer::spare_capacity;
use rustix::event::PollFlags;
use rustix::fs::{CWD, FileType, Mode, OFlags, Stat, fstat, stat};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Octets that can be read again from any place.
#[derive(Debug)]
pub enum Source {
    File {
        file: File,
        base: u64,
        seen: Seen,
        /// All of it, where it is small and was read already.
        held: Held,
    },
    Memory(Vec<u8>),
    /// Nobody else can reach it, so it cannot change.
    Spool(File),
}

/// What a file looked like when it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    size: i64,
    modified: (i64, u64),
    /// Which file it is, how many names it has, and when anything about it was changed last.
    file: (u64, u64),
    names: u64,
    changed: (i64, u64),
}

impl Seen {
    #[allow(clippy::unnecessary_cast, clippy::useless_conversion)] // the types differ between systems
    fn of(stat: &Stat) -> Seen {
        Seen {
            size: stat.st_size as i64,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as u64),
            file: (stat.st_dev as u64, stat.st_ino as u64),
            names: stat.st_nlink as u64,
            changed: (stat.st_ctime as i64, stat.st_ctime_nsec as u64),
        }
    }

    /// True where the content is the same; who may read it, and by what names, makes no difference.
    fn has_content_of(&self, other: &Seen) -> bool {
        (self.size, self.modified) == (other.size, other.modified)
    }
}

/// Octets kept in memory before a pipe goes to disk.
pub const IN_MEMORY: usize = 1024 * 1024;
/// Octets read at a time.
pub const BLOCK: usize = 128 * 1024;

/// What a descriptor can give.
#[derive(Debug)]
pub enum Opened {
    /// A regular file, from its present offset on.
    File(Source),
    /// A pipe or socket: it gives its octets once.
    Stream(OwnedFd),
}

impl Opened {
    /// Opens a path once; a pipe without a writer does not hold the program up.
    pub fn path(path: &Path) -> Result<Opened, Cause> {
        let fd = open(path).map_err(|error| Cause::Unreadable(error.into()))?;
        Self::judge(fd, 0)
    }

    pub fn standard_input() -> Result<Opened, Cause> {
        let stdin = io::stdin().as_fd().try_clone_to_owned().map_err(Cause::Unreadable)?;
        let offset = rustix::fs::tell(&stdin).unwrap_or(0);
        Self::judge(stdin, offset)
    }

    /// The same where a person may type; true where one does.
    pub(super) fn standard_input_or_terminal() -> Result<(Opened, bool), Cause> {
        if !rustix::termios::isatty(io::stdin()) {
            return Ok((Opened::standard_input()?, false));
        }
        let stdin = io::stdin().as_fd().try_clone_to_owned().map_err(Cause::Unreadable)?;
        Ok((Opened::Stream(stdin), true))
    }

    fn judge(fd: OwnedFd, base: u64) -> Result<Opened, Cause> {
        let stat = fstat(&fd).map_err(|error| Cause::Unreadable(error.into()))?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => {
                let (file, seen, held) = (File::from(fd), Seen::of(&stat), Held::default());
                Ok(Opened::File(Source::File { file, base, seen, held }))
            }
            FileType::Fifo | FileType::Socket => Ok(Opened::Stream(fd)),
            FileType::Directory => Err(Cause::Unfit(Unfit::Directory)),
            _ if rustix::termios::isatty(&fd) => Err(Cause::Unfit(Unfit::Terminal)),
            _ if matches!(rustix::io::read(&fd, &mut [0u8; 1]), Ok(0)) => Err(Cause::Unfit(Unfit::Empty)),
            _ => Err(Cause::Unfit(Unfit::Device)),
        }
    }
}

fn open(path: &Path) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    rustix::fs::openat(CWD, path, flags, Mode::empty())
}

impl Source {
    /// A regular file of at most so many octets; nothing else is opened.
    pub(super) fn of_small_file(path: &Path, most: u64) -> Option<Source> {
        let stat = stat(path).ok()?;
        let is_small = u64::try_from(stat.st_size).is_ok_and(|size| (1..=most).contains(&size));
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile || !is_small {
            return None;
        }
        // Whether this is the file that was looked at, the next look will tell.
        let (file, seen) = (File::from(open(path).ok()?), Seen::of(&stat));
        Some(Source::File { file, base: 0, seen, held: Held::default() })
    }

    /// Reads at a place, as much as is there up to the buffer's size.
    pub fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        match self {
            Source::File { held, .. } if at < held.len() as u64 => Ok(copy_at(held, buffer, at)),
            Source::File { file, base, .. } => read_at(file.as_fd(), buffer, base + at),
            Source::Spool(file) => read_at(file.as_fd(), buffer, at),
            Source::Memory(octets) => Ok(copy_at(octets, buffer, at)),
        }
    }

    /// All octets, where they are in memory.
    pub(super) fn in_memory(&self) -> Option<&[u8]> {
        match self {
            Source::Memory(octets) => Some(octets),
            Source::File { held, .. } if !held.is_empty() => Some(held),
            Source::File { .. } | Source::Spool(_) => None,
        }
    }

    /// Keeps all octets of a file that were read, so that they need not be read again.
    pub(super) fn hold(&mut self, octets: Vec<u8>) {
        if let Source::File { held, .. } = self {
            *held = Held::of(octets);
        }
    }

    /// Reads at a place behind what a buffer holds, into room that it has.
    pub fn append_at(&self, buffer: &mut Vec<u8>, most: usize, at: u64) -> io::Result<usize> {
        let (file, at) = match self {
            Source::Memory(octets) => {
                let start = usize::try_from(at).unwrap_or(usize::MAX).min(octets.len());
                let count = most.min(octets.len() - start);
                buffer.extend_from_slice(&octets[start..start + count]);
                return Ok(count);
            }
            Source::File { file, base, .. } => (file, base + at),
            Source::Spool(file) => (file, at),
        };
        let from = buffer.len();
        loop {
            let read = if buffer.capacity() - from == most && most > 0 {
                rustix::io::pread(file, spare_capacity(buffer), at)
            } else {
                buffer.resize(from + most, 0);
                let read = rustix::io::pread(file, &mut buffer[from..], at);
                buffer.truncate(from + read.unwrap_or(0));
                read
            };
            match read {
                Err(rustix::io::Errno::INTR) => {}
                other => return Ok(other?),
            }
        }
    }

    /// How many there are.
    pub fn octets(&self) -> u64 {
        match self {
            Source::File { base, seen, .. } => u64::try_from(seen.size).unwrap_or(0).saturating_sub(*base),
            Source::Spool(file) => file.metadata().map_or(0, |found| found.len()),
            Source::Memory(octets) => octets.len() as u64,
        }
    }

    /// The SHA-256 of all of them.
    pub fn sha256(&self, watch: &Watch) -> Result<[u8; 32], Cause> {
        let mut digest = Context::new(&SHA256);
        let (mut block, mut at) = (vec![0u8; BLOCK], 0);
        loop {
            watch.check().map_err(|halt| halt.cause(Duration::ZERO))?;
            let count = self.read_at(&mut block, at).map_err(Cause::Unreadable)?;
            if count == 0 {
                let mut sum = [0u8; 32];
                sum.copy_from_slice(digest.finish().as_ref());
                return Ok(sum);
            }
            digest.update(&block[..count]);
            at += count as u64;
        }
    }

    /// How many octets a file had when it was opened; one that tells nothing has no length.
    pub fn length(&self) -> Option<u64> {
        match self {
            Source::File { base, seen, .. } => {
                u64::try_from(seen.size).ok()?.checked_sub(*base).filter(|length| *length > 0)
            }
            Source::Memory(_) | Source::Spool(_) => None,
        }
    }

    /// The file that holds them, and where in it a place is; none for what lies in memory.
    pub fn file_at(&self, at: u64) -> Option<(BorrowedFd<'_>, u64)> {
        match self {
            Source::File { file, base, .. } => Some((file.as_fd(), base + at)),
            Source::Spool(file) => Some((file.as_fd(), at)),
            Source::Memory(_) => None,
        }
    }

    /// True where the file is not what it was when it was opened.
    pub fn has_changed(&self) -> bool {
        match self {
            Source::File { file, seen, .. } => {
                fstat(file).map_or(true, |stat| !Seen::of(&stat).has_content_of(seen))
            }
            Source::Memory(_) | Source::Spool(_) => false,
        }
    }

    /// True where it is all in memory, and nothing at all was done to its file since: it was not given another name either, nor
    /// was another put in its place.
    pub(super) fn is_untouched(&self) -> bool {
        match self {
            Source::File { file, seen, held, .. } if !held.is_empty() => {
                fstat(file).is_ok_and(|stat| Seen::of(&stat) == *seen)
            }
            _ => false,
        }
    }
}

fn copy_at(octets: &[u8], buffer: &mut [u8], at: u64) -> usize {
    let start = usize::try_from(at).unwrap_or(usize::MAX).min(octets.len());
    let count = buffer.len().min(octets.len() - start);
    buffer[..count].copy_from_slice(&octets[start..start + count]);
    count
}

fn read_at(fd: BorrowedFd<'_>, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    loop {
        match rustix::io::pread(fd, &mut *buffer, at) {
            Err(rustix::io::Errno::INTR) => {}
            other => return Ok(other?),
        }
    }
}

/// Takes a stream to its end, into memory or beyond 1 MiB into a spool; every block is shown to `see`.
pub fn keep(stream: &OwnedFd, watch: &Watch, mut see: impl FnMut(&[u8])) -> Result<Source, Cause> {
    let mut keeper = Keeper::default();
    let mut block = vec![0u8; BLOCK];
    loop {
        let count = read_stream(stream.as_fd(), &mut block, watch)?;
        let octets = &block[..count];
        see(octets);
        if count == 0 {
            return Ok(keeper.finish());
        }
        keeper.add(octets)?;
    }
}

/// Octets kept as they come: in memory, beyond 1 MiB in a spool.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    memory: Vec<u8>,
    spool: Option<File>,
}

impl Keeper {
    pub(super) fn add(&mut self, octets: &[u8]) -> Result<(), Cause> {
        match &mut self.spool {
            None if self.memory.len() + octets.len() <= IN_MEMORY => self.memory.extend_from_slice(octets),
            None => {
                let mut file = spool_file().map_err(Cause::NoRoom)?;
                write_all(&mut file, &std::mem::take(&mut self.memory))?;
                write_all(&mut file, octets)?;
                self.spool = Some(file);
            }
            Some(file) => write_all(file, octets)?,
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Source {
        self.spool.map_or(Source::Memory(self.memory), Source::Spool)
    }
}

fn write_all(file: &mut File, octets: &[u8]) -> Result<(), Cause> {
    io::Write::write_all(file, octets).map_err(Cause::NoRoom)
}

/// Waits for a stream's octets under the watch; 0 is its end.
pub(super) fn read_stream(fd: BorrowedFd<'_>, buffer: &mut [u8], watch: &Watch) -> Result<usize, Cause> {
    loop {
        watch.wait(fd, PollFlags::IN, None).map_err(|halt| halt.cause(Duration::ZERO))?;
        match rustix::io::read(fd, &mut *buffer) {
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
            Err(error) => return Err(Cause::Unreadable(error.into())),
            Ok(count) => return Ok(count),
        }
    }
}

/// A file without a name, readable by nobody else, in `$TMPDIR` or else /var/tmp.
fn spool_file() -> io::Result<File> {
    let dir = std::env::var_os("TMPDIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    tempfile::tempfile_in(dir.unwrap_or_else(|| PathBuf::from("/var/tmp")))
}
