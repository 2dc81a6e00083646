//! How a run that speaks to a server begins: the scheme of its statuses, its deadline, its signals.

use super::guard;
use crate::cli::shared::ExitCodes;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::watch::signals::Signals;
use crate::watch::wait::Watch;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Readies the process for a run, and gives the watch over all its waits.
pub fn begin(exit_codes: ExitCodes, deadline: Option<Duration>) -> Result<Arc<Watch>, Failure> {
    if exit_codes == ExitCodes::Sysexits {
        guard::speak_sysexits();
    }
    guard::catch_lack_of_memory();
    let start = Instant::now();
    let deadline = deadline.map(|whole| (start + whole, whole));
    if let Some((at, whole)) = deadline {
        guard::enforce(whole, at);
    }
    // What is told of signals comes through a pipe.
    let signals = Signals::catch().map_err(|error| Failure::new(Stage::Connect, Cause::NoSocket(error)))?;
    Ok(Arc::new(Watch::new(deadline, Some(signals))))
}
