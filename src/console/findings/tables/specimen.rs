//! The survey of a server where all is well, and the parts to spoil it with.

use crate::console::findings::all::findings;
use crate::console::findings::finding::Severity;
use crate::delivery::survey::{Asked, Greeting, Offer, Place, PlaceFate, Security, Survey};
use crate::net::certificate::Story;
use crate::smtp::capability::Capabilities;
use crate::terms::address::Address;
use crate::terms::endpoint::{Endpoint, Server};
use crate::terms::envelope::{Dsn, Sender};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::outcome::Fate;
use crate::terms::reply::{Reply, ReplyReader};
use crate::terms::tls::TlsWishes;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) const DAY: u64 = 86_400;

/// 2026-11-21T13:38:26Z.
pub(super) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_268_306)
}

pub(super) fn reply(text: &str) -> Reply {
    let mut reader = ReplyReader::default();
    text.split('|').find_map(|line| reader.line(line.as_bytes()).unwrap()).unwrap()
}

pub(super) fn offer(lines: &str, under_tls: bool) -> Offer {
    let words: Vec<&str> = lines.split('|').collect();
    let reply =
        Reply { code: 250, enhanced: None, lines: words.iter().map(|&line| line.to_owned()).collect() };
    Offer { capabilities: Capabilities::read(&reply), reply, extended: true, under_tls, auto: None }
}

pub(super) const GOOD: &str =
    "mail.example.net|PIPELINING|SIZE 26214400|8BITMIME|SMTPUTF8|CHUNKING|DSN|AUTH SCRAM-SHA-256 PLAIN";

pub(super) const CLEAR: &str =
    "mail.example.net|PIPELINING|SIZE 26214400|8BITMIME|SMTPUTF8|CHUNKING|DSN|STARTTLS";

pub(super) fn endpoint(server: &str) -> Endpoint {
    match Server::parse(server) {
        Ok(Server::At(endpoint)) => endpoint,
        other => panic!("{other:?}"),
    }
}

pub(super) fn story(from_days: i64, until_days: i64) -> Story {
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

pub(super) fn security(chain: Vec<Story>) -> Security {
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
pub(super) fn good() -> Survey {
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

pub(super) fn place(address: &str, fate: PlaceFate, ms: u64) -> Place {
    Place { address: address.parse().unwrap(), fate, took: Duration::from_millis(ms) }
}

pub(super) fn to(address: &str, text: &str) -> (Address, Fate) {
    (Address::parse(address).unwrap(), Fate::of(reply(text)))
}

pub(super) fn failed(stage: Stage, cause: Cause) -> Option<Failure> {
    Some(Failure::new(stage, cause).at("mail.example.net:587"))
}

pub(super) fn refused(stage: Stage, text: &str) -> Option<Failure> {
    failed(stage, Cause::Refused(reply(text)))
}

/// One row: what it is about, what is changed in the good survey, and the findings with a part of what they say.
pub(super) type Row = (&'static str, fn(&mut Survey), &'static [(Severity, &'static str, &'static str)]);

pub(super) use Severity::{Note, Ok as Fine, Problem, Warning};

pub(super) fn hold(rows: &[Row]) {
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
            let has_advice = finding.advice.is_some() || matches!(finding.severity, Fine);
            assert!(has_advice, "{case}: {name} does not say what to do");
        }
    }
}
