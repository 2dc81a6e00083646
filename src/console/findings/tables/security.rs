//! TLS, certificates, log-ons and the clock: what a survey holds, and what is found in it.

use super::specimen::*;
use crate::console::findings::{Clock, clock, days_left};
use crate::delivery::survey::{Greeting, PlaceFate, Security, Survey};
use crate::net::certificate::Story;
use crate::terms::failure::{Cause, Feature, Stage};
use crate::terms::tls::{Tls, TlsProblem};
use std::time::Duration;

const PIN: &str = "--tls-fingerprint sha256:abababababababababababababababababababababababababababababababab";

fn given_up(it: &mut Survey, problem: TlsProblem) {
    it.failure = failed(Stage::Secure, Cause::Tls(problem.clone()));
    it.tls = it.tls.take().map(|tls| Security { problem: Some(problem), refused: true, ..tls });
    it.offers.truncate(1);
}

#[test]
fn a_certificate_that_is_refused_has_a_way_on() {
    hold(&[
        (
            "self-signed",
            |it| given_up(it, TlsProblem::Issuer { issuer: "CN=x".to_owned(), self_signed: true }),
            &[(Problem, "certificate-issuer", PIN)],
        ),
        (
            "unknown issuer",
            |it| given_up(it, TlsProblem::Issuer { issuer: "CN=x".to_owned(), self_signed: false }),
            &[(
                Problem,
                "certificate-issuer",
                "--ca-file FILE names the authority; --tls-fingerprint sha256:ab",
            )],
        ),
        (
            "wrong name",
            |it| {
                given_up(
                    it,
                    TlsProblem::Name {
                        wanted: "x".to_owned(),
                        names: vec!["*.a.net".to_owned(), "b.net".to_owned()],
                    },
                );
            },
            &[(Problem, "certificate-name", "--tls-name with a name that it is for, such as b.net")],
        ),
        (
            "another pin",
            |it| given_up(it, TlsProblem::Pin { found: [0xab; 32] }),
            &[(Problem, "certificate-fingerprint", PIN)],
        ),
        (
            "expired",
            |it| given_up(it, TlsProblem::Expired { at: now() }),
            &[(Problem, "certificate-expired", "have it renewed")],
        ),
        (
            "not yet",
            |it| given_up(it, TlsProblem::NotYetValid { from: now() }),
            &[(Problem, "certificate-not-yet-valid", "clock of this machine")],
        ),
    ]);
}

#[test]
fn a_certificate_that_is_used_is_judged_by_what_it_shows() {
    fn used(it: &mut Survey, problem: TlsProblem) {
        it.tls = it.tls.take().map(|tls| Security { problem: Some(problem), ..tls });
    }
    fn chain(it: &mut Survey, chain: Vec<Story>) {
        it.tls = Some(security(chain));
    }
    hold(&[
        ("30 days are enough", |it| chain(it, vec![story(-1, 30)]), &[]),
        (
            "29 days",
            |it| chain(it, vec![story(-1, 29)]),
            &[(Warning, "certificate-expires", "expires in 29 days, on 2026-12-20")],
        ),
        (
            "hours",
            |it| chain(it, vec![story(-1, 1)]),
            &[(Warning, "certificate-expires", "expires in 24 h, on 2026-11-22")],
        ),
        (
            "an authority first",
            |it| chain(it, vec![story(-1, 80), Story { subject: "CN=Deputy".to_owned(), ..story(-1, 5) }]),
            &[(Warning, "certificate-expires", "of the authority CN=Deputy expires in 5 days")],
        ),
        (
            "used all the same",
            |it| used(it, TlsProblem::Issuer { issuer: "CN=x".to_owned(), self_signed: true }),
            &[(Warning, "certificate-issuer", "never given a password")],
        ),
        (
            "unchecked",
            |it| {
                it.asked.tls.insecure = true;
                used(it, TlsProblem::Certificate("x".to_owned()));
            },
            &[(Warning, "certificate-unchecked", PIN)],
        ),
        ("1.2", |it| it.tls.as_mut().unwrap().version = "TLSv1.2".to_owned(), &[(Note, "tls-1.2", "1.3")]),
    ]);
}

#[test]
fn a_connection_in_clear_is_told() {
    fn clear(it: &mut Survey, lines: &str) {
        (it.tls, it.offers) = (None, vec![offer(lines, false)]);
    }
    const PLAIN: &str = "m|PIPELINING|SIZE|8BITMIME|SMTPUTF8|CHUNKING|AUTH PLAIN LOGIN";
    const NONE: &str = "m|PIPELINING|SIZE|8BITMIME|SMTPUTF8|CHUNKING|STARTTLS";
    hold(&[
        (
            "not offered",
            |it| clear(it, PLAIN),
            &[
                (Warning, "tls-not-offered", "--tls required"),
                (Warning, "auth-in-clear", "PLAIN LOGIN before TLS"),
            ],
        ),
        ("refused", |it| clear(it, NONE), &[(Warning, "starttls-refused", "--tls required")]),
        (
            "turned off",
            |it| {
                clear(it, NONE);
                it.asked.tls.when = Some(Tls::Off);
            },
            &[(Warning, "tls-off", "leave --tls off out")],
        ),
        (
            "required",
            |it| {
                clear(it, "m|PIPELINING|SIZE|8BITMIME|SMTPUTF8|CHUNKING");
                it.failure = failed(Stage::StartTls, Cause::Lacks(Feature::StartTls));
            },
            &[(Problem, "starttls", "smtps://mail.example.net where")],
        ),
    ]);
}

