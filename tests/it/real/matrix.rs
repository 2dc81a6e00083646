//! What is asked of every mail system that puts into a box: the corpus by every way, and what must be right besides.

use std::process::Output;
use std::thread;

use serde_json::Value;

use super::corpus::{self, Cover, Way};
use super::interop::Proved;
use super::keepers::{recipients, sender};
use super::mta::{Mta, without_its_way};
use super::octets::{assert_same, with_lf};
use super::peers::people;
use super::without::without_pipelining;

/// A server, how it is reached, and what is known of it.
pub(super) struct Peer<'a> {
    pub(super) name: &'static str,
    pub(super) mta: &'a Mta,
    /// In whose box the messages come to lie.
    pub(super) kept_by: &'a Mta,
    /// One file for all recipients, the envelope in front.
    pub(super) in_one_file: bool,
    /// Up to the port.
    pub(super) scheme: &'static str,
    pub(super) port: u16,
    /// The port for TLS from the first byte.
    pub(super) first: Option<u16>,
    /// What it must be told besides, such as a log-on.
    pub(super) words: &'a [&'a str],
    pub(super) to: &'static str,
    pub(super) takes: fn(&Way) -> bool,
    pub(super) form: fn(&[u8]) -> Vec<u8>,
    /// What is left without all that was put in front.
    pub(super) without: fn(&[u8]) -> &[u8],
    pub(super) pipelines: bool,
    pub(super) tells_of_delivery: bool,
    pub(super) limit: Option<usize>,
    pub(super) one_refused: fn(&Self, &mut Proved),
    /// It puts `temp@x.test` off.
    pub(super) defers: bool,
    /// The message that it does not take, by its name.
    pub(super) refuses: Option<&'static str>,
    /// What is told of it in the last column.
    pub(super) changes: &'static str,
}

pub(super) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

pub(super) fn must(about: &str, output: &Output, exit: i32) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{about}: {stderr}");
}

/// A message with a body of so many octets, in its canonical form.
fn of_size(octets: usize) -> Vec<u8> {
    let line = [&[b'x'; 998][..], b"\r\n"].concat();
    [
        &b"Date: Fri, 21 Nov 2025 10:00:00 +0000\r\nMessage-ID: <30@d.example>\r\nFrom: a@d.example\r\n\r\n"
            [..],
        &line.repeat(octets / 1000),
    ]
    .concat()
}

/// Nothing special: from a file, by DATA, in clear if that may be.
pub(super) const FILE: Way = Way { cover: Cover::Clear, chunks: false, stream: false };

