//! Sessions side by side: every message goes once, whatever becomes of any session.

use super::{envelope, letter, open, plan};
use mailxport::delivery::again::Tries;
use mailxport::delivery::deliver::deliver;
use mailxport::delivery::job::{Desk, Letter, Report, Turn};
use mailxport::message::open::Origin;
use mailxport::terms::event::{Deaf, Observer};
use mailxport::terms::failure::{Cause, Failure};
use mailxport::terms::outcome::Verdict;
use mailxport::watch::wait::Watch;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

const MESSAGES: usize = 40;
const SESSIONS: usize = 4;

/// What a server does with its sessions, which are numbered from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// The first four begin together.
    Together,
    /// Only the first is taken.
    One,
    /// The second hangs up on its third message, after it was written.
    Leaves,
    /// None is taken.
    None,
}

/// The message ids that came, with a verdict or without.
type Came = Arc<Mutex<Vec<String>>>;

fn serve(stream: &TcpStream, number: usize, manner: Manner, together: &Barrier, came: &Came) -> Option<()> {
    let (mut writer, mut lines) = (stream, BufReader::new(stream).lines().map_while(Result::ok));
    let mut say = |line: &str| writer.write_all(format!("{line}\r\n").as_bytes()).ok();
    if manner == Manner::None || (manner == Manner::One && number > 0) {
        return say("421 too many");
    }
    if manner == Manner::Together {
        together.wait();
    }
    say("220 here")?;
    let mut taken = 0;
    while let Some(line) = lines.next() {
        match line.get(..4) {
            Some("DATA") => {
                say("354 go on")?;
                let id =
                    lines.by_ref().take_while(|line| line != ".").find(|line| line.starts_with("Message-ID"));
                lines.by_ref().find(|line| line == ".")?;
                taken += 1;
                if manner == Manner::Leaves && number == 1 && taken == 3 {
                    return None;
                }
                came.lock().unwrap().push(id?);
                say("250 taken")?;
            }
            Some("QUIT") => return say("221 bye"),
            _ => say("250 ok")?,
        }
    }
    None
}

/// Counts how often each message was reported, and as what.
#[derive(Default)]
struct Book(Mutex<BTreeMap<PathBuf, Vec<&'static str>>>);

impl Desk for Book {
    fn ear(&self, _: usize) -> Box<dyn Observer + '_> {
        Box::new(Deaf)
    }
    fn open(&self, origin: &Origin) -> Result<Letter, Failure> {
        let Origin::Path(path) = origin else { panic!("only files") };
        Ok(Letter { envelope: envelope(1), message: open(path) })
    }
    fn report(&self, report: &Report<'_>) {
        let Origin::Path(path) = report.origin else { panic!("only files") };
        let cause = report.outcome.failure.as_ref().map(|failure| &failure.cause);
        let word = match (&report.outcome.verdict, cause) {
            (Verdict::Refused(_), Some(Cause::Refused(reply))) if reply.code == 421 => "put off",
            (verdict, _) => verdict.name(),
        };
        self.0.lock().unwrap().entry(path.clone()).or_default().push(word);
    }
}

/// How many messages were reported as what, each once, and the ids that came.
fn run(manner: Manner) -> (BTreeMap<&'static str, usize>, Vec<String>) {
    let (dir, came, together) =
        (tempfile::tempdir().unwrap(), Came::default(), Arc::new(Barrier::new(SESSIONS)));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let plan = plan(&listener.local_addr().unwrap().to_string(), false);
    let (number, ids) = (AtomicUsize::new(0), Arc::clone(&came));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (number, came) = (number.fetch_add(1, Ordering::SeqCst), Arc::clone(&ids));
            let together = Arc::clone(&together);
            thread::spawn(move || serve(&stream, number, manner, &together, &came));
        }
    });
    let turns = (0..MESSAGES).map(|number| {
        let path = dir.path().join(number.to_string());
        std::fs::write(&path, letter(number, 300)).unwrap();
        Turn::Later(Origin::Path(path))
    });
    let (book, watch) = (Book::default(), Arc::new(Watch::default()));
    deliver(&plan, &watch, turns.collect(), SESSIONS, Tries::default(), &book);
    let mut counts = BTreeMap::new();
    for (path, words) in book.0.into_inner().unwrap() {
        assert_eq!(words.len(), 1, "{}: {words:?}", path.display());
        *counts.entry(words[0]).or_default() += 1;
    }
    let mut ids = came.lock().unwrap().clone();
    ids.sort();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "none comes twice");
    (counts, ids)
}

#[test]
fn every_message_goes_once_over_four_sessions() {
    let (counts, came) = run(Manner::Together);
    assert_eq!((counts, came.len()), (BTreeMap::from([("accepted", MESSAGES)]), MESSAGES));
}

#[test]
fn the_sessions_that_a_server_allows_do_the_work_of_all() {
    let (counts, came) = run(Manner::One);
    assert_eq!((counts, came.len()), (BTreeMap::from([("accepted", MESSAGES)]), MESSAGES));
}

#[test]
fn a_session_that_is_lost_takes_one_message_with_it() {
    let (counts, came) = run(Manner::Leaves);
    let unknown = counts.get("unknown").copied().unwrap_or(0);
    assert!(unknown <= 1, "{counts:?}");
    assert_eq!((counts["accepted"], came.len()), (MESSAGES - unknown, MESSAGES - unknown));
}

#[test]
fn without_any_session_each_message_is_reported_once() {
    let (counts, came) = run(Manner::None);
    assert_eq!((counts.values().sum::<usize>(), came.len()), (MESSAGES, 0));
    assert!(!counts.contains_key("accepted"), "{counts:?}");
}
