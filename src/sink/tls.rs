//! The server's side of TLS: its certificate, read or made here, and the stream behind the handshake.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ProtocolVersion, ServerConfig, ServerConnection, StreamOwned};

use super::stream::{Socket, Stream};
use crate::net::certificate::sha256;
use crate::net::clock::Clock;
use crate::terms::printable::path_name;
use crate::terms::tls::Fingerprint;

const DAY: Duration = Duration::from_secs(86_400);
/// The days that a certificate made here is good for.
const DAYS: u32 = 365;
/// The last second of the year 9999, since 1970.
const LAST: Duration = Duration::from_secs(253_402_300_799);

/// Says where the certificate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateChoice {
    /// One for this machine and this run is made, with a key that nobody else sees.
    SelfSigned,
    /// PEM files: the certificate with its chain behind it, and its key.
    Files {
        /// The certificate first, then those that vouch for it.
        certificate: PathBuf,
        /// The key, not encrypted.
        key: PathBuf,
    },
}

/// Says why a sink has no TLS.
#[derive(Debug)]
pub enum CertificateProblem {
    /// A file cannot be read, or holds something else.
    File(PathBuf, pem::Error),
    /// Key and certificate are of no use together.
    Unfit(rustls::Error),
    /// None could be made.
    Unmade(rcgen::Error),
}

impl fmt::Display for CertificateProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, pem::Error::Io(trouble)) => {
                write!(out, "cannot read {}: {trouble}", path_name(path))
            }
            Self::File(path, pem::Error::NoItemsFound) => {
                write!(out, "{} holds nothing of the kind in PEM form", path_name(path))
            }
            Self::File(path, trouble) => write!(out, "{} is no PEM file: {trouble}", path_name(path)),
            Self::Unfit(rustls::Error::InconsistentKeys(_)) => {
                out.write_str("the certificate and the key do not belong together")
            }
            Self::Unfit(trouble) => write!(out, "the certificate and its key cannot be used: {trouble}"),
            Self::Unmade(trouble) => write!(out, "cannot make a certificate: {trouble}"),
        }
    }
}

impl std::error::Error for CertificateProblem {}

/// Holds what every handshake of a sink needs.
#[derive(Debug)]
pub(super) struct Identity {
    config: Arc<ServerConfig>,
    pub(super) fingerprint: Fingerprint,
}

impl Identity {
    /// Reads the certificate, or makes one.
    pub(super) fn open(choice: &CertificateChoice, hostname: &str) -> Result<Self, CertificateProblem> {
        let (chain, key) = match choice {
            CertificateChoice::SelfSigned => self_signed(hostname).map_err(CertificateProblem::Unmade)?,
            CertificateChoice::Files { certificate, key } => (chain_of(certificate)?, key_of(key)?),
        };
        let fingerprint = chain.first().map(|leaf| sha256(leaf)).unwrap_or_default();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_details(provider, Arc::new(Clock))
            .with_safe_default_protocol_versions();
        let config = builder.and_then(|it| it.with_no_client_auth().with_single_cert(chain, key));
        Ok(Self { config: Arc::new(config.map_err(CertificateProblem::Unfit)?), fingerprint })
    }
}

fn chain_of(path: &Path) -> Result<Vec<CertificateDer<'static>>, CertificateProblem> {
    let problem = |trouble| CertificateProblem::File(path.into(), trouble);
    let chain: Vec<_> =
        CertificateDer::pem_file_iter(path).map_err(problem)?.collect::<Result<_, _>>().map_err(problem)?;
    if chain.is_empty() { Err(problem(pem::Error::NoItemsFound)) } else { Ok(chain) }
}

fn key_of(path: &Path) -> Result<PrivateKeyDer<'static>, CertificateProblem> {
    PrivateKeyDer::from_pem_file(path).map_err(|trouble| CertificateProblem::File(path.into(), trouble))
}

/// Makes a certificate for this machine, by all the names one calls it.
fn self_signed(
    hostname: &str,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), rcgen::Error> {
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(String::from).into();
    let bare = hostname.trim_start_matches('[').trim_end_matches(']');
    let is_name = bare.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._".contains(letter));
    if (is_name || bare.parse::<IpAddr>().is_ok()) && !names.iter().any(|name| name == bare) {
        names.push(bare.to_owned());
    }
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "mailxport sink");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = SystemTime::now();
    // Whatever the clock says, a certificate has a year of four digits (RFC 5280 section 4.1.2.5).
    let within = |time: SystemTime| time.clamp(UNIX_EPOCH, UNIX_EPOCH + LAST);
    // Clocks differ.
    params.not_before = within(now - DAY).into();
    params.not_after = within(now + DAY * DAYS).into();
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    Ok((vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into())))
}

