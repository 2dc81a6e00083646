//! A SCRAM server of the tests' own (RFC 5802, RFC 7677) that verifies what a client says, the channel binding included.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac, pbkdf2};

use super::server::Wire;

pub(super) const PASSWORD: &str = "tiger-secret";
const SALT: &[u8] = b"salt of the fixture";
const ROUNDS: NonZeroU32 = NonZeroU32::new(4096).unwrap();

/// The hash that a mechanism stands on.
struct Hash {
    mac: hmac::Algorithm,
    digest: &'static digest::Algorithm,
    salted: pbkdf2::Algorithm,
}

impl Hash {
    fn of(mechanism: &str) -> Self {
        if mechanism.starts_with("SCRAM-SHA-256") {
            let (mac, salted) = (hmac::HMAC_SHA256, pbkdf2::PBKDF2_HMAC_SHA256);
            return Self { mac, digest: &digest::SHA256, salted };
        }
        let digest = &digest::SHA1_FOR_LEGACY_USE_ONLY;
        Self { mac: hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, digest, salted: pbkdf2::PBKDF2_HMAC_SHA1 }
    }

    fn mac(&self, key: &[u8], text: &[u8]) -> Vec<u8> {
        hmac::sign(&hmac::Key::new(self.mac, key), text).as_ref().to_vec()
    }

    fn digest(&self, octets: &[u8]) -> Vec<u8> {
        digest::digest(self.digest, octets).as_ref().to_vec()
    }

    fn salted(&self) -> Vec<u8> {
        let mut salted = vec![0; self.digest.output_len()];
        pbkdf2::derive(self.salted, ROUNDS, SALT, PASSWORD.as_bytes(), &mut salted);
        salted
    }
}

/// What the server does at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    Proof,
    WrongProof,
    NoProof,
    /// It sends back the client's own proof.
    Mirror,
}

/// What became of a log-on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Came {
    /// The client bound it to what the server is bound to.
    pub(super) bound: bool,
    /// The client has sent a message.
    pub(super) mail: bool,
    /// The times it tried to log on.
    pub(super) tries: usize,
}

/// Plays the server, which offers these mechanisms, expects the first of them with this header (RFC 5801), and is itself
/// at the end of a connection with this binding.
pub(super) fn serve(mut wire: Wire, offers: &str, header: &str, binding: &[u8], last: Last) -> Came {
    let first = wire.begin(offers);
    let chosen = first.split(' ').nth(1).unwrap().to_owned();
    let hash = Hash::of(&chosen);
    let first = STANDARD.decode(first.strip_prefix(&format!("AUTH {chosen} ")).unwrap()).unwrap();
    let first = String::from_utf8(first).unwrap();
    let bare = first.strip_prefix(header).unwrap_or_else(|| panic!("{chosen}: {first}"));
    assert_eq!(chosen.ends_with("-PLUS"), header.starts_with('p'), "{chosen}: {first}");
    let nonce = format!("{}fixture", bare.strip_prefix("n=ada,r=").unwrap());
    let question = format!("r={nonce},s={},i={ROUNDS}", STANDARD.encode(SALT));
    let answer = wire.challenge(&question);
    let (without, proof) = answer.rsplit_once(",p=").unwrap();
    let coded = STANDARD.encode([header.as_bytes(), binding].concat());
    let bound = without == format!("c={coded},r={nonce}");
    if !bound {
        wire.say("535 5.7.8 somebody is between us");
        return end(wire, bound);
    }
    let salted = hash.salted();
    let conversation = format!("{bare},{question},{without}");
    let stored = hash.digest(&hash.mac(&salted, b"Client Key"));
    let mask = hash.mac(&stored, conversation.as_bytes());
    let key: Vec<u8> = STANDARD.decode(proof).unwrap().iter().zip(mask).map(|(a, b)| a ^ b).collect();
    assert_eq!(hash.digest(&key), stored, "the client proves nothing");
    let mut signature = hash.mac(&hash.mac(&salted, b"Server Key"), conversation.as_bytes());
    match last {
        Last::Proof => {}
        Last::WrongProof => signature[0] ^= 1,
        Last::Mirror => signature = STANDARD.decode(proof).unwrap(),
        Last::NoProof => {
            wire.take_mail();
            return end(wire, bound);
        }
    }
    wire.say(&format!("334 {}", STANDARD.encode(format!("v={}", STANDARD.encode(signature)))));
    if last == Last::Proof {
        assert_eq!(wire.line(), "");
    }
    wire.take_mail();
    end(wire, bound)
}

/// Hears to the end.
fn end(mut wire: Wire, bound: bool) -> Came {
    while !wire.line().is_empty() {}
    let tries = wire.heard.iter().filter(|line| line.starts_with("AUTH")).count();
    Came { bound, mail: wire.has_mail(), tries }
}
