//! A message submitted over JMAP (RFC 8620, 8621): session, upload, import among the drafts, submission with its envelope.

mod account;
mod calls;
mod problem;
mod road;
pub mod submission;
