//! The sentences about TLS and certificates: the host, the names, the dates, the issuer.

use crate::terms::printable::printable;
use crate::terms::tls::{TlsProblem, fingerprint_text};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub fn sentence(problem: &TlsProblem, server: &str) -> String {
    match problem {
        TlsProblem::Name { wanted, names } if names.is_empty() => {
            format!("the certificate of {server} is for no name at all, not for {}", printable(wanted))
        }
        TlsProblem::Name { wanted, names } => {
            let shown =
                names.iter().take(5).map(|name| printable(name).into_owned()).collect::<Vec<_>>().join(", ");
            let more = if names.len() > 5 { format!(" and {} more", names.len() - 5) } else { String::new() };
            format!("the certificate of {server} is for {shown}{more}, not for {}", printable(wanted))
        }
        TlsProblem::Expired { at } => format!("the certificate of {server} expired on {}", day(*at)),
        TlsProblem::NotYetValid { from } => {
            format!("the certificate of {server} is valid only from {} on", day(*from))
        }
        TlsProblem::Issuer { self_signed: true, .. } => {
            format!("the certificate of {server} is self-signed, and nobody known vouches for it")
        }
        TlsProblem::Issuer { issuer, .. } => {
            format!("the certificate of {server} comes from an unknown authority, {}", printable(issuer))
        }
        TlsProblem::Pin { found } => {
            format!("the certificate of {server} is none of those named: it is {}", fingerprint_text(found))
        }
        TlsProblem::Certificate(why) => {
            format!("the certificate of {server} cannot be used: {}", printable(why))
        }
        TlsProblem::Handshake(why) => format!("TLS with {server} failed: {}", printable(why)),
        TlsProblem::PlainGreeting(line) => {
            format!("{server} spoke in clear where TLS was to begin: {}", printable(line))
        }
        TlsProblem::Injected => format!("{server} sent something in clear behind its answer to STARTTLS"),
        TlsProblem::NoStore => {
            format!("no store of authorities was found to check the certificate of {server} by")
        }
    }
}

pub fn hint(problem: &TlsProblem) -> Option<&'static str> {
    Some(match problem {
        TlsProblem::Name { .. } => "--tls-name NAME checks another name than the host's",
        TlsProblem::Expired { .. } | TlsProblem::NotYetValid { .. } => {
            "look at the clock of this machine too"
        }
        TlsProblem::Issuer { .. } => {
            "--ca-file FILE names the authority, --tls-fingerprint sha256:HEX the certificate itself"
        }
        TlsProblem::NoStore => "--ca-file FILE names one; on Debian the package ca-certificates has it",
        TlsProblem::PlainGreeting(_) => "it may want STARTTLS: submission://HOST (587) or smtp://HOST (25)",
        TlsProblem::Injected => "somebody on the way may be tampering with the connection",
        _ => return None,
    })
}

/// A moment as mail and the web write it; one beyond the calendar of four-digit years is not told exactly.
fn day(time: SystemTime) -> String {
    const LAST: Duration = Duration::from_secs(253_402_300_799);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) if since <= LAST => httpdate::fmt_http_date(time),
        Ok(_) => "a day after the year 9999".to_owned(),
        Err(_) => "a day before the year 1970".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_date_of_a_certificate_is_beyond_words() {
        for (seconds, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (253_402_300_800, "a day after the year 9999"),
        ] {
            assert_eq!(day(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
        assert_eq!(day(UNIX_EPOCH - Duration::from_secs(1)), "a day before the year 1970");
    }
}
