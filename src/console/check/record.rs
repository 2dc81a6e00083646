//! The JSON object about a check. Every key is always there; null where nothing is known.

use crate::console::findings::finding::{Finding, Severity};
use crate::console::findings::{Clock, all, clock, days_left, error_in_words};
use crate::console::record::{Said, problem};
use crate::console::security;
use crate::delivery::survey::{Offer, Place, PlaceFate, Survey};
use crate::terms::endpoint::Protocol;
use crate::terms::failure::Failure;
use crate::terms::ixp::Ixp;
use crate::terms::moment::stamp;
use crate::terms::printable::printable_json;
use crate::terms::tls::fingerprint_text;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The object of a check that was made.
pub fn of(survey: &Survey, findings: &[Finding], context: Option<&str>) -> Value {
    let ixp = survey.ixp();
    let offer = survey.offer();
    let clear = survey.offers.first().filter(|_| survey.offers.len() > 1);
    let mut object = head(ixp, survey.failure.as_ref(), context);
    let more = json!({
        "server": survey.asked.endpoint.to_string(),
        "protocol": match survey.asked.endpoint.protocol {
            Protocol::Smtp => "smtp",
            Protocol::Lmtp => "lmtp",
        },
        "proxy": survey.asked.proxy,
        "addresses": survey.addresses.iter().map(of_place).collect::<Vec<_>>(),
        "local": survey.local.map(|local| local.to_string()),
        "greeting": survey.greeting.as_ref().map(|greeting| Said::of(&greeting.reply)),
        "server_name": survey.server_name(),
        "tls": tls(survey),
        "extensions": offer.map(lines_of),
        "extensions_in_clear": clear.map(lines_of),
        "size_limit": offer.and_then(|offer| offer.capabilities.size_limit),
        "mechanisms": offer.map(|offer| &offer.capabilities.auth),
        "mechanisms_in_clear": clear.map(|offer| &offer.capabilities.auth),
        "auto": offer.and_then(|offer| offer.auto),
        "login": login(survey),
        "sender": survey.asked.sender.as_ref().map(|sender| json!({
            "address": sender.to_string(),
            "fate": match &survey.sender {
                None => "untried",
                Some(reply) if reply.is_positive() => "accepted",
                Some(reply) if reply.is_temporary() => "deferred",
                Some(_) => "refused",
            },
            "reply": survey.sender.as_ref().map(Said::of),
        })),
        "recipients": survey.recipients.iter().map(|(address, fate)| json!({
            "address": address.to_string(),
            "fate": fate.name(),
            "reply": fate.reply().map(Said::of),
        })).collect::<Vec<_>>(),
        "clock": time(survey),
        "findings": findings.iter().map(of_finding).collect::<Vec<_>>(),
        "worst": all::worst(findings).name(),
        "stages": survey.laps.iter().map(|(stage, took)| json!({
            "stage": stage.name(),
            "elapsed_ms": ms(*took),
        })).collect::<Vec<_>>(),
        "elapsed_ms": ms(survey.elapsed),
    });
    if let Value::Object(more) = more {
        object.extend(more);
    }
    Value::Object(object)
}

/// The object of a check that was never begun; `words` are those of a command line that makes no sense.
pub fn not_begun(ixp: Ixp, failure: Option<&Failure>, words: Option<&str>, context: Option<&str>) -> Value {
    let mut object = head(ixp, failure, context);
    if let Some(words) = words {
        object.insert("problem".to_owned(), json!(words));
    }
    for key in [
        "server",
        "protocol",
        "proxy",
        "local",
        "greeting",
        "server_name",
        "extensions",
        "extensions_in_clear",
        "size_limit",
        "mechanisms",
        "mechanisms_in_clear",
        "auto",
        "login",
        "sender",
        "tls",
        "clock",
    ] {
        object.insert(key.to_owned(), Value::Null);
    }
    for key in ["addresses", "recipients", "findings", "stages"] {
        object.insert(key.to_owned(), json!([]));
    }
    object.insert("worst".to_owned(), json!(Severity::Problem.name()));
    object.insert("elapsed_ms".to_owned(), json!(0));
    Value::Object(object)
}

