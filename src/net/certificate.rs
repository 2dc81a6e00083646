//! What stands in a certificate, for people: names, dates, issuer; and its hashes.

use crate::terms::tls::Fingerprint;
use ring::digest::{SHA256, SHA384, SHA512, digest};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// The parts of a certificate that a sentence may need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    pub subject: String,
    pub issuer: String,
    pub self_signed: bool,
    pub names: Vec<String>,
    pub from: SystemTime,
    pub until: SystemTime,
}

/// Reads a certificate in DER.
pub fn story(der: &[u8]) -> Option<Story> {
    let (_, cert) = X509Certificate::from_der(der).ok()?;
    let alternative = cert.subject_alternative_name().ok().flatten();
    let names =
        alternative.iter().flat_map(|found| &found.value.general_names).filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(octets) => address(octets),
            _ => None,
        });
    let validity = cert.validity();
    Some(Story {
        subject: cert.subject().to_string(),
        issuer: cert.issuer().to_string(),
        self_signed: cert.subject() == cert.issuer(),
        names: names.collect(),
        from: time(validity.not_before.timestamp()),
        until: time(validity.not_after.timestamp()),
    })
}

fn address(octets: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(octets).map(|octets| std::net::IpAddr::from(octets).to_string());
    let v6 = <[u8; 16]>::try_from(octets).map(|octets| std::net::IpAddr::from(octets).to_string());
    v4.or(v6).ok()
}

fn time(seconds: i64) -> SystemTime {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { UNIX_EPOCH - distance } else { UNIX_EPOCH + distance }
}

pub fn sha256(der: &[u8]) -> Fingerprint {
    let mut octets = [0; 32];
    octets.copy_from_slice(digest(&SHA256, der).as_ref());
    octets
}

/// The hash by the certificate's own signature algorithm, SHA-256 at least (RFC 5929 section 4.1).
pub fn end_point_hash(der: &[u8]) -> Option<Vec<u8>> {
    let (_, cert) = X509Certificate::from_der(der).ok()?;
    let algorithm = match cert.signature_algorithm.algorithm.to_id_string().as_str() {
        // sha384WithRSAEncryption, ecdsa-with-SHA384
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => &SHA384,
        // sha512WithRSAEncryption, ecdsa-with-SHA512
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => &SHA512,
        // Ed25519, Ed448 and RSASSA-PSS name no hash of their own.
        "1.3.101.112" | "1.3.101.113" | "1.2.840.113549.1.1.10" => return None,
        _ => &SHA256,
    };
    Some(digest(algorithm, der).as_ref().to_vec())
}
