//! STARTTLS, strictly (RFC 3207): no way back to clear, nothing believed that was said before.

use super::server::{Door, Stage, line, mail_server};

#[test]
fn required_without_an_offer_sends_not_one_octet_of_the_envelope() {
    let stage = Stage::new();
    for offers in [vec!["PIPELINING", "SIZE 100", "AUTH PLAIN"], vec!["XSTARTTLS", "START TLS"], vec![]] {
        let door = Door { offers, ..Door::showing(&stage.good()) };
        let (ran, kept) = stage.send(&door, "--tls required");
        ran.must(
            "not offered",
            93,
            &[
                "does not offer STARTTLS, and the connection must have TLS",
                "hint: where it has TLS from the first byte, smtps://HOST reaches it",
            ],
        );
        assert_eq!(ran.json["name"], "IXP_E_SMTP_NO_STARTTLS_SUPPORT");
        assert!(!kept.has_envelope(), "{kept:?}");
        assert!(kept.clear.iter().all(|line| line.starts_with("EHLO") || line == "QUIT"), "{kept:?}");
    }
}

#[test]
fn on_this_machine_starttls_is_used_where_it_is_offered_and_clear_where_not() {
    let stage = Stage::new();
    for (case, offers, options, secured) in [
        ("offered", vec!["STARTTLS"], "", true),
        ("offered in small letters", vec!["starttls"], "", true),
        ("offered", vec!["STARTTLS"], "--tls opportunistic", true),
        ("not offered", vec!["SIZE"], "", false),
        ("not offered", vec!["SIZE"], "--tls opportunistic", false),
        ("turned off", vec!["STARTTLS"], "--tls off", false),
    ] {
        let door = Door { offers, ..Door::showing(&stage.good()) };
        let (ran, kept) = stage.send(&door, options);
        ran.must(case, 0, &[]);
        assert_eq!(kept.messages.len(), 1, "{case}");
        let commands = if secured { &kept.secured } else { &kept.clear };
        assert!(commands.iter().any(|line| line.starts_with("MAIL")), "{case}: {kept:?}");
        assert_eq!(kept.clear.contains(&"STARTTLS".to_owned()), secured, "{case}");
        assert_eq!(ran.json["tls"].is_null(), !secured, "{case}");
    }
}

#[test]
fn no_reply_to_starttls_leads_back_to_clear_where_tls_is_required() {
    let stage = Stage::new();
    for (reply, exit, name) in [
        ("454 4.7.0 not now", 95, "IXP_E_SMTP_454_STARTTLS_FAILED"),
        ("421 4.3.2 later", 103, "IXP_E_SMTP_421_NOT_AVAILABLE"),
        ("451 4.3.0 local trouble", 106, "IXP_E_SMTP_451_ERROR_PROCESSING"),
        ("500 what?", 98, "IXP_E_SMTP_500_SYNTAX_ERROR"),
        ("501 no parameters", 99, "IXP_E_SMTP_501_PARAM_SYNTAX"),
        ("502 not here", 100, "IXP_E_SMTP_502_COMMAND_NOTIMPL"),
        ("503 not now", 101, "IXP_E_SMTP_503_COMMAND_SEQ"),
        ("530 5.7.0 first something else", 92, "IXP_E_SMTP_530_STARTTLS_REQUIRED"),
        ("554 5.5.1 never", 111, "IXP_E_SMTP_554_TRANSACT_FAILED"),
        ("250 ok", 97, "IXP_E_SMTP_UNKNOWN_RESPONSE_CODE"),
        ("354 go on", 97, "IXP_E_SMTP_UNKNOWN_RESPONSE_CODE"),
        ("221 bye", 97, "IXP_E_SMTP_UNKNOWN_RESPONSE_CODE"),
        ("235 you are in", 97, "IXP_E_SMTP_UNKNOWN_RESPONSE_CODE"),
        ("2.2.0 ready", 96, "IXP_E_SMTP_RESPONSE_ERROR"),
        ("ready", 96, "IXP_E_SMTP_RESPONSE_ERROR"),
    ] {
        let to_starttls = format!("{reply}\r\n");
        let door = Door { to_starttls, ..Door::showing(&stage.good()) };
        let (ran, kept) = stage.send(&door, "--tls required --ca-file ca.pem");
        ran.must(reply, exit, &["mailxport: not sent: 127.0.0.1:", reply]);
        assert_eq!((&ran.json["name"], &ran.json["stage"]), (&name.into(), &"starttls".into()), "{reply}");
        assert!(!kept.has_envelope() && kept.messages.is_empty(), "{reply}: {kept:?}");
    }
}

#[test]
fn an_opportunistic_client_goes_on_in_clear_only_after_a_refusal_in_order() {
    let stage = Stage::new();
    for (reply, exit) in [
        ("454 4.7.0 not now", 0),
        ("502 not here", 0),
        ("554 5.5.1 never", 0),
        ("421 4.3.2 later", 103),
        ("250 ok", 97),
        ("354 go on", 97),
        ("ready", 96),
    ] {
        let to_starttls = format!("{reply}\r\n");
        let door = Door { to_starttls, ..Door::showing(&stage.good()) };
        let (ran, kept) = stage.send(&door, "");
        ran.must(reply, exit, &[]);
        assert_eq!(kept.messages.len(), usize::from(exit == 0), "{reply}");
        assert_eq!(kept.has_envelope(), exit == 0, "{reply}: {kept:?}");
        assert!(ran.json["tls"].is_null(), "{reply}");
    }
}

