//! Holds every import of `src/` against the floors of the house, and the table in `lib.rs` against the one here.

use std::fs;
use std::path::{Path, PathBuf};

/// A folder imports its own and those of lower floors; folders of one floor are strangers.
const FLOORS: &[(&str, usize)] = &[
    ("terms", 0),
    ("watch", 1),
    ("message", 2),
    ("net", 2),
    ("smtp", 3),
    ("httpmail", 3),
    ("delivery", 4),
    ("sink", 4),
    ("spool", 4),
    ("cli", 5),
    ("config", 5),
    ("console", 5),
    ("app", 6),
];

/// Foreign crates that may be named in these folders, or files, only.
const FOREIGN: &[(&str, &[&str])] = &[
    ("lettre", &["message", "net"]),
    ("mail_parser", &["message", "terms"]),
    // The sink is the one server among clients: its side of TLS, and the certificate it makes for itself, are one file.
    ("rustls", &["net", "sink/tls.rs"]),
    ("rcgen", &["sink/tls.rs"]),
    ("ring", &["httpmail", "message", "net", "smtp"]),
    ("stringprep", &["smtp"]),
    ("hmac", &["smtp"]),
    ("md5", &["httpmail", "smtp"]),
    ("subtle", &["terms"]),
    ("zeroize", &["config", "httpmail", "smtp", "terms"]),
    ("reqwest", &["httpmail"]),
    ("hyper", &["httpmail"]),
    ("toml", &["config"]),
    ("strsim", &["config"]),
    ("clap", &["cli"]),
    ("indicatif", &["console"]),
    ("rpassword", &["console"]),
    ("anyhow", &["app"]),
];

/// From so many lines on, a file is too long.
const TOO_LONG: usize = 601;

fn floor(folder: &str) -> Option<usize> {
    FLOORS.iter().find(|(name, _)| *name == folder).map(|(_, floor)| *floor)
}

/// Source text with comments, strings and characters blanked and everything marked `#[cfg(test)]` cut out.
fn bare(source: &str) -> String {
    without_tests(&without_words(source))
}

fn without_words(source: &str) -> String {
    let text: Vec<char> = source.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < text.len() {
        let end = match text[at] {
            '/' if text.get(at + 1) == Some(&'/') => line_comment(&text, at),
            '/' if text.get(at + 1) == Some(&'*') => block_comment(&text, at),
            '"' => quoted(&text, at, '"'),
            'r' if !follows_a_word(&text, at) && raw_hashes(&text, at + 1).is_some() => raw_string(&text, at),
            '\'' if text.get(at + 1) == Some(&'\\') || text.get(at + 2) == Some(&'\'') => {
                quoted(&text, at, '\'')
            }
            letter => {
                out.push(letter);
                at += 1;
                continue;
            }
        };
        // Line ends stay, so that findings keep their line numbers.
        out.extend(text[at..end].iter().filter(|letter| **letter == '\n'));
        out.push(' ');
        at = end;
    }
    out
}

fn follows_a_word(text: &[char], at: usize) -> bool {
    at > 0 && (text[at - 1].is_alphanumeric() || text[at - 1] == '_') && text[at - 1] != 'b'
}

fn line_comment(text: &[char], at: usize) -> usize {
    text[at..].iter().position(|letter| *letter == '\n').map_or(text.len(), |more| at + more)
}

