//! The parameters of MAIL and RCPT (RFC 1870, 3461, 6152, 6531), understood only where their extension was offered.

use super::behaviour::Extension;
use super::reply::Reply;
use crate::terms::amount;

/// Holds what MAIL said behind the sender.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct MailParameters {
    pub(super) size: Option<u64>,
    pub(super) body: Option<String>,
    pub(super) smtputf8: bool,
    pub(super) ret: Option<String>,
    pub(super) envid: Option<String>,
    /// AUTH was said (RFC 4954, 5); whom it names is of no use here.
    pub(super) auth: bool,
}

/// Holds what RCPT said behind the recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RcptParameters {
    pub(super) notify: Option<Vec<String>>,
    pub(super) orcpt: Option<String>,
}

impl MailParameters {
    /// Reads the parameters; `offered` says which extensions the client was offered.
    pub(super) fn read(text: &str, offered: impl Fn(Extension) -> bool) -> Result<Self, Reply> {
        let mut read = Self::default();
        for (keyword, value) in pairs(text) {
            let fresh = match (keyword.to_ascii_uppercase().as_str(), value) {
                ("SIZE", Some(value)) if offered(Extension::Size) => {
                    let size = amount::whole(value).ok_or_else(|| malformed(keyword))?;
                    read.size.replace(size).is_none()
                }
                ("BODY", Some(value)) if offered(Extension::EightBitMime) => {
                    let body = one_of(value, &["7BIT", "8BITMIME"]).ok_or_else(|| malformed(keyword))?;
                    read.body.replace(body).is_none()
                }
                ("SMTPUTF8", None) if offered(Extension::SmtpUtf8) => {
                    !std::mem::replace(&mut read.smtputf8, true)
                }
                ("RET", Some(value)) if offered(Extension::Dsn) => {
                    let ret = one_of(value, &["FULL", "HDRS"]).ok_or_else(|| malformed(keyword))?;
                    read.ret.replace(ret).is_none()
                }
                ("ENVID", Some(value)) if offered(Extension::Dsn) => {
                    let envid = Some(value).filter(|it| is_xtext(it)).ok_or_else(|| malformed(keyword))?;
                    read.envid.replace(envid.into()).is_none()
                }
                ("AUTH", Some(value)) if offered(Extension::Auth) => {
                    if value != "<>" && !is_xtext(value) {
                        return Err(malformed(keyword));
                    }
                    !std::mem::replace(&mut read.auth, true)
                }
                _ => return Err(unknown()),
            };
            if !fresh {
                return Err(malformed(keyword));
            }
        }
        Ok(read)
    }
}

impl RcptParameters {
    /// Reads the parameters; `offered` says which extensions the client was offered.
    pub(super) fn read(text: &str, offered: impl Fn(Extension) -> bool) -> Result<Self, Reply> {
        let mut read = Self::default();
        for (keyword, value) in pairs(text) {
            let fresh = match (keyword.to_ascii_uppercase().as_str(), value) {
                ("NOTIFY", Some(value)) if offered(Extension::Dsn) => {
                    let notify = wishes(value).ok_or_else(|| malformed(keyword))?;
                    read.notify.replace(notify).is_none()
                }
                ("ORCPT", Some(value)) if offered(Extension::Dsn) => {
                    let orcpt = Some(value).filter(|it| is_original(it)).ok_or_else(|| malformed(keyword))?;
                    read.orcpt.replace(orcpt.into()).is_none()
                }
                _ => return Err(unknown()),
            };
            if !fresh {
                return Err(malformed(keyword));
            }
        }
        Ok(read)
    }
}

fn pairs(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let words = text.split(' ').filter(|word| !word.is_empty());
    words.map(|word| word.split_once('=').map_or((word, None), |(keyword, value)| (keyword, Some(value))))
}

fn unknown() -> Reply {
    Reply::new(555, "5.5.4", "a parameter here was not offered")
}

fn malformed(keyword: &str) -> Reply {
    Reply::new(501, "5.5.4", format!("{} is malformed or said twice", keyword.to_ascii_uppercase()))
}

fn one_of(value: &str, known: &[&str]) -> Option<String> {
    known.iter().find(|word| word.eq_ignore_ascii_case(value)).map(|word| (*word).to_owned())
}

