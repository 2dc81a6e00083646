//! Words that an option and a setting are judged by alike.

use crate::net::tls::can_be_checked;
use crate::terms::address::{Address, domain_name};
use std::net::IpAddr;

/// Judges a name to greet with: a domain name or an address literal.
pub fn helo(name: &str) -> Result<String, &'static str> {
    if name.chars().any(char::is_control) {
        return Err("it holds a control character");
    }
    if name.starts_with('[') {
        let literal = Address::parse(&format!("x@{name}"));
        return literal.map(|_| name.to_owned()).map_err(|problem| problem.why);
    }
    domain_name(name)
}

/// Judges a name that a certificate is to be for.
pub fn tls_name(name: &str) -> Result<String, &'static str> {
    if name.parse::<IpAddr>().is_ok() {
        return Ok(name.to_owned());
    }
    let name_on_the_wire = domain_name(name)?;
    if can_be_checked(&name_on_the_wire) { Ok(name_on_the_wire) } else { Err("no certificate can be for it") }
}

/// Judges the name of a user.
pub fn user(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("it is empty");
    }
    if name.chars().any(char::is_control) {
        return Err("it holds a control character");
    }
    if name.contains(':') { Err("it holds a colon, and a password does not stand with it") } else { Ok(()) }
}
