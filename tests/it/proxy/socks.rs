//! SOCKS5: who looks names up, log-ons, reply codes, and replies that are none.

use super::server::{Asked, PASSWORD, Pipe, came, choose, log_on, mail, request, say, take, with_proxy};

/// A reply that a connection stands, with an address of its own kind.
const STANDS: &[u8] = &[5, 0, 0, 1, 127, 0, 0, 1, 0, 25];

#[test]
fn the_proxy_looks_the_name_up() {
    for (server, kind, host, port) in [
        ("smtp://mail.test:2525", 3, "mail.test", 2525),
        ("smtp://localhost", 3, "localhost", 25),
        ("smtp://192.0.2.7:26", 1, "192.0.2.7", 26),
        ("smtp://[2001:db8::7]:587", 4, "2001:db8::7", 587),
        ("lmtp://mail.test", 3, "mail.test", 24),
    ] {
        let words = format!("--proxy socks5://127.0.0.1:{{port}} --server {server} --tls off");
        let (ran, (asked, heard)) = with_proxy(&words, |pipe| {
            let methods = choose(pipe, 0);
            let asked = request(pipe, methods);
            say(pipe, STANDS);
            (asked, mail(pipe, false))
        });
        ran.must(server, 0, &[" through socks5://127.0.0.1:"]);
        assert_eq!(asked, Asked { methods: vec![0], kind, host: host.to_owned(), port });
        assert!(came(&heard), "{heard:?}");
    }
}

#[test]
fn a_check_goes_through_the_proxy_and_names_it() {
    let words = "check --proxy socks5://127.0.0.1:{port} --server smtp://mail.test:2525 --tls off";
    let (ran, (port, heard)) = with_proxy(words, |pipe| {
        let port = pipe.get_ref().local_addr().unwrap().port();
        let methods = choose(pipe, 0);
        request(pipe, methods);
        say(pipe, STANDS);
        (port, mail(pipe, false))
    });
    ran.must("check", 0, &[]);
    assert_eq!(ran.json["proxy"], format!("socks5://127.0.0.1:{port}"));
    assert_eq!(ran.json["addresses"][0]["address"], format!("127.0.0.1:{port}"));
    assert_eq!((&ran.json["server"], &ran.json["worst"]), (&"mail.test:2525".into(), &"warning".into()));
    assert_eq!(heard[1..], ["MAIL FROM:<a@d.example>", "RCPT TO:<b@d.example>", "RSET", "QUIT"]);
}

#[test]
fn phases_name_the_server_and_the_way() {
    let words = "--proxy socks5://127.0.0.1:{port} --server smtp://mail.test:2525 --tls off";
    let (ran, port) = with_proxy(words, |pipe| {
        let port = pipe.get_ref().local_addr().unwrap().port();
        let methods = choose(pipe, 0);
        request(pipe, methods);
        say(pipe, STANDS);
        mail(pipe, false);
        port
    });
    let way = format!("mail.test:2525 through socks5://127.0.0.1:{port}\n");
    ran.must("phases", 0, &[&format!("mailxport: connecting {way}"), &format!("mailxport: connected {way}")]);
    assert_eq!(ran.json["server"], "mail.test:2525");
}

#[test]
fn the_address_in_a_reply_may_be_of_any_kind_and_the_greeting_comes_right_behind() {
    let name = [&[5, 0, 0, 3, 255][..], &[b'x'; 255], &[0, 25]].concat();
    let v6 = [&[5, 0, 0, 4][..], &[0; 16], &[0, 25]].concat();
    for reply in [STANDS, &name, &v6, &[5, 0, 0, 3, 0, 0, 25]] {
        let words = "--proxy socks5://127.0.0.1:{port} --server smtp://mail.test --tls off";
        let (ran, heard) = with_proxy(words, |pipe| {
            let methods = choose(pipe, 0);
            request(pipe, methods);
            say(pipe, &[reply, b"220 fixture\r\n"].concat());
            mail(pipe, true)
        });
        ran.must("one segment", 0, &[]);
        assert!(came(&heard), "{heard:?}");
    }
}

#[test]
fn a_log_on_is_right_or_wrong() {
    let words = "--proxy socks5://ada@127.0.0.1:{port} --proxy-password-file secret --server smtp://mail.test --tls off";
    for (status, exit, said) in [(0, 0, ""), (1, 4, " refused the log-on"), (255, 4, " refused the log-on")] {
        let (ran, (methods, log_on, heard)) = with_proxy(words, |pipe| {
            let methods = choose(pipe, 2);
            let logged_on = log_on(pipe, status);
            if status != 0 {
                return (methods, logged_on, Vec::new());
            }
            request(pipe, Vec::new());
            say(pipe, STANDS);
            (methods, logged_on, mail(pipe, false))
        });
        ran.must("log-on", exit, &[said]);
        assert_eq!((methods, log_on), (vec![0, 2], ("ada".to_owned(), PASSWORD.to_owned())));
        assert_eq!(came(&heard), exit == 0);
        assert!(exit == 0 || ran.json["name"] == "IXP_E_CONN");
    }
}

