//! The question for a password, at the terminal of script(1): what is typed is not shown, and no answer is one too.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::server::{Place, Wire};

/// Runs the program at a terminal, against this port.
fn at_a_terminal(place: &Place, port: u16) -> Child {
    let command = format!(
        "{} send note.eml --to b@d.example --server 127.0.0.1:{port} --user ada --auth-in-clear -vv",
        env!("CARGO_BIN_EXE_mailxport")
    );
    Command::new("script")
        .args(["--quiet", "--echo", "never", "--return", "--flush", "--command", &command, "/dev/null"])
        .env_clear()
        .env("MAILXPORT_CONFIG", "/dev/null")
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", place.path())
        .current_dir(place.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script(1), of every Debian")
}

/// What the system tells everybody or their owner of a process and of all below it: command lines and environments.
fn processes_below(first: u32) -> String {
    let mut told = String::new();
    let mut family = vec![first];
    while let Some(parent) = family.pop() {
        for part in ["cmdline", "environ"] {
            told += &String::from_utf8_lossy(&fs::read(format!("/proc/{parent}/{part}")).unwrap_or_default());
        }
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap();
        family.extend(children.split_whitespace().map(|child| child.parse::<u32>().unwrap()));
    }
    told
}

/// Types an answer once the question is there. Gives all that was shown and the exit status.
fn answered(mut child: Child, answer: &[u8]) -> (String, Option<i32>) {
    let (mut keys, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut shown = Vec::new();
    let mut octet = [0];
    while !String::from_utf8_lossy(&shown).contains("assword for ada at 127.0.0.1: ") {
        assert_eq!(screen.read(&mut octet).unwrap(), 1, "{}", String::from_utf8_lossy(&shown));
        shown.push(octet[0]);
    }
    keys.write_all(answer).unwrap();
    screen.read_to_end(&mut shown).unwrap();
    (String::from_utf8_lossy(&shown).into_owned(), child.wait().unwrap().code())
}

#[test]
fn a_password_is_asked_for_once_and_not_shown() {
    let place = Place::new();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let child = at_a_terminal(&place, listener.local_addr().unwrap().port());
    let family = child.id();
    let server = thread::spawn(move || {
        let mut wire = Wire::accept(&listener);
        let auth = wire.begin("PLAIN");
        let processes = processes_below(family);
        wire.say("535 5.7.8 no");
        (auth, processes, wire.has_mail())
    });
    let (shown, exit) = answered(child, b"tiger-secret\n");
    assert_eq!(exit, Some(24), "{shown}");
    let coded = STANDARD.encode("\0ada\0tiger-secret");
    let (auth, processes, has_mail) = server.join().unwrap();
    assert_eq!((auth, has_mail), (format!("AUTH PLAIN {coded}"), false));
    assert!(processes.contains("--auth-in-clear") && processes.contains("HOME="), "{processes}");
    assert!(!processes.contains("tiger") && !processes.contains(&coded), "{processes}");
    assert!(!shown.contains("tiger") && !shown.contains(&coded), "{shown}");
    assert_eq!(shown.matches("assword for ada").count(), 1, "{shown}");
}

#[test]
fn a_question_that_is_not_answered_is_a_cancelled_run() {
    let place = Place::new();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let child = at_a_terminal(&place, listener.local_addr().unwrap().port());
    let (shown, exit) = answered(child, b"\x04");
    let status = crate::fixture::exits::status("IXP_E_USER_CANCEL").unwrap();
    assert_eq!(exit, Some(status), "{shown}");
    assert!(shown.contains("the question was not answered"), "{shown}");
    assert!(listener.accept().is_err(), "somebody came before there was a password");
}
