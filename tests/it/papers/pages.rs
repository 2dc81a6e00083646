//! The man pages: hand-written frames into which options and tables are poured.

use std::fs;
use std::process::Command;

use mailxport::config::key::{INHERIT, ROWS, SENDERS};
use mailxport::config::local;

use super::{holds, installed, lists, output, roff, root, tree};

const PAGES: [&str; 12] = [
    "mailxport.1",
    "mailxport-send.1",
    "mailxport-send-stream.1",
    "mailxport-post.1",
    "mailxport-compose.1",
    "mailxport-sendmail.1",
    "mailxport-check.1",
    "mailxport-sink.1",
    "mailxport-config.1",
    "mailxport-explain.1",
    "mailxport.5",
    "mailxport-exit.7",
];

/// A command by its name; one that has commands of its own shares its page with the only one of them.
fn command<'t>(tree: &'t clap::Command, name: &str) -> Option<&'t clap::Command> {
    let command = tree.find_subcommand(name)?;
    Some(command.get_subcommands().find(|inner| inner.get_name() != "help").unwrap_or(command))
}

/// A command of one of the commands, by its name.
fn within<'t>(tree: &'t clap::Command, name: &str) -> &'t clap::Command {
    tree.get_subcommands().find_map(|outer| outer.find_subcommand(name)).unwrap()
}

/// A page with everything poured in: `@WORD ARGUMENT@` is what the table or the tree has for it.
fn page(name: &str) -> String {
    let frame = fs::read_to_string(root().join(format!("tests/it/papers/{name}.in"))).unwrap();
    let tree = tree();
    let word = name.strip_prefix("mailxport-").and_then(|rest| rest.split('.').next());
    let command = word.and_then(|word| command(&tree, word));
    let mut text = String::new();
    for line in frame.lines() {
        let mut parts = line.split('@');
        let mut poured = parts.next().unwrap_or_default().to_owned();
        let rest: Vec<&str> = parts.collect();
        // An address in an example has one '@', a thing to be poured in stands between two.
        let mut at = 0;
        while at < rest.len() {
            let (word, argument) = rest[at].split_once(' ').unwrap_or((rest[at], ""));
            match value(word, argument, &tree, command) {
                Some(value) if at + 1 < rest.len() => {
                    poured.push_str(value.trim_end());
                    poured.push_str(rest[at + 1]);
                    at += 2;
                }
                _ => {
                    poured.push('@');
                    poured.push_str(rest[at]);
                    at += 1;
                }
            }
        }
        text.push_str(&poured);
        text.push('\n');
    }
    text
}

fn value(
    word: &str,
    argument: &str,
    tree: &clap::Command,
    command: Option<&clap::Command>,
) -> Option<String> {
    Some(match (word, argument) {
        ("VERSION", "") => env!("CARGO_PKG_VERSION").to_owned(),
        ("COMMANDS", "") => roff::commands(tree),
        ("ABOUT", "") => roff::about(command.unwrap()),
        ("ABOUT", inner) => roff::about(within(tree, inner)),
        ("OPTIONS", heading) => match heading.split_once(' ') {
            Some(("of", inner)) => roff::options(within(tree, inner), "Options"),
            _ => roff::options(command.unwrap(), heading),
        },
        ("CLASSES", "") => lists::classes(),
        ("EXITS", "short") => lists::short(),
        ("STATUSES", "") => lists::statuses(),
        ("CASE", name) => {
            let class = lists::CLASSES.into_iter().find(|class| class.name() == name);
            lists::pattern(class.unwrap())
        }
        ("RUN", arguments) => {
            let mut program = Command::new(env!("CARGO_BIN_EXE_mailxport"));
            let (_, text) = output(program.args(arguments.split(' ')));
            let lines = text.lines().map(roff::escaped).collect::<Vec<_>>().join("\n");
            format!("$ mailxport {arguments}\n{lines}")
        }
        _ => return None,
    })
}

#[test]
fn the_man_pages_are_as_the_options_and_the_table_have_it() {
    for name in PAGES {
        holds(&format!("man/{name}"), &page(name));
    }
}

