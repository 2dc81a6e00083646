//! The judge of certificates: chain, name and date by the store, or a fingerprint that stands for all three.

use super::certificate;
use crate::terms::tls::{Fingerprint, TlsProblem};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Authorities, and the library's judge by them.
#[derive(Clone, Debug)]
pub(super) struct Store {
    pub(super) roots: Arc<RootCertStore>,
    pub(super) judge: Arc<WebPkiServerVerifier>,
}

#[derive(Debug)]
pub(super) struct Verifier {
    /// None where fingerprints or nothing at all decide.
    store: Option<Store>,
    algorithms: WebPkiSupportedAlgorithms,
    pins: Vec<Fingerprint>,
    insecure: bool,
    /// What is wrong is remembered instead of ending the handshake.
    lenient: bool,
    found: Mutex<Option<TlsProblem>>,
    /// The chain that was shown, in DER, whatever became of it.
    shown: Mutex<Vec<Vec<u8>>>,
}

impl Verifier {
    pub(super) fn new(
        store: Option<Store>,
        algorithms: WebPkiSupportedAlgorithms,
        pins: Vec<Fingerprint>,
        insecure: bool,
        lenient: bool,
    ) -> Verifier {
        let (found, shown) = (Mutex::default(), Mutex::default());
        Verifier { store, algorithms, pins, insecure, lenient, found, shown }
    }

    /// What is wrong with the certificate, if something is: it was used all the same, or ended the handshake.
    pub(super) fn found(&self) -> Option<TlsProblem> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What ended the handshake, if it was the certificate.
    pub(super) fn refusal(&self) -> Option<TlsProblem> {
        self.found().filter(|_| !self.lenient && !self.insecure)
    }

    /// The chain that was shown, leaf first.
    pub(super) fn chain(&self) -> Vec<Vec<u8>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn judge(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), (TlsProblem, Error)> {
        if !self.pins.is_empty() {
            let found = certificate::sha256(leaf);
            if self.pins.contains(&found) {
                return Ok(());
            }
            let error = Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure);
            return Err((TlsProblem::Pin { found }, error));
        }
        let Some(store) = &self.store else {
            let problem = if self.insecure {
                "it was not checked (--insecure)"
            } else {
                "there is no store to check it by"
            };
            let error = Error::InvalidCertificate(CertificateError::UnknownIssuer);
            return Err((TlsProblem::Certificate(problem.to_owned()), error));
        };
        let verdict = match store.judge.verify_server_cert(leaf, intermediates, name, &[], now) {
            Err(Error::InvalidCertificate(CertificateError::Other(_))) if is_among(leaf, &store.roots) => {
                judge_itself(leaf, name, now)
            }
            verdict => verdict.map(|_| ()),
        };
        verdict.map_err(|error| (problem(&error, leaf, intermediates, name), error))
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = std::iter::once(leaf).chain(intermediates).map(|cert| cert.as_ref().to_vec()).collect();
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = shown;
        let Err((problem, error)) = self.judge(leaf, intermediates, name, now) else {
            return Ok(ServerCertVerified::assertion());
        };
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
        if self.lenient || self.insecure { Ok(ServerCertVerified::assertion()) } else { Err(error) }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// True for a certificate that is named as an authority itself: the library takes none of them for a server's, but
/// people name the one they made for their server.
fn is_among(leaf: &CertificateDer<'_>, roots: &RootCertStore) -> bool {
    let mut own = RootCertStore::empty();
    own.add(leaf.clone().into_owned()).is_ok() && own.roots.iter().any(|anchor| roots.roots.contains(anchor))
}

/// Date and name of a certificate that is trusted without a chain.
fn judge_itself(leaf: &CertificateDer<'_>, name: &ServerName<'_>, now: UnixTime) -> Result<(), Error> {
    let story = certificate::story(leaf).ok_or(CertificateError::BadEncoding)?;
    let moment = time(now);
    if moment < story.from {
        return Err(CertificateError::NotValidYet.into());
    }
    if moment > story.until {
        return Err(CertificateError::Expired.into());
    }
    verify_server_name(&ParsedCertificate::try_from(leaf)?, name)
}

/// What the library's error means, with the facts of the certificate that it is about.
fn problem(
    error: &Error,
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    name: &ServerName<'_>,
) -> TlsProblem {
    let Error::InvalidCertificate(error) = error else { return TlsProblem::Certificate(error.to_string()) };
    let Some(story) = certificate::story(leaf) else {
        return TlsProblem::Certificate("it cannot be read".to_owned());
    };
    match error {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsProblem::Name { wanted: name.to_str().into_owned(), names: story.names }
        }
        // Which certificate of the chain it is about only the library knows.
        CertificateError::ExpiredContext { not_after, .. } => TlsProblem::Expired { at: time(*not_after) },
        CertificateError::Expired => TlsProblem::Expired { at: story.until },
        CertificateError::NotValidYetContext { not_before, .. } => {
            TlsProblem::NotYetValid { from: time(*not_before) }
        }
        CertificateError::NotValidYet => TlsProblem::NotYetValid { from: story.from },
        CertificateError::UnknownIssuer => {
            let last = intermediates
                .last()
                .and_then(|cert| certificate::story(cert))
                .unwrap_or_else(|| story.clone());
            TlsProblem::Issuer { issuer: last.issuer, self_signed: story.self_signed }
        }
        // A certificate of an authority that a server uses as its own is how people sign for themselves.
        CertificateError::Other(_) if story.self_signed => {
            TlsProblem::Issuer { issuer: story.issuer, self_signed: true }
        }
        other => TlsProblem::Certificate(other.to_string()),
    }
}

fn time(moment: UnixTime) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(moment.as_secs())
}
