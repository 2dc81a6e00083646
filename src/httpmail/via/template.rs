//! What is filled in for a message: the URL, the JSON or the form around it.
//!
//! Laws: nothing of an address can end a string, a part or a URL and begin something else; the message stands in exactly one
//! place.

use super::super::wrap::code::Code;
use crate::terms::address::Address;
use crate::terms::envelope::{Envelope, Sender};
use serde_json::Value;

/// Words that stand for something in a template.
pub const MESSAGE: &str = "{message}";
const MESSAGES: [(&str, Code); 3] = [
    (MESSAGE, Code::JsonString),
    ("{message:base64}", Code::Base64),
    ("{message:base64url}", Code::Base64Url),
];
const FROM: &str = "{from}";
const TO: &str = "{to}";
const DOMAIN: &str = "{domain}";

/// Where the message goes while the rest is written down. No address can hold it: a control character is in none.
const HERE: &str = "\u{1}the message\u{1}";

/// Octets around a message, and how it is written between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Around {
    pub before: Vec<u8>,
    pub code: Code,
    pub behind: Vec<u8>,
}

/// JSON with a place for the message.
#[derive(Clone, Debug, PartialEq)]
pub struct Json {
    template: Value,
    code: Code,
}

impl Json {
    pub fn parse(text: &str) -> Result<Json, String> {
        let mut template: Value =
            serde_json::from_str(text).map_err(|problem| format!("this is not JSON: {problem}"))?;
        if names_one(&template) {
            return Err(format!("{TO} stands within a list, so that there is one for each recipient"));
        }
        let mut codes = Vec::new();
        mark(&mut template, &mut codes);
        match codes[..] {
            [code] => Ok(Json { template, code }),
            _ => Err(format!("{MESSAGE} or {{message:base64}} stands in it exactly once, as a whole string")),
        }
    }

    pub fn tells_recipients(&self) -> bool {
        holds(&self.template, TO)
    }

    pub fn tells_sender(&self) -> bool {
        holds(&self.template, FROM)
    }

    /// Writes down what goes around the message.
    pub fn around(&self, envelope: &Envelope) -> Result<Around, String> {
        let filled = filled(&self.template, &sender_of(envelope), None, &envelope.recipients);
        let text = filled.to_string();
        let here = Value::from(HERE).to_string();
        let here = here.trim_matches('"');
        match text.split_once(here) {
            Some((before, behind)) if !behind.contains(here) => {
                Ok(Around { before: before.into(), code: self.code, behind: behind.into() })
            }
            _ => Err("the message would stand in more than one place".to_owned()),
        }
    }
}

/// Puts a mark where the message goes.
fn mark(value: &mut Value, codes: &mut Vec<Code>) {
    match value {
        Value::String(text) => {
            if let Some((_, code)) = MESSAGES.iter().find(|(word, _)| text == word) {
                codes.push(*code);
                HERE.clone_into(text);
            }
        }
        Value::Array(several) => several.iter_mut().for_each(|one| mark(one, codes)),
        Value::Object(fields) => fields.values_mut().for_each(|one| mark(one, codes)),
        _ => {}
    }
}

fn holds(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text == word,
        Value::Array(several) => several.iter().any(|one| holds(one, word)),
        Value::Object(fields) => fields.values().any(|one| holds(one, word)),
        _ => false,
    }
}

/// True where a place is for one recipient only.
fn names_one(value: &Value) -> bool {
    match value {
        Value::String(text) => text == TO,
        Value::Object(fields) => fields.values().any(names_one),
        _ => false,
    }
}

/// The value with the words replaced; an element of a list that names the recipient stands once for each.
fn filled(value: &Value, sender: &str, recipient: Option<&Address>, all: &[Address]) -> Value {
    match value {
        Value::String(text) if text == FROM => Value::from(sender),
        Value::String(text) if text == TO => recipient.map_or(Value::Null, |one| one.to_string().into()),
        Value::Array(several) => {
            let mut list = Vec::new();
            for one in several {
                if recipient.is_none() && holds(one, TO) {
                    list.extend(all.iter().map(|each| filled(one, sender, Some(each), all)));
                } else {
                    list.push(filled(one, sender, recipient, all));
                }
            }
            Value::Array(list)
        }
        Value::Object(fields) => {
            let pair = |(name, one): (&String, &Value)| (name.clone(), filled(one, sender, recipient, all));
            Value::Object(fields.iter().map(pair).collect())
        }
        other => other.clone(),
    }
}

/// The null sender has no address.
fn sender_of(envelope: &Envelope) -> String {
    match &envelope.sender {
        Sender::Null => String::new(),
        Sender::Mailbox(address) => address.to_string(),
    }
}

