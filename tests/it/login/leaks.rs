//! A secret is looked for wherever one could lie: streams, log, object, command line, the environment of a helper.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::server::{Place, Wire};

const SECRET: &str = "tiger-secret";
const OTHERS: [&str; 2] = ["lion-of-the-environment", "token-of-the-environment"];

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
    let secrets = [SECRET, OTHERS[0], OTHERS[1]];
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

/// Plays the mechanism; whatever was heard is said again and again.
fn parrot(mut wire: Wire, mechanism: &str, lets_in: bool) {
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
    let again = format!("{SECRET} {} {heard}", STANDARD.encode(SECRET));
    if lets_in {
        wire.say(&format!("235-2.7.0 {again}\r\n235 2.7.0 {again}"));
        wire.line();
        wire.say(&format!("550-5.7.1 {again}\r\n550 5.7.1 {again}"));
    } else {
        wire.say(&format!("535-5.7.8 {again}\r\n535 5.7.8 {again}"));
    }
    wire.line();
}

#[test]
fn no_secret_is_found_in_any_stream_log_or_process() {
    let place = Place::new();
    place.file("secret", &format!("{SECRET}\n"), 0o600);
    let tell = format!(
        "cat /proc/$$/environ >environ\ncat /proc/$PPID/cmdline >cmdline\ncat <&0 >stdin\necho {SECRET}\n"
    );
    place.file("tell", &tell, 0o600);
    let account = format!(
        "default = 'x'\n[account.x]\nserver = 'smtp://127.0.0.1:{{port}}'\nuser = 'ada'\npassword = '{SECRET}'\n"
    );
    place.file("account", &account, 0o600);
    let nothing = [("LANG", "C"), ("LC_ALL", "C")];
    let around = [("MAILXPORT_PASSWORD", OTHERS[0]), ("MAILXPORT_TOKEN", OTHERS[1])];
    let own = [("MAILXPORT_PASSWORD", SECRET), ("MAILXPORT_TOKEN", OTHERS[1])];
    let token = [("MAILXPORT_TOKEN", SECRET), ("MAILXPORT_PASSWORD", OTHERS[0])];
    let helper = "--password-command=sh ./tell";
    for (mechanism, source, env) in [
        ("PLAIN", helper, &around),
        ("LOGIN", helper, &around),
        ("PLAIN", "--auth=auto", &own),
        ("LOGIN", "--password-file=secret", &around),
        ("CRAM-MD5", "--auth=auto", &own),
        ("PLAIN", "--config=config.toml", &nothing),
        ("LOGIN", "--config=config.toml", &nothing),
        ("XOAUTH2", "--auth=xoauth2", &token),
        ("OAUTHBEARER", "--token-file=secret", &around),
    ] {
        for lets_in in [true, false] {
            let case = format!("{mechanism} {source} {lets_in}");
            let words = ["--user", "ada", "--auth-in-clear", "-vv", "--log", "events", "--json", source];
            let ran = place.run(&words, env, |wire| parrot(wire, mechanism, lets_in));
            assert_eq!(ran.exit, Some(if lets_in { 120 } else { 24 }), "{case}: {}", ran.stderr);
            let events = place.read("events");
            for (name, text) in [("-vv", &ran.stderr), ("--log", &events), ("--json", &ran.stdout)] {
                assert!(text.contains("(masked)"), "{case}: {name} says nothing: {text}");
                assert_eq!(found(text), None, "{case}: {name}: {text}");
            }
            assert!(ran.cmdline.contains("--auth-in-clear"), "{case}: {}", ran.cmdline);
            assert_eq!(found(&ran.cmdline), None, "{case}");
            if source == helper {
                let (environ, cmdline) = (place.read("environ"), place.read("cmdline"));
                assert!(
                    environ.contains("HOME=") && cmdline.contains("--auth-in-clear"),
                    "{case}: {environ}"
                );
                assert_eq!((found(&environ), found(&cmdline)), (None, None), "{case}");
                assert!(place.read("stdin").is_empty(), "{case}");
            }
        }
    }
}
