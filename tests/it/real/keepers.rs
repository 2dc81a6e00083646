//! Servers that keep a message in one file for all its recipients, with the envelope as they heard it in front: Postfix's smtp-sink,
//! and small programs of ours around aiosmtpd and smtp-server.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::corpus::{self, Cover, Way};
use super::interop::Proved;
use super::matrix::{FILE, Peer, by_data, in_clear_by_data, json, must};
use super::mta::{Mta, uid, without_its_way};
use super::octets::{assert_same, with_lf};
use super::peers::with_box;
use super::server::{find, skipped};
use crate::fixture::content::canonical;

fn ours(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/real").join(name)
}

fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

const LMTP: &str = "lmtp://127.0.0.1:";

/// What it heard of recipients.
pub(super) fn recipients(kept: &[u8]) -> Vec<String> {
    said(kept, "X-Rcpt-Args: ")
}

/// What it heard of the sender.
pub(super) fn sender(kept: &[u8]) -> String {
    said(kept, "X-Mail-Args: ").concat()
}

/// Who had logged on.
pub(super) fn user(kept: &[u8]) -> String {
    said(kept, "X-User: ").concat()
}

fn said(kept: &[u8], lead: &str) -> Vec<String> {
    let lines = kept.split(|octet| *octet == b'\n').take_while(|line| !line.starts_with(b"Received: "));
    let lines = lines.map(String::from_utf8_lossy);
    lines.filter_map(|line| line.strip_prefix(lead).map(|rest| rest.trim_end().to_owned())).collect()
}

impl Mta {
    /// Postfix's `smtp-sink` with more words, if there is one. Nothing is refused by it, or everything.
    pub(super) fn smtp_sink(words: &[&str]) -> Option<Self> {
        let Some(program) = find("smtp-sink") else {
            skipped("smtp-sink (of the package postfix)");
            return None;
        };
        let is_root = rustix::process::geteuid().is_root();
        // It insists on leaving root behind.
        let user = uid("nobody").filter(|_| is_root).unwrap_or(own_user());
        let site = with_box(user);
        let mut command = Command::new(program);
        command.current_dir(site.path("mail/box/new")).args(["-d", "kept."]).args(words);
        if is_root {
            command.args(["-u", "nobody"]);
        }
        command.args([&format!("127.0.0.1:{}", site.first()), "10"]);
        Some(site.start(command, None))
    }

    /// aiosmtpd, if there is one: STARTTLS, TLS from the first byte, and LMTP.
    pub(super) fn aiosmtpd() -> Option<Self> {
        let python = Path::new("/usr/bin/python3");
        let there = Command::new(python).args(["-c", "import aiosmtpd.smtp"]).stderr(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) {
            skipped("aiosmtpd (the package python3-aiosmtpd)");
            return None;
        }
        let mut command = Command::new(python);
        command.arg(ours("keeper.py"));
        Some(with_box(own_user()).start_one_that_says_its_ports(command))
    }

    /// smtp-server, where `$SMTP_SERVER` says that `tests/it/real/smtp-server` was installed: STARTTLS, TLS from the first byte, and
    /// STARTTLS for those who log on; or LMTP.
    pub(super) fn smtp_server(mode: &str) -> Option<Self> {
        let modules = std::env::var_os("SMTP_SERVER").map(|root| Path::new(&root).join("node_modules"));
        let modules = modules.filter(|modules| modules.join("smtp-server").is_dir());
        let (Some(modules), Some(node)) = (modules, find("node")) else {
            skipped("smtp-server (in $SMTP_SERVER, by npm ci, and node)");
            return None;
        };
        let mut command = Command::new(node);
        command.arg(ours("smtp-server/keeper.js")).arg(modules).arg(mode);
        Some(with_box(own_user()).start_one_that_says_its_ports(command))
    }
}

