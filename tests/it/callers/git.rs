//! git send-email.

use std::fs;

use super::{Office, run};
use crate::papers::installed;

const PATCH: &str = "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n\
From: Ada <ada@d.example>\nDate: Fri, 21 Nov 2025 10:00:00 +0000\nSubject: [PATCH] x\n\nwhy\n---\n x | 1 +\n\n\
diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+.\n-- \n2.39.5\n\n";

fn send(office: &Office, way: &str) -> Option<std::process::Output> {
    let git = installed("git")?;
    let there = std::path::Path::new("/usr/lib/git-core/git-send-email").is_file();
    if !there {
        assert!(std::env::var_os("CI").is_none(), "git-email is not installed, and CI is set");
        println!("skipped: git-email is not installed");
        return None;
    }
    fs::write(office.dir().join("0001.patch"), PATCH).unwrap();
    let mut caller = office.caller(&git);
    for who in ["AUTHOR", "COMMITTER"] {
        caller.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@d.example");
    }
    caller.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CEILING_DIRECTORIES", office.dir().parent().unwrap());
    caller.args(["send-email", &format!("{way}={}", office.sendmail()), "--from=ada@d.example"]);
    caller.args(["--envelope-sender=ada@d.example", "--to=b@d.example", "--cc=c@d.example"]);
    caller.args(["--confirm=never", "--suppress-cc=all", "--quiet", "0001.patch"]);
    Some(run(&mut caller, b""))
}

#[test]
fn a_patch_of_git_arrives() {
    for way in ["--sendmail-cmd", "--smtp-server"] {
        let office = Office::new(&[]);
        let Some(output) = send(&office, way) else { return };
        assert!(output.status.success(), "{output:?}");
        let words = ["-f", "ada@d.example", "-i", "b@d.example", "c@d.example"];
        office.must(&words, "ada@d.example", &["b@d.example", "c@d.example"]);
    }
}

#[test]
fn git_ends_with_the_status_of_a_refusal() {
    for (wish, status) in [("mail=550", 77), ("rcpt=550:*", 67), ("rcpt=451:*", 75), ("dot=554", 69)] {
        let office = Office::new(&["--reject", wish]);
        let Some(output) = send(&office, "--sendmail-cmd") else { return };
        assert_eq!(output.status.code(), Some(status), "{wish}: {output:?}");
    }
}
