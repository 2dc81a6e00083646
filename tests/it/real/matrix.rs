//! What is asked of every mail system that puts into a box: the corpus by every way, and what must be right besides.

use std::process::Output;

use serde_json::Value;

use super::corpus::{self, Way};
use super::interop::Proved;
use super::mta::{Mta, without_its_way};
use super::octets::{assert_same, with_lf};
use super::peers::people;
use super::without::without_pipelining;
use crate::fixture::content::canonical;

/// A server, how it is reached, and what is known of it.
pub(super) struct Peer<'a> {
    pub(super) name: &'static str,
    pub(super) mta: &'a Mta,
    /// Up to the port.
    pub(super) scheme: &'static str,
    pub(super) port: u16,
    /// What it must be told besides, such as a log-on.
    pub(super) words: &'a [&'a str],
    pub(super) to: &'static str,
    pub(super) takes: fn(&Way) -> bool,
    pub(super) form: fn(&[u8]) -> Vec<u8>,
    pub(super) pipelines: bool,
    pub(super) tells_of_delivery: bool,
    pub(super) limit: Option<usize>,
    /// The message that it does not take, by its name.
    pub(super) refuses: Option<&'static str>,
    /// What is told of it in the last column.
    pub(super) changes: &'static str,
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

fn must(about: &str, output: &Output, exit: i32) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{about}: {stderr}");
}

/// A message with a body of so many octets.
fn of_size(octets: usize) -> Vec<u8> {
    let line = [&[b'x'; 98][..], b"\r\n"].concat();
    [
        &b"Date: Fri, 21 Nov 2025 10:00:00 +0000\r\nMessage-ID: <30@d.example>\r\nFrom: a@d.example\r\n\r\n"
            [..],
        &line.repeat(octets / 100),
    ]
    .concat()
}

/// Nothing special: from a file, by DATA, in clear if that may be.
const FILE: Way = Way { tls: false, chunks: false, stream: false };

