use super::*;
use crate::terms::address::Address;
use crate::terms::failure::Cause;
use crate::terms::ixp::Ixp;
use crate::terms::printable::printable;
use std::path::Path;

fn page(text: &str) -> Page<'_> {
    Page { text, path: Path::new("/c/config.toml"), home: Some("/home/ada".into()) }
}

fn good(text: &str) -> Configuration {
    super::read(&page(text)).unwrap_or_else(|failure| panic!("{text}\n{:?}", failure.cause))
}

/// The status and the sentence.
fn bad(text: &str) -> (u8, String) {
    let failure = super::read(&page(text)).map(|_| ()).unwrap_err();
    let words = match &failure.cause {
        Cause::Config(words) => words.clone(),
        Cause::BadAddress(problem) => {
            format!("{}: {}", failure.problem.as_deref().unwrap_or(""), problem.why)
        }
        other => format!("{other:?}"),
    };
    (Ixp::of(&failure).exit(), words)
}

const ALL: &str = r#"
default = "work"
[account.base]
timeout = 20
helo = "h.example"
[account.work]
inherit = "base"
senders = ["ada@work.example", "*@work.example"]
server = "smtps://ada%40work@mail.work.example"
from = "Ada <ada@work.example>"
auth = "plain"
auth-in-clear = false
password-command = "pass show work"
tls = "required"
ca-file = "ca.pem"
tls-name = "mail.example"
client-cert = "~/cert.pem"
client-key = "/key.pem"
tls-min = "1.3"
proxy = "socks5://ada@p.example"
proxy-password-file = "proxy"
no-chunking = true
source-address = "::1"
dot-timeout = 0.5
connect-timeout = 3
dsn-notify = "success,failure"
dsn-return = "full"
[account.'at home']
server = "sink:outbox"
password = 'hunter2'
insecure = true
[account.token]
token-file = "t"
tls-fingerprint = ["sha256:0000000000000000000000000000000000000000000000000000000000000000"]
user = "bob"
senders = "*@*.work.example"
"#;

#[test]
fn every_setting_is_read() {
    let it = good(ALL);
    assert_eq!(it.names(), "base, work, at home, token");
    assert_eq!(it.default_account().map(|account| account.name.as_str()), Some("work"));
    let work = &it.account("work").unwrap().settings;
    assert_eq!(work.text(Key::User), Some("ada@work"));
    assert_eq!(work.text(Key::Helo), Some("h.example"));
    assert_eq!(work.time(Key::Timeout).unwrap().as_secs(), 20);
    assert_eq!(work.time(Key::DotTimeout).unwrap().as_millis(), 500);
    assert_eq!(work.path(Key::CaFile), Some(Path::new("/c/ca.pem")));
    assert_eq!(work.path(Key::ClientCert), Some(Path::new("/home/ada/cert.pem")));
    assert_eq!(work.path(Key::ClientKey), Some(Path::new("/key.pem")));
    let place = |key: Key| work.get(key).unwrap().source.clone();
    assert_eq!(place(Key::Timeout), Source::Account { table: "base".to_owned(), line: 4 });
    assert_eq!(place(Key::User), Source::Account { table: "work".to_owned(), line: 9 });
    let home = &it.account("at home").unwrap().settings;
    assert_eq!(home.text(Key::Server), Some("sink:/c/outbox"));
    assert_eq!(home.secret(Key::Password).unwrap().expose(), b"hunter2");
    assert!(home.is_on(Key::Insecure) && !work.is_on(Key::AuthInClear) && work.has(Key::AuthInClear));
    assert_eq!(it.account("token").unwrap().settings.prints().len(), 1);
    let read: Vec<Key> =
        it.accounts.iter().flat_map(|account| account.settings.iter().map(|(key, _)| key)).collect();
    for row in ROWS.iter().filter(|row| row.key != Key::PasswordFile && row.key != Key::TokenCommand) {
        assert!(read.contains(&row.key), "{}", row.name);
    }
    assert!(!format!("{it:?}").contains("hunter2"));
    assert!(good("").accounts.is_empty());
}

#[test]
fn what_is_about_this_machine_is_read() {
    let local = good(
        "mailname = 'm.example'\naliases-file = 'aliases'\n[aliases]\nroot = 'ops@x.example, ada'\nada = ['a@x', '\\ada']",
    )
    .local;
    let of = |line| Placed { value: "m.example".to_owned(), line };
    assert_eq!(local.mailname, Some(of(1)));
    assert_eq!(local.aliases_file, Some(Placed { value: "/c/aliases".into(), line: 2 }));
    let shown: Vec<String> = local.aliases.unwrap().value.iter().map(|alias| format!("{alias:?}")).collect();
    assert_eq!(shown.len(), 2);
    assert!(shown[0].contains("ops@x.example") && shown[0].contains("Local(\"ada\")"), "{shown:?}");
    assert!(shown[1].contains("Final(\"ada\")"), "{shown:?}");
    assert_eq!(good("").local, Local::default());
}

