//! A secret is looked for wherever one could lie: streams, log, object, command line, the environment of a helper.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::server::{Place, Wire};

const SECRET: &str = "tiger-secret";
const OTHERS: [&str; 3] = ["lion-of-the-environment", "token-of-the-environment", "proxy-of-the-environment"];

/// The ways in which a secret can stand in a text: bare, and within base64 wherever it begins there.
fn forms(secret: &str) -> Vec<String> {
    let coded = (0..3).map(|before| {
        let coded = STANDARD_NO_PAD.encode("x".repeat(before) + secret);
        // What shares a character with its neighbours is left out at both ends.
        coded[[0, 2, 3][before]..coded.len() - 1].to_owned()
    });
    coded.chain([secret.to_owned()]).collect()
}

/// Where the text holds a secret.
fn found(text: &str) -> Option<&str> {
    let secrets = [&[SECRET][..], &OTHERS].concat();
    secrets.into_iter().find(|secret| forms(secret).iter().any(|form| text.contains(form.as_str())))
}

#[test]
fn the_search_itself_finds_what_it_looks_for() {
    for text in
        [SECRET.to_owned(), format!("\0ada\0{SECRET}"), format!("user=ada\x01auth=Bearer {SECRET}\x01")]
    {
        assert_eq!(found(&format!("x {}", STANDARD.encode(&text))), Some(SECRET));
        assert_eq!(found(&text), Some(SECRET));
    }
    assert_eq!(found("nothing of the kind"), None);
}

/// What a server does that repeats whatever it has heard.
#[derive(Clone, Copy, Debug)]
enum Parrot {
    Refuses,
    PutsOff,
    TakesItsLeave,
    /// A code that has no place here.
    OutOfPlace,
    /// No code at all, and one line that is too long.
    Garbage,
    Endless,
    /// The log-on is taken, and the sender, the recipient or the message refused.
    RefusesTheSender,
    RefusesTheRecipient,
    RefusesTheMessage,
    /// It is all taken, under a queue id that is the secret.
    Queues,
}

const PARROTS: [(Parrot, i32); 10] = [
    (Parrot::Refuses, 24),
    (Parrot::PutsOff, 95),
    (Parrot::TakesItsLeave, 103),
    (Parrot::OutOfPlace, 97),
    (Parrot::Garbage, 96),
    (Parrot::Endless, 96),
    (Parrot::RefusesTheSender, 120),
    (Parrot::RefusesTheRecipient, 121),
    (Parrot::RefusesTheMessage, 111),
    (Parrot::Queues, 0),
];

/// Plays the mechanism; whatever was heard is said again and again.
fn parrot(mut wire: Wire, mechanism: &str, parrot: Parrot) {
    wire.begin(mechanism);
    match mechanism {
        "LOGIN" => {
            wire.challenge("Username:");
            wire.challenge("Password:");
        }
        "CRAM-MD5" => {
            wire.challenge(&format!("<{SECRET}@fixture>"));
        }
        _ => {}
    }
    let heard = wire.heard.join(" ");
    if mechanism != "CRAM-MD5" {
        assert_eq!(found(&heard), Some(SECRET), "it did not cross: {heard}");
    }
    let again = format!("{SECRET} {} \"{SECRET}\" {heard}", STANDARD.encode(SECRET));
    let lines = |code: u16| format!("{code}-{again}\r\n{code} {again}");
    match parrot {
        Parrot::Refuses => wire.say(&lines(535)),
        Parrot::PutsOff => wire.say(&lines(454)),
        Parrot::TakesItsLeave => wire.say(&lines(421)),
        Parrot::OutOfPlace => wire.say(&lines(299)),
        Parrot::Garbage => wire.say(&again),
        Parrot::Endless => wire.say(&format!("535 {}", again.repeat(1000))),
        Parrot::RefusesTheSender => answers(&mut wire, &[&lines(235), &lines(550)]),
        Parrot::RefusesTheRecipient => answers(&mut wire, &[&lines(235), &lines(250), &lines(550)]),
        Parrot::RefusesTheMessage => {
            answers(&mut wire, &[&lines(235), &lines(250), &lines(250), &lines(354)]);
            to_the_dot(&mut wire);
            wire.say(&lines(554));
        }
        Parrot::Queues => {
            answers(&mut wire, &[&lines(235), &lines(250), &lines(250), &lines(354)]);
            to_the_dot(&mut wire);
            wire.say(&format!("250-{again}\r\n250 2.0.0 queued as {SECRET}"));
        }
    }
    loop {
        match wire.line().as_str() {
            "" => return,
            "RSET" => wire.say(&lines(250)),
            _ => {}
        }
    }
}

