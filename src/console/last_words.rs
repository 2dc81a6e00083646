//! What is still said when the process is ended by force: the object and the `done` of the message in hand.

use super::out;
use super::record::Record;
use crate::message::open::Origin;
use crate::terms::ixp::Ixp;
use std::fs::File;
use std::io::Write;
use std::sync::Mutex;

/// What it takes to speak for a message that has no report yet.
struct Speaker {
    json: bool,
    log: Option<File>,
    context: Option<String>,
    server: String,
    in_hand: Option<Origin>,
}

static SPEAKER: Mutex<Option<Speaker>> = Mutex::new(None);

/// Readies the words of a run; the log is a descriptor of its own to the same file.
pub fn prepare(json: bool, log: Option<File>, context: Option<String>, server: &str) {
    if let Ok(mut speaker) = SPEAKER.lock() {
        *speaker = Some(Speaker { json, log, context, server: server.to_owned(), in_hand: None });
    }
}

/// Names the message whose outcome is to be reported next; none once it was.
pub fn in_hand(origin: Option<&Origin>) {
    if let Ok(mut speaker) = SPEAKER.lock()
        && let Some(speaker) = speaker.as_mut()
    {
        speaker.in_hand = origin.cloned();
    }
}

/// Reports the message in hand, once; nothing here waits for anybody who holds the words.
pub fn speak(ixp: Ixp) {
    let Ok(mut speaker) = SPEAKER.try_lock() else { return };
    let Some(mut speaker) = speaker.take() else { return };
    let Some(origin) = speaker.in_hand.take() else { return };
    let record = Record::cut_short(&origin, ixp, speaker.server, speaker.context);
    if let Some(log) = &mut speaker.log {
        let _ = log.write_all(format!("{{\"done\":{}}}\n", record.line().trim_end()).as_bytes());
    }
    if speaker.json {
        out::data(&record.line());
    }
}
