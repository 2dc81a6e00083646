//! The laws: what must hold whatever a server says, proved on the library with a link in memory, with real sockets and with
//! processes that fail on purpose.

mod abreast;
mod deadlock;
pub(crate) mod dialogue;
mod faults;
mod ground;
mod journal;
mod last_words;
mod link;
mod server;
mod statuses;
mod truth;
mod waits;
mod ways;

use ground::{IN_CLEAR, envelope, letter, open, plan};
