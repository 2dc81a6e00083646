//! SCRAM bound to the TLS session it runs in (the PLUS mechanisms): by TLS 1.3 to its exporter (RFC 9266), by TLS 1.2 to the
//! certificate (RFC 5929); whoever stands in between with a certificate of his own gets no log-on through.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};

use super::server::{Place, Ran, Wire};
use super::verifier::{Came, Last, PASSWORD, serve};
use crate::fixture::certificates::{Authority, Draft};
use crate::fixture::limit::limited;
use crate::papers::installed;

const PLUS: &str = "SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 PLAIN";
const EXPORTER: &str = "p=tls-exporter,,";
const END_POINT: &str = "p=tls-server-end-point,,";

/// Logs on at a server with this configuration.
fn log_on(
    place: &Place,
    words: &[&str],
    config: &Arc<ServerConfig>,
    play: impl FnOnce(Wire) -> Came + Send,
) -> (Ran, Came) {
    let mut came = None;
    let words = [&["--user=ada"], words].concat();
    let ran = place.run(&words, &[("MAILXPORT_PASSWORD", PASSWORD)], |wire| {
        came = Some(play(wire.secured(Arc::clone(config))));
    });
    (ran, came.unwrap())
}

/// A place with an authority, and servers under it.
fn place_and_authority() -> (Place, Authority) {
    let (place, authority) = (Place::new(), Authority::new("Fixture Authority"));
    place.file("ca.pem", &authority.pem(), 0o644);
    (place, authority)
}

#[test]
fn under_tls_1_3_the_log_on_is_bound_to_the_session_or_says_that_it_could_be() {
    let (place, authority) = place_and_authority();
    let config = authority.sign(&Draft::of_this_host()).server(&[&TLS13], None);
    for (auth, offers, header) in [
        ("auto", PLUS, EXPORTER),
        ("scram-sha-1", PLUS, EXPORTER),
        ("auto", "SCRAM-SHA-256 PLAIN", "y,,"),
        ("auto", "SCRAM-SHA-1", "y,,"),
    ] {
        for (last, exit) in [(Last::Proof, 0), (Last::WrongProof, 24), (Last::NoProof, 24)] {
            let auth = format!("--auth={auth}");
            let (ran, came) = log_on(&place, &["--ca-file=ca.pem", &auth], &config, |wire| {
                let binding = if header == EXPORTER { wire.exporter() } else { Vec::new() };
                serve(wire, offers, header, &binding, last)
            });
            assert_eq!(ran.exit, Some(exit), "{offers} {last:?}: {}", ran.stderr);
            assert_eq!(came, Came { bound: true, mail: exit == 0, tries: 1 }, "{offers} {last:?}");
        }
    }
}

/// openssl in a directory; what it prints.
fn openssl(dir: &Path, words: &str) -> Vec<u8> {
    let ran = limited(Command::new("openssl").args(words.split_whitespace()).current_dir(dir));
    assert!(ran.status.success(), "{words}: {}", String::from_utf8_lossy(&ran.stderr));
    ran.stdout
}

