//! All findings of a survey, the worst first.

use super::finding::{Finding, Severity};
use super::{address, clock, envelope, logon, offer, security};
use crate::console::voice;
use crate::delivery::survey::Survey;
use crate::terms::failure::{Cause, Failure};

/// Judges a survey. What keeps a message from being sent is always the first finding.
pub fn findings(survey: &Survey) -> Vec<Finding> {
    let mut all: Vec<Finding> = survey.failure.iter().map(|failure| of_failure(survey, failure)).collect();
    all.extend(clock::findings(survey));
    all.extend(security::findings(survey));
    all.extend(logon::findings(survey));
    all.extend(envelope::findings(survey));
    all.extend(address::findings(survey));
    all.extend(offer::findings(survey));
    if survey.failure.is_none() {
        all.push(of_success(survey));
    }
    all.sort_by_key(|finding| finding.severity);
    all
}

/// The failure in its own words, with the best advice that the survey allows.
fn of_failure(survey: &Survey, failure: &Failure) -> Finding {
    let (sentence, _, _) = voice::without_a_message(failure, &survey.recipients);
    let advice = way_on(survey, failure).unwrap_or_else(|| survey.ixp().row().advice.to_owned());
    Finding::problem(failure_name(survey, failure), sentence).advising(advice)
}

/// A way on, where there is an option or a file to name.
pub fn way_on(survey: &Survey, failure: &Failure) -> Option<String> {
    let advice = match &failure.cause {
        Cause::Tls(problem) => security::advice(problem, survey),
        Cause::Refused(reply) => envelope::advice(failure.stage, reply, survey),
        Cause::Lacks(_) => security::advice_without_starttls(failure, survey),
        Cause::NoSuchHost => Some("look at the spelling of --server".to_owned()),
        Cause::OtherFamily { .. } => {
            Some("leave -4 or -6 out, or name a host with such an address".to_owned())
        }
        Cause::LookupFailed(_) => Some("look at the name servers in /etc/resolv.conf".to_owned()),
        _ => None,
    };
    let usual = || voice::without_a_message(failure, &survey.recipients).2.map(str::to_owned);
    advice.or_else(usual)
}

fn failure_name(survey: &Survey, failure: &Failure) -> &'static str {
    match &failure.cause {
        Cause::Refused(reply) if envelope::is_greylisting(failure.stage, reply) => "greylisted",
        Cause::Tls(problem) if survey.tls.is_some() => security::name(problem),
        _ => match failure.stage.name() {
            "mail" => "sender",
            "rcpt" => "recipients",
            "secure" => "tls",
            stage => stage,
        },
    }
}

fn of_success(survey: &Survey) -> Finding {
    let whom = match (&survey.asked.sender, survey.recipients.len()) {
        (None, _) => "the server would listen to a sender and recipients",
        (Some(_), 0) => "the server takes mail of this sender",
        (Some(_), 1) => "the server takes mail of this sender for this recipient",
        (Some(_), _) => "the server takes mail of this sender for all of these recipients",
    };
    Finding::ok("ready", whom)
}

/// The worst of them, where anything was found.
pub fn worst(findings: &[Finding]) -> Severity {
    findings.iter().map(|finding| finding.severity).min().unwrap_or(Severity::Ok)
}
