//! What is asked of a resource: the method and the header fields, judged before the first packet.
//!
//! Law: nothing from an argument adds a line to the request, and no field is said twice that frames it.

use crate::terms::resource::Resource;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, HeaderName, USER_AGENT};
use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom, SystemRandom};

pub use reqwest::header::HeaderValue;

/// The methods that carry a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verb {
    #[default]
    Post,
    Put,
    /// Asks for properties (RFC 4918 section 9.1); it carries no message.
    Propfind,
    Get,
}

impl Verb {
    pub fn name(self) -> &'static str {
        match self {
            Verb::Post => "POST",
            Verb::Put => "PUT",
            Verb::Propfind => "PROPFIND",
            Verb::Get => "GET",
        }
    }

    fn method(self) -> Result<Method, String> {
        Method::from_bytes(self.name().as_bytes()).map_err(|error| error.to_string())
    }
}

/// A header field of one's own. Its value may be a secret, and is never shown.
#[derive(Clone, Debug)]
pub struct Field {
    name: HeaderName,
    value: HeaderValue,
}

/// What this side says itself, or an option of its own names.
const OURS: &[(&str, &str)] = &[
    ("content-length", "it is counted; --size N declares it"),
    ("transfer-encoding", "--chunked asks for it"),
    ("content-type", "--content-type TYPE names it"),
    ("authorization", "a password or token does not stand in an argument; --user and --token-file name them"),
    ("proxy-authorization", "a password does not stand in an argument; --proxy-password-file names it"),
    ("host", "it is that of the URL"),
    ("connection", "it belongs to the connection"),
    ("expect", "it belongs to the connection"),
    ("te", "it belongs to the connection"),
    ("trailer", "it belongs to the connection"),
    ("upgrade", "it belongs to the connection"),
    ("keep-alive", "it belongs to the connection"),
    ("proxy-connection", "it belongs to the connection"),
];

impl Field {
    /// The key under which a server takes several tries for one (draft-ietf-httpapi-idempotency-key-header).
    pub fn idempotency_key(key: &str) -> Result<Field, String> {
        let fits = !key.is_empty() && key.len() <= 255 && key.bytes().all(|octet| octet.is_ascii_graphic());
        let value = HeaderValue::from_str(key).ok().filter(|_| fits);
        let value =
            value.ok_or("--idempotency-key takes up to 255 printable characters of ASCII without blanks")?;
        Ok(Field { name: HeaderName::from_static("idempotency-key"), value })
    }

    /// A field of ours.
    pub(super) fn of(name: &'static str, value: &'static str) -> Field {
        Field { name: HeaderName::from_static(name), value: HeaderValue::from_static(value) }
    }

    /// Reads `Name: value`. What is wrong is said without the value.
    pub fn parse(text: &str) -> Result<Field, String> {
        let (name, value) = text.split_once(':').ok_or("--header takes 'Name: value'")?;
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| "--header: what stands before the colon is no name of a field".to_owned())?;
        if let Some((name, why)) = OURS.iter().find(|(ours, _)| name == *ours) {
            return Err(format!("--header cannot say {name}: {why}"));
        }
        let mut value = HeaderValue::from_bytes(value.trim_matches([' ', '\t']).as_bytes())
            .map_err(|_| format!("--header: the value of {name} holds a control character"))?;
        value.set_sensitive(true);
        Ok(Field { name, value })
    }
}

/// HTTPMail's wish to keep a copy among the sent messages.
pub fn save_in_sent() -> Field {
    Field::of("saveinsent", "t")
}

/// Of the resource itself, and not of what is in it.
pub(super) fn depth_0() -> Field {
    Field::of("depth", "0")
}

/// Judges a media type (RFC 9110 section 8.3.1).
pub fn media_type(text: &str) -> Result<HeaderValue, String> {
    let bad = || "--content-type takes TYPE/SUBTYPE, as in message/rfc822".to_owned();
    let kind = text.split(';').next().unwrap_or_default().trim();
    let token = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+'*%|~`".contains(&b))
    };
    let fits = kind.split_once('/').is_some_and(|(one, other)| token(one) && token(other));
    if fits { HeaderValue::from_str(text).map_err(|_| bad()) } else { Err(bad()) }
}

/// What parts a form from what stands in it: nobody else knows it.
pub fn boundary() -> String {
    key_of("", None)
}

