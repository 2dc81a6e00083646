//! Clap's words as roff, in the macros of man(7).

use clap::{Arg, ArgAction, Command};

/// Escapes a text for a line of its own or a part of one.
pub(super) fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq").replace('`', "\\(ga");
    let text = text.replace('~', "\\(ti").replace('^', "\\(ha");
    if text.starts_with('.') { format!("\\&{text}") } else { text }
}

/// Sentences as roff: each starts on a line of its own, a paragraph is parted from the next by `between`.
pub(super) fn prose(text: &str, between: &str) -> String {
    let mut paragraphs = Vec::new();
    for paragraph in text.split("\n\n") {
        let words = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        paragraphs.push(escaped(&words).replace(". ", ".\n"));
    }
    paragraphs.join(&format!("\n{between}\n"))
}

/// One option or argument as an item of a list.
fn item(arg: &Arg) -> String {
    let values: Vec<_> = arg.get_value_names().unwrap_or_default().iter().map(|name| escaped(name)).collect();
    let value = match arg.get_action() {
        ArgAction::Set | ArgAction::Append => values.join(" "),
        _ => String::new(),
    };
    let mut head = Vec::new();
    if let Some(short) = arg.get_short() {
        head.push(format!("\\fB\\-{short}\\fR"));
    }
    if let Some(long) = arg.get_long() {
        head.push(format!("\\fB\\-\\-{}\\fR", escaped(long)));
    }
    let mut head = head.join(", ");
    if !value.is_empty() {
        let space = if head.is_empty() { "" } else { " " };
        head.push_str(&format!("{space}\\fI{value}\\fR"));
    }
    if matches!(arg.get_action(), ArgAction::Count) {
        head.push_str(&format!(", \\fB\\-{0}{0}\\fR", arg.get_short().unwrap()));
    }
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut paragraphs = help.splitn(2, "\n\n");
    let first = paragraphs.next().unwrap_or_default();
    let mut text = prose(&format!("{first}."), ".IP");
    if let Some(rest) = paragraphs.next() {
        text.push_str(&format!("\n{}", prose(rest, ".IP")));
    }
    format!(".TP\n{head}\n{text}\n")
}

/// The options of one heading, arguments first; `Options` is the heading of those that have none.
pub(super) fn options(command: &Command, heading: &str) -> String {
    let here = |arg: &&Arg| arg.get_help_heading().unwrap_or("Options") == heading && !arg.is_hide_set();
    let (positional, named): (Vec<_>, Vec<_>) =
        command.get_arguments().filter(here).partition(|arg| arg.is_positional());
    assert!(!positional.is_empty() || !named.is_empty(), "no option stands under {heading}");
    positional.into_iter().chain(named).map(item).collect()
}

/// What the command says about itself, but for the line that the page has in its NAME.
pub(super) fn about(command: &Command) -> String {
    let text = command.get_long_about().map(ToString::to_string).unwrap_or_default();
    let (_, rest) = text.split_once("\n\n").unwrap();
    prose(rest, ".PP")
}

/// The commands, each with its first line and its page.
pub(super) fn commands(tree: &Command) -> String {
    let line = |command: &Command| {
        let about = escaped(&command.get_about().unwrap().to_string());
        let name = command.get_name();
        match name {
            "help" => format!(".TP\n.B help\n{about}.\n"),
            _ => format!(".TP\n.B {name}\n{about}; see\n.BR mailxport\\-{name} (1).\n"),
        }
    };
    tree.get_subcommands().map(line).collect()
}
