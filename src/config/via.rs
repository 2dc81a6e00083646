//! The services of a configuration file: `[via.NAME]`, described by the keys that those which are built in are described by.

use super::key::did_you_mean;
use super::page::Page;
use super::table::{Entry, entries};
use super::value::wanted;
use crate::httpmail::via::presets;
use crate::httpmail::via::service::{Given, KEYS, Service, Simple};
use crate::terms::failure::Failure;
use toml::de::{DeArray, DeValue};

pub(super) const VIA: &str = "via";
const LIKE: &str = "like";

/// A service of one's own.
#[derive(Clone, Debug)]
pub struct Described {
    pub name: String,
    pub service: Service,
    /// Its keys, and the lines in which they stand.
    pub lines: Vec<(&'static str, usize)>,
    /// The service that it starts from.
    pub like: Option<String>,
}

/// Reads a table.
pub(super) fn described(
    page: &Page<'_>,
    name: &str,
    line: usize,
    given: &DeValue<'_>,
) -> Result<Described, Failure> {
    let DeValue::Table(table) = given else {
        return Err(page.fault(line, format!("a service is a table: [via.{name}]")));
    };
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(page.fault(line, "the name of a service is empty or holds a control character"));
    }
    if presets::names().any(|known| known == name) {
        let words = format!(
            "the service {name} is built in; like = \"{name}\" in one of another name starts from it"
        );
        return Err(page.fault(line, words));
    }
    let entries = entries(page, table);
    let like = like(page, &entries)?;
    let mut simple = match &like {
        None => Simple::named(name),
        Some((like, line)) => match presets::named(like) {
            Some(Ok(Service::Simple(service))) => service.under(name),
            Some(Ok(Service::Jmap(_))) => return jmap(page, name, like, &entries),
            Some(Err(why)) => return Err(page.fault(*line, why)),
            None => {
                let near = did_you_mean(like, presets::names());
                return Err(page.fault(*line, format!("like: no service \"{like}\" is built in{near}")));
            }
        },
    };
    let lines = keys(page, &mut simple, &entries)?;
    if simple.url.is_none() {
        return Err(page.fault(line, format!("the service {name} has no url")));
    }
    simple.judge().map_err(|why| page.fault(line, format!("the service {name}: {why}")))?;
    let like = like.map(|(like, _)| like);
    Ok(Described { name: name.to_owned(), service: Service::Simple(Box::new(simple)), lines, like })
}

fn like(page: &Page<'_>, entries: &[Entry<'_, '_>]) -> Result<Option<(String, usize)>, Failure> {
    match entries.iter().find(|(key, ..)| *key == LIKE) {
        None => Ok(None),
        Some((_, line, DeValue::String(name))) => Ok(Some((name.clone().into_owned(), *line))),
        Some((_, line, other)) => {
            Err(page.fault(*line, format!("like: {}", wanted("the name of a service", other))))
        }
    }
}

/// Sets every key but `like`, and returns their lines.
fn keys(
    page: &Page<'_>,
    simple: &mut Simple,
    entries: &[Entry<'_, '_>],
) -> Result<Vec<(&'static str, usize)>, Failure> {
    let mut lines: Vec<(&'static str, usize)> = Vec::new();
    for (name, line, given) in entries.iter().filter(|(key, ..)| *key != LIKE) {
        let Some(key) = KEYS.iter().copied().find(|key| key == name) else {
            let near = did_you_mean(name, KEYS.iter().copied().chain([LIKE]));
            return Err(page.fault(*line, format!("\"{name}\" is no key of a service{near}")));
        };
        let fault = |why: String| page.fault(*line, format!("{key}: {why}"));
        let bodies = |key: &str| ["body", "json", "form"].contains(&key);
        if let Some((other, _)) = lines.iter().find(|(other, _)| bodies(other) && bodies(key)) {
            return Err(page.fault(*line, format!("{key} and {other} contradict each other")));
        }
        let value = value(given).ok_or_else(|| fault(wanted("texts in quotes, or numbers", given)))?;
        simple.set(key, &value).map_err(fault)?;
        lines.push((key, *line));
    }
    Ok(lines)
}

/// Of JMAP only the place differs.
fn jmap(page: &Page<'_>, name: &str, like: &str, entries: &[Entry<'_, '_>]) -> Result<Described, Failure> {
    if let Some((key, line, _)) = entries.iter().find(|(key, ..)| ![LIKE, "url"].contains(key)) {
        return Err(page.fault(*line, format!("{key}: a service like {like} has a url and nothing else")));
    }
    let mut simple = Simple::named(name);
    let lines = keys(page, &mut simple, entries)?;
    let service = Service::Jmap(simple.url);
    Ok(Described { name: name.to_owned(), service, lines, like: Some(like.to_owned()) })
}

fn value(given: &DeValue<'_>) -> Option<Given> {
    match given {
        DeValue::String(text) => Some(Given::Text(text.clone().into_owned())),
        DeValue::Integer(_) => number(given).map(|number| Given::Numbers(vec![number])),
        DeValue::Array(several) => texts(several).or_else(|| {
            several.iter().map(|one| number(one.get_ref())).collect::<Option<_>>().map(Given::Numbers)
        }),
        _ => None,
    }
}

fn texts(several: &DeArray<'_>) -> Option<Given> {
    let text = |one: &DeValue<'_>| match one {
        DeValue::String(text) => Some(text.clone().into_owned()),
        _ => None,
    };
    several.iter().map(|one| text(one.get_ref())).collect::<Option<_>>().map(Given::Texts)
}

