//! httpbin as the server of a post: Digest by SHA-256, redirects, statuses, and an echo of what came.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::server::{free_port, skipped};
use super::web::{Web, place, secret};
use crate::fixture::limit::limited;

/// A server, and its port.
fn httpbin() -> Option<(Web, u16)> {
    let python = Path::new("/usr/bin/python3");
    if !python.exists() || !limited(Command::new(python).args(["-c", "import httpbin"])).status.success() {
        skipped("python3-httpbin");
        return None;
    }
    let place = place();
    secret(place.path(), "pw", "tiger7\n");
    secret(place.path(), "wrong", "lion\n");
    fs::write(place.path().join("note.eml"), "From: a@d.example\n\nh\u{e4}\n.\n").unwrap();
    let port = free_port();
    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/real/bin.py")).arg(port.to_string());
    Some((Web::start(command, place, port, "output"), port))
}

#[test]
fn httpbin_is_logged_on_at_and_echoes_what_came() {
    let Some((web, port)) = httpbin() else { return };
    let digest = |hash: &str, pw: &str| {
        format!("/digest-auth/auth/ada/tiger7/{hash} note.eml --user ada --password-file {pw} --output -")
    };
    for (words, exit, said, out) in [
        (digest("SHA-256", "pw"), 0, "", "\"authenticated\":true"),
        (digest("MD5", "pw"), 0, "", "\"authenticated\":true"),
        (digest("SHA-256", "wrong"), 50, "refused the log-on", ""),
        (digest("SHA-512", "pw"), 91, "a hash that is not known here", ""),
        ("/post note.eml --output -".to_owned(), 0, "", "\"data\":\"From: a@d.example\\nh"),
        ("/redirect-to?url=/post&status_code=307 note.eml --output -".to_owned(), 0, "", "From: a@d.example"),
        ("/redirect-to?url=/post&status_code=308 note.eml --output -".to_owned(), 0, "", "From: a@d.example"),
        ("/redirect-to?url=/post&status_code=301 note.eml".to_owned(), 88, "elsewhere", ""),
        ("/redirect-to?url=/post note.eml".to_owned(), 88, "elsewhere", ""),
        ("/status/418 note.eml".to_owned(), 49, "(HTTP 418)", ""),
        ("/status/507 note.eml".to_owned(), 83, "(HTTP 507)", ""),
    ] {
        let ran = web.run(&format!("post http://127.0.0.1:{port}{words}"));
        ran.must(&words, exit, said);
        let stdout = ran.stdout().replace("\\n\\n", "\\n");
        assert!(stdout.contains(out), "{words}: {stdout}");
    }
}
