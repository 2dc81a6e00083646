//! The one wait of the program: for a descriptor, never longer than the stage's limit, the deadline, or a signal.

use super::signals::Signals;
use crate::terms::failure::{Cause, Signal};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// Why a wait ended without what was waited for.
#[derive(Debug)]
pub enum Halt {
    Limit,
    Deadline(Duration),
    Signal(Signal),
    Failed(io::Error),
}

impl Halt {
    /// The cause of a failure that this halt is; `limit` is what the stage was given.
    pub fn cause(self, limit: Duration) -> Cause {
        match self {
            Halt::Limit => Cause::TimedOut(limit),
            Halt::Deadline(deadline) => Cause::Deadline(deadline),
            Halt::Signal(signal) => Cause::Interrupted(signal),
            Halt::Failed(error) => Cause::ReadFailed(error),
        }
    }
}

/// What every wait of a run has in common: its deadline and its signals.
#[derive(Debug, Default)]
pub struct Watch {
    deadline: Option<(Instant, Duration)>,
    signals: Option<Signals>,
}

impl Watch {
    pub fn new(deadline: Option<(Instant, Duration)>, signals: Option<Signals>) -> Watch {
        Watch { deadline, signals }
    }

    pub fn deadline(&self) -> Option<(Instant, Duration)> {
        self.deadline
    }

    pub fn caught(&self) -> Option<Signal> {
        self.signals.as_ref().and_then(Signals::caught)
    }

    /// Says whether the run must end now, without waiting for anything.
    pub fn check(&self) -> Result<(), Halt> {
        if let Some(signal) = self.caught() {
            return Err(Halt::Signal(signal));
        }
        match self.deadline {
            Some((at, whole)) if Instant::now() >= at => Err(Halt::Deadline(whole)),
            _ => Ok(()),
        }
    }

    /// False where the deadline comes first.
    pub fn has_time_for(&self, time: Duration) -> bool {
        self.deadline.is_none_or(|(at, _)| at > Instant::now() + time)
    }

    /// Does nothing for so long; fails at once where the deadline comes before.
    pub fn rest(&self, time: Duration) -> Result<(), Halt> {
        let until = Instant::now() + time;
        if let Some((_, whole)) = self.deadline.filter(|_| !self.has_time_for(time)) {
            return Err(Halt::Deadline(whole));
        }
        match self.wait_any(&[], Some(until)) {
            Err(Halt::Limit) | Ok(_) => Ok(()),
            Err(halt) => Err(halt),
        }
    }

    /// Waits until the descriptor is ready for `wanted`, or has failed; returns what it is ready for.
    pub fn wait(
        &self,
        fd: BorrowedFd<'_>,
        wanted: PollFlags,
        limit: Option<Instant>,
    ) -> Result<PollFlags, Halt> {
        self.wait_any(&[(fd, wanted)], limit)
            .map(|ready| ready.first().copied().unwrap_or(PollFlags::empty()))
    }

    /// Waits until one of several descriptors is ready.
    pub fn wait_any(
        &self,
        wanted: &[(BorrowedFd<'_>, PollFlags)],
        limit: Option<Instant>,
    ) -> Result<Vec<PollFlags>, Halt> {
        loop {
            self.check()?;
            let now = Instant::now();
            let until = [limit, self.deadline.map(|(at, _)| at)].into_iter().flatten().min();
            if limit.is_some_and(|limit| now >= limit) {
                return Err(Halt::Limit);
            }
            let mut fds: Vec<PollFd<'_>> =
                wanted.iter().map(|&(fd, flags)| PollFd::from_borrowed_fd(fd, flags)).collect();
            if let Some(signals) = &self.signals {
                fds.push(PollFd::from_borrowed_fd(signals.fd(), PollFlags::IN));
            }
            let rest = until.map(|until| timespec(until.saturating_duration_since(now)));
            match poll(&mut fds, rest.as_ref()) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => {
                    let ready: Vec<PollFlags> = fds.iter().take(wanted.len()).map(PollFd::revents).collect();
                    if ready.iter().any(|flags| !flags.is_empty()) {
                        // A signal goes first: nothing may be written once it came.
                        self.check()?;
                        return Ok(ready);
                    }
                }
                Err(error) => return Err(Halt::Failed(error.into())),
            }
        }
    }
}

fn timespec(time: Duration) -> Timespec {
    // A wait a moment too long is better than one that turns on the spot.
    let time = time + Duration::from_micros(200);
    Timespec {
        tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(time.subsec_nanos()),
    }
}
