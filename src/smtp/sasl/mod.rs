//! Log-ons (RFC 4422, RFC 4954): which mechanism, and its rounds. Pure but for the random octets of a nonce.

mod cram_md5;
pub mod exchange;
mod external;
mod login;
pub mod logon;
pub mod mechanism;
mod oauth;
mod plain;
pub mod problem;
mod scram;
mod scram_keys;
mod scram_message;
