//! TLS through proxies: it ends at the server, and what is checked is the server's name.

use std::sync::Arc;
use std::time::Instant;

use rustls::ServerConfig;

use super::server::{self, PATIENCE, choose, head, request, say, with_proxy};
use crate::fixture::certificates::{Authority, Draft};
use crate::fixture::pipe::{Heard, Pipe, Socket};

/// Plays a mail server under TLS; true where a message came to its dot.
fn takes_a_message(mut pipe: Pipe, greets: bool) -> bool {
    let (mut in_message, mut whole) = (false, false);
    if greets {
        let _ = pipe.say(b"220 fixture\r\n");
    }
    while let Heard::Line(line) = pipe.line(Instant::now() + PATIENCE) {
        let answer: &[u8] = match &line[..] {
            b"DATA" => b"354 go on\r\n",
            b"." => b"250 queued\r\n",
            _ if in_message => continue,
            _ => b"250 ok\r\n",
        };
        (in_message, whole) = (line == b"DATA", whole || line == b".");
        let _ = pipe.say(answer);
    }
    whole
}

/// Plays a mail server that turns to TLS, by STARTTLS or from the first octet.
fn plays_tls(pipe: &server::Pipe, config: Arc<ServerConfig>, at_first: bool) -> bool {
    let mut pipe = Pipe::new(Socket::Tcp(pipe.get_ref().try_clone().unwrap()), PATIENCE);
    if !at_first {
        pipe.say(b"220 fixture\r\n").unwrap();
        for (command, answer) in [("EHLO ", "250-fixture\r\n250 STARTTLS\r\n"), ("STARTTLS", "220 go on\r\n")]
        {
            let Heard::Line(line) = pipe.line(Instant::now() + PATIENCE) else { return false };
            assert!(line.starts_with(command.as_bytes()), "{line:?}");
            pipe.say(answer.as_bytes()).unwrap();
        }
    }
    pipe.secured(config, PATIENCE).is_ok_and(|pipe| takes_a_message(pipe, at_first))
}

#[test]
fn tls_goes_through_every_proxy_by_both_roads_and_is_checked_for_the_servers_name() {
    let place = tempfile::tempdir().unwrap();
    let authority = Authority::new("Fixture Authority");
    let ca = place.path().join("ca.pem");
    std::fs::write(&ca, authority.pem()).unwrap();
    for (name, exit, said) in
        [("mail.test", 0, "certificate verified"), ("127.0.0.1", 33, "not for mail.test")]
    {
        let paper = authority.sign(&Draft::of(&[name]));
        for proxy in ["http", "socks5"] {
            for server in ["smtps", "smtp"] {
                let config = paper.server(rustls::ALL_VERSIONS, None);
                let words = format!("--proxy {proxy}://127.0.0.1:{{port}} --server {server}://mail.test");
                let (ran, whole) = with_proxy(&format!("{words} --ca-file {}", ca.display()), |pipe| {
                    if proxy == "http" {
                        head(pipe);
                        say(pipe, b"HTTP/1.1 200 OK\r\n\r\n");
                    } else {
                        let methods = choose(pipe, 0);
                        assert_eq!(request(pipe, methods).host, "mail.test");
                        say(pipe, &[5, 0, 0, 1, 127, 0, 0, 1, 0, 25]);
                    }
                    plays_tls(pipe, config, server == "smtps")
                });
                ran.must(&words, exit, &[said]);
                assert_eq!(whole, exit == 0, "{words}");
            }
        }
    }
}