/// A form of several parts (RFC 7578).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `NAME=VALUE` entries, one of which holds the message.
    pub fn parse(entries: &[String]) -> Result<Form, String> {
        let mut parts = Vec::new();
        for entry in entries {
            let (name, value) = entry.split_once('=').ok_or("each part is written NAME=VALUE")?;
            let plain = |text: &str| text.chars().all(|letter| letter == ' ' || letter.is_ascii_graphic());
            if name.is_empty() || !plain(name) || name.contains(['"', '\\']) || !plain(value) {
                return Err("names and values of parts are printable ASCII, names without quotes".to_owned());
            }
            parts.push((name.to_owned(), value.to_owned()));
        }
        match parts.iter().filter(|(_, value)| value == MESSAGE).count() {
            1 => Ok(Form(parts)),
            _ => Err(format!("exactly one part is NAME={MESSAGE}")),
        }
    }

    pub fn tells_recipients(&self) -> bool {
        self.0.iter().any(|(_, value)| value == TO)
    }

    pub fn tells_sender(&self) -> bool {
        self.0.iter().any(|(_, value)| value == FROM)
    }

    /// Writes down the parts around the message; nobody else knows the boundary.
    pub fn around(&self, envelope: &Envelope, boundary: &str) -> Around {
        let (mut text, mut before) = (String::new(), None);
        for (name, value) in &self.0 {
            let mut part = |value: &str| {
                text.push_str(&format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                ));
            };
            match value.as_str() {
                TO => envelope.recipients.iter().for_each(|one| part(&one.to_string())),
                FROM => part(&sender_of(envelope)),
                MESSAGE => {
                    text.push_str(&format!(
                        "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"message.eml\"\r\n\
                         Content-Type: message/rfc822\r\n\r\n"
                    ));
                    before = Some(std::mem::take(&mut text));
                    text.push_str("\r\n");
                }
                plain => part(plain),
            }
        }
        text.push_str(&format!("--{boundary}--\r\n"));
        Around {
            before: before.unwrap_or_default().into_bytes(),
            code: Code::Plain,
            behind: text.into_bytes(),
        }
    }
}

/// The URL of a service for this sender.
pub fn url(template: &str, envelope: &Envelope) -> Result<String, String> {
    if !template.contains(DOMAIN) {
        return Ok(template.to_owned());
    }
    let sender = sender_of(envelope);
    let domain = sender.rsplit_once('@').map(|(_, domain)| domain);
    let domain = domain.filter(|it| it.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)));
    let words = "the URL has the domain of the sender in it, and the sender has none that can stand there; the URL may be named before FILE";
    domain.map(|domain| template.replace(DOMAIN, domain)).ok_or_else(|| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn envelope(sender: &str, recipients: &[&str]) -> Envelope {
        let sender =
            if sender.is_empty() { Sender::Null } else { Sender::Mailbox(Address::parse(sender).unwrap()) };
        Envelope::new(sender, recipients.iter().map(|it| Address::parse(it).unwrap()))
    }

    fn document(around: &Around, inside: &str) -> Value {
        let whole = [around.before.as_slice(), inside.as_bytes(), &around.behind].concat();
        serde_json::from_slice(&whole).unwrap()
    }

    #[test]
    fn json_is_filled_in_with_addresses_of_any_kind() {
        let odd = "\"{message} \\\" }]\"@d.example";
        let template = r#"{"f": "{from}", "r": [{"email": "{to}", "k": [1]}], "l": ["{to}", "x"], "c": {"m": "{message}"}, "n": true}"#;
        let json = Json::parse(template).unwrap();
        assert!(json.tells_recipients() && json.tells_sender());
        let around = json.around(&envelope(odd, &["a@d.example", odd])).unwrap();
        assert_eq!(around.code, Code::JsonString);
        assert_eq!(
            document(&around, "hi"),
            json!({
                "f": odd, "l": ["a@d.example", odd, "x"], "c": {"m": "hi"}, "n": true,
                "r": [{"email": "a@d.example", "k": [1]}, {"email": odd, "k": [1]}],
            })
        );
        let null = json.around(&envelope("", &["a@d.example"])).unwrap();
        assert_eq!(document(&null, "")["f"], "");
    }

    #[test]
    fn the_message_has_one_place() {
        let base64 = Json::parse(r#"{"data": "{message:base64}"}"#).unwrap();
        assert_eq!(base64.code, Code::Base64);
        assert!(!base64.tells_recipients());
        for template in [
            "{}",
            "x",
            r#"["{message}", "{message}"]"#,
            r#"{"m": "a {message}"}"#,
            r#"{"t": {"to": "{to}"}, "m": "{message}"}"#,
        ] {
            assert!(Json::parse(template).is_err(), "{template}");
        }
    }

    #[test]
    fn a_form_has_a_part_for_each_recipient() {
        let entries = ["to={to}", "message={message}", "o:tag=x"].map(str::to_owned);
        let form = Form::parse(&entries).unwrap();
        let around = form.around(&envelope("a@d.example", &["b@d.example", "c@d.example"]), "X");
        let whole = String::from_utf8([around.before, b"HI".to_vec(), around.behind].concat()).unwrap();
        let part = |name: &str, value: &str| {
            format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let message = "--X\r\nContent-Disposition: form-data; name=\"message\"; filename=\"message.eml\"\r\n\
                       Content-Type: message/rfc822\r\n\r\nHI\r\n";
        let wanted = part("to", "b@d.example") + &part("to", "c@d.example") + message + &part("o:tag", "x");
        assert_eq!(whole, wanted + "--X--\r\n");
        for entries in [&["to"][..], &["to={to}"], &["a\"b={message}"], &["m={message}", "n={message}"]] {
            let entries: Vec<String> = entries.iter().map(|it| (*it).to_owned()).collect();
            assert!(Form::parse(&entries).is_err(), "{entries:?}");
        }
    }

    #[test]
    fn a_url_has_the_domain_of_the_sender() {
        let of = |sender| url("https://h/v3/{domain}/x", &envelope(sender, &["b@d.example"]));
        assert_eq!(of("a@mg.d.example").as_deref(), Ok("https://h/v3/mg.d.example/x"));
        assert!(of("").is_err() && of("a@[127.0.0.1]").is_err());
        assert_eq!(url("https://h/x", &envelope("", &[])).as_deref(), Ok("https://h/x"));
    }
}
