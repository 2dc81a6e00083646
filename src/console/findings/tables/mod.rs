//! The findings as tables.

mod envelope;
mod security;
mod specimen;
