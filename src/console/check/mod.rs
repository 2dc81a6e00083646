//! The report of a check: for people, for scripts, and the sentence beside it.

mod facts;
pub mod record;
pub mod text;
