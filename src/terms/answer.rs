//! What an HTTP server answered (RFC 9110 section 15), and which IXP name each status has.

use super::address::Address;
use super::ixp::{Class, Ixp};
use super::reply::Reply;
use std::time::Duration;

/// What a service says of a message inside an answer, where the status does not say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inside {
    /// It did not take the message.
    Refused,
    /// It did not take it for now.
    PutOff,
    /// It took it for some recipients; those that it names were refused.
    Partial(Vec<Address>),
    /// It does not say whether it took it.
    Silent,
    /// A refusal that has a name of its own.
    Named(&'static str),
}

/// A complete head of an answer, with as much of its body as is worth a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status as its code, the reason and a line of the body as its lines.
    pub reply: Reply,
    /// Where the new resource is, or where the old one went, as it may be shown.
    pub location: Option<String>,
    /// When to come again, from now.
    pub retry_after: Option<Duration>,
    /// `X-Dav-Error: 1204`: DAV is turned off for the account.
    pub dav_is_off: bool,
    pub inside: Option<Inside>,
    /// The name that the service gave to the message.
    pub id: Option<String>,
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.reply.code
    }

    pub fn is_success(&self) -> bool {
        self.reply.is_positive() && self.inside.is_none()
    }

    /// The IXP name of an answer that is no success.
    pub fn name(&self) -> &'static str {
        match &self.inside {
            None => name(self.status(), self.dav_is_off),
            Some(Inside::Refused) => "IXP_E_HTTP_BAD_REQUEST",
            Some(Inside::PutOff) => "IXP_E_HTTP_SERVICE_UNAVAIL",
            Some(Inside::Partial(_)) => "MXP_E_PARTIAL_PERMANENT",
            Some(Inside::Silent) => "MXP_E_OUTCOME_UNKNOWN",
            Some(Inside::Named(name)) => name,
        }
    }

    pub fn is_redirect(&self) -> bool {
        (300..400).contains(&self.status())
    }
}

/// The class of a status that is no success.
pub fn class(status: u16) -> Class {
    Ixp::named(name(status, false)).class()
}

/// The IXP name of a status that is no success.
fn name(status: u16, dav_is_off: bool) -> &'static str {
    match status {
        404 if dav_is_off => "IXP_E_HTTP_DAV_ACCESS_TURNED_OFF",
        305 => "IXP_E_HTTP_USE_PROXY",
        401 => "IXP_E_HTTP_UNAUTHORIZED",
        402 => "IXP_E_HTTP_PAYMENT_REQUIRED",
        403 => "IXP_E_HTTP_FORBIDDEN",
        404 => "IXP_E_HTTP_NOT_FOUND",
        405 => "IXP_E_HTTP_METHOD_NOT_ALLOW",
        406 | 415 => "IXP_E_HTTP_NOT_ACCEPTABLE",
        407 => "IXP_E_HTTP_PROXY_AUTH_REQ",
        408 => "IXP_E_HTTP_REQUEST_TIMEOUT",
        409 => "IXP_E_HTTP_CONFLICT",
        410 => "IXP_E_HTTP_GONE",
        411 => "IXP_E_HTTP_LENGTH_REQUIRED",
        412 => "IXP_E_HTTP_PRECOND_FAILED",
        413 => "IXP_E_SMTP_552_STORAGE_OVERFLOW",
        // Too early, too many, not here: the same again may succeed.
        421 | 425 | 429 => "IXP_E_HTTP_SERVICE_UNAVAIL",
        400..=499 => "IXP_E_HTTP_BAD_REQUEST",
        501 => "IXP_E_HTTP_NOT_IMPLEMENTED",
        502 => "IXP_E_HTTP_BAD_GATEWAY",
        503 => "IXP_E_HTTP_SERVICE_UNAVAIL",
        504 => "IXP_E_HTTP_GATEWAY_TIMEOUT",
        505 => "IXP_E_HTTP_VERS_NOT_SUP",
        507 => "IXP_E_HTTP_INSUFFICIENT_STORAGE",
        500..=599 => "IXP_E_HTTP_INTERNAL_ERROR",
        _ => "MXP_E_HTTP_UNEXPECTED_STATUS",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_name_in_the_table_and_its_class() {
        for status in (100..200).chain(300..1000) {
            let ixp = Ixp::named(name(status, false));
            assert_eq!(ixp.name(), name(status, false), "{status}");
            let class = match status {
                502 | 504 => Class::Unknown,
                408 | 421 | 425 | 429 | 503 => Class::Temporary,
                501 | 505 | 507 => Class::Permanent,
                500..=599 => Class::Temporary,
                _ => Class::Permanent,
            };
            assert_eq!(ixp.class(), class, "{status}");
        }
        assert_eq!(Ixp::named(name(404, true)).exit(), 87);
    }
}