fn block_comment(text: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < text.len() {
        match (text[at], text.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(text: &[char], at: usize, mark: char) -> usize {
    let mut end = at + 1;
    while end < text.len() && text[end] != mark {
        end += if text[end] == '\\' { 2 } else { 1 };
    }
    (end + 1).min(text.len())
}

fn raw_hashes(text: &[char], at: usize) -> Option<usize> {
    let hashes = text[at..].iter().take_while(|letter| **letter == '#').count();
    (text.get(at + hashes) == Some(&'"')).then_some(hashes)
}

fn raw_string(text: &[char], at: usize) -> usize {
    let hashes = raw_hashes(text, at + 1).unwrap_or_default();
    let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let from = at + 2 + hashes;
    let found = text[from..].windows(close.len()).position(|window| window == close.as_slice());
    found.map_or(text.len(), |more| from + more + close.len())
}

/// Leaves out each item behind a `#[cfg(test)]`, to its closing brace or semicolon.
fn without_tests(text: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut depth = 0;
        let end = rest[MARK.len()..].char_indices().find_map(|(at, letter)| {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            (depth == 0 && matches!(letter, '}' | ';')).then_some(MARK.len() + at + 1)
        });
        let end = end.unwrap_or(rest.len());
        out.extend(rest[..end].matches('\n'));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// How many `super` lead from a file's module to the root of the crate.
fn depth(path: &str) -> usize {
    let parts = path.split('/').count();
    if path.ends_with("mod.rs") { parts - 1 } else { parts }
}

/// The folders named as `crate::folder` (braces and climbs by `super` out of the folder included), with their lines.
fn inner_imports(text: &str, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("super::").filter(|(at, _)| !text[..*at].ends_with("super::")) {
        let mut rest = &text[at..];
        let mut climbed = 0;
        while let Some(more) = rest.strip_prefix("super::") {
            (rest, climbed) = (more, climbed + 1);
        }
        if climbed >= depth {
            found.extend(heads(rest).into_iter().map(|head| (text[..at].lines().count().max(1), head)));
        }
    }
    let marks = ["crate::", "mailxport::"];
    for mark in marks {
        for (at, _) in text.match_indices(mark) {
            if text[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
                continue;
            }
            let line = text[..at].lines().count().max(1);
            found.extend(heads(&text[at + mark.len()..]).into_iter().map(|head| (line, head)));
        }
    }
    found.sort();
    found
}

/// The first words of a path, or of each path of a brace group.
fn heads(text: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
    };
    let Some(group) = text.strip_prefix('{') else { return vec![word(text)] };
    let mut heads = Vec::new();
    let (mut depth, mut begin) = (0, true);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begin = true,
            letter if begin && !letter.is_whitespace() => {
                heads.push(word(&group[at..]));
                begin = false;
            }
            _ => {}
        }
    }
    heads
}

/// Whether the text names that crate as the head of a path or in a `use`.
fn names(text: &str, name: &str) -> Option<usize> {
    text.match_indices(name).find_map(|(at, _)| {
        let before = text[..at].trim_end_matches(' ');
        let stands_alone = !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        let inside = before.strip_suffix("::").is_some_and(|before| {
            before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == '>')
        });
        let is_head = text[at + name.len()..].starts_with("::") && !inside;
        let is_used = before.ends_with("use") && text[at + name.len()..].starts_with([';', ' ']);
        (stands_alone && (is_head || is_used)).then(|| text[..at].lines().count().max(1))
    })
}

/// Everything that a file does against the rules.
fn findings(path: &str, source: &str) -> Vec<String> {
    let text = bare(source);
    let folder = path.split_once('/').map_or("", |(folder, _)| folder);
    let mut found = Vec::new();
    if source.lines().count() >= TOO_LONG {
        found.push(format!("{path}: {} lines, split it", source.lines().count()));
    }
    if path.ends_with("/mod.rs")
        && text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| word == "fn")
    {
        found.push(format!("{path}: a mod.rs opens doors and holds no fn"));
    }
    for (name, folders) in FOREIGN {
        if let Some(line) =
            names(&text, name).filter(|_| !folders.contains(&folder) && !folders.contains(&path))
        {
            found.push(format!("{path}:{line}: {name} belongs to {}", folders.join(" and ")));
        }
    }
    // main.rs and lib.rs stand outside the house: the one calls app, the other lists the floors.
    if folder.is_empty() {
        found.extend(inner_imports(&text, depth(path)).into_iter().filter(|(_, head)| head != "app").map(
            |(line, head)| {
                format!("{path}:{line}: only app may be called from outside the house, not {head}")
            },
        ));
        return found;
    }
    let Some(own) = floor(folder) else {
        found.push(format!("{path}: the folder {folder} has no floor"));
        return found;
    };
    for (line, head) in inner_imports(&text, depth(path)) {
        let fits = head == folder || floor(&head).is_some_and(|floor| floor < own);
        if !fits {
            found.push(format!("{path}:{line}: {folder} may not import {head}"));
        }
    }
    found
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn every_import_goes_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    assert!(files.len() >= 2, "no sources under {}", root.display());
    let mut found = Vec::new();
    for path in files {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        found.extend(findings(&name, &fs::read_to_string(&path).unwrap()));
    }
    assert!(found.is_empty(), "against the floors:\n{}", found.join("\n"));
}

