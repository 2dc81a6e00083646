//! The tables of the configuration file: every key known, every value judged, every fault with its line.

use super::account::{Account, Configuration};
use super::aliases::{Entry as AliasEntry, UNUSABLE, entries as alias_entries};
use super::chain::{self, Table};
use super::key::{INHERIT, Key, ROWS, SENDERS, did_you_mean};
use super::layer::{Layer, Source, Value};
use super::local::{self, Alias, Local, Placed};
use super::page::Page;
use super::senders::Pattern;
use super::value::{NO_HOME, value, wanted};
use super::via::{VIA, described};
use crate::terms::address::domain_name;
use crate::terms::endpoint::Server;
use crate::terms::failure::Failure;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

const ACCOUNT: &str = "account";
const DEFAULT: &str = "default";

/// A key with its line and its value.
pub(super) type Entry<'t, 'i> = (&'t str, usize, &'t DeValue<'i>);

/// Reads the text of a file.
pub(super) fn read(page: &Page<'_>) -> Result<Configuration, Failure> {
    // The error shows the line that it is about, which may hold a password: only its own words are taken.
    let whole = DeTable::parse(page.text).map_err(|error| {
        let line = page.line(error.span().map_or(0, |span| span.start));
        page.fault(line, format!("this is not TOML: {}", error.message()))
    })?;
    let (mut default, mut tables, mut local) = (None, Vec::new(), Local::default());
    let mut services = Vec::new();
    for (name, line, given) in entries(page, whole.get_ref()) {
        match (name, given) {
            (DEFAULT, DeValue::String(name)) => default = Some((name.clone().into_owned(), line)),
            (DEFAULT, other) => {
                return Err(page.fault(line, format!("default: {}", wanted("the name of an account", other))));
            }
            (ACCOUNT, DeValue::Table(named)) => {
                for (name, line, given) in entries(page, named) {
                    tables.push(table(page, name, line, given)?);
                }
            }
            (ACCOUNT, _) => return Err(page.fault(line, "an account is a table: [account.NAME]")),
            (VIA, DeValue::Table(named)) => {
                for (name, line, given) in entries(page, named) {
                    services.push(described(page, name, line, given)?);
                }
            }
            (VIA, _) => return Err(page.fault(line, "a service is a table: [via.NAME]")),
            _ if local::KEYS.contains(&name) => about_this_machine(page, &mut local, name, line, given)?,
            _ => {
                let known: Vec<&str> = [DEFAULT, ACCOUNT, VIA].into_iter().chain(local::KEYS).collect();
                return Err(unknown(page, line, name, &known));
            }
        }
    }
    each_pattern_once(page, &tables)?;
    let accounts = chain::accounts(page, &tables)?;
    let default = default.map(|(name, line)| known(page, line, name, &accounts)).transpose()?;
    Ok(Configuration { path: page.path.to_owned(), default, accounts, local, services })
}

/// Reads a key of those that are about this machine.
fn about_this_machine(
    page: &Page<'_>,
    local: &mut Local,
    name: &str,
    line: usize,
    given: &DeValue<'_>,
) -> Result<(), Failure> {
    let fault = |words: String| page.fault(line, format!("{name}: {words}"));
    match (name, given) {
        (local::MAILNAME, DeValue::String(text)) => {
            let value = domain_name(text).map_err(|why| fault(format!("\"{text}\": {why}")))?;
            local.mailname = Some(Placed { value, line });
        }
        (local::ALIASES_FILE, DeValue::String(text)) if text.is_empty() => {
            return Err(fault("it names no file".to_owned()));
        }
        (local::ALIASES_FILE, DeValue::String(text)) => {
            let value = page.resolved(text).ok_or_else(|| fault(NO_HOME.to_owned()))?;
            local.aliases_file = Some(Placed { value, line });
        }
        (local::ALIASES, DeValue::Table(names)) => {
            let aliases = entries(page, names).into_iter();
            let aliases: Result<Vec<Alias>, Failure> =
                aliases.map(|(name, line, given)| alias(page, name, line, given)).collect();
            local.aliases = Some(Placed { value: aliases?, line });
        }
        (local::ALIASES, _) => return Err(fault("it is a table: [aliases]".to_owned())),
        (_, other) => return Err(fault(wanted("a text in quotes", other))),
    }
    Ok(())
}

/// Reads whom a name stands for: an address, or a list of them.
fn alias(page: &Page<'_>, name: &str, line: usize, given: &DeValue<'_>) -> Result<Alias, Failure> {
    let fault = |words: String| page.fault(line, format!("aliases: {name}: {words}"));
    let one = |given: &DeValue<'_>| match given {
        DeValue::String(text) => Ok(alias_entries(text)),
        other => Err(fault(wanted("an address in quotes, or a list of them", other))),
    };
    let entries = match given {
        DeValue::Array(several) => {
            let each: Result<Vec<_>, Failure> = several.iter().map(|given| one(given.get_ref())).collect();
            each?.concat()
        }
        given => one(given)?,
    };
    match entries.iter().find(|entry| matches!(entry, AliasEntry::Unusable(_))) {
        _ if entries.is_empty() => Err(fault("it stands for nobody".to_owned())),
        Some(AliasEntry::Unusable(text)) if text.starts_with(['|', '/', ':', '"']) => {
            Err(fault(format!("{text}: {UNUSABLE}")))
        }
        Some(unusable) => Err(fault(format!("\"{unusable}\" is not an address"))),
        None => Ok(Alias { name: name.to_owned(), entries }),
    }
}

