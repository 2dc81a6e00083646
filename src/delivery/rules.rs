//! Which connections may carry a message: TLS is required but on this machine itself or where it was turned off.

use crate::net::connect::Peer;
use crate::smtp::session::Terms;
use crate::terms::plan::Plan;
use crate::terms::tls::Tls;

/// What is to be asked of a connection, by who was really reached: a name proves nothing.
pub fn terms(plan: &Plan, peer: &Peer) -> Terms {
    let near = peer.is_on_this_machine();
    // Who says what the certificate must be means it.
    let particular = !plan.tls.pins.is_empty() || plan.tls.ca_file.is_some() || plan.tls.name.is_some();
    let usual = if near && !particular { Tls::Opportunistic } else { Tls::Required };
    let said = plan.login.as_ref().is_some_and(|login| login.in_clear);
    Terms {
        policy: plan.tls.when.unwrap_or(usual),
        clear_is_allowed: said || (near && plan.tls.when == Some(Tls::Off)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::endpoint::Server;
    use crate::terms::envelope::Dsn;
    use crate::terms::plan::{Family, Limits};
    use crate::terms::tls::TlsWishes;

    fn plan(server: &str, when: Option<Tls>) -> Plan {
        let Ok(Server::At(endpoint)) = Server::parse(server) else { panic!("a server") };
        Plan {
            endpoint,
            hello: None,
            tls: TlsWishes { when, ..TlsWishes::default() },
            limits: Limits::default(),
            family: Family::Any,
            source: None,
            proxy: None,
            max_recipients: None,
            partial: false,
            chunking: true,
            dsn: Dsn::default(),
            login: None,
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_clear_unasked() {
        for (reached, when, policy_is) in [
            (Some("127.0.0.1:25"), None, Tls::Opportunistic),
            (Some("127.9.9.9:25"), None, Tls::Opportunistic),
            (Some("[::1]:25"), None, Tls::Opportunistic),
            (Some("[::ffff:127.0.0.1]:25"), None, Tls::Opportunistic),
            (None, None, Tls::Opportunistic),
            (Some("192.0.2.1:25"), None, Tls::Required),
            (Some("[2001:db8::1]:25"), None, Tls::Required),
            (Some("192.0.2.1:25"), Some(Tls::Off), Tls::Off),
            (Some("127.0.0.1:25"), Some(Tls::Required), Tls::Required),
        ] {
            let peer = reached.map_or(Peer::Unix, |address| Peer::Tcp(address.parse().unwrap()));
            assert_eq!(terms(&plan("localhost", when), &peer).policy, policy_is, "{reached:?}");
        }
    }

    #[test]
    fn nothing_behind_a_proxy_is_on_this_machine() {
        for (when, policy_is) in [(None, Tls::Required), (Some(Tls::Off), Tls::Off)] {
            let terms = terms(&plan("127.0.0.1", when), &Peer::BehindProxy);
            assert_eq!((terms.policy, terms.clear_is_allowed), (policy_is, false));
        }
    }
}
