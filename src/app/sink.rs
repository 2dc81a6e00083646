//! `mailxport sink`: options to setup, then serve until the count is full or a signal comes.

use std::thread;

use rustix::process::{Resource, getrlimit, setrlimit};
use rustix::system::uname;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::cli::sink::SinkArgs;
use crate::console::sink::SinkReport;
use crate::sink::{Behaviour, Ended, Setup, Sink, SinkProblem, StoreChoice};

/// The descriptors that all sessions at once need, with some to spare.
const DESCRIPTORS: u64 = 2048;

/// Runs a sink to its end; a signal ends the process as the signal would have, once all is tidy.
pub fn run(args: SinkArgs) -> Result<(), SinkProblem> {
    let report = SinkReport::open(args.json, args.discard).map_err(SinkProblem::System)?;
    raise_descriptors();
    let setup = setup(args);
    let keeps = matches!(setup.store, StoreChoice::Maildir(_));
    // Before the first socket file exists, so that none is left behind.
    let mut signals =
        Signals::new(if is_nohup() { &[SIGINT, SIGTERM][..] } else { &[SIGINT, SIGTERM, SIGHUP] })
            .map_err(SinkProblem::System)?;
    let heard = report.clone();
    let sink = Sink::start(setup, move |kept| heard.kept(kept))?;
    let (stopper, handle) = (sink.stopper(), signals.handle());
    let ear = thread::Builder::new().spawn(move || {
        let first = signals.forever().next();
        stopper.interrupt();
        first
    });
    let ear = ear.map_err(SinkProblem::System)?;
    report.listening(sink.addresses(), keeps);
    let ended = sink.wait();
    sink.stop();
    report.close();
    handle.close();
    if let (Ended::Interrupted, Ok(Some(signal))) = (ended, ear.join()) {
        return emulate_default_handler(signal).map_err(SinkProblem::System);
    }
    Ok(())
}

fn setup(args: SinkArgs) -> Setup {
    let SinkArgs { reject: refusals, drop: hangups, delay: delays, without, .. } = args;
    Setup {
        listen: args.listen,
        allow_remote: args.allow_remote,
        store: args.maildir.map_or(StoreChoice::Discard, StoreChoice::Maildir),
        hostname: args.hostname.unwrap_or_else(|| uname().nodename().to_string_lossy().into_owned()),
        max_size: args.max_size,
        count: args.count,
        behaviour: Behaviour { refusals, hangups, delays, without },
    }
}

/// Raises the limit of open descriptors, as far as that is allowed: each session holds a socket and a file.
fn raise_descriptors() {
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(DESCRIPTORS, |maximum| maximum.min(DESCRIPTORS));
    if limit.current.is_some_and(|current| current < wanted) {
        limit.current = Some(wanted);
        // Fewer sessions at once is no reason not to serve.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}

/// Tells whether SIGHUP was ignored from the start, as under nohup(1), and must stay so.
fn is_nohup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask & (1 << (SIGHUP - 1)) != 0
}
