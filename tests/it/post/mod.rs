//! `mailxport post` against HTTP servers of the tests' own, which share no code with it.

mod body;
mod examples;
mod expect;
mod jmap;
mod jmap_doubt;
mod jmap_keep;
mod logon;
mod mail;
mod redirects;
mod retry;
mod secrets;
mod server;
mod tls;
mod verdicts;
mod via;
mod waits;
mod ways;
mod words;
