//! Who logs on at a resource, and what is said to which challenge.
//!
//! Law: a password or token goes over TLS only, unless its owner said otherwise, and to no other origin than that of the URL.
//! A token goes with the first request; a password answers a challenge, by Digest where that is offered.

use super::challenge::{Challenge, challenges};
use super::digest::Digest;
use crate::httpmail::via::manner::Manner;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::mask::{self, Form};
use crate::terms::plan::Login;
use crate::terms::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use ring::rand::{SecureRandom, SystemRandom};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Challenges that are answered before it is given up.
const MOST_TRIES: usize = 3;

/// The state of a log-on.
#[derive(Debug)]
pub(in crate::httpmail) struct LogOn {
    login: Option<Login>,
    /// The connection is encrypted, or the secret may cross it all the same.
    may_cross: bool,
    manner: Manner,
    way: Way,
    tries: usize,
    pub(in crate::httpmail) masks: Vec<Form>,
}

#[derive(Debug)]
enum Way {
    /// Nothing has been asked.
    Unasked,
    Bearer,
    Basic,
    Digest(Box<Digest>),
}

/// What becomes of a 401.
#[derive(Debug)]
pub(in crate::httpmail) enum Next {
    /// The next request answers the challenge.
    Again,
    /// It is the last word.
    Refused,
}

impl LogOn {
    /// Nobody logs on.
    pub(in crate::httpmail) fn nobody() -> LogOn {
        LogOn::new(None, false, Manner::default())
    }

    pub(in crate::httpmail) fn new(login: Option<Login>, is_under_tls: bool, manner: Manner) -> LogOn {
        let is_token = login.as_ref().is_some_and(|login| login.is_token);
        let may_cross = is_under_tls || login.as_ref().is_some_and(|login| login.in_clear);
        let secret = login.as_ref().and_then(|login| login.secret.as_deref());
        let masks = secret.map(mask::forms).unwrap_or_default();
        let way = match (is_token, secret) {
            (true, _) => Way::Bearer,
            (false, Some(_)) if manner.at_once => Way::Basic,
            _ => Way::Unasked,
        };
        LogOn { login, may_cross, manner, way, tries: 0, masks }
    }

    /// A further request begins.
    pub(in crate::httpmail) fn begin(&mut self) {
        self.tries = 0;
    }

    pub(in crate::httpmail) fn has_tried(&self) -> bool {
        !matches!(self.way, Way::Unasked)
    }

    fn secret(&self) -> Option<(String, Arc<Secret>)> {
        let login = self.login.as_ref()?;
        Some((login.user.clone(), Arc::clone(login.secret.as_ref()?)))
    }

    /// What the next request says of who asks.
    pub(in crate::httpmail) fn field(
        &mut self,
        method: &str,
        target: &str,
    ) -> Result<Option<(HeaderName, HeaderValue)>, Failure> {
        let Some((user, secret)) = self.secret() else { return Ok(None) };
        let mut name = AUTHORIZATION;
        let value = match &mut self.way {
            Way::Unasked => return Ok(None),
            Way::Bearer | Way::Basic if !self.may_cross => {
                return Err(Failure::new(Stage::Login, Cause::SecretInClear));
            }
            Way::Bearer => match &self.manner.token {
                Some(field) => {
                    name = field.name().clone();
                    field.value(secret.expose())
                }
                None => {
                    let text = Zeroizing::new([b"Bearer ", secret.expose()].concat());
                    HeaderValue::from_bytes(&text).ok()
                }
            },
            Way::Basic => {
                let pair = Zeroizing::new([user.as_bytes(), b":", secret.expose()].concat());
                HeaderValue::try_from(format!("Basic {}", STANDARD.encode(&*pair))).ok()
            }
            Way::Digest(digest) => {
                let (text, response) = digest.answer(&user, &secret, method, target);
                self.masks.extend(mask::response(&response));
                HeaderValue::try_from(text).ok()
            }
        };
        let mut value = value.ok_or_else(|| {
            let words = "the token holds what no field of a request can say".to_owned();
            Failure::new(Stage::Login, Cause::Usage(words))
        })?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }

    /// True where a 401 may be answered.
    pub(in crate::httpmail) fn may_answer(&self, fields: &HeaderMap) -> bool {
        let has_password = self.login.as_ref().is_some_and(|login| !login.is_token && login.secret.is_some());
        let is_stale = || {
            let all = fields.get_all(WWW_AUTHENTICATE);
            all.iter().any(|it| it.as_bytes().to_ascii_lowercase().windows(5).any(|word| word == b"stale"))
        };
        has_password
            && self.tries < MOST_TRIES
            && match self.way {
                Way::Unasked => true,
                Way::Digest(_) => is_stale(),
                Way::Bearer | Way::Basic => false,
            }
    }

    /// Hears a 401.
    pub(in crate::httpmail) fn hear(&mut self, fields: &HeaderMap) -> Result<Next, Failure> {
        let asks_for_password =
            self.login.as_ref().is_some_and(|login| !login.is_token && login.secret.is_some());
        if !asks_for_password || self.tries >= MOST_TRIES {
            return Ok(Next::Refused);
        }
        let offered: Vec<Challenge> = fields
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .flat_map(|value| challenges(&String::from_utf8_lossy(value.as_bytes())))
            .collect();
        let mut best: Option<Digest> = None;
        let (mut lack, mut is_stale) = (None, false);
        for challenge in offered.iter().filter(|challenge| challenge.is("digest")) {
            is_stale |= challenge.get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true"));
            match Digest::of(challenge, cnonce()?) {
                Ok(found) if best.as_ref().is_none_or(|best| found.is_better_than(best)) => {
                    best = Some(found);
                }
                Ok(_) => {}
                Err(why) => lack = Some(why),
            }
        }
        let has_basic = offered.iter().any(|challenge| challenge.is("basic"));
        self.tries += 1;
        match (&self.way, best) {
            // A nonce that is too old is no refusal of the password.
            (Way::Digest(old), Some(found)) if !is_stale || found.is_same_nonce(old) => Ok(Next::Refused),
            (Way::Basic | Way::Bearer, _) => Ok(Next::Refused),
            (_, Some(found)) => {
                self.way = Way::Digest(Box::new(found));
                Ok(Next::Again)
            }
            (Way::Digest(_), None) => Ok(Next::Refused),
            (Way::Unasked, None) if has_basic && self.may_cross => {
                self.way = Way::Basic;
                Ok(Next::Again)
            }
            (Way::Unasked, None) if has_basic => Err(Failure::new(Stage::Login, Cause::SecretInClear)),
            (Way::Unasked, None) => {
                let names: Vec<&str> = offered.iter().map(|challenge| challenge.scheme.as_str()).collect();
                let why = match (lack, names.is_empty()) {
                    (Some(why), _) => format!("Digest is offered only {why}"),
                    (None, true) => "none is offered".to_owned(),
                    (None, false) => format!("a password is good for none of {}", names.join(", ")),
                };
                Err(Failure::new(
                    Stage::Login,
                    Cause::NoMechanism(crate::terms::printable::printable(&why).into_owned()),
                ))
            }
        }
    }
}

fn cnonce() -> Result<String, Failure> {
    let mut octets = [0u8; 18];
    SystemRandom::new().fill(&mut octets).map_err(|_| {
        Failure::new(Stage::Login, Cause::LogOn("the system gives no random octets".to_owned()))
    })?;
    Ok(STANDARD.encode(octets))
}