#[test]
fn on_this_machine_nobody_listens() {
    fn near(it: &mut Survey) {
        it.addresses = vec![place("127.0.0.1:587", PlaceFate::Connected, 0)];
        (it.tls, it.offers) = (None, vec![offer(&GOOD.replace("SCRAM-SHA-256", "LOGIN"), false)]);
    }
    hold(&[
        ("not offered", near, &[(Note, "tls-not-offered", "does not leave this machine")]),
        (
            "through a proxy nobody knows",
            |it| {
                near(it);
                it.asked.proxy = Some("socks5://127.0.0.1:1080".to_owned());
            },
            &[(Warning, "tls-not-offered", "in clear"), (Warning, "auth-in-clear", "LOGIN PLAIN before TLS")],
        ),
    ]);
}

#[test]
fn log_ons_are_judged_before_and_under_tls() {
    fn offers(it: &mut Survey, clear: &str, secured: &str) {
        let all = "PIPELINING|SIZE|8BITMIME|SMTPUTF8|CHUNKING";
        it.offers =
            vec![offer(&format!("m|{all}|{clear}"), false), offer(&format!("m|{all}|{secured}"), true)];
    }
    hold(&[
        ("under TLS only", |it| offers(it, "STARTTLS", "AUTH SCRAM-SHA-1"), &[(Fine, "auth-under-tls", "")]),
        (
            "before TLS too",
            |it| offers(it, "AUTH PLAIN", "AUTH PLAIN SCRAM-SHA-1"),
            &[(Warning, "auth-in-clear", "nothing to do here")],
        ),
        ("SCRAM in clear is no password", |it| offers(it, "AUTH SCRAM-SHA-1", "AUTH SCRAM-SHA-1"), &[]),
        (
            "before TLS only",
            |it| offers(it, "AUTH CRAM-MD5", "STARTTLS"),
            &[(Warning, "auth-before-tls", "keeper")],
        ),
        (
            "plain alone",
            |it| offers(it, "STARTTLS", "AUTH LOGIN PLAIN"),
            &[(Note, "auth-plain", "password itself")],
        ),
        (
            "unknown",
            |it| offers(it, "STARTTLS", "AUTH NTLM GSSAPI"),
            &[(Warning, "auth-unknown", "NTLM GSSAPI")],
        ),
        (
            "nobody",
            |it| {
                it.asked.user = None;
            },
            &[(Note, "no-user", "--user NAME")],
        ),
        (
            "nothing to log on by",
            |it| {
                it.asked.user = None;
                offers(it, "STARTTLS", "STARTTLS");
            },
            &[(Note, "no-auth", "by its address")],
        ),
    ]);
}

#[test]
fn the_clock_is_compared_with_what_is_at_hand() {
    fn tells(it: &mut Survey, date: &str) {
        it.greeting = Some(Greeting { reply: reply(&format!("220 m ESMTP Exim 4.96 {date}")), heard: now() });
    }
    hold(&[
        ("the same", |it| tells(it, "Sat, 21 Nov 2026 13:38:26 +0000"), &[]),
        ("another zone", |it| tells(it, "Sat, 21 Nov 2026 15:38:26 +0200"), &[]),
        ("three minutes", |it| tells(it, "Sat, 21 Nov 2026 13:41:26 +0000"), &[]),
        (
            "behind",
            |it| tells(it, "Sat, 21 Nov 2026 14:38:26 +0000"),
            &[(Warning, "clock", "is 60 min behind that of the server")],
        ),
        (
            "ahead",
            |it| tells(it, "Fri, 20 Nov 2026 13:38:26 +0000"),
            &[(Warning, "clock", "is 24 h ahead of")],
        ),
        (
            "it explains the certificate",
            |it| {
                tells(it, "Mon, 21 Dec 2026 13:38:26 +0000");
                it.tls = Some(security(vec![story(5, 95)]));
            },
            &[(Warning, "clock", "by the server's the certificate is valid")],
        ),
    ]);
    let with = |change: fn(&mut Survey)| {
        let mut survey = good();
        change(&mut survey);
        clock(&survey)
    };
    assert_eq!(with(|_| ()), Clock::Certificates);
    assert_eq!(with(|it| it.tls = None), Clock::Nothing);
    assert_eq!(with(|it| it.tls = Some(security(vec![story(-9, -1)]))), Clock::Outside);
    assert_eq!(with(|it| tells(it, "Sat, 21 Nov 2026 13:38:20 GMT")), Clock::Greeting(6));
}

#[test]
fn days_left_are_whole_days() {
    let survey = good();
    for (days, seconds, left) in [(30, 0, 30), (30, -1, 29), (0, 1, 0), (0, 0, 0), (0, -1, -1), (-3, 0, -3)] {
        let mut story = story(-10, days);
        let span = Duration::from_secs(u64::from(i32::unsigned_abs(seconds)));
        story.until = if seconds < 0 { story.until - span } else { story.until + span };
        assert_eq!(days_left(&story, &survey), left, "{days} {seconds}");
    }
}
