//! Floor 5: the configuration file and its accounts, the environment, the secrets, and what beats what.

pub mod account;
pub mod aliases;
mod chain;
pub mod configuration;
pub mod environment;
pub mod first;
pub mod key;
pub mod layer;
pub mod local;
mod page;
pub mod person;
pub mod place;
pub mod secrets;
pub mod senders;
pub mod settled;
mod table;
mod value;
pub mod via;
pub mod words;