/// Reads and writes under TLS.
pub(super) struct Secured(StreamOwned<ServerConnection, Socket>);

impl Secured {
    /// Shakes hands within a limit for all of it; a client that cannot is told why by an alert.
    pub(super) fn begin(identity: &Identity, mut socket: Socket, limit: Duration) -> io::Result<Self> {
        let mut connection = ServerConnection::new(Arc::clone(&identity.config)).map_err(io::Error::other)?;
        let until = Instant::now() + limit;
        while connection.is_handshaking() || connection.wants_write() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ErrorKind::TimedOut.into());
            }
            socket.wait_at_most(left)?;
            if connection.wants_write() {
                connection.write_tls(&mut socket)?;
                continue;
            }
            if connection.read_tls(&mut socket)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if let Err(trouble) = connection.process_new_packets() {
                // The alert is a courtesy to a client that may have gone.
                let _ = connection.write_tls(&mut socket);
                return Err(io::Error::new(ErrorKind::InvalidData, trouble));
            }
        }
        Ok(Self(StreamOwned::new(connection, socket)))
    }

    /// Names the version that was agreed on.
    pub(super) fn version(&self) -> &'static str {
        match self.0.conn.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
            _ => "TLSv1.3",
        }
    }
}

impl Read for Secured {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        self.0.read(block)
    }
}

impl Write for Secured {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Stream for Secured {
    fn wait_at_most(&self, limit: Duration) -> io::Result<()> {
        self.0.sock.wait_at_most(limit)
    }

    fn end(&mut self) -> io::Result<()> {
        self.0.conn.send_close_notify();
        self.0.flush()?;
        self.0.sock.end()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::os::unix::net::UnixStream;
    use std::sync::Arc;
    use std::time::Duration;

    use super::{CertificateChoice, Identity, Secured};
    use crate::net::certificate::story;
    use crate::sink::stream::Socket;

    fn identity() -> Identity {
        Identity::open(&CertificateChoice::SelfSigned, "mx.example").unwrap()
    }

    #[test]
    fn a_certificate_made_here_has_all_names_of_the_machine() {
        let rows: [(&str, &[&str]); 4] = [
            ("mx.example", &["localhost", "127.0.0.1", "::1", "mx.example"]),
            ("localhost", &["localhost", "127.0.0.1", "::1"]),
            ("[192.0.2.1]", &["localhost", "127.0.0.1", "::1", "192.0.2.1"]),
            ("a[b", &["localhost", "127.0.0.1", "::1"]),
        ];
        for (hostname, names) in rows {
            let (chain, _) = super::self_signed(hostname).unwrap();
            let story = story(&chain[0]).unwrap();
            assert_eq!(story.names, names);
            let now = std::time::SystemTime::now();
            assert!(story.self_signed && story.from < now && now < story.until);
        }
    }

    #[test]
    fn a_client_that_says_nothing_or_too_little_is_not_waited_for() {
        for start in [&b""[..], b"\x16\x03\x01"] {
            let (here, mut there) = UnixStream::pair().unwrap();
            there.write_all(start).unwrap();
            let begun = Secured::begin(&identity(), Socket::Unix(Arc::new(here)), Duration::from_millis(20));
            let trouble = begun.err().unwrap();
            assert!(matches!(trouble.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{trouble}");
        }
    }

    #[test]
    fn a_client_that_speaks_in_clear_hears_an_alert() {
        let (here, mut there) = UnixStream::pair().unwrap();
        there.write_all(b"EHLO c.example\r\n").unwrap();
        let begun = Secured::begin(&identity(), Socket::Unix(Arc::new(here)), Duration::from_secs(30));
        assert_eq!(begun.err().unwrap().kind(), ErrorKind::InvalidData);
        let mut alert = Vec::new();
        // The rest of what was sent is unread when the other end closes.
        let _ = there.read_to_end(&mut alert);
        assert_eq!(alert.first(), Some(&21));
    }
}
