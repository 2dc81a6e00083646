//! Inheritance: an account takes what it does not say itself from another, which may take from a third.

use super::account::Account;
use super::key::{Key, did_you_mean};
use super::layer::{Layer, is_off};
use super::page::Page;
use super::senders::Pattern;
use crate::terms::endpoint::Server;
use crate::terms::failure::Failure;

/// A table of the file by itself.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) line: usize,
    /// The account it inherits from, and the line that says so.
    pub(super) inherit: Option<(String, usize)>,
    pub(super) senders: Vec<Pattern>,
    pub(super) own: Layer,
}

/// Gives every account what it inherits.
pub(super) fn accounts(page: &Page<'_>, tables: &[Table]) -> Result<Vec<Account>, Failure> {
    tables.iter().map(|table| account(page, tables, table)).collect()
}

fn account(page: &Page<'_>, tables: &[Table], table: &Table) -> Result<Account, Failure> {
    let mut settings = table.own.clone();
    let (mut at, mut chain) = (table, vec![table.name.as_str()]);
    while let Some((name, line)) = &at.inherit {
        let Some(parent) = tables.iter().find(|table| table.name == *name) else {
            let near = did_you_mean(name, tables.iter().map(|table| table.name.as_str()));
            return Err(page.fault(*line, format!("there is no account \"{name}\" to inherit from{near}")));
        };
        let again = chain.contains(&name.as_str());
        chain.push(name);
        if again {
            let loops = chain.join(" from ");
            return Err(page.fault(*line, format!("accounts inherit in a circle: {loops}")));
        }
        settings = settings.over(&parent.own);
        at = parent;
    }
    judge(page, &settings)?;
    let Table { name, line, senders, .. } = table;
    Ok(Account { name: name.clone(), line: *line, senders: senders.clone(), settings })
}

/// What settings of several tables come to must make sense together.
fn judge(page: &Page<'_>, settings: &Layer) -> Result<(), Failure> {
    let line = |key: Key| settings.line(key).unwrap_or(1);
    if let Some((key, needed)) = settings.lonely() {
        return Err(page.fault(line(key), format!("{} needs {}", key.name(), needed.name())));
    }
    let first = settings.text(Key::Server).map(Server::parse);
    let first = matches!(first, Some(Ok(Server::At(endpoint))) if endpoint.tls_first);
    if first && settings.get(Key::Tls).is_some_and(is_off) {
        let words = "tls: off contradicts a server with TLS from the first byte (smtps://, 465)";
        return Err(page.fault(line(Key::Tls), words));
    }
    Ok(())
}
