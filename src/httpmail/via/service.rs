//! The description of a service: where it is, the form in which it takes a message, and how it says what became of it.
//!
//! The services that are built in are described by the same keys as those of a configuration file.

use super::super::request::{Verb, media_type};
use super::super::wrap::code::Code;
use super::manner::{Manner, TokenField};
use super::rule::{Condition, Pointer};
use super::template::{Around, Form, Json};
use crate::terms::amount;
use crate::terms::envelope::Envelope;
use reqwest::header::HeaderValue;

/// How a service is spoken to.
#[derive(Clone, Debug)]
pub enum Service {
    /// One request carries the message.
    Simple(Box<Simple>),
    /// JMAP (RFC 8620, 8621): an upload, an import, a submission; at this URL, where it has one of its own.
    Jmap(Option<String>),
}

/// A service that takes a message by one request.
#[derive(Clone, Debug, Default)]
pub struct Simple {
    pub name: String,
    /// A template; none where every user has another.
    pub url: Option<String>,
    pub verb: Verb,
    pub content_type: Option<HeaderValue>,
    pub body: Body,
    /// Octets of a message that it takes.
    pub limit: Option<u64>,
    /// The status of a success; empty: any from 200 to 299.
    pub(super) status: Vec<u16>,
    /// What the body of a success says.
    pub(super) success: Vec<Condition>,
    /// For how many recipients it was accepted and refused, or which.
    pub(super) accepted: Vec<Pointer>,
    pub(super) refused: Vec<Pointer>,
    /// What a refusal says that holds for now only.
    pub(super) put_off: Vec<Condition>,
    /// Where the words about a refusal are.
    pub(super) reason: Vec<Pointer>,
    /// Where the name is that it gives to a message.
    pub(super) id: Option<Pointer>,
    pub manner: Manner,
    /// Who logs on where nobody is named.
    pub user: Option<String>,
    /// The keys as they were given, for whoever wants to see them.
    pub said: Vec<(&'static str, Given)>,
}

/// The form of a body.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Body {
    #[default]
    Message,
    Base64,
    Json(Json),
    Form(Form),
}

/// A value of a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    Text(String),
    Texts(Vec<String>),
    Numbers(Vec<u64>),
}

/// The keys of a description.
pub const KEYS: &[&str] = &[
    "url",
    "method",
    "content-type",
    "body",
    "json",
    "form",
    "limit",
    "status",
    "success",
    "accepted",
    "refused",
    "put-off",
    "reason",
    "id",
    "token",
    "user",
];

/// The forms of a body that are no JSON and no form.
const BODY: &str = "{message}";
const BODY_BASE64: &str = "{message:base64}";

impl Simple {
    pub fn named(name: &str) -> Simple {
        Simple { name: name.to_owned(), ..Simple::default() }
    }

    /// The same service by another name.
    pub fn under(self, name: &str) -> Simple {
        Simple { name: name.to_owned(), ..self }
    }

    /// Takes a key. What is wrong with the value is said without it.
    pub fn set(&mut self, key: &'static str, given: &Given) -> Result<(), String> {
        match key {
            "url" => self.url = Some(web_address(one(given)?)?),
            "method" => {
                self.verb = match one(given)? {
                    "POST" => Verb::Post,
                    "PUT" => Verb::Put,
                    _ => return Err("it is POST or PUT".to_owned()),
                }
            }
            "content-type" => {
                let bad = |_| "it wants TYPE/SUBTYPE, as in application/json".to_owned();
                self.content_type = Some(media_type(one(given)?).map_err(bad)?);
            }
            "body" => {
                self.body = match one(given)? {
                    BODY => Body::Message,
                    BODY_BASE64 => Body::Base64,
                    _ => return Err(format!("it is {BODY} or {BODY_BASE64}")),
                }
            }
            "json" => self.body = Body::Json(Json::parse(one(given)?)?),
            "form" => self.body = Body::Form(Form::parse(&several(given)?)?),
            "limit" => {
                self.limit = Some(match given {
                    Given::Numbers(numbers) if numbers.len() == 1 => numbers[0],
                    other => amount::size(one(other)?)?,
                });
            }
            "status" => self.status = statuses(given)?,
            "success" => self.success = each(given, Condition::parse)?,
            "accepted" => self.accepted = each(given, Pointer::parse)?,
            "refused" => self.refused = each(given, Pointer::parse)?,
            "put-off" => self.put_off = each(given, Condition::parse)?,
            "reason" => self.reason = each(given, Pointer::parse)?,
            "id" => self.id = Some(Pointer::parse(one(given)?)?),
            "token" => self.manner.token = Some(TokenField::parse(one(given)?)?),
            "user" => {
                let user = one(given)?;
                if user.is_empty() || user.contains(':') || user.chars().any(char::is_control) {
                    return Err("it is empty, or holds a colon or a control character".to_owned());
                }
                self.user = Some(user.to_owned());
                self.manner.at_once = true;
            }
            _ => return Err("it is no key of a service".to_owned()),
        }
        let same_place = |other: &str| {
            let bodies = ["body", "json", "form"];
            other == key || bodies.contains(&other) && bodies.contains(&key)
        };
        self.said.retain(|(other, _)| !same_place(other));
        self.said.push((key, given.clone()));
        Ok(())
    }

