//! Other ways to the server: a unix socket in place of the host, and a proxy.

use super::server::{Desk, Feed, NOTE, Peer, answering, part, run};
use crate::fixture::limit::somebody_at;
use crate::proxy::foreign::{microsocks, tinyproxy};
use crate::real::server::free_port;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;

#[test]
fn a_unix_socket_stands_for_the_host_of_the_url() {
    let desk = Desk::new();
    let listener = UnixListener::bind(desk.place.path().join("sock")).unwrap();
    let serving = std::thread::spawn(move || {
        somebody_at(&listener);
        let (mut socket, _) = listener.accept().unwrap();
        let mut heard = Vec::new();
        let mut block = [0; 4096];
        while !heard.ends_with(NOTE.as_bytes()) {
            let count = socket.read(&mut block).unwrap();
            assert!(count > 0);
            heard.extend_from_slice(&block[..count]);
        }
        socket.write_all(b"HTTP/1.1 204 No\r\n\r\n").unwrap();
        String::from_utf8_lossy(&heard).into_owned()
    });
    let ran =
        run(desk.place.path(), "post http://mail.example/in note.eml --unix-socket sock", Feed::Nothing);
    ran.must("unix", 0, &[]);
    assert!(serving.join().unwrap().to_lowercase().contains("\r\nhost: mail.example\r\n"));
    let ran = run(desk.place.path(), "post http://h/in note.eml --unix-socket missing", Feed::Nothing);
    ran.must("missing", 21, &[]);
}

#[test]
fn a_proxy_is_asked_for_the_way_and_then_is_none_of_it() {
    let desk = Desk::new();
    let way = part(|mut peer: Peer| {
        let way = peer.head();
        peer.say("HTTP/1.1 200 go\r\n\r\n");
        let asked = peer.whole();
        peer.answer("200 OK", "");
        (way, asked)
    });
    let words = "post http://mail.example/in note.eml --proxy http://127.0.0.1:{port}";
    let (ran, kept) = desk.run(words, Feed::Nothing, vec![way]);
    ran.must("a way", 0, &[]);
    let (way, asked) = &kept[0];
    assert_eq!(way.line(), "CONNECT mail.example:80 HTTP/1.1");
    assert_eq!(asked.as_ref().unwrap().line(), "POST /in HTTP/1.1");
    assert_eq!(asked.as_ref().unwrap().body, NOTE.as_bytes());
    let none = part(|mut peer: Peer| {
        let way = peer.head();
        peer.answer("403 No", "");
        (way, None::<super::server::Asked>)
    });
    let (ran, _) = desk.run(words, Feed::Nothing, vec![none]);
    ran.must("no way", 4, &["the proxy http://127.0.0.1:", "does not allow the way to"]);
}

#[test]
fn other_peoples_proxies_carry_a_post() {
    let desk = Desk::new();
    let (http, socks) = (free_port(), free_port());
    let (Some(_tinyproxy), Some(_microsocks)) =
        (tinyproxy(desk.place.path(), http, ""), microsocks(socks, &[]))
    else {
        return;
    };
    for proxy in [format!("http://127.0.0.1:{http}"), format!("socks5://127.0.0.1:{socks}")] {
        let words = format!("post {{url}}/in note.eml --proxy {proxy}");
        let (ran, kept) = desk.run(&words, Feed::Nothing, vec![answering("204 No", "")]);
        ran.must(&proxy, 0, &[]);
        assert_eq!(kept[0].as_ref().unwrap().body, NOTE.as_bytes(), "{proxy}");
        let closed = format!("post http://127.0.0.1:{}/in note.eml --proxy {proxy}", free_port());
        run(desk.place.path(), &closed, Feed::Nothing).must(&proxy, 4, &["127.0.0.1"]);
    }
}
