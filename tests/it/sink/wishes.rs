//! Misbehaviour on request: refusals, hang-ups, delays, extensions left out, and wishes that make no sense.

use std::time::{Duration, Instant};

use super::{Running, refused};

#[test]
fn every_stage_can_refuse() {
    let wishes = [
        ("ehlo=550:client.*", "EHLO client.example"),
        ("mail=451:*@d.example", "MAIL FROM:<a@d.example>"),
        ("rcpt=550:bad@*", "RCPT TO:<bad@d.example>"),
        ("data=452:b@*", "DATA"),
        ("rset=550", "RSET"),
        ("quit=500", "QUIT"),
    ];
    for (wish, line) in wishes {
        let sink = Running::keeping(&["--reject", wish]);
        let mut client = sink.client();
        let code = &wish[wish.find('=').unwrap() + 1..][..3];
        let enhanced = format!("{code} {}.0.0 ", &code[..1]);
        for before in ["EHLO other.example", "MAIL FROM:<a@d.example>", "RCPT TO:<b@d.example>"] {
            if before[..4] == line[..4] && !wish.starts_with("ehlo") && !wish.starts_with("rcpt") {
                break;
            }
            client.ask(before, "250");
        }
        client.ask(line, &enhanced);
        client.ask("NOOP", "250");
        sink.assert_empty();
    }
}

#[test]
fn a_refused_greeting_leaves_nothing_but_quit() {
    let sink = Running::with(&["--reject", "greeting=554", "--discard"]);
    let mut client = sink.silent_client();
    client.expect("554 5.0.0");
    client.ask("EHLO c.example", "503 5.5.1");
    client.ask("junk", "503 5.5.1");
    client.ask("QUIT", "221");
    let sink = Running::with(&["--reject", "greeting=421", "--discard"]);
    let mut client = sink.silent_client();
    client.expect("421 4.0.0");
    assert_eq!(client.rest(), b"");
}

#[test]
fn a_message_refused_at_its_end_is_not_kept() {
    for (wish, code) in [("dot=451", "451 4.0.0"), ("dot=554:b@*", "554 5.0.0")] {
        let sink = Running::keeping(&["--reject", wish]);
        let mut client = sink.greeted("EHLO");
        client.envelope();
        client.data("x\r\n.\r\n", code);
        client.envelope();
        client.send("BDAT 1 LAST\r\nx");
        client.expect(code);
        client.ask("NOOP", "250");
        sink.assert_empty();
    }
}

#[test]
fn a_chunk_refused_at_the_stage_of_data_is_swallowed() {
    let sink = Running::keeping(&["--reject", "data=451"]);
    let mut client = sink.greeted("EHLO");
    client.envelope();
    client.send("BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n");
    for start in ["451 4.0.0", "503 5.5.1", "250"] {
        client.expect(start);
    }
    sink.assert_empty();
}

#[test]
fn a_reply_in_the_middle_of_the_body_is_sent_at_once() {
    let sink = Running::keeping(&["--reject", "body=552"]);
    let mut client = sink.greeted("EHLO");
    client.envelope();
    client.ask("DATA", "354");
    client.send("the first octets");
    client.expect("552 5.0.0");
    assert_eq!(client.rest(), b"");
    sink.assert_empty();
}

#[test]
fn every_stage_can_hang_up_without_a_word() {
    let script = ["EHLO c.example", "MAIL FROM:<a@d.example>", "RCPT TO:<b@d.example>", "RSET", "QUIT"];
    let stages = [("greeting", 0), ("ehlo", 0), ("mail:a@*", 1), ("rcpt:b@*", 2), ("rset", 3), ("quit", 4)];
    for (stage, replies) in stages {
        let sink = Running::keeping(&["--drop", stage]);
        let mut client = sink.silent_client();
        if stage != "greeting" {
            client.expect("220");
            for line in &script[..replies] {
                client.ask(line, "250");
            }
            client.send(format!("{}\r\n", script[replies]));
        }
        assert_eq!(client.rest(), b"", "{stage}");
        sink.assert_empty();
    }
}

#[test]
fn a_hangup_around_the_message_keeps_it_only_at_the_reply() {
    for (stage, accepted, kept) in
        [("data", false, 0), ("body", true, 0), ("dot", true, 0), ("reply", true, 1)]
    {
        let mut sink = Running::keeping(&["--drop", stage]);
        let mut client = sink.greeted("EHLO");
        client.envelope();
        client.send("DATA\r\n");
        if accepted {
            client.expect("354");
            client.send("x\r\n.\r\n");
        }
        assert_eq!(client.rest(), b"", "{stage}");
        assert_eq!((sink.files("new").len(), sink.files("tmp").len()), (kept, 0), "{stage}");
        if kept > 0 {
            assert_eq!(sink.object()["size"], 3);
        }
    }
}

#[test]
fn a_delay_comes_before_the_reply_and_after_those_before_it() {
    let delay = Duration::from_millis(300);
    let sink = Running::with(&["--delay", "data=300ms", "--delay", "reply=300ms", "--discard"]);
    let mut client = sink.greeted("EHLO");
    let start = Instant::now();
    client.send("MAIL FROM:<a@d.example>\r\nRCPT TO:<b@d.example>\r\nDATA\r\n");
    client.expect("250");
    client.expect("250");
    let before = start.elapsed();
    client.expect("354");
    let after = start.elapsed();
    assert!(before < after && after >= delay, "{before:?} {after:?}");
    let start = Instant::now();
    client.send("x\r\n.\r\n");
    client.expect("250");
    assert!(start.elapsed() >= delay);
}

