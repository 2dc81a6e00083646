//! The embedded server: takes mail over SMTP (RFC 5321) and LMTP (RFC 2033), keeps it, and misbehaves on request.
//!
//! | file | what is in it |
//! |---|---|
//! | `listener` | threads, the start and the end of it all |
//! | `door` | the places it listens on |
//! | `dialogue` | one session: greeting, hello, envelope |
//! | `intake` | the message itself: DATA, BDAT, the verdict |
//! | `logon` | STARTTLS and AUTH |
//! | `tls` | the certificate and the handshake |
//! | `command`, `parameter`, `reply` | the grammar of what is said, either way |
//! | `unstuff` | the end of the message and the doubled dots |
//! | `behaviour` | what was asked for: refusals, hang-ups, delays |
//! | `store`, `kept` | the Maildir, and what is known of a message in it |
//! | `office` | what all sessions share: limits, store, tally |
//! | `wire`, `stream` | buffered octets, and what carries them |

mod behaviour;
mod command;
mod dialogue;
mod door;
mod intake;
mod kept;
mod listener;
mod logon;
mod office;
mod parameter;
mod reply;
mod store;
mod stream;
mod tls;
mod unstuff;
mod wire;

pub use behaviour::{Behaviour, BehaviourProblem, Delay, Extension, Hangup, Pattern, Refusal, Stage};
pub use door::Listen;
pub use kept::{Addressee, Kept, Protocol};
pub use listener::{Ended, Setup, Sink, SinkProblem, Stopper, is_presentable};
pub use logon::{Gate, User};
pub use store::{StoreChoice, StoreProblem};
pub use tls::{CertificateChoice, CertificateProblem};