/// One line, fit for a terminal.
pub fn line(object: &Value) -> String {
    printable_json(&object.to_string()).into_owned() + "\n"
}

/// How the run ends and why, by the same keys as for a message.
fn head(ixp: Ixp, failure: Option<&Failure>, context: Option<&str>) -> Map<String, Value> {
    let reply = failure.and_then(Failure::reply);
    let head = json!({
        "schema": 1,
        "name": ixp.name(),
        "hresult": ixp.hresult_text(),
        "exit": ixp.exit(),
        "class": ixp.class().name(),
        "stage": failure.map(|failure| failure.stage.name()),
        "reply": reply.map(Said::of),
        "server_hresult": reply.map(|reply| Ixp::of_reply(reply).hresult_text()),
        "os_error": failure.and_then(Failure::os_error),
        "problem": failure.and_then(problem),
        "context": context,
    });
    match head {
        Value::Object(head) => head,
        _ => Map::new(),
    }
}

fn of_place(place: &Place) -> Value {
    let (fate, error) = match &place.fate {
        PlaceFate::Connected => ("connected", None),
        PlaceFate::Failed(error) => ("failed", Some(error_in_words(error))),
        PlaceFate::Overtaken => ("overtaken", None),
        PlaceFate::Untried => ("untried", None),
    };
    json!({ "address": place.address.to_string(), "fate": fate, "error": error, "elapsed_ms": ms(place.took) })
}

fn tls(survey: &Survey) -> Value {
    let got = survey.tls.as_ref();
    let chain = got.map(|tls| {
        let of_chain = tls.chain.iter().map(|story| {
            json!({
                "subject": story.subject,
                "names": story.names,
                "issuer": story.issuer,
                "not_before": stamp(story.from),
                "not_after": stamp(story.until),
                "days_left": days_left(story, survey),
            })
        });
        of_chain.collect::<Vec<_>>()
    });
    let server = survey.asked.endpoint.to_string();
    json!({
        "how": survey.road().name(),
        "version": got.map(|tls| &tls.version),
        "cipher": got.map(|tls| &tls.cipher),
        "verified": got.map(|tls| tls.problem.is_none()),
        "problem": got.and_then(|tls| tls.problem.as_ref()).map(|problem| security::sentence(problem, &server)),
        "fingerprint": got.and_then(|tls| tls.fingerprint.as_ref()).map(fingerprint_text),
        "days_left": got.and_then(|tls| tls.chain.first()).map(|story| days_left(story, survey)),
        "first_to_expire_days_left": got.and_then(|tls| tls.chain.iter().map(|story| days_left(story, survey)).min()),
        "chain": chain,
    })
}

/// What the server offered, line by line.
fn lines_of(offer: &Offer) -> Vec<&str> {
    if !offer.extended {
        return Vec::new();
    }
    offer.reply.lines.iter().skip(1).map(|line| line.trim()).filter(|line| !line.is_empty()).collect()
}

fn login(survey: &Survey) -> Value {
    let Some(user) = &survey.asked.user else { return Value::Null };
    json!({
        "user": user,
        "mechanism": survey.login.map(|(mechanism, _)| mechanism),
        "accepted": survey.login.map(|(_, accepted)| accepted),
    })
}

fn time(survey: &Survey) -> Value {
    let (with, ahead) = match clock(survey) {
        Clock::Greeting(ahead) => (Some("greeting"), Some(ahead)),
        Clock::Certificates | Clock::Outside => (Some("certificates"), None),
        Clock::Nothing => (None, None),
    };
    json!({ "here": stamp(survey.now), "compared_with": with, "ahead_seconds": ahead })
}

fn of_finding(finding: &Finding) -> Value {
    json!({
        "severity": finding.severity.name(),
        "name": finding.name,
        "text": finding.text,
        "advice": finding.advice,
    })
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
