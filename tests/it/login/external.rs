//! EXTERNAL (RFC 4422 appendix A): the client certificate says who it is, and a user only whom it acts for.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::version::{TLS12, TLS13};

use super::server::{Place, Ran, Wire};
use crate::fixture::certificates::{Authority, Draft};

/// A place with papers, and servers by both versions that want to see a client certificate.
fn papers() -> (Place, [Arc<ServerConfig>; 2]) {
    let (place, authority) = (Place::new(), Authority::new("Fixture Authority"));
    let client = authority.sign(&Draft::of(&["ada"]).for_clients());
    place.file("ca.pem", &authority.pem(), 0o644);
    place.file("client.pem", &(client.key_pem() + &client.pem()), 0o600);
    let host = authority.sign(&Draft::of_this_host());
    (place, [&TLS12, &TLS13].map(|version| host.server(&[version], Some(&authority))))
}

/// Logs on by EXTERNAL; the server must hear this command, and goes on as it likes.
fn log_on(
    place: &Place,
    config: &Arc<ServerConfig>,
    more: &[&str],
    command: &str,
    go_on: impl FnOnce(&mut Wire) + Send,
) -> (Ran, bool) {
    let mut has_mail = None;
    let words = ["--ca-file=ca.pem", "--client-cert=client.pem", "--auth=external", "-vv"];
    let ran = place.run(&[&words[..], more].concat(), &[("MAILXPORT_PASSWORD", "tiger-secret")], |wire| {
        let mut wire = wire.secured(Arc::clone(config));
        assert_eq!(wire.begin("PLAIN EXTERNAL"), command);
        go_on(&mut wire);
        assert!(!wire.heard.join(" ").contains("tiger"), "{:?}", wire.heard);
        has_mail = Some(wire.has_mail());
    });
    (ran, has_mail.unwrap())
}

const WITHOUT: &str = "AUTH EXTERNAL =";
const AS_ADA: &str = "AUTH EXTERNAL YWRh";

#[test]
fn a_certificate_logs_on_with_a_user_and_without_one() {
    let (place, configs) = papers();
    for config in &configs {
        for (user, command) in [(&[][..], WITHOUT), (&["--user=ada"], AS_ADA)] {
            let (ran, has_mail) = log_on(&place, config, user, command, Wire::take_mail);
            assert_eq!((ran.exit, has_mail), (Some(0), true), "{command}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_certificate_that_is_not_taken_is_a_refused_log_on() {
    let (place, configs) = papers();
    for config in &configs {
        for (user, command) in [(&[][..], WITHOUT), (&["--user=ada"], AS_ADA)] {
            for (reply, exit) in
                [("535 5.7.8 not you", 24), ("454 4.7.0 not now", 95), ("504 5.5.4 not so", 24)]
            {
                let (ran, has_mail) = log_on(&place, config, user, command, |wire| wire.say(reply));
                assert_eq!((ran.exit, has_mail), (Some(exit), false), "{command}: {}", ran.stderr);
                assert!(ran.stderr.contains(&format!("  server: {reply}")), "{}", ran.stderr);
                assert_eq!(ran.stderr.matches("> AUTH").count(), 1, "{}", ran.stderr);
            }
        }
    }
}

#[test]
fn a_challenge_to_external_is_no_success() {
    let (place, configs) = papers();
    let (ran, has_mail) = log_on(&place, &configs[1], &["--user=ada"], AS_ADA, |wire| wire.say("334 "));
    assert_eq!((ran.exit, has_mail), (Some(24), false), "{}", ran.stderr);
    assert!(ran.stderr.contains("a challenge where the mechanism has none"), "{}", ran.stderr);
}
