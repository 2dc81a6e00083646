//! The observer that shows: result lines, JSON, phases, the dialogue, the log and the progress bar.

use super::out::{self, Color, paint};
use super::progress::{Progress, Wish};
use super::record::{Beside, Record, Said, Security};
use super::{posted, sendmail, voice};
use crate::delivery::job::Report;
use crate::message::open::Origin;
use crate::terms::event::{Event, Observer};
use crate::terms::outcome::{Note, Outcome, Verdict};
use crate::terms::printable::{path_name, printable, printable_json};
use crate::terms::reply::Reply;
use crate::terms::tls::TlsFacts;
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// What a person or a script wants to see.
#[derive(Debug, Default)]
pub struct Show {
    pub json: bool,
    pub quiet: bool,
    /// 1: phases, 2: the dialogue.
    pub verbose: u8,
    pub color: Color,
    pub progress: Wish,
    pub log: Option<File>,
    pub context: Option<String>,
    pub server: String,
    /// The Maildir of an embedded sink, as it was named.
    pub sink: Option<PathBuf>,
    /// Several messages: each line names its own.
    pub several: bool,
    /// What the account has for another server is not used.
    pub kept_back: bool,
    /// Several sessions side by side: what happens in them is told with their numbers.
    pub abreast: bool,
    /// One line a failure and none about success.
    pub one_line: bool,
}

#[derive(Debug)]
pub struct Panel {
    show: Show,
    color: bool,
    terminal: bool,
    progress: Progress,
    /// The session that speaks.
    session: usize,
    /// The last line of the log did not go there whole.
    log_is_cut: bool,
    /// Standard output did not take the last report.
    report_is_lost: bool,
}

impl Panel {
    pub fn new(show: Show) -> Panel {
        let terminal = out::a_terminal_listens();
        // Who wants to hear nothing hears nothing; and one bar cannot show several messages.
        let verbose = if show.quiet { 0 } else { show.verbose };
        let wish = if show.quiet || show.abreast { Wish::Never } else { show.progress };
        let progress = Progress::new(wish, out::stderr_is_terminal());
        let show = Show { verbose, ..show };
        let (color, session) = (show.color.is_on(), 0);
        Panel { color, terminal, progress, session, log_is_cut: false, report_is_lost: false, show }
    }

    /// What is told next happens in this session.
    pub fn of_session(&mut self, session: usize) {
        self.session = session;
    }

    /// Says what became of a message, in every form that was asked for.
    pub fn report(&mut self, report: &Report<'_>) {
        self.progress.clear();
        let Report { origin, letter, outcome } = report;
        let queue_id = || match &outcome.verdict {
            Verdict::Accepted(reply) | Verdict::Partial(reply) => reply.queue_id(),
            _ => None,
        };
        let kept_in = |dir: &PathBuf| {
            let dir: PathBuf = dir.components().collect();
            Some(path_name(&dir.join("new").join(queue_id()?)).into_owned())
        };
        let kept = self.show.sink.as_ref().and_then(kept_in);
        let beside = || Beside {
            message_id: letter.and_then(|letter| letter.message.message_id.clone()),
            size: letter.and_then(|letter| letter.message.size()),
            server: Some(self.show.server.clone()).filter(|server| !server.is_empty()),
            context: self.show.context.clone(),
            kept: kept.clone(),
            notes: self.show.kept_back.then_some(Note::AccountKeptBack).into_iter().collect(),
        };
        // A record of many recipients takes its time: only who wants one waits for it.
        let wanted = self.show.json || self.show.log.is_some();
        let record = wanted.then(|| Record::of(origin, outcome, beside()));
        let lines = match &outcome.failure {
            Some(failure) if self.show.one_line => {
                let lines = voice::failure(failure, outcome, origin, false);
                vec![sendmail::one_line(&lines, outcome.ixp())]
            }
            Some(failure) => voice::failure(failure, outcome, origin, self.show.several),
            None if self.show.one_line => Vec::new(),
            None => match &kept {
                Some(path) => vec![voice::kept(origin, path)],
                None if self.terminal => {
                    vec![voice::sent(outcome, origin, &self.show.server, queue_id().as_deref())]
                }
                None => Vec::new(),
            },
        };
        self.bring(outcome, &lines, record.as_ref());
    }

    /// The same about a message that was posted; `size` is that of its body.
    pub fn posted(&mut self, origin: &Origin, size: Option<u64>, outcome: &Outcome) {
        self.progress.clear();
        let server = Some(self.show.server.clone()).filter(|server| !server.is_empty());
        let notes = self.show.kept_back.then_some(Note::AccountKeptBack).into_iter().collect();
        let context = self.show.context.clone();
        let record =
            Record::of(origin, outcome, Beside { size, server, context, notes, ..Beside::default() });
        let lines = match &outcome.failure {
            Some(failure) => posted::failure(failure, outcome, origin),
            None if self.terminal => posted::sent(outcome, origin, &self.show.server),
            None => Vec::new(),
        };
        self.bring(outcome, &lines, Some(&record));
    }

    fn bring(&mut self, outcome: &Outcome, lines: &[String], record: Option<&Record>) {
        let failed = outcome.failure.is_some();
        if !self.show.quiet && (failed || !self.show.json) || failed && !self.show.json {
            let many = if self.show.quiet { 1 } else { lines.len() };
            lines.iter().take(many).for_each(|line| self.say(line));
        }
        self.say_notes(&outcome.notes);
        if let Some(record) = record {
            if self.show.json {
                self.hand_out(&record.line());
            }
            self.log(|| json!({ "done": record }));
        }
    }