#[test]
fn the_best_pattern_chooses() {
    let it = good(ALL);
    for (sender, account) in [
        ("ada@work.example", Some("work")),
        ("bob@WORK.example", Some("work")),
        ("bob@x.work.example", Some("token")),
        ("bob@example", None),
    ] {
        let found = it.by_sender(&Address::parse(sender).unwrap()).map(|account| account.name.as_str());
        assert_eq!(found, account, "{sender}");
    }
}

#[test]
fn inheritance_goes_through_several_accounts_and_the_nearest_wins() {
    let it = good(
        "[account.a]\ninherit = 'b'\nuser = 'a'\n[account.b]\ninherit = 'c'\nuser = 'b'\npassword-file = 'b'\nserver = 'h'\n\
         [account.c]\nuser = 'c'\npassword = 'c'\nsenders = ['*@c.example']\ntls = 'off'\ntimeout = 1",
    );
    let a = it.account("a").unwrap();
    assert_eq!(a.settings.text(Key::User), Some("a"));
    assert_eq!(a.settings.path(Key::PasswordFile), Some(Path::new("/c/b")));
    assert!(!a.settings.has(Key::Password) && a.settings.has(Key::Tls) && a.settings.has(Key::Timeout));
    assert!(a.senders.is_empty(), "senders stay with their account");
}

