//! TLS over rustls: the configuration, made only when it is needed, and what a session got.

use super::certificate;
use super::clock::Clock;
use super::link::Binding;
use super::store::roots;
use super::verify::{Store, Verifier};
use crate::terms::failure::Cause;
use crate::terms::tls::{Oldest, PemFile, Tls, TlsFacts, TlsProblem, TlsWishes, Trust};
use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendFlags};
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion, version};
use std::io::{self, IoSlice, Read, Write};
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// What it takes to secure a connection to one host.
#[derive(Clone, Debug)]
pub struct Securing {
    wishes: TlsWishes,
    /// The name that is checked and sent as SNI.
    name: String,
    /// An unverifiable certificate is used, but known to be one.
    lenient: bool,
    /// The protocol that is named to the server (RFC 7301).
    protocol: Option<&'static str>,
}

impl Securing {
    pub fn new(wishes: &TlsWishes, host: &str, policy: Tls) -> Securing {
        let name = wishes.name.clone().unwrap_or_else(|| host.to_owned());
        Securing { wishes: wishes.clone(), name, lenient: policy == Tls::Opportunistic, protocol: None }
    }

    /// Names the protocol that will be spoken, so that no server takes it for another one.
    pub fn speaking(self, protocol: &'static str) -> Securing {
        Securing { protocol: Some(protocol), ..self }
    }

    /// Judges the files that were named, before the first packet.
    pub fn judge(&self) -> Result<(), Cause> {
        self.begin().map(|_| ())
    }

    /// Makes the client side of a session, and the verifier that will know what it saw.
    fn begin(&self) -> Result<(ClientConnection, Arc<Verifier>), Cause> {
        let handshake = |error: rustls::Error| Cause::Tls(TlsProblem::Handshake(error.to_string()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let pinned = !self.wishes.pins.is_empty();
        let inner = if pinned || self.wishes.insecure {
            None
        } else {
            match roots(self.wishes.ca_file.as_ref()) {
                Ok(roots) => {
                    let roots = Arc::new(roots);
                    let builder = WebPkiServerVerifier::builder_with_provider(
                        Arc::clone(&roots),
                        Arc::clone(&provider),
                    );
                    let judge = builder.build().map_err(|_| Cause::Tls(TlsProblem::NoStore))?;
                    Some(Store { roots, judge })
                }
                Err(Cause::Tls(TlsProblem::NoStore)) if self.lenient => None,
                Err(cause) => return Err(cause),
            }
        };
        let algorithms = provider.signature_verification_algorithms;
        let wishes = &self.wishes;
        let verifier =
            Arc::new(Verifier::new(inner, algorithms, wishes.pins.clone(), wishes.insecure, self.lenient));
        let versions: &[&rustls::SupportedProtocolVersion] = match self.wishes.oldest {
            Oldest::Tls12 => &[&version::TLS13, &version::TLS12],
            Oldest::Tls13 => &[&version::TLS13],
        };
        let builder = ClientConfig::builder_with_details(provider, Arc::new(Clock))
            .with_protocol_versions(versions)
            .map_err(handshake)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier) as Arc<_>);
        let mut config = match (&self.wishes.client_cert, &self.wishes.client_key) {
            (Some(cert), key) => {
                let key = key.as_ref().unwrap_or(cert);
                let made = builder.with_client_auth_cert(chain_of(cert)?, key_of(key)?);
                made.map_err(|error| unfit_pair(cert, key, &error))?
            }
            (None, _) => builder.with_no_client_auth(),
        };
        config.alpn_protocols = self.protocol.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from(self.name.clone()).map_err(|_| {
            Cause::Tls(TlsProblem::Handshake(format!("\"{}\" is no name to check", self.name)))
        })?;
        let mut session = ClientConnection::new(Arc::new(config), name).map_err(handshake)?;
        session.set_buffer_limit(Some(64 * 1024));
        Ok((session, verifier))
    }
}

/// True for what a certificate can be checked for: a host's name or an address.
pub fn can_be_checked(name: &str) -> bool {
    ServerName::try_from(name).is_ok()
}

