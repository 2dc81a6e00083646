//! Callers that know one path only, /usr/sbin/sendmail: it is theirs in a mount namespace, and nobody else's.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Office, run_well};
use crate::papers::installed;

const PATIENCE: Duration = Duration::from_secs(60);

/// A shell in a mount namespace where these lines were run first; none where the system gives no such thing.
fn apart(office: &Office, lines: &str) -> Option<Command> {
    let unshare = installed("unshare")?;
    let may = Command::new(&unshare).args(["-m", "true"]).stderr(Stdio::null()).status().unwrap().success();
    if !may {
        println!("skipped: no mount namespace, which only root gets, and not everywhere");
        return None;
    }
    if !std::path::Path::new("/usr/sbin/sendmail").exists() {
        assert!(std::env::var_os("CI").is_none(), "no /usr/sbin/sendmail to stand in for, and CI is set");
        println!("skipped: no /usr/sbin/sendmail to stand in for");
        return None;
    }
    let mut command = office.caller(&unshare);
    let mount = format!("set -e\nmount --bind '{}' /usr/sbin/sendmail\n{lines}", office.sendmail());
    command.args(["-m", "sh", "-c", &mount, "sh"]).stdin(Stdio::null());
    Some(command)
}

/// A daemon, ended by its own id.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_report_of_cron_arrives() {
    let Some(cron) = installed("cron") else { return };
    let office = Office::new(&[]);
    // Its tables, its pid file and its mark that it ran are all its own.
    let lines = format!(
        "mount -t tmpfs none /run\nmount -t tmpfs none /etc/cron.d\nmount --bind /dev/null /etc/crontab\n\
         mount -t tmpfs none /var/spool/cron\nmkdir -m 1730 /var/spool/cron/crontabs\n\
         printf '%s\\n' \"@reboot printf 'one\\n.\\ntwo: \\303\\274\\n'\" > /var/spool/cron/crontabs/root\n\
         chmod 600 /var/spool/cron/crontabs/root\nexec {} -f",
        cron.display()
    );
    let Some(mut command) = apart(&office, &lines) else { return };
    let mut daemon = Daemon(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    let begun = Instant::now();
    while office.sink.files("new").is_empty() {
        assert!(daemon.0.try_wait().unwrap().is_none(), "cron ended");
        assert!(begun.elapsed() < PATIENCE, "cron sends nothing");
        thread::yield_now();
    }
    drop(daemon);
    let words = ["-FCronDaemon", "-i", "-B8BITMIME", "-oem", "root"];
    let (given, _) = office.must(&words, "root@m.example", &["ops@x.example"]);
    assert!(given.starts_with("From: root (Cron Daemon)\nTo: root\n"), "{given}");
    assert!(given.ends_with("\n\none\n.\ntwo: \u{c3}\u{bc}\n"), "{given}");
}

#[test]
fn a_report_of_logwatch_arrives() {
    let Some(logwatch) = installed("logwatch") else { return };
    let office = Office::new(&[]);
    let cache = office.dir().join("cache");
    fs::create_dir(&cache).unwrap();
    let lines = format!(
        "mkdir -p /var/cache/logwatch\nmount --bind '{}' /var/cache/logwatch\nexec \"$@\"",
        cache.display()
    );
    let Some(mut command) = apart(&office, &lines) else { return };
    command.arg(logwatch).args(["--output", "mail", "--mailto", "root", "--format", "text"]);
    command.args(["--service", "zz-sys", "--range", "today", "--hostname", "m.example"]);
    run_well(&mut command, b"");
    let (given, envelope) = office.must(&["-t"], "root@m.example", &["ops@x.example"]);
    assert!(given.contains("Subject: Logwatch for m.example"), "{given} {envelope}");
}
