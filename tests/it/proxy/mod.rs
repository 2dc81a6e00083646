//! Mail through proxies: SOCKS5 and CONNECT, their log-ons, everything they may answer, and real ones.

mod connect;
pub(crate) mod foreign;
mod server;
mod socks;
mod tls;
mod words;
