//! One setting of the file, judged by what judges the option of that name.

use super::key::{Kind, Row};
use super::layer::Value;
use super::page::Page;
use super::words;
use crate::terms::address_list::mailbox;
use crate::terms::amount;
use crate::terms::endpoint::Server;
use crate::terms::envelope::Notify;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::proxy::Proxy;
use crate::terms::secret::Secret;
use crate::terms::tls::{self, Fingerprint};
use std::sync::Arc;
use toml::de::DeValue;

/// Reads the value of a key that stands in this line.
pub(super) fn value(page: &Page<'_>, row: &Row, line: usize, given: &DeValue<'_>) -> Result<Value, Failure> {
    let fault = |words: String| page.fault(line, format!("{}: {words}", row.name));
    match (row.kind, given) {
        (Kind::Flag, DeValue::Boolean(on)) => Ok(Value::Flag(*on)),
        (Kind::Flag, other) => Err(fault(wanted("true or false", other))),
        (Kind::Seconds, DeValue::Integer(number)) if number.radix() == 10 => {
            amount::seconds(number.as_str()).map(Value::Time).map_err(fault)
        }
        (Kind::Seconds, DeValue::Float(number)) => {
            amount::seconds(number.as_str()).map(Value::Time).map_err(fault)
        }
        (Kind::Seconds, other) => Err(fault(wanted("a number of seconds", other))),
        (Kind::Fingerprints, DeValue::Array(several)) => {
            let each = several.iter().map(|one| match one.get_ref() {
                DeValue::String(text) => tls::fingerprint(text),
                other => Err(wanted("texts in quotes", other)),
            });
            let prints: Result<Vec<Fingerprint>, String> = each.collect();
            prints.map(Value::Prints).map_err(fault)
        }
        (_, DeValue::String(text)) => text_of(page, row, line, text),
        (_, other) => Err(fault(wanted("a text in quotes", other))),
    }
}

fn text_of(page: &Page<'_>, row: &Row, line: usize, text: &str) -> Result<Value, Failure> {
    let fault = |words: String| page.fault(line, format!("{}: {words}", row.name));
    let bad = |why: &str| fault(format!("\"{text}\": {why}"));
    let plain = || Value::Text(text.to_owned());
    match row.kind {
        Kind::Server => server(page, text).map(Value::Text).map_err(fault),
        // What stands there by mistake may be a password.
        Kind::User => words::user(text).map(|()| plain()).map_err(|why| fault(why.to_owned())),
        Kind::Sender if matches!(text, "" | "<>") => Ok(plain()),
        Kind::Sender => match mailbox(text) {
            Ok(_) => Ok(plain()),
            Err(problem) => {
                let about = format!("{}: {}", page.place(line), row.name);
                Err(Failure::new(Stage::Input, Cause::BadAddress(problem)).about(about))
            }
        },
        Kind::Secret if text.is_empty() => Err(fault("it is empty".to_owned())),
        Kind::Secret => Ok(Value::Secret(Arc::new(Secret::new(text.as_bytes().to_vec())))),
        Kind::Path => match text {
            "" => Err(fault("it names no file".to_owned())),
            "-" => Err(fault("standard input is for options and messages".to_owned())),
            _ => page.resolved(text).map(Value::Path).ok_or_else(|| fault(NO_HOME.to_owned())),
        },
        Kind::Command if text.trim().is_empty() => Err(fault("it names no command".to_owned())),
        Kind::Command => Ok(plain()),
        Kind::Word(known) if known.contains(&text) => Ok(plain()),
        Kind::Word(known) => Err(bad(&format!("it is one of {}", known.join(", ")))),
        Kind::Fingerprints => tls::fingerprint(text).map(|print| Value::Prints(vec![print])).map_err(fault),
        Kind::TlsName => words::tls_name(text).map(|_| plain()).map_err(bad),
        Kind::Helo => words::helo(text).map(|_| plain()).map_err(bad),
        Kind::Ip => text.parse().map(Value::Ip).map_err(|_| bad("it is not an IP address")),
        Kind::Proxy => Proxy::parse(text).map(|_| plain()).map_err(fault),
        Kind::Notify => Notify::parse(text).map(|_| plain()).map_err(fault),
        Kind::Flag | Kind::Seconds => Err(fault("it stands without quotes".to_owned())),
    }
}

pub(super) const NO_HOME: &str = "~/ stands for a home, and $HOME names none";

/// A server; the folder of an embedded sink lies beside the file, as all paths do.
fn server(page: &Page<'_>, text: &str) -> Result<String, String> {
    match Server::parse(text)? {
        Server::At(_) => Ok(text.to_owned()),
        Server::Sink(dir) => {
            let dir = page.resolved(&dir.to_string_lossy()).ok_or(NO_HOME)?;
            Ok(format!("sink:{}", dir.display()))
        }
    }
}

/// The sentence about another type. What was given is not repeated: it may stand where a password belongs.
pub(super) fn wanted(what: &str, given: &DeValue<'_>) -> String {
    let noun = match given {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    format!("it wants {what}, not {noun}")
}
