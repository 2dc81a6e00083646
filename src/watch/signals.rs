//! SIGINT, SIGTERM and SIGHUP as something a wait can end with; what was ignored at the start stays ignored.

use crate::terms::failure::Signal;
use rustix::pipe::{PipeFlags, pipe_with};
use signal_hook::consts::signal::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::low_level;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The signals that end a run, caught; the second one of a kind kills at once.
#[derive(Debug)]
pub struct Signals {
    woken: OwnedFd,
    caught: Arc<AtomicUsize>,
}

impl Signals {
    pub fn catch() -> io::Result<Signals> {
        let (woken, waker) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        let caught = Arc::new(AtomicUsize::new(0));
        let ignored = ignored_mask();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            if is_in(ignored, signal) {
                continue;
            }
            let again = Arc::new(AtomicBool::new(false));
            signal_hook::flag::register_conditional_default(signal, Arc::clone(&again))?;
            signal_hook::flag::register(signal, again)?;
            signal_hook::flag::register_usize(
                signal,
                Arc::clone(&caught),
                usize::try_from(signal).unwrap_or(0),
            )?;
            low_level::pipe::register(signal, waker.try_clone()?)?;
        }
        outlive_limits_on_files()?;
        Ok(Signals { woken, caught })
    }

    /// The signal that came, if one did.
    pub fn caught(&self) -> Option<Signal> {
        match self.caught.load(Ordering::SeqCst) {
            0 => None,
            number => i32::try_from(number).ok().map(Signal),
        }
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.woken.as_fd()
    }
}

/// A limit on file sizes is an error of the write that meets it, not the death of the program behind a message's end.
pub fn outlive_limits_on_files() -> io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::default()).map(|_| ())
}

/// Ends the process by the signal, as if it had never been caught.
pub fn die_of(signal: Signal) {
    let _ = low_level::emulate_default_handler(signal.0);
}

/// True for a signal that was ignored from the start, as SIGHUP is under nohup(1).
pub fn is_ignored(signal: i32) -> bool {
    is_in(ignored_mask(), signal)
}

fn is_in(mask: u64, signal: i32) -> bool {
    mask & (1 << (signal - 1)) != 0
}

/// The signals that this process ignores, by Linux's own word; none where it gives none.
fn ignored_mask() -> u64 {
    const STATUS: &str = "/proc/self/status";
    // One read commonly gives all of it: to ask for the length first and to feel for the end takes a dozen calls.
    let mut octets = [0u8; 4096];
    let read = std::fs::File::open(STATUS).and_then(|mut file| file.read(&mut octets)).unwrap_or(0);
    mask_in(&octets[..read]).or_else(|| mask_in(&std::fs::read(STATUS).unwrap_or_default())).unwrap_or(0)
}

fn mask_in(status: &[u8]) -> Option<u64> {
    let mut lines = status.split_inclusive(|&octet| octet == b'\n');
    let value = lines.find_map(|line| line.strip_prefix(b"SigIgn:")?.strip_suffix(b"\n"))?;
    u64::from_str_radix(std::str::from_utf8(value).ok()?.trim(), 16).ok()
}
