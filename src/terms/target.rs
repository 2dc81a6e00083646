//! Whom programs of this machine write to: a mailbox, or a bare name such as `root` that is looked up here.

use super::address::{Address, AddressProblem};
use super::address_list::{Empty, Found, ends, walk};

/// Somebody who is written to, or who writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A local part without a domain.
    Local(String),
    Mailbox(Address),
}

impl Target {
    /// Reads an addr-spec, or the local part of one.
    pub fn parse(text: &str) -> Result<Target, AddressProblem> {
        match Address::parse(text) {
            Ok(address) if address.has_domain() => Ok(Target::Mailbox(address)),
            Ok(_) => Ok(Target::Local(text.to_owned())),
            Err(problem) if is_bare(text) => match text.starts_with(['|', '/']) {
                true => Err(AddressProblem { why: "nothing is delivered to a file or a program", ..problem }),
                false => Ok(Target::Local(text.to_owned())),
            },
            Err(problem) => Err(problem),
        }
    }

    /// The mailbox; a bare name has it at this domain.
    pub fn at(&self, domain: &str) -> Result<Address, AddressProblem> {
        match self {
            Target::Local(name) => Address::parse(&format!("{name}@{domain}")),
            Target::Mailbox(address) => Ok(address.clone()),
        }
    }
}

fn is_bare(text: &str) -> bool {
    Address::parse(&format!("{text}@x")).is_ok()
}

/// Reads a comma list; a header field must be unfolded.
pub fn targets(text: &str, empty: Empty) -> Result<Vec<Target>, AddressProblem> {
    let mut found = Vec::new();
    walk(text, empty, &mut |it| {
        if let Found::Address { text, .. } = it {
            found.push(Target::parse(text)?);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Where in a comma list a bare name ends, which has no domain behind it.
pub fn bare_ends(text: &str) -> Result<Vec<usize>, AddressProblem> {
    let is_bare = |(end, text): (usize, String)| match Target::parse(&text) {
        Ok(Target::Local(_)) => Some(Ok(end)),
        Ok(Target::Mailbox(_)) => None,
        Err(problem) => Some(Err(problem)),
    };
    ends(text)?.into_iter().filter_map(is_bare).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(list: &str) -> String {
        let one = |target: &Target| match target {
            Target::Local(name) => format!("local {name}"),
            Target::Mailbox(address) => address.to_string(),
        };
        match targets(list, Empty::Skipped) {
            Ok(found) => found.iter().map(one).collect::<Vec<_>>().join(" + "),
            Err(problem) => problem.why.to_owned(),
        }
    }

    #[test]
    fn a_bare_name_is_told_from_a_mailbox() {
        for (list, wanted) in [
            ("root", "local root"),
            ("root (Cron Daemon)", "local root"),
            ("Cron <root>, a@x", "local root + a@x"),
            ("postmaster, Postmaster@x", "local postmaster + Postmaster@x"),
            ("\"john doe\", \"a@b\"", "local \"john doe\" + local \"a@b\""),
            ("g: a, b@x;, -x", "local a + b@x + local -x"),
            ("", ""),
            ("a b", "it holds a character that must be quoted"),
            ("a@", "its domain is empty"),
            ("@x", "it has no local part"),
            ("a@x..y", "its domain has an empty label"),
            ("|/bin/sh", "nothing is delivered to a file or a program"),
            ("/var/mail/root", "nothing is delivered to a file or a program"),
            ("root\r\nRCPT TO:<x@y>", "it holds a control character"),
        ] {
            assert_eq!(shown(list), wanted, "{list:?}");
        }
    }

    #[test]
    fn a_bare_name_ends_where_its_domain_is_missing() {
        for (list, wanted) in [
            ("root", "root@"),
            (" root (Cron Daemon) ", " root@ (Cron Daemon) "),
            ("(ä (b) c)root,a@x, Z <z>", "(ä (b) c)root@,a@x, Z <z@>"),
            ("\"a, b\" <\"c d\">, g: e,  f@x ,h;,", "\"a, b\" <\"c d\"@>, g: e@,  f@x ,h@;,"),
            ("<@route:root>", "<@route:root@>"),
            ("undisclosed-recipients:;", "undisclosed-recipients:;"),
            ("", ""),
        ] {
            let mut text = list.to_owned();
            for end in bare_ends(list).unwrap().into_iter().rev() {
                text.insert(end, '@');
            }
            assert_eq!(text, wanted);
        }
        assert!(bare_ends("root, a b").is_err());
        assert!(bare_ends("root, |/bin/sh").is_err());
    }

    #[test]
    fn a_bare_name_gets_the_domain_of_this_machine() {
        for (text, wanted) in [("root", "root@m.example"), ("a@x", "a@x"), ("\"a b\"", "\"a b\"@m.example")] {
            assert_eq!(Target::parse(text).unwrap().at("m.example").unwrap().to_string(), wanted);
        }
    }
}