#[test]
fn what_comes_in_clear_behind_the_220_is_an_attack() {
    let stage = Stage::new();
    let injected = [
        "250-injected\r\n250 AUTH LOGIN\r\n",
        "250 ok\r\n",
        "250",
        "\r\n",
        "\0",
        "AUTH LOGIN\r\n",
        "220 once more\r\n",
    ];
    for octets in injected {
        for options in ["--tls required --ca-file ca.pem", "--tls required --insecure", ""] {
            let to_starttls = format!("220 go on\r\n{octets}");
            let door = Door { to_starttls, ..Door::showing(&stage.good()) };
            let (ran, kept) = stage.send(&door, options);
            ran.must(
                octets,
                26,
                &[
                    "sent something in clear behind its answer to STARTTLS",
                    "hint: somebody on the way may be tampering with the connection",
                ],
            );
            assert!(!kept.has_envelope() && kept.no_tls.is_some(), "{octets:?}: {kept:?}");
            assert_eq!(kept.clear.len(), 2, "{octets:?}: {kept:?}");
        }
    }
}

#[test]
fn what_comes_in_clear_a_moment_later_is_no_reply_either() {
    let stage = Stage::new();
    for octets in ["250-injected\r\n250 AUTH LOGIN\r\n", "AUTH LOGIN\r\n", "\r\n"] {
        let words =
            "send note.eml --server smtp://127.0.0.1:{port} --tls required --ca-file ca.pem --timeout 5";
        let (ran, heard) = stage.run(words, |mut pipe| {
            pipe.say(b"220 fixture\r\n").unwrap();
            line(&mut pipe);
            pipe.say(b"250-fixture\r\n250 STARTTLS\r\n").unwrap();
            line(&mut pipe);
            pipe.say(b"220 go on\r\n").unwrap();
            // The client's part of the handshake is there before the octets in clear are sent.
            while pipe.ahead().is_empty() && pipe.fill(std::time::Instant::now() + super::server::PATIENCE) {}
            pipe.say(octets.as_bytes()).unwrap();
            let mut heard = pipe.take(pipe.ahead().len());
            while !pipe.is_closed() && pipe.fill(std::time::Instant::now() + super::server::PATIENCE) {
                heard.extend(pipe.take(pipe.ahead().len()));
            }
            heard
        });
        ran.must(octets, 26, &["sent something in clear behind its answer to STARTTLS"]);
        assert!(!String::from_utf8_lossy(&heard).contains("a@d.example"));
    }
}

#[test]
fn what_was_offered_in_clear_is_forgotten() {
    let stage = Stage::new();
    stage.file("big.eml", format!("{}{}", super::server::NOTE, "x\n".repeat(1000)));
    stage.file("eight.eml", format!("{}Grüße\n", super::server::NOTE));
    let good = stage.good();
    let door = |offers: &[&'static str], secured_offers: &[&'static str]| Door {
        offers: [&["STARTTLS"], offers].concat(),
        secured_offers: secured_offers.to_vec(),
        ..Door::showing(&good)
    };
    for (case, door, file, mail, exit) in [
        ("a limit before", door(&["SIZE 10"], &[]), "big", "MAIL FROM:<a@d.example>", 0),
        ("a limit after", door(&[], &["SIZE 10"]), "big", "", 109),
        ("8BITMIME before", door(&["8BITMIME"], &[]), "eight", "", 102),
        ("8BITMIME after", door(&[], &["8BITMIME"]), "eight", "MAIL FROM:<a@d.example> BODY=8BITMIME", 0),
        ("SMTPUTF8 and DSN before", door(&["SMTPUTF8", "DSN"], &[]), "note", "MAIL FROM:<a@d.example>", 0),
        ("nothing after", door(&["SIZE", "PIPELINING"], &[]), "note", "MAIL FROM:<a@d.example>", 0),
    ] {
        let words = format!(
            "send {file}.eml --server smtp://127.0.0.1:{{port}} --tls required --ca-file ca.pem --dsn-return full"
        );
        let (ran, kept) = stage.run(&words, |pipe| mail_server(&door, pipe));
        ran.must(case, exit, &[]);
        let said = kept.secured.iter().find(|line| line.starts_with("MAIL")).map_or("", String::as_str);
        assert_eq!(said, mail, "{case}");
    }
}

#[test]
fn a_starttls_offered_under_tls_is_not_used_again() {
    let stage = Stage::new();
    let door = Door { secured_offers: vec!["STARTTLS", "PIPELINING"], ..Door::showing(&stage.good()) };
    for door in [door.clone(), door.at_first()] {
        let (ran, kept) = stage.send(&door, "--tls required --ca-file ca.pem");
        ran.must("once", 0, &[]);
        assert!(!kept.secured.contains(&"STARTTLS".to_owned()), "{kept:?}");
    }
}

#[test]
fn a_server_that_takes_no_ehlo_has_no_starttls() {
    let stage = Stage::new();
    let words = "send note.eml --server smtp://127.0.0.1:{port} --tls required --timeout 5";
    let (ran, heard) = stage.run(words, |mut pipe| {
        pipe.say(b"220 fixture\r\n").unwrap();
        line(&mut pipe);
        pipe.say(b"502 what?\r\n").unwrap();
        let helo = line(&mut pipe);
        pipe.say(b"250 fixture\r\n").unwrap();
        (helo, line(&mut pipe))
    });
    ran.must("HELO", 93, &["does not offer STARTTLS"]);
    assert!(heard.0.is_some_and(|helo| helo.starts_with("HELO ")));
    assert!(heard.1.is_none_or(|line| line == "QUIT"));
}