/// A text, and what is said about it behind the path.
#[rustfmt::skip]
const WRONG: &[(&str, &str)] = &[
    ("[account.a]\nsever = 'h'", "2: \"sever\" is not a setting; did you mean \"server\"?"),
    ("[account.a]\n\nhostname = 'h'", "3: \"hostname\" is not a setting"),
    (
        "[account.a]\npassword_file = 'h'",
        "2: \"password_file\" is not a setting; did you mean \"password-file\"?",
    ),
    ("[accounts.a]\n", "1: \"accounts\" is not a setting; did you mean \"account\"?"),
    ("defualt = 'a'\n", "1: \"defualt\" is not a setting; did you mean \"default\"?"),
    ("mailnam = 'x'", "1: \"mailnam\" is not a setting; did you mean \"mailname\"?"),
    ("mailname = 'a b'", "1: mailname: \"a b\": its domain holds a character that no domain has"),
    ("mailname = 1", "1: mailname: it wants a text in quotes, not a number"),
    ("aliases-file = ''", "1: aliases-file: it names no file"),
    ("alias-file = 'x'", "1: \"alias-file\" is not a setting; did you mean \"aliases-file\"?"),
    ("aliases = 'x'", "1: aliases: it is a table: [aliases]"),
    ("[aliases]\n\nroot = 1", "3: aliases: root: it wants an address in quotes, or a list of them, not a number"),
    ("[aliases]\nroot = []", "2: aliases: root: it stands for nobody"),
    ("[aliases]\nroot = ['a@x', 'a b']", "2: aliases: root: \"a b\" is not an address"),
    (
        "[aliases]\nroot = '|/bin/mail'",
        "2: aliases: root: |/bin/mail: nothing is delivered here, only to addresses elsewhere",
    ),
    ("default = 'b'\n[account.a]", "1: default: there is no account \"b\""),
    ("default = 1", "1: default: it wants the name of an account, not a number"),
    ("account = 1", "1: an account is a table: [account.NAME]"),
    ("[account]\na = 1", "2: an account is a table: [account.a]"),
    ("[account.\"\"]", "1: the name of an account is empty or holds a control character"),
    ("[account.a]\ntimeout = '5'", "2: timeout: it wants a number of seconds, not a text"),
    ("[account.a]\ntimeout = true", "2: timeout: it wants a number of seconds, not true or false"),
    ("[account.a]\ntimeout = 0", "2: timeout: \"0\" is not a number of seconds more than 0"),
    ("[account.a]\ntimeout = 0x10", "2: timeout: it wants a number of seconds, not a number"),
    ("[account.a]\ninsecure = 'yes'", "2: insecure: it wants true or false, not a text"),
    ("[account.a]\nuser = 1", "2: user: it wants a text in quotes, not a number"),
    ("[account.a]\npassword = 12345", "2: password: it wants a text in quotes, not a number"),
    ("[account.a]\npassword = ''", "2: password: it is empty"),
    (
        "[account.a]\nuser = 'ada:hunter2'",
        "2: user: it holds a colon, and a password does not stand with it",
    ),
    ("[account.a]\nserver = 'h:99999'", "2: server: \"99999\" is not a port (1 to 65535)"),
    (
        "[account.a]\nauth = 'plian'",
        "2: auth: \"plian\": it is one of auto, none, plain, login, cram-md5, scram-sha-1, \
                                      scram-sha-256, xoauth2, oauthbearer, external",
    ),
    ("[account.a]\ntls = 'on'", "2: tls: \"on\": it is one of required, opportunistic, off"),
    ("[account.a]\nca-file = '-'", "2: ca-file: standard input is for options and messages"),
    ("[account.a]\nca-file = ''", "2: ca-file: it names no file"),
    ("[account.a]\npassword-command = ' '", "2: password-command: it names no command"),
    ("[account.a]\nhelo = 'a b'", "2: helo: \"a b\": its domain holds a character that no domain has"),
    ("[account.a]\nsource-address = 'x'", "2: source-address: \"x\": it is not an IP address"),
    (
        "[account.a]\nproxy = 'socks5://a:hunter2@h'",
        "2: proxy: a password does not stand in --proxy, where every process \
                                                     list shows it; --proxy-password-file FILE or \
                                                     $MAILXPORT_PROXY_PASSWORD hand it over",
    ),
    ("[account.a]\ndsn-notify = 'x'", "2: dsn-notify: \"x\" is none of never, success, failure, delay"),
    ("[account.a]\ntls-fingerprint = [1]", "2: tls-fingerprint: it wants texts in quotes, not a number"),
    ("[account.a]\nsenders = ['ada']", "2: senders: \"ada\" is none of ADDRESS, *@DOMAIN and *@*.DOMAIN"),
    ("[account.a]\nsenders = 5", "2: senders: it wants a list of patterns in quotes, not a number"),
    (
        "[account.a]\nsenders='*@x'\n[account.b]\nsenders='*@X'",
        "3: senders: *@x is claimed by the accounts a and b",
    ),
    (
        "[account.a]\npassword = 'x'\ntoken-file = 'y'",
        "3: password and token-file of the account a contradict each other",
    ),
    (
        "[account.a]\ninsecure = true\ntls-fingerprint = []",
        "2: tls-fingerprint and insecure of the account a contradict each other",
    ),
    ("[account.a]\nclient-key = 'k'", "2: client-key needs client-cert"),
    (
        "[account.a]\nserver = 'smtps://h'\ntls = 'off'",
        "3: tls: off contradicts a server with TLS from the first byte (smtps://, 465)",
    ),
    ("[account.a]\ninherit = 'b'", "2: there is no account \"b\" to inherit from"),
    ("[account.a]\ninherit = 'a'", "2: accounts inherit in a circle: a from a"),
    (
        "[account.a]\ninherit = 'b'\n[account.b]\ninherit = 'a'",
        "4: accounts inherit in a circle: a from b from a",
    ),
];

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (text, words) in WRONG {
        assert_eq!(bad(text), (43, format!("/c/config.toml:{words}")), "{text}");
    }
    let (status, words) = bad("[account.a]\nfrom = 'x'");
    assert_eq!((status, words.as_str()), (16, "/c/config.toml:2: from: it has no @domain"));
}

#[test]
fn no_error_repeats_a_password() {
    for text in [
        "password = hunter2",
        "password = \"hunter2",
        "password = 'hunter2\nuser = 'x'",
        "password = \"hunter2\" x",
        "password = \"hunter2\\q\"",
        "password = \"\"\"hunter2",
        "password \"hunter2\"",
        "password = ['hunter2']",
        "password = { hunter2 = 1 }",
        "password = hunter2.1",
        "password = 'hunter2'\npassword = 'hunter2'",
        "password = \"hunter2\u{1}\"",
        "password = 2026-11-21hunter2",
        "user = 'ada:hunter2'",
        "server = 'smtps://ada:hunter2@h'",
        "proxy = 'http://ada:hunter2@h'",
    ] {
        let (status, words) = bad(&format!("[account.a]\n{text}"));
        assert_eq!(status, 43, "{text}");
        assert!(words.starts_with("/c/config.toml:") && !words.contains("hunter2"), "{words}");
        assert_eq!(printable(&words), words);
    }
}
