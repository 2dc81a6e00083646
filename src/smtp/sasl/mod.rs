//! Log-ons (RFC 4422, RFC 4954): which mechanism.

pub mod mechanism;
