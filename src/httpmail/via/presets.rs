//! The services that are built in.

use super::service::{Given, Service, Simple};

/// Keys and values, as a configuration file would have them.
type Rows = &'static [(&'static str, &'static [&'static str])];

const PRESETS: &[(&str, Rows)] = &[
    (
        "gmail",
        &[
            (
                "url",
                &["https://gmail.googleapis.com/upload/gmail/v1/users/me/messages/send?uploadType=media"],
            ),
            ("content-type", &["message/rfc822"]),
            ("body", &["{message}"]),
            ("limit", &["35M"]),
            ("success", &["/id"]),
            (
                "put-off",
                &[
                    "/error/errors/0/reason = rateLimitExceeded",
                    "/error/errors/0/reason = userRateLimitExceeded",
                    "/error/status = RESOURCE_EXHAUSTED",
                ],
            ),
            ("reason", &["/error/message"]),
            ("id", &["/id"]),
        ],
    ),
    (
        "graph",
        &[
            ("url", &["https://graph.microsoft.com/v1.0/me/sendMail"]),
            ("body", &["{message:base64}"]),
            ("limit", &["3M"]),
            ("status", &["202"]),
            ("reason", &["/error/message", "/error/code"]),
        ],
    ),
    (
        "mailgun",
        &[
            ("url", &["https://api.mailgun.net/v3/{domain}/messages.mime"]),
            ("form", &["to={to}", "message={message}"]),
            ("limit", &["25M"]),
            ("success", &["/id"]),
            ("reason", &["/message"]),
            ("id", &["/id"]),
            ("user", &["api"]),
        ],
    ),
];

/// The protocol that is no description.
pub const JMAP: &str = "jmap";

/// The names of the services that are built in.
pub fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name).chain([JMAP])
}

/// The service of that name.
pub fn named(name: &str) -> Option<Result<Service, String>> {
    if name == JMAP {
        return Some(Ok(Service::Jmap(None)));
    }
    let (_, rows) = PRESETS.iter().find(|(known, _)| *known == name)?;
    let mut service = Simple::named(name);
    let all: Result<(), String> =
        rows.iter().try_for_each(|(key, values)| service.set(key, &given(key, values)));
    Some(all.map(|()| Service::Simple(Box::new(service))))
}

fn given(key: &str, values: &[&str]) -> Given {
    match (key, values) {
        ("status", values) => Given::Numbers(values.iter().filter_map(|it| it.parse().ok()).collect()),
        (_, [one]) => Given::Text((*one).to_owned()),
        (_, values) => Given::Texts(values.iter().map(|it| (*it).to_owned()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_is_good() {
        for name in names() {
            match named(name).unwrap().unwrap() {
                Service::Simple(service) => {
                    service.judge().unwrap();
                    assert!(service.limit.is_some() && service.url.is_some(), "{name}");
                }
                Service::Jmap(_) => assert_eq!(name, JMAP),
            }
        }
        assert!(named("gmial").is_none());
    }
}
