//! The pieces of the program that a message passes, each timed beside a yardstick: the least that could be done there.
//!
//! `cargo bench` runs all of them, `cargo bench -- scan` those whose name holds the word. `scripts/race` races the whole.

mod harness;
mod link;
mod octets;
mod session;
mod words;

use harness::Bench;

fn main() {
    // cargo says --bench; words choose.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let mut bench = Bench::new(words);
    octets::scan(&mut bench);
    octets::stuff(&mut bench);
    words::reply(&mut bench);
    words::scram(&mut bench);
    session::small(&mut bench);
    session::many_recipients(&mut bench);
}
