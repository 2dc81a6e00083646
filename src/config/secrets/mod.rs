//! Where passwords and tokens come from.

pub mod choice;
mod credentials;
mod file;
mod helper;
pub mod kind;
mod netrc;
mod octets;
mod words;