/// A session on its way or established.
#[derive(Debug)]
pub(super) struct Secured {
    session: ClientConnection,
    verifier: Arc<Verifier>,
    /// Octets that have come; the first of them tells TLS from a plain greeting.
    begun: bool,
    /// Something was opened: the server has gone through with the handshake too.
    opened: bool,
}

impl Secured {
    pub(super) fn begin(securing: &Securing) -> Result<Secured, Cause> {
        let (session, verifier) = securing.begin()?;
        Ok(Secured { session, verifier, begun: false, opened: false })
    }

    pub(super) fn is_shaking_hands(&self) -> bool {
        self.session.is_handshaking()
    }

    pub(super) fn wants_write(&self) -> bool {
        self.session.wants_write()
    }

    /// Writes some of what is ready.
    pub(super) fn write_to(&mut self, socket: &OwnedFd) -> Result<(), Errno> {
        let mut socket = Pipe { socket, error: None };
        match self.session.write_tls(&mut socket) {
            Ok(_) => Ok(()),
            Err(_) => Err(socket.error.unwrap_or(Errno::IO)),
        }
    }

    /// Takes octets of the handshake.
    pub(super) fn take(&mut self, octets: &[u8]) -> Result<(), Cause> {
        let in_clear = |octet: &u8| octet.is_ascii_graphic() || octet.is_ascii_whitespace();
        if !self.begun && octets.first().is_some_and(in_clear) {
            let line = octets.split(|&octet| octet == b'\r' || octet == b'\n').next().unwrap_or_default();
            let line = String::from_utf8_lossy(line.get(..200).unwrap_or(line)).into_owned();
            return Err(Cause::Tls(TlsProblem::PlainGreeting(line)));
        }
        self.begun = true;
        let mut rest = octets;
        while !rest.is_empty() {
            self.session.read_tls(&mut rest).map_err(Cause::ReadFailed)?;
            if let Err(error) = self.session.process_new_packets() {
                return Err(Cause::Tls(problem(&error, &self.verifier)));
            }
        }
        Ok(())
    }

    /// Opens sealed octets into `inbox`; true at the peer's goodbye.
    pub(super) fn open(&mut self, octets: &[u8], inbox: &mut Vec<u8>) -> Result<bool, Cause> {
        let mut rest = octets;
        let mut ended = false;
        while !rest.is_empty() && !ended {
            self.session.read_tls(&mut rest).map_err(Cause::ReadFailed)?;
            ended = self.drain(inbox)?;
        }
        Ok(ended)
    }

    /// Moves what is opened already into `inbox`; true at the peer's goodbye.
    pub(super) fn drain(&mut self, inbox: &mut Vec<u8>) -> Result<bool, Cause> {
        let start = inbox.len();
        let state = match self.session.process_new_packets() {
            Ok(state) => state,
            Err(error) => {
                // What was opened before the fault was said for certain.
                let _ = self.session.reader().read_to_end(inbox);
                return if inbox.len() > start { Ok(true) } else { Err(self.fault(error)) };
            }
        };
        inbox.resize(start + state.plaintext_bytes_to_read(), 0);
        self.opened |= inbox.len() > start;
        self.session.reader().read_exact(&mut inbox[start..]).map_err(Cause::ReadFailed)?;
        Ok(state.peer_has_closed())
    }

    /// By TLS 1.3 a server judges the client's certificate when the client has long gone on.
    fn fault(&self, error: rustls::Error) -> Cause {
        match error {
            rustls::Error::AlertReceived(_) if !self.opened => Cause::Tls(problem(&error, &self.verifier)),
            error => Cause::ReadFailed(io::Error::other(error)),
        }
    }

    /// Seals as much as the session takes at once.
    pub(super) fn seal(&mut self, octets: &[u8]) -> Result<usize, Cause> {
        let piece = &octets[..octets.len().min(SEALED_AT_ONCE)];
        self.session.writer().write(piece).map_err(Cause::WriteFailed)
    }

    pub(super) fn say_goodbye(&mut self) {
        self.session.send_close_notify();
    }

