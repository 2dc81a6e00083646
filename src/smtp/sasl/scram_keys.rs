//! The arithmetic of SCRAM (RFC 5802 section 3): what proves the password to the server, and the server to us.

use super::exchange::Octets;
use super::scram_message::First;
use ring::{digest, hmac, pbkdf2};
use zeroize::Zeroizing;

/// The hash that a SCRAM mechanism is named after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
}

impl Hash {
    fn pbkdf2(self) -> pbkdf2::Algorithm {
        match self {
            Hash::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Hash::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
        }
    }

    fn hmac(self) -> hmac::Algorithm {
        match self {
            Hash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => hmac::HMAC_SHA256,
        }
    }

    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Hash::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => &digest::SHA256,
        }
    }
}

/// Both sides' keys of one log-on.
pub(super) struct Keys {
    hash: Hash,
    client: Octets,
    server: hmac::Key,
}

impl Keys {
    pub(super) fn derive(hash: Hash, password: &[u8], first: &First<'_>) -> Keys {
        let mut salted = Zeroizing::new(vec![0; hash.digest().output_len()]);
        pbkdf2::derive(hash.pbkdf2(), first.iterations, &first.salt, password, &mut salted);
        let salted = hmac::Key::new(hash.hmac(), &salted);
        let client = Zeroizing::new(hmac::sign(&salted, b"Client Key").as_ref().to_vec());
        let server = hmac::Key::new(hash.hmac(), hmac::sign(&salted, b"Server Key").as_ref());
        Keys { hash, client, server }
    }

    /// What shows the server that we know the password, for this conversation only.
    pub(super) fn proof(&self, conversation: &[u8]) -> Octets {
        let stored = digest::digest(self.hash.digest(), &self.client);
        let signature = hmac::sign(&hmac::Key::new(self.hash.hmac(), stored.as_ref()), conversation);
        Zeroizing::new(self.client.iter().zip(signature.as_ref()).map(|(key, mask)| key ^ mask).collect())
    }

    /// Tells, in constant time, whether the server knows the password too.
    pub(super) fn is_of_server(&self, signature: &[u8], conversation: &[u8]) -> bool {
        hmac::verify(&self.server, conversation, signature).is_ok()
    }
}
