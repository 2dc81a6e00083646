//! Mail programs that leave the sending to sendmail: mutt, s-nail, bsd-mailx.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Office, run, run_well};
use crate::papers::installed;

fn mutt(office: &Office, mutt: &Path) -> Command {
    let rc = format!(
        "set sendmail=\"{} -oem -oi\"\nset use_envelope_from=yes\nset from=a@d.example\nset realname=Ada\n\
         set copy=no\nset dsn_notify=failure,delay\nset dsn_return=hdrs\nset hostname=d.example\nset use_8bitmime=yes\n",
        office.sendmail()
    );
    fs::write(office.dir().join("rc"), rc).unwrap();
    let mut caller = office.caller(mutt);
    caller.args(["-n", "-F", "rc", "-s", "Grüße", "-b", "c@d.example", "--", "b@d.example"]);
    caller
}

#[test]
fn mail_of_mutt_arrives_with_its_wishes_about_reports() {
    let Some(program) = installed("mutt") else { return };
    let office = Office::new(&[]);
    run_well(&mut mutt(&office, &program), "eins\n.\nzwei: ü\n".as_bytes());
    let words = [
        "-oem",
        "-oi",
        "-B8BITMIME",
        "-f",
        "a@d.example",
        "-N",
        "failure,delay",
        "-R",
        "hdrs",
        "--",
        "b@d.example",
        "c@d.example",
    ];
    let (_, envelope) = office.must(&words, "a@d.example", &["b@d.example", "c@d.example"]);
    assert_eq!(envelope["ret"], "HDRS");
    assert_eq!(envelope["to"][0]["notify"], serde_json::json!(["FAILURE", "DELAY"]));
    assert_eq!(envelope["body"], "8BITMIME");
}

#[test]
fn mutt_hears_of_a_refusal() {
    let Some(program) = installed("mutt") else { return };
    let office = Office::new(&["--reject", "rcpt=550:*"]);
    let output = run(&mut mutt(&office, &program), b"x\n");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("Error sending message, child exited 67"), "{said}");
}

#[test]
fn mail_of_s_nail_arrives() {
    let Some(program) = installed("s-nail") else { return };
    let office = Office::new(&[]);
    let mut caller = office.caller(&program);
    let mta = format!("mta={}", office.sendmail());
    caller.args(["-:/", "-S", "v15-compat", "-S", &mta, "-S", "from=a@d.example", "-r", "a@d.example"]);
    caller.args(["-s", "disk", "-b", "c@d.example", "b@d.example"]);
    run_well(&mut caller, b"one\n.\n");
    let words = ["-i", "-f", "a@d.example", "--", "b@d.example", "c@d.example"];
    office.must(&words, "a@d.example", &["b@d.example", "c@d.example"]);
}

#[test]
fn mail_of_bsd_mailx_arrives() {
    let Some(program) = installed("bsd-mailx") else { return };
    let office = Office::new(&[]);
    let mut caller = office.caller(&program);
    fs::write(office.dir().join("rc"), format!("set sendmail={}\n", office.sendmail())).unwrap();
    caller.env("MAILRC", office.dir().join("rc"));
    caller.args(["-s", "disk", "-c", "c@d.example", "-b", "e@d.example", "-a", "X-Mood: fine", "root"]);
    run_well(&mut caller, b"one\n..\ntwo\n");
    let (given, _) =
        office.must(&["-i", "-t"], "ada@m.example", &["ops@x.example", "c@d.example", "e@d.example"]);
    assert!(given.contains("\nX-Mood: fine\n"), "{given}");
}
