//! The voice of the sendmail personality: one line a failure, with the server's own words and the name of the status; no colour, no
//! hint, since its options are not ours.

use super::voice;
use crate::delivery::survey::Survey;
use crate::terms::failure::Unfit;
use crate::terms::ixp::Ixp;
use crate::terms::outcome::Fate;
use crate::terms::printable::printable;

/// What `mailq` says. Whoever looks at a queue looks for the first words.
pub const QUEUE: &str =
    "Mail queue is empty: nothing is kept, a message is handed over at once or the caller is told\n";

/// The lines about a failure as one, with its name.
pub fn one_line(lines: &[String], ixp: Ixp) -> String {
    let mut text = lines.first().cloned().unwrap_or_default();
    let details = lines.iter().skip(1).filter(|line| !line.starts_with("  hint: "));
    for (at, line) in details.enumerate() {
        match line.strip_prefix("  server: ") {
            Some(words) if at == 0 => text.push_str(&format!(": {words}")),
            words => text.push_str(&format!("; {}", words.unwrap_or(line).trim_start())),
        }
    }
    format!("{text} ({})", ixp.name())
}

/// The line about a command line that is not taken.
pub fn refused(words: &str, ixp: Ixp) -> String {
    one_line(&[format!("mailxport: not sent: {}", printable(words))], ixp)
}

/// What is said of each recipient that was asked for, and the line about a failure.
pub fn verified(survey: &Survey) -> (Vec<String>, Option<String>) {
    let word = |fate: &Fate| match fate {
        Fate::Accepted(_) => "deliverable",
        Fate::Deferred(_) => "put off",
        Fate::Refused(_) => "undeliverable",
        Fate::Untried | Fate::Unknown => "not asked for",
    };
    let recipients = survey.recipients.iter().map(|(address, fate)| {
        let said =
            fate.reply().map_or_else(String::new, |reply| format!(": {}", printable(&reply.to_string())));
        format!("{}: {}{said}", printable(&address.to_string()), word(fate))
    });
    let failure = survey.failure.as_ref().map(|failure| {
        let (sentence, details, _) = voice::without_a_message(failure, &survey.recipients);
        let lines = [vec![format!("mailxport: {sentence}")], details].concat();
        one_line(&lines, survey.ixp())
    });
    (recipients.collect(), failure)
}

/// True for octets that may not travel: the data is at fault (EX_DATAERR), not the way it came (EX_NOINPUT).
pub fn is_about_content(unfit: &Unfit) -> bool {
    matches!(unfit, Unfit::Nul { .. } | Unfit::LoneCr { .. } | Unfit::HeaderTooLong { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_known_of_a_failure_stands_on_one_line() {
        let line = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            one_line(&lines, Ixp::unknown())
        };
        for (lines, wanted) in [
            (&["mailxport: not sent: x"][..], "mailxport: not sent: x"),
            (&["mailxport: x", "  server: 550 no", "  hint: --partial"], "mailxport: x: 550 no"),
            (&["x", "  server: <a>: 550 no", "  server: <b>: 450 no"], "x: <a>: 550 no; <b>: 450 no"),
            (&["x", "  10.0.0.1:25: refused", "  nothing"], "x; 10.0.0.1:25: refused; nothing"),
        ] {
            assert_eq!(line(lines), format!("{wanted} (MXP_E_OUTCOME_UNKNOWN)"));
        }
    }
}
