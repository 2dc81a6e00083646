//! Postfix and Exim as servers: TLS by both roads, what arrives, what they refuse.

use std::process::Output;

use super::mta::{Mta, without_its_way};
use super::octets::assert_same;
use crate::fixture::certificates::Draft;

const NOTE: &[u8] =
    b"Date: Fri, 21 Nov 2025 10:00:00 +0000\nMessage-ID: <1@d.example>\nFrom: a@d.example\n\nhello\n";

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn starttls(mta: &Mta) -> String {
    format!("--server=smtp://127.0.0.1:{}", mta.ports[0])
}

fn first(mta: &Mta) -> String {
    format!("--server=smtps://127.0.0.1:{}", mta.ports[1])
}

fn must(output: &Output, exit: i32, said: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(exit) && stderr.contains(said), "{}: {stderr}", output.status);
}

/// Both roads lead to a verified session, and the server says that it was one.
fn takes_mail_by_both_roads(mta: &Mta) {
    for server in [starttls(mta), first(mta)] {
        let message = mta.delivered(|| {
            let output = mta.send(NOTE, &[&server[..], "--to=b@d.example"]);
            must(&output, 0, "");
            let json = json(&output);
            assert_eq!(
                (&json["tls"]["verified"], &json["tls"]["version"]),
                (&true.into(), &"TLSv1.3".into())
            );
            assert!(json["queue_id"].is_string(), "{json}");
        });
        let text = String::from_utf8_lossy(&message);
        assert!(text.contains("with ESMTPS") || text.contains("with esmtps"), "{text}");
        assert_same(&server, NOTE, without_its_way(&message));
    }
}

/// One refusal sends nothing; with --partial the others get it.
fn refuses_recipients(mta: &Mta) {
    let all = ["--to=b@d.example", "--to=bad@x.test", "--to=temp@x.test"];
    for (server, partial) in
        [(starttls(mta), false), (first(mta), false), (starttls(mta), true), (first(mta), true)]
    {
        let send = |more: &[&str]| mta.send(NOTE, &[&[&server[..]], &all[..], more].concat());
        let fates = |output: &Output| {
            let json = json(output);
            [0, 1, 2].map(|at| json["recipients"][at]["fate"].as_str().unwrap_or("null").to_owned())
        };
        if partial {
            let message = mta.delivered(|| {
                let output = send(&["--partial"]);
                must(&output, 41, "");
                assert_eq!(fates(&output), ["accepted", "refused", "deferred"]);
            });
            assert_same(&server, NOTE, without_its_way(&message));
        } else {
            let output = send(&[]);
            must(&output, 106, "<bad@x.test>");
            assert_eq!(fates(&output), ["untried", "refused", "deferred"]);
            assert!(mta.is_empty());
        }
    }
}

/// A certificate that is not right is told as what it is, by both roads, and the server gets nothing.
fn shows_no_right_certificate(server: fn(Draft) -> Option<Mta>) {
    type Row = (fn() -> Draft, &'static [&'static str], i32, &'static str);
    let rows: [Row; 6] = [
        (|| Draft::of_this_host().until(2021), &["--ca-file=ca.pem"], 34, "2021"),
        (|| Draft::of_this_host().from(2900), &["--ca-file=ca.pem"], 34, "2900"),
        (|| Draft::of(&["other.example"]), &["--ca-file=ca.pem"], 33, "other.example"),
        (Draft::of_this_host, &["--ca-file=ca.pem", "--tls-name=mail.example"], 33, "mail.example"),
        (Draft::of_this_host, &["--ca-file=other.pem"], 39, "Fixture Authority"),
        (Draft::of_this_host, &["--tls=required"], 39, "Fixture Authority"),
    ];
    for (draft, words, exit, said) in rows {
        let Some(mta) = server(draft()) else { return };
        for door in [starttls(&mta), first(&mta)] {
            let output = mta.run(NOTE, &[&[&door[..], "--to=b@d.example"], words].concat());
            must(&output, exit, said);
            assert!(mta.is_empty(), "{words:?}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_certificate_of_postfix_is_told() {
    shows_no_right_certificate(Mta::postfix_of);
}

#[test]
fn what_is_wrong_with_a_certificate_of_exim_is_told() {
    shows_no_right_certificate(Mta::exim_of);
}

#[test]
fn postfix_takes_mail_and_refuses_what_it_must() {
    let Some(postfix) = Mta::postfix() else { return };
    takes_mail_by_both_roads(&postfix);
    refuses_recipients(&postfix);
}

#[test]
fn postfix_lets_only_a_client_with_a_certificate_in() {
    let Some(postfix) = Mta::postfix() else { return };
    let server = format!("--server=smtp://127.0.0.1:{}", postfix.ports[2]);
    let output = postfix.send(NOTE, &[&server[..], "--to=b@d.example"]);
    must(&output, 103, "No client certificate presented");
    assert!(postfix.is_empty());
    let message = postfix.delivered(|| {
        must(&postfix.send(NOTE, &[&server[..], "--to=b@d.example", "--client-cert=client.pem"]), 0, "");
    });
    assert_same("with a certificate", NOTE, without_its_way(&message));
}

#[test]
fn exim_takes_mail_and_refuses_what_it_must() {
    let Some(exim) = Mta::exim() else { return };
    takes_mail_by_both_roads(&exim);
    refuses_recipients(&exim);
}

/// One message by a log-on, as it arrived.
fn logged_on(exim: &Mta, words: &[&str]) -> String {
    let message = exim.delivered(|| must(&exim.send(NOTE, &[&["--to=b@d.example"], words].concat()), 0, ""));
    assert_same("after a log-on", NOTE, without_its_way(&message));
    String::from_utf8_lossy(&message).into_owned()
}

#[test]
fn exim_takes_every_log_on_by_both_roads() {
    let Some(exim) = Mta::exim() else { return };
    for server in [starttls(&exim), first(&exim)] {
        let by = |words: &[&str]| logged_on(&exim, &[&[&server[..]], words].concat());
        for (auth, secret) in [
            ("auto", "--password-file=password"),
            ("plain", "--password-file=password"),
            ("login", "--password-file=password"),
            ("cram-md5", "--password-file=password"),
            ("xoauth2", "--token-file=token"),
            ("oauthbearer", "--token-file=token"),
        ] {
            let message = by(&["--user=alice", &format!("--auth={auth}"), secret]);
            assert!(message.contains("with esmtpsa"), "{auth}: {message}");
        }
        for user in [&["--user=ada"][..], &[]] {
            let message = by(&[user, &["--auth=external", "--client-cert=client.pem"]].concat());
            assert!(message.contains("with esmtpsa"), "{user:?}: {message}");
        }
    }
}

#[test]
fn exim_refuses_a_log_on_that_is_not_right() {
    let Some(exim) = Mta::exim() else { return };
    let server = starttls(&exim);
    for (auth, secret) in [
        ("auto", "--password-file=wrong"),
        ("plain", "--password-file=wrong"),
        ("login", "--password-file=wrong"),
        ("xoauth2", "--token-file=wrong"),
        ("oauthbearer", "--token-file=wrong"),
        ("external", "--client-cert=client.pem"),
    ] {
        let auth = format!("--auth={auth}");
        let output = exim.send(NOTE, &[&server[..], "--to=b@d.example", "--user=alice", &auth, secret]);
        must(&output, 24, "refused the log-on");
        assert!(exim.is_empty(), "{auth}");
    }
}
