//! Floor 5: the environment, and what beats what.

pub mod environment;
pub mod secret_file;
pub mod settings;