#[test]
fn a_password_stays_here_where_nobody_asks_for_it() {
    let words = "--proxy socks5://ada@127.0.0.1:{port} --proxy-password-file secret --server smtp://mail.test --tls off";
    let (ran, asked) = with_proxy(words, |pipe| {
        choose(pipe, 0);
        let asked = request(pipe, Vec::new());
        say(pipe, STANDS);
        mail(pipe, false);
        asked
    });
    ran.must("no log-on", 0, &[]);
    assert_eq!(asked.host, "mail.test");
}

#[test]
fn every_method_that_cannot_be_is_told() {
    for (user, method, said) in [
        ("", 0xFF, " wants a log-on\n"),
        ("", 2, " wants a log-on\n"),
        ("ada@", 0xFF, " takes no log-on by password, nor a client without one\n"),
        ("", 1, " gave no answer that makes sense: it does not speak SOCKS5"),
        ("ada@", 1, " gave no answer that makes sense: it does not speak SOCKS5"),
    ] {
        let file = if user.is_empty() { "" } else { "--proxy-password-file secret" };
        let words = format!("--proxy socks5://{user}127.0.0.1:{{port}} {file} --server smtp://mail.test");
        let (ran, _) = with_proxy(&words, |pipe| choose(pipe, method));
        ran.must(
            &format!("{user} {method}"),
            4,
            &["mailxport: not sent: the proxy socks5://127.0.0.1:", said],
        );
    }
}

#[test]
fn every_reply_code_has_its_words() {
    for (code, said) in [
        (1, "did not reach mail.test:25: it failed for a reason"),
        (2, "does not allow the way to mail.test:25"),
        (3, "the network is unreachable"),
        (4, "the host is unreachable"),
        (5, "connection refused"),
        (6, "the time to live expired"),
        (7, "does not make connections for others"),
        (8, "does not know such an address"),
        (9, "the unknown code 9"),
        (255, "the unknown code 255"),
    ] {
        // Some say no more than the code.
        for reply in [&[5, code, 0, 1, 0, 0, 0, 0, 0, 0][..], &[5, code]] {
            let words = "--proxy socks5://127.0.0.1:{port} --server smtp://mail.test";
            let (ran, ()) = with_proxy(words, |pipe| {
                choose(pipe, 0);
                request(pipe, Vec::new());
                say(pipe, reply);
            });
            ran.must(&code.to_string(), 4, &[said]);
            let facts = (&ran.json["name"], &ran.json["stage"], &ran.json["class"]);
            assert_eq!(facts, (&"IXP_E_CONN".into(), &"connect".into(), &"temporary".into()));
        }
    }
}

#[test]
fn what_is_no_answer_is_refused() {
    let after_request = |pipe: &mut Pipe| {
        choose(pipe, 0);
        request(pipe, Vec::new());
    };
    let at_once = |pipe: &mut Pipe| {
        take::<3>(pipe);
    };
    let rows: [(&[u8], bool, &str); 7] = [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", false, "it does not speak SOCKS5"),
        (b"220 mail ESMTP\r\n", false, "it does not speak SOCKS5"),
        (&[4, 0], false, "it does not speak SOCKS5"),
        (b"", false, "hung up before there was a way to mail.test:25"),
        (&[5], false, "hung up before there was a way to mail.test:25"),
        (&[5, 0, 0, 2, 0, 0, 0, 0, 0, 0], true, "unknown kind of address"),
        (&[5, 0, 0, 3, 9, b'x'], true, "hung up before there was a way to mail.test:25"),
    ];
    for (answer, late, said) in rows {
        let words = "--proxy socks5://127.0.0.1:{port} --server smtp://mail.test";
        let (ran, ()) = with_proxy(words, |pipe| {
            if late {
                after_request(pipe);
            } else {
                at_once(pipe);
            }
            say(pipe, answer);
        });
        ran.must(&format!("{answer:?}"), 4, &[said]);
    }
}

#[test]
fn silence_ends_with_the_limit_for_connecting() {
    for (answers, bytes) in [(0, &[][..]), (0, &[5]), (1, &[]), (1, &STANDS[..9])] {
        let words = "--proxy socks5://127.0.0.1:{port} --server smtp://mail.test --connect-timeout 1";
        let (ran, ()) = with_proxy(words, |pipe| {
            if answers == 1 {
                choose(pipe, 0);
                request(pipe, Vec::new());
            } else {
                take::<3>(pipe);
            }
            say(pipe, bytes);
            // Until the client leaves.
            let _ = std::io::copy(pipe, &mut std::io::sink());
        });
        ran.must(
            "silence",
            25,
            &["the proxy socks5://127.0.0.1:", "silent for 1 s at connecting", "--connect-timeout"],
        );
    }
}

#[test]
fn tls_is_required_through_a_proxy_wherever_the_server_is() {
    for server in ["smtp://127.0.0.1", "smtp://localhost", "smtp://[::1]"] {
        let words = format!("--proxy socks5://127.0.0.1:{{port}} --server {server}");
        let (ran, heard) = with_proxy(&words, |pipe| {
            choose(pipe, 0);
            request(pipe, Vec::new());
            say(pipe, STANDS);
            mail(pipe, false)
        });
        ran.must(server, 93, &["does not offer STARTTLS"]);
        assert!(!heard.iter().any(|line| line.starts_with("MAIL")), "{heard:?}");
    }
}
