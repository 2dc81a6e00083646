//! The name of this host, as EHLO wants it: fully qualified, or none at all.

use crate::terms::address::domain_name;
use std::sync::OnceLock;

/// The fully qualified name: the host name if it has a dot, else the one that the hosts file gives it.
///
/// The name service is not asked: a send should not wait for it. It is looked for once.
pub fn full_name() -> Option<String> {
    static NAME: OnceLock<Option<String>> = OnceLock::new();
    NAME.get_or_init(look_for_full_name).clone()
}

fn look_for_full_name() -> Option<String> {
    let uname = rustix::system::uname();
    let name = uname.nodename().to_str().ok()?;
    if name.contains('.') {
        return proper(name);
    }
    full_name_in(&std::fs::read_to_string("/etc/hosts").ok()?, name)
}

fn full_name_in(hosts: &str, name: &str) -> Option<String> {
    let lines = hosts.lines().map(|line| line.split('#').next().unwrap_or(""));
    lines
        .map(|line| line.split_whitespace().skip(1).collect::<Vec<_>>())
        .filter(|names| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
        .find_map(|names| names.iter().find(|known| known.contains('.')).and_then(|known| proper(known)))
}

fn proper(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let local = name.eq_ignore_ascii_case("localhost.localdomain") || !name.contains('.');
    let number = name.rsplit('.').next().is_some_and(|top| top.bytes().all(|b| b.is_ascii_digit()));
    let odd =
        name.contains('_') || name.split('.').any(|label| label.starts_with('-') || label.ends_with('-'));
    if local || number || odd { None } else { domain_name(name).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_valid_name_is_used() {
        for (hosts, found) in [
            ("127.0.1.1 vm.example.org vm\n", Some("vm.example.org")),
            ("127.0.1.1 vm vm.example.org # x\n", Some("vm.example.org")),
            ("# 10.0.0.1 vm.old.example vm\n::1 vm\n", None),
            ("127.0.0.1 localhost.localdomain vm\n", None),
            ("127.0.0.1 other.example.org other\n", None),
            ("10.0.0.1 vm_1.example.org vm\n", None),
        ] {
            assert_eq!(full_name_in(hosts, "vm").as_deref(), found, "{hosts}");
        }
        for name in ["vm", "1.2.3.4", "a..b", "-a.b", "a b.c"] {
            assert_eq!(proper(name), None, "{name}");
        }
    }
}
