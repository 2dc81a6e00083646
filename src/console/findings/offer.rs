//! The extensions that are missing, and what that means for a message.

use super::finding::Finding;
use crate::delivery::survey::{Offer, Survey};
use crate::smtp::capability::Capabilities;
use crate::terms::amount::octets_in_words;
use crate::terms::endpoint::Protocol;
use crate::terms::printable::printable;

/// A server that takes less than this refuses many an attachment.
const SMALL: u64 = 10 << 20;

pub(super) fn findings(survey: &Survey) -> Vec<Finding> {
    let Some(offer) = survey.holding_offer() else { return Vec::new() };
    if !offer.extended {
        return vec![
            Finding::warning("helo-only", "the server knows HELO only: no TLS, no log-on, no 8-bit octets")
                .advising(
                    "look at whether a mail server is behind that port, and nothing between it and you",
                ),
        ];
    }
    let mut found = missing(&offer.capabilities, survey);
    if let Some(limit) = offer.capabilities.size_limit.filter(|&limit| limit < SMALL) {
        let text = format!("the server takes messages of {} at most", octets_in_words(limit));
        found.push(
            Finding::note("size-small", text).advising("larger ones are refused (109) before they travel"),
        );
    }
    found.extend(changed(survey));
    found
}

fn missing(offered: &Capabilities, survey: &Survey) -> Vec<Finding> {
    let lmtp = survey.asked.endpoint.protocol == Protocol::Lmtp;
    let mut found = Vec::new();
    if survey.asked.dsn.is_wanted() && !offered.dsn && survey.failure.is_none() {
        found.push(
            Finding::warning(
                "no-dsn",
                "delivery reports are asked for, and the server does not offer them (DSN)",
            )
            .advising("--require-dsn makes this a failure; without it the message goes without the wish"),
        );
    }
    if !offered.eight_bit {
        found.push(
            Finding::warning("no-8bitmime", "no 8BITMIME: a message with octets above 127 is refused (102)")
                .advising("write such messages as quoted-printable or base64"),
        );
    }
    if !offered.pipelining {
        found.push(
            Finding::note("no-pipelining", "no PIPELINING: each recipient costs a round trip")
                .advising("for many recipients use a server that offers it"),
        );
    }
    if !offered.size && !lmtp {
        found.push(
            Finding::note(
                "no-size",
                "no SIZE: a message that is too large is refused only after it travelled",
            )
            .advising("--max-size refuses it here"),
        );
    }
    if !offered.utf8 {
        found.push(
            Finding::note(
                "no-smtputf8",
                "no SMTPUTF8: an address with letters beyond ASCII is refused (102)",
            )
            .advising("use an address without such letters"),
        );
    }
    if !offered.chunking {
        found.push(
            Finding::note("no-chunking", "no CHUNKING: messages are sent by DATA all the same")
                .advising("nothing, it is as good"),
        );
    }
    found
}

/// What STARTTLS changed beside itself and the log-on.
fn changed(survey: &Survey) -> Option<Finding> {
    let [clear, secured] = survey.offers.as_slice() else { return None };
    let usual = |word: &&str| !["STARTTLS", "AUTH"].contains(&&*word.to_ascii_uppercase());
    let words = |offer: &'_ Offer| -> Vec<String> {
        let lines = offer.reply.lines.iter().skip(1).filter_map(|line| line.split_whitespace().next());
        lines.filter(usual).map(str::to_ascii_uppercase).collect()
    };
    let (before, after) = (words(clear), words(secured));
    let only = |one: &[String], other: &[String]| -> String {
        one.iter().filter(|word| !other.contains(word)).cloned().collect::<Vec<_>>().join(" ")
    };
    let (gone, new) = (only(&before, &after), only(&after, &before));
    let text = match (gone.as_str(), new.as_str()) {
        ("", "") => return None,
        ("", new) => format!("under TLS the server offers {new} too"),
        (gone, "") => format!("under TLS the server does not offer {gone} any more"),
        (gone, new) => format!("under TLS the server offers {new}, and {gone} no more"),
    };
    Some(Finding::note("offer-changed", printable(&text)).advising("what is offered under TLS counts"))
}
