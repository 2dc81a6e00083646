//! Servers that other people wrote: what arrives there must be the message, octet for octet.

mod corpus;
mod octets;
mod server;
