//! Floor 5: the configuration file and its accounts, the environment, the secrets, and what beats what.

pub mod account;
mod chain;
pub mod configuration;
pub mod environment;
pub mod first;
pub mod key;
pub mod layer;
mod page;
pub mod place;
pub mod secrets;
pub mod senders;
pub mod settled;
mod table;
mod value;
pub mod words;
