//! The log-on as the server offers it, before and under TLS.

use super::finding::Finding;
use crate::delivery::survey::{Offer, Survey};
use crate::terms::endpoint::{Place, Protocol};
use crate::terms::printable::printable;

/// Mechanisms that hand the password itself over.
const BARE: [&str; 2] = ["PLAIN", "LOGIN"];

pub(super) fn findings(survey: &Survey) -> Vec<Finding> {
    let Some(last) = survey.offer() else { return Vec::new() };
    let mut found = Vec::new();
    let clear = survey.offers.iter().find(|offer| !offer.under_tls);
    let secured = survey.offers.iter().find(|offer| offer.under_tls);
    found.extend(clear.filter(|_| !survey.is_near()).and_then(|clear| in_clear(clear, secured)));
    if let (Some(clear), Some(secured)) = (clear, secured) {
        match (is_offered(clear), is_offered(secured)) {
            (false, true) => found.push(Finding::ok("auth-under-tls", "a log-on is offered under TLS only")),
            (true, false) => found.push(
                Finding::warning("auth-before-tls", "a log-on is offered before TLS, and not under it")
                    .advising(
                        "the keeper of the server can mend that; no password of yours crosses in clear",
                    ),
            ),
            _ => {}
        }
    }
    found.extend(survey.holding_offer().and_then(|offer| by_what(offer, survey)));
    found.extend(nobody(last, survey));
    found
}

fn is_offered(offer: &Offer) -> bool {
    !offer.capabilities.auth.is_empty()
}

/// A log-on that anybody on the way can hear, offered to everybody who asks.
fn in_clear(clear: &Offer, secured: Option<&Offer>) -> Option<Finding> {
    let bare: Vec<&str> =
        clear.capabilities.auth.iter().map(String::as_str).filter(|word| BARE.contains(word)).collect();
    if bare.is_empty() {
        return None;
    }
    let text = format!("the server takes passwords in clear ({} before TLS)", bare.join(" "));
    let advice = match secured {
        Some(_) => "nothing to do here: yours goes under TLS; its keeper can offer it under TLS only",
        None => "--auth-in-clear would send one; --tls required keeps away from such a server",
    };
    Some(Finding::warning("auth-in-clear", text).advising(advice))
}

/// What a log-on would be by, where that is worth a word.
fn by_what(offer: &Offer, survey: &Survey) -> Option<Finding> {
    let words = &offer.capabilities.auth;
    let known = |word: &String| crate::smtp::sasl::mechanism::Mechanism::parse(word).is_some();
    if words.is_empty() {
        return None;
    }
    if !words.iter().any(known) {
        let text = format!("the log-ons that are offered are unknown here: {}", printable(&words.join(" ")));
        return Some(
            Finding::warning("auth-unknown", text).advising("ask the keeper of the server for PLAIN"),
        );
    }
    let bare = words.iter().all(|word| BARE.contains(&word.as_str()));
    if bare && offer.under_tls && survey.asked.user.is_some() {
        let text = "only PLAIN and LOGIN are offered: the server gets the password itself, under TLS";
        return Some(Finding::note("auth-plain", text).advising("nothing, if you trust the server with it"));
    }
    None
}

/// A port for people who log on, and nobody who does.
fn nobody(offer: &Offer, survey: &Survey) -> Option<Finding> {
    let endpoint = &survey.asked.endpoint;
    let submission = matches!(endpoint.place, Place::Tcp { port: 587 | 465, .. });
    let asks = survey.failure.is_some();
    if survey.asked.user.is_some() || asks || endpoint.protocol == Protocol::Lmtp {
        return None;
    }
    match (is_offered(offer), submission) {
        (true, _) => Some(
            Finding::note("no-user", "a log-on is offered, and none was tried")
                .advising("--user NAME names one"),
        ),
        (false, true) => Some(
            Finding::note("no-auth", "the server offers no log-on at a port that is for those who log on")
                .advising("nothing, if it knows this machine by its address"),
        ),
        (false, false) => None,
    }
}
