//! How a message travels: behind DATA, in chunks, or as one chunk together with its envelope.

use super::chunk;
use super::command::Command;
use crate::terms::failure::{Cause, Stage};

/// How a message travels.
pub(super) enum Way {
    /// Behind DATA, ended by the dot.
    Data,
    /// In chunks, once the recipients are known.
    Chunks,
    /// As one chunk, together with the sender and the recipients.
    Along { octets: Vec<u8> },
}

impl Way {
    /// The command that travels behind the recipients.
    pub(super) fn rider(&self, may_ride: bool) -> Result<Option<Command>, Cause> {
        match self {
            Way::Data => may_ride.then(data).transpose(),
            Way::Chunks => Ok(None),
            Way::Along { octets } => {
                Command::new(Stage::Dot, chunk::command(octets.len() as u64, true)).map(Some)
            }
        }
    }

    pub(super) fn freight(&self) -> &[u8] {
        match self {
            Way::Along { octets } => octets,
            _ => b"",
        }
    }
}

/// The command that asks for a message with a dot at its end.
pub(super) fn data() -> Result<Command, Cause> {
    Command::new(Stage::Data, "DATA")
}
