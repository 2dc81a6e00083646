//! Answers of JMAP that are in disorder, at odds with themselves, or endless: what they leave open is not told as certain.

use std::thread;
use std::time::Duration;

use super::jmap::{
    after, answers, desk, destroyed, mute, not_submitted, run, saying, session, steps, submitted, whole,
};
use super::server::{Asked, Feed, Part, Peer, part};
use serde_json::{Value, json};

fn yes() -> Value {
    json!(["EmailSubmission/set", {"created": {"s": {"id": "s1"}}}, "0"])
}

#[test]
fn a_submission_is_found_wherever_its_answer_stands() {
    let moved = json!(["Email/set", {"updated": {"E1": null}}, "0"]);
    for (case, all, notes) in [
        ("behind that of the move", [moved.clone(), yes()], json!([])),
        ("in front of it", [yes(), moved], json!([])),
        (
            "the move is refused",
            [yes(), json!(["Email/set", {"notUpdated": {"E1": {"type": "forbidden"}}}, "0"])],
            json!(["MXP_S_DRAFT_LEFT"]),
        ),
        (
            "the move fails",
            [yes(), json!(["error", {"type": "serverFail"}, "0"])],
            json!(["MXP_S_DRAFT_LEFT"]),
        ),
        (
            "the move fails, and is told first",
            [json!(["error", {"type": "serverFail"}, "0"]), yes()],
            json!(["MXP_S_DRAFT_LEFT"]),
        ),
    ] {
        let (ran, kept) = after(4, vec![saying("200 OK", answers(&all)), saying("200 OK", destroyed())]);
        ran.must(case, 0, &[]);
        assert_eq!((kept.len(), &ran.json["notes"]), (5, &notes), "{case}");
    }
}

#[test]
fn an_answer_at_odds_with_itself_leaves_it_unknown() {
    let both = json!({"created": {"s": {"id": "s1"}}, "notCreated": {"s": {"type": "forbiddenFrom"}}});
    let in_part = json!({"type": "serverPartialFail", "description": "451 4.3.0 later"});
    let deep = "[".repeat(100_000);
    for (case, said) in [
        ("yes and no", answers(&[json!(["EmailSubmission/set", both, "0"])]).to_string()),
        ("in part, and for now", answers(&[json!(["error", in_part, "0"])]).to_string()),
        ("in part, of the object", not_submitted(&in_part).to_string()),
        ("another method", answers(&[json!(["Mailbox/get", {"notCreated": {"s": {}}}, "0"])]).to_string()),
        ("deep", format!("{{\"methodResponses\":{deep}")),
    ] {
        let (ran, kept) = after(
            4,
            vec![saying("200 OK", said), saying("200 OK", destroyed()), saying("200 OK", session())],
        );
        ran.must(case, 40, &["mailxport: unknown: "]);
        assert_eq!(kept.len(), 5, "{case}");
        let (ran, _) = run(&desk(), "--retry 1", {
            let mut parts = steps(4);
            parts.extend([mute(), saying("200 OK", session())]);
            parts
        });
        ran.must(case, 40, &[]);
    }
    let (ran, _) = run(&desk(), "", vec![saying("200 OK", &deep)]);
    ran.must("a deep session", 84, &["mailxport: not sent: "]);
}

#[test]
fn recipients_are_known_however_their_domain_is_spelt() {
    let created = json!({"id": "s1", "deliveryStatus": {
        "b@D.EXAMPLE": {"smtpReply": "250 ok", "delivered": "yes"},
        "c@D.Example": {"smtpReply": "550 5.1.1 nobody", "delivered": "no"},
    }});
    let (ran, _) = after(4, vec![saying("200 OK", submitted(&created))]);
    ran.must("another spelling", 41, &[]);
    assert_eq!(ran.json["recipients"][1]["fate"], "refused");
}

#[test]
fn a_draft_that_may_have_been_made_is_told() {
    let error = |kind: &str| answers(&[json!(["error", {"type": kind}, "0"])]);
    for (case, then, notes) in [
        ("lost", mute(), json!(["MXP_S_DRAFT_LEFT"])),
        ("a gateway", saying("502 Gateway", ""), json!(["MXP_S_DRAFT_LEFT"])),
        ("no sense", saying("200 OK", "{}"), json!(["MXP_S_DRAFT_LEFT"])),
        ("in part", saying("200 OK", error("serverPartialFail")), json!(["MXP_S_DRAFT_LEFT"])),
        ("refused", saying("200 OK", error("forbidden")), json!([])),
        ("refused by its status", saying("403 No", ""), json!([])),
        ("put off", saying("503 Later", ""), json!([])),
    ] {
        let (ran, kept) = after(3, vec![then]);
        assert_ne!(ran.exit, Some(0), "{case}");
        assert!(ran.stderr.contains("mailxport: not sent: "), "{case}: {}", ran.stderr);
        assert_eq!((kept.len(), &ran.json["notes"]), (4, &notes), "{case}: {}", ran.stderr);
    }
}

/// A reply that comes octet by octet, and would take half an hour.
fn dripping() -> Part<'static, Asked> {
    part(|mut peer: Peer| {
        let asked = whole(&mut peer);
        peer.say("HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n");
        while peer.goes_on(" ") {
            thread::sleep(Duration::from_millis(100));
        }
        asked
    })
}

#[test]
fn an_answer_that_never_comes_whole_is_not_waited_for() {
    for (step, exit) in [(0, 88), (1, 88), (4, 40)] {
        let parts = steps(step).into_iter().chain([dripping()]).collect();
        let (ran, _) = run(&desk(), "--timeout 2", parts);
        ran.must(&format!("step {step}"), exit, &[]);
        assert!(ran.took < Duration::from_secs(30), "{:?}", ran.took);
    }
}

#[test]
fn what_answers_a_digest_is_not_quoted_either() {
    let desk = desk();
    desk.file("pw", "tiger77\n");
    let challenge =
        "401 Who\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256";
    let telling = part(|mut peer: Peer| {
        let asked = whole(&mut peer);
        let field = asked.field("authorization").unwrap().to_owned();
        let response = field.split("response=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let problem = json!({"type": "forbiddenFrom", "description": format!("no {response} here")});
        let body = answers(&[json!(["Email/import", {"notCreated": {"m": problem}}, "0"])]).to_string();
        peer.say(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
        Asked { body: response.into_bytes(), ..asked }
    });
    let mut parts = steps(3);
    parts.insert(0, saying(challenge, "no"));
    parts.push(telling);
    let words = "post --via jmap {url} mail.eml --user a --password-file pw --to b@d.example --json -vv";
    let (ran, kept) = desk.run(words, Feed::Nothing, parts);
    ran.must("digest", 120, &["forbiddenFrom"]);
    let response = String::from_utf8_lossy(&kept.last().unwrap().body).into_owned();
    assert!(response.len() >= 32);
    assert!(
        !ran.stderr.contains(&response) && !ran.stdout.contains(&response),
        "{}{}",
        ran.stderr,
        ran.stdout
    );
}
