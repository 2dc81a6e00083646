use super::*;
use crate::config::secrets::kind::Kind;
use crate::terms::secret::Secret;
use std::sync::Arc;

fn layer(settings: &[(Key, &str)], source: &Source) -> Layer {
    let mut layer = Layer::default();
    for (key, text) in settings {
        let value = match key {
            Key::Password => Value::Secret(Arc::new(Secret::new(text.as_bytes().to_vec()))),
            Key::PasswordFile | Key::TokenFile | Key::CaFile | Key::ProxyPasswordFile => {
                Value::Path((*text).into())
            }
            _ => Value::Text((*text).to_owned()),
        };
        layer.set(*key, value, source);
    }
    layer
}

fn account(settings: &[(Key, &str)]) -> Account {
    let settings = layer(settings, &Source::Account { table: "work".to_owned(), line: 1 });
    Account { name: "work".to_owned(), line: 1, senders: Vec::new(), settings }
}

fn around(server: &str, user: &str) -> Environment {
    let set = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Environment { server: set(server), user: set(user), ..Environment::default() }
}

fn settled(
    options: &[(Key, &str)],
    environment: &Environment,
    own: &Account,
    named: bool,
) -> Result<Settled, String> {
    settle(layer(options, &Source::Option), environment, Some(Chosen { account: own, named }))
}

/// Server, user, and the keys of the account's secrets.
fn met(settled: &Settled) -> (String, Option<String>, bool) {
    let Some(Server::At(endpoint)) = &settled.server else { panic!("no server") };
    (endpoint.to_string(), endpoint.user.clone(), settled.credentials.is_some())
}

#[test]
fn an_option_beats_the_environment() {
    use Key::{Server as At, User};
    for (options, environment, wanted) in [
        (&[(At, "a")][..], around("", ""), Some(("a:587", None))),
        (&[], around("b", "u"), Some(("b:587", Some("u")))),
        (&[(At, "a")], around("", "u"), Some(("a:587", Some("u")))),
        (&[(At, "a")], around("smtp://v@A", "u"), Some(("a:587", Some("u")))),
        (&[(At, "a")], around("smtp://v@b", "u"), Some(("a:587", None))),
        (&[], around("smtp://v@b", "u"), Some(("b:25", Some("v")))),
        (&[(At, "smtp://v@a")], around("b", "u"), Some(("a:25", Some("v")))),
        (&[(At, "smtp://v%3a@a")], around("b", "u"), Some(("a:25", Some("v:")))),
        (&[(At, "smtp://v@a"), (User, "w")], around("b", "u"), Some(("a:25", Some("w")))),
        (&[(At, "a"), (User, "ada:secret")], around("", ""), None),
        (&[(At, "a"), (User, "")], around("", ""), None),
        (&[(At, "sink:x"), (User, "u")], around("", ""), None),
    ] {
        let found =
            settle(layer(options, &Source::Option), &environment, None).ok().map(|settled| met(&settled));
        let wanted = wanted.map(|(at, user)| (at.to_owned(), user.map(str::to_owned), false));
        assert_eq!(found, wanted, "{options:?} {environment:?}");
    }
    assert!(settle(Layer::default(), &around("", ""), None).unwrap().server.is_none());
}

#[test]
fn what_the_environment_has_for_one_server_goes_to_no_other() {
    use Key::{Password, Server as At, User};
    let work = account(&[(At, "h.example"), (User, "ada"), (Password, "p")]);
    let environment =
        |server: &str| Environment { secrets: vec!["MAILXPORT_PASSWORD"], ..around(server, "bob") };
    let both = &["MAILXPORT_USER", "MAILXPORT_PASSWORD"][..];
    for (options, server, named, told) in [
        (&[(At, "a")][..], "", false, &[][..]),
        (&[(At, "a")], "a", false, &[]),
        (&[], "b", false, &[]),
        (&[(At, "a")], "b", false, both),
        (&[(At, "a")], "sink:x", false, both),
        (&[(At, "a")], "smtp://u:tiger@a", false, both),
        (&[(At, "a"), (User, "eve")], "b", false, &both[1..]),
        (&[(At, "a"), (User, "eve"), (Key::PasswordFile, "f")], "b", false, &[]),
        (&[], "b", true, &[]),
        (&[(At, "sink:x")], "b", false, &[]),
    ] {
        let settled = settled(options, &environment(server), &work, named).unwrap();
        let found = settled.kept_back.iter().find_map(|it| match &it.why {
            Why::Environment(_, _, variables) => Some(variables.as_slice()),
            _ => None,
        });
        assert_eq!(found.unwrap_or_default(), told, "{options:?} {server} {named}");
        assert!(settled.kept_back.iter().all(|it| !it.sentence().contains("tiger")), "{server}");
        assert!(told.is_empty() || settled.settings.text(User) != Some("bob"), "{options:?} {server}");
    }
}

