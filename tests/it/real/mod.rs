//! Servers that other people wrote: what arrives there must be the message, octet for octet.

mod apache;
mod bin;
mod check;
mod corpus;
mod cyrus;
mod dovecot;
mod interop;
mod keepers;
mod load;
mod matrix;
mod mta;
mod nginx;
mod octets;
mod peers;
mod sasl;
pub(crate) mod server;
mod systems;
mod web;
mod without;
