//! What ends the process by force, and with which status: a fault, lack of memory, a deadline that nothing heard.

use crate::console::out;
use crate::terms::amount::in_words;
use crate::terms::ixp::Ixp;
use crate::terms::printable::printable;
use crate::watch::brink;
use signal_hook::consts::signal::SIGABRT;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
        leave(Ixp::fault());
    }));
}

/// Lack of memory ends in SIGABRT; its handler can do nothing but choose the status.
pub fn catch_lack_of_memory() {
    let statuses = [
        (status(Ixp::unknown()), brink::flag()),
        (status(Ixp::no_memory()), Arc::new(AtomicBool::new(true))),
    ];
    for (status, when) in statuses {
        let _ = signal_hook::flag::register_conditional_shutdown(SIGABRT, i32::from(status), when);
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
        out::say(&format!("mailxport: {lead}: the deadline of {} passed\n", in_words(deadline)));
        leave(Ixp::timeout());
    });
}

/// Ends the process at once; on the brink the outcome is unknown whatever the reason.
#[allow(clippy::exit)] // the one place where a thread may end the process
fn leave(ixp: Ixp) -> ! {
    if brink::is_on() {
        out::say("mailxport: unknown: the whole message had been handed over, before any answer\n");
        out::say("  hint: the server may have taken it; sending again may deliver it twice\n");
        std::process::exit(i32::from(status(Ixp::unknown())));
    }
    std::process::exit(i32::from(status(ixp)));
}
