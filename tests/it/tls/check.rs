//! What a check tells of certificates: of good ones, of those that end soon, and of those that it was given up for.

use super::server::{Door, Kept, Ran, Stage, mail_server};
use crate::fixture::certificates::{Authority, Draft, Paper};
use crate::fixture::limit::limited;
use serde_json::{Value, json};

impl Stage {
    fn check(&self, door: &Door, options: &str) -> (Ran, Kept) {
        let scheme = if door.first { "smtps" } else { "smtp" };
        let words = format!("check --server {scheme}://127.0.0.1:{{port}} {options}");
        self.run(&words, |pipe| mail_server(door, pipe))
    }
}

fn named<'a>(ran: &'a Ran, name: &str) -> &'a Value {
    let found = ran.json["findings"].as_array().unwrap();
    found.iter().find(|finding| finding["name"] == name).unwrap_or_else(|| panic!("no {name} in {found:#?}"))
}

/// However it ended, no message went out.
fn nothing_was_sent(case: &str, kept: &Kept) {
    assert!(kept.messages.is_empty(), "{case}");
    assert!(!kept.clear.iter().chain(&kept.secured).any(|line| line.starts_with("DATA")), "{case}: {kept:?}");
}

#[test]
fn a_good_chain_is_shown_whole() {
    let stage = Stage::new();
    let paper = stage.authority.deputy("Fixture Deputy").sign(&Draft::of_this_host());
    for (door, how) in [(Door::showing(&paper), "starttls"), (Door::showing(&paper).at_first(), "implicit")] {
        let (ran, kept) = stage.check(&door, "--tls required --ca-file ca.pem");
        ran.must(how, 0, &[]);
        nothing_was_sent(how, &kept);
        assert!(kept.has_envelope(), "{kept:?}");
        let tls = &ran.json["tls"];
        assert_eq!(
            (&tls["how"], &tls["verified"], &tls["problem"]),
            (&json!(how), &json!(true), &json!(null))
        );
        assert_eq!(tls["fingerprint"], paper.fingerprint());
        let chain = tls["chain"].as_array().unwrap();
        assert_eq!(chain.len(), 2);
        assert_eq!(chain[0]["names"], json!(["localhost", "127.0.0.1"]));
        assert_eq!(chain[0]["issuer"], "CN=Fixture Deputy");
        assert_eq!(chain[0]["not_before"], "2020-01-01T00:00:00Z");
        assert_eq!(chain[0]["not_after"], "2999-01-01T00:00:00Z");
        assert_eq!(chain[1]["issuer"], "CN=Fixture Authority");
        assert_eq!(ran.json["clock"]["compared_with"], "certificates");
    }
}

#[test]
fn a_certificate_that_is_refused_is_reported_with_what_to_do() {
    let stage = Stage::new();
    let host = Draft::of_this_host;
    let stranger = Authority::new("Stranger");
    let rows: &[(&str, Paper, i32, &str, &str)] = &[
        ("self-signed", host().self_signed(), 39, "certificate-issuer", "{pin}"),
        (
            "unknown issuer",
            stranger.sign(&host()),
            39,
            "certificate-issuer",
            "--ca-file FILE names the authority; {pin}",
        ),
        (
            "wrong name",
            stage.authority.sign(&Draft::of(&["mail.example"])),
            33,
            "certificate-name",
            "--server or --tls-name with a name that it is for, such as mail.example",
        ),
        ("expired", stage.authority.sign(&host().until(2024)), 34, "certificate-expired", "have it renewed"),
        ("not yet valid", stage.authority.sign(&host().from(2990)), 34, "certificate-not-yet-valid", "clock"),
    ];
    for (case, paper, exit, name, advice) in rows {
        for door in [Door::showing(paper), Door::showing(paper).at_first()] {
            let (ran, kept) = stage.check(&door, "--tls required --ca-file ca.pem");
            ran.must(case, *exit, &["mailxport: error: the certificate of 127.0.0.1:", "  hint: "]);
            nothing_was_sent(case, &kept);
            assert!(!kept.has_envelope(), "{case}");
            let tls = &ran.json["tls"];
            assert_eq!(
                (&tls["verified"], tls["chain"].as_array().unwrap().len()),
                (&json!(false), 1),
                "{case}"
            );
            assert_eq!(tls["fingerprint"], paper.fingerprint(), "{case}");
            assert_eq!(ran.json["stage"], "secure", "{case}");
            let pin = format!("--tls-fingerprint {}", paper.fingerprint());
            let said = named(&ran, name)["advice"].as_str().unwrap();
            assert!(said.contains(&advice.replace("{pin}", &pin)), "{case}: {said}");
            if *name == "certificate-issuer" {
                let (ran, _) = stage.check(&door, &pin);
                ran.must(&format!("{case}, pinned"), 0, &[]);
            }
        }
    }
}

