//! `mailxport sink`: options to setup, then serve until the count is full or a signal comes.

use std::io;
use std::thread;

use rustix::process::{Resource, getrlimit, setrlimit};
use rustix::system::uname;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use super::guard;
use crate::cli::sink::SinkArgs;
use crate::console::out;
use crate::console::sink::SinkReport;
use crate::sink::{Behaviour, Ended, Setup, Sink, SinkProblem, StoreChoice};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::Ixp;
use crate::terms::printable::printable;
use crate::watch::signals::is_ignored;

/// The descriptors that all sessions at once need, with some to spare.
const DESCRIPTORS: u64 = 2048;

/// Runs a sink and says why it did not start.
pub fn run(args: SinkArgs) -> u8 {
    let Err(problem) = serve(args) else { return guard::status(Ixp::ok()) };
    out::say(&format!("mailxport: {}\n", printable(&problem.to_string())));
    if matches!(problem, SinkProblem::Remote(_)) {
        out::say("  hint: --allow-remote allows it\n");
    }
    guard::status(match problem {
        SinkProblem::Remote(_) | SinkProblem::Store(_) => Ixp::usage(),
        SinkProblem::Bind(..) => {
            Ixp::of(&Failure::new(Stage::Connect, Cause::Local(io::ErrorKind::Other.into())))
        }
        SinkProblem::System(error) => Ixp::of(&Failure::new(Stage::Connect, Cause::NoSocket(error))),
    })
}

/// Serves to the end; a signal ends the process as the signal would have, once all is tidy.
fn serve(args: SinkArgs) -> Result<(), SinkProblem> {
    let report = SinkReport::open(args.json, args.discard).map_err(SinkProblem::System)?;
    raise_descriptors();
    let setup = setup(args);
    let keeps = matches!(setup.store, StoreChoice::Maildir(_));
    // Before the first socket file exists, so that none is left behind.
    let mut signals =
        Signals::new(if is_ignored(SIGHUP) { &[SIGINT, SIGTERM][..] } else { &[SIGINT, SIGTERM, SIGHUP] })
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
