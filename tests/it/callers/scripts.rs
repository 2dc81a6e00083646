//! Scripts: an action as fail2ban has it, from Python with an empty environment, and a slow one as cronie starts it; a person at a
//! terminal; and a program with rights of its own.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};

use super::{Office, assert_repaired, run_well};
use crate::fixture::limit::{finished, limited};
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
    let mut program = Command::new(office.dir().join("real/sendmail"));
    program.args(["-X", "log", "-t"]).process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    program.env_clear().env("MAILXPORT_CONFIG", office.dir().join("config.toml")).current_dir(office.dir());
    let mut child = program.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"From: root\nTo: root\n\n").unwrap();
    // More than a pipe holds: it reads on, and has connected to nobody.
    input.write_all(&b"a line of a long report\n".repeat(200_000)).unwrap();
    assert_eq!(fs::read(office.dir().join("log")).unwrap(), b"");
    input.write_all(b"end\n").unwrap();
    drop(input);
    let output = finished(child);
    assert!(output.status.success(), "{output:?}");
    let (kept, _) = office.kept();
    assert!(kept.ends_with(b"report\r\nend\r\n") && kept.len() > 5_000_000);
    let log = fs::read_to_string(office.dir().join("log")).unwrap();
    assert_eq!(log.lines().filter(|line| line.starts_with("{\"done\"")).count(), 1);
}

/// Types this at the terminal of script(1), and leaves it open until the program has ended.
fn typed(office: &Office, words: &str, keys: &[u8]) -> Output {
    let command = format!("{} {words}", office.dir().join("real/sendmail").display());
    let mut script = Command::new("script");
    script.args(["--quiet", "--echo", "never", "--return", "--flush", "--command", &command, "/dev/null"]);
    script.env("MAILXPORT_CONFIG", office.dir().join("config.toml")).env("LOGNAME", "ada").process_group(0);
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).current_dir(office.dir());
    let mut child = script.spawn().expect("script(1), of every Debian");
    let mut input = child.stdin.take().unwrap();
    input.write_all(keys).unwrap();
    let output = finished(child);
    drop(input);
    output
}

#[test]
fn a_line_of_one_dot_ends_what_a_person_types() {
    for (words, keys, body) in [
        ("root", &b"one\n..\n.\nnot this\n"[..], "\r\n\r\none\r\n..\r\n"),
        ("-i root", b"one\n.\ntwo\n\x04", "\r\n\r\none\r\n.\r\ntwo\r\n"),
    ] {
        let office = Office::new(&[]);
        let output = typed(&office, words, keys);
        assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
        let (kept, _) = office.kept();
        assert!(kept.ends_with(body.as_bytes()), "{words}: {}", String::from_utf8_lossy(&kept));
    }
}

#[test]
fn a_person_is_not_asked_for_a_password_either() {
    let office = Office::new(&[]);
    let path = office.dir().join("config.toml");
    let config = fs::read_to_string(&path).unwrap().replace("[aliases]", "user = \"ada\"\n[aliases]");
    fs::write(path, config).unwrap();
    let output = typed(&office, "root", b"one\n.\n");
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.starts_with("sendmail: not sent: ") && said.lines().count() == 1, "{said}");
    assert!(said.trim_end().ends_with("(MXP_E_CONFIG)"), "{said}");
}

#[test]
fn with_rights_of_its_own_it_takes_nobodys_word() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can make a program setgid for others");
        return;
    }
    let office = Office::new(&[]);
    let program = office.dir().join("sendmail-with-rights");
    fs::copy(env!("CARGO_BIN_EXE_mailxport"), &program).unwrap();
    chown(&program, Some(0), Some(8)).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o2755)).unwrap();
    let run = |words: &[&str]| {
        let mut command = Command::new(&program);
        command.arg0("sendmail").args(words).uid(65_534).gid(65_534).env_clear().current_dir("/");
        command.env("MAILXPORT_SERVER", &office.sink.address);
        command.env("MAILXPORT_CONFIG", office.dir().join("config.toml")).env("HOME", office.dir());
        let output = limited(&mut command);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let config = office.dir().join("config.toml").display().to_string();
    let open = office.dir().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    let log = open.join("log").display().to_string();
    for words in [&["-bv", "-C", &config, "root"][..], &["-bv", "-X", &log, "root"], &["-X", &log, "root"]] {
        let (status, said) = run(words);
        assert_eq!(status, Some(77), "{said}");
        assert!(said.contains("it runs with rights of another (E_ACCESSDENIED)"), "{said}");
    }
    assert_eq!(fs::read_dir(open).unwrap().count(), 0);
    if fs::exists("/etc/mailxport").unwrap() {
        println!("skipped: this machine has a configuration of its own");
        return;
    }
    let (status, said) = run(&["-bv", "root"]);
    assert_eq!(status, Some(78), "{said}");
    assert!(said.contains(" into /etc/mailxport/config.toml (MXP_E_CONFIG)"), "{said}");
}
