//! Where passwords and tokens come from.

pub mod choice;
mod credentials;
mod file;
mod helper;
mod netrc;
mod octets;
mod words;
