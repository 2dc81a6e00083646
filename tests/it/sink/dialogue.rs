//! The dialogue: hello, envelope, flights, chunks, LMTP, junk.

use super::{Running, queue_id};

#[test]
fn ehlo_offers_what_the_sink_understands() {
    let sink = Running::with(&["--max-size", "2k", "--hostname", "mx.example", "--discard"]);
    let mut client = sink.silent_client();
    assert_eq!(client.expect("220"), "220 mx.example ESMTP mailxport sink");
    client.send("EHLO client.example\r\n");
    let offered = [
        "250-mx.example",
        "250-PIPELINING",
        "250-SIZE 2048",
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250-DSN",
        "250-CHUNKING",
        "250 ENHANCEDSTATUSCODES",
    ];
    assert_eq!(client.reply(), offered);
    client.send("HELO client.example\r\n");
    assert_eq!(client.reply(), ["250 mx.example"]);
    client.ask("MAIL FROM:<a@d.example> SIZE=1", "555 5.5.4");
    client.ask("QUIT", "221 2.0.0");
    assert_eq!(client.rest(), b"");
}

#[test]
fn a_whole_session_in_one_write_is_answered_in_order() {
    let sink = Running::keeping(&[]);
    let mut client = sink.silent_client();
    client.send(concat!(
        "EHLO c.example\r\nMAIL FROM:<a@d.example>\r\nRCPT TO:<b@d.example>\r\nRCPT TO:<>\r\nDATA\r\n",
        "one\r\n.\r\nmail from:<>\r\nrcpt to:<postmaster>\r\nBDAT 4\r\ntwo\nBDAT 3 LAST\r\n...RSET\r\nQUIT\r\n",
    ));
    for start in ["220", "250", "250 2.1.0", "250 2.1.5", "501 5.1.3", "354", "250 2.0.0 queued as "] {
        client.expect(start);
    }
    for start in ["250 2.1.0", "250 2.1.5", "250 2.0.0 4 octets", "250 2.0.0 queued as ", "250", "221"] {
        client.expect(start);
    }
    assert_eq!(client.rest(), b"");
    let kept: Vec<_> = sink.files("new").iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert_eq!(kept.len(), 2);
    assert!(kept.contains(&b"one\r\n".to_vec()) && kept.contains(&b"two\n...".to_vec()), "{kept:?}");
}

#[test]
fn a_flight_of_10000_recipients_is_answered_to_the_last() {
    let mut sink = Running::with(&["--discard", "--json"]);
    let mut client = sink.greeted("EHLO");
    let mut flight = String::from("MAIL FROM:<a@d.example>\r\n");
    for number in 0..10_000 {
        flight.push_str(&format!("RCPT TO:<b{number}@d.example>\r\n"));
    }
    flight.push_str("DATA\r\n");
    client.send(flight);
    client.expect("250 2.1.0");
    for _ in 0..10_000 {
        client.expect("250 2.1.5");
    }
    client.expect("354");
    client.send("x\r\n.\r\n");
    client.expect("250 2.0.0 queued as ");
    let object = sink.object();
    assert_eq!(object["to"].as_array().unwrap().len(), 10_000);
    assert_eq!(object["to"][9_999]["address"], "b9999@d.example");
}

#[test]
fn commands_out_of_order_are_refused_and_the_session_goes_on() {
    let sink = Running::with(&["--discard"]);
    let mut client = sink.client();
    for line in ["MAIL FROM:<a@d.example>", "RCPT TO:<b@d.example>", "DATA"] {
        client.ask(line, "503 5.5.1");
    }
    client.ask("EHLO c.example", "250");
    client.ask("RCPT TO:<b@d.example>", "503 5.5.1");
    client.ask("MAIL FROM:<a@d.example>", "250");
    client.ask("MAIL FROM:<a@d.example>", "503 5.5.1");
    client.ask("DATA", "554 5.5.1");
    client.ask("NOOP whatever", "250");
    client.ask("VRFY b", "252 2.5.0");
    client.ask("HELP", "214");
    client.ask("RSET", "250");
    client.ask("DATA", "503 5.5.1");
    client.ask("GET / HTTP/1.1", "500 5.5.2");
    client.ask("STARTTLS", "502 5.5.1");
    client.ask(&"x".repeat(5_000_000), "500 5.5.2");
    client.ask("MAIL FROM:<\u{1b}[2J@d.example>", "500 5.5.2");
    client.ask("MAIL FROM:<ä@d.example>", "553 5.6.7");
    client.ask("MAIL FROM:<ä@d.example> SMTPUTF8", "250");
    client.ask("RCPT TO:<ö@d.example>", "250");
    client.send("NOOP\nNOOP\r\n");
    client.expect("250");
    client.expect("250");
    client.ask("EHLO again.example", "250");
    client.ask("RCPT TO:<b@d.example>", "503 5.5.1");
}

#[test]
fn chunks_are_put_together_whatever_is_in_them() {
    let sink = Running::keeping(&[]);
    let mut client = sink.greeted("EHLO");
    client.envelope();
    client.send(b"BDAT 12\r\n\r\n.\r\nQUIT\r\n\0");
    client.expect("250 2.0.0 12 octets");
    client.ask("RCPT TO:<late@d.example>", "503 5.5.1");
    client.ask("DATA", "503 5.5.1");
    client.send(b"BDAT 3\r\n\xff.\r");
    client.expect("250 2.0.0 3 octets");
    client.ask("BDAT 0 LAST", "250 2.0.0 queued as ");
    assert_eq!(sink.message(), b"\r\n.\r\nQUIT\r\n\0\xff.\r");
    let envelope = super::envelope(&sink.files("new")[0]);
    assert_eq!((&envelope["chunked"], &envelope["eight_bit"]), (&true.into(), &true.into()));
}