impl Peer<'_> {
    /// Holds all of it, and the row of the page.
    pub(super) fn holds(&self) {
        let mut proved = Proved::default();
        self.keeps_the_corpus(&mut proved);
        self.takes_no_flights(&mut proved);
        self.keeps_thirty_megabytes(&mut proved);
        self.keeps_for_many(&mut proved);
        (self.one_refused)(self, &mut proved);
        self.refuses_what_is_too_large(&mut proved);
        self.is_asked_for_notifications(&mut proved);
        proved.tell("changes", self.changes);
        proved.holds(self.name);
    }

    /// Sends to the server, or to this door in front of it.
    fn send_to(&self, door: Option<u16>, way: Way, file: &[u8], more: &[&str]) -> Output {
        let port = door.unwrap_or(self.port);
        let server = match (way.cover, self.first) {
            (Cover::Tls, Some(first)) => format!("--server=smtps://127.0.0.1:{first}"),
            _ if self.has_a_port() => format!("--server={}{port}", self.scheme),
            _ => format!("--server={}{}", self.scheme, self.mta.path("run/lmtp").display()),
        };
        self.mta.by(way, file, &[&[&server[..]], self.words, more].concat())
    }

    fn send(&self, way: Way, file: &[u8], more: &[&str]) -> Output {
        self.send_to(None, way, file, more)
    }

    fn has_a_port(&self) -> bool {
        self.scheme.ends_with("127.0.0.1:")
    }

    /// Under TLS from the first byte a file goes by DATA and a stream by BDAT; elsewhere all goes by all.
    fn ways(&self) -> Vec<Way> {
        let first = self.first.is_some();
        let some = |way: &Way| way.cover != Cover::Tls || (first && way.chunks == way.stream);
        corpus::ways().filter(self.takes).filter(some).collect()
    }

    /// The way that is nothing special here.
    fn plain(&self) -> Way {
        let under_tls = Way { cover: Cover::StartTls, ..FILE };
        if (self.takes)(&FILE) { FILE } else { under_tls }
    }

    fn one_arrives(&self, about: &str, file: &[u8], act: impl FnOnce() -> Output) -> (Value, Vec<u8>) {
        let mut said = Value::Null;
        let message = self.kept_by.delivered(|| {
            let output = act();
            must(about, &output, 0);
            said = json(&output);
        });
        assert_same(about, &(self.form)(file), (self.without)(&message));
        (said, message)
    }

    /// Sends a message by all these ways at once, each under a name of its own, and each arrives once. Gives which extensions
    /// were used.
    fn arrives_by(&self, about: &str, file: &[u8], ways: &[Way], door: Option<u16>) -> Vec<String> {
        let files: Vec<Vec<u8>> = (0..ways.len()).map(|number| corpus::named(number, file)).collect();
        let mut outputs = Vec::new();
        let copies = self.kept_by.copies(ways.len(), || {
            let to = to(self.to);
            let send = &|(way, file): (&Way, &Vec<u8>)| self.send_to(door, *way, file, &[&to]);
            outputs = thread::scope(|scope| {
                let start = |pair| scope.spawn(move || send(pair));
                let runs: Vec<_> = ways.iter().zip(&files).map(start).collect();
                runs.into_iter().map(|run| run.join().unwrap()).collect()
            });
            ways.iter().zip(&outputs).for_each(|(way, output)| must(&format!("{about}, {way:?}"), output, 0));
        });
        let form = (self.form)(file);
        for (number, way) in ways.iter().enumerate() {
            let about = format!("{about}, {way:?}");
            let copy = copies.iter().find(|copy| corpus::number(copy) == Some(number));
            let copy = copy.unwrap_or_else(|| panic!("{about}: another came twice in its place"));
            assert_same(&about, &corpus::named(number, &form), (self.without)(copy));
        }
        outputs.iter().map(|output| json(output)["extensions"].to_string()).collect()
    }

    fn keeps_the_corpus(&self, proved: &mut Proved) {
        let ways = self.ways();
        for (name, file) in corpus::messages() {
            let about = format!("{}: {name}", self.name);
            if self.refuses == Some(name) {
                for way in &ways {
                    must(&format!("{about}, {way:?}"), &self.send(*way, &file, &[&to(self.to)]), 111);
                    assert!(self.kept_by.is_empty(), "{about}, {way:?}");
                }
                continue;
            }
            for (way, used) in ways.iter().zip(self.arrives_by(&about, &file, &ways, None)) {
                assert_eq!(used.contains("CHUNKING"), way.chunks, "{about}, {way:?}: {used}");
                assert_eq!(used.contains("PIPELINING"), self.pipelines, "{about}, {way:?}: {used}");
                proved.arrived(name, *way);
            }
        }
    }

    fn takes_no_flights(&self, proved: &mut Proved) {
        match (self.pipelines, (self.takes)(&FILE) && self.has_a_port()) {
            (false, _) => return proved.tell("PIPELINING", "without"),
            (true, false) => return proved.tell("PIPELINING", "with"),
            (true, true) => (),
        }
        let door = without_pipelining(self.port);
        let ways = [false, true].map(|chunks| Way { chunks, ..FILE });
        let ways: Vec<Way> = ways.into_iter().filter(self.takes).collect();
        for (name, file) in corpus::messages() {
            let about = format!("{}: {name}, without PIPELINING", self.name);
            for used in self.arrives_by(&about, &file, &ways, Some(door)) {
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
            let _ = self.one_arrives(&about, &file, || self.send(way, &file, &[&to(self.to)]));
        }
        proved.tell("30 MB", "yes");
    }

    fn keeps_for_many(&self, proved: &mut Proved) {
        let (_, file) = &corpus::messages()[4];
        let list: Vec<String> = people().collect();
        let copies = self.copies_for(&list, || {
            let output = self.send(self.plain(), file, &[&to(&list.join(","))]);
            must(self.name, &output, 0);
            let said = json(&output);
            let fates = said["recipients"].as_array().unwrap();
            assert!(fates.len() == list.len() && fates.iter().all(|it| it["fate"] == "accepted"), "{said:#}");
        });
        for copy in copies {
            assert_same(self.name, &(self.form)(file), (self.without)(&copy));
        }
        proved.tell("recipients", &list.len().to_string());
    }

    /// What comes to lie in the box while `act` runs, for these recipients and nobody else.
    fn copies_for<S: AsRef<str>>(&self, list: &[S], act: impl FnOnce()) -> Vec<Vec<u8>> {
        if !self.in_one_file {
            return self.kept_by.copies(list.len(), act);
        }
        let copy = self.kept_by.delivered(act);
        let heard: Vec<String> = recipients(&copy);
        let of = |words: &String| words.split('>').next().unwrap().trim_start_matches('<').to_owned();
        let wanted: Vec<&str> = list.iter().map(AsRef::as_ref).collect();
        assert_eq!(heard.iter().map(of).collect::<Vec<_>>(), wanted, "{}", self.name);
        vec![copy]
    }

    fn refuses_one(&self, proved: &mut Proved) {
        for chunks in [false, true] {
            let way = Way { chunks, ..self.plain() };
            if !(self.takes)(&way) {
                continue;
            }
            self.refuses_some(way, &["r0@x.test", "bad@x.test", "r1@x.test"], 121);
            if self.defers {
                self.refuses_some(way, &["r0@x.test", "temp@x.test", "bad@x.test"], 106);
            }
        }
        proved.tell("one refused", "nobody; the others");
    }

    /// Nobody gets it, and with `--partial` those whom it takes.
    fn refuses_some(&self, way: Way, list: &[&str; 3], exit: i32) {
        let (_, file) = &corpus::messages()[0];
        let all = to(&list.join(","));
        must(self.name, &self.send(way, file, &[&all]), exit);
        assert!(self.kept_by.is_empty(), "{}", self.name);
        let wanted = list.map(|name| match name.split('@').next() {
            Some("bad") => "refused",
            Some("temp") => "deferred",
            _ => "accepted",
        });
        let taken: Vec<&str> =
            list.iter().zip(wanted).filter(|(_, fate)| *fate == "accepted").map(|(name, _)| *name).collect();
        let copies = self.copies_for(&taken, || {
            let output = self.send(way, file, &[&all, "--partial"]);
            must(self.name, &output, 41);
            let said = json(&output);
            let fates = [0, 1, 2].map(|at| said["recipients"][at]["fate"].clone());
            assert_eq!(fates, wanted, "{said:#}");
        });
        for copy in copies {
            assert_same(self.name, &(self.form)(file), (self.without)(&copy));
        }
    }

    fn refuses_what_is_too_large(&self, proved: &mut Proved) {
        let Some(limit) = self.limit else { return proved.tell("too large", "no limit") };
        let file = of_size(limit + 1000);
        assert!(file.len() > limit);
        let output = self.send(self.plain(), &file, &[&to(self.to)]);
        must(self.name, &output, 109);
        let said = json(&output);
        assert!(said["stage"] == "mail" && self.kept_by.is_empty(), "{said:#}");
        proved.tell("too large", "109, before a byte of it");
    }

    fn is_asked_for_notifications(&self, proved: &mut Proved) {
        let (_, file) = &corpus::messages()[0];
        let wish = ["--dsn-notify=failure", "--dsn-envid=1", &to(self.to)];
        let (said, copy) = self.one_arrives(self.name, file, || self.send(self.plain(), file, &wish));
        let (used, notes) = (said["extensions"].to_string(), said["notes"].to_string());
        assert_eq!(used.contains("DSN"), self.tells_of_delivery, "{used}");
        assert_eq!(notes.contains("IXP_S_SMTP_NO_DSN_SUPPORT"), !self.tells_of_delivery, "{notes}");
        if self.in_one_file {
            let (sender, recipients) = (sender(&copy), recipients(&copy).concat());
            assert_eq!(sender.contains(" ENVID=1"), self.tells_of_delivery, "{sender}");
            assert_eq!(recipients.contains(" NOTIFY=FAILURE"), self.tells_of_delivery, "{recipients}");
        }
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
    Peer { first: Some(mta.ports[1]), defers: true, ..Peer::at("Postfix", &mta, mta.ports[0]) }.holds();
}

#[test]
fn exim_holds_the_matrix() {
    let Some(mta) = Mta::exim() else { return };
    let exim = Peer::at("Exim", &mta, mta.ports[0]);
    let first = Some(mta.ports[1]);
    Peer { first, defers: true, form: with_an_empty_line, changes: ENDS_THE_HEADER, ..exim }.holds();
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
    Peer {
        name: "Dovecot LMTP, unix socket",
        scheme: "lmtp+unix://",
        takes: |way| way.cover == Cover::Clear,
        ..lmtp()
    }
    .holds();
}

#[test]
fn opensmtpd_holds_the_matrix() {
    let Some(mta) = Mta::opensmtpd() else { return };
    let plain = Peer::at("OpenSMTPD", &mta, mta.ports[1]);
    Peer { takes: in_clear_by_data, pipelines: false, ..plain }.holds();
}

#[test]
fn chasquid_holds_the_matrix() {
    let Some(mta) = Mta::chasquid() else { return };
    Peer {
        words: &["--user=alice@x.test", "--password-file=password"],
        to: "b@x.test",
        takes: |way| way.cover != Cover::Clear && !way.chunks,
        first: Some(mta.ports[1]),
        tells_of_delivery: false,
        limit: Some(40 << 20),
        refuses: Some("a header alone"),
        changes: "nothing; a header alone is refused",
        ..Peer::at("chasquid", &mta, mta.ports[0])
    }
    .holds();
}

pub(super) fn by_data(way: &Way) -> bool {
    !way.chunks
}

pub(super) fn in_clear_by_data(way: &Way) -> bool {
    by_data(way) && way.cover == Cover::Clear
}

impl<'a> Peer<'a> {
    /// A server that has everything, at a port for clear text and STARTTLS.
    pub(super) fn at(name: &'static str, mta: &'a Mta, port: u16) -> Self {
        Self {
            name,
            mta,
            kept_by: mta,
            in_one_file: false,
            scheme: "smtp://127.0.0.1:",
            port,
            first: None,
            words: &[],
            to: "b@d.example",
            takes: |_| true,
            form: with_lf,
            without: without_its_way,
            pipelines: true,
            tells_of_delivery: true,
            limit: Some(40_000_000),
            one_refused: Self::refuses_one,
            defers: false,
            refuses: None,
            changes: "nothing",
        }
    }
}
