//! Scripts: an action as fail2ban has it, from Python with an empty environment, and a slow one as cronie starts it.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use super::{Office, assert_repaired, run_well};
use crate::papers::installed;

#[test]
fn an_action_of_fail2ban_arrives_from_an_empty_environment() {
    let Some(python) = installed("python3") else { return };
    let office = Office::new(&[]);
    let text = "Subject: [Fail2Ban] sshd: banned 192.0.2.1\nFrom: Fail2Ban <fail2ban@d.example>\nTo: root\n\nHi,\n.\nRegards\n";
    fs::write(office.dir().join("mail"), text).unwrap();
    let script = "import subprocess, sys\n\
                  sys.exit(subprocess.run(sys.argv[1:], stdin=open('mail', 'rb'), env={}).returncode)\n";
    let mut caller = office.caller(&python);
    let program = office.dir().join("real/sendmail");
    caller.args(["-c", script]).arg(program).args(["-C", "config.toml", "-f", "fail2ban@d.example", "root"]);
    run_well(&mut caller, b"");
    let (kept, envelope) = office.kept();
    assert_repaired(text.as_bytes(), &kept);
    assert_eq!(envelope["from"], "fail2ban@d.example");
    assert_eq!(envelope["to"][0]["address"], "ops@x.example");
}

#[test]
fn a_connection_is_made_when_all_of_the_message_is_there() {
    let office = Office::new(&["--count", "1"]);
    let mut program = Command::new("timeout");
    program.arg("60").arg(office.dir().join("real/sendmail")).args(["-X", "log", "-t"]);
    program.env_clear().env("MAILXPORT_CONFIG", office.dir().join("config.toml")).current_dir(office.dir());
    let mut child = program.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"From: root\nTo: root\n\n").unwrap();
    // More than a pipe holds: it reads on, and has connected to nobody.
    input.write_all(&b"a line of a long report\n".repeat(200_000)).unwrap();
    assert_eq!(fs::read(office.dir().join("log")).unwrap(), b"");
    input.write_all(b"end\n").unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
    let (kept, _) = office.kept();
    assert!(kept.ends_with(b"report\r\nend\r\n") && kept.len() > 5_000_000);
    let log = fs::read_to_string(office.dir().join("log")).unwrap();
    assert_eq!(log.lines().filter(|line| line.starts_with("{\"done\"")).count(), 1);
}