fn number(given: &DeValue<'_>) -> Option<u64> {
    match given {
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::account::Configuration;
    use super::super::table::read;
    use super::*;
    use crate::terms::failure::Cause;
    use std::path::Path;

    fn of(text: &str) -> Result<Configuration, String> {
        let page = Page { text, path: Path::new("config.toml"), home: None };
        read(&page).map_err(|failure| match failure.cause {
            Cause::Config(words) => words,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn a_service_is_described_or_starts_from_another() {
        let text = r#"
            [via.postal]
            url = "https://postal.example/api/v1/send/raw"
            json = '{"mail_from": "{from}", "rcpt_to": ["{to}"], "data": "{message:base64}"}'
            token = "X-Server-API-Key: {token}"
            success = "/status = success"
            limit = 1000000
            [via.eu]
            like = "mailgun"
            url = "https://api.eu.mailgun.net/v3/{domain}/messages.mime"
            [via.club]
            like = "jmap"
            url = "https://club.example/jmap"
        "#;
        let configuration = of(text).unwrap();
        let Service::Simple(postal) = &configuration.service("postal").unwrap().service else { panic!() };
        assert_eq!((postal.limit, postal.tells_recipients()), (Some(1_000_000), true));
        let Service::Simple(eu) = &configuration.service("eu").unwrap().service else { panic!() };
        assert_eq!((eu.limit, eu.user.as_deref()), (Some(25 << 20), Some("api")));
        assert!(eu.url.as_deref().unwrap().contains(".eu."));
        let club = &configuration.service("club").unwrap().service;
        assert!(matches!(club, Service::Jmap(Some(url)) if url.contains("club")));
    }

    #[test]
    fn a_fault_is_told_with_its_line_and_the_nearest_name() {
        for (text, words) in [
            ("[via.x]\nlimt = 1", "config.toml:2: \"limt\" is no key of a service; did you mean \"limit\"?"),
            ("[via.x]\n", "config.toml:1: the service x has no url"),
            (
                "[via.x]\nlike = \"gmial\"",
                "config.toml:2: like: no service \"gmial\" is built in; did you mean \"gmail\"?",
            ),
            (
                "[via.gmail]\n",
                "config.toml:1: the service gmail is built in; like = \"gmail\" in one of another name starts from it",
            ),
            (
                "[via.x]\nurl = \"ftp://h\"",
                "config.toml:2: url: a resource is named by its complete URL: https://HOST[:PORT]/PATH or http://…",
            ),
            (
                "[via.x]\nurl = true",
                "config.toml:2: url: it wants texts in quotes, or numbers, not true or false",
            ),
            (
                "[via.x]\nbody = \"{message}\"\njson = \"{}\"",
                "config.toml:3: json and body contradict each other",
            ),
            (
                "[via.x]\nurl = \"http://h\"\naccepted = \"/a\"",
                "config.toml:1: the service x: accepted and refused go together",
            ),
            ("[via.x]\nstatus = [404]", "config.toml:2: status: a success is a status from 200 to 299"),
            (
                "[via.x]\nlike = \"jmap\"\nlimit = 3",
                "config.toml:3: limit: a service like jmap has a url and nothing else",
            ),
            ("via = 3", "config.toml:1: a service is a table: [via.NAME]"),
        ] {
            assert_eq!(of(text).unwrap_err(), words, "{text}");
        }
    }
}
