//! https:// by the certificates, with the sentences and statuses of every verb.

use super::server::{Desk, Feed, NOTE, answering};
use crate::fixture::certificates::{Authority, Draft};

#[test]
fn certificates_are_judged_as_for_mail() {
    let desk = Desk::new();
    let (authority, stranger) = (Authority::new("Fixture Authority"), Authority::new("Stranger"));
    desk.file("ca.pem", authority.pem());
    let good = authority.sign(&Draft::of_this_host());
    let pin = format!("--tls-fingerprint {}", good.fingerprint());
    let cases = [
        ("good", &good, "--ca-file ca.pem", 0, ""),
        ("pinned", &good, &*pin, 0, ""),
        (
            "unknown",
            &stranger.sign(&Draft::of_this_host()),
            "--ca-file ca.pem",
            39,
            "comes from an unknown authority",
        ),
        (
            "other name",
            &authority.sign(&Draft::of(&["other.example"])),
            "--ca-file ca.pem",
            33,
            "is for other.example",
        ),
        (
            "expired",
            &authority.sign(&Draft::of_this_host().until(2001)),
            "--ca-file ca.pem",
            34,
            "expired on",
        ),
        ("insecure", &stranger.sign(&Draft::of_this_host()), "--insecure", 0, "not checked (--insecure)"),
    ];
    for (case, paper, options, exit, said) in cases {
        let config = paper.server(rustls::ALL_VERSIONS, None);
        let words = format!("post {{url}}/in note.eml {options} --json");
        let (ran, kept) = desk.run_by(Some(&config), &words, Feed::Nothing, vec![answering("200 OK", "")]);
        ran.must(case, exit, &[said]);
        if exit == 0 {
            assert_eq!(kept[0].as_ref().unwrap().body, NOTE.as_bytes(), "{case}");
            assert_eq!(ran.json["tls"]["verified"], case != "insecure", "{case}");
        } else {
            assert_eq!(ran.json["stage"], "secure", "{case}");
            assert!(kept.is_empty(), "{case}");
        }
    }
}

#[test]
fn a_client_certificate_is_shown_and_its_lack_is_no_unknown() {
    let desk = Desk::new();
    let authority = Authority::new("Fixture Authority");
    desk.file("ca.pem", authority.pem());
    let client = authority.sign(&Draft::of(&["client.example"]).for_clients());
    desk.file("client.pem", format!("{}{}", client.pem(), client.key_pem()));
    for versions in [&[&rustls::version::TLS13][..], &[&rustls::version::TLS12]] {
        let config = authority.sign(&Draft::of_this_host()).server(versions, Some(&authority));
        for (options, exit) in [("--client-cert client.pem", 0), ("", 26)] {
            let words = format!("post {{url}}/in note.eml --ca-file ca.pem {options}");
            let (ran, _) = desk.run_by(Some(&config), &words, Feed::Nothing, vec![answering("200 OK", "")]);
            ran.must(options, exit, &[]);
        }
    }
}

#[test]
fn large_bodies_arrive_under_tls_and_http_is_not_taken_for_tls() {
    let desk = Desk::new();
    let authority = Authority::new("Fixture Authority");
    desk.file("ca.pem", authority.pem());
    let body: Vec<u8> = (0..5_000_000usize).map(|at| u8::try_from(at * 11 % 253).unwrap()).collect();
    desk.file("big", &body);
    let config = authority.sign(&Draft::of_this_host()).server(rustls::ALL_VERSIONS, None);
    for words in ["post {url}/in big --ca-file ca.pem", "post {url}/in - --chunked --ca-file ca.pem"] {
        let (ran, kept) =
            desk.run_by(Some(&config), words, Feed::Octets(&body), vec![answering("200 OK", "")]);
        ran.must(words, 0, &[]);
        assert!(kept[0].as_ref().unwrap().body == body, "{words}");
    }
    let (ran, _) = desk.run(
        "post https://127.0.0.1:{port}/in note.eml --ca-file ca.pem",
        Feed::Nothing,
        vec![super::server::part(|mut peer: super::server::Peer| {
            peer.say("HTTP/1.1 400 Bad Request\r\n\r\n");
            peer.rest();
        })],
    );
    ran.must(
        "in clear",
        26,
        &["spoke in clear where TLS was to begin", "hint: a server without TLS is named by http://"],
    );
}