/// A key out of the resource and the digest of the body, or one of chance where there is no digest.
pub fn key_of(url: &str, sum: Option<&[u8; 32]>) -> String {
    let mut hash = Context::new(&SHA256);
    hash.update(url.as_bytes());
    match sum {
        Some(sum) => hash.update(sum),
        None => {
            let mut chance = [0u8; 32];
            // Without chance the moment has to do.
            if SystemRandom::new().fill(&mut chance).is_err() {
                hash.update(format!("{:?}", std::time::SystemTime::now()).as_bytes());
            }
            hash.update(&chance);
        }
    }
    hash.finish().as_ref().iter().take(16).map(|octet| format!("{octet:02x}")).collect()
}

/// Everything about a request that does not depend on the resource.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub verb: Verb,
    pub content_type: HeaderValue,
    pub fields: Vec<Field>,
}

/// The request for a resource, without its body; `length` is none for one in chunks.
pub(super) fn request(
    wanted: &Wanted,
    resource: &Resource,
    length: Option<u64>,
    expects: bool,
    logon: Option<(HeaderName, HeaderValue)>,
) -> Result<hyper::Request<()>, String> {
    let mut request = hyper::Request::new(());
    *request.method_mut() = wanted.verb.method()?;
    *request.uri_mut() =
        resource.target().parse().map_err(|_| "the path of the URL cannot be asked for".to_owned())?;
    let host = HeaderValue::from_str(&resource.authority()).map_err(|error| error.to_string())?;
    let fields = request.headers_mut();
    fields.insert(HOST, host);
    fields.insert(USER_AGENT, HeaderValue::from_static(concat!("mailxport/", env!("CARGO_PKG_VERSION"))));
    fields.insert(ACCEPT, HeaderValue::from_static("*/*"));
    if wanted.verb != Verb::Get {
        fields.insert(CONTENT_TYPE, wanted.content_type.clone());
        if let Some(length) = length {
            fields.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
    }
    if expects {
        fields.insert(EXPECT, HeaderValue::from_static("100-continue"));
    }
    // The first of a name stands for ours, a further one stands beside it.
    let mut seen = Vec::new();
    for Field { name, value } in &wanted.fields {
        if seen.contains(&name) {
            fields.append(name, value.clone());
        } else {
            fields.insert(name, value.clone());
            seen.push(name);
        }
    }
    if let Some((name, value)) = logon {
        fields.insert(name, value);
    }
    Ok(request)
}

/// The head of a request as it may be shown: no value of the query, no secret.
pub(super) fn lines(request: &hyper::Request<()>, resource: &Resource) -> Vec<String> {
    let mut lines = vec![format!("{} {} HTTP/1.1", request.method(), resource.shown_target())];
    for (name, value) in request.headers() {
        let shown =
            if value.is_sensitive() { "(masked)".into() } else { String::from_utf8_lossy(value.as_bytes()) };
        lines.push(format!("{name}: {shown}"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_lines_of_their_own_and_never_ours() {
        for text in ["X-A: b", "X-A:b", "x-a:\tb ", "X-Empty:"] {
            assert!(Field::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "X-A",
            ": b",
            "X A: b",
            "X-A: b\r\nX-B: secret",
            "X-A: b\nsecret",
            "X-A\r\n: secret",
            "Content-Length: 1",
            "HOST: secret",
            "Authorization: Bearer secret",
            "Transfer-Encoding: chunked",
        ] {
            let problem = Field::parse(text).unwrap_err();
            assert!(!problem.contains("secret"), "{problem}");
        }
    }

    #[test]
    fn a_type_is_a_type() {
        for text in ["message/rfc822", "text/plain; charset=utf-8", "application/vnd.x+json"] {
            assert!(media_type(text).is_ok(), "{text}");
        }
        for text in ["", "message", "message/", "/x", "a b/c", "a/b\r\nX: y", "a/b; c\n"] {
            assert!(media_type(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_shown_head_has_no_secret() {
        let resource = Resource::parse("https://h/p?sig=tiger").unwrap();
        let wanted = Wanted {
            verb: Verb::Put,
            content_type: media_type("a/b").unwrap(),
            fields: vec![Field::parse("X-Key: tiger").unwrap(), Field::parse("Accept: x/y").unwrap()],
        };
        let request = request(&wanted, &resource, Some(3), false, None).unwrap();
        assert_eq!(request.uri(), "/p?sig=tiger");
        assert_eq!(request.headers().get_all(ACCEPT).iter().count(), 1);
        let shown = lines(&request, &resource).join("\n");
        assert!(!shown.contains("tiger") && shown.starts_with("PUT /p?sig=(masked) HTTP/1.1\n"), "{shown}");
    }
}