#[test]
fn a_named_account_beats_the_environment_and_another_does_not() {
    use Key::{Password, Server as At, User};
    let work = account(&[(At, "smtps://h.example"), (User, "ada"), (Password, "p")]);
    for (options, environment, named, server, user, secret) in [
        (&[][..], around("", ""), false, "h.example:465", "ada", true),
        (&[], around("", ""), true, "h.example:465", "ada", true),
        (&[], around("", "bob"), false, "h.example:465", "bob", false),
        (&[], around("", "bob"), true, "h.example:465", "ada", true),
        (&[], around("g.example", ""), true, "h.example:465", "ada", true),
        (&[], around("g.example", "bob"), false, "g.example:587", "bob", false),
        (&[], around("smtp://eve@H.example", "bob"), false, "H.example:25", "eve", false),
        (&[], around("smtp://H.example", ""), false, "H.example:25", "ada", true),
        (&[(At, "smtp://eve@h.example")], around("", "bob"), true, "h.example:25", "eve", false),
        (&[(At, "h.example:2525")], around("", "bob"), true, "h.example:2525", "ada", true),
        (&[(User, "ada")], around("", "bob"), false, "h.example:465", "ada", true),
    ] {
        let settled = settled(options, &environment, &work, named).unwrap();
        let wanted = (server.to_owned(), Some(user.to_owned()), secret);
        assert_eq!(met(&settled), wanted, "{options:?} {environment:?} {named}");
    }
}

#[test]
fn what_belongs_to_a_server_goes_to_no_other() {
    use Key::{CaFile, From, Password, Proxy, Server as At, Timeout, User};
    let of = |server: &str| {
        account(&[
            (At, server),
            (User, "ada"),
            (Password, "p"),
            (CaFile, "c"),
            (Proxy, "x"),
            (From, "a@x"),
            (Timeout, "1"),
        ])
    };
    let all = vec![User, Password, CaFile, Proxy];
    for (own, other, kept) in [
        ("h.example", "h.example:25", vec![]),
        ("h.example", "smtps://H.EXAMPLE.", vec![]),
        ("h.example", "g.example", all.clone()),
        ("h.example", "127.0.0.1", all.clone()),
        ("localhost:25", "localhost:2525", all.clone()),
        ("localhost:25", "smtp://localhost", vec![]),
        ("127.0.0.1:25", "localhost:25", all.clone()),
        ("[::1]:25", "[::1]:26", all.clone()),
        ("smtp+unix:///run/a", "lmtp+unix:///run/a", vec![]),
        ("smtp+unix:///run/a", "smtp+unix:///run/b", all.clone()),
        ("sink:x", "h.example", all.clone()),
    ] {
        for named in [true, false] {
            let settled = settled(&[(At, other)], &around("", ""), &of(own), named).unwrap();
            let found: Vec<Key> = settled.kept_back.iter().flat_map(|it| it.keys.clone()).collect();
            assert_eq!(found, kept, "{own} {other}");
            assert!(kept.iter().all(|key| !settled.settings.has(*key)));
            assert!(settled.settings.has(From) && settled.settings.has(Timeout));
            assert_eq!(settled.credentials.is_some(), kept.is_empty());
        }
    }
    let sink = settled(&[(At, "sink:x")], &around("", "bob"), &of("h.example"), false).unwrap();
    assert!(sink.kept_back.is_empty() && sink.credentials.is_none() && !sink.settings.has(Key::User));
}

#[test]
fn an_account_without_a_server_has_no_secret_to_give() {
    use Key::{CaFile, Password, Server as At, User};
    let own = account(&[(User, "ada"), (Key::Auth, "plain"), (Password, "p"), (CaFile, "c")]);
    let settled = settled(&[(At, "h.example")], &around("", ""), &own, true).unwrap();
    assert_eq!(met(&settled), ("h.example:587".to_owned(), None, false));
    assert_eq!(settled.kept_back[0].why, Why::NoServer);
    assert_eq!(settled.kept_back[0].keys, [User, Key::Auth, Password]);
    assert!(settled.settings.has(CaFile));
}

#[test]
fn credentials_are_of_a_kind() {
    use Key::{PasswordCommand, Server as At, TokenFile};
    for (key, kind, other) in
        [(PasswordCommand, Kind::Password, Kind::Token), (TokenFile, Kind::Token, Kind::Password)]
    {
        let own = account(&[(At, "h.example"), (key, "x")]);
        let credentials = settled(&[], &around("", ""), &own, false).unwrap().credentials.unwrap();
        assert!(credentials.of(kind).is_some() && credentials.of(other).is_none());
        // An option stands for it.
        let settled = settled(&[(Key::PasswordFile, "f")], &around("", ""), &own, true).unwrap();
        assert!(settled.credentials.is_none());
    }
}

#[test]
fn the_password_of_a_proxy_in_the_environment_beats_the_file_of_an_account_that_was_not_named() {
    use Key::{Proxy, ProxyPasswordFile, Server as At};
    let own = account(&[(At, "h.example"), (Proxy, "socks5://u@p"), (ProxyPasswordFile, "f")]);
    let environment = Environment { proxy_password: true, ..Environment::default() };
    for (named, file) in [(true, true), (false, false)] {
        let settled = settled(&[], &environment, &own, named).unwrap();
        assert_eq!(settled.settings.path(ProxyPasswordFile).is_some(), file);
    }
}
