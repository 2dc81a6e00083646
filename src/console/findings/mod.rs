//! What the findings of a check are: judgements over a survey, pure, each with a way on.

mod address;
pub mod all;
mod clock;
mod envelope;
pub mod finding;
mod logon;
mod offer;
mod security;
#[cfg(test)]
mod tables;

pub(super) use address::error_in_words;
pub use clock::{Clock, clock};
pub(super) use security::days_left;
