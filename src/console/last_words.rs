//! What is still said when the process is ended by force: the object and the `done` of each message in hand.

use super::out;
use super::record::Record;
use crate::message::open::Origin;
use crate::terms::ixp::Ixp;
use std::fs::File;
use std::io::Write;
use std::sync::Mutex;
use std::thread::{self, ThreadId};

/// What it takes to speak for a message that has no report yet.
struct Speaker {
    json: bool,
    log: Option<File>,
    context: Option<String>,
    server: String,
    /// By session, each of which has a thread of its own.
    in_hand: Vec<(ThreadId, Origin)>,
}

static SPEAKER: Mutex<Option<Speaker>> = Mutex::new(None);

/// Readies the words of a run; the log is a descriptor of its own to the same file.
pub fn prepare(json: bool, log: Option<File>, context: Option<String>, server: &str) {
    if let Ok(mut speaker) = SPEAKER.lock() {
        *speaker = Some(Speaker { json, log, context, server: server.to_owned(), in_hand: Vec::new() });
    }
}

/// Names the message whose outcome is to be reported next; none once it was.
pub fn in_hand(origin: Option<&Origin>) {
    if let Ok(mut speaker) = SPEAKER.lock()
        && let Some(speaker) = speaker.as_mut()
    {
        let here = thread::current().id();
        speaker.in_hand.retain(|(session, _)| *session != here);
        speaker.in_hand.extend(origin.map(|origin| (here, origin.clone())));
    }
}

/// Reports the messages in hand, once; nothing here waits for anybody who holds the words.
pub fn speak(ixp: Ixp) {
    let Ok(mut speaker) = SPEAKER.try_lock() else { return };
    let Some(mut speaker) = speaker.take() else { return };
    for (_, origin) in std::mem::take(&mut speaker.in_hand) {
        let record = Record::cut_short(&origin, ixp, speaker.server.clone(), speaker.context.clone());
        if let Some(log) = &mut speaker.log {
            let _ = log.write_all(format!("{{\"done\":{}}}\n", record.line().trim_end()).as_bytes());
        }
        if speaker.json {
            let _ = out::data(&record.line());
        }
    }
}