    pub(super) fn facts(&self) -> TlsFacts {
        let session = &self.session;
        let version = match session.protocol_version() {
            Some(ProtocolVersion::TLSv1_3) => "TLSv1.3".to_owned(),
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2".to_owned(),
            other => format!("{other:?}"),
        };
        let suite = session.negotiated_cipher_suite().map(|suite| suite.suite());
        let cipher = suite.and_then(|suite| suite.as_str().map(str::to_owned)).unwrap_or_default();
        let trust =
            self.verifier.found().map_or(Trust::Verified, |problem| Trust::Unverified(Box::new(problem)));
        TlsFacts { version, cipher, trust, chain: self.chain() }
    }

    /// What is known of a server whose certificate ended the handshake.
    pub(super) fn distrusted(&self) -> Option<TlsFacts> {
        self.verifier.refusal().map(|_| self.facts())
    }

    fn chain(&self) -> Vec<Vec<u8>> {
        self.verifier.chain()
    }

    /// RFC 9266; the hash of the certificate (RFC 5929 section 4) where the version has no safe exporter.
    pub(super) fn binding(&self) -> Option<Binding> {
        if self.session.protocol_version() != Some(ProtocolVersion::TLSv1_3) {
            return certificate::end_point_hash(self.chain().first()?).map(Binding::EndPoint);
        }
        let exported =
            self.session.export_keying_material(vec![0; 32], b"EXPORTER-Channel-Binding", Some(b""));
        exported.ok().map(Binding::Exporter)
    }
}

/// Octets sealed in one go, and written in one: what four records hold.
const SEALED_AT_ONCE: usize = 64 * 1024;

/// A socket as rustls wants it, with the error as the system gave it.
struct Pipe<'a> {
    socket: &'a OwnedFd,
    error: Option<Errno>,
}

impl Write for Pipe<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        rustix::net::send(self.socket, octets, SendFlags::NOSIGNAL).map_err(|error| {
            self.error = Some(error);
            error.into()
        })
    }

    fn write_vectored(&mut self, records: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut none = SendAncillaryBuffer::default();
        rustix::net::sendmsg(self.socket, records, &mut none, SendFlags::NOSIGNAL).map_err(|error| {
            self.error = Some(error);
            error.into()
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a handshake that failed was about.
fn problem(error: &rustls::Error, verifier: &Verifier) -> TlsProblem {
    if let Some(problem) = verifier.refusal() {
        return problem;
    }
    TlsProblem::Handshake(match error {
        rustls::Error::AlertReceived(alert) => {
            format!("the server sent the alert {}", words(&format!("{alert:?}")))
        }
        rustls::Error::PeerIncompatible(why) => format!("no common ground: {}", words(&format!("{why:?}"))),
        rustls::Error::InvalidMessage(_) => "what came was not TLS".to_owned(),
        other => other.to_string(),
    })
}

/// `HandshakeFailure` as words.
fn words(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

fn chain_of(file: &PemFile) -> Result<Vec<CertificateDer<'static>>, Cause> {
    let unusable = |why: String| Cause::Usage(format!("the client certificate {} {why}", file.name));
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(file.octets.expose()).collect();
    match chain {
        Ok(chain) if chain.is_empty() => Err(unusable("holds no certificate".to_owned())),
        Ok(chain) => Ok(chain),
        Err(error) => Err(unusable(reason(&error))),
    }
}

fn key_of(file: &PemFile) -> Result<PrivateKeyDer<'static>, Cause> {
    PrivateKeyDer::from_pem_slice(file.octets.expose())
        .map_err(|error| Cause::Usage(format!("the client key {} {}", file.name, reason(&error))))
}

fn unfit_pair(cert: &PemFile, key: &PemFile, error: &rustls::Error) -> Cause {
    let (cert, key) = (&cert.name, &key.name);
    let why = match error {
        rustls::Error::InconsistentKeys(_) => "do not belong together".to_owned(),
        rustls::Error::General(why) => format!("cannot be used: {why}"),
        other => format!("cannot be used: {other}"),
    };
    Cause::Usage(format!("the client certificate {cert} and the key {key} {why}"))
}

fn reason(error: &rustls::pki_types::pem::Error) -> String {
    use rustls::pki_types::pem::Error;
    match error {
        Error::NoItemsFound => {
            "holds nothing of the kind in PEM form (an encrypted key is not taken)".to_owned()
        }
        other => format!("is no PEM file: {other}"),
    }
}
