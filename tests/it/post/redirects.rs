//! Where a redirect is followed, and where it is an error that names the new place.

use super::server::{Asked, Desk, Feed, NOTE, Peer, answering, part};

#[test]
fn the_same_origin_is_followed_with_method_and_body() {
    let desk = Desk::new();
    for (status, location) in [("307 There", "/b/c?d=secret7"), ("308 For good", "{url}/b/c?d=secret7")] {
        let go_on = part(move |mut peer: Peer| {
            let asked = peer.whole();
            let host = asked.as_ref().unwrap().field("host").unwrap().to_owned();
            let location = location.replace("{url}", &format!("http://{host}"));
            peer.answer(status, &format!("Location: {location}\r\n"));
            asked
        });
        let (ran, kept) = desk.post("--method PUT -vv", vec![go_on, answering("201 Created", "")]);
        ran.must(status, 0, &["> PUT /b/c?d=(masked) HTTP/1.1"]);
        assert!(!ran.stderr.contains("secret7"));
        let asked: Vec<&Asked> = kept.iter().flatten().collect();
        assert_eq!((asked[0].line(), asked[1].line()), ("PUT /in HTTP/1.1", "PUT /b/c?d=secret7 HTTP/1.1"));
        assert!(asked.iter().all(|asked| asked.body == NOTE.as_bytes()), "{status}");
    }
}

#[test]
fn every_other_redirect_is_an_error_that_names_the_new_place() {
    let desk = Desk::new();
    for (status, location, shown) in [
        ("301 Moved", "/b", "http://127.0.0.1:{port}/b"),
        ("302 Found", "/b", "http://127.0.0.1:{port}/b"),
        ("303 See", "/b", "http://127.0.0.1:{port}/b"),
        ("307 There", "http://other.example/b?k=secret7", "http://other.example/b?k=(masked)"),
        ("308 There", "https://127.0.0.1:{port}/b", "https://127.0.0.1:{port}/b"),
        ("307 There", "http://127.0.0.1:1/b", "http://127.0.0.1:1/b"),
        ("307 There", "http://localhost:{port}/b", "http://localhost:{port}/b"),
        ("302 Found", "file:///etc/passwd", ""),
        ("307 There", "", ""),
    ] {
        let play = part(move |mut peer: Peer| {
            let asked = peer.whole().unwrap();
            let port = asked.field("host").unwrap().split(':').nth(1).unwrap().to_owned();
            peer.answer(status, &format!("Location: {}\r\n", location.replace("{port}", &port)));
            port
        });
        // Who follows comes to the second part, or to nobody.
        let (ran, kept) = desk.post("--json", vec![play]);
        if location.is_empty() && status.starts_with("307") {
            // An empty reference is the resource itself: it goes round, and nobody is there any more.
            assert_ne!(ran.exit, Some(0));
            continue;
        }
        let shown = shown.replace("{port}", &kept[0]);
        let words = if shown.is_empty() { "names no other place" } else { "sends the message elsewhere" };
        ran.must(status, 88, &[words, &shown]);
        assert!(!ran.stderr.contains("secret7") && !ran.stdout.contains("secret7"));
        assert_eq!(ran.json["verdict"], "refused", "{location}");
        assert_eq!(ran.json["location"].as_str().unwrap_or_default(), shown, "{location}");
    }
}

#[test]
fn a_redirect_to_nowhere_names_no_place() {
    let desk = Desk::new();
    for status in ["304 Same", "302 Found"] {
        let (ran, _) = desk.post("", vec![answering(status, "")]);
        ran.must(status, 88, &["does not take the message here, and names no other place (HTTP 30"]);
    }
}

#[test]
fn a_sixth_redirect_is_not_followed() {
    let desk = Desk::new();
    let round = || answering("307 Round", "Location: /in\r\n");
    let (ran, kept) = desk.post("", (0..7).map(|_| round()).collect());
    ran.must("a loop", 88, &["sends the message elsewhere"]);
    assert_eq!(kept.len(), 6);
}

#[test]
fn a_stream_that_is_read_once_is_not_posted_twice() {
    let desk = Desk::new();
    let (ran, kept) = desk.run(
        "post {url}/in --size 5 --content-type a/b",
        Feed::Octets(b"hello"),
        vec![answering("307 There", "Location: /b\r\n")],
    );
    ran.must("a stream", 88, &["sends the message elsewhere", "hint: a redirect is followed"]);
    assert_eq!(kept.len(), 1);
}
