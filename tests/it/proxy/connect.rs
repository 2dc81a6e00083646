//! CONNECT: what is asked, log-ons, every answer, and what stands right behind it.

use super::server::{BASIC, PASSWORD, came, head, mail, say, with_proxy};

const OFF: &str = "--proxy http://127.0.0.1:{port} --server smtp://mail.test:2525 --tls off";

#[test]
fn the_proxy_looks_the_name_up() {
    for (server, place) in [
        ("smtp://mail.test:2525", "mail.test:2525"),
        ("smtp://127.0.0.1", "127.0.0.1:25"),
        ("smtp://[2001:db8::7]", "[2001:db8::7]:25"),
    ] {
        let words = format!("--proxy http://127.0.0.1:{{port}} --server {server} --tls off");
        let (ran, (asked, heard)) = with_proxy(&words, |pipe| {
            let asked = head(pipe);
            say(pipe, b"HTTP/1.1 200 Connection established\r\n\r\n");
            (asked, mail(pipe, false))
        });
        ran.must(server, 0, &[&format!("connecting {place} through http://127.0.0.1:")]);
        assert_eq!(asked, [format!("CONNECT {place} HTTP/1.1"), format!("Host: {place}")]);
        assert!(came(&heard), "{heard:?}");
    }
}

#[test]
fn every_2xx_opens_the_way_and_not_an_octet_behind_its_head_is_lost() {
    let many = format!("HTTP/1.0 299 ok\r\n{}\r\n", "x: y\r\n".repeat(98));
    let long = format!("HTTP/1.1 200 ok\r\nx: {}\r\n\r\n", "y".repeat(16 * 1024 - 30));
    for answer in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.0 200\r\n\r\n",
        "HTTP/1.1 204 x\r\nContent-Length: 7\r\n\r\n",
        "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\nx: y\n\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        &many,
        &long,
    ] {
        let (ran, heard) = with_proxy(OFF, |pipe| {
            head(pipe);
            say(pipe, format!("{answer}220 fixture\r\n").as_bytes());
            mail(pipe, true)
        });
        ran.must(answer, 0, &[]);
        assert!(came(&heard), "{heard:?}");
    }
}

#[test]
fn a_greeting_in_clear_behind_the_answer_is_one_under_tls_too() {
    let words = "--proxy http://127.0.0.1:{port} --server smtps://mail.test";
    let (ran, ()) = with_proxy(words, |pipe| {
        head(pipe);
        say(pipe, b"HTTP/1.1 200 OK\r\n\r\n220 fixture\r\n");
        let _ = std::io::copy(pipe, &mut std::io::sink());
    });
    ran.must("a plain greeting", 26, &["mail.test:465"]);
    assert!(ran.stderr.contains("220 fixture") || ran.stderr.contains("plain"), "{}", ran.stderr);
}

#[test]
fn a_log_on_is_right_or_wrong() {
    let words = "--proxy http://ada@127.0.0.1:{port} --proxy-password-file secret --server smtp://mail.test --tls off";
    let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\n\r\n";
    for (answer, exit, said) in [("HTTP/1.1 200 OK\r\n\r\n", 0, ""), (refusal, 4, " refused the log-on")] {
        let (ran, (asked, heard)) = with_proxy(words, |pipe| {
            let asked = head(pipe);
            say(pipe, answer.as_bytes());
            (asked, if exit == 0 { mail(pipe, false) } else { Vec::new() })
        });
        ran.must("log-on", exit, &[said]);
        assert_eq!(asked[2..], [format!("Proxy-Authorization: Basic {BASIC}")]);
        assert_eq!(came(&heard), exit == 0);
        assert!(heard.iter().all(|line| !line.contains(BASIC)));
    }
}

#[test]
fn a_log_on_that_failed_is_not_tried_again() {
    let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\n\r\n";
    for user in ["", "ada@"] {
        let secret = if user.is_empty() { "" } else { "--proxy-password-file secret" };
        let words = format!(
            "--proxy http://{user}127.0.0.1:{{port}} {secret} --server smtp://mail.test --retry 1 --retry-delay 0.1"
        );
        let (ran, _) = with_proxy(&words, |pipe| {
            head(pipe);
            say(pipe, refusal.as_bytes());
        });
        ran.must(&words, 4, &[" log-on\n"]);
    }
}

