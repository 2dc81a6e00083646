//! What stands in a certificate, for people: names, dates, issuer; and its hashes.

use crate::terms::tls::Fingerprint;
use ring::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use x509_parser::signature_algorithm::SignatureAlgorithm;
use x509_parser::x509::AlgorithmIdentifier;

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

/// The hash by the one that the certificate's signature is made with, SHA-256 for those that are weaker (RFC 5929
/// section 4.1); none where the signature names no hash or more than one, for then the rule says nothing.
pub fn end_point_hash(der: &[u8]) -> Option<Vec<u8>> {
    let (_, cert) = X509Certificate::from_der(der).ok()?;
    let signature = &cert.signature_algorithm;
    let algorithm = match signature.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.10" => hash_of_pss(signature)?,
        // With RSA: MD5, SHA-1, SHA-256. ECDSA with SHA-1, SHA-256.
        "1.2.840.113549.1.1.4" | "1.2.840.113549.1.1.5" | "1.2.840.113549.1.1.11" => &SHA256,
        "1.2.840.10045.4.1" | "1.2.840.10045.4.3.2" => &SHA256,
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => &SHA384,
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => &SHA512,
        _ => return None,
    };
    Some(digest(algorithm, der).as_ref().to_vec())
}

/// RSASSA-PSS (RFC 4055) names the hash of the message and that of the mask, which may be another.
fn hash_of_pss(signature: &AlgorithmIdentifier<'_>) -> Option<&'static Algorithm> {
    let Ok(SignatureAlgorithm::RSASSA_PSS(params)) = SignatureAlgorithm::try_from(signature) else {
        return None;
    };
    let hash = params.hash_algorithm_oid();
    if params.mask_gen_algorithm().ok()?.hash != *hash {
        return None;
    }
    match hash.to_id_string().as_str() {
        // SHA-1, SHA-256
        "1.3.14.3.2.26" | "2.16.840.1.101.3.4.2.1" => Some(&SHA256),
        "2.16.840.1.101.3.4.2.2" => Some(&SHA384),
        "2.16.840.1.101.3.4.2.3" => Some(&SHA512),
        _ => None,
    }
}
