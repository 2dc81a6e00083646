//! Logging on over HTTP (RFC 9110 section 11): challenges, and the answers to them.

pub mod challenge;
mod digest;
pub(super) mod logon;