#[test]
fn the_man_pages_have_every_option() {
    let tree = tree();
    for name in tree.get_subcommands().map(clap::Command::get_name).filter(|name| *name != "help") {
        let page = page(&format!("mailxport-{name}.1"));
        let outer = tree.find_subcommand(name).unwrap();
        let commands = outer.get_subcommands().chain([outer]).filter(|command| command.get_name() != "help");
        let options = commands.flat_map(clap::Command::get_arguments);
        for arg in options.filter(|arg| arg.get_id() != "help" || arg.get_long().is_some()) {
            let long = arg.get_long().map(|long| format!("\\fB\\-\\-{}\\fR", long.replace('-', "\\-")));
            let short = arg.get_short().map(|short| format!("\\fB\\-{short}\\fR"));
            for option in [long, short].into_iter().flatten() {
                assert!(page.contains(&option), "{name} lacks {option}");
            }
        }
    }
}

#[test]
fn the_page_of_sendmail_has_every_letter_of_its_help() {
    let page = page("mailxport-sendmail.1").replace("\\fB", " ").replace("\\-", "-");
    let help = mailxport::cli::root::Root::help_of("sendmail");
    let (_, options) = help.split_once("Options (").unwrap();
    let words: Vec<&str> = page.split(|c: char| c.is_whitespace() || "\\,;()\"".contains(c)).collect();
    let letters: Vec<&str> = options
        .split([' ', ',', '\n', ';', '('])
        .filter(|word| word.starts_with('-') && word.len() > 1)
        .collect();
    assert!(letters.len() > 35, "{letters:?}");
    for letter in letters {
        assert!(words.contains(&letter), "the page lacks {letter}");
    }
}

#[test]
fn mandoc_finds_nothing_wrong_with_the_man_pages() {
    let Some(mandoc) = installed("mandoc") else { return };
    for name in PAGES {
        let mut command = Command::new(&mandoc);
        let (well, said) =
            output(command.args(["-Tlint", "-W", "warning"]).arg(root().join("man").join(name)));
        assert!(well && said.is_empty(), "{said}");
    }
}

#[test]
fn short_help_has_one_line_an_option() {
    for words in [
        &["send"][..],
        &["send-stream"],
        &["post"],
        &["compose"],
        &["check"],
        &["sink"],
        &["config", "show"],
        &["config", "init"],
        &["explain"],
    ] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_mailxport"));
        let (_, help) = output(program.args(words).arg("-h").env("COLUMNS", "100"));
        let tree = tree();
        let command =
            words.get(1).map_or_else(|| command(&tree, words[0]).unwrap(), |inner| within(&tree, inner));
        let options = command.get_arguments().filter(|arg| !arg.is_positional());
        let lines = help.lines().filter(|line| line.trim_start().starts_with('-'));
        assert!(lines.clone().all(|line| line.trim().contains("  ") && line.len() <= 100), "{help}");
        assert_eq!(lines.count(), options.count(), "{help}");
    }
}

#[test]
fn the_page_about_the_configuration_has_every_setting_and_no_other() {
    let page = page("mailxport.5");
    let of_accounts = ROWS.iter().map(|row| row.name).chain([INHERIT, SENDERS]).collect();
    for (section, mut known) in [("SETTINGS", of_accounts), ("THIS MACHINE", local::KEYS.to_vec())] {
        let (_, rest) = page.split_once(&format!(".SH {section}\n")).unwrap();
        let (settings, _) = rest.split_once("\n.SH ").unwrap();
        let heads: Vec<String> = settings
            .split(".TP\n")
            .skip(1)
            .map(|item| item.lines().next().unwrap().replace("\\-", "-").replace(['"', ','], " "))
            .collect();
        let words = heads.iter().flat_map(|head| head.split_whitespace());
        let mut named: Vec<&str> = words.filter(|word| !word.starts_with('.')).collect();
        named.sort_unstable();
        known.sort_unstable();
        assert_eq!(named, known);
    }
}
