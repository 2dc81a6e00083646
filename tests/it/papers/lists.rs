//! The table of exit statuses as the papers show it, and the lists in them that must agree with it.

use std::fs;

use mailxport::terms::ixp::{Class, Emitted, Ixp};

use super::roff::{escaped, prose};
use super::{holds, root};

/// Rows that no run of this version ends with, though the table has them: their feature is not built.
const NOT_BUILT: &[&str] = &["IXP_E_BUSY"];

pub(super) const CLASSES: [Class; 6] =
    [Class::Ok, Class::Usage, Class::Permanent, Class::Temporary, Class::Unknown, Class::Partial];

/// The rows that a run can end with, by status.
pub(super) fn rows() -> Vec<Ixp> {
    let mut rows: Vec<Ixp> = Ixp::table()
        .filter(|ixp| matches!(ixp.row().emitted, Emitted::Yes | Emitted::Rare) && ixp.row().exit.is_some())
        .filter(|ixp| !NOT_BUILT.iter().any(|name| ixp.name().starts_with(name)))
        .collect();
    rows.sort_by_key(|ixp| ixp.exit());
    rows
}

/// The statuses of a class as a pattern of `case`.
pub(super) fn pattern(class: Class) -> String {
    joined(class, "|")
}

fn joined(class: Class, between: &str) -> String {
    let mut exits: Vec<u8> = rows().iter().filter(|ixp| ixp.class() == class).map(|ixp| ixp.exit()).collect();
    exits.dedup();
    exits.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

/// The classes with what they mean and their statuses, as roff.
pub(super) fn classes() -> String {
    let item = |class: Class| {
        let words = class.in_words();
        let (_, meaning) = words.split_once(": ").unwrap();
        let exits = joined(class, " ");
        format!(".TP\n.B {}\n{}.\n.br\n{exits}\n", class.name(), prose(meaning, ".IP"))
    };
    CLASSES.into_iter().map(item).collect()
}

/// One short item a class, as roff.
pub(super) fn short() -> String {
    let item = |class: Class| {
        let (_, meaning) = class.in_words().split_once(": ").unwrap();
        format!(".TP\n{}\n{}: {}\n", joined(class, " "), class.name(), prose(meaning, ".IP"))
    };
    CLASSES.into_iter().filter(|class| *class != Class::Permanent).map(item).collect::<String>()
        + ".TP\nothers\npermanent: not sent, and the same again would fail again\n"
}

/// Every status, as roff.
pub(super) fn statuses() -> String {
    let item = |ixp: Ixp| {
        let row = ixp.row();
        format!(
            ".TP\n\\fB{}\\fR  {}, {} [{}]\n{}.\n.br\nWhat to do: {}.\n",
            ixp.exit(),
            escaped(row.name),
            row.class.name(),
            ixp.sysexit(),
            prose(row.meaning, ".IP"),
            prose(row.advice, ".IP"),
        )
    };
    rows().into_iter().map(item).collect()
}

/// The table of the README: one line a status, the faults of the program as one.
fn markdown() -> String {
    let mut text = String::from("| exit | class | name | what to do |\n|---:|---|---|---|\n");
    let mut last = None;
    for ixp in rows() {
        if last != Some(ixp.exit()) {
            let row = ixp.row();
            text.push_str(&format!(
                "| {} | {} | `{}` | {} |\n",
                ixp.exit(),
                row.class.name(),
                row.name,
                row.advice
            ));
        }
        last = Some(ixp.exit());
    }
    text
}

#[test]
fn the_readme_has_the_table_of_exit_statuses() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let mark = "<!-- exits -->\n";
    let parts: Vec<&str> = readme.split(mark).collect();
    assert_eq!(parts.len(), 3, "the table stands between two lines {mark:?}");
    holds("README.md", &format!("{}{mark}{}{mark}{}", parts[0], markdown(), parts[2]));
}

#[test]
fn every_list_of_statuses_agrees_with_the_table() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for class in [Class::Usage, Class::Temporary, Class::Unknown, Class::Partial] {
        let pattern = format!("{})", pattern(class));
        assert!(readme.contains(&pattern), "the case of the README has no {pattern}");
    }
    // The help of `send` names them too, over several lines, but for those that only a post ends with.
    let list = |verb: &str| {
        let help = super::tree().find_subcommand(verb).unwrap().get_after_long_help().unwrap().to_string();
        help.split_once("Exit status:\n").unwrap().1.to_owned()
    };
    let (list, of_post) = (list("send"), list("post"));
    let words: Vec<&str> = list.split_whitespace().collect();
    for ixp in rows().into_iter().filter(|ixp| ixp.class() != Class::Permanent) {
        let of_http = ixp.name().starts_with("IXP_E_HTTP_");
        let words = if of_http { of_post.split_whitespace().collect() } else { words.clone() };
        assert!(words.contains(&ixp.exit().to_string().as_str()), "--help does not name {ixp:?}");
    }
    for word in words.iter().filter_map(|word| word.parse::<u8>().ok()) {
        let class = Ixp::of_exit(word).map(Ixp::class);
        assert!(
            class.is_some_and(|class| class != Class::Permanent),
            "send --help names {word} as {class:?}"
        );
    }
}