impl Peer<'_> {
    /// Holds all of it, and the row of the page.
    pub(super) fn holds(&self) {
        let mut proved = Proved::default();
        self.keeps_the_corpus(&mut proved);
        self.takes_no_flights(&mut proved);
        self.keeps_thirty_megabytes(&mut proved);
        self.keeps_for_many(&mut proved);
        self.refuses_one(&mut proved);
        self.refuses_what_is_too_large(&mut proved);
        self.is_asked_for_notifications(&mut proved);
        proved.tell("changes", self.changes);
        proved.holds(self.name);
    }

    fn send_to(&self, port: u16, way: Way, file: &[u8], more: &[&str]) -> Output {
        let server = match self.scheme.ends_with("127.0.0.1:") {
            true => format!("--server={}{port}", self.scheme),
            false => format!("--server={}{}", self.scheme, self.mta.path("run/lmtp").display()),
        };
        self.mta.by(way, file, &[&[&server[..]], self.words, more].concat())
    }

    fn send(&self, way: Way, file: &[u8], more: &[&str]) -> Output {
        self.send_to(self.port, way, file, more)
    }

    /// The way that is nothing special here.
    fn plain(&self) -> Way {
        let under_tls = Way { tls: true, ..FILE };
        if (self.takes)(&FILE) { FILE } else { under_tls }
    }

    fn one_arrives(&self, about: &str, file: &[u8], act: impl FnOnce() -> Output) -> Value {
        let mut said = Value::Null;
        let message = self.mta.delivered(|| {
            let output = act();
            must(about, &output, 0);
            said = json(&output);
        });
        assert_same(about, &(self.form)(file), without_its_way(&message));
        said
    }

    fn keeps_the_corpus(&self, proved: &mut Proved) {
        for (name, file) in corpus::messages() {
            for way in corpus::ways().filter(self.takes) {
                let about = format!("{}: {name}, {way:?}", self.name);
                if self.refuses == Some(name) {
                    must(&about, &self.send(way, &file, &[&to(self.to)]), 111);
                    assert!(self.mta.is_empty(), "{about}");
                    continue;
                }
                let said = self.one_arrives(&about, &file, || self.send(way, &file, &[&to(self.to)]));
                let used = said["extensions"].to_string();
                assert_eq!(used.contains("CHUNKING"), way.chunks, "{about}: {used}");
                assert_eq!(used.contains("PIPELINING"), self.pipelines, "{about}: {used}");
                proved.arrived(name, way);
            }
        }
    }

    fn takes_no_flights(&self, proved: &mut Proved) {
        let in_clear = (self.takes)(&FILE) && self.scheme.ends_with("127.0.0.1:");
        match (self.pipelines, in_clear) {
            (false, _) => return proved.tell("PIPELINING", "without"),
            (true, false) => return proved.tell("PIPELINING", "with"),
            (true, true) => (),
        }
        let door = without_pipelining(self.port);
        for (name, file) in corpus::messages() {
            for way in [false, true].map(|chunks| Way { chunks, ..FILE }).into_iter().filter(self.takes) {
                let about = format!("{}: {name}, without PIPELINING, {way:?}", self.name);
                let said =
                    self.one_arrives(&about, &file, || self.send_to(door, way, &file, &[&to(self.to)]));
                let used = said["extensions"].to_string();
                assert!(!used.contains("PIPELINING"), "{about}: {used}");
            }
        }
        proved.tell("PIPELINING", "with, without");
    }

    fn keeps_thirty_megabytes(&self, proved: &mut Proved) {
        let file = of_size(30_000_000);
        let by_both = [false, true].map(|chunks| Way { chunks, ..self.plain() });
        for way in by_both.into_iter().filter(self.takes) {
            let about = format!("{}: thirty megabytes, {way:?}", self.name);
            self.one_arrives(&about, &file, || self.send(way, &file, &[&to(self.to)]));
        }
        proved.tell("30 MB", "yes");
    }

    fn keeps_for_many(&self, proved: &mut Proved) {
        let (_, file) = &corpus::messages()[4];
        let list: Vec<String> = people().collect();
        let copies = self.mta.copies(list.len(), || {
            let output = self.send(self.plain(), file, &[&to(&list.join(","))]);
            must(self.name, &output, 0);
            let said = json(&output);
            let fates = said["recipients"].as_array().unwrap();
            assert!(fates.len() == list.len() && fates.iter().all(|it| it["fate"] == "accepted"), "{said:#}");
        });
        for copy in copies {
            assert_same(self.name, &(self.form)(file), without_its_way(&copy));
        }
        proved.tell("recipients", &list.len().to_string());
    }

    fn refuses_one(&self, proved: &mut Proved) {
        let (_, file) = &corpus::messages()[0];
        let three = ["--to=r0@x.test", "--to=bad@x.test", "--to=r1@x.test"];
        for chunks in [false, true] {
            let way = Way { chunks, ..self.plain() };
            if !(self.takes)(&way) {
                continue;
            }
            must(self.name, &self.send(way, file, &three), 121);
            assert!(self.mta.is_empty(), "{}", self.name);
            let copies = self.mta.copies(2, || {
                let output = self.send(way, file, &[&three[..], &["--partial"]].concat());
                must(self.name, &output, 41);
                let said = json(&output);
                let fates = [0, 1, 2].map(|at| said["recipients"][at]["fate"].clone());
                assert_eq!(fates, ["accepted", "refused", "accepted"], "{said:#}");
            });
            for copy in copies {
                assert_same(self.name, &(self.form)(file), without_its_way(&copy));
            }
        }
        proved.tell("one refused", "nobody; the others");
    }

    fn refuses_what_is_too_large(&self, proved: &mut Proved) {
        let Some(limit) = self.limit else { return proved.tell("too large", "no limit") };
        let file = of_size(limit + 100);
        assert!(canonical(&file).len() > limit);
        let output = self.send(self.plain(), &file, &[&to(self.to)]);
        must(self.name, &output, 109);
        let said = json(&output);
        assert!(said["stage"] == "mail" && self.mta.is_empty(), "{said:#}");
        proved.tell("too large", "109, before a byte of it");
    }

    fn is_asked_for_notifications(&self, proved: &mut Proved) {
        let (_, file) = &corpus::messages()[0];
        let wish = ["--dsn-notify=failure", "--dsn-envid=1", &to(self.to)];
        let said = self.one_arrives(self.name, file, || self.send(self.plain(), file, &wish));
        let (used, notes) = (said["extensions"].to_string(), said["notes"].to_string());
        assert_eq!(used.contains("DSN"), self.tells_of_delivery, "{used}");
        assert_eq!(notes.contains("IXP_S_SMTP_NO_DSN_SUPPORT"), !self.tells_of_delivery, "{notes}");
        proved.tell("DSN", if self.tells_of_delivery { "asked" } else { "not offered, noted" });
    }
}