#[test]
fn chunks_that_cannot_be_taken_are_swallowed_and_the_dialogue_stays_in_step() {
    let sink = Running::keeping(&["--max-size", "10", "--reject", "rcpt=550:bad@*"]);
    let mut client = sink.greeted("EHLO");
    client.send("BDAT 6\r\nQUIT\r\nNOOP\r\n");
    client.expect("503 5.5.1");
    client.expect("250");
    client.send("MAIL FROM:<a@d.example>\r\nRCPT TO:<bad@d.example>\r\nBDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nRSET\r\n");
    for start in ["250", "550", "554 5.5.1", "554 5.5.1", "250"] {
        client.expect(start);
    }
    client.envelope();
    client.send("BDAT 6\r\nQUIT\r\nBDAT 6\r\nQUIT\r\nBDAT 6\r\nQUIT\r\nBDAT 0 LAST\r\nNOOP\r\n");
    for start in ["250 2.0.0 6 octets", "552 5.3.4", "503 5.5.1", "503 5.5.1", "250"] {
        client.expect(start);
    }
    client.envelope();
    client.send("BDAT 11 LAST\r\n12345678901NOOP\r\n");
    client.expect("552 5.3.4");
    client.expect("250");
    sink.assert_empty();
    client.ask("BDAT many", "501 5.5.4");
    assert_eq!(client.rest(), b"");
}

#[test]
fn a_message_over_the_limit_is_refused_at_mail_or_at_its_end() {
    let sink = Running::keeping(&["--max-size", "1k"]);
    let mut client = sink.greeted("EHLO");
    client.ask("MAIL FROM:<a@d.example> SIZE=1025", "552 5.3.4");
    client.ask("MAIL FROM:<a@d.example> SIZE=1024", "250");
    client.ask("RCPT TO:<b@d.example>", "250");
    client.data(&format!("{}\r\n.\r\n", "x".repeat(1023)), "552 5.3.4");
    sink.assert_empty();
    client.envelope();
    client.data(&format!("{}\r\n.\r\n", "x".repeat(1022)), "250");
    assert_eq!(sink.message().len(), 1024);
}

#[test]
fn lmtp_answers_for_each_recipient() {
    let mut sink = Running::keeping(&["--reject", "dot=452:full@*"]);
    let mut client = sink.greeted("LHLO");
    client.ask("MAIL FROM:<a@d.example>", "250");
    client.ask("DATA", "503 5.5.1");
    for recipient in ["one", "full", "two"] {
        client.ask(&format!("RCPT TO:<{recipient}@d.example>"), "250");
    }
    let first = client.data("hi\r\n.\r\n", "250 2.0.0 queued as ");
    client.expect("452");
    assert_eq!(client.expect("250 2.0.0 queued as "), first);
    let object = sink.object();
    assert_eq!((&object["protocol"], &object["name"]), (&"LMTP".into(), &queue_id(&first).into()));
    let to: Vec<_> =
        object["to"].as_array().unwrap().iter().map(|it| it["address"].as_str().unwrap()).collect();
    assert_eq!(to, ["one@d.example", "two@d.example"]);
    client.ask("MAIL FROM:<a@d.example>", "250");
    client.ask("RCPT TO:<full@d.example>", "250");
    client.ask("RCPT TO:<full@e.example>", "250");
    client.data("hi\r\n.\r\n", "452");
    client.expect("452");
    client.send("MAIL FROM:<>\r\nRCPT TO:<x>\r\nRCPT TO:<y>\r\nBDAT 1 LAST\r\n.NOOP\r\n");
    for start in ["250", "250", "250", "250 2.0.0 queued", "250 2.0.0 queued", "250 2.0.0 ok"] {
        client.expect(start);
    }
    assert_eq!(sink.files("new").len(), 2);
}

#[test]
fn nothing_but_crlf_dot_crlf_ends_a_message() {
    let sink = Running::keeping(&[]);
    let mut client = sink.greeted("EHLO");
    client.envelope();
    client.data("a\n.\nMAIL FROM:<x@d>\n.\r\nb\r\n.\nc\r.\r\n..\r\n\r\n.\r\n", "250 2.0.0 queued as ");
    client.ask("NOOP", "250 2.0.0 ok");
    assert_eq!(sink.message(), b"a\n.\nMAIL FROM:<x@d>\n.\r\nb\r\n\nc\r.\r\n.\r\n\r\n");
}

#[test]
fn two_sessions_at_once_do_not_mix() {
    let mut sink = Running::keeping(&[]);
    let (mut first, mut second) = (sink.greeted("EHLO"), sink.greeted("LHLO"));
    first.envelope();
    second.envelope();
    first.ask("DATA", "354");
    second.ask("DATA", "354");
    first.send("first ");
    second.send("second ");
    first.send("message\r\n");
    second.send("message\r\n.\r\n");
    second.expect("250");
    assert_eq!(sink.object()["size"], 16);
    first.send(".\r\n");
    first.expect("250");
    assert_eq!(sink.object()["size"], 15);
}

#[test]
fn a_session_too_many_is_sent_away() {
    let sink = Running::with(&["--discard"]);
    let clients: Vec<_> = (0..512).map(|_| sink.client()).collect();
    sink.silent_client().expect("421");
    drop(clients);
}
