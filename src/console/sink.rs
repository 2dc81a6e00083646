//! What the sink says on standard output: where it listens, and one line a message, for people or as JSON.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::sink::{Addressee, Kept, Listen};
use crate::terms::printable::{path_name, printable, printable_json};
use crate::terms::tls::{Fingerprint, fingerprint_text};

/// The recipients a line for people names before it only counts.
const NAMED: usize = 3;

/// The octets of reports that may wait for a slow reader before the sessions wait for it too.
const PATIENCE: usize = 16 * 1024 * 1024;
/// The longest wait for a reader at the end.
const FAREWELL: Duration = Duration::from_secs(1);

/// Tells of a sink on standard output, from a thread of its own, so that a reader who does not read holds up no mail.
///
/// A report that cannot be written is dropped: the server goes on.
#[derive(Debug, Clone)]
pub struct SinkReport {
    json: bool,
    discard: bool,
    queue: Arc<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    texts: VecDeque<String>,
    octets: usize,
}

impl SinkReport {
    /// Opens a report, in JSON or for people; `discard` says that nothing is kept on purpose.
    pub fn open(json: bool, discard: bool) -> io::Result<Self> {
        let report = Self { json, discard, queue: Arc::default() };
        let queue = Arc::clone(&report.queue);
        thread::Builder::new().name("report".into()).spawn(move || queue.write())?;
        Ok(report)
    }

    /// Tells where the sink listens, which certificate it shows, and if so that nothing is kept.
    pub fn listening(&self, addresses: &[Listen], certificate: Option<&Fingerprint>, keeps: bool) {
        self.queue.put(self.listening_text(addresses, certificate, keeps));
    }

    /// Tells of a message that was taken.
    pub fn kept(&self, kept: &Kept) {
        self.queue.put(self.kept_text(kept));
    }

    /// Waits until all is written, though not for long.
    pub fn close(self) {
        let waited = self
            .queue
            .changed
            .wait_timeout_while(self.queue.waiting(), FAREWELL, |waiting| waiting.octets > 0);
        drop(waited);
    }

    fn listening_text(&self, addresses: &[Listen], certificate: Option<&Fingerprint>, keeps: bool) -> String {
        let names: Vec<_> = addresses.iter().map(ToString::to_string).collect();
        let certificate = certificate.map(fingerprint_text);
        if self.json {
            let object = match certificate {
                Some(print) => json!({ "listening": names, "certificate": print }),
                None => json!({ "listening": names }),
            };
            return format!("{object}\n");
        }
        let mut text: String =
            names.iter().map(|name| format!("listening on {}\n", printable(name))).collect();
        if let Some(print) = certificate {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "certificate {print}");
        }
        if !keeps && !self.discard {
            text.push_str("messages are kept nowhere (--maildir keeps them)\n");
        }
        text
    }

    fn kept_text(&self, kept: &Kept) -> String {
        if self.json {
            let object = serde_json::to_string(kept).unwrap_or_default();
            return format!("{}\n", printable_json(&object));
        }
        let mut text = match (&kept.path, self.discard) {
            (Some(path), _) => format!("kept {}", printable(&path_name(path))),
            (None, true) => format!("discarded {}", kept.name),
            (None, false) => format!("took {}, kept nowhere (--maildir keeps it)", kept.name),
        };
        let (size, from) = (kept.size, printable(&kept.from));
        let octets = if size == 1 { "octet" } else { "octets" };
        // Writing to a string cannot fail.
        let _ = write!(text, ": {size} {octets} from <{from}> to {}", recipients(&kept.to));
        text.push('\n');
        text
    }
}

fn recipients(to: &[Addressee]) -> String {
    let named: Vec<_> = to.iter().take(NAMED).map(|it| format!("<{}>", printable(&it.address))).collect();
    let named = named.join(", ");
    match to.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, text: String) {
        let waited = self.changed.wait_while(self.waiting(), |waiting| waiting.octets > PATIENCE);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner);
        waiting.octets += text.len();
        waiting.texts.push_back(text);
        self.changed.notify_all();
    }

    fn write(&self) {
        loop {
            let waited = self.changed.wait_while(self.waiting(), |waiting| waiting.texts.is_empty());
            let next = waited.unwrap_or_else(PoisonError::into_inner).texts.pop_front();
            let text = next.unwrap_or_default();
            let mut out = io::stdout().lock();
            // Nobody may be reading any more; the mail is taken all the same.
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
            self.waiting().octets -= text.len();
            self.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::SinkReport;
    use crate::sink::{Addressee, Kept, Protocol};

    fn kept(from: &str, to: &[&str]) -> Kept {
        let addressee = |address: &&str| Addressee { address: (*address).into(), notify: None, orcpt: None };
        Kept {
            schema: 1,
            name: "1.M2P3Q4.h".into(),
            path: None,
            received: UNIX_EPOCH,
            peer: "127.0.0.1:1".into(),
            helo: "h".into(),
            protocol: Protocol::Esmtp,
            tls: None,
            user: None,
            from: from.into(),
            to: to.iter().map(addressee).collect(),
            size: 7,
            declared_size: None,
            body: None,
            smtputf8: false,
            ret: None,
            envid: None,
            chunked: false,
            eight_bit: false,
        }
    }

    fn report(json: bool, discard: bool) -> SinkReport {
        SinkReport { json, discard, queue: std::sync::Arc::default() }
    }

    #[test]
    fn a_line_for_people_says_what_became_of_the_message() {
        let mut message = kept("a@d", &["b@d", "c@d", "d@d", "e@d", "f@d"]);
        let line = |message: &Kept, discard| report(false, discard).kept_text(message);
        let tail = ": 7 octets from <a@d> to <b@d>, <c@d>, <d@d> and 2 more\n";
        assert_eq!(
            line(&message, false),
            format!("took 1.M2P3Q4.h, kept nowhere (--maildir keeps it){tail}")
        );
        assert_eq!(line(&message, true), format!("discarded 1.M2P3Q4.h{tail}"));
        message.path = Some("outbox/new/1.M2P3Q4.h".into());
        assert_eq!(line(&message, false), format!("kept outbox/new/1.M2P3Q4.h{tail}"));
    }

    #[test]
    fn nothing_that_steers_a_terminal_is_printed() {
        let message = kept("\u{1b}[2J\u{9b}\u{202e}\u{e0001}ä@d", &["b\n@d"]);
        let text = report(false, false).kept_text(&message);
        assert!(text.contains(r"<\x1b[2J\x9b\u{202e}\u{e0001}ä@d> to <b\x0a@d>"), "{text}");
        let text = report(true, false).kept_text(&message);
        assert!(!text.trim_end().chars().any(crate::terms::printable::is_unsafe), "{text}");
        let object: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(object["from"], message.from.as_str());
    }
}
