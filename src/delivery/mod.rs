//! Floor 4: the one road that every message takes.

pub mod deliver;
pub mod job;
pub mod rules;
