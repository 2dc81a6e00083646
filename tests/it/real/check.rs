//! A check of real servers: what they offer is told, and nothing lies in a box afterwards.

use std::process::Output;

use serde_json::{Value, json};

use super::mta::Mta;

fn report(output: &Output, exit: i32) -> Value {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{stderr}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Both ways in, each with the name of its road.
fn doors(mta: &Mta) -> [(String, &'static str); 2] {
    [
        (format!("--server=smtp://127.0.0.1:{}", mta.ports[0]), "starttls"),
        (format!("--server=smtps://127.0.0.1:{}", mta.ports[1]), "implicit"),
    ]
}

/// What is told of a server that all is well with.
fn is_well(report: &Value, how: &str, extensions: &[&str]) {
    let tls = &report["tls"];
    assert_eq!((&tls["how"], &tls["verified"]), (&json!(how), &json!(true)), "{report:#}");
    assert_eq!(tls["version"], "TLSv1.3");
    assert!(tls["days_left"].as_i64().unwrap() > 1000, "{tls:#}");
    let offered: Vec<&str> =
        report["extensions"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    for wanted in extensions {
        let there = offered.iter().any(|line| line.split(' ').next() == Some(wanted));
        assert!(there, "no {wanted} in {offered:?}");
    }
    let fates: Vec<&Value> = report["recipients"].as_array().unwrap().iter().map(|it| &it["fate"]).collect();
    assert!(fates.iter().all(|fate| *fate == "accepted"), "{report:#}");
    assert!(report["greeting"]["code"] == 220 && report["server_name"].is_string(), "{report:#}");
}

/// One that is refused and one that is put off, with --partial and without.
fn refuses(mta: &Mta) {
    for (server, _) in doors(mta) {
        let all = [&server[..], "--to=b@d.example", "--to=bad@x.test", "--to=temp@x.test"];
        for (words, exit) in [(&[][..], 106), (&["--partial"][..], 41)] {
            let report = report(&mta.check(&[&all[..], words].concat()), exit);
            let fates: Vec<&Value> =
                report["recipients"].as_array().unwrap().iter().map(|it| &it["fate"]).collect();
            assert_eq!(fates, ["accepted", "refused", "deferred"]);
            assert_eq!(report["worst"], "problem");
        }
    }
    assert!(mta.is_empty());
}

#[test]
fn postfix_is_told_and_gets_no_message() {
    let Some(postfix) = Mta::postfix() else { return };
    let extensions = ["PIPELINING", "SIZE", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "SMTPUTF8", "CHUNKING"];
    for (server, how) in doors(&postfix) {
        let report = report(&postfix.check(&[&server[..], "--to=b@d.example", "--dsn-notify=failure"]), 0);
        is_well(&report, how, &extensions);
        assert_eq!(report["size_limit"], 40_000_000);
        assert_eq!(report["clock"]["compared_with"], "certificates");
    }
    refuses(&postfix);
}

#[test]
fn exim_is_told_and_gets_no_message() {
    let Some(exim) = Mta::exim() else { return };
    for (server, how) in doors(&exim) {
        let report = report(
            &exim.check(&[&server[..], "--to=b@d.example", "--user=alice", "--password-file=password"]),
            0,
        );
        is_well(&report, how, &["PIPELINING", "SIZE", "8BITMIME"]);
        assert_eq!(report["login"]["accepted"], true);
        // It tells the time as it greets, and that is the time of this machine.
        assert_eq!(report["clock"]["compared_with"], "greeting");
        assert!(report["clock"]["ahead_seconds"].as_i64().unwrap().abs() < 60, "{report:#}");
    }
    refuses(&exim);
    let (server, _) = &doors(&exim)[0];
    let wrong =
        report(&exim.check(&[server, "--to=b@d.example", "--user=alice", "--password-file=wrong"]), 24);
    assert_eq!((&wrong["login"]["accepted"], &wrong["stage"]), (&json!(false), &json!("login")));
    assert!(exim.is_empty());
}

#[test]
fn dovecot_is_told_and_hands_nothing_on() {
    let Some(relay) = Mta::smtp_sink(&[]) else { return };
    let Some(dovecot) = Mta::dovecot(relay.ports[1], 1) else { return };
    for (server, how) in doors(&dovecot) {
        let words = [&server[..], "--to=b@d.example", "--user=alice", "--password-file=password"];
        let report = report(&dovecot.check(&words), 0);
        is_well(&report, how, &["PIPELINING", "SIZE", "8BITMIME", "CHUNKING", "AUTH"]);
        assert_eq!(
            report["login"],
            json!({ "user": "alice", "mechanism": "SCRAM-SHA-256", "accepted": true })
        );
        assert_eq!(report["auto"], "SCRAM-SHA-256");
    }
    assert!(relay.is_empty());
}
