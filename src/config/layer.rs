//! Settings from one place with where they come from, and how a nearer place beats a farther one.

use super::key::{Group, Key};
use crate::terms::secret::Secret;
use crate::terms::tls::Fingerprint;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What a setting says.
#[derive(Clone, Debug)]
pub enum Value {
    Text(String),
    Flag(bool),
    Time(Duration),
    Path(PathBuf),
    Prints(Vec<Fingerprint>),
    Ip(IpAddr),
    Secret(Arc<Secret>),
}

/// Where it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Option,
    Variable(&'static str),
    /// A line in the table of an account, which another one may inherit.
    Account {
        table: String,
        line: usize,
    },
}

#[derive(Clone, Debug)]
pub struct Setting {
    pub value: Value,
    pub source: Source,
}

/// The settings of one place.
#[derive(Clone, Debug, Default)]
pub struct Layer(BTreeMap<Key, Setting>);

impl Layer {
    pub fn set(&mut self, key: Key, value: Value, source: &Source) {
        self.0.insert(key, Setting { value, source: source.clone() });
    }

    pub fn get(&self, key: Key) -> Option<&Setting> {
        self.0.get(&key)
    }

    pub fn has(&self, key: Key) -> bool {
        self.0.contains_key(&key)
    }

    pub fn iter(&self) -> impl Iterator<Item = (Key, &Setting)> {
        self.0.iter().map(|(key, setting)| (*key, setting))
    }

    /// Takes out the settings that fit, and names them.
    pub fn take_out(&mut self, fits: impl Fn(Key, &Setting) -> bool) -> Vec<Key> {
        let keys: Vec<Key> = self.iter().filter(|(key, it)| fits(*key, it)).map(|(key, _)| key).collect();
        self.0.retain(|key, _| !keys.contains(key));
        keys
    }

    /// Puts what a farther layer says below, where nothing here stands against it.
    pub fn over(mut self, farther: &Layer) -> Layer {
        let rest: Vec<_> = farther.iter().filter(|(key, setting)| !self.beats(*key, setting)).collect();
        let rest: Vec<_> = rest.into_iter().map(|(key, setting)| (key, setting.clone())).collect();
        self.0.extend(rest);
        self
    }

    fn beats(&self, key: Key, setting: &Setting) -> bool {
        let group = key.row().group;
        let shares = |other: Key| group.is_some() && other.row().group == group;
        let mut said = self.iter().filter(|(_, it)| !matches!(it.value, Value::Flag(false)));
        // TLS that is off leaves nothing to say about it, and whoever says how it is to be does not want it off.
        let against = |other: Key, it: &Setting| {
            shares(other)
                || key.is_about_tls() && other == Key::Tls && is_off(it)
                || key == Key::Tls && is_off(setting) && other.is_about_tls()
        };
        self.has(key) || said.any(|(other, it)| against(other, it))
    }