/// The entries of a table in the order of the file.
pub(super) fn entries<'t, 'i>(page: &Page<'_>, table: &'t DeTable<'i>) -> Vec<Entry<'t, 'i>> {
    let mut entries: Vec<(&Spanned<DeString<'i>>, &Spanned<DeValue<'i>>)> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    let entry = |(name, value): (&'t Spanned<DeString<'i>>, &'t Spanned<DeValue<'i>>)| {
        (name.get_ref().as_ref(), page.line(name.span().start), value.get_ref())
    };
    entries.into_iter().map(entry).collect()
}

fn unknown(page: &Page<'_>, line: usize, name: &str, known: &[&str]) -> Failure {
    let near = did_you_mean(name, known.iter().copied());
    page.fault(line, format!("\"{name}\" is not a setting{near}"))
}

fn known(page: &Page<'_>, line: usize, name: String, accounts: &[Account]) -> Result<String, Failure> {
    if accounts.iter().any(|account| account.name == name) {
        return Ok(name);
    }
    let near = did_you_mean(&name, accounts.iter().map(|account| account.name.as_str()));
    Err(page.fault(line, format!("default: there is no account \"{name}\"{near}")))
}

fn table(page: &Page<'_>, name: &str, line: usize, given: &DeValue<'_>) -> Result<Table, Failure> {
    let DeValue::Table(entries_of) = given else {
        return Err(page.fault(line, format!("an account is a table: [account.{name}]")));
    };
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(page.fault(line, "the name of an account is empty or holds a control character"));
    }
    let mut table =
        Table { name: name.to_owned(), line, inherit: None, senders: Vec::new(), own: Layer::default() };
    for (key, line, given) in entries(page, entries_of) {
        match (key, given) {
            (INHERIT, DeValue::String(parent)) => table.inherit = Some((parent.clone().into_owned(), line)),
            (INHERIT, other) => {
                return Err(page.fault(line, format!("inherit: {}", wanted("the name of an account", other))));
            }
            (SENDERS, given) => {
                table.senders = senders(given).map_err(|why| page.fault(line, format!("senders: {why}")))?;
            }
            _ => setting(page, &mut table, key, line, given)?,
        }
    }
    user_of_the_url(&mut table);
    if let Some((second, first)) = table.own.rivals() {
        let line = table.own.line(second).unwrap_or(line);
        let words =
            format!("{} and {} of the account {name} contradict each other", first.name(), second.name());
        return Err(page.fault(line, words));
    }
    Ok(table)
}

fn setting(
    page: &Page<'_>,
    table: &mut Table,
    name: &str,
    line: usize,
    given: &DeValue<'_>,
) -> Result<(), Failure> {
    let Some(key) = Key::of_name(name) else {
        let known: Vec<&str> = ROWS.iter().map(|row| row.name).chain([INHERIT, SENDERS]).collect();
        return Err(unknown(page, line, name, &known));
    };
    let value = value(page, key.row(), line, given)?;
    table.own.set(key, value, &Source::Account { table: table.name.clone(), line });
    Ok(())
}

fn senders(given: &DeValue<'_>) -> Result<Vec<Pattern>, String> {
    let one = |given: &DeValue<'_>| match given {
        DeValue::String(text) => Pattern::parse(text),
        other => Err(wanted("a list of patterns in quotes", other)),
    };
    match given {
        DeValue::Array(several) => several.iter().map(|given| one(given.get_ref())).collect(),
        given => one(given).map(|pattern| vec![pattern]),
    }
}

/// A user in the URL of the server is one where no other is named.
fn user_of_the_url(table: &mut Table) {
    let server = table.own.get(Key::Server).zip(table.own.text(Key::Server));
    let Some((setting, Ok(Server::At(endpoint)))) =
        server.map(|(it, text)| (it.clone(), Server::parse(text)))
    else {
        return;
    };
    if let (Some(user), false) = (endpoint.user, table.own.has(Key::User)) {
        table.own.set(Key::User, Value::Text(user), &setting.source);
    }
}

/// A sender cannot belong to two accounts.
fn each_pattern_once(page: &Page<'_>, tables: &[Table]) -> Result<(), Failure> {
    let all: Vec<(&Table, &Pattern)> =
        tables.iter().flat_map(|table| table.senders.iter().map(move |it| (table, it))).collect();
    for (at, (table, pattern)) in all.iter().enumerate() {
        if let Some((first, _)) = all[..at].iter().find(|(_, other)| pattern.is_the_same(other)) {
            let words =
                format!("senders: {pattern} is claimed by the accounts {} and {}", first.name, table.name);
            return Err(page.fault(table.line, words));
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
