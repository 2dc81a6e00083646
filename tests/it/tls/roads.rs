//! TLS by every road to a server: LMTP, unix sockets and IPv6, required and by chance, at our own sink.

use super::server::{NOTE, Ran, run};
use crate::fixture::certificates::{Authority, Draft};
use crate::sink::Running;

/// A sink at all three kinds of address, and the authority behind its certificate in a file.
struct Place {
    sink: Running,
    papers: tempfile::TempDir,
}

/// Where it listens: IPv4, IPv6, a unix socket.
const LISTEN: [&str; 2] = ["127.0.0.1:0", "[::1]:0"];

impl Place {
    fn new(names: &[&str], options: &[&str]) -> Self {
        let papers = tempfile::tempdir().unwrap();
        let path = |name: &str| papers.path().join(name).to_str().unwrap().to_owned();
        let authority = Authority::new("Fixture Authority");
        let paper = authority.sign(&Draft::of(names));
        let stranger = Authority::new("Stranger");
        for (name, text) in [
            ("ca.pem", authority.pem()),
            ("other.pem", stranger.pem()),
            ("cert", paper.pem()),
            ("key", paper.key_pem()),
            ("note.eml", NOTE.to_owned()),
        ] {
            std::fs::write(papers.path().join(name), text).unwrap();
        }
        let unix = format!("unix:{}", path("socket"));
        let mut words = vec!["--tls-cert", "", "--tls-key", "", "--listen", &unix];
        let (cert, key) = (path("cert"), path("key"));
        (words[1], words[3]) = (&cert, &key);
        words.extend(LISTEN.iter().flat_map(|address| ["--listen", address]));
        words.extend(options);
        Self { sink: Running::keeping(&words), papers }
    }

    /// The server's address by a scheme, where `v4`, `v6` and `unix` stand for the place.
    fn server(&self, scheme: &str, place: &str) -> String {
        let all = self.sink.listening["listening"].as_array().unwrap();
        let of = |at: usize| all[at].as_str().unwrap().to_owned();
        match place {
            "unix" => format!("{scheme}+unix://{}", self.papers.path().join("socket").display()),
            "v4" => format!("{scheme}://{}", of(1)),
            _ => format!("{scheme}://{}", of(2)),
        }
    }

    fn send(&self, server: &str, options: &str) -> Ran {
        run(self.papers.path(), &format!("send note.eml --server {server} {options}"), &[])
    }

    /// The message is taken under this version of TLS, or in clear.
    fn takes(&mut self, case: &str, ran: &Ran, protocol: &str, verified: Option<bool>) {
        ran.must(case, 0, &[]);
        assert_eq!(ran.json["tls"]["verified"].as_bool(), verified, "{case}");
        let object = self.sink.object();
        let version = if verified.is_some() { "TLSv1.3".into() } else { serde_json::Value::Null };
        assert_eq!(object["tls"], version, "{case}: {object}");
        assert_eq!(object["protocol"], protocol, "{case}: {object}");
    }
}

const EVERYWHERE: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
const ROADS: [(&str, &str, &str); 6] = [
    ("smtp", "v4", "ESMTP"),
    ("smtp", "v6", "ESMTP"),
    ("smtp", "unix", "ESMTP"),
    ("lmtp", "v4", "LMTP"),
    ("lmtp", "v6", "LMTP"),
    ("lmtp", "unix", "LMTP"),
];

#[test]
fn starttls_is_used_by_every_road_verified_where_it_is_required_and_by_chance_where_not() {
    let mut place = Place::new(&EVERYWHERE, &[]);
    for (scheme, at, protocol) in ROADS {
        let server = place.server(scheme, at);
        for (options, verified) in [
            ("--tls required --ca-file ca.pem", Some(true)),
            ("--tls required --insecure", Some(false)),
            ("", Some(false)),
            ("--tls opportunistic --ca-file ca.pem", Some(true)),
            ("--tls opportunistic --ca-file other.pem", Some(false)),
            ("--tls off", None),
        ] {
            let ran = place.send(&server, options);
            place.takes(&format!("{server} {options}"), &ran, protocol, verified);
        }
    }
}

#[test]
fn tls_from_the_first_octet_goes_by_ipv6_too() {
    let mut place = Place::new(&EVERYWHERE, &["--implicit"]);
    for at in ["v4", "v6"] {
        let server = place.server("smtps", at);
        let ran = place.send(&server, "--ca-file ca.pem");
        place.takes(&server, &ran, "ESMTP", Some(true));
        let ran = place.send(&server, "--tls required --ca-file other.pem");
        assert_eq!(ran.exit, Some(39), "{server}: {}", ran.stderr);
    }
    place.sink.assert_kept(2);
}

#[test]
fn an_authority_or_a_name_that_does_not_fit_sends_nothing_by_any_road() {
    let place = Place::new(&["elsewhere.example"], &[]);
    for (scheme, at, _) in ROADS {
        let server = place.server(scheme, at);
        let ran = place.send(&server, "--tls required --ca-file other.pem");
        assert_eq!(ran.exit, Some(39), "{server}: {}", ran.stderr);
        let ran = place.send(&server, "--tls required --ca-file ca.pem");
        ran.must(&server, 33, &["elsewhere.example"]);
    }
    place.sink.assert_kept(0);
    for (scheme, at, _) in ROADS {
        let named = "--tls required --ca-file ca.pem --tls-name elsewhere.example";
        place.send(&place.server(scheme, at), named).must(at, 0, &[]);
    }
}

#[test]
fn required_without_an_offer_sends_nothing_by_any_road_and_by_chance_it_goes_in_clear() {
    let mut place = Place::new(&EVERYWHERE, &["--without", "starttls"]);
    for (scheme, at, protocol) in ROADS {
        let server = place.server(scheme, at);
        let ran = place.send(&server, "--tls required --ca-file ca.pem");
        ran.must(&server, 93, &["does not offer STARTTLS"]);
        let ran = place.send(&server, "");
        place.takes(&server, &ran, protocol, None);
    }
    place.sink.assert_kept(ROADS.len());
}

#[test]
fn a_password_needs_tls_that_is_verified_by_every_road() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "pencil-7153\n").unwrap();
    let file = secret.path().display().to_string();
    let alice = format!("alice:{file}");
    let mut place = Place::new(&EVERYWHERE, &["--auth", &alice]);
    for (scheme, at, protocol) in ROADS {
        let server = place.server(scheme, at);
        let user = format!("--user alice --password-file {file}");
        let ran = place.send(&server, &format!("{user} --tls opportunistic --ca-file other.pem"));
        assert_eq!(ran.exit, Some(39), "{server}: {}", ran.stderr);
        let ran = place.send(&server, &format!("{user} --ca-file ca.pem"));
        place.takes(&server, &ran, protocol, Some(true));
    }
}
