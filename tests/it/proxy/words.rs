//! What stands on the command line and in the environment, and proxies that are not there.

use super::server::{BASIC, PASSWORD, accept, head, listener, mail, run, say};

#[test]
fn what_makes_no_sense_is_a_usage_error() {
    for (words, said) in [
        ("--server h --proxy p.example:1080", "--proxy takes socks5://"),
        ("--server h --proxy socks4://p", "--proxy takes socks5://"),
        ("--server h --proxy socks5://p:0", "--proxy names no HOST[:PORT]"),
        ("--server h --proxy socks5://p\u{1b}[31m", "a control character"),
        ("--server h --proxy socks5://u:pencil@p", "$MAILXPORT_PROXY_PASSWORD"),
        ("--server h --proxy socks5://u:pencil@p", "--proxy-password-file"),
        ("--server h --proxy http://u@p", "has no password"),
        ("--server h --proxy http://p --proxy-password-file secret", "needs a user in --proxy"),
        ("--server h --proxy http://u@p --proxy-password-file empty", "is empty"),
        ("--server h --proxy-password-file secret", "--proxy"),
        ("--server smtp+unix:///run/x --proxy http://p", "a unix socket"),
        ("--server sink:outbox --proxy http://p", "an embedded sink"),
        ("--server h --proxy http://u@p --proxy-password-file - --to-file -", "more than once"),
    ] {
        let ran = run(words, &[]);
        ran.must(words, 2, &[said]);
        assert!(!ran.stderr.contains("pencil") && !ran.json.to_string().contains("pencil"), "{}", ran.stderr);
    }
}

#[test]
fn a_password_that_others_can_read_is_refused() {
    let ran = run("--server h --proxy http://u@p --proxy-password-file open", &[]);
    ran.must("open", 36, &["open may not be used: others can read it"]);
    let ran = run("--server h --proxy http://u@p --proxy-password-file missing", &[]);
    ran.must("missing", 37, &["missing cannot be read"]);
}

#[test]
fn the_password_may_stand_in_the_environment_and_the_file_beats_it() {
    for (options, password, known) in [
        ("", PASSWORD, BASIC),
        ("", "other", "YWRhOm90aGVy"),
        ("--proxy-password-file secret", "other", BASIC),
    ] {
        let (listener, port) = listener();
        let words =
            format!("--proxy http://ada@127.0.0.1:{port} {options} --server smtp://mail.test --tls off");
        let (ran, asked) = std::thread::scope(|scope| {
            let serving = scope.spawn(|| {
                let mut pipe = accept(&listener);
                let asked = head(&mut pipe);
                say(&pipe, b"HTTP/1.1 200 OK\r\n\r\n");
                mail(&mut pipe, false);
                asked
            });
            (run(&words, &[("MAILXPORT_PROXY_PASSWORD", password)]), serving.join().unwrap())
        });
        ran.must(options, 0, &[]);
        assert_eq!(asked[2], format!("Proxy-Authorization: Basic {known}"));
    }
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    for scheme in ["socks5", "http"] {
        let (gone, port) = listener();
        drop(gone);
        let ran = run(&format!("--server mail.test --proxy {scheme}://127.0.0.1:{port}"), &[]);
        let said = format!("cannot connect to the proxy {scheme}://127.0.0.1:{port}: connection refused");
        ran.must(scheme, 14, &[&said, "is the port of --proxy right?"]);
        assert_eq!(
            (&ran.json["name"], &ran.json["server"]),
            (&"IXP_E_FAILED_TO_CONNECT".into(), &"mail.test:587".into())
        );
        assert_eq!(ran.json["problem"], format!("{scheme}://127.0.0.1:{port}"));
    }
}

#[test]
fn the_family_and_the_source_address_are_for_the_way_to_the_proxy() {
    let ran = run("--server mail.test --proxy socks5://127.0.0.1:9 -6", &[]);
    ran.must("family", 13, &["the proxy socks5://127.0.0.1:9 is no IPv6 address, and -6 allows no other"]);
    let ran = run("--server mail.test --proxy socks5://127.0.0.1:9 --source-address ::1", &[]);
    let said = "the proxy socks5://127.0.0.1:9 from here: the source address is of the other family";
    ran.must("source", 21, &[said]);
}