    pub fn text(&self, key: Key) -> Option<&str> {
        match &self.get(key)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn is_on(&self, key: Key) -> bool {
        matches!(self.get(key), Some(Setting { value: Value::Flag(true), .. }))
    }

    pub fn time(&self, key: Key) -> Option<Duration> {
        match self.get(key)?.value {
            Value::Time(time) => Some(time),
            _ => None,
        }
    }

    pub fn path(&self, key: Key) -> Option<&Path> {
        match &self.get(key)?.value {
            Value::Path(path) => Some(path),
            _ => None,
        }
    }

    pub fn prints(&self) -> &[Fingerprint] {
        match self.get(Key::TlsFingerprint) {
            Some(Setting { value: Value::Prints(prints), .. }) => prints,
            _ => &[],
        }
    }

    pub fn ip(&self, key: Key) -> Option<IpAddr> {
        match self.get(key)?.value {
            Value::Ip(address) => Some(address),
            _ => None,
        }
    }

    pub fn secret(&self, key: Key) -> Option<&Arc<Secret>> {
        match &self.get(key)?.value {
            Value::Secret(secret) => Some(secret),
            _ => None,
        }
    }

    /// The line of the file in which a setting stands.
    pub fn line(&self, key: Key) -> Option<usize> {
        match self.get(key)?.source {
            Source::Account { line, .. } => Some(line),
            _ => None,
        }
    }

    /// Two settings of a group that cannot stand in one place, the second one first.
    pub fn rivals(&self) -> Option<(Key, Key)> {
        let on = |(key, it): (Key, &Setting)| (!matches!(it.value, Value::Flag(false))).then_some(key);
        let secrets: Vec<Key> = self.iter().filter_map(on).filter(|key| key.is_secret()).collect();
        if let [first, second, ..] = secrets[..] {
            return Some((second, first));
        }
        let both = self.is_on(Key::Insecure) && self.has(Key::TlsFingerprint);
        both.then_some((Key::Insecure, Key::TlsFingerprint))
    }

    /// A setting that needs another one of its group, with that one.
    pub fn lonely(&self) -> Option<(Key, Key)> {
        let needs = [(Key::ClientKey, Key::ClientCert), (Key::ProxyPasswordFile, Key::Proxy)];
        needs.into_iter().find(|(key, needed)| self.has(*key) && !self.has(*needed))
    }

    /// The settings of a group.
    pub fn of_group(&self, group: Group) -> Layer {
        let mut part = self.clone();
        part.take_out(|key, _| key.row().group != Some(group));
        part
    }
}

pub fn is_off(setting: &Setting) -> bool {
    matches!(&setting.value, Value::Text(word) if word == "off")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(settings: &[(Key, &str)], source: &Source) -> Layer {
        let mut layer = Layer::default();
        for (key, text) in settings {
            let value = match *text {
                "true" => Value::Flag(true),
                "false" => Value::Flag(false),
                text => Value::Text(text.to_owned()),
            };
            layer.set(*key, value, source);
        }
        layer
    }

    #[test]
    fn what_is_nearer_beats_its_like_and_what_stands_for_the_same() {
        use Key::*;
        for (near, far, taken) in [
            (vec![], vec![(User, "x")], vec![User]),
            (vec![(User, "y")], vec![(User, "x"), (Helo, "h")], vec![Helo]),
            (vec![(PasswordCommand, "c")], vec![(Password, "p"), (TokenFile, "t")], vec![]),
            (vec![(TlsFingerprint, "f")], vec![(Insecure, "true"), (CaFile, "c")], vec![]),
            (vec![(Insecure, "false")], vec![(Insecure, "true"), (CaFile, "c")], vec![CaFile]),
            (vec![(Insecure, "true")], vec![(CaFile, "c"), (TlsName, "n")], vec![TlsName]),
            (vec![(ClientCert, "c")], vec![(ClientCert, "d"), (ClientKey, "k")], vec![]),
            (vec![(Proxy, "p")], vec![(ProxyPasswordFile, "f"), (Timeout, "1")], vec![Timeout]),
            (
                vec![(Tls, "off")],
                vec![(CaFile, "c"), (TlsName, "n"), (TlsMin, "1.3"), (User, "u")],
                vec![User],
            ),
            (vec![(CaFile, "c")], vec![(Tls, "off")], vec![]),
            (vec![(CaFile, "c")], vec![(Tls, "required")], vec![Tls]),
            (vec![(Tls, "required")], vec![(Tls, "off"), (CaFile, "c")], vec![CaFile]),
        ] {
            let farther = Source::Account { table: "far".to_owned(), line: 1 };
            let whole = layer(&near, &Source::Option).over(&layer(&far, &farther));
            let found: Vec<Key> =
                whole.iter().filter(|(_, it)| it.source == farther).map(|(key, _)| key).collect();
            let mut taken = taken;
            taken.sort();
            assert_eq!(found, taken, "{near:?} over {far:?}");
            assert!(
                near.iter().all(|(key, _)| whole.get(*key).is_some_and(|it| it.source == Source::Option))
            );
        }
    }

    #[test]
    fn one_place_does_not_contradict_itself() {
        use Key::*;
        for (settings, rivals) in [
            (vec![(Password, "p"), (User, "u")], None),
            (vec![(Password, "p"), (PasswordFile, "f")], Some((PasswordFile, Password))),
            (vec![(PasswordCommand, "p"), (TokenFile, "f")], Some((TokenFile, PasswordCommand))),
            (vec![(Insecure, "true"), (TlsFingerprint, "f")], Some((Insecure, TlsFingerprint))),
            (vec![(Insecure, "false"), (TlsFingerprint, "f")], None),
            (vec![(CaFile, "c"), (TlsFingerprint, "f")], None),
        ] {
            assert_eq!(layer(&settings, &Source::Option).rivals(), rivals, "{settings:?}");
        }
        assert_eq!(layer(&[(ClientKey, "k")], &Source::Option).lonely(), Some((ClientKey, ClientCert)));
    }
}
