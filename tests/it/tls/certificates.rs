//! Which certificates are taken, and the sentence about one that is not.

use super::server::{Door, Kept, Ran, Stage};
use crate::fixture::certificates::{Authority, Draft};

fn taken(case: &str, ran: &Ran, kept: &Kept, verified: bool) {
    ran.must(case, 0, &[]);
    assert_eq!(kept.messages.len(), 1, "{case}");
    assert_eq!(ran.json["tls"]["verified"], verified, "{case}");
    assert!(kept.clear.iter().all(|line| line.starts_with("EHLO") || line == "STARTTLS"), "{case}: {kept:?}");
}

fn refused(case: &str, ran: &Ran, kept: &Kept, exit: i32, said: &[&str]) {
    ran.must(case, exit, said);
    assert!(ran.stderr.starts_with("mailxport: not sent: "), "{case}: {}", ran.stderr);
    assert!(!kept.has_envelope() && kept.no_tls.is_some(), "{case}: {kept:?}");
    assert_eq!(ran.json["stage"], "secure", "{case}");
    assert_eq!(ran.json["verdict"], "not-sent", "{case}");
    assert!(ran.json["tls"].is_null(), "{case}");
}

#[test]
fn a_certificate_of_the_named_authority_is_taken_by_either_road() {
    let stage = Stage::new();
    let deputy = stage.authority.deputy("Fixture Deputy");
    for (case, paper) in
        [("a good one", stage.good()), ("one behind a deputy", deputy.sign(&Draft::of_this_host()))]
    {
        for door in [Door::showing(&paper), Door::showing(&paper).at_first()] {
            let (ran, kept) = stage.send(&door, "--tls required --ca-file ca.pem");
            taken(case, &ran, &kept, true);
            assert_eq!(ran.stderr, "", "{case}");
        }
    }
}

#[test]
fn a_host_may_be_named_by_name_or_by_address() {
    let stage = Stage::new();
    let (by_name, by_address) = (Draft::of(&["localhost"]), Draft::of(&["127.0.0.1"]));
    for (host, draft, good) in [
        ("localhost", &by_name, true),
        ("LocalHost", &by_name, true),
        ("127.0.0.1", &by_address, true),
        ("127.0.0.1", &by_name, false),
        ("localhost", &by_address, false),
    ] {
        let door = Door::showing(&stage.authority.sign(draft));
        let words = format!("send note.eml --server smtp://{host}:{{port}} --tls required --ca-file ca.pem");
        let (ran, kept) = stage.run(&words, |pipe| super::server::mail_server(&door, pipe));
        if good {
            taken(host, &ran, &kept, true);
        } else {
            refused(host, &ran, &kept, 33, &[]);
        }
    }
}

#[test]
fn what_is_wrong_with_a_certificate_is_said() {
    let stage = Stage::new();
    let host = Draft::of_this_host;
    let (sign, stranger) = (|draft: &Draft| stage.authority.sign(draft), Authority::new("Stranger"));
    let deputy = stage.authority.deputy("Fixture Deputy");
    let strange_deputy = stranger.deputy("Strange Deputy");
    let in_the_subject = Draft::of(&["other.example"]).called("127.0.0.1");
    let rows: &[(&str, _, i32, &[&str])] = &[
        (
            "wrong name",
            sign(&Draft::of(&["a.example", "*.b.example"])),
            33,
            &["is for a.example, *.b.example, not for 127.0.0.1", "hint: --tls-name NAME"],
        ),
        (
            "a name in the subject alone",
            sign(&in_the_subject),
            33,
            &["is for other.example, not for 127.0.0.1"],
        ),
        (
            "no name",
            sign(&Draft::of(&[]).called("127.0.0.1")),
            33,
            &["is for no name at all, not for 127.0.0.1"],
        ),
        (
            "expired",
            sign(&host().until(2024)),
            34,
            &["expired on Mon, 01 Jan 2024 00:00:00 GMT", "hint: look at the clock of this machine too"],
        ),
        ("expired behind a deputy", deputy.sign(&host().until(2024)), 34, &["expired on Mon, 01 Jan 2024"]),
        (
            "not yet valid",
            sign(&host().from(2990)),
            34,
            &["is valid only from Fri, 01 Jan 2990 00:00:00 GMT on"],
        ),
        (
            "unknown issuer",
            stranger.sign(&host()),
            39,
            &[
                "comes from an unknown authority, CN=Stranger",
                "hint: --ca-file FILE names the authority, --tls-fingerprint sha256:HEX the certificate itself",
            ],
        ),
        ("unknown issuer of a deputy", strange_deputy.sign(&host()), 39, &["unknown authority, CN=Stranger"]),
        ("self-signed", host().self_signed(), 39, &["is self-signed, and nobody known vouches for it"]),
        ("for clients only", sign(&host().for_clients()), 39, &["cannot be used: "]),
    ];
    for (case, paper, exit, said) in rows {
        for door in [Door::showing(paper), Door::showing(paper).at_first()] {
            let (ran, kept) = stage.send(&door, "--tls required --ca-file ca.pem");
            refused(case, &ran, &kept, *exit, said);
            assert!(ran.stderr.contains("the certificate of 127.0.0.1:"), "{case}: {}", ran.stderr);
        }
    }
}

