//! Patterns of senders: an address, all addresses of a domain, or all below a domain.

use crate::terms::address::{Address, domain_name};
use std::fmt;

/// Which senders an account is for. A more exact one comes first in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    Address(Box<Address>),
    /// `*@domain`
    Domain(String),
    /// `*@*.domain`
    Below(String),
}

impl Pattern {
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let domain = |name: &str| {
            let domain = domain_name(name).map(|name| name.to_ascii_lowercase());
            domain.map_err(|why| format!("\"{text}\" is not a pattern of senders: {why}"))
        };
        if let Some(name) = text.strip_prefix("*@*.") {
            return domain(name).map(Pattern::Below);
        }
        if let Some(name) = text.strip_prefix("*@") {
            return domain(name).map(Pattern::Domain);
        }
        // An asterisk may stand in an address, but hardly anybody has such a one.
        match Address::parse(text) {
            Ok(address) if !text.contains('*') => Ok(Pattern::Address(Box::new(address))),
            _ => Err(format!("\"{text}\" is none of ADDRESS, *@DOMAIN and *@*.DOMAIN")),
        }
    }

    /// How exactly it fits a sender; none where it does not.
    pub fn fit(&self, sender: &Address) -> Option<usize> {
        let key = sender.key();
        let domain = key.rsplit_once('@').map(|(_, domain)| domain)?;
        match self {
            Pattern::Address(address) => address.same_mailbox(sender).then_some(usize::MAX),
            Pattern::Domain(name) => (name == domain).then_some(usize::MAX - 1),
            Pattern::Below(name) => domain
                .strip_suffix(name.as_str())
                .is_some_and(|rest| rest.ends_with('.'))
                .then_some(name.len()),
        }
    }

    pub fn is_the_same(&self, other: &Pattern) -> bool {
        match (self, other) {
            (Pattern::Address(one), Pattern::Address(other)) => one.same_mailbox(other),
            _ => self == other,
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pattern::Address(address) => address.fmt(f),
            Pattern::Domain(name) => write!(f, "*@{name}"),
            Pattern::Below(name) => write!(f, "*@*.{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_exact_pattern_fits_better() {
        let ada = Address::parse("ada@x.work.example").unwrap();
        let fit = |text: &str| Pattern::parse(text).unwrap().fit(&ada);
        let order = ["*@*.example", "*@*.work.example", "*@X.work.example", "ada@x.WORK.example"];
        assert!(order.windows(2).all(|pair| fit(pair[0]).unwrap() < fit(pair[1]).unwrap()));
        for other in [
            "bob@x.work.example",
            "Ada@x.work.example",
            "*@work.example",
            "*@*.x.work.example",
            "*@*.k.example",
        ] {
            assert_eq!(fit(other), None, "{other}");
        }
        let postmaster = Address::parse("postmaster").unwrap();
        assert_eq!(Pattern::parse("*@work.example").unwrap().fit(&postmaster), None);
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in
            ["", "*", "work.example", "a*@work.example", "*@", "*@*.", "*@*work.example", "*@a b", "ada@*"]
        {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
        let same = |one: &str, other: &str| {
            Pattern::parse(one).unwrap().is_the_same(&Pattern::parse(other).unwrap())
        };
        assert!(same("*@Work.example", "*@work.EXAMPLE") && same("a@X.example", "a@x.example"));
        assert!(!same("*@work.example", "*@*.work.example") && !same("A@x.example", "a@x.example"));
    }
}
