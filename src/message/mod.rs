//! Floor 2: a measured, streamable source of octets.

pub mod ending;
pub mod header;
pub mod open;
pub mod scan;
pub mod source;
pub mod stamp;
