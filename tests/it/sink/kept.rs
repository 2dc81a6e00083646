//! What is kept: the message, its envelope, the report, and nothing where something broke.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;

use rustix::process::Signal;

use super::{Running, envelope, program, queue_id, refused};

#[test]
fn the_message_and_its_envelope_lie_there_when_the_reply_comes() {
    let mut sink = Running::keeping(&[]);
    let mut client = sink.greeted("EHLO");
    client.ask("MAIL FROM:<a@d.example> SIZE=9 BODY=8BITMIME RET=HDRS ENVID=QQ+2B1", "250");
    client.ask("RCPT TO:<b@d.example> NOTIFY=delay,Failure ORCPT=rfc822;B@d.example", "250");
    client.ask("RCPT TO:<\"c d\"@d.example>", "250");
    let reply = client.data("\u{e4}\r\n..x\r\n.\r\n", "250 2.0.0 queued as ");
    let path = sink.dir.path().join("mail/new").join(queue_id(&reply));
    assert_eq!(fs::read(&path).unwrap(), "\u{e4}\r\n.x\r\n".as_bytes());
    let object = sink.object();
    assert_eq!(object, envelope(&path));
    assert_eq!(object["path"], path.to_str().unwrap());
    assert_eq!(object["name"], queue_id(&reply));
    assert_eq!((&object["schema"], &object["helo"]), (&1.into(), &"client.example".into()));
    assert_eq!((&object["from"], &object["size"]), (&"a@d.example".into(), &8.into()));
    assert_eq!((&object["declared_size"], &object["body"]), (&9.into(), &"8BITMIME".into()));
    assert_eq!((&object["ret"], &object["envid"]), (&"HDRS".into(), &"QQ+2B1".into()));
    assert_eq!((&object["protocol"], &object["eight_bit"]), (&"ESMTP".into(), &true.into()));
    let nothing = serde_json::Value::Null;
    assert_eq!((object.get("tls"), object.get("user")), (Some(&nothing), Some(&nothing)));
    let first = serde_json::json!(
        {"address": "b@d.example", "notify": ["DELAY", "FAILURE"], "orcpt": "rfc822;B@d.example"});
    let second = serde_json::json!({"address": "\"c d\"@d.example", "notify": null, "orcpt": null});
    assert_eq!(object["to"], serde_json::json!([first, second]));
    assert_eq!(sink.files("tmp").len(), 0);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
}

#[test]
fn a_torn_session_keeps_nothing() {
    let sink = Running::keeping(&[]);
    for torn in [
        "DATA\r\nhalf a message\r\n",
        "DATA\r\nall but its end\r\n.\r",
        "BDAT 10\r\n12345",
        "BDAT 5\r\n12345",
    ] {
        let mut client = sink.greeted("EHLO");
        client.envelope();
        client.send(torn);
        client.end();
        client.rest();
        sink.assert_empty();
    }
}

#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_mailxport")]);
    command.args(["sink", "--json", "--maildir"]).arg(dir.path().join("mail"));
    let sink = Running::spawn(command, dir);
    let mut client = sink.greeted("EHLO");
    let large = "0123456789abcde\n".repeat(20_000);
    client.envelope();
    client.data(&format!("{large}\r\n.\r\n"), "452 4.3.1");
    client.envelope();
    client.send(format!("BDAT {} LAST\r\n{large}", large.len()));
    client.expect("452 4.3.1");
    client.envelope();
    client.send(format!("BDAT {}\r\n{large}BDAT 1 LAST\r\nx", large.len()));
    client.expect("452 4.3.1");
    client.expect("503 5.5.1");
    sink.assert_empty();
    client.envelope();
    client.data("small\r\n.\r\n", "250");
    assert_eq!(sink.message(), b"small\r\n");
}

#[test]
fn a_maildir_that_is_taken_away_is_told_and_leaves_nothing() {
    let sink = Running::keeping(&[]);
    let mut client = sink.greeted("EHLO");
    let mail = sink.dir.path().join("mail");
    fs::remove_dir(mail.join("new")).unwrap();
    client.envelope();
    client.data("x\r\n.\r\n", "452 4.3.1");
    fs::create_dir(mail.join("new")).unwrap();
    sink.assert_empty();
    fs::remove_dir(mail.join("tmp")).unwrap();
    client.envelope();
    client.ask("DATA", "452 4.3.1");
    client.ask("RSET", "250");
    fs::create_dir(mail.join("tmp")).unwrap();
    client.envelope();
    client.data("x\r\n.\r\n", "250");
}

