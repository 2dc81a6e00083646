//! Floor 4: the one road that every message takes, and a check as far as it needs none.

pub mod again;
mod ahead;
pub mod check;
pub mod deliver;
pub mod job;
mod parts;
pub mod post;
pub mod rules;
pub mod survey;
pub mod surveyor;