#[test]
fn the_table_in_lib_is_the_one_that_is_held() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let rows: Vec<(&str, usize)> = lib.lines().filter_map(row).collect();
    assert!(!rows.is_empty(), "src/lib.rs has no rows `//! | floor | `folder` | ...`");
    for (folder, number) in &rows {
        assert_eq!(floor(folder), Some(*number), "src/lib.rs puts {folder} on floor {number}");
    }
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(
                rows.iter().any(|(folder, _)| *folder == name),
                "src/lib.rs does not tell what lives in {name}"
            );
        }
    }
}

/// A row of the table in the head of `lib.rs`.
fn row(line: &str) -> Option<(&str, usize)> {
    let mut cells = line.strip_prefix("//! |")?.split('|').map(str::trim);
    let floor = cells.next()?.parse().ok()?;
    Some((cells.next()?.trim_matches('`'), floor))
}

#[test]
fn the_reader_sees_what_it_must() {
    for (path, source, wanted) in [
        ("terms/a.rs", "use crate::terms::reply::Reply;", ""),
        ("terms/a.rs", "use crate::net::Link;", "terms may not import net"),
        ("smtp/a.rs", "use crate::{terms::reply, message::{open, scan}, net};", ""),
        ("message/a.rs", "fn a() { crate::net::connect(); }", "message may not import net"),
        (
            "message/a.rs",
            "use crate::{\n    terms::x,\n    smtp::{self, y},\n};",
            "message may not import smtp",
        ),
        ("cli/a.rs", "pub(crate) use crate::config::C;", "cli may not import config"),
        ("net/a.rs", "use super::b::x; use super::super::terms::y;", ""),
        ("net/a.rs", "use super::super::app::y;", "net may not import app"),
        ("net/mod.rs", "use super::app::y;", "net may not import app"),
        ("net/a.rs", "use crate::nett::x;", "net may not import nett"),
        ("net/a.rs", "use mailxport::app::x;", "net may not import app"),
        (
            "net/a.rs",
            "// use crate::app::x;\n/* crate::app::y /* */ crate::app */ const A: &str = \"crate::app::z\";",
            "",
        ),
        (
            "net/a.rs",
            "const A: &str = r#\"\" crate::app::z \"#; const B: char = '\"'; use crate::terms::x;",
            "",
        ),
        ("net/a.rs", "const A: char = '\"'; use crate::app::x;", "net may not import app"),
        ("net/a.rs", "fn a<'a>(b: &'a str) {} use crate::app::x;", "net may not import app"),
        ("net/a.rs", "#[cfg(test)]\nmod tests { use crate::app::x; fn a() { if b {} } }\n", ""),
        (
            "net/a.rs",
            "#[cfg(test)]\nuse crate::app::x;\nuse crate::app::y;",
            "a.rs:3: net may not import app",
        ),
        ("garden/a.rs", "", "the folder garden has no floor"),
        ("main.rs", "fn main() { mailxport::app::main() }", ""),
        ("main.rs", "use mailxport::net::x;", "only app may be called"),
        ("cli/a.rs", "use clap::Parser;", ""),
        ("app/a.rs", "use clap::Parser;", "clap belongs to cli"),
        ("smtp/sasl/a.rs", "use ring::{digest, hmac}; fn a() { hmac::sign(); }", ""),
        ("terms/a.rs", "use ring::hmac;", "ring belongs to httpmail and message and net and smtp"),
        ("sink/tls.rs", "use rustls::ServerConfig;", ""),
        ("sink/a.rs", "use rustls::ServerConfig;", "rustls belongs to net and sink/tls.rs"),
        ("app/a.rs", "fn a() { ::clap::x() }", "clap belongs to cli"),
        ("app/a.rs", "use crate::cli::clap_like; fn clap() {}", ""),
        ("config/a.rs", "fn a() -> anyhow::Result<()> {}", "anyhow belongs to app"),
        ("net/mod.rs", "pub(crate) mod link;\n/// No fn here.\npub(crate) use link::Link;", ""),
        ("net/mod.rs", "fn a() {}", "holds no fn"),
    ] {
        let found = findings(path, source).join("\n");
        assert_eq!(found.is_empty(), wanted.is_empty(), "{path}: {source}\n{found}");
        assert!(found.contains(wanted), "{source}: {wanted:?} is not in {found}");
    }
    let long = "\n".repeat(TOO_LONG);
    assert!(findings("net/a.rs", &long).join("").contains("split it"));
    assert!(findings("net/a.rs", &long[1..]).is_empty());
}
