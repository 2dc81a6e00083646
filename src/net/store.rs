//! The authorities that are trusted: the named file, else the system's own bundle.
//!
//! One bundle is read in one go: the directory of hashed links beside it costs many times as much.

use crate::terms::failure::Cause;
use crate::terms::tls::{PemFile, TlsProblem};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::PathBuf;

/// Where systems keep their bundle.
const BUNDLES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

pub(super) fn roots(ca_file: Option<&PemFile>) -> Result<RootCertStore, Cause> {
    if let Some(file) = ca_file {
        let store = store_of(file.octets.expose());
        let named = || Cause::Usage(format!("--ca-file {} holds no certificate in PEM form", file.name));
        return if store.is_empty() { Err(named()) } else { Ok(store) };
    }
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let named = set("SSL_CERT_FILE");
    let folder = set("SSL_CERT_DIR");
    let known = BUNDLES.iter().map(PathBuf::from).filter(|_| named.is_none() && folder.is_none());
    for path in named.clone().into_iter().chain(known) {
        if let Ok(octets) = std::fs::read(&path) {
            let store = store_of(&octets);
            if !store.is_empty() {
                return Ok(store);
            }
        }
    }
    let mut store = RootCertStore::empty();
    for entry in folder.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten() {
        if let Ok(octets) = std::fs::read(entry.path()) {
            store.roots.extend(store_of(&octets).roots);
        }
    }
    if store.is_empty() { Err(Cause::Tls(TlsProblem::NoStore)) } else { Ok(store) }
}

/// Every certificate that can be used; a bundle may hold one that cannot.
fn store_of(octets: &[u8]) -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(CertificateDer::pem_slice_iter(octets).filter_map(Result::ok));
    store
}
