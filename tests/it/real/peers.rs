//! More mail systems: Dovecot's LMTP, OpenSMTPD and chasquid, each in a directory of its own.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{fs, iter};

use super::mta::{Mta, Site, uid};
use super::server::{find, skipped};
use crate::fixture::certificates::Draft;
use crate::fixture::limit::limited;

/// Whoever has a box besides `b@d.example`.
pub(super) fn people() -> impl Iterator<Item = String> {
    (0..50).map(|number| format!("r{number}@x.test"))
}

/// A site with an empty box, both of this user.
pub(super) fn with_box(user: u32) -> Site {
    let site = Site::of(Draft::of_this_host());
    for name in ["mail", "mail/box", "mail/box/tmp", "mail/box/new", "mail/box/cur"] {
        site.make(name, user);
    }
    site.write("keep", include_str!("keep"));
    fs::set_permissions(site.path("keep"), fs::Permissions::from_mode(0o755)).unwrap();
    site.secrets();
    site
}

/// Where a variable says that a package was unpacked, for root, who runs it as nobody.
fn unpacked(variable: &str, program: &str) -> Option<(PathBuf, u32)> {
    let root = std::env::var_os(variable).map(PathBuf::from);
    let found = root.filter(|root| root.join(program).is_file() && rustix::process::geteuid().is_root());
    let both = found.zip(uid("nobody"));
    if both.is_none() {
        skipped(&format!("{program} (its package unpacked where ${variable} says, and to be root)"));
    }
    both
}

fn as_nobody() -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]);
    command
}

impl Mta {
    /// Dovecot's LMTP, at a port and at the socket `run/lmtp`. It runs as nobody.
    pub(super) fn dovecot_lmtp() -> Option<Self> {
        let program = find("dovecot").filter(|_| rustix::process::geteuid().is_root());
        let there = PathBuf::from("/usr/lib/dovecot/lmtp").is_file();
        let (Some(program), Some(nobody), true) = (program, uid("nobody"), there) else {
            skipped("dovecot's lmtp (the package dovecot-lmtpd, and to be root)");
            return None;
        };
        let site = with_box(nobody);
        for name in ["", "run", "state", "log"] {
            site.make(name, nobody);
        }
        let users: String =
            people().chain(iter::once("b@d.example".to_owned())).map(|name| name + ":::::::\n").collect();
        site.write("users", &users);
        site.write("dovecot.conf", include_str!("dovecot/lmtp.conf"));
        chown(site.path("server.pem"), Some(nobody), None).unwrap();
        let mut command = as_nobody();
        command.arg(program).arg("-F").arg("-c").arg(site.path("dovecot.conf"));
        Some(site.start(command, None))
    }

    /// OpenSMTPD, where `$OPENSMTPD` says that its package was unpacked; users opensmtpd and opensmtpq must be there.
    pub(super) fn opensmtpd() -> Option<Self> {
        let (root, nobody) = unpacked("OPENSMTPD", "usr/sbin/smtpd")?;
        let may = Command::new("unshare").args(["-m", "true"]).stderr(Stdio::null()).status();
        if !may.is_ok_and(|status| status.success()) {
            // A container may forbid it, in CI too.
            println!("skipped: opensmtpd, for no mount namespace may be made here");
            return None;
        }
        let site = with_box(nobody);
        site.write("smtpd.conf", include_str!("opensmtpd/smtpd.conf"));
        let root = root.display().to_string();
        site.write("start", &include_str!("opensmtpd/start").replace("{root}", &root));
        let mut command = Command::new("unshare");
        command.args(["-m", "sh"]).arg(site.path("start"));
        Some(site.start(command, None))
    }

    /// chasquid, where `$CHASQUID` says that its package was unpacked. It runs as nobody.
    pub(super) fn chasquid() -> Option<Self> {
        let (root, nobody) = unpacked("CHASQUID", "usr/bin/chasquid")?;
        let site = with_box(nobody);
        for name in ["etc/certs/localhost", "etc/domains/x.test", "data"] {
            site.make(name, nobody);
        }
        site.write("etc/chasquid.conf", include_str!("chasquid/chasquid.conf"));
        for name in ["fullchain.pem", "privkey.pem"] {
            let path = site.path("etc/certs/localhost").join(name);
            fs::copy(site.path("server.pem"), &path).unwrap();
            chown(path, Some(nobody), None).unwrap();
        }
        let mut add = Command::new(root.join("usr/bin/chasquid-util"));
        add.arg(format!("--configdir={}", site.path("etc").display()));
        let output = limited(add.args(["user-add", "alice@x.test", "--password=tiger-secret"]));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // The others have her password.
        let users = site.path("etc/domains/x.test/users");
        let alice = fs::read_to_string(&users).unwrap();
        let names = people().map(|name| name.replace("@x.test", "")).chain(iter::once("b".to_owned()));
        let all: String = names.map(|name| alice.replace("alice", &name)).collect();
        fs::write(&users, alice + &all).unwrap();
        chown(users, Some(nobody), None).unwrap();
        let mut command = as_nobody();
        command
            .arg(root.join("usr/bin/chasquid"))
            .arg(format!("--config_dir={}", site.path("etc").display()));
        Some(site.start(command, None))
    }
}