impl<'a> Peer<'a> {
    /// One that keeps the octets as they came.
    fn keeping(name: &'static str, mta: &'a Mta, port: u16) -> Self {
        Self { in_one_file: true, takes: by_data, form: canonical, defers: true, ..Self::at(name, mta, port) }
    }

    /// A file in clear, a stream under TLS.
    fn by_lmtp(self) -> Self {
        let takes = |way: &Way| by_data(way) && way.stream == (way.cover == Cover::StartTls);
        Self { scheme: LMTP, takes, ..self }
    }
}

#[test]
fn smtp_server_holds_the_matrix() {
    let Some(mta) = Mta::smtp_server("smtp") else { return };
    Peer { first: Some(mta.ports[1]), ..Peer::keeping("smtp-server", &mta, mta.ports[0]) }.holds();
}

#[test]
fn smtp_server_holds_the_matrix_over_lmtp() {
    let Some(mta) = Mta::smtp_server("lmtp") else { return };
    Peer::keeping("smtp-server, LMTP", &mta, mta.ports[0]).by_lmtp().holds();
}

#[test]
fn aiosmtpd_holds_the_matrix() {
    let Some(mta) = Mta::aiosmtpd() else { return };
    let aiosmtpd =
        |name, port| Peer { pipelines: false, tells_of_delivery: false, ..Peer::keeping(name, &mta, port) };
    Peer { first: Some(mta.ports[1]), ..aiosmtpd("aiosmtpd", mta.ports[0]) }.holds();
    aiosmtpd("aiosmtpd, LMTP", mta.ports[2]).by_lmtp().holds();
}

/// What it says of each recipient behind the end of a message.
fn judges_late(mta: &Mta, port: u16) {
    let (_, file) = &corpus::messages()[0];
    let words = [&format!("--server={LMTP}{port}")[..], "--to=b@d.example", "--to=late@x.test"];
    let copy = mta.delivered(|| {
        let output = mta.by(FILE, file, &words);
        must("late", &output, 41);
        let said = json(&output);
        let fates = [0, 1].map(|at| said["recipients"][at]["fate"].clone());
        assert_eq!(fates, ["accepted", "refused"], "{said:#}");
    });
    assert_same("late", &canonical(file), without_its_way(&copy));
}

#[test]
fn smtp_server_and_aiosmtpd_refuse_one_of_two_after_the_end_over_lmtp() {
    if let Some(mta) = Mta::smtp_server("lmtp") {
        judges_late(&mta, mta.ports[0]);
    }
    if let Some(mta) = Mta::aiosmtpd() {
        judges_late(&mta, mta.ports[2]);
    }
}

/// Every mechanism with the right secret, by STARTTLS and under TLS from the first byte, and with a wrong one.
fn logs_on(mta: &Mta, mechanisms: &[(&str, &str)]) {
    let (_, file) = &corpus::messages()[0];
    let [starttls, first, _] = mta.ports;
    for server in [format!("smtp://127.0.0.1:{starttls}"), format!("smtps://127.0.0.1:{first}")] {
        for (mechanism, secret) in mechanisms {
            let server = format!("--server={server}");
            let auth = format!("--auth={mechanism}");
            let words = [&server[..], "--to=b@d.example", "--user=alice", &auth, "-vv"];
            let copy = mta.delivered(|| {
                let output = mta.send(file, &[&words[..], &[&format!("--{secret}")]].concat());
                must(&auth, &output, 0);
            });
            assert_eq!(user(&copy), "alice", "{auth}");
            assert_same(&auth, &canonical(file), without_its_way(&copy));
            let wrong = format!("--{}=wrong", secret.split('=').next().unwrap());
            let output = mta.send(file, &[&words[..], &[&wrong]].concat());
            must(&auth, &output, 24);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("refused the log-on") && !said.contains("MAIL FROM"), "{said}");
            assert!(!said.contains("lion-secret") && mta.is_empty(), "{said}");
        }
    }
}