/// Reads NOTIFY: NEVER alone, or a list of the other words, each once (RFC 3461, 4.1).
fn wishes(value: &str) -> Option<Vec<String>> {
    if value.eq_ignore_ascii_case("NEVER") {
        return Some(vec!["NEVER".into()]);
    }
    let mut wishes = Vec::new();
    for word in value.split(',') {
        let wish = one_of(word, &["SUCCESS", "FAILURE", "DELAY"])?;
        if wishes.contains(&wish) {
            return None;
        }
        wishes.push(wish);
    }
    Some(wishes)
}

/// Tells whether an ORCPT is a type, a semicolon and an address, in xtext or (RFC 6533) in UTF-8.
fn is_original(value: &str) -> bool {
    let Some((kind, address)) = value.split_once(';') else { return false };
    let is_atom = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
    let utf8 = kind.eq_ignore_ascii_case("utf-8") && !address.is_empty();
    !kind.is_empty() && kind.bytes().all(is_atom) && (utf8 || is_xtext(address))
}

/// Tells whether a value is xtext: printable ASCII, with `+` and two upper-case hexadecimal digits for the rest.
fn is_xtext(value: &str) -> bool {
    let octets = value.as_bytes();
    let is_hex = |octet: Option<&u8>| octet.is_some_and(|octet| matches!(octet, b'0'..=b'9' | b'A'..=b'F'));
    !octets.is_empty()
        && octets.iter().enumerate().all(|(at, octet)| match octet {
            b'+' => is_hex(octets.get(at + 1)) && is_hex(octets.get(at + 2)),
            b'=' => false,
            b'!'..=b'~' => true,
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::{MailParameters, RcptParameters};

    #[test]
    fn mail_parameters_are_read_or_refused() {
        let read =
            MailParameters::read(" size=12 BODY=8bitmime SMTPUTF8  RET=hdrs ENVID=a+2Bb", |_| true).unwrap();
        assert_eq!((read.size, read.body.as_deref(), read.smtputf8), (Some(12), Some("8BITMIME"), true));
        assert_eq!((read.ret.as_deref(), read.envid.as_deref()), (Some("HDRS"), Some("a+2Bb")));
        let rows = [
            (" SIZE=", 501),
            (" SIZE=x", 501),
            (" SIZE=1 SIZE=1", 501),
            (" SIZE", 555),
            (" BODY=BINARYMIME", 501),
            (" SMTPUTF8=yes", 555),
            (" SMTPUTF8 SMTPUTF8", 501),
            (" RET=ALL", 501),
            (" ENVID=a=b", 501),
            (" ENVID=a+2", 501),
            (" ENVID=a+2b", 501),
            (" ENVID=é", 501),
            (" NOTIFY=NEVER", 555),
            (" =", 555),
        ];
        for (text, code) in rows {
            let refused = MailParameters::read(text, |_| true).map_err(|reply| reply.code);
            assert_eq!(refused, Err(code), "{text}");
        }
    }

    #[test]
    fn rcpt_parameters_are_read_or_refused() {
        let read = RcptParameters::read(" notify=success,Delay ORCPT=rfc822;a+2Bb@d", |_| true).unwrap();
        assert_eq!(read.notify, Some(vec!["SUCCESS".to_owned(), "DELAY".to_owned()]));
        assert_eq!(read.orcpt.as_deref(), Some("rfc822;a+2Bb@d"));
        assert!(RcptParameters::read(" NOTIFY=never ORCPT=utf-8;ä@d", |_| true).is_ok());
        for text in [
            " NOTIFY=",
            " NOTIFY=NEVER,DELAY",
            " NOTIFY=DELAY,DELAY",
            " ORCPT=a@d",
            " ORCPT=;a@d",
            " ORCPT=rfc822;",
        ] {
            assert_eq!(RcptParameters::read(text, |_| true).map_err(|reply| reply.code), Err(501), "{text}");
        }
    }

    #[test]
    fn nothing_is_understood_that_was_not_offered() {
        for text in [" SIZE=1", " BODY=8BITMIME", " SMTPUTF8", " RET=FULL", " ENVID=a"] {
            assert_eq!(MailParameters::read(text, |_| false).map_err(|reply| reply.code), Err(555), "{text}");
        }
        for text in [" NOTIFY=NEVER", " ORCPT=rfc822;a@d"] {
            assert_eq!(RcptParameters::read(text, |_| false).map_err(|reply| reply.code), Err(555), "{text}");
        }
    }
}
