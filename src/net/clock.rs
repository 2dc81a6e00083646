//! The time of day, as certificates are judged by it.

use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use std::time::{SystemTime, UNIX_EPOCH};

/// The clock of this machine; before 1970, where the library's own stops the program, nothing is valid yet.
#[derive(Debug)]
pub struct Clock;

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Some(UnixTime::since_unix_epoch(since.unwrap_or_default()))
    }
}
