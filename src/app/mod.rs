//! Floor 6: one file a command, from arguments to an exit status.

pub mod account;
pub mod begin;
pub mod check;
pub mod choose;
pub mod compose;
pub mod config;
pub mod config_init;
pub mod explain;
pub mod gather;
pub mod guard;
pub mod login;
pub mod options;
mod pem;
pub mod plan;
pub mod post;
mod post_login;
mod post_via;
pub mod product;
pub mod proxy;
pub mod round;
pub mod run;
pub mod send;
pub mod send_stream;
pub mod sendmail;
pub mod sink;
mod submission;
pub mod unsent;
