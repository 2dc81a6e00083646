//! The envelope, the offer and the way to the server: what a survey holds, and what is found in it.

use super::specimen::*;
use crate::console::findings::all::{findings, worst};
use crate::delivery::survey::{PlaceFate, Survey};
use crate::terms::envelope::Notify;
use crate::terms::failure::Stage;
use crate::terms::tls::Tls;
use std::time::Duration;

#[test]
fn a_good_server_is_ready() {
    let found = findings(&good());
    assert_eq!(worst(&found), Fine, "{found:?}");
    hold(&[
        ("recipient", |_| (), &[(Fine, "ready", "of this sender for this recipient")]),
        (
            "two",
            |it| it.recipients.push(to("c@d.example", "250 ok")),
            &[(Fine, "ready", "all of these recipients")],
        ),
        (
            "no recipient",
            |it| it.recipients.clear(),
            &[(Note, "no-recipients", "--to ADDR"), (Fine, "ready", "takes mail of this sender")],
        ),
        (
            "no sender",
            |it| (it.asked.sender, it.sender, it.recipients) = (None, None, vec![]),
            &[(Note, "no-sender", "--from ADDR"), (Fine, "ready", "would listen")],
        ),
    ]);
}

#[test]
fn what_is_not_offered_is_told_with_what_it_costs() {
    fn only(it: &mut Survey, lines: &str) {
        it.offers = vec![offer(lines, true)];
        it.asked.endpoint.tls_first = true;
    }
    hold(&[
        (
            "nothing at all",
            |it| only(it, "m|AUTH SCRAM-SHA-1"),
            &[
                (Warning, "no-8bitmime", "102"),
                (Note, "no-pipelining", "round trip"),
                (Note, "no-size", "--max-size"),
                (Note, "no-smtputf8", "102"),
                (Note, "no-chunking", ""),
            ],
        ),
        (
            "reports asked for",
            |it| {
                only(it, "m|PIPELINING|SIZE|8BITMIME|SMTPUTF8|CHUNKING|AUTH SCRAM-SHA-1");
                it.asked.dsn.notify = Some(Notify::Never);
            },
            &[(Warning, "no-dsn", "--require-dsn")],
        ),
        (
            "small",
            |it| only(it, "m|PIPELINING|SIZE 1048576|8BITMIME|SMTPUTF8|CHUNKING|AUTH SCRAM-SHA-1"),
            &[(Note, "size-small", "1 MiB at most")],
        ),
        (
            "HELO only",
            |it| {
                only(it, "m");
                it.offers[0].extended = false;
            },
            &[(Warning, "helo-only", "behind that port")],
        ),
        (
            "changed under TLS",
            |it| it.offers[0] = offer("m|STARTTLS|PIPELINING|SIZE 5|8BITMIME|SMTPUTF8|CHUNKING|VRFY", false),
            &[(Note, "offer-changed", "the server offers DSN, and VRFY no more")],
        ),
    ]);
}

#[test]
fn what_delays_a_send_is_told() {
    hold(&[
        (
            "no answer by IPv6",
            |it| it.addresses.insert(0, place("[2001:db8::1]:587", PlaceFate::Overtaken, 270)),
            &[(Warning, "address-silent", "delays every send by 270 ms -4 keeps to IPv4")],
        ),
        (
            "refused after a while",
            |it| it.addresses.insert(0, place("[2001:db8::1]:587", PlaceFate::Failed("x".to_owned()), 400)),
            &[(Warning, "address-silent", "-4")],
        ),
        (
            "refused at once",
            |it| {
                let fate = PlaceFate::Failed("Connection refused (os error 111)".to_owned());
                it.addresses.insert(0, place("[2001:db8::1]:587", fate, 1));
            },
            &[(Note, "address-unreachable", "could not be connected to: connection refused -4")],
        ),
        (
            "one of one family",
            |it| it.addresses.insert(0, place("192.0.2.9:587", PlaceFate::Overtaken, 270)),
            &[(Warning, "address-silent", "name service")],
        ),
        ("not tried", |it| it.addresses.push(place("192.0.2.9:587", PlaceFate::Untried, 0)), &[]),
        (
            "a slow greeting",
            |it| it.laps.push((Stage::Greeting, Duration::from_millis(5200))),
            &[(Warning, "slow", "the greeting took 5.2 s")],
        ),
        (
            "a slow name service",
            |it| it.laps.push((Stage::Resolve, Duration::from_secs(4))),
            &[(Warning, "slow", "/etc/resolv.conf")],
        ),
        (
            "another name",
            |it| it.offers[1] = offer(&GOOD.replace("mail.example.net", "mx7.example.net"), true),
            &[(Note, "other-name", "calls itself mx7.example.net, not mail.example.net")],
        ),
    ]);
}

#[test]
fn a_refused_recipient_has_a_way_on() {
    fn one(it: &mut Survey, text: &str) {
        it.recipients = vec![to("b@d.example", text)];
        it.failure = refused(Stage::Rcpt, text);
    }
    hold(&[
        (
            "unknown",
            |it| one(it, "550 5.1.1 no such user"),
            &[(Problem, "recipients", "take the refused addresses out")],
        ),
        (
            "greylisting by word",
            |it| one(it, "450 4.2.0 Greylisted, try later"),
            &[(Problem, "greylisted", "some minutes")],
        ),
        (
            "greylisting by code",
            |it| one(it, "451 4.7.1 please try again"),
            &[(Problem, "greylisted", "some minutes")],
        ),
        ("put off", |it| one(it, "452 4.2.2 mailbox full"), &[(Problem, "recipients", "put off")]),
        (
            "others are accepted",
            |it| {
                one(it, "550 5.1.1 no such user");
                it.recipients.push(to("c@d.example", "250 ok"));
            },
            &[(Problem, "recipients", "--partial sends")],
        ),
        (
            "relaying at 25",
            |it| {
                one(it, "554 5.7.1 Relay access denied");
                (it.asked.user, it.asked.endpoint) = (None, endpoint("smtp://mail.example.net"));
            },
            &[(
                Problem,
                "recipients",
                "--user NAME logs on; port 25 is for mail between servers: submission://HOST (587)",
            )],
        ),
    ]);
}

#[test]
fn a_refused_sender_or_log_on_has_a_way_on() {
    hold(&[
        (
            "a log-on is wanted",
            |it| {
                (it.asked.user, it.recipients) = (None, vec![]);
                it.failure = refused(Stage::Login, "530 5.7.0 Authentication required");
            },
            &[(Problem, "login", "--user NAME logs on")],
        ),
        (
            "TLS is wanted",
            |it| {
                (it.tls, it.asked.tls.when) = (None, Some(Tls::Off));
                it.offers.truncate(1);
                it.failure = refused(Stage::Mail, "530 5.7.0 Must issue a STARTTLS command first");
            },
            &[(Problem, "sender", "it wants TLS first"), (Warning, "tls-off", "")],
        ),
        (
            "the sender",
            |it| it.failure = refused(Stage::Mail, "550 5.7.1 sender rejected"),
            &[(Problem, "sender", "--from names a sender")],
        ),
        (
            "the log-on",
            |it| it.failure = refused(Stage::Login, "535 5.7.8 no"),
            &[(Problem, "login", "look at --user")],
        ),
    ]);
}
