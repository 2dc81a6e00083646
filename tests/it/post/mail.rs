//! HTTPMail: the envelope in front of the message, and the place for messages that the root of a mailbox names.

use super::server::{Asked, Desk, Feed, NOTE, Part, Peer, answering, part};

#[test]
fn the_envelope_stands_in_front_and_the_message_as_it_is() {
    let desk = Desk::new();
    desk.file("list", "# team\nd@d.example\n");
    for (from, line) in [("A~<a@d.example>", "MAIL FROM:<a@d.example>"), ("<>", "MAIL FROM:<>")] {
        let words = format!(
            "--envelope --from {from} --to b@d.example,c@d.example --to-file list --save-in-sent --json"
        );
        let (ran, kept) = desk.post(&words, vec![answering("200 OK", "")]);
        ran.must(from, 0, &[]);
        let asked = kept[0].as_ref().unwrap();
        let wanted = format!(
            "{line}\r\nRCPT TO:<b@d.example>\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<d@d.example>\r\n\r\n{NOTE}"
        );
        assert_eq!(String::from_utf8_lossy(&asked.body), wanted);
        assert_eq!(asked.field("content-type"), Some("message/rfc821"));
        assert_eq!(asked.field("saveinsent"), Some("t"));
        assert_eq!(asked.field("content-length"), Some(wanted.len().to_string().as_str()));
        assert_eq!(ran.json["size"], NOTE.len());
    }
    for how in ["--size 39", "--chunked", ""] {
        let words = format!("post {{url}}/in --envelope --from a@d.example --to b@d.example {how}");
        let (ran, kept) = desk.run(&words, Feed::Octets(NOTE.as_bytes()), vec![answering("200 OK", "")]);
        ran.must(how, 0, &[]);
        assert!(kept[0].as_ref().unwrap().body.ends_with(format!("\r\n\r\n{NOTE}").as_bytes()), "{how}");
    }
    for (words, exit) in [
        ("--envelope --from a@d.example", 123),
        ("--envelope --to a@d.example", 122),
        ("--envelope --from a --to b@d.example", 16),
        ("--from a@d.example --to b@d.example", 2),
    ] {
        let (ran, _) = desk.post::<()>(words, vec![]);
        ran.must(words, exit, &[]);
    }
}

fn multistatus(element: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><a:multistatus xmlns:a=\"DAV:\" xmlns:e=\"urn:schemas:httpmail:\"><a:response><a:propstat>\
         <a:prop>{element}</a:prop></a:propstat></a:response></a:multistatus>"
    )
}

/// Answers a PROPFIND with this element; `{host}` stands for its own.
fn telling(element: &'static str) -> Part<'static, Option<Asked>> {
    part(move |mut peer: Peer| {
        let asked = peer.whole();
        let host = asked.as_ref().unwrap().field("host").unwrap().to_owned();
        let page = multistatus(&element.replace("{host}", &host));
        peer.say(&format!("HTTP/1.1 207 Multi-Status\r\nContent-Length: {}\r\n\r\n{page}", page.len()));
        asked
    })
}

#[test]
fn the_place_for_messages_is_found_and_used() {
    let desk = Desk::new();
    for element in [
        "<e:sendmsg>http://{host}/send?k=1&amp;l=2</e:sendmsg>",
        "<e:inbox/><e:sendmsg>/send?k=1&amp;l=2</e:sendmsg>",
    ] {
        let (ran, kept) = desk.post(
            "--discover --envelope --from a@d.example --to b@d.example --method PUT",
            vec![
                answering("302 Found", "Location: /cluster7\r\n"),
                telling(element),
                answering("201 Created", ""),
            ],
        );
        ran.must(element, 0, &[]);
        let asked: Vec<&Asked> = kept.iter().flatten().collect();
        let lines: Vec<&str> = asked.iter().map(|asked| asked.line()).collect();
        assert_eq!(
            lines,
            ["PROPFIND /in HTTP/1.1", "PROPFIND /cluster7 HTTP/1.1", "PUT /send?k=1&l=2 HTTP/1.1"]
        );
        assert_eq!((asked[0].field("depth"), asked[0].field("content-type")), (Some("0"), Some("text/xml")));
        assert_eq!(asked[0].body, asked[1].body);
        assert!(String::from_utf8_lossy(&asked[0].body).contains("<hm:sendmsg/>"));
        assert!(asked[2].body.starts_with(b"MAIL FROM:<a@d.example>\r\n"));
    }
}

#[test]
fn no_place_for_messages_is_84_and_nothing_about_it_is_unknown() {
    let desk = Desk::new();
    let mute = part(|mut peer: Peer| peer.whole());
    let long = part(|mut peer: Peer| {
        peer.whole();
        peer.say("HTTP/1.1 207 Much\r\n\r\n");
        for _ in 0..64 {
            peer.say(&"<x>".repeat(4096));
        }
        None
    });
    for (case, part, exit) in [
        ("none", telling("<e:inbox>x</e:inbox>"), 84),
        ("other namespace", telling("<sendmsg>/x</sendmsg>"), 84),
        ("not multi-status", answering("200 OK", ""), 84),
        ("endless", long, 84),
        ("no file", telling("<e:sendmsg>file:///etc/passwd</e:sendmsg>"), 84),
        ("refused", answering("404 No", ""), 52),
        ("lost", mute, 15),
        ("gateway", answering("502 Gateway", ""), 4),
    ] {
        let (ran, kept) = desk.post("--discover --json", vec![part]);
        ran.must(case, exit, &["mailxport: not sent: "]);
        assert_ne!(ran.json["verdict"], "unknown", "{case}");
        assert_eq!(kept.len(), 1, "{case}");
    }
}
