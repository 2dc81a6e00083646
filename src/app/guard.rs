//! What ends the process by force, and with which status: a fault, lack of memory, a deadline that nothing heard.

use crate::console::{last_words, out};
use crate::terms::amount::in_words;
use crate::terms::ixp::{Class, Ixp};
use crate::terms::printable::printable;
use crate::watch::brink;
use signal_hook::consts::signal::SIGABRT;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

static SYSEXITS: AtomicBool = AtomicBool::new(false);

/// Chooses the scheme of all exit statuses of this process.
pub fn speak_sysexits() {
    SYSEXITS.store(true, Ordering::SeqCst);
}

/// The status that an outcome ends the process with.
pub fn status(ixp: Ixp) -> u8 {
    if SYSEXITS.load(Ordering::SeqCst) { ixp.sysexit() } else { ixp.exit() }
}

/// A fault in any thread ends the process as what it is: 1, or 40 where the server may have the message.
pub fn catch_faults() {
    std::panic::set_hook(Box::new(|panic| {
        let words = panic.payload().downcast_ref::<&str>().map(|text| (*text).to_owned());
        let words = words.or_else(|| panic.payload().downcast_ref::<String>().cloned()).unwrap_or_default();
        let place = panic.location().map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
        out::say(&format!("mailxport: error: a fault in the program: {}{place}\n", printable(&words)));
        out::say("  hint: please report it with the command that was run\n");
        let (ixp, words) = truth(Ixp::fault());
        out::say(words);
        last_words::speak(of_the_message(Ixp::fault()));
        exit(ixp);
    }));
}

/// Lack of memory ends in SIGABRT; its handler can do nothing but choose the status.
pub fn catch_lack_of_memory() {
    let (unknown, taken) = brink::flags();
    let always = Arc::new(AtomicBool::new(true));
    let rest = [(Ixp::partial_transient(), taken), (Ixp::no_memory(), always)];
    for (ixp, when) in unknown.map(|flag| (Ixp::unknown(), flag)).into_iter().chain(rest) {
        let _ = signal_hook::flag::register_conditional_shutdown(SIGABRT, i32::from(status(ixp)), when);
    }
}

/// Ends the process a moment after the deadline if it is still there: every wait should have heard it.
pub fn enforce(deadline: Duration, at: Instant) {
    let watchdog = std::thread::Builder::new().name("deadline".to_owned());
    let _ = watchdog.spawn(move || {
        let last = at + Duration::from_secs(1);
        while let Some(rest) = last.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero()) {
            std::thread::sleep(rest);
        }
        let lead = if brink::is_on() { "unknown" } else { "not sent" };
        let (ixp, words) = truth(Ixp::timeout());
        let text = format!("mailxport: {lead}: the deadline of {} passed\n{words}", in_words(deadline));
        within(Duration::from_secs(1), move || {
            last_words::speak(of_the_message(Ixp::timeout()));
            out::say(&text);
        });
        exit(ixp);
    });
}

/// Speaks to a reader who may never read: whoever is blocked in writing to him holds the stream.
fn within(limit: Duration, speak: impl FnOnce() + Send + 'static) {
    let (done, is_done) = mpsc::channel();
    let speaker = std::thread::Builder::new().spawn(move || {
        speak();
        let _ = done.send(());
    });
    if speaker.is_ok() {
        let _ = is_done.recv_timeout(limit);
    }
}

/// What a forced end means for the message in hand.
fn of_the_message(ixp: Ixp) -> Ixp {
    if brink::is_on() { Ixp::unknown() } else { ixp }
}

/// What a forced end is in truth: unknown where the server may have a message, in part where it took an earlier one.
fn truth(ixp: Ixp) -> (Ixp, &'static str) {
    const UNKNOWN: &str = "mailxport: unknown: the whole message had been handed over, and no verdict was reported\n  \
                           hint: the server may have taken it; sending again may deliver it twice\n";
    const PARTLY: &str = "mailxport: partly sent: the server took earlier messages of this run\n";
    match ixp.class() {
        _ if brink::is_on() => (Ixp::unknown(), UNKNOWN),
        Class::Temporary if brink::has_taken() => (Ixp::partial_transient(), PARTLY),
        _ if brink::has_taken() => (Ixp::partial_permanent(), PARTLY),
        _ => (ixp, ""),
    }
}

#[allow(clippy::exit)] // the one place where a thread may end the process
fn exit(ixp: Ixp) -> ! {
    std::process::exit(i32::from(status(ixp)))
}
