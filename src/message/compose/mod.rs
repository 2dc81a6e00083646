//! A message made of words and files: its header, its parts, and the way it is written (RFC 5322, RFC 2045 to 2047, 2231).

pub mod addresses;
pub mod fields;
mod fold;
pub mod identity;
pub mod judge;
pub mod leaf;
pub mod media;
pub mod name;
mod parameter;
pub mod reply;
mod transfer;
mod tree;
mod word;
pub mod write;
