//! What is wished of TLS, what a session got of it, and what can be wrong with a certificate.

use super::secret::Secret;
use std::sync::Arc;
use std::time::SystemTime;

/// When a connection must have TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    Required,
    Opportunistic,
    Off,
}

/// The oldest version that is spoken; older ones than these never are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Oldest {
    #[default]
    Tls12,
    Tls13,
}

/// A certificate's SHA-256.
pub type Fingerprint = [u8; 32];

/// A file in PEM form as it was named, and all that it held: a pipe gives that only once. It may be a key.
#[derive(Clone, Debug)]
pub struct PemFile {
    pub name: String,
    pub octets: Arc<Secret>,
}

/// What options and account say about TLS.
#[derive(Clone, Debug, Default)]
pub struct TlsWishes {
    /// None where nothing was said: the rules decide by the address connected to.
    pub when: Option<Tls>,
    /// Another name than the host's to check and to send as SNI.
    pub name: Option<String>,
    /// Replaces the system's store.
    pub ca_file: Option<PemFile>,
    /// One that matches stands for chain, name and date.
    pub pins: Vec<Fingerprint>,
    pub client_cert: Option<PemFile>,
    pub client_key: Option<PemFile>,
    pub oldest: Oldest,
    /// Any certificate is taken.
    pub insecure: bool,
}

/// How far the certificate was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Chain, name and date hold, or a fingerprint matched.
    Verified,
    /// It would not have been taken where TLS is required.
    Unverified(Box<TlsProblem>),
}

/// What a session got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFacts {
    pub version: String,
    pub cipher: String,
    pub trust: Trust,
    /// The server's chain in DER, leaf first.
    pub chain: Vec<Vec<u8>>,
}

impl TlsFacts {
    pub fn is_verified(&self) -> bool {
        self.trust == Trust::Verified
    }
}

/// Why a connection is not as secure as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsProblem {
    /// The certificate is for other names.
    Name {
        wanted: String,
        names: Vec<String>,
    },
    Expired {
        at: SystemTime,
    },
    NotYetValid {
        from: SystemTime,
    },
    /// Nobody in the store vouches for it.
    Issuer {
        issuer: String,
        self_signed: bool,
    },
    /// No fingerprint matches; this is the one it has.
    Pin {
        found: Fingerprint,
    },
    /// The certificate is of no use for another reason.
    Certificate(String),
    Handshake(String),
    /// A plain greeting came where TLS was to begin.
    PlainGreeting(String),
    /// Octets came in clear behind the answer to STARTTLS.
    Injected,
    /// No store of authorities was found.
    NoStore,
}

/// Writes a fingerprint as `sha256:HEX`.
pub fn fingerprint_text(fingerprint: &Fingerprint) -> String {
    let hex: String = fingerprint.iter().map(|octet| format!("{octet:02x}")).collect();
    format!("sha256:{hex}")
}

/// Reads `sha256:HEX`; colons between the octets may stand.
pub fn fingerprint(text: &str) -> Result<Fingerprint, String> {
    let bad = || format!("{text:?} is not a fingerprint (sha256: and 64 hexadecimal digits)");
    let hex = text.strip_prefix("sha256:").or(text.strip_prefix("SHA256:")).ok_or_else(bad)?;
    sha256(&hex.replace(':', "")).map_err(|_| bad())
}

/// Reads a SHA-256 of 64 hexadecimal digits.
pub fn sha256(hex: &str) -> Result<[u8; 32], String> {
    let bad = || format!("{hex:?} is not a SHA-256 (64 hexadecimal digits)");
    if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(bad());
    }
    let mut octets = [0; 32];
    for (at, octet) in octets.iter_mut().enumerate() {
        *octet = u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).map_err(|_| bad())?;
    }
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_read_and_written() {
        let text = format!("sha256:{}", "0af5".repeat(16));
        assert_eq!(fingerprint(&text).map(|octets| fingerprint_text(&octets)), Ok(text.clone()));
        let colons: Vec<String> =
            (0..32).map(|at| if at % 2 == 0 { "0A".into() } else { "F5".into() }).collect();
        assert_eq!(fingerprint(&format!("SHA256:{}", colons.join(":"))), fingerprint(&text));
        for bad in ["", "sha256:", "sha1:00", &text[7..], &text[..70], &format!("{text}0")] {
            assert!(fingerprint(bad).is_err(), "{bad}");
        }
    }
}
