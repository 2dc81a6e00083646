//! `mailxport sink`: options to setup, then serve until the count is full or a signal comes.

use std::io;
use std::path::PathBuf;
use std::thread;

use rustix::process::{Resource, getrlimit, setrlimit};
use rustix::system::uname;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use super::guard;
use crate::cli::sink::SinkArgs;
use crate::config::secrets::choice::first_line_of;
use crate::console::out;
use crate::console::sink::SinkReport;
use crate::console::voice::os;
use crate::sink::{
    self, Behaviour, CertificateChoice, Ended, Gate, Setup, Sink, SinkProblem, StoreChoice, User,
    is_presentable,
};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::Ixp;
use crate::terms::printable::{path_name, printable};
use crate::watch::signals::is_ignored;
use crate::watch::wait::Watch;

/// The descriptors that all sessions at once need, with some to spare.
const DESCRIPTORS: u64 = 2048;

/// Tells why there is no sink: what was asked for makes no sense, or it cannot be had.
enum Refused {
    Usage(String),
    /// A password file that others can read, or that we cannot.
    Denied(Box<Failure>, String),
    Sink(SinkProblem),
}

impl From<SinkProblem> for Refused {
    fn from(problem: SinkProblem) -> Self {
        Self::Sink(problem)
    }
}

/// Runs a sink and says why it did not start.
pub fn run(args: SinkArgs) -> u8 {
    let problem = match serve(args) {
        Ok(()) => return guard::status(Ixp::ok()),
        Err(Refused::Usage(problem)) => {
            out::say(&format!("mailxport: {}\n", printable(&problem)));
            return guard::status(Ixp::usage());
        }
        Err(Refused::Denied(failure, problem)) => {
            out::say(&format!("mailxport: {}\n", printable(&problem)));
            if matches!(&failure.cause, Cause::Denied(error) if error.raw_os_error().is_none()) {
                out::say("  hint: chmod 600 keeps it to its owner\n");
            }
            return guard::status(Ixp::of(&failure));
        }
        Err(Refused::Sink(problem)) => problem,
    };
    out::say(&format!("mailxport: {}\n", printable(&problem.to_string())));
    if matches!(problem, SinkProblem::Remote(_)) {
        out::say("  hint: --allow-remote allows it\n");
    }
    guard::status(match problem {
        SinkProblem::Remote(_) | SinkProblem::Store(_) | SinkProblem::Certificate(_) => Ixp::usage(),
        SinkProblem::Bind(..) => {
            Ixp::of(&Failure::new(Stage::Connect, Cause::Local(io::ErrorKind::Other.into())))
        }
        SinkProblem::System(error) => Ixp::of(&Failure::new(Stage::Connect, Cause::NoSocket(error))),
    })
}

/// Serves to the end; a signal ends the process as the signal would have, once all is tidy.
fn serve(args: SinkArgs) -> Result<(), Refused> {
    let report = SinkReport::open(args.json, args.discard).map_err(SinkProblem::System)?;
    raise_descriptors();
    let setup = setup(args)?;
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
    report.listening(sink.addresses(), sink.fingerprint(), keeps);
    let ended = sink.wait();
    sink.stop();
    report.close();
    handle.close();
    if let (Ended::Interrupted, Ok(Some(signal))) = (ended, ear.join()) {
        emulate_default_handler(signal).map_err(SinkProblem::System)?;
    }
    Ok(())
}

fn setup(args: SinkArgs) -> Result<Setup, Refused> {
    let idle = idle_wish(&args);
    if let Some(problem) = idle {
        return Err(Refused::Usage(problem));
    }
    let gate = Gate {
        users: args.auth.into_iter().map(user).collect::<Result<_, _>>()?,
        in_clear: args.auth_in_clear,
    };
    let certificate = match (args.tls_cert, args.tls_key) {
        (Some(certificate), Some(key)) => Some(CertificateChoice::Files { certificate, key }),
        _ => args.tls_self_signed.then_some(CertificateChoice::SelfSigned),
    };
    let SinkArgs { reject: refusals, drop: hangups, delay: delays, without, .. } = args;
    Ok(Setup {
        listen: args.listen,
        allow_remote: args.allow_remote,
        store: args.maildir.map_or(StoreChoice::Discard, StoreChoice::Maildir),
        hostname: args.hostname.unwrap_or_else(|| uname().nodename().to_string_lossy().into_owned()),
        max_size: args.max_size,
        max_recipients: args.max_recipients,
        count: args.count,
        certificate,
        implicit: args.implicit,
        gate,
        behaviour: Behaviour { refusals, hangups, delays, without },
    })
}

/// Says which wish could never come true, so that nobody waits for it.
fn idle_wish(args: &SinkArgs) -> Option<String> {
    if let Some(name) = args.hostname.as_ref().filter(|name| !is_presentable(name)) {
        return Some(format!("--hostname {name:?} is no name to greet with"));
    }
    if args.max_size == Some(0) {
        return Some("--max-size 0 would be told as no limit at all (RFC 1870)".into());
    }
    let has_tls = args.tls_self_signed || args.tls_cert.is_some();
    let stages = args.reject.iter().map(|wish| wish.stage);
    let stages = stages.chain(args.drop.iter().map(|wish| wish.stage));
    let wished: Vec<_> = stages.chain(args.delay.iter().map(|wish| wish.stage)).collect();
    if !args.auth.is_empty() && !has_tls && !args.auth_in_clear {
        return Some("--auth needs --tls-self-signed, --tls-cert or --auth-in-clear".into());
    }
    if args.auth.is_empty() && wished.contains(&sink::Stage::Auth) {
        return Some("nobody comes to the stage auth without --auth".into());
    }
    if (!has_tls || args.implicit) && wished.contains(&sink::Stage::StartTls) {
        return Some(
            "nobody comes to the stage starttls without --tls-self-signed or --tls-cert, or with --implicit"
                .into(),
        );
    }
    None
}

/// Reads the password of a user, by the rules for every file with a secret.
fn user((name, file): (String, PathBuf)) -> Result<User, Refused> {
    let shown = path_name(&file);
    let read = first_line_of(&file, &Watch::default());
    let password = read.map_err(|failure| match &failure.cause {
        Cause::Usage(problem) => Refused::Usage(problem.clone()),
        Cause::Denied(error) => {
            let problem = format!("the password file {shown} may not be used: {}", os(error));
            Refused::Denied(Box::new(failure), problem)
        }
        Cause::Unreadable(error) => {
            Refused::Usage(format!("cannot read the password file {shown}: {}", os(error)))
        }
        _ => Refused::Usage(format!("cannot read the password file {shown}")),
    })?;
    if password.is_empty() {
        return Err(Refused::Usage(format!("the first line of {shown} is no password: it is empty")));
    }
    Ok(User { name, password })
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
