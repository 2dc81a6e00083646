//! What is said when it went well, and when nobody is there.

use super::server::{Desk, Feed, answering};

#[test]
fn nobody_at_the_place_is_told_without_talk_of_mail_ports() {
    let desk = Desk::new();
    let (ran, _) = desk.run::<()>("post http://127.0.0.1:1/in note.eml --json", Feed::Nothing, vec![]);
    ran.must("refused", 14, &["cannot connect to http://127.0.0.1:1/in: connection refused"]);
    assert!(!ran.stderr.contains("587"), "{}", ran.stderr);
    assert_eq!(ran.json["server"], "http://127.0.0.1:1/in");
    let (ran, _) = desk.run::<()>("post http://x.invalid./in note.eml -4", Feed::Nothing, vec![]);
    assert!(matches!(ran.exit, Some(13 | 4)), "{}", ran.stderr);
}

#[test]
fn a_success_is_silent_and_verbose_where_asked() {
    let desk = Desk::new();
    let (ran, _) = desk.post("", vec![answering("200 OK", "")]);
    assert_eq!((ran.exit, &*ran.stdout, &*ran.stderr), (Some(0), "", ""));
    let (ran, _) = desk.post("--progress always", vec![answering("200 OK", "")]);
    ran.must("progress", 0, &["39 of 39 octets"]);
    let (ran, _) = desk.post("--exit-codes sysexits -q", vec![answering("503 Later", "")]);
    ran.must("sysexits", 75, &[]);
    assert_eq!(ran.stderr.lines().count(), 1);
}

#[test]
fn an_option_that_would_do_nothing_is_an_error() {
    let desk = Desk::new();
    let url = "post http://127.0.0.1:1/in note.eml";
    for (words, said) in [
        ("-t", "-t is for --via"),
        ("-t --method PUT", "-t is for --via"),
        ("-t --content-type a/b", "-t is for --via"),
        ("-t --envelope --from a@d.example --to b@d.example", "-t is for --via"),
        ("--to b@d.example --method PUT", "--envelope"),
        ("--unix-socket s --proxy-password-file f", "cannot be used with"),
    ] {
        let (ran, _) = desk.run::<()>(&format!("{url} {words}"), Feed::Nothing, vec![]);
        ran.must(words, 2, &[said]);
    }
}