#[test]
fn a_directory_with_anything_else_in_it_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("diary"), "x").unwrap();
    let (status, words) = refused(&["--maildir", dir.path().to_str().unwrap()]);
    assert_eq!(status, Some(2));
    assert!(words.contains("neither empty nor a Maildir"), "{words}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_second_sink_takes_over_the_same_maildir() {
    let dir = tempfile::tempdir().unwrap();
    let mail = dir.path().join("mail");
    for expected in 1..=2 {
        let mut sink = Running::with(&["--count", "1", "--maildir", mail.to_str().unwrap()]);
        let mut client = sink.greeted("EHLO");
        client.envelope();
        client.data("x\r\n.\r\n", "250");
        client.ask("QUIT", "221");
        assert!(sink.wait().success());
        assert_eq!(fs::read_dir(mail.join("new")).unwrap().count(), expected);
    }
}

#[test]
fn the_sink_ends_after_its_count_with_every_reply_sent() {
    let mut sink = Running::keeping(&["--count", "2"]);
    let mut client = sink.greeted("EHLO");
    let one = "MAIL FROM:<>\r\nRCPT TO:<b@d.example>\r\nBDAT 1 LAST\r\nx";
    client.send(one.repeat(3));
    for start in ["250 2.1.0", "250 2.1.5", "250 2.0.0 queued", "250 2.1.0", "250 2.1.5", "250 2.0.0 queued"]
    {
        client.expect(start);
    }
    let rest = client.rest();
    assert!(!String::from_utf8_lossy(&rest).contains("queued"), "a third message was taken");
    assert!(sink.wait().success());
    assert_eq!(sink.files("new").len(), 2);
    assert_eq!((sink.object()["size"].clone(), sink.object()["size"].clone()), (1.into(), 1.into()));
    assert_eq!(sink.line(), "");
}

#[test]
fn a_sink_that_keeps_nothing_says_so() {
    let mut sink = Running::with(&[]);
    assert_eq!(sink.line(), "messages are kept nowhere (--maildir keeps them)");
    let mut client = sink.greeted("EHLO");
    client.envelope();
    client.data("x\r\n.\r\n", "250");
    let line = sink.line();
    assert!(
        line.starts_with("took ") && line.contains(", kept nowhere (--maildir keeps it): 3 octets from <a@d"),
        "{line}"
    );
}

#[test]
fn a_reader_that_has_gone_does_not_stop_the_sink() {
    let mut command = program();
    command.args(["sink", "--count", "3", "--discard"]);
    let mut sink = Running::spawn(command, tempfile::tempdir().unwrap());
    let (gone, _writer) = std::io::pipe().unwrap();
    drop(std::mem::replace(
        &mut sink.output,
        BufReader::new(std::process::ChildStdout::from(std::os::fd::OwnedFd::from(gone))),
    ));
    let mut client = sink.greeted("EHLO");
    for _ in 0..3 {
        client.envelope();
        client.data("x\r\n.\r\n", "250");
    }
    client.ask("QUIT", "221");
    assert!(sink.wait().success());
}

#[test]
fn a_unix_socket_is_served_and_removed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let place = format!("unix:{}", path.display());
    for signal in [None, Some(Signal::TERM), Some(Signal::INT)] {
        let mut sink = Running::with(&["--listen", &place, "--count", "1", "--json"]);
        assert_eq!(sink.address, place);
        let (status, words) = refused(&["--listen", &place]);
        assert!(status != Some(0) && words.contains("cannot listen"), "{words}");
        let mut stream = UnixStream::connect(&path).unwrap();
        stream.write_all(b"LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<x>\r\n").unwrap();
        if let Some(signal) = signal {
            sink.signal(signal);
            assert_eq!(sink.wait().signal(), Some(signal.as_raw()));
        } else {
            stream.write_all(b"BDAT 0 LAST\r\nQUIT\r\n").unwrap();
            let last = BufReader::new(stream).lines().map_while(Result::ok).last().unwrap();
            assert!(last.starts_with("221"), "{last}");
            assert_eq!(sink.object()["peer"], "unix");
            assert!(sink.wait().success());
        }
        assert!(!path.exists());
    }
}

