//! What a server says: replies, and the rounds of SCRAM.

use super::harness::Bench;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mailxport::smtp::sasl::exchange::{Binding, Credentials};
use mailxport::smtp::sasl::logon::LogOn;
use mailxport::smtp::sasl::mechanism::Mechanism;
use mailxport::terms::reply::ReplyReader;
use mailxport::terms::secret::Secret;
use std::num::NonZeroU32;

const HELLO: [&str; 6] =
    ["250-mx.example", "250-PIPELINING", "250-SIZE 10485760", "250-8BITMIME", "250-SMTPUTF8", "250 CHUNKING"];

pub(super) fn reply(bench: &mut Bench) {
    for (name, lines) in [
        ("reply: one line", &["250 2.1.5 recipient ok"][..]),
        ("reply: of EHLO", &HELLO[..]),
        ("reply: without a code of its own", &["354 go ahead"]),
    ] {
        let read = || {
            let mut reader = ReplyReader::default();
            lines.iter().map(|line| reader.line(line.as_bytes())).last()
        };
        bench.pair(name, 0, read, || lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>());
    }
}

/// A whole log-on; nearly all of it is the derivation of the key, which the yardstick does alone.
pub(super) fn scram(bench: &mut Bench) {
    let secret = Secret::new(b"pencil".to_vec());
    let credentials = Credentials { user: "user", secret: &secret, host: "mx.example", port: 587 };
    let log_on = || -> Option<usize> {
        let offered = [Mechanism::ScramSha256];
        let mut log_on = LogOn::begin(Mechanism::ScramSha256, credentials, Binding::None, &offered).ok()?;
        let command = log_on.command();
        let initial = STANDARD.decode(command.rsplit(' ').next()?).ok()?;
        let ours = String::from_utf8(initial).ok()?;
        let nonce = ours.rsplit("r=").next()?;
        let challenge = format!("r={nonce}server,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        Some(log_on.answer(&STANDARD.encode(challenge)).ok()?.len())
    };
    let derive = || {
        let (mut key, rounds) = ([0_u8; 32], NonZeroU32::new(4096).unwrap_or(NonZeroU32::MIN));
        ring::pbkdf2::derive(
            ring::pbkdf2::PBKDF2_HMAC_SHA256,
            rounds,
            b"0123456789abcdef",
            b"pencil",
            &mut key,
        );
        key
    };
    bench.pair("scram: SHA-256, 4096 rounds", 0, log_on, derive);
}
