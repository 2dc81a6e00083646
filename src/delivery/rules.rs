//! Which connections may carry a message: TLS is required but on this machine itself or where it was turned off.

use crate::net::connect::Peer;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::plan::Plan;
use crate::terms::tls::Tls;

const NO_LOGIN: &str = "this build cannot log on yet";

/// Judges a plan before the first packet.
pub fn before_connecting(plan: &Plan) -> Result<(), Failure> {
    if plan.endpoint.user.is_some() {
        return Err(Failure::new(Stage::Login, Cause::NotBuilt(NO_LOGIN)).at(&plan.endpoint.to_string()));
    }
    Ok(())
}

/// What is to be asked of a connection, by who was really reached: a name proves nothing.
pub fn policy(plan: &Plan, peer: &Peer) -> Tls {
    let near = if peer.is_on_this_machine() { Tls::Opportunistic } else { Tls::Required };
    plan.tls.when.unwrap_or(near)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::endpoint::Server;
    use crate::terms::envelope::Dsn;
    use crate::terms::plan::{Family, Limits};
    use crate::terms::tls::TlsWishes;

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
            let Ok(Server::At(endpoint)) = Server::parse("localhost") else { panic!("a server") };
            let tls = TlsWishes { when, ..TlsWishes::default() };
            let (hello, limits, family, dsn) = (None, Limits::default(), Family::Any, Dsn::default());
            let plan = Plan { endpoint, hello, tls, limits, family, source: None, partial: false, dsn };
            let peer = reached.map_or(Peer::Unix, |address| Peer::Tcp(address.parse().unwrap()));
            assert_eq!(policy(&plan, &peer), policy_is, "{reached:?}");
        }
    }
}