const PASSWORD: &str = "password-file=password";

#[test]
fn smtp_server_takes_a_log_on_under_tls() {
    let Some(mta) = Mta::smtp_server("smtp") else { return };
    let by_password = ["auto", "plain", "login", "cram-md5"].map(|mechanism| (mechanism, PASSWORD));
    logs_on(&mta, &[&by_password[..], &[("xoauth2", "token-file=token")]].concat());
}

#[test]
fn aiosmtpd_takes_a_log_on_under_tls() {
    let Some(mta) = Mta::aiosmtpd() else { return };
    logs_on(&mta, &["auto", "plain", "login"].map(|mechanism| (mechanism, PASSWORD)));
}

/// It offers a log-on in clear too, and takes none there.
#[test]
fn smtp_server_refuses_a_log_on_in_clear_and_gets_none_unasked() {
    let Some(mta) = Mta::smtp_server("smtp") else { return };
    let (_, file) = &corpus::messages()[0];
    let server = format!("--server=smtp://127.0.0.1:{}", mta.ports[0]);
    let words = [&server[..], "--to=b@d.example", "--user=alice", "--password-file=password", "-vv"];
    for (more, exit, said) in [
        (&["--tls=off"][..], 24, "538 5.7.0 Error: Must issue a STARTTLS command first"),
        (&["--tls=off", "--auth=plain"], 24, "hint: it wants TLS first: --tls required"),
        (&[], 39, "an unknown authority"),
    ] {
        let output = mta.run(file, &[&words[..], more].concat());
        must(&format!("{more:?}"), &output, exit);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(said) && !stderr.contains("> MAIL") && mta.is_empty(), "{more:?}: {stderr}");
        assert_eq!(stderr.contains("> AUTH"), !more.is_empty(), "{more:?}: {stderr}");
    }
}

#[test]
fn aiosmtpd_offers_a_log_on_only_behind_starttls() {
    let Some(mta) = Mta::aiosmtpd() else { return };
    let (_, file) = &corpus::messages()[0];
    let server = format!("--server=smtp://127.0.0.1:{}", mta.ports[0]);
    let words = [&server[..], "--to=b@d.example", "--user=alice", "--password-file=password", "-vv"];
    let output = mta.run(file, &[&words[..], &["--tls=off"]].concat());
    must("in clear", &output, 91);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the server offers no log-on here") && !said.contains("> AUTH"), "{said}");
}

#[test]
fn smtp_server_takes_nothing_from_whoever_has_not_logged_on() {
    let Some(mta) = Mta::smtp_server("smtp") else { return };
    let (_, file) = &corpus::messages()[0];
    let server = format!("--server=smtp://127.0.0.1:{}", mta.ports[2]);
    let words = [&server[..], "--to=b@d.example"];
    let output = mta.send(file, &words);
    must("a stranger", &output, 24);
    let said = json(&output);
    assert!(said["reply"]["code"] == 530 && mta.is_empty(), "{said:#}");
    let copy = mta.delivered(|| {
        let output = mta.send(file, &[&words[..], &["--user=alice", "--password-file=password"]].concat());
        must("alice", &output, 0);
    });
    assert_eq!(user(&copy), "alice");
}

/// A dump ends with an empty line more.
pub(super) fn dumped(dump: &[u8]) -> &[u8] {
    let rest = without_its_way(dump);
    rest.strip_suffix(b"\n").unwrap_or(rest)
}

