//! TLS as a client meets it: good and bad certificates, STARTTLS and what may be tried with it, sessions that break.

mod breaks;
mod certificates;
mod check;
mod clock;
mod files;
mod handshake;
mod load;
mod roads;
mod server;
mod starttls;
