//! One connection for all requests of JMAP, and servers that leave in between: with a word, without one, or never to be seen.

use super::jmap::{closing, desk, imported, json_of, looked, session, submitted, uploaded, whole};
use super::server::{Asked, Part, Peer, Ran, part};
use serde_json::{Value, json};

fn all() -> [Value; 5] {
    [session(), looked(), uploaded(), imported(), submitted(&json!({"id": "s1"}))]
}

/// How a server parts with a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaves {
    AtTheEnd,
    /// Its last answer says so.
    WithAWord,
    WithoutAWord,
    /// It takes a further request and says nothing to it.
    Unheard,
}

/// Answers these over one connection.
fn serving(bodies: Vec<Value>, leaves: Leaves) -> Part<'static, Vec<Asked>> {
    part(move |mut peer: Peer| {
        let (mut heard, last) = (Vec::new(), bodies.len() - 1);
        for (at, body) in bodies.into_iter().enumerate() {
            let asked = whole(&mut peer);
            if asked.head.is_empty() {
                return heard;
            }
            heard.push(asked);
            let body = body.to_string();
            match leaves {
                Leaves::WithAWord if at == last => peer.say(&closing("200 OK", &body)),
                _ => peer.say(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())),
            }
        }
        match leaves {
            Leaves::AtTheEnd => assert!(peer.is_left_alone()),
            Leaves::Unheard => heard.push(whole(&mut peer)),
            Leaves::WithAWord | Leaves::WithoutAWord => {}
        }
        heard
    })
}

fn lines(kept: &[Vec<Asked>]) -> Vec<usize> {
    kept.iter().map(Vec::len).collect()
}

fn submit(parts: Vec<Part<'static, Vec<Asked>>>, options: &str) -> (Ran, Vec<Vec<Asked>>) {
    let words = format!(
        "post --via jmap {{url}} mail.eml --token-file token --auth-in-clear --to b@d.example --json {options}"
    );
    desk().run(&words, super::server::Feed::Nothing, parts)
}

#[test]
fn all_requests_go_over_one_connection() {
    let (ran, kept) = submit(vec![serving(all().to_vec(), Leaves::AtTheEnd)], "-v");
    ran.must("one", 0, &[]);
    assert_eq!(lines(&kept), [5]);
    assert_eq!(ran.stderr.matches(": connecting ").count(), 1, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches(": disconnected ").count(), 1, "{}", ran.stderr);
    assert!(kept[0].iter().all(|asked| asked.field("authorization").is_some()));
    assert_eq!(json_of(&kept[0][4])["methodCalls"][0][0], "EmailSubmission/set");
}

#[test]
fn a_challenge_and_a_redirect_are_answered_over_the_same_connection() {
    let asking = part(move |mut peer: Peer| {
        let mut heard = vec![whole(&mut peer)];
        peer.say("HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 2\r\n\r\nno");
        heard.push(whole(&mut peer));
        peer.say("HTTP/1.1 302 Found\r\nLocation: /jmap/\r\nContent-Length: 0\r\n\r\n");
        for body in all().map(|body| body.to_string()) {
            heard.push(whole(&mut peer));
            peer.say(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
        }
        heard
    });
    let desk = desk();
    desk.file("pw", "tiger77\n");
    let words = "post --via jmap {url} mail.eml --user a --password-file pw --auth-in-clear --to b@d.example";
    let (ran, kept) = desk.run(words, super::server::Feed::Nothing, vec![asking]);
    ran.must("asked and sent on", 0, &[]);
    assert_eq!(lines(&kept), [7]);
    assert!(kept[0][0].field("authorization").is_none());
    assert!(kept[0][1..].iter().all(|asked| asked.field("authorization").is_some()));
}

#[test]
fn a_server_that_leaves_with_a_word_is_met_again() {
    // What carries the message goes over a connection that was seen to stay open, or over one of its own.
    for (cut, counts) in [(1, vec![1, 4]), (2, vec![2, 2, 1]), (3, vec![3, 1, 1]), (4, vec![4, 1])] {
        let (mut bodies, mut parts) = (all().into_iter(), Vec::new());
        for (at, count) in counts.iter().enumerate() {
            let leaves = if at == 0 { Leaves::WithAWord } else { Leaves::AtTheEnd };
            parts.push(serving(bodies.by_ref().take(*count).collect(), leaves));
        }
        let (ran, kept) = submit(parts, "");
        ran.must(&format!("after {cut}"), 0, &[]);
        assert_eq!(lines(&kept), counts, "{cut}");
    }
}

#[test]
fn a_server_that_takes_a_harmless_request_and_leaves_is_asked_again() {
    for cut in 1..3 {
        let (first, rest) = (all()[..cut].to_vec(), all()[cut..].to_vec());
        let mut parts = vec![serving(first, Leaves::Unheard)];
        // From then on every request has its own.
        parts.extend(rest.into_iter().map(|body| serving(vec![body], Leaves::WithoutAWord)));
        let (ran, kept) = submit(parts, "");
        ran.must(&format!("after {cut}"), 0, &[]);
        assert_eq!(lines(&kept)[0], cut + 1);
        assert!(lines(&kept)[1..].iter().all(|count| *count == 1), "{:?}", lines(&kept));
    }
}

#[test]
fn what_may_have_been_done_is_not_asked_again() {
    let parts = || {
        vec![serving(all()[..3].to_vec(), Leaves::Unheard), serving(all()[3..].to_vec(), Leaves::AtTheEnd)]
    };
    let (ran, kept) = submit(parts(), "");
    ran.must("an import", 15, &["mailxport: not sent: "]);
    assert_eq!((lines(&kept), &ran.json["notes"]), (vec![4], &json!(["MXP_S_DRAFT_LEFT"])));
    let parts =
        vec![serving(all()[..4].to_vec(), Leaves::Unheard), serving(all()[4..].to_vec(), Leaves::AtTheEnd)];
    let (ran, kept) = submit(parts, "--retry 1");
    ran.must("a submission", 40, &["mailxport: unknown: "]);
    assert_eq!(lines(&kept), [5]);
}

#[test]
fn octets_behind_an_answer_are_no_answer_to_the_next_request() {
    let yes = submitted(&json!({"id": "forged"})).to_string();
    let forging = part(move |mut peer: Peer| {
        let mut heard = Vec::new();
        for (at, body) in all()[..4].iter().enumerate() {
            heard.push(whole(&mut peer));
            let body = body.to_string();
            let forged = if at == 3 { closing("200 OK", &yes) } else { String::new() };
            peer.say(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}{forged}", body.len()));
        }
        heard
    });
    let (ran, kept) = submit(vec![forging, serving(all()[4..].to_vec(), Leaves::AtTheEnd)], "");
    ran.must("forged", 0, &[]);
    assert_eq!((lines(&kept), &ran.json["queue_id"]), (vec![4, 1], &json!("s1")));
}
