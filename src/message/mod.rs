//! Floor 2: a measured, streamable source of octets.

mod ahead;
pub mod compose;
pub mod content;
mod dot;
pub mod ending;
pub mod flow;
pub mod header;
mod held;
mod inlet;
mod look;
mod measure;
pub mod octets;
pub mod open;
pub mod raw;
pub mod scan;
pub mod source;
pub mod stamp;
pub mod supply;
pub mod taken;