    /// Writes a report; where standard output takes none, says so once. A reader that has gone knows it.
    fn hand_out(&mut self, report: &str) {
        let written = out::data(report);
        let was_lost = std::mem::replace(&mut self.report_is_lost, written.is_err());
        if let Err(error) = written
            && !was_lost
            && !self.show.quiet
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            self.say(&voice::aside(&format!("standard output lacks a report: {}", voice::os(&error))));
        }
    }

    /// Says what is tried again: to a person, or to whoever wants the phases.
    pub fn put_off(&mut self, report: &Report<'_>, wait: Duration) {
        self.progress.clear();
        if self.show.quiet
            || (self.show.json && self.show.verbose == 0)
            || !(self.terminal || self.show.verbose > 0)
        {
            return;
        }
        if let Some(failure) = &report.outcome.failure {
            self.say(&voice::put_off(failure, report, wait, self.show.several));
        }
    }

    /// Ends the log of a run that has no message.
    pub fn done(&mut self, record: &serde_json::Value) {
        self.log(|| json!({ "done": record }));
    }

    fn say_notes(&self, notes: &[Note]) {
        for note in notes {
            let asked_for = matches!(
                note,
                Note::NoDsnSupport
                    | Note::CertificateUnchecked
                    | Note::AnswerCut
                    | Note::AlreadySubmitted
                    | Note::DraftLeft
            );
            let warns = *note == Note::CertificateUnchecked;
            if !self.show.quiet
                && (!self.show.json || warns)
                && (asked_for || (self.terminal && !self.show.one_line) || self.show.verbose > 0)
            {
                self.say(voice::note(note));
            }
        }
    }

    fn say(&self, line: &str) {
        out::say(&(paint(line, self.color) + "\n"));
    }

    /// Says what happens in a session.
    fn tell(&self, line: &str) {
        match self.show.abreast {
            true => self.say(&format!("[{}] {line}", self.session + 1)),
            false => self.say(line),
        }
    }

    fn tell_tls(&self, facts: &TlsFacts) {
        let verified = if facts.is_verified() { "verified" } else { "not verified" };
        self.tell(&format!("mailxport: {} {}, certificate {verified}", facts.version, facts.cipher));
    }

    fn tell_reply(&self, reply: &Reply) {
        for (at, line) in reply.lines.iter().enumerate() {
            let mark = if at + 1 == reply.lines.len() { ' ' } else { '-' };
            self.tell(&format!("< {:03}{mark}{}", reply.code, printable(line)));
        }
    }

    /// Logs what happens in a session.
    fn log_event(&mut self, entry: impl FnOnce() -> serde_json::Value) {
        let session = self.show.abreast.then_some(self.session + 1);
        self.log(|| {
            let mut entry = entry();
            if let (Some(session), Some(keys)) = (session, entry.as_object_mut()) {
                keys.insert("session".to_owned(), session.into());
            }
            entry
        });
    }

    /// Writes an entry, which is made only where there is a log.
    fn log(&mut self, entry: impl FnOnce() -> serde_json::Value) {
        if let Some(log) = &mut self.show.log {
            // One write a line: lines of several runs in one file stay whole.
            let end_of_the_last = if self.log_is_cut { "\n" } else { "" };
            let line = format!("{end_of_the_last}{}\n", printable_json(&entry().to_string()));
            let written = log.write_all(line.as_bytes());
            let was_cut = std::mem::replace(&mut self.log_is_cut, written.is_err());
            if let Err(error) = written
                && !was_cut
                && !self.show.quiet
            {
                self.progress.clear();
                self.say(&voice::aside(&format!("the log lacks a line: {error}")));
            }
        }
    }
}

impl Observer for Panel {
    fn note(&mut self, event: &Event<'_>) {
        match event {
            Event::Status(status, about) => {
                if self.show.verbose > 0 {
                    self.progress.clear();
                    self.tell(&format!(
                        "mailxport: {} {}",
                        status.name().replace('-', " "),
                        printable(about)
                    ));
                }
                self.log_event(|| json!({ "status": status.name(), "about": about }));
            }
            Event::Secured(facts) => {
                if self.show.verbose > 0 {
                    self.tell_tls(facts);
                }
                self.log_event(|| json!({ "tls": Security::of(facts) }));
            }
            Event::Command(line) => {
                if self.show.verbose > 1 {
                    self.tell(&format!("> {}", printable(line)));
                }
                self.log_event(|| json!({ "command": line }));
            }
            Event::Response(reply) => {
                if self.show.verbose > 1 {
                    self.tell_reply(reply);
                }
                self.log_event(|| json!({ "response": Said::of(reply) }));
            }
            Event::Stream { increment, current, total } => {
                self.progress.at(*current, *total);
                self.log_event(
                    || json!({ "stream": { "increment": increment, "current": current, "total": total } }),
                );
            }
            Event::Committed { dot } => {
                if self.show.verbose > 1 {
                    self.tell(if *dot {
                        "> (the message and its final dot)"
                    } else {
                        "> (the whole message)"
                    });
                }
                if *dot {
                    self.log_event(|| json!({ "command": "." }));
                }
            }
            // What a report is made of, and no event of the log.
            Event::Found(_)
            | Event::Tried(..)
            | Event::Local(_)
            | Event::Distrusted(_)
            | Event::Greeted(_)
            | Event::Offered { .. }
            | Event::LogOn(_)
            | Event::LoggedOn
            | Event::Judged => {}
        }
    }

    fn follows_dialogue(&self) -> bool {
        self.show.verbose > 1 || self.show.log.is_some()
    }
}