#[test]
fn a_certificate_that_ends_soon_is_a_warning_and_no_failure() {
    let stage = Stage::new();
    for (days, warned) in [(5, true), (29, true), (40, false)] {
        let paper = stage.authority.sign(&Draft::of_this_host().for_days(days));
        let (ran, _) = stage.check(&Door::showing(&paper), "--tls required --ca-file ca.pem");
        ran.must("soon", 0, &[]);
        let left = ran.json["tls"]["days_left"].as_i64().unwrap();
        assert!((days - 1..=days).contains(&left), "{days}: {left}");
        let names: Vec<_> =
            ran.json["findings"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
        assert_eq!(names.contains(&json!("certificate-expires")), warned, "{days}: {names:?}");
        if warned {
            assert_eq!(named(&ran, "certificate-expires")["severity"], "warning");
        }
    }
    // The first of the chain counts, and that may be the authority's.
    let deputy = stage.authority.deputy_for_days("Fixture Deputy", 5);
    let (ran, _) =
        stage.check(&Door::showing(&deputy.sign(&Draft::of_this_host())), "--tls required --ca-file ca.pem");
    let text = named(&ran, "certificate-expires")["text"].as_str().unwrap();
    assert!(text.starts_with("the certificate of the authority CN=Fixture Deputy expires in "), "{text}");
}

#[test]
fn on_this_machine_an_unverifiable_certificate_is_a_warning() {
    let stage = Stage::new();
    let paper = Draft::of_this_host().self_signed();
    let (ran, kept) = stage.check(&Door::showing(&paper), "");
    ran.must("opportunistic", 0, &[]);
    assert!(kept.has_envelope());
    assert_eq!(named(&ran, "certificate-issuer")["severity"], "warning");
    let (ran, _) = stage.check(&Door::showing(&paper), "--tls required --insecure");
    ran.must("insecure", 0, &[]);
    let advice = named(&ran, "certificate-unchecked")["advice"].as_str().unwrap();
    assert!(advice.contains(&paper.fingerprint()), "{advice}");
}

#[test]
fn tls_1_2_is_a_note() {
    let stage = Stage::new();
    let door = Door::speaking(&stage.good(), &[&rustls::version::TLS12]);
    let (ran, _) = stage.check(&door, "--tls required --ca-file ca.pem");
    ran.must("1.2", 0, &[]);
    assert_eq!(named(&ran, "tls-1.2")["severity"], "note");
}

#[test]
fn the_report_for_people_fits_into_80_columns() {
    let stage = Stage::new();
    let paper = stage.authority.deputy("Fixture Deputy").sign(&Draft::of_this_host());
    let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).unwrap();
    let server = format!("smtp://{}", listener.local_addr().unwrap());
    let report = std::thread::scope(|scope| {
        let door = Door::showing(&paper);
        scope.spawn(move || {
            let socket = crate::fixture::pipe::Socket::Tcp(listener.accept().unwrap().0);
            mail_server(&door, crate::fixture::pipe::Pipe::new(socket, super::server::PATIENCE))
        });
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mailxport"));
        command.args([
            "check",
            "--tls",
            "required",
            "--from",
            "a@d.example",
            "--to",
            "b@d.example",
            "--server",
        ]);
        let output = limited(command.arg(server).env_clear().current_dir(stage.place.path()));
        assert_eq!(output.status.code(), Some(39));
        String::from_utf8(output.stdout).unwrap()
    });
    assert!(report.contains(&format!("print    {}\n", paper.fingerprint())), "{report}");
    for line in report.lines() {
        assert!(line.chars().count() <= 80 && !line.ends_with(' '), "{line:?} in\n{report}");
    }
}
