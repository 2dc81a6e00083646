//! Aliases: whom a bare name stands for, by the table of the configuration file and by an aliases(5) file.
//!
//! Nothing is delivered on this machine: an entry that is a file, a program or a list to be read is refused where it is met.

use super::local::Alias;
use crate::terms::address::Address;
use crate::terms::address_list::Empty;
use crate::terms::target::{Target, targets};
use std::fmt;

/// One of those that a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Target(Target),
    /// A bare name that is not looked up again: `\root`.
    Final(String),
    /// A file, a program, a list, or what nobody can read.
    Unusable(String),
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Target(Target::Mailbox(address)) => address.fmt(f),
            Entry::Target(Target::Local(name)) => f.write_str(name),
            Entry::Final(name) => write!(f, "\\{name}"),
            Entry::Unusable(text) => f.write_str(text),
        }
    }
}

/// Reads the right side of an alias.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let parts = parts(text, ',').into_iter().map(str::trim).filter(|part| !part.is_empty());
    parts.flat_map(entry).collect()
}

fn entry(text: &str) -> Vec<Entry> {
    let bare = text.trim_start_matches('"');
    if bare.starts_with(['|', '/']) || bare.to_ascii_lowercase().starts_with(":include:") {
        return vec![Entry::Unusable(text.to_owned())];
    }
    if let Some(name) = text.strip_prefix('\\') {
        return match Target::parse(name) {
            Ok(Target::Local(name)) => vec![Entry::Final(name)],
            _ => vec![Entry::Unusable(text.to_owned())],
        };
    }
    match targets(text, Empty::Skipped) {
        Ok(found) => found.into_iter().map(Entry::Target).collect(),
        Err(_) => vec![Entry::Unusable(text.to_owned())],
    }
}

/// The stretches between separators that stand outside quotes.
fn parts(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut from, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == separator && !quoted => {
                parts.push(&text[from..at]);
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

/// Reads a file of aliases: `name: entry, entry`, comments, and lines that go on with a blank. A line without a colon says nothing.
pub fn read(text: &str) -> Vec<Alias> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().map(|line| line.trim_end_matches('\r')) {
        match lines.last_mut() {
            _ if line.trim().is_empty() || line.trim_start().starts_with('#') => {}
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(line),
            _ => lines.push(line.to_owned()),
        }
    }
    let alias = |line: &String| {
        let name = *parts(line, ':').first()?;
        let entries = entries(line.get(name.len() + 1..)?);
        Some(Alias { name: name.trim().trim_matches('"').to_owned(), entries })
    };
    lines.iter().filter_map(alias).collect()
}

/// Whom bare names stand for: the first alias of a name counts, and the table comes before the file.
#[derive(Clone, Debug, Default)]
pub struct Aliases {
    pub known: Vec<Alias>,
    /// The domain of names that stand for nobody else.
    pub mailname: String,
}

impl Aliases {
    /// The mailboxes of a target; the error is a sentence.
    pub fn resolve(&self, target: &Target) -> Result<Vec<Address>, String> {
        let mut found = Vec::new();
        self.look_up(target, &mut Vec::new(), &mut found)?;
        Ok(found)
    }

    fn look_up(
        &self,
        target: &Target,
        chain: &mut Vec<String>,
        found: &mut Vec<Address>,
    ) -> Result<(), String> {
        let alias = match target {
            Target::Local(name) => self.of(name),
            Target::Mailbox(_) => None,
        };
        let Some(alias) = alias else {
            found.push(self.mailbox(target)?);
            return Ok(());
        };
        let again = chain.contains(&alias.name);
        chain.push(alias.name.clone());
        if again {
            return Err(format!(
                "the aliases go in a circle: {} (\\{} would end it)",
                chain.join(" for "),
                alias.name
            ));
        }
        for entry in &alias.entries {
            match entry {
                Entry::Target(target) => self.look_up(target, chain, found)?,
                Entry::Final(name) => found.push(self.mailbox(&Target::Local(name.clone()))?),
                Entry::Unusable(text) => {
                    return Err(format!("the alias {} stands for {text}, and {UNUSABLE}", alias.name));
                }
            }
        }
        chain.pop();
        Ok(())
    }

    fn of(&self, name: &str) -> Option<&Alias> {
        let name = name.trim_matches('"');
        self.known.iter().find(|alias| alias.name.eq_ignore_ascii_case(name))
    }

    fn mailbox(&self, target: &Target) -> Result<Address, String> {
        target.at(&self.mailname).map_err(|problem| problem.to_string())
    }
}

/// Why an entry is of no use.
pub(super) const UNUSABLE: &str = "nothing is delivered here, only to addresses elsewhere";

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
# aliases(5)\n\
postmaster: root\n\
Root:\tops@x.example,\n\
\t\"j d\"@x.example\n\
\x20 # in between\n\
\x20 , Ada <ada@x.example>\r\n\
\n\
nobody: /dev/null\n\
news: \"|/usr/bin/news, -x\"\n\
list: :include:/etc/list\n\
one: two\n\
two: three, a@x.example\n\
three: ONE\n\
self: \\self, b@x.example\n\
twice: root, root\n\
\"john doe\": john@x.example\n\
empty:\n\
bad: a b\n\
no colon\n";

    fn aliases() -> Aliases {
        Aliases { known: read(FILE), mailname: "m.example".to_owned() }
    }

    fn resolved(name: &str) -> String {
        match aliases().resolve(&Target::parse(name).unwrap()) {
            Ok(found) => found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            Err(problem) => problem,
        }
    }

    #[test]
    fn names_stand_for_others_by_the_file() {
        let root = "ops@x.example \"j d\"@x.example ada@x.example";
        for (name, wanted) in [
            ("root", root),
            ("ROOT", root),
            ("postmaster", root),
            ("root@x.example", "root@x.example"),
            ("ada", "ada@m.example"),
            ("self", "self@m.example b@x.example"),
            ("\"john doe\"", "john@x.example"),
            ("empty", ""),
            ("twice", &format!("{root} {root}")),
            ("no", "no@m.example"),
        ] {
            assert_eq!(resolved(name), wanted, "{name}");
        }
    }

    #[test]
    fn what_nobody_can_deliver_is_refused_where_it_is_met() {
        for (name, wanted) in [
            ("nobody", "the alias nobody stands for /dev/null, and nothing is delivered here"),
            ("news", "the alias news stands for \"|/usr/bin/news, -x\", and nothing"),
            ("list", "the alias list stands for :include:/etc/list, and nothing"),
            ("bad", "the alias bad stands for a b, and nothing"),
            ("one", "the aliases go in a circle: one for two for three for one (\\one would end it)"),
        ] {
            assert!(resolved(name).starts_with(wanted), "{name}: {}", resolved(name));
        }
    }

    #[test]
    fn the_first_alias_of_a_name_counts() {
        let known = [read("root: a@x"), read("root: b@x\nroot: c@x")].concat();
        let aliases = Aliases { known, mailname: "m".to_owned() };
        let found = aliases.resolve(&Target::Local("root".to_owned())).unwrap();
        assert_eq!(found, [Address::parse("a@x").unwrap()]);
    }
}
