//! The log-on at the sink: who is let in, who is not, and where it is offered at all.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::secure::{PASSWORD, Papers};
use super::{Client, Running, refused};

fn base64(text: impl AsRef<[u8]>) -> String {
    STANDARD.encode(text)
}

/// The response of PLAIN.
fn plain(role: &str, user: &str, password: &str) -> String {
    base64(format!("{role}\0{user}\0{password}"))
}

fn in_clear(papers: &Papers, options: &[&str]) -> Running {
    Running::keeping(&[&["--auth", &papers.alice(), "--auth-in-clear"], options].concat())
}

/// Tells the line in which EHLO offers a log-on.
fn offered<S: std::io::Read + std::io::Write>(client: &mut Client<S>) -> Option<String> {
    client.send("EHLO client.example\r\n");
    client.reply().into_iter().find(|line| line[4..].starts_with("AUTH"))
}

#[test]
fn a_log_on_is_offered_under_tls_and_asked_for_everywhere() {
    let papers = Papers::new();
    let mut sink = papers.guarded(&[]);
    let mut client = sink.client();
    assert_eq!(offered(&mut client), None);
    client.ask(&format!("AUTH PLAIN {}", plain("", "alice", PASSWORD)), "538 5.7.11");
    client.ask("MAIL FROM:<a@d.example>", "530 5.7.0");
    client.ask("HELO c.example", "250");
    client.ask("MAIL FROM:<a@d.example>", "530 5.7.0");
    client.ask("STARTTLS", "220");
    let mut client = papers.secure(client);
    client.ask("AUTH PLAIN", "503 5.5.1");
    assert_eq!(offered(&mut client).as_deref(), Some("250 AUTH PLAIN LOGIN"));
    client.ask("MAIL FROM:<a@d.example>", "530 5.7.0");
    client.ask(&format!("AUTH PLAIN {}", plain("", "alice", PASSWORD)), "235 2.7.0");
    client.ask("AUTH PLAIN", "503 5.5.1");
    client.envelope();
    client.data("x\r\n.\r\n", "250 2.0.0");
    let object = sink.object();
    assert_eq!((&object["user"], &object["tls"]), (&"alice".into(), &"TLSv1.3".into()));
    assert!(!object.to_string().contains(PASSWORD));
}

#[test]
fn a_log_on_in_clear_is_forgotten_behind_starttls() {
    let papers = Papers::new();
    let sink = papers.guarded(&["--auth-in-clear"]);
    let mut client = sink.client();
    assert!(offered(&mut client).is_some());
    client.ask(&format!("AUTH PLAIN {}", plain("", "alice", PASSWORD)), "235");
    client.ask("STARTTLS", "220");
    let mut client = papers.secure(client);
    client.ask("EHLO c.example", "250");
    client.ask("MAIL FROM:<a@d.example>", "530 5.7.0");
}

#[test]
fn without_auth_there_is_no_log_on() {
    let sink = Running::with(&["--discard"]);
    let mut client = sink.greeted("EHLO");
    assert_eq!(offered(&mut client), None);
    client.ask("AUTH PLAIN", "502 5.5.1");
}

#[test]
fn a_log_on_left_out_is_asked_for_and_cannot_be_had() {
    let papers = Papers::new();
    let sink = in_clear(&papers, &["--without", "auth"]);
    let mut client = sink.client();
    assert_eq!(offered(&mut client), None);
    client.ask("AUTH PLAIN", "502 5.5.1");
    client.ask("MAIL FROM:<a@d.example>", "530 5.7.0");
}

#[test]
fn mail_may_name_who_handed_it_in_where_a_log_on_is_offered() {
    let papers = Papers::new();
    let sink = in_clear(&papers, &[]);
    let mut client = sink.greeted("EHLO");
    client.ask(&format!("AUTH PLAIN {}", plain("", "alice", PASSWORD)), "235");
    for (parameters, start) in [
        ("AUTH=<>", "250 2.1.0"),
        ("AUTH=e+3Dmc2@d.example", "250 2.1.0"),
        ("AUTH=a=b", "501 5.5.4"),
        ("AUTH=<> AUTH=<>", "501 5.5.4"),
        ("AUTH", "555 5.5.4"),
    ] {
        client.ask(&format!("MAIL FROM:<a@d.example> {parameters}"), start);
        client.ask("RSET", "250");
    }
    let sink = Running::with(&["--discard"]);
    sink.greeted("EHLO").ask("MAIL FROM:<a@d.example> AUTH=<>", "555 5.5.4");
}

