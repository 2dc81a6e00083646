//! Floor 1: what may end a wait, and the brink between a message's end and its verdict.

pub mod brink;
pub mod signals;
pub mod wait;
