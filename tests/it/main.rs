//! The integration tests, one binary.
mod sink;
