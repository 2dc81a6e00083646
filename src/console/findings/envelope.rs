//! What the server said to the sender and to each recipient, and what to do about a refusal.

use super::finding::Finding;
use crate::delivery::survey::Survey;
use crate::terms::endpoint::Place;
use crate::terms::failure::Stage;
use crate::terms::reply::Reply;

pub(super) fn findings(survey: &Survey) -> Vec<Finding> {
    let mut found = Vec::new();
    let over = survey.failure.is_some();
    if survey.asked.sender.is_none() && !over {
        found.push(
            Finding::note("no-sender", "no sender was asked for")
                .advising("--from ADDR and --to ADDR ask for them"),
        );
    } else if survey.recipients.is_empty() && !over {
        found.push(
            Finding::note("no-recipients", "no recipient was asked for").advising("--to ADDR asks for one"),
        );
    }
    found
}

/// Put off because the server has not seen this sender here before.
pub(super) fn is_greylisting(stage: Stage, reply: &Reply) -> bool {
    let text = reply.text().to_ascii_lowercase();
    let says = ["greylist", "graylist", "grey list", "grey-list"].iter().any(|word| text.contains(word));
    let usual = matches!(reply.code, 450 | 451) && reply.enhanced.as_deref() == Some("4.7.1");
    matches!(stage, Stage::Rcpt | Stage::Mail) && reply.is_temporary() && (says || usual)
}

/// What a refusal in an envelope, or before it, asks for.
pub(super) fn advice(stage: Stage, reply: &Reply, survey: &Survey) -> Option<String> {
    let enhanced = reply.enhanced.as_deref().unwrap_or("");
    let text = reply.text().to_ascii_lowercase();
    let relaying = text.contains("relay") || text.contains("authenticat") || text.contains("log in");
    let wants_log_on = reply.code == 530 || enhanced == "5.7.0" || relaying;
    let between_servers = matches!(survey.asked.endpoint.place, Place::Tcp { port: 25, .. });
    let in_envelope =
        matches!(stage, Stage::Mail | Stage::Rcpt) || (stage == Stage::Login && reply.code == 530);
    match () {
        () if is_greylisting(stage, reply) => {
            Some("this looks like greylisting: the same again in some minutes may be accepted".to_owned())
        }
        () if in_envelope && reply.code == 530 && text.contains("starttls") && !survey.is_secured() => {
            Some("it wants TLS first: leave --tls off out, or say --tls required".to_owned())
        }
        () if in_envelope && wants_log_on && survey.asked.user.is_none() => {
            let port = "; port 25 is for mail between servers: submission://HOST (587) or smtps://HOST (465)";
            let port = if between_servers { port } else { "" };
            Some(format!("--user NAME logs on{port}"))
        }
        () if stage == Stage::Rcpt && others_are_accepted(survey) && !survey.asked.partial => {
            Some("--partial sends to the recipients that are accepted".to_owned())
        }
        () if matches!(stage, Stage::Mail | Stage::Rcpt) && reply.is_temporary() => {
            Some("the same again later may be accepted".to_owned())
        }
        () if stage == Stage::Rcpt => Some("take the refused addresses out of --to".to_owned()),
        () if stage == Stage::Mail => Some("--from names a sender that the server allows".to_owned()),
        () => None,
    }
}

fn others_are_accepted(survey: &Survey) -> bool {
    survey.recipients.iter().any(|(_, fate)| fate.is_accepted())
}
