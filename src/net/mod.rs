//! Floor 2: the seam `Link`, and the real pipe behind it.

pub mod certificate;
pub mod clock;
pub mod connect;
pub mod host;
pub mod link;
pub mod octets;
mod proxy;
pub mod race;
pub mod resolve;
mod store;
pub mod tls;
mod verify;
pub mod wire;