/// Says one after the other, each but the last behind a line of the client.
fn answers(wire: &mut Wire, replies: &[&str]) {
    for (at, reply) in replies.iter().enumerate() {
        if at > 0 {
            wire.line();
        }
        wire.say(reply);
    }
}

/// Hears a message.
fn to_the_dot(wire: &mut Wire) {
    // An empty line is what the end of a connection looks like too; a message that never comes is found by its status.
    for _ in 0..50 {
        if wire.line() == "." {
            return;
        }
    }
}

/// Where secrets may come from: the option or the variables of a run.
type Source = (&'static str, &'static str, [(&'static str, &'static str); 3]);

const HELPER: &str = "--password-command=sh ./tell";
const TOKEN_HELPER: &str = "--token-command=sh ./tell";
const PROXY: (&str, &str) = ("MAILXPORT_PROXY_PASSWORD", OTHERS[2]);
const AROUND: [(&str, &str); 3] = [("MAILXPORT_PASSWORD", OTHERS[0]), ("MAILXPORT_TOKEN", OTHERS[1]), PROXY];
const OWN: [(&str, &str); 3] = [("MAILXPORT_PASSWORD", SECRET), ("MAILXPORT_TOKEN", OTHERS[1]), PROXY];
const TOKEN: [(&str, &str); 3] = [("MAILXPORT_TOKEN", SECRET), ("MAILXPORT_PASSWORD", OTHERS[0]), PROXY];
const SOURCES: [Source; 8] = [
    ("PLAIN", HELPER, AROUND),
    ("LOGIN", HELPER, AROUND),
    ("PLAIN", "--auth=auto", OWN),
    ("LOGIN", "--password-file=secret", AROUND),
    ("CRAM-MD5", "--auth=auto", OWN),
    ("XOAUTH2", "--auth=xoauth2", TOKEN),
    ("OAUTHBEARER", "--token-file=secret", AROUND),
    ("OAUTHBEARER", TOKEN_HELPER, AROUND),
];

#[test]
fn no_secret_is_found_in_any_stream_log_or_process() {
    let place = Place::new();
    place.file("secret", &format!("{SECRET}\n"), 0o600);
    let tell = format!(
        "cat /proc/$$/environ >environ\ncat /proc/$PPID/cmdline /proc/$$/cmdline >cmdline\ncat <&0 >stdin\necho {SECRET}\n"
    );
    place.file("tell", &tell, 0o600);
    for (mechanism, source, env) in SOURCES {
        for (end, exit) in PARROTS {
            let case = format!("{mechanism} {source} {end:?}");
            let words = ["--user", "ada", "--auth-in-clear", "-vv", "--log", "events", "--json", source];
            let ran = place.run(&words, &env, |wire| parrot(wire, mechanism, end));
            assert_eq!(ran.exit, Some(exit), "{case}: {}", ran.stderr);
            let events = place.read("events");
            for (name, text) in [("-vv", &ran.stderr), ("--log", &events), ("--json", &ran.stdout)] {
                // What is no reply at all has no place in the object.
                let is_shown = name != "--json" || !matches!(end, Parrot::Garbage | Parrot::Endless);
                assert!(!is_shown || text.contains("(masked)"), "{case}: {name} says nothing: {text}");
                assert_eq!(found(text), None, "{case}: {name}: {text}");
            }
            assert!(ran.cmdline.contains("--auth-in-clear"), "{case}: {}", ran.cmdline);
            assert_eq!(found(&ran.cmdline), None, "{case}");
            if [HELPER, TOKEN_HELPER].contains(&source) {
                let (environ, cmdline) = (place.read("environ"), place.read("cmdline"));
                assert!(
                    environ.contains("HOME=")
                        && cmdline.contains("--auth-in-clear")
                        && cmdline.contains("./tell"),
                    "{case}: {environ}"
                );
                assert_eq!((found(&environ), found(&cmdline)), (None, None), "{case}");
                assert!(place.read("stdin").is_empty(), "{case}");
            }
        }
    }
}
