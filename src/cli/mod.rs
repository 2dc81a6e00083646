//! Floor 5: the command line as clap structs, without behaviour.

pub mod check;
pub mod compose;
pub mod config;
pub mod explain;
mod haste;
pub mod parts;
pub mod post;
pub mod root;
pub mod send;
pub mod send_stream;
pub mod sendmail;
pub mod shared;
pub mod sink;
pub mod submission;
pub mod words;
