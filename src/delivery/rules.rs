//! Which connections may carry a message: TLS is required but on this machine itself or where it was turned off.

use crate::net::connect::Peer;
use crate::net::resolve::is_localhost;
use crate::terms::endpoint::Place;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::plan::{Plan, Tls};

const NO_TLS: &str = "this build does not speak TLS yet, and the connection must have it";
const NO_TLS_AT_ALL: &str = "this build does not speak TLS yet";
const NO_LOGIN: &str = "this build cannot log on yet";

/// Judges a plan before the first packet.
pub fn before_connecting(plan: &Plan) -> Result<(), Failure> {
    let refuse = |stage, what| Err(Failure::new(stage, Cause::NotBuilt(what)).at(&plan.endpoint.to_string()));
    if plan.endpoint.user.is_some() {
        return refuse(Stage::Login, NO_LOGIN);
    }
    if plan.endpoint.tls_first || matches!(plan.tls, Some(Tls::Required | Tls::Opportunistic)) {
        return refuse(Stage::Secure, NO_TLS_AT_ALL);
    }
    let near = match &plan.endpoint.place {
        Place::Unix(_) => true,
        Place::Tcp { host, .. } => is_localhost(host) || host.parse().is_ok_and(is_loopback),
    };
    if near || plan.tls == Some(Tls::Off) { Ok(()) } else { refuse(Stage::StartTls, NO_TLS) }
}

/// Judges who was really reached.
pub fn after_connecting(plan: &Plan, peer: &Peer) -> Result<(), Failure> {
    if peer.is_on_this_machine() || plan.tls == Some(Tls::Off) {
        return Ok(());
    }
    Err(Failure::new(Stage::StartTls, Cause::NotBuilt(NO_TLS)).at(&plan.endpoint.to_string()))
}

fn is_loopback(address: std::net::IpAddr) -> bool {
    Peer::Tcp((address, 0).into()).is_on_this_machine()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::endpoint::Server;
    use crate::terms::envelope::Dsn;
    use crate::terms::plan::{Family, Limits};

    #[test]
    fn only_this_machine_is_spoken_to_in_clear_unasked() {
        for (server, tls, allowed) in [
            ("127.0.0.1:25", None, true),
            ("127.9.9.9:25", None, true),
            ("[::1]:25", None, true),
            ("[::ffff:127.0.0.1]:25", None, true),
            ("localhost", None, true),
            ("lmtp+unix:///run/x", None, true),
            ("192.0.2.1:25", None, false),
            ("192.0.2.1:25", Some(Tls::Off), true),
            ("mail.example", None, false),
            ("localhost.example", None, false),
            ("127.0.0.1.example", None, false),
            ("127.0.0.1:25", Some(Tls::Required), false),
            ("localhost:465", None, false),
            ("smtps://localhost", Some(Tls::Off), false),
            ("smtp://ada@localhost", None, false),
        ] {
            let Ok(Server::At(endpoint)) = Server::parse(server) else { panic!("{server}") };
            let (hello, limits, family) = (None, Limits::default(), Family::Any);
            let plan = Plan {
                endpoint,
                hello,
                tls,
                limits,
                family,
                source: None,
                partial: false,
                dsn: Dsn::default(),
            };
            assert_eq!(before_connecting(&plan).is_ok(), allowed, "{server}");
        }
    }
}