    /// What the keys come to must make sense together.
    pub fn judge(&self) -> Result<(), String> {
        if self.accepted.is_empty() != self.refused.is_empty() {
            return Err("accepted and refused go together".to_owned());
        }
        Ok(())
    }

    /// True where the recipients are told beside the message, and not taken from its header.
    pub fn tells_recipients(&self) -> bool {
        match &self.body {
            Body::Json(json) => json.tells_recipients(),
            Body::Form(form) => form.tells_recipients(),
            Body::Message | Body::Base64 => false,
        }
    }

    pub fn tells_sender(&self) -> bool {
        match &self.body {
            Body::Json(json) => json.tells_sender(),
            Body::Form(form) => form.tells_sender(),
            Body::Message | Body::Base64 => false,
        }
    }

    /// What goes around a message, and the type of it all; the message's own type where it goes as it is.
    pub fn around(
        &self,
        envelope: &Envelope,
        boundary: &str,
    ) -> Result<(Around, Option<HeaderValue>), String> {
        let bare = |code| Around { before: Vec::new(), code, behind: Vec::new() };
        let (around, usual) = match &self.body {
            Body::Message => (bare(Code::Plain), None),
            Body::Base64 => (bare(Code::Base64), Some("text/plain".to_owned())),
            Body::Json(json) => (json.around(envelope)?, Some("application/json".to_owned())),
            Body::Form(form) => {
                (form.around(envelope, boundary), Some(format!("multipart/form-data; boundary={boundary}")))
            }
        };
        // A form names its boundary in its type.
        let own = self.content_type.clone().filter(|_| !matches!(self.body, Body::Form(_)));
        match (own, usual) {
            (Some(own), _) => Ok((around, Some(own))),
            (None, Some(usual)) => media_type(&usual).map(|usual| (around, Some(usual))),
            (None, None) => Ok((around, None)),
        }
    }
}

fn web_address(text: &str) -> Result<String, String> {
    use crate::terms::resource::Resource;
    Resource::parse(&text.replace("{domain}", "d.example")).map(|_| text.to_owned())
}

fn one(given: &Given) -> Result<&str, String> {
    match given {
        Given::Text(text) => Ok(text),
        _ => Err("it wants a text in quotes".to_owned()),
    }
}

fn several(given: &Given) -> Result<Vec<String>, String> {
    match given {
        Given::Text(text) => Ok(vec![text.clone()]),
        Given::Texts(texts) => Ok(texts.clone()),
        Given::Numbers(_) => Err("it wants texts in quotes".to_owned()),
    }
}

fn each<T>(given: &Given, read: fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    several(given)?.iter().map(|text| read(text)).collect()
}

fn statuses(given: &Given) -> Result<Vec<u16>, String> {
    let Given::Numbers(numbers) = given else { return Err("it wants numbers".to_owned()) };
    let read = |number: &u64| u16::try_from(*number).ok().filter(|status| (200..300).contains(status));
    let all: Option<Vec<u16>> = numbers.iter().map(read).collect();
    all.ok_or_else(|| "a success is a status from 200 to 299".to_owned())
}
