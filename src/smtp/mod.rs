//! Floor 3: the dialogue of RFC 5321, with a server that may say anything.

pub mod body;
pub mod capability;
mod chunk;
pub mod command;
mod envelope;
mod fates;
pub mod flight;
mod login;
mod needs;
pub mod probe;
mod push;
pub mod sasl;
pub mod session;
pub mod stuff;
pub mod submit;
pub mod talk;
mod verdict;
mod way;
