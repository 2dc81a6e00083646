//! Floor 0: the words of the trade. Pure: no I/O, no clock, no clap.

pub mod address;
pub mod address_list;
pub mod amount;
pub mod answer;
pub mod auth;
pub mod date;
pub mod endpoint;
pub mod envelope;
pub mod event;
pub mod failure;
pub mod find;
pub mod ixp;
mod ixp_table;
pub mod mailbox;
pub mod mask;
pub mod meaning;
pub mod moment;
pub mod outcome;
pub mod plan;
pub mod printable;
pub mod proxy;
pub mod reply;
pub mod resource;
pub mod secret;
pub mod target;
pub mod tls;
pub mod xtext;
