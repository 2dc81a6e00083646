//! A whole session with a server that says anything: the player and the laws of the tests.

#[path = "../../tests/it/laws/dialogue.rs"]
mod dialogue;
#[path = "../../tests/it/laws/ground.rs"]
mod ground;
#[path = "../../tests/it/laws/journal.rs"]
mod journal;
#[path = "../../tests/it/laws/link.rs"]
mod link;
#[path = "../../tests/it/laws/server.rs"]
mod server;

use ground::{IN_CLEAR, envelope, letter, open, plan};

pub(crate) fn hold(octets: &[u8]) {
    let run = dialogue::Run::of(octets);
    if let Err(law) = dialogue::hold(&run) {
        panic!("{law}\n{run:?}");
    }
}