#[test]
fn the_date_is_that_of_the_certificate_that_expired() {
    let stage = Stage::new();
    // One that expired earlier stands behind the chain, and in nobody's way.
    let stray = stage.authority.deputy_for_days("Long Gone", -900);
    let late = stage.authority.deputy_for_days("Late Deputy", -3);
    let paper = late.sign(&Draft::of_this_host()).with_a_stray(&stray);
    let three_days_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3 * 86_400);
    let said = format!("expired on {}", &httpdate::fmt_http_date(three_days_ago)[..16]);
    let (ran, kept) = stage.send(&Door::showing(&paper), "--tls required --ca-file ca.pem");
    refused("a stray certificate", &ran, &kept, 34, &[&said]);
}

#[test]
fn a_certificate_that_signs_for_itself_can_be_named_as_its_own_authority() {
    let stage = Stage::new();
    let host = Draft::of_this_host;
    for (case, paper, exit, said) in [
        ("as a server", host().self_signed(), 0, ""),
        ("as an authority", host().like_an_authority().self_signed(), 0, ""),
        (
            "wrong name",
            Draft::of(&["a.example"]).like_an_authority().self_signed(),
            33,
            "is for a.example, not",
        ),
        ("expired", host().until(2024).like_an_authority().self_signed(), 34, "expired on Mon, 01 Jan 2024"),
        (
            "not yet valid",
            host().from(2990).like_an_authority().self_signed(),
            34,
            "only from Fri, 01 Jan 2990",
        ),
    ] {
        stage.file("own.pem", paper.pem());
        let (ran, kept) = stage.send(&Door::showing(&paper), "--tls required --ca-file own.pem");
        if exit == 0 {
            taken(case, &ran, &kept, true);
        } else {
            refused(case, &ran, &kept, exit, &[said]);
        }
    }
    let (other, paper) = [(); 2].map(|()| host().like_an_authority().self_signed()).into();
    stage.file("own.pem", other.pem());
    let (ran, kept) = stage.send(&Door::showing(&paper), "--tls required --ca-file own.pem");
    refused("another of the same name", &ran, &kept, 39, &["is self-signed"]);
}

#[test]
fn another_name_can_be_asked_for() {
    let stage = Stage::new();
    let door = Door::showing(&stage.authority.sign(&Draft::of(&["mail.example"])));
    let (ran, kept) = stage.send(&door, "--tls required --ca-file ca.pem --tls-name mail.example");
    taken("the certificate's own name", &ran, &kept, true);
    let (ran, kept) = stage.send(&door, "--tls required --ca-file ca.pem --tls-name other.example");
    refused("still another", &ran, &kept, 33, &["is for mail.example, not for other.example"]);
    let wild = Door::showing(&stage.authority.sign(&Draft::of(&["*.d.example"])));
    let (ran, kept) = stage.send(&wild, "--tls required --ca-file ca.pem --tls-name mail.d.example");
    taken("a wildcard", &ran, &kept, true);
    let (ran, kept) = stage.send(&wild, "--tls required --ca-file ca.pem --tls-name a.mail.d.example");
    refused("a wildcard for two labels", &ran, &kept, 33, &["is for *.d.example, not for a.mail.d.example"]);
}

