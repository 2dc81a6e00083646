//! Where passwords and tokens come from.

pub mod choice;
pub(super) mod credentials;
pub(super) mod file;
mod helper;
pub mod kind;
mod netrc;
pub(super) mod octets;
mod words;
