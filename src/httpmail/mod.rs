//! Floor 3: a message posted over HTTP/1.1 (RFC 9112), after the original's CommandPOST.
//!
//! reqwest gives the words: methods, header fields, URLs and the reading of an answer. Its client does not carry the message,
//! for it cannot say what has to be known here: it owns its connection, so that nobody learns whether the last octet went
//! out (15 or 40); it drops the extensions of a request and with them hyper's hook for `100 Continue`; it cuts a stream that
//! is longer than its declared length and reports success; it loses an answer that came before a broken pipe; and it makes
//! connections by its own rules about names, addresses, proxies and certificates. So hyper, which it is built on, speaks HTTP
//! over a wire of `net`: one way to resolve, race, pass proxies and judge certificates for all verbs, with the same
//! sentences. There is no runtime: the futures are driven by the one wait of the program, which knows signals and deadline.

pub mod auth;
mod body;
pub mod discover;
mod exchange;
pub mod jmap;
mod line;
mod multistatus;
mod page;
mod pipe;
pub mod post;
pub mod reply;
pub mod request;
mod session;
mod turn;
pub mod via;
pub mod wrap;
