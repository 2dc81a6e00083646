//! Digest (RFC 7616, and RFC 2069 where a server knows no more): MD5 and SHA-256, plain and per session, qop=auth.

use super::challenge::Challenge;
use crate::terms::secret::Secret;
use md5::{Digest as _, Md5};
use ring::digest::{Context, SHA256};
use zeroize::Zeroizing;

/// A hash that both sides know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Md5,
    Sha256,
}

/// A challenge that can be answered, as often as there are requests.
#[derive(Debug)]
pub(super) struct Digest {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    /// As the server wrote it.
    algorithm: Option<String>,
    hash: Hash,
    per_session: bool,
    has_qop: bool,
    cnonce: String,
    count: u32,
}

/// Why a challenge cannot be answered.
pub(super) type Lack = &'static str;

impl Digest {
    pub(super) fn of(challenge: &Challenge, cnonce: String) -> Result<Digest, Lack> {
        let algorithm = challenge.get("algorithm");
        let name = algorithm.unwrap_or("MD5").to_ascii_uppercase();
        let (hash, per_session) = match name.as_str() {
            "MD5" => (Hash::Md5, false),
            "MD5-SESS" => (Hash::Md5, true),
            "SHA-256" => (Hash::Sha256, false),
            "SHA-256-SESS" => (Hash::Sha256, true),
            _ => return Err("by a hash that is not known here"),
        };
        let qop = challenge.get("qop");
        let has_qop = qop.is_some();
        if qop.is_some_and(|qop| !qop.split([',', ' ']).any(|word| word.eq_ignore_ascii_case("auth"))) {
            return Err("with a digest of the whole body");
        }
        let (Some(realm), Some(nonce)) = (challenge.get("realm"), challenge.get("nonce")) else {
            return Err("without realm or nonce");
        };
        Ok(Digest {
            realm: realm.to_owned(),
            nonce: nonce.to_owned(),
            opaque: challenge.get("opaque").map(str::to_owned),
            algorithm: algorithm.map(str::to_owned),
            hash,
            per_session,
            has_qop,
            cnonce,
            count: 0,
        })
    }

    /// The better of two hashes is the one to take.
    pub(super) fn is_better_than(&self, other: &Digest) -> bool {
        self.hash > other.hash
    }

    pub(super) fn is_same_nonce(&self, other: &Digest) -> bool {
        self.nonce == other.nonce
    }

    fn hex(&self, parts: &[&[u8]]) -> Zeroizing<String> {
        let octets: Zeroizing<Vec<u8>> = Zeroizing::new(match self.hash {
            Hash::Md5 => {
                let mut hash = Md5::new();
                parts.iter().for_each(|part| hash.update(part));
                hash.finalize().to_vec()
            }
            Hash::Sha256 => {
                let mut hash = Context::new(&SHA256);
                parts.iter().for_each(|part| hash.update(part));
                hash.finish().as_ref().to_vec()
            }
        });
        Zeroizing::new(octets.iter().map(|octet| format!("{octet:02x}")).collect())
    }

    /// The value of `Authorization` for the next request, and the response in it, which a guess could be tried on.
    pub(super) fn answer(
        &mut self,
        user: &str,
        password: &Secret,
        method: &str,
        target: &str,
    ) -> (String, String) {
        self.count += 1;
        let count = format!("{:08x}", self.count);
        let (nonce, cnonce) = (self.nonce.as_bytes(), self.cnonce.as_bytes());
        let mut one = self.hex(&[user.as_bytes(), b":", self.realm.as_bytes(), b":", password.expose()]);
        if self.per_session {
            one = self.hex(&[one.as_bytes(), b":", nonce, b":", cnonce]);
        }
        let two = self.hex(&[method.as_bytes(), b":", target.as_bytes()]);
        let response = if self.has_qop {
            let count = count.as_bytes();
            let parts: [&[u8]; 11] =
                [one.as_bytes(), b":", nonce, b":", count, b":", cnonce, b":", b"auth", b":", two.as_bytes()];
            self.hex(&parts)
        } else {
            self.hex(&[one.as_bytes(), b":", nonce, b":", two.as_bytes()])
        };
        let mut text = format!(
            "Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\"",
            quoted(user),
            quoted(&self.realm),
            quoted(&self.nonce),
            quoted(target),
            *response
        );
        if let Some(algorithm) = &self.algorithm {
            text.push_str(&format!(", algorithm={algorithm}"));
        }
        if let Some(opaque) = &self.opaque {
            text.push_str(&format!(", opaque={}", quoted(opaque)));
        }
        if self.has_qop {
            text.push_str(&format!(", qop=auth, nc={count}, cnonce={}", quoted(&self.cnonce)));
        } else if self.per_session {
            text.push_str(&format!(", cnonce={}", quoted(&self.cnonce)));
        }
        (text, (*response).clone())
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::super::challenge::challenges;
    use super::*;

    fn response(field: &str, cnonce: &str, user: &str, password: &str, asked: (&str, &str)) -> String {
        let challenge = challenges(field).remove(0);
        let mut digest = Digest::of(&challenge, cnonce.to_owned()).unwrap();
        let secret = Secret::new(password.as_bytes().to_vec());
        let (text, response) = digest.answer(user, &secret, asked.0, asked.1);
        assert!(text.contains(&response) && !text.contains(password));
        response
    }

    #[test]
    fn the_examples_of_the_rfcs_come_out() {
        // RFC 2617 section 3.5.
        let old = "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
                   nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
        let asked = ("GET", "/dir/index.html");
        assert_eq!(
            response(old, "0a4f113b", "Mufasa", "Circle Of Life", asked),
            "6629fae49393a05397450978507c4ef1"
        );
        // RFC 7616 section 3.9.1.
        let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let rest = "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
                    nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
                    opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        for (algorithm, wanted) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            let field = format!("Digest algorithm={algorithm}, {rest}");
            assert_eq!(response(&field, cnonce, "Mufasa", "Circle of Life", asked), wanted, "{algorithm}");
        }
        // RFC 2069 has no qop; this is its formula with the values of the errata.
        let oldest = "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"";
        assert_eq!(response(oldest, "", "Mufasa", "CircleOfLife", asked), "1949323746fe6a43ef61f9606e7febea");
    }

    #[test]
    fn what_cannot_be_answered_is_said() {
        for field in [
            "Digest nonce=x",
            "Digest realm=x, nonce=y, qop=auth-int",
            "Digest realm=x, nonce=y, algorithm=X",
        ] {
            assert!(Digest::of(&challenges(field)[0], String::new()).is_err(), "{field}");
        }
    }
}
