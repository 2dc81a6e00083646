//! mail() of PHP.

use super::{Office, run};
use crate::papers::installed;

/// Calls mail() and gives the status of the script: 0 where it returned true, 7 where false.
fn mail(office: &Office, php: &std::path::Path) -> Option<i32> {
    let script = "exit(mail('b@d.example, c@d.example', 'Disk', \"full\\n.\\nvery\\n\", \
                  \"From: a@d.example\\r\\nBcc: e@d.example\", '-fbounce@d.example') ? 0 : 7);";
    let mut caller = office.caller(php);
    caller.args(["-n", "-d", &format!("sendmail_path={} -t -i", office.sendmail()), "-r", script]);
    run(&mut caller, b"").status.code()
}

#[test]
fn the_mail_of_php_arrives() {
    let Some(php) = installed("php8.2") else { return };
    let office = Office::new(&[]);
    assert_eq!(mail(&office, &php), Some(0));
    let to = ["b@d.example", "c@d.example", "e@d.example"];
    let (given, _) = office.must(&["-t", "-i", "-fbounce@d.example"], "bounce@d.example", &to);
    assert!(given.contains("Bcc: e@d.example") && given.contains("\n.\n"), "{given}");
}

#[test]
fn php_hears_of_a_refusal() {
    let Some(php) = installed("php8.2") else { return };
    for wish in ["rcpt=550:*", "rcpt=450:*", "dot=554", "rcpt=550:c@*"] {
        let office = Office::new(&["--reject", wish]);
        assert_eq!(mail(&office, &php), Some(7), "{wish}");
    }
}
