//! The report in lines: a label, its value, wrapped to the width; the findings behind the facts.

use super::facts::facts;
use crate::console::findings::all::way_on;
use crate::console::findings::finding::{Finding, Severity};
use crate::console::voice;
use crate::delivery::survey::Survey;
use crate::terms::failure::Failure;
use crate::terms::printable::printable;

/// What labels take; a fingerprint behind them just fits into 80 columns.
const LABEL: usize = 9;

/// The whole report.
pub fn report(survey: &Survey, findings: &[Finding], width: usize, color: bool) -> String {
    let mut text = String::new();
    for (label, value) in facts(survey) {
        text.push_str(&entry(label, label, &value, width));
    }
    text.push('\n');
    for finding in findings {
        let word = finding.severity.name();
        text.push_str(&entry(word, &painted(finding.severity, color), &finding.text, width));
        if let Some(advice) = &finding.advice {
            text.push_str(&entry("", "", &format!("hint: {advice}"), width));
        }
    }
    text
}

/// The lines about a failure for standard error.
pub fn failure(survey: &Survey, failure: &Failure) -> Vec<String> {
    let (sentence, details, _) = voice::without_a_message(failure, &survey.recipients);
    let mut lines = vec![format!("mailxport: error: {sentence}")];
    lines.extend(details);
    lines.extend(way_on(survey, failure).map(|advice| format!("  hint: {advice}")));
    lines
}

/// The lines about a check that was never begun.
pub fn not_begun(failure: &Failure) -> Vec<String> {
    let (sentence, details, hint) = voice::without_a_message(failure, &[]);
    let mut lines = vec![format!("mailxport: error: {sentence}")];
    lines.extend(details);
    lines.extend(hint.map(|hint| format!("  hint: {hint}")));
    lines
}

/// A label and its value; more lines of it stand under the first.
fn entry(label: &str, shown: &str, value: &str, width: usize) -> String {
    let mut text = String::new();
    for (at, line) in wrapped(&printable(value), width.saturating_sub(LABEL)).iter().enumerate() {
        if at == 0 && !label.is_empty() {
            text.push_str(shown);
            text.push_str(&" ".repeat(LABEL.saturating_sub(label.len()).max(1)));
        } else {
            text.push_str(&" ".repeat(LABEL));
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// Breaks at blanks only: a word that is longer than a line stays whole, to be copied.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| line.replace('\u{a0}', " ")).collect()
}

fn painted(severity: Severity, color: bool) -> String {
    let colour = match severity {
        Severity::Problem => "31",
        Severity::Warning => "33",
        Severity::Note => "36",
        Severity::Ok => "32",
    };
    let word = severity.name();
    if color { format!("\x1b[{colour}m{word}\x1b[0m") } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_wrapped_under_themselves_and_words_stay_whole() {
        let long = "sha256:0123456789abcdef";
        for (value, width, text) in [
            ("one two three", 80, "cert     one two three\n"),
            ("one two three", 17, "cert     one two\n         three\n"),
            (long, 15, "cert     sha256:0123456789abcdef\n"),
            ("a\x1b[31mb\nc", 80, "cert     a\\x1b[31mb\\x0ac\n"),
            ("", 80, "cert     \n"),
        ] {
            assert_eq!(entry("cert", "cert", value, width), text);
        }
        assert_eq!(entry("", "", "more", 80), "         more\n");
        assert_eq!(entry("ok", "\x1b[32mok\x1b[0m", "x", 80), "\x1b[32mok\x1b[0m       x\n");
    }
}
