//! TLS and the certificate: what was got, what is wrong with it, how long it holds.

use super::clock::holds;
use super::finding::Finding;
use crate::console::security;
use crate::delivery::survey::{Road, Security, Survey};
use crate::net::certificate::Story;
use crate::terms::amount::roughly;
use crate::terms::failure::{Cause, Failure, Feature};
use crate::terms::moment::{day, distance};
use crate::terms::printable::printable;
use crate::terms::tls::{TlsProblem, fingerprint_text};

/// A certificate that holds for fewer days than these wants to be renewed.
const SOON: i64 = 30;

const DAY: i64 = 86_400;

pub(super) fn findings(survey: &Survey) -> Vec<Finding> {
    let Some(tls) = &survey.tls else { return without_tls(survey).into_iter().collect() };
    let mut found = Vec::new();
    if tls.refused {
        return found;
    }
    found.extend(unverified(tls, survey));
    found.extend(expiring(tls, survey));
    if tls.version == "TLSv1.2" {
        found.push(
            Finding::note("tls-1.2", "the server speaks TLS 1.2, not 1.3")
                .advising("nothing to do here; the keeper of the server can turn TLS 1.3 on"),
        );
    }
    found
}

/// Why there is no TLS, which is worth a warning where others could listen.
fn without_tls(survey: &Survey) -> Option<Finding> {
    let (name, text, advice) = match survey.road() {
        _ if survey.asked.sink.is_some() => return None,
        Road::Off => ("tls-off", "TLS is turned off", "leave --tls off out"),
        Road::NotOffered if survey.failure.is_none() => (
            "tls-not-offered",
            "the server does not offer TLS",
            "smtps://HOST where it has TLS from the first byte; --tls required makes this a failure",
        ),
        Road::Failed if survey.failure.is_none() => {
            ("starttls-refused", "the server refused STARTTLS", "--tls required makes this a failure")
        }
        _ => return None,
    };
    Some(match survey.is_near() {
        true => Finding::note(name, format!("{text}; the connection does not leave this machine"))
            .advising(advice),
        false => Finding::warning(name, format!("{text}: everything crosses the connection in clear"))
            .advising(advice),
    })
}

/// A certificate that was used although it cannot be verified.
fn unverified(tls: &Security, survey: &Survey) -> Option<Finding> {
    let problem = tls.problem.as_ref()?;
    if survey.asked.tls.insecure {
        let text = "the certificate was not checked (--insecure)";
        let finding = Finding::warning("certificate-unchecked", text);
        return Some(match tls.fingerprint {
            Some(print) => finding.advising(format!(
                "if it is the right one, --tls-fingerprint {} takes this one and no other",
                fingerprint_text(&print)
            )),
            None => finding,
        });
    }
    let server = survey.asked.endpoint.to_string();
    let text = format!(
        "{}; it is used all the same, but never given a password",
        security::sentence(problem, &server)
    );
    let finding = Finding::warning(name(problem), text);
    Some(match advice(problem, survey) {
        Some(advice) => finding.advising(advice),
        None => finding,
    })
}

/// The certificate of the chain that expires first, if it does soon.
fn expiring(tls: &Security, survey: &Survey) -> Option<Finding> {
    let first = tls.chain.iter().filter(|story| holds(story, survey.now)).min_by_key(|story| story.until)?;
    let left = days_left(first, survey);
    if left >= SOON {
        return None;
    }
    let is_leaf = tls.chain.first() == Some(first);
    let which = match is_leaf {
        true => "the certificate".to_owned(),
        false => format!("the certificate of the authority {}", printable(&first.subject)),
    };
    let rest = roughly(u64::try_from(distance(survey.now, first.until)).unwrap_or(0));
    let text = format!("{which} expires in {rest}, on {}", day(first.until));
    Some(
        Finding::warning("certificate-expires", text)
            .advising("have it renewed before that day: then every send fails with 34"),
    )
}

/// Whole days until a certificate expires, less than none where it has.
pub(in crate::console) fn days_left(story: &Story, survey: &Survey) -> i64 {
    distance(survey.now, story.until).div_euclid(DAY)
}

pub(super) fn name(problem: &TlsProblem) -> &'static str {
    match problem {
        TlsProblem::Name { .. } => "certificate-name",
        TlsProblem::Expired { .. } => "certificate-expired",
        TlsProblem::NotYetValid { .. } => "certificate-not-yet-valid",
        TlsProblem::Issuer { .. } => "certificate-issuer",
        TlsProblem::Pin { .. } => "certificate-fingerprint",
        TlsProblem::NoStore => "no-store",
        _ => "tls",
    }
}

/// The way on with the values that this server showed.
pub(super) fn advice(problem: &TlsProblem, survey: &Survey) -> Option<String> {
    let print = survey.tls.as_ref().and_then(|tls| tls.fingerprint);
    let pin = print.map(|print| format!("--tls-fingerprint {}", fingerprint_text(&print)));
    let taking =
        |lead: &str| pin.as_ref().map(|pin| format!("{lead}{pin} takes it as it is, if it is the right one"));
    match problem {
        TlsProblem::Name { names, .. } => {
            let name = names.iter().find(|name| !name.starts_with('*')).or(names.first())?;
            let name = printable(name.trim_start_matches("*."));
            Some(format!("--server or --tls-name with a name that it is for, such as {name}"))
        }
        TlsProblem::Issuer { self_signed: true, .. } => taking(""),
        TlsProblem::Issuer { .. } => taking("--ca-file FILE names the authority; "),
        TlsProblem::Expired { .. } => {
            Some("have it renewed, and look at the clock of this machine too".to_owned())
        }
        TlsProblem::NotYetValid { .. } => {
            Some("look at the clock of this machine: a certificate is seldom made for later".to_owned())
        }
        TlsProblem::Pin { .. } => {
            taking("the server has another certificate than the one named: ask its keeper why; ")
        }
        _ => security::hint(problem).map(str::to_owned),
    }
}

/// STARTTLS is missing where TLS is required.
pub(super) fn advice_without_starttls(failure: &Failure, survey: &Survey) -> Option<String> {
    if !matches!(failure.cause, Cause::Lacks(Feature::StartTls)) {
        return None;
    }
    let host = printable(survey.asked.endpoint.host()).into_owned();
    Some(format!(
        "smtps://{host} where it has TLS from the first byte (465); --tls opportunistic or off goes without, for \
         everybody on the way to read"
    ))
}