fn to(addresses: &str) -> String {
    format!("--to={addresses}")
}

/// What it keeps of a header that nothing follows ends with the empty line.
pub(super) fn with_an_empty_line(file: &[u8]) -> Vec<u8> {
    let form = with_lf(file);
    let has_body = form.windows(2).any(|two| two == b"\n\n");
    if has_body { form } else { [&form[..], b"\n"].concat() }
}

const ENDS_THE_HEADER: &str = "an empty line behind a header alone";

#[test]
fn postfix_holds_the_matrix() {
    let Some(mta) = Mta::postfix() else { return };
    Peer::at("Postfix", &mta, mta.ports[0]).holds();
}

#[test]
fn exim_holds_the_matrix() {
    let Some(mta) = Mta::exim() else { return };
    let exim = Peer::at("Exim", &mta, mta.ports[0]);
    Peer { form: with_an_empty_line, changes: ENDS_THE_HEADER, ..exim }.holds();
}

#[test]
fn dovecot_holds_the_matrix_over_lmtp() {
    let Some(mta) = Mta::dovecot_lmtp() else { return };
    let lmtp = || Peer {
        scheme: "lmtp://127.0.0.1:",
        tells_of_delivery: false,
        limit: None,
        ..Peer::at("Dovecot LMTP", &mta, mta.ports[1])
    };
    lmtp().holds();
    Peer { name: "Dovecot LMTP, unix socket", scheme: "lmtp+unix://", takes: |way| !way.tls, ..lmtp() }
        .holds();
}

#[test]
fn opensmtpd_holds_the_matrix() {
    let Some(mta) = Mta::opensmtpd() else { return };
    let plain = Peer::at("OpenSMTPD", &mta, mta.ports[1]);
    Peer { takes: |way| !way.tls && !way.chunks, pipelines: false, ..plain }.holds();
}

#[test]
fn chasquid_holds_the_matrix() {
    let Some(mta) = Mta::chasquid() else { return };
    Peer {
        words: &["--user=alice@x.test", "--password-file=password"],
        to: "b@x.test",
        takes: |way| way.tls && !way.chunks,
        tells_of_delivery: false,
        limit: Some(40 << 20),
        refuses: Some("a header alone"),
        changes: "nothing; a header alone is refused",
        ..Peer::at("chasquid", &mta, mta.ports[0])
    }
    .holds();
}

impl<'a> Peer<'a> {
    /// A server that has everything, at a port for clear text and STARTTLS.
    fn at(name: &'static str, mta: &'a Mta, port: u16) -> Self {
        Self {
            name,
            mta,
            scheme: "smtp://127.0.0.1:",
            port,
            words: &[],
            to: "b@d.example",
            takes: |_| true,
            form: with_lf,
            pipelines: true,
            tells_of_delivery: true,
            limit: Some(40_000_000),
            refuses: None,
            changes: "nothing",
        }
    }
}