#[test]
fn an_extension_left_out_is_neither_offered_nor_understood() {
    let rows = [
        ("size", "SIZE", "MAIL FROM:<a@d.example> SIZE=1", "555 5.5.4"),
        ("8bitmime", "8BITMIME", "MAIL FROM:<a@d.example> BODY=8BITMIME", "555 5.5.4"),
        ("smtputf8", "SMTPUTF8", "MAIL FROM:<ä@d.example> SMTPUTF8", "555 5.5.4"),
        ("dsn", "DSN", "MAIL FROM:<a@d.example> RET=FULL", "555 5.5.4"),
        ("chunking", "CHUNKING", "BDAT 0 LAST", "500 5.5.2"),
        ("pipelining", "PIPELINING", "NOOP", "250 2.0.0"),
        ("enhancedstatuscodes", "ENHANCEDSTATUSCODES", "MAIL FROM:<a@d.example>", "250 sender ok"),
    ];
    for (option, word, line, start) in rows {
        let sink = Running::with(&["--without", option, "--discard"]);
        let mut client = sink.client();
        client.send("EHLO c.example\r\n");
        let offered = client.reply();
        assert_eq!(offered.len(), 7, "{offered:?}");
        assert!(!offered.iter().any(|it| it[4..].starts_with(word)), "{offered:?}");
        client.ask(line, start);
    }
    let sink = Running::with(&["--without", "ehlo", "--discard"]);
    let mut client = sink.client();
    client.ask("EHLO c.example", "500 5.5.2");
    client.ask("HELO c.example", "250");
}

#[test]
fn more_recipients_than_it_says_it_takes_find_no_room() {
    let client_of = |more: &[&str]| {
        let sink = Running::with(&[&["--max-recipients", "2", "--discard"], more].concat());
        let mut client = sink.client();
        client.send("EHLO c.example\r\n");
        let offered = client.reply().iter().any(|line| &line[4..] == "LIMITS RCPTMAX=2");
        for (line, start) in [("MAIL FROM:<a@d.example>", "250"), ("RCPT TO:<b@d.example>", "250")] {
            client.ask(line, start);
        }
        client.ask("RCPT TO:<b@d.example>", "250 2.1.5");
        client.ask("RCPT TO:<c@d.example>", "452 4.5.3");
        client.ask("RSET", "250");
        client.ask("MAIL FROM:<a@d.example>", "250");
        client.ask("RCPT TO:<c@d.example>", "250");
        offered
    };
    assert!(client_of(&[]));
    assert!(!client_of(&["--without", "limits"]));
}

#[test]
fn a_wish_that_makes_no_sense_is_a_usage_error_with_a_sentence() {
    let rows: &[(&[&str], &str)] = &[
        (&["--reject", "rctp=550"], "no stage"),
        (&["--reject", "rcpt=250"], "400 to 599"),
        (&["--reject", "rcpt"], "STAGE=CODE"),
        (&["--drop", "dots"], "no stage"),
        (&["--delay", "data=2"], "not a time"),
        (&["--without", "turn"], "no extension"),
        (&["--drop", "starttls"], "nobody comes to the stage starttls"),
        (&["--tls-self-signed", "--implicit", "--drop", "starttls"], "nobody comes to the stage starttls"),
        (&["--delay", "auth=1s"], "nobody comes to the stage auth"),
        (&["--implicit"], "--tls-self-signed"),
        (&["--tls-cert", "x"], "--tls-key"),
        (&["--tls-key", "x"], "--tls-cert"),
        (&["--tls-self-signed", "--tls-key", "x"], "cannot be used with"),
        (&["--tls-cert", "x", "--tls-key", "y", "--tls-self-signed"], "--tls-self-signed"),
        (&["--tls-cert", "/nowhere/cert", "--tls-key", "y"], "cannot read /nowhere/cert"),
        (&["--tls-cert", "/dev/null", "--tls-key", "/dev/null"], "/dev/null holds nothing"),
        (&["--auth", "alice:/dev/null"], "--auth needs"),
        (&["--auth", "alice", "--auth-in-clear"], "USER:FILE"),
        (&["--auth", ":x", "--auth-in-clear"], "USER:FILE"),
        (&["--auth", "alice:/dev/null", "--auth-in-clear"], "it is empty"),
        (&["--auth", "alice:/nowhere/password", "--auth-in-clear"], "cannot read the password file"),
        (&["--auth-in-clear"], "--auth"),
        (&["--max-size", "1T"], "not a size"),
        (&["--max-size", "0"], "--max-size 0 would be told as no limit at all"),
        (&["--count", "0"], "0"),
        (&["--hostname", "a b"], "no name to greet with"),
        (&["--hostname", "a\r\n250 b"], r#""a\r\n250 b" is no name"#),
        (&["--hostname", ""], "no name to greet with"),
        (&["--max-recipients", "0"], "0"),
        (&["--max-recipients", "1000000"], "999999"),
        (&["--listen", "2525"], "no place to listen"),
        (&["--listen", "0.0.0.0:0"], "--allow-remote"),
        (&["--maildir", "x", "--discard"], "--discard"),
    ];
    for (options, words) in rows {
        let (status, said) = refused(options);
        assert_eq!(status, Some(2), "{options:?}: {said}");
        assert!(said.contains(words), "{options:?}: {said}");
    }
}
