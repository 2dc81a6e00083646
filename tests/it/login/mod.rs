//! The log-on as a story cannot tell it: secrets looked for everywhere, proofs of SCRAM, files with a mode, a terminal.

mod binding;
mod external;
mod leaks;
mod prompt;
mod scram;
mod server;
mod sources;
mod verifier;