#[test]
fn a_socket_left_behind_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let place = format!("unix:{}", path.display());
    let mut sink = Running::with(&["--listen", &place]);
    sink.signal(Signal::KILL);
    sink.wait();
    assert!(path.exists());
    assert_eq!(Running::with(&["--listen", &place]).address, place);
    fs::remove_file(&path).unwrap_or_default();
    fs::write(&path, "precious").unwrap();
    assert!(refused(&["--listen", &place]).1.contains("cannot listen"));
    assert_eq!(fs::read(&path).unwrap(), b"precious");
}

#[test]
fn a_signal_in_the_middle_of_a_message_leaves_nothing() {
    let mut sink = Running::keeping(&[]);
    let mut client = sink.greeted("EHLO");
    client.envelope();
    client.ask("DATA", "354");
    client.send("half");
    assert_eq!(sink.files("tmp").len(), 1);
    sink.signal(Signal::TERM);
    assert_eq!(sink.wait().signal(), Some(Signal::TERM.as_raw()));
    sink.assert_empty();
}

#[test]
fn many_places_are_listened_on_and_all_of_them_told() {
    let mut sink = Running::with(&["--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--discard"]);
    let second = sink.line();
    let second = second.strip_prefix("listening on [::1]:").unwrap();
    for port in [sink.address.rsplit(':').next().unwrap(), second] {
        assert_ne!(port.parse::<u16>().unwrap(), 0);
    }
    sink.greeted("EHLO");
}

#[test]
fn a_reader_that_does_not_read_holds_up_no_mail() {
    let mut sink = Running::with(&["--discard", "--json"]);
    let mut client = sink.greeted("EHLO");
    let recipients = format!("RCPT TO:<{}@d.example>\r\n", "b".repeat(64)).repeat(1000);
    for _ in 0..20 {
        client.send(format!("MAIL FROM:<>\r\n{recipients}BDAT 0 LAST\r\n"));
        for _ in 0..1001 {
            client.expect("250 2.1.");
        }
        client.expect("250 2.0.0 queued");
    }
    for _ in 0..20 {
        assert_eq!(sink.object()["to"].as_array().unwrap().len(), 1000);
    }
}

#[test]
fn the_papers_name_every_key() {
    let mut sink = Running::keeping(&[]);
    let mut client = sink.greeted("EHLO");
    client.envelope();
    client.data("x\r\n.\r\n", "250");
    let papers = include_str!("../../../docs/sink.md");
    let section = papers.split("\n## ").find(|section| section.starts_with("What it reports")).unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let mut named: Vec<_> = rows.map(|(key, _)| key).collect();
    let object = sink.object();
    let mut keys: Vec<_> = object.as_object().unwrap().keys().map(String::as_str).collect();
    named.sort_unstable();
    keys.sort_unstable();
    assert_eq!(named, keys);
}

#[test]
fn junk_of_every_kind_leaves_the_sink_standing() {
    let sink = Running::keeping(&[]);
    let mut seed = 1_u64;
    let words = [
        "EHLO c\r\n",
        "MAIL FROM:<a@d>\r\n",
        "RCPT TO:<b@d>\r\n",
        "DATA\r\n",
        "BDAT 3\r\n",
        "LAST",
        "\r",
        "\n",
        ".\r\n",
    ];
    for _ in 0..200 {
        let mut octets = Vec::new();
        for _ in 0..100 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let die = (seed >> 33) as usize;
            match die % 4 {
                0 => octets.extend_from_slice(&seed.to_le_bytes()),
                _ => octets.extend_from_slice(words[die / 4 % words.len()].as_bytes()),
            }
        }
        let mut client = sink.silent_client();
        client.send(&octets);
        client.end();
        client.rest();
    }
    sink.client().ask("NOOP", "250");
    assert_eq!(sink.files("tmp").len(), 0);
}
