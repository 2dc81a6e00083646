//! An account: a name, the senders it is for, and its settings with those that it inherits.

use super::layer::Layer;
use super::local::Local;
use super::senders::Pattern;
use super::via::Described;
use crate::terms::address::Address;
use std::path::PathBuf;

#[derive(Clone, Debug)]
pub struct Account {
    pub name: String,
    /// Where its table begins.
    pub line: usize,
    pub senders: Vec<Pattern>,
    pub settings: Layer,
}

/// A configuration file that was read and found good.
#[derive(Clone, Debug)]
pub struct Configuration {
    pub path: PathBuf,
    pub default: Option<String>,
    /// In the order of the file.
    pub accounts: Vec<Account>,
    pub services: Vec<Described>,
    pub local: Local,
}

impl Configuration {
    pub fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == name)
    }

    pub fn service(&self, name: &str) -> Option<&Described> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The account that the file itself names.
    pub fn default_account(&self) -> Option<&Account> {
        self.default.as_deref().and_then(|name| self.account(name))
    }

    /// The account whose pattern fits a sender best.
    pub fn by_sender(&self, sender: &Address) -> Option<&Account> {
        let patterns =
            self.accounts.iter().flat_map(|account| account.senders.iter().map(move |it| (account, it)));
        let fits = patterns.filter_map(|(account, pattern)| Some((pattern.fit(sender)?, account)));
        fits.max_by_key(|(fit, _)| *fit).map(|(_, account)| account)
    }

    pub fn has_senders(&self) -> bool {
        self.accounts.iter().any(|account| !account.senders.is_empty())
    }

    /// The names of the accounts for a sentence.
    pub fn names(&self) -> String {
        self.accounts.iter().map(|account| account.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}