#[test]
fn every_other_answer_is_trouble_for_now_in_words() {
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(17 * 1024));
    let lines = format!("HTTP/1.1 200 OK\r\n{}", "x: y\r\n".repeat(100));
    let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(9);
    for (answer, said) in [
        ("HTTP/1.1 407 x\r\n\r\n", " wants a log-on\n"),
        ("HTTP/1.1 401 x\r\n\r\n", " wants a log-on\n"),
        (
            "HTTP/1.1 403 Filtered\r\n\r\n",
            " does not allow the way to mail.test:2525 (403)\n  proxy: HTTP/1.1 403 Filtered\n",
        ),
        ("HTTP/1.1 404 x\r\n\r\n", " did not reach mail.test:2525 (404)"),
        ("HTTP/1.1 502 x\r\n\r\n", " did not reach mail.test:2525 (502)"),
        ("HTTP/1.1 503 x\r\n\r\n", " did not reach mail.test:2525 (503)"),
        ("HTTP/1.1 405 x\r\n\r\n", " gave no way to mail.test:2525 (405)"),
        ("HTTP/1.1 302 x\r\nLocation: http://x\r\n\r\n", " gave no way to mail.test:2525 (302)"),
        ("HTTP/1.1 101 x\r\n\r\n", " gave no way to mail.test:2525 (101)"),
        ("HTTP/1.1 500 \x1b[31mred\r\n\r\n", "  proxy: HTTP/1.1 500 \\x1b[31mred"),
        ("HTTP/1.1 2000 x\r\n\r\n", "it does not speak HTTP"),
        ("HTTP/2 200 OK\r\n\r\n", "it does not speak HTTP"),
        ("\r\n\r\n", "it does not speak HTTP"),
        ("220 mail ESMTP\r\n", "it does not speak HTTP\n  proxy: 220 mail ESMTP\n"),
        ("\x05\x00", "it does not speak HTTP"),
        ("", "hung up before there was a way to mail.test:2525"),
        ("HTTP/1.1 200 OK\r\nx: y\r\n", "hung up before there was a way to mail.test:2525"),
        (&endless, "the head of its answer is too long"),
        (&lines, "the head of its answer is too long"),
        (&interim, "it never comes to an answer"),
    ] {
        let (ran, ()) = with_proxy(OFF, |pipe| {
            head(pipe);
            say(pipe, answer.as_bytes());
        });
        ran.must(answer, 4, &["mailxport: not sent: the proxy http://127.0.0.1:", said]);
        assert_eq!(ran.json["name"], "IXP_E_CONN");
    }
}

#[test]
fn a_proxy_that_repeats_the_password_is_masked() {
    let words = "--proxy http://ada@127.0.0.1:{port} --proxy-password-file secret --server smtp://mail.test --tls off";
    for said in [PASSWORD.to_owned(), BASIC.to_owned(), format!("Basic {BASIC}"), format!("<ada:{PASSWORD}>")]
    {
        for answer in [format!("HTTP/1.1 403 no {said}\r\n\r\n"), format!("no {said}\r\n")] {
            let (ran, ()) = with_proxy(words, |pipe| {
                head(pipe);
                say(pipe, answer.as_bytes());
            });
            ran.must(&answer, 4, &["  proxy: (masked)\n"]);
        }
    }
}

#[test]
fn half_a_head_and_silence_end_with_the_limit_for_connecting() {
    for answer in ["", "HT", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nx: y\r\n\r"] {
        let (ran, ()) = with_proxy(&format!("{OFF} --connect-timeout 1"), |pipe| {
            head(pipe);
            say(pipe, answer.as_bytes());
            // Until the client leaves.
            let _ = std::io::copy(pipe, &mut std::io::sink());
        });
        ran.must(answer, 25, &["the proxy http://127.0.0.1:", "silent for 1 s at connecting"]);
    }
}

#[test]
fn tls_is_required_through_a_proxy_to_this_machine() {
    let words = "--proxy http://127.0.0.1:{port} --server smtp://127.0.0.1";
    let (ran, heard) = with_proxy(words, |pipe| {
        head(pipe);
        say(pipe, b"HTTP/1.1 200 OK\r\n\r\n");
        mail(pipe, false)
    });
    ran.must("no STARTTLS", 93, &["does not offer STARTTLS"]);
    assert!(!heard.iter().any(|line| line.starts_with("MAIL")), "{heard:?}");
}