/// A certificate with this key that signs for itself as `words` have it; it lies in ca.pem and a server shows it.
fn signed(place: &Place, key: &str, words: &str) -> Arc<ServerConfig> {
    let dir = place.path();
    let names = "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -days 2";
    openssl(dir, &format!("req -x509 -key {key} -out ca.pem {names} {words}"));
    let chain = vec![CertificateDer::from_pem_file(dir.join("ca.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(dir.join(key)).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS12]).unwrap();
    Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).unwrap())
}

/// The certificate's hash, as openssl makes it.
fn hash(place: &Place, algorithm: &str) -> Vec<u8> {
    openssl(place.path(), "x509 -in ca.pem -outform DER -out ca.der");
    openssl(place.path(), &format!("dgst -{algorithm} -binary ca.der"))
}

/// Keys of each kind.
fn keys(place: &Place) {
    let dir = place.path();
    openssl(dir, "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem");
    openssl(dir, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.pem");
    openssl(dir, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.pem");
    openssl(dir, "genpkey -algorithm ED25519 -out ed25519.pem");
}

#[test]
fn under_tls_1_2_the_log_on_is_bound_to_the_certificate_by_the_hash_of_its_signature() {
    if installed("openssl").is_none() {
        return;
    }
    let place = Place::new();
    keys(&place);
    for (key, signature, hashed) in [
        ("rsa.pem", "-md5", "sha256"),
        ("rsa.pem", "-sha1", "sha256"),
        ("rsa.pem", "-sha256", "sha256"),
        ("rsa.pem", "-sha384", "sha384"),
        ("rsa.pem", "-sha512", "sha512"),
        ("rsa.pem", "-sha256 -sigopt rsa_padding_mode:pss", "sha256"),
        ("rsa.pem", "-sha384 -sigopt rsa_padding_mode:pss", "sha384"),
        ("rsa.pem", "-sha1 -sigopt rsa_padding_mode:pss", "sha256"),
        ("p256.pem", "-sha1", "sha256"),
        ("p256.pem", "-sha256", "sha256"),
        ("p256.pem", "-sha384", "sha384"),
        ("p384.pem", "-sha256", "sha256"),
        ("p384.pem", "-sha512", "sha512"),
    ] {
        let config = signed(&place, key, signature);
        let binding = hash(&place, hashed);
        for auth in ["auto", "scram-sha-1"] {
            let auth = format!("--auth={auth}");
            let (ran, came) = log_on(&place, &["--ca-file=ca.pem", &auth], &config, |wire| {
                serve(wire, PLUS, END_POINT, &binding, Last::Proof)
            });
            assert_eq!(ran.exit, Some(0), "{key} {signature} {auth}: {}", ran.stderr);
            assert_eq!(came, Came { bound: true, mail: true, tries: 1 }, "{key} {signature} {auth}");
        }
    }
}

#[test]
fn under_tls_1_2_a_certificate_whose_signature_names_no_one_hash_binds_nothing() {
    if installed("openssl").is_none() {
        return;
    }
    let place = Place::new();
    keys(&place);
    let mixed = "-sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha256";
    for (key, signature) in [("ed25519.pem", ""), ("rsa.pem", mixed), ("p256.pem", "-sha224")] {
        let config = signed(&place, key, signature);
        let words = ["--ca-file=ca.pem"];
        let (ran, came) = log_on(&place, &words, &config, |wire| serve(wire, PLUS, "n,,", b"", Last::Proof));
        assert_eq!(ran.exit, Some(0), "{key}: {}", ran.stderr);
        assert_eq!(came, Came { bound: true, mail: true, tries: 1 }, "{key}");
        let (ran, came) = log_on(&place, &words, &config, |mut wire| {
            let tries = usize::from(wire.begin("SCRAM-SHA-256-PLUS").starts_with("AUTH"));
            Came { bound: false, mail: wire.has_mail(), tries }
        });
        assert_eq!(ran.exit, Some(91), "{key}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("demands channel binding, which this connection lacks"),
            "{}",
            ran.stderr
        );
        assert_eq!(came, Came { bound: false, mail: false, tries: 0 }, "{key}");
    }
}

/// The server that was meant has another certificate, and another session, than the one that the client sees; what it
/// hears is passed on to it word by word.
#[test]
fn whoever_stands_in_between_gets_no_log_on_through() {
    let (place, authority) = place_and_authority();
    let stranger = Draft::of(&["mallory.example"]).self_signed();
    let meant = authority.sign(&Draft::of_this_host());
    let versions: [(&'static SupportedProtocolVersion, &str); 2] = [(&TLS12, END_POINT), (&TLS13, EXPORTER)];
    for (version, header) in versions {
        for auth in ["auto", "scram-sha-256", "scram-sha-1"] {
            let auth = format!("--auth={auth}");
            let config = stranger.server(&[version], None);
            let (ran, came) = log_on(&place, &["--insecure", &auth], &config, |wire| {
                let binding = if header == END_POINT { meant.hash().to_vec() } else { vec![7; 32] };
                serve(wire, PLUS, header, &binding, Last::Proof)
            });
            assert_eq!(ran.exit, Some(24), "{header} {auth}: {}", ran.stderr);
            assert!(
                ran.stderr.contains("535 5.7.8 somebody is between us"),
                "{header} {auth}: {}",
                ran.stderr
            );
            assert_eq!(came, Came { bound: false, mail: false, tries: 1 }, "{header} {auth}");
            // At the server that was meant the same log-on is right.
            let config = meant.server(&[version], None);
            let (ran, came) = log_on(&place, &["--ca-file=ca.pem", &auth], &config, |wire| {
                let binding = if header == END_POINT { meant.hash().to_vec() } else { wire.exporter() };
                serve(wire, PLUS, header, &binding, Last::Proof)
            });
            assert_eq!((ran.exit, came.bound, came.mail), (Some(0), true, true), "{auth}: {}", ran.stderr);
        }
    }
}
