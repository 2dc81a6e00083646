//! The findings as a table: what a survey holds, and what is found in it.

use super::all::{findings, worst};
use super::finding::Severity;
use super::{Clock, clock, days_left};
use crate::delivery::survey::{Asked, Greeting, Offer, Place, PlaceFate, Security, Survey};
use crate::net::certificate::Story;
use crate::smtp::capability::Capabilities;
use crate::terms::address::Address;
use crate::terms::endpoint::{Endpoint, Server};
use crate::terms::envelope::{Dsn, Notify, Sender};
use crate::terms::failure::{Cause, Failure, Feature, Stage};
use crate::terms::outcome::Fate;
use crate::terms::reply::{Reply, ReplyReader};
use crate::terms::tls::{Tls, TlsProblem, TlsWishes};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;

/// 2026-11-21T13:38:26Z.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_268_306)
}

fn reply(text: &str) -> Reply {
    let mut reader = ReplyReader::default();
    text.split('|').find_map(|line| reader.line(line.as_bytes()).unwrap()).unwrap()
}

fn offer(lines: &str, under_tls: bool) -> Offer {
    let words: Vec<&str> = lines.split('|').collect();
    let reply =
        Reply { code: 250, enhanced: None, lines: words.iter().map(|&line| line.to_owned()).collect() };
    Offer { capabilities: Capabilities::read(&reply), reply, extended: true, under_tls, auto: None }
}

const GOOD: &str =
    "mail.example.net|PIPELINING|SIZE 26214400|8BITMIME|SMTPUTF8|CHUNKING|DSN|AUTH SCRAM-SHA-256 PLAIN";

const CLEAR: &str = "mail.example.net|PIPELINING|SIZE 26214400|8BITMIME|SMTPUTF8|CHUNKING|DSN|STARTTLS";

fn endpoint(server: &str) -> Endpoint {
    match Server::parse(server) {
        Ok(Server::At(endpoint)) => endpoint,
        other => panic!("{other:?}"),
    }
}

fn story(from_days: i64, until_days: i64) -> Story {
    let at = |days: i64| {
        let span = Duration::from_secs(days.unsigned_abs() * DAY);
        if days < 0 { now() - span } else { now() + span }
    };
    Story {
        subject: "CN=mail.example.net".to_owned(),
        issuer: "CN=Authority".to_owned(),
        self_signed: false,
        names: vec!["mail.example.net".to_owned()],
        from: at(from_days),
        until: at(until_days),
    }
}

fn security(chain: Vec<Story>) -> Security {
    Security {
        version: "TLSv1.3".to_owned(),
        cipher: "TLS13_AES_256_GCM_SHA384".to_owned(),
        problem: None,
        refused: false,
        chain,
        fingerprint: Some([0xab; 32]),
    }
}

/// A server where all is well, asked for a sender and a recipient.
fn good() -> Survey {
    Survey {
        asked: Asked {
            endpoint: endpoint("mail.example.net"),
            proxy: None,
            tls: TlsWishes::default(),
            user: Some("ada".to_owned()),
            sender: Some(Sender::Null),
            partial: false,
            dsn: Dsn::default(),
            sink: None,
        },
        addresses: vec![place("192.0.2.1:587", PlaceFate::Connected, 20)],
        local: None,
        connected: true,
        greeting: Some(Greeting { reply: reply("220 mail.example.net ESMTP"), heard: now() }),
        offers: vec![offer(CLEAR, false), offer(GOOD, true)],
        tls: Some(security(vec![story(-10, 80), story(-100, 900)])),
        login: Some(("SCRAM-SHA-256", true)),
        sender: Some(reply("250 ok")),
        recipients: vec![to("b@d.example", "250 ok")],
        failure: None,
        laps: vec![(Stage::Greeting, Duration::from_millis(20))],
        now: now(),
        elapsed: Duration::from_millis(50),
    }
}

fn place(address: &str, fate: PlaceFate, ms: u64) -> Place {
    Place { address: address.parse().unwrap(), fate, took: Duration::from_millis(ms) }
}

fn to(address: &str, text: &str) -> (Address, Fate) {
    (Address::parse(address).unwrap(), Fate::of(reply(text)))
}

fn failed(stage: Stage, cause: Cause) -> Option<Failure> {
    Some(Failure::new(stage, cause).at("mail.example.net:587"))
}

fn refused(stage: Stage, text: &str) -> Option<Failure> {
    failed(stage, Cause::Refused(reply(text)))
}

/// One row: what it is about, what is changed in the good survey, and the findings with a part of what they say.
type Row = (&'static str, fn(&mut Survey), &'static [(Severity, &'static str, &'static str)]);

use Severity::{Note, Ok as Fine, Problem, Warning};

fn hold(rows: &[Row]) {
    for (case, change, wanted) in rows {
        let mut survey = good();
        change(&mut survey);
        let found = findings(&survey);
        let shown: Vec<_> = found.iter().map(|finding| (finding.severity, finding.name)).collect();
        let names: Vec<_> = wanted.iter().map(|(severity, name, _)| (*severity, *name)).collect();
        let usual = [(Fine, "auth-under-tls"), (Fine, "ready")];
        let shown: Vec<_> =
            shown.into_iter().filter(|it| names.contains(it) || !usual.contains(it)).collect();
        assert_eq!(shown, names, "{case}: {found:#?}");
        for (_, name, words) in *wanted {
            let finding = found.iter().find(|finding| finding.name == *name).unwrap();
            let whole = format!("{} {}", finding.text, finding.advice.as_deref().unwrap_or(""));
            assert!(whole.contains(words), "{case}: no {words:?} in {whole:?}");
            let has_advice =
                finding.advice.is_some() || matches!(finding.severity, Fine) || *name == "no-chunking";
            assert!(has_advice, "{case}: {name} does not say what to do");
        }
    }
}

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
fn certificates_are_judged_by_what_they_show() {
    const PIN: &str =
        "--tls-fingerprint sha256:abababababababababababababababababababababababababababababababab";
    fn given_up(it: &mut Survey, problem: TlsProblem) {
        it.failure = failed(Stage::Secure, Cause::Tls(problem.clone()));
        it.tls = it.tls.take().map(|tls| Security { problem: Some(problem), refused: true, ..tls });
        it.offers.truncate(1);
    }
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
            "used all the same",
            |it| used(it, TlsProblem::Issuer { issuer: "CN=x".to_owned(), self_signed: true }),
            &[(Warning, "certificate-issuer", "never given a password")],
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
                )
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
fn refusals_in_the_envelope_have_a_way_on() {
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
