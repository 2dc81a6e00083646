//! The facts of a survey as pairs of a label and a value, in the order of the road.

use crate::console::findings::{Clock, clock, days_left, error_in_words};
use crate::delivery::survey::{Offer, Place, PlaceFate, Road, Security, Survey};
use crate::terms::amount::{in_words, octets_in_words, roughly};
use crate::terms::endpoint::Protocol;
use crate::terms::moment::{day, stamp};
use crate::terms::outcome::Fate;
use crate::terms::tls::fingerprint_text;
use std::time::Duration;

type Facts = Vec<(&'static str, String)>;

pub(super) fn facts(survey: &Survey) -> Facts {
    let mut facts = server(survey);
    facts.extend(survey.greeting.iter().map(|greeting| ("greeting", greeting.reply.to_string())));
    facts.extend(tls(survey));
    facts.extend(offers(survey));
    facts.extend(log_on(survey));
    facts.extend(envelope(survey));
    facts.push(("clock", clock_in_words(survey)));
    facts.push(("time", times(survey)));
    facts
}

fn server(survey: &Survey) -> Facts {
    let asked = &survey.asked;
    let protocol = match asked.endpoint.protocol {
        Protocol::Smtp => "SMTP",
        Protocol::Lmtp => "LMTP",
    };
    let mut facts = vec![match &asked.sink {
        Some(dir) => ("server", format!("an embedded sink for this one run; sink:{dir} is not touched")),
        None => ("server", format!("{} by {protocol}", asked.endpoint)),
    }];
    facts.extend(asked.proxy.iter().map(|proxy| ("proxy", proxy.clone())));
    let wide = survey.addresses.iter().map(|place| place.address.to_string().len()).max().unwrap_or(0);
    let label = |at| if at == 0 { "address" } else { "" };
    facts.extend(
        survey.addresses.iter().enumerate().map(|(at, place)| (label(at), place_in_words(place, wide))),
    );
    facts.extend(survey.local.iter().map(|local| ("from", local.to_string())));
    facts
}

fn place_in_words(place: &Place, wide: usize) -> String {
    let took = in_words(place.took);
    let fate = match &place.fate {
        PlaceFate::Connected => format!("connected in {took}"),
        PlaceFate::Failed(error) => format!("{} after {took}", error_in_words(error)),
        PlaceFate::Overtaken => format!("no answer within {took}"),
        PlaceFate::Untried => "not tried".to_owned(),
    };
    format!("{:<wide$}  {fate}", place.address.to_string())
}

fn tls(survey: &Survey) -> Facts {
    let Some(tls) = &survey.tls else {
        let why = match survey.road() {
            Road::Off => "off (--tls off)",
            Road::NotOffered => "not offered",
            Road::Implicit | Road::StartTls | Road::Failed => "failed",
            Road::Unreached => return Vec::new(),
        };
        return vec![("tls", why.to_owned())];
    };
    let road = if survey.road() == Road::Implicit { "from the first byte" } else { "by STARTTLS" };
    let mut facts = vec![("tls", format!("{}, {}, {road}", tls.version, tls.cipher))];
    facts.push(("", trust(tls, survey)));
    for (at, story) in tls.chain.iter().enumerate() {
        facts.push((if at == 0 { "cert" } else { "behind" }, name(&story.subject)));
        if at == 0 && !story.names.is_empty() {
            facts.push(("", format!("for {}", story.names.join(", "))));
        }
        let issuer = if story.self_signed { "itself".to_owned() } else { name(&story.issuer) };
        let left = match days_left(story, survey) {
            left if left >= 0 => format!("{} left", days(left)),
            left => format!("expired {} ago", days(-left)),
        };
        let left = if story.from > survey.now { "not yet valid".to_owned() } else { left };
        facts.push(("", format!("from {issuer}")));
        facts.push(("", format!("valid {} to {}, {left}", day(story.from), day(story.until))));
    }
    facts.extend(tls.fingerprint.iter().map(|print| ("print", fingerprint_text(print))));
    facts
}

fn name(subject: &str) -> String {
    if subject.is_empty() { "(no subject)".to_owned() } else { subject.to_owned() }
}

fn days(count: i64) -> String {
    if count == 1 { "1 day".to_owned() } else { format!("{count} days") }
}

fn trust(tls: &Security, survey: &Survey) -> String {
    let pinned = !survey.asked.tls.pins.is_empty();
    match &tls.problem {
        None if pinned => "the certificate is verified by its fingerprint".to_owned(),
        None => "the certificate is verified".to_owned(),
        Some(_) if survey.asked.tls.insecure => "the certificate is not checked (--insecure)".to_owned(),
        Some(_) if tls.refused => "given up for the certificate".to_owned(),
        Some(_) => "the certificate is not verified".to_owned(),
    }
}

fn offers(survey: &Survey) -> Facts {
    let Some(last) = survey.offer() else { return Vec::new() };
    let mut facts = Vec::new();
    facts.extend(survey.server_name().map(|name| ("name", name.to_owned())));
    if survey.holding_offer().is_none() {
        facts.push(("in clear", lines_of(last)));
        return facts;
    }
    if let [clear, _] = survey.offers.as_slice()
        && clear.reply.lines != last.reply.lines
    {
        facts.push(("in clear", lines_of(clear)));
    }
    facts.push(("offers", lines_of(last)));
    facts.push(("size", size(last)));
    let auto = |offer: &Offer| offer.auto.unwrap_or("nothing");
    let words = &last.capabilities.auth;
    if words.is_empty() {
        facts.push(("log-ons", "none offered".to_owned()));
    } else {
        let clear = survey.offers.first().filter(|clear| last.under_tls && !clear.under_tls);
        let before = match clear {
            Some(clear) if clear.capabilities.auth.is_empty() => "; none before TLS".to_owned(),
            Some(clear) => format!("; {} before TLS", clear.capabilities.auth.join(" ")),
            None => String::new(),
        };
        facts.push(("log-ons", format!("{}; --auth auto takes {}{before}", words.join(" "), auto(last))));
    }
    facts
}

/// The lines of an answer to EHLO as they came, but for the first.
fn lines_of(offer: &Offer) -> String {
    let lines: Vec<&str> =
        offer.reply.lines.iter().skip(1).map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    match lines.as_slice() {
        _ if !offer.extended => "nothing: it knows HELO only".to_owned(),
        [] => "nothing".to_owned(),
        lines => lines.join(", "),
    }
}

fn size(offer: &Offer) -> String {
    match (offer.capabilities.size, offer.capabilities.size_limit) {
        (_, Some(limit)) if limit < 1024 => format!("at most {limit} octets"),
        (_, Some(limit)) => format!("at most {limit} octets ({})", octets_in_words(limit)),
        (true, None) => "no limit".to_owned(),
        (false, None) => "not told".to_owned(),
    }
}

fn log_on(survey: &Survey) -> Facts {
    let Some(user) = &survey.asked.user else { return Vec::new() };
    let user = if user.is_empty() { "the client certificate" } else { user };
    let value = match survey.login {
        Some((mechanism, true)) => format!("{user} by {mechanism}: accepted"),
        Some((mechanism, false)) => format!("{user} by {mechanism}: not accepted"),
        None => format!("{user}: not tried"),
    };
    vec![("log-on", value)]
}

fn envelope(survey: &Survey) -> Facts {
    let Some(sender) = &survey.asked.sender else { return Vec::new() };
    let said = survey.sender.as_ref().map_or_else(
        || "not asked".to_owned(),
        |reply| {
            let fate = match () {
                () if reply.is_positive() => "accepted",
                () if reply.is_temporary() => "put off",
                () => "refused",
            };
            format!("{fate}: {reply}")
        },
    );
    let mut facts = vec![("sender", format!("<{sender}> {said}"))];
    facts.extend(survey.recipients.iter().enumerate().map(|(at, (address, fate))| {
        let said = match (fate, fate.reply()) {
            (Fate::Deferred(_), Some(reply)) => format!("put off: {reply}"),
            (fate, Some(reply)) => format!("{}: {reply}", fate.name().unwrap_or("unknown")),
            (_, None) => "not asked".to_owned(),
        };
        (if at == 0 { "to" } else { "" }, format!("<{address}> {said}"))
    }));
    facts
}

fn clock_in_words(survey: &Survey) -> String {
    let here = stamp(survey.now);
    match clock(survey) {
        Clock::Nothing => format!("{here}; nothing to compare it with"),
        Clock::Certificates => format!("{here}, within the validity of the certificates"),
        Clock::Outside => format!("{here}, outside the validity of a certificate"),
        Clock::Greeting(0) => format!("{here}, the same as the server's"),
        Clock::Greeting(ahead) => {
            let side = if ahead > 0 { "ahead of" } else { "behind" };
            format!("{here}, {} {side} the server's", roughly(ahead.unsigned_abs()))
        }
    }
}

fn times(survey: &Survey) -> String {
    let mut whole: Vec<(&str, Duration)> = Vec::new();
    for (stage, took) in &survey.laps {
        let word = match stage.name() {
            "secure" => "tls",
            "mail" => "envelope",
            "login" => "log-on",
            name => name,
        };
        match whole.iter_mut().find(|(known, _)| *known == word) {
            Some((_, sum)) => *sum += *took,
            None => whole.push((word, *took)),
        }
    }
    // What belongs together stays together where the line is broken.
    let bound = |word: &str, took: Duration| format!("{word}\u{a0}{}", in_words(took).replace(' ', "\u{a0}"));
    let laps: Vec<String> = whole.iter().map(|(word, took)| bound(word, *took)).collect();
    let all = format!("{} in all", in_words(survey.elapsed)).replace(' ', "\u{a0}");
    if laps.is_empty() { all } else { format!("{}; {all}", laps.join(", ")) }
}
