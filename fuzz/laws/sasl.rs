//! Log-ons against a server that does not know the password: no secret in clear, no second line, no proof taken that is none.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mailxport::smtp::sasl::exchange::{Binding, Credentials};
use mailxport::smtp::sasl::logon::LogOn;
use mailxport::smtp::sasl::mechanism::Mechanism;
use mailxport::terms::secret::Secret;

const PASSWORD: &[u8] = b"correct horse battery";

fn judge(mechanism: Mechanism, text: &str) {
    assert!(text.bytes().all(|octet| (32..127).contains(&octet)), "another line, or no text: {text:?}");
    let keeps = mechanism.is_scram() || matches!(mechanism, Mechanism::CramMd5 | Mechanism::External);
    for word in text.split(' ').filter(|_| keeps) {
        let clear = STANDARD.decode(word).unwrap_or_default();
        let shows = |octets: &[u8]| memchr::memmem::find(octets, PASSWORD).is_some();
        assert!(!shows(&clear) && !shows(word.as_bytes()), "the password crosses");
    }
}

pub(crate) fn hold(octets: &[u8]) {
    let Some((first, rest)) = octets.split_first() else { return };
    let mechanism = Mechanism::ALL[usize::from(*first) % Mechanism::ALL.len()];
    let secret = Secret::new(PASSWORD.to_vec());
    let credentials = Credentials { user: "ada", secret: &secret, host: "server.example", port: 587 };
    let binding = if mechanism.binds() { Binding::TlsExporter(&[7; 32]) } else { Binding::None };
    let Ok(mut logon) = LogOn::begin(mechanism, credentials, binding, &[mechanism]) else { return };
    let command = logon.command();
    judge(mechanism, &command);
    // Where the server repeats the nonce it was given, its challenge gets further.
    let nonce = command.split(' ').nth(2).and_then(|word| STANDARD.decode(word).ok()).unwrap_or_default();
    let nonce = String::from_utf8_lossy(&nonce).split_once("r=").map_or(String::new(), |(_, r)| r.to_owned());
    let mut failed = false;
    for (number, challenge) in rest.split(|octet| *octet == b'\n').enumerate() {
        let text = String::from_utf8_lossy(challenge);
        let text = match text.strip_prefix('!') {
            Some(clear) => STANDARD.encode(clear.replace("%n", &nonce)),
            None => text.into_owned(),
        };
        match logon.answer(&text) {
            Ok(answer) => {
                assert!(number < 5, "challenges without end are answered");
                judge(mechanism, &answer);
            }
            // The session ends the log-on here.
            Err(_) => {
                failed = true;
                break;
            }
        }
    }
    assert!(!failed || logon.finish().is_err(), "a broken rule is forgotten");
    assert!(!mechanism.is_scram() || logon.finish().is_err(), "a server without the password proves it");
    assert!(!logon.reason().is_some_and(|reason| reason.chars().any(char::is_control)));
}