#[test]
fn a_fingerprint_stands_for_chain_name_and_date() {
    let stage = Stage::new();
    let other = stage.good().fingerprint();
    for (case, paper) in [
        ("wrong name", stage.authority.sign(&Draft::of(&["other.example"]))),
        ("expired", stage.authority.sign(&Draft::of_this_host().until(2024))),
        ("not yet valid", stage.authority.sign(&Draft::of_this_host().from(2990))),
        ("self-signed", Draft::of(&["other.example"]).until(2024).self_signed()),
    ] {
        let door = Door::showing(&paper);
        let pins =
            format!("--tls required --tls-fingerprint {other} --tls-fingerprint {}", paper.fingerprint());
        let (ran, kept) = stage.send(&door, &pins);
        taken(case, &ran, &kept, true);
        assert_eq!(ran.stderr, "", "{case}");
    }
}

#[test]
fn a_fingerprint_that_does_not_match_refuses_the_best_certificate() {
    let stage = Stage::new();
    let (paper, other) = (stage.good(), stage.good().fingerprint());
    let pins = format!("--tls required --ca-file ca.pem --tls-fingerprint {other}");
    for door in [Door::showing(&paper), Door::showing(&paper).at_first()] {
        let (ran, kept) = stage.send(&door, &pins);
        let found = format!("is none of those named: it is {}", paper.fingerprint());
        refused("another pin", &ran, &kept, 39, &[&found]);
    }
}

#[test]
fn insecure_takes_any_certificate_and_says_so_each_time() {
    let stage = Stage::new();
    for (case, paper) in [
        ("good", stage.good()),
        ("wrong name", stage.authority.sign(&Draft::of(&["other.example"]))),
        ("expired and self-signed", Draft::of_this_host().until(2024).self_signed()),
    ] {
        for door in [Door::showing(&paper), Door::showing(&paper).at_first()] {
            let (ran, kept) = stage.send(&door, "--tls required --insecure");
            taken(case, &ran, &kept, false);
            assert_eq!(ran.json["notes"], serde_json::json!(["MXP_S_CERTIFICATE_UNCHECKED"]), "{case}");
            let note = "mailxport: note: the certificate was not checked (--insecure)\n";
            let (ran, _) = stage.send(&door, "--tls required --insecure --no-json");
            assert_eq!(ran.stderr, note, "{case}");
        }
    }
}

#[test]
fn on_this_machine_an_unverifiable_certificate_is_used_but_not_called_verified() {
    let stage = Stage::new();
    for (case, paper) in [
        ("wrong name", stage.authority.sign(&Draft::of(&["other.example"]))),
        ("expired", stage.authority.sign(&Draft::of_this_host().until(2024))),
        ("self-signed", Draft::of_this_host().self_signed()),
    ] {
        for options in ["--tls opportunistic --ca-file ca.pem", "--tls opportunistic", ""] {
            let (ran, kept) = stage.send(&Door::showing(&paper), options);
            taken(case, &ran, &kept, false);
        }
    }
    let (ran, kept) = stage.send(&Door::showing(&stage.good()), "--tls opportunistic --ca-file ca.pem");
    taken("good", &ran, &kept, true);
}

#[test]
fn who_names_an_authority_or_a_fingerprint_means_it_on_this_machine_too() {
    let stage = Stage::new();
    let paper = Draft::of_this_host().self_signed();
    let pin = format!("--tls-fingerprint {}", stage.good().fingerprint());
    for (options, exit) in [("--ca-file ca.pem", 39), (pin.as_str(), 39)] {
        let (ran, kept) = stage.send(&Door::showing(&paper), options);
        refused(options, &ran, &kept, exit, &[]);
    }
}