#[test]
fn only_who_is_known_is_let_in() {
    let papers = Papers::new();
    papers.secret("other", "brush\r\n", 0o600);
    let bob = format!("b\u{f6}b@d.example:{}", papers.path("other"));
    let sink = in_clear(&papers, &["--auth", &bob]);
    let ask = |begin: &str, more: &[&str], end: &str| {
        let mut client = sink.greeted("EHLO");
        let mut line = begin;
        for next in more {
            client.ask(line, "334 ");
            line = next;
        }
        client.ask(line, end);
        client.ask("MAIL FROM:<a@d.example>", if end.starts_with("235") { "250" } else { "530" });
    };
    let right = plain("", "alice", PASSWORD);
    for (begin, more, end) in [
        (format!("AUTH PLAIN {right}"), vec![], "235 2.7.0"),
        ("auth plain".into(), vec![right.clone()], "235 2.7.0"),
        (format!("AUTH PLAIN {}", plain("alice", "alice", PASSWORD)), vec![], "235 2.7.0"),
        (format!("AUTH PLAIN {}", plain("", "b\u{f6}b@d.example", "brush")), vec![], "235 2.7.0"),
        (format!("AUTH PLAIN {}", plain("bob", "alice", PASSWORD)), vec![], "535 5.7.8"),
        (format!("AUTH PLAIN {}", plain("", "alice", "brush")), vec![], "535 5.7.8"),
        (format!("AUTH PLAIN {}", plain("", "alice", "")), vec![], "535 5.7.8"),
        (format!("AUTH PLAIN {}", plain("", "Alice", PASSWORD)), vec![], "535 5.7.8"),
        (format!("AUTH PLAIN {}", plain("", "alice", &format!("{PASSWORD}\n"))), vec![], "535 5.7.8"),
        (format!("AUTH PLAIN {}", base64("alice")), vec![], "501 5.5.2"),
        (format!("AUTH PLAIN {}", base64("\0alice\0a\0b")), vec![], "501 5.5.2"),
        (format!("AUTH PLAIN {}", base64(b"\0\xff\0a")), vec![], "501 5.5.2"),
        ("AUTH PLAIN =".into(), vec![], "501 5.5.2"),
        ("AUTH PLAIN ****".into(), vec![], "501 5.5.2"),
        ("AUTH PLAIN".into(), vec!["*".into()], "501 5.7.0"),
        ("AUTH PLAIN".into(), vec!["A".repeat(5000)], "500 5.5.6"),
        ("AUTH LOGIN".into(), vec![base64("alice"), base64(PASSWORD)], "235 2.7.0"),
        (format!("AUTH LOGIN {}", base64("alice")), vec![base64(PASSWORD)], "235 2.7.0"),
        ("AUTH LOGIN".into(), vec![base64("alice"), base64("brush")], "535 5.7.8"),
        ("AUTH LOGIN".into(), vec!["*".into()], "501 5.7.0"),
        ("AUTH LOGIN".into(), vec![base64("alice"), "*".into()], "501 5.7.0"),
        ("AUTH LOGIN".into(), vec!["?".into()], "501 5.5.2"),
        ("AUTH CRAM-MD5".into(), vec![], "504 5.5.4"),
        ("AUTH".into(), vec![], "501 5.5.4"),
    ] {
        let more: Vec<_> = more.iter().map(String::as_str).collect();
        ask(&begin, &more, end);
    }
}

#[test]
fn the_challenges_of_login_are_those_that_clients_know() {
    let papers = Papers::new();
    let sink = in_clear(&papers, &[]);
    let mut client = sink.greeted("EHLO");
    assert_eq!(client.ask("AUTH LOGIN", "334"), "334 VXNlcm5hbWU6");
    assert_eq!(client.ask(&base64("alice"), "334"), "334 UGFzc3dvcmQ6");
    client.ask(&base64(PASSWORD), "235");
    let mut client = sink.greeted("EHLO");
    assert_eq!(client.ask("AUTH PLAIN", "334"), "334 ");
}

#[test]
fn nobody_tries_for_ever() {
    let papers = Papers::new();
    let sink = in_clear(&papers, &[]);
    let mut client = sink.greeted("EHLO");
    let wrong = format!("AUTH PLAIN {}", plain("", "alice", "pen"));
    for _ in 0..9 {
        client.ask(&wrong, "535 5.7.8");
    }
    client.ask(&wrong, "421 4.7.0");
    assert_eq!(client.rest(), b"");
}

#[test]
fn a_log_on_can_be_refused_or_hung_up_on() {
    let papers = Papers::new();
    let right = format!("AUTH PLAIN {}", plain("", "alice", PASSWORD));
    for (wish, start) in [("auth=535", "535 5.0.0"), ("auth=454:ali*", "454 4.0.0"), ("auth=535:bob", "235")]
    {
        let sink = in_clear(&papers, &["--reject", wish]);
        sink.greeted("EHLO").ask(&right, start);
    }
    let sink = in_clear(&papers, &["--drop", "auth"]);
    let mut client = sink.greeted("EHLO");
    client.send(format!("{right}\r\n"));
    assert_eq!(client.rest(), b"");
}

#[test]
fn a_password_file_that_others_can_read_is_refused() {
    let papers = Papers::new();
    for mode in [0o644, 0o640, 0o604] {
        papers.secret("password", PASSWORD, mode);
        let (status, said) = refused(&["--auth", &papers.alice(), "--auth-in-clear"]);
        assert_eq!(status, Some(36), "{mode:o}: {said}");
        assert!(said.contains("others can read it\n  hint: chmod 600 "), "{said}");
        assert!(said.contains(&papers.path("password")) && !said.contains(PASSWORD), "{said}");
    }
    papers.secret("password", PASSWORD, 0o622);
    let sink = in_clear(&papers, &[]);
    sink.greeted("EHLO").ask(&format!("AUTH PLAIN {}", plain("", "alice", PASSWORD)), "235");
}
