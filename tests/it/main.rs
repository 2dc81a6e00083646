//! The tests that need more than one module of the library: the stories under `tests/scripts`, the floors, real servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod callers;
mod clock;
mod compose;
mod crash;
mod first_minute;
mod fixture;
mod fixture_itself;
mod floors;
mod fuzzing;
mod hostile;
mod json;
mod laws;
mod login;
mod papers;
mod post;
mod product;
mod proxy;
mod readme;
mod real;
mod scripts;
mod sink;
mod terminal;
mod tls;
