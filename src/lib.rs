//! mailxport hands a message to a mail server exactly once and says what became of it.
//!
//! The house has seven floors; a file imports only from lower floors and from its own folder:
//!
//! | floor | folder | what lives there |
//! |---|---|---|
//! | 0 | `terms` | the words: address, envelope, endpoint, plan, reply, failure, ixp, outcome, event, secret |
//! | 1 | `watch` | what may end a wait: readiness, a stage's limit, the deadline, a signal; and the brink |
//! | 2 | `message` | a measured source of octets: open, scan, header, line ends, spool |
//! | 2 | `net` | the seam `Link` and the real pipe: resolve, connect, proxy, tls, wire |
//! | 3 | `smtp` | the dialogue: capability, command, sasl, stuff, flight, session |
//! | 3 | `httpmail` | a message posted over HTTP: request, body, exchange, reply |
//! | 4 | `delivery` | the one road that every message takes |
//! | 4 | `sink` | the embedded server |
//! | 5 | `cli` | clap structs, no behaviour |
//! | 5 | `config` | the configuration file, the environment, secrets, and what beats what |
//! | 5 | `console` | the only writer to a person |
//! | 6 | `app` | one file a command |

pub mod app;
pub mod cli;
pub mod config;
pub mod console;
pub mod delivery;
pub mod httpmail;
pub mod message;
pub mod net;
pub mod sink;
pub mod smtp;
pub mod terms;
pub mod watch;
