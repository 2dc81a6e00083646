//! What tests with a foreign program begin with: is it there, and a port for it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU16, Ordering};

/// A port that nobody listens at, and that was given to nobody else here before.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Below the ports that the system gives to clients, and each test program in a part of its own.
    let part = u16::try_from(std::process::id() % 100).unwrap() * 120;
    loop {
        let port = 20_000 + (part + NEXT.fetch_add(1, Ordering::SeqCst)) % 12_000;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// Says that a test cannot run here; where everything must be there, that is a failure.
pub(super) fn skipped(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what} is not installed, and CI is set");
    println!("skipped: {what} is not installed");
}

pub(super) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let sbin = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(sbin).map(|folder| folder.join(name)).find(|program| program.is_file())
}
