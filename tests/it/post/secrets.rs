//! Where the password of a post comes from: an account, netrc, a person at the terminal.

use super::server::{Asked, Desk, Feed, PATIENCE, Part, Peer, answering, part};
use crate::fixture::limit::somebody_at;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

fn asking() -> Part<'static, Option<Asked>> {
    part(|mut peer: Peer| {
        let asked = peer.whole();
        peer.answer("401 Who", "WWW-Authenticate: Basic realm=\"x\"\r\n");
        asked
    })
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

#[test]
fn an_account_logs_on_at_its_own_host_and_nowhere_else() {
    let desk = Desk::new();
    let account = "[account.a]\nserver = \"127.0.0.1:{port}\"\nuser = \"ada\"\npassword = \"tiger 7\"\nauth-in-clear = true\n";
    desk.file("config.toml", account);
    let words = "post {url}/in note.eml --config config.toml --account a";
    let (ran, kept) = desk.run(words, Feed::Nothing, vec![asking(), answering("200 OK", "")]);
    ran.must("its own", 0, &[]);
    assert_eq!(kept[1].as_ref().unwrap().field("authorization"), Some(basic("ada", "tiger 7").as_str()));
    desk.file("config.toml", account.replace("{port}", "1"));
    let (ran, kept) = desk.run(words, Feed::Nothing, vec![asking(), answering("200 OK", "")]);
    ran.must("another", 50, &["asks for a log-on", "note: "]);
    assert_eq!(kept.len(), 1);
    assert!(kept[0].as_ref().unwrap().field("authorization").is_none() && !ran.stderr.contains("tiger"));
    let token = "[account.a]\nserver = \"127.0.0.1:{port}\"\ntoken-file = \"tok\"\nauth-in-clear = true\n";
    desk.file("config.toml", token);
    desk.file("tok", "tok-en.77~\n");
    let (ran, kept) = desk.run(words, Feed::Nothing, vec![answering("200 OK", "")]);
    ran.must("a token", 0, &[]);
    assert_eq!(kept[0].as_ref().unwrap().field("authorization"), Some("Bearer tok-en.77~"));
}

#[test]
fn netrc_has_the_password_of_the_user_that_is_named() {
    let desk = Desk::new();
    desk.file(".netrc", "machine 127.0.0.1 login ada password of-netrc\n");
    let words = "post {url}/in note.eml --auth-in-clear";
    let both = || vec![asking(), answering("200 OK", "")];
    let (ran, kept) = desk.run(&format!("{words} --user ada"), Feed::Nothing, both());
    ran.must("netrc", 0, &[]);
    assert_eq!(kept[1].as_ref().unwrap().field("authorization"), Some(basic("ada", "of-netrc").as_str()));
    let (ran, kept) = desk.run(&format!("{words} --user eve"), Feed::Nothing, both());
    assert!(ran.exit != Some(0) && kept.is_empty(), "{}", ran.stderr);
}

#[test]
fn a_person_is_asked_and_what_is_typed_is_not_shown() {
    let desk = Desk::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/in", listener.local_addr().unwrap());
    let command = format!(
        "{} post {url} note.eml --user ada --auth-in-clear --timeout 20 --deadline 120",
        env!("CARGO_BIN_EXE_mailxport")
    );
    let mut child = Command::new("script")
        .args(["--quiet", "--echo", "never", "--return", "--flush", "--command", &command, "/dev/null"])
        .env_clear()
        .env("MAILXPORT_CONFIG", "/dev/null")
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", desk.place.path())
        .current_dir(desk.place.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script(1), of every Debian");
    let serving = std::thread::spawn(move || {
        let mut heads = Vec::new();
        for answer in ["401 Who\r\nWWW-Authenticate: Basic realm=x", "200 OK"] {
            somebody_at(&listener);
            let (mut socket, _) = listener.accept().unwrap();
            socket.set_read_timeout(Some(PATIENCE)).unwrap();
            let mut heard = Vec::new();
            let mut block = [0; 4096];
            while !heard.ends_with(super::server::NOTE.as_bytes()) {
                let count = socket.read(&mut block).unwrap();
                assert!(count > 0);
                heard.extend_from_slice(&block[..count]);
            }
            write!(socket, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n").unwrap();
            heads.push(String::from_utf8_lossy(&heard).into_owned());
        }
        heads
    });
    let (mut keys, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut shown, mut octet) = (Vec::new(), [0]);
    while !String::from_utf8_lossy(&shown).contains("assword for ada at 127.0.0.1: ") {
        assert_eq!(screen.read(&mut octet).unwrap(), 1, "{}", String::from_utf8_lossy(&shown));
        shown.push(octet[0]);
    }
    keys.write_all(b"tiger-secret\n").unwrap();
    screen.read_to_end(&mut shown).unwrap();
    let shown = String::from_utf8_lossy(&shown).into_owned();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{shown}");
    assert!(!shown.contains("tiger"), "{shown}");
    let heads = serving.join().unwrap();
    assert!(!heads[0].contains("uthorization") && heads[1].contains(&basic("ada", "tiger-secret")));
}
