//! SCRAM-SHA-256 (RFC 7677) against a server of the tests' own: each side has to prove that it knows the password, and
//! under TLS that nobody is between them.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac, pbkdf2};

use super::server::{Place, Wire};
use crate::fixture::certificates::{Authority, Draft};

const PASSWORD: &str = "tiger-secret";
const SALT: &[u8] = b"salt of the fixture";

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref().to_vec()
}

/// What the server does at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Proof,
    WrongProof,
    NoProof,
    /// It sends back the client's own proof.
    Mirror,
}

/// Plays the server; true where the client has sent a message.
fn serve(mut wire: Wire, offers: &str, header: &str, last: Last) -> bool {
    let first = wire.begin(offers);
    let chosen = offers.split(' ').next().unwrap();
    let first = STANDARD.decode(first.strip_prefix(&format!("AUTH {chosen} ")).unwrap()).unwrap();
    let first = String::from_utf8(first).unwrap();
    let bare = first.strip_prefix(header).unwrap();
    let bound = if header.starts_with('p') { wire.exporter() } else { Vec::new() };
    let binding = STANDARD.encode([header.as_bytes(), &bound].concat());
    let nonce = format!("{}fixture", bare.strip_prefix("n=ada,r=").unwrap());
    let question = format!("r={nonce},s={},i=4096", STANDARD.encode(SALT));
    let answer = wire.challenge(&question);
    let (without, proof) = answer.rsplit_once(",p=").unwrap();
    assert_eq!(without, format!("c={binding},r={nonce}"));
    let mut salted = [0; 32];
    let rounds = NonZeroU32::new(4096).unwrap();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, SALT, PASSWORD.as_bytes(), &mut salted);
    let conversation = format!("{bare},{question},{without}");
    let stored = digest::digest(&digest::SHA256, &mac(&salted, b"Client Key"));
    let mask = mac(stored.as_ref(), conversation.as_bytes());
    let key: Vec<u8> = STANDARD.decode(proof).unwrap().iter().zip(mask).map(|(a, b)| a ^ b).collect();
    assert_eq!(digest::digest(&digest::SHA256, &key).as_ref(), stored.as_ref(), "the client proves nothing");
    let mut signature = mac(&mac(&salted, b"Server Key"), conversation.as_bytes());
    match last {
        Last::Proof => {}
        Last::WrongProof => signature[0] ^= 1,
        Last::Mirror => signature = STANDARD.decode(proof).unwrap(),
        Last::NoProof => {
            wire.take_mail();
            return wire.has_mail();
        }
    }
    wire.say(&format!("334 {}", STANDARD.encode(format!("v={}", STANDARD.encode(signature)))));
    if last == Last::Proof {
        assert_eq!(wire.line(), "");
    }
    wire.take_mail();
    wire.has_mail()
}

#[test]
fn both_sides_prove_that_they_know_the_password() {
    for (last, exit, said) in [
        (Last::Proof, 0, ""),
        (Last::WrongProof, 24, "the server does not prove that it knows the password"),
        (Last::Mirror, 24, "the server does not prove that it knows the password"),
        (Last::NoProof, 24, "the server claimed success without a proof that it knows the password"),
    ] {
        let mut has_mail = None;
        let ran = Place::new().run(
            &["--user=ada", "--auth-in-clear"],
            &[("MAILXPORT_PASSWORD", PASSWORD)],
            |wire| {
                has_mail = Some(serve(wire, "SCRAM-SHA-256 PLAIN", "n,,", last));
            },
        );
        assert_eq!(ran.exit, Some(exit), "{last:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{last:?}: {}", ran.stderr);
        assert_eq!(has_mail, Some(exit == 0), "{last:?}");
    }
}

#[test]
fn under_tls_the_log_on_is_bound_to_the_session_or_says_that_it_could_be() {
    let authority = Authority::new("Fixture Authority");
    let place = Place::new();
    place.file("ca.pem", &authority.pem(), 0o644);
    let config = authority.sign(&Draft::of_this_host()).server(&[&rustls::version::TLS13], None);
    for (offers, header) in
        [("SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN", "p=tls-exporter,,"), ("SCRAM-SHA-256 PLAIN", "y,,")]
    {
        for (last, exit) in [(Last::Proof, 0), (Last::WrongProof, 24)] {
            let mut has_mail = None;
            let env = [("MAILXPORT_PASSWORD", PASSWORD)];
            let ran = place.run(&["--user=ada", "--ca-file=ca.pem"], &env, |wire| {
                has_mail = Some(serve(wire.secured(config.clone()), offers, header, last));
            });
            assert_eq!(ran.exit, Some(exit), "{offers} {last:?}: {}", ran.stderr);
            assert_eq!(has_mail, Some(exit == 0), "{offers} {last:?}");
        }
    }
}