/// It refuses or puts off every recipient, or none; nobody gets it, by any wish.
fn refuses_all(peer: &Peer<'_>, proved: &mut Proved) {
    let (_, file) = &corpus::messages()[0];
    let lmtp: &[&str] = if peer.scheme.starts_with("lmtp") { &["-L"] } else { &[] };
    for (how, exit, fate) in [("-f", 121, "refused"), ("-r", 104, "deferred")] {
        let Some(sink) = Mta::smtp_sink(&[lmtp, &[how, "RCPT"]].concat()) else { return };
        for (partial, second) in [(&[][..], "untried"), (&["--partial"], fate)] {
            let server = format!("--server={}{}", peer.scheme, sink.ports[1]);
            let words = [&[&server[..], "--to=r0@x.test", "--to=r1@x.test"], partial].concat();
            let output = sink.by(FILE, file, &words);
            must(&format!("{how} {words:?}"), &output, exit);
            let said = json(&output);
            let fates = [0, 1].map(|at| said["recipients"][at]["fate"].clone());
            assert!(fates == [fate, second] && sink.is_empty(), "{how} {words:?}: {said:#}");
        }
    }
    proved.tell("one refused", "all or none: nobody");
}

#[test]
fn smtp_sink_holds_the_matrix() {
    let smtp_sink = |name, mta| Peer {
        takes: in_clear_by_data,
        form: with_lf,
        without: dumped,
        limit: None,
        one_refused: refuses_all,
        ..Peer::keeping(name, mta, mta.ports[1])
    };
    let Some(sink) = Mta::smtp_sink(&[]) else { return };
    smtp_sink("smtp-sink", &sink).holds();
    let Some(sink) = Mta::smtp_sink(&["-L"]) else { return };
    Peer { scheme: LMTP, ..smtp_sink("smtp-sink, LMTP", &sink) }.holds();
}

/// It refuses (-f), puts off (-r), says 421 and leaves (-Q), or leaves without a word (-q).
#[test]
fn what_smtp_sink_does_at_a_command_is_told_as_what_it_is() {
    let (_, file) = &corpus::messages()[0];
    for (how, at, exit, stage) in [
        ("-f", "CONNECT", 98, "greeting"),
        ("-r", "CONNECT", 104, "greeting"),
        ("-Q", "CONNECT", 103, "greeting"),
        ("-q", "CONNECT", 15, "greeting"),
        ("-q", "EHLO", 15, "hello"),
        ("-f", "MAIL", 120, "mail"),
        ("-r", "MAIL", 104, "mail"),
        ("-Q", "MAIL", 103, "mail"),
        ("-q", "MAIL", 15, "mail"),
        ("-f", "DATA", 98, "data"),
        ("-r", "DATA", 104, "data"),
        ("-Q", "DATA", 103, "data"),
        ("-q", "DATA", 15, "data"),
        ("-f", ".", 98, "dot"),
        ("-r", ".", 104, "dot"),
        ("-Q", ".", 103, "dot"),
        ("-q", ".", 40, "dot"),
    ] {
        let Some(sink) = Mta::smtp_sink(&[how, at]) else { return };
        let output = sink.by(FILE, file, &[&smtp(&sink), "--to=b@d.example"]);
        must(&format!("{how} {at}"), &output, exit);
        assert_eq!(json(&output)["stage"], stage, "{how} {at}");
        // What it has heard to the end it keeps, whatever it answers.
        assert!(at == "." || sink.is_empty(), "{how} {at}");
    }
}

/// Without an answer to EHLO it is greeted by HELO; nobody waits for the answer to QUIT.
#[test]
fn smtp_sink_gets_a_message_without_ehlo_and_without_goodbye() {
    let (_, file) = &corpus::messages()[0];
    for words in [&["-e"][..], &["-f", "EHLO"], &["-8", "-E", "-N"], &["-f", "QUIT"], &["-q", "QUIT"]] {
        let Some(sink) = Mta::smtp_sink(words) else { return };
        let copy = sink.delivered(|| {
            must(&format!("{words:?}"), &sink.by(FILE, file, &[&smtp(&sink), "--to=b@d.example"]), 0);
        });
        assert_same(&format!("{words:?}"), &with_lf(file), dumped(&copy));
    }
}

fn smtp(mta: &Mta) -> String {
    format!("--server=smtp://127.0.0.1:{}", mta.ports[1])
}
