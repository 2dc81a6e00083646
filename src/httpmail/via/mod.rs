//! Services that take a message over HTTP in a form of their own: each a description, and one mechanism for all of them.

pub mod judge;
pub mod manner;
pub mod presets;
pub mod rule;
pub mod service;
pub mod template;
