//! `mailxport send`: everything judged first, then one session for all messages, then the status.

use super::account::{Book, InForce, in_force};
use super::begin::begin;
use super::choose::{Picked, pick};
use super::gather::{self, Gather};
use super::guard;
use super::login::login;
use super::plan::{plan, usage};
use super::proxy::proxy;
use super::unsent::Unsent;
use crate::cli::send::SendArgs;
use crate::cli::shared::{OutputArgs, When};
use crate::console::dry_run::{self, Shown};
use crate::console::out::{self, Color};
use crate::console::panel::{Panel, Show};
use crate::console::progress::Wish;
use crate::console::record::Record;
use crate::console::{last_words, voice};
use crate::delivery::deliver::deliver;
use crate::delivery::job::{Desk, Letter, Report, Turn};
use crate::message::open::{Handling, Origin};
use crate::net::host;
use crate::sink::{Listen, Setup, Sink, StoreChoice};
use crate::terms::endpoint::{Endpoint, Place, Protocol, Server};
use crate::terms::event::{Event, Observer};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::Ixp;
use crate::terms::outcome::{Outcome, Tally};
use crate::terms::plan::Plan;
use crate::watch::signals::die_of;
use crate::watch::wait::Watch;
use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::sync::Arc;

pub fn run(args: &SendArgs) -> u8 {
    let watch = match begin(args.output.exit_codes, args.server.deadline) {
        Ok(watch) => watch,
        Err(failure) => return before_any_message(&args.output, &failure),
    };
    let status = match prepare(args, &watch) {
        Err(Early::Run(failure)) => before_any_message(&args.output, &failure),
        Err(Early::Message(about)) => {
            let (origin, failure) = *about;
            about_a_message(args, &origin, failure)
        }
        Ok(ready) if args.dry_run => show(args, ready),
        Ok(ready) => return go(args, ready, &watch),
    };
    if let Some(signal) = watch.caught() {
        die_of(signal);
    }
    status
}

/// Says what of the account is not used; the objects name it too.
fn say_notes(args: &SendArgs, notes: &[String]) {
    let color = show_of(&args.output).color.is_on();
    for note in notes.iter().filter(|_| !args.output.quiet) {
        out::say(&(out::paint(&voice::aside(note), color) + "\n"));
    }
}

/// A failure before the first packet: of the run, or of one of its messages.
enum Early {
    Run(Box<Failure>),
    Message(Box<(Origin, Failure)>),
}

impl From<Failure> for Early {
    fn from(failure: Failure) -> Early {
        Early::Run(Box::new(failure))
    }
}

/// Everything that could be judged without a packet.
struct Ready {
    server: Server,
    /// The name of the account in force.
    account: Option<String>,
    /// What of it is not used.
    notes: Vec<String>,
    plan: Plan,
    gather: Gather,
    turns: Vec<Turn>,
    unsent: Option<Unsent>,
    log: Option<std::fs::File>,
}

fn prepare(args: &SendArgs, watch: &Arc<Watch>) -> Result<Ready, Early> {
    gather::one_taker_of_standard_input(args)?;
    let host = host::full_name().unwrap_or_else(|| "localhost".to_owned());
    let handling = Handling { keep_bcc: args.message.keep_bcc, as_is: args.message.as_is, host };
    let book = Book::open(&args.server, watch)?;
    let Picked { chosen, opened, gate } =
        pick(&book, args, &handling, watch).map_err(|fault| match *fault {
            (None, failure) => failure.into(),
            (Some(origin), failure) => Early::Message(Box::new((origin, failure))),
        })?;
    let in_force = in_force(&args.server, &args.envelope, chosen)?;
    say_notes(args, &in_force.notes);
    let mut plan = plan_for(&in_force, watch)?;
    if !args.dry_run && matches!(in_force.server, Server::At(_)) {
        plan.login = login(&in_force.args, &plan.endpoint, in_force.credentials.as_ref(), watch)?;
    }
    let gather = Gather::new(&in_force.envelope, handling, args.message.max_size, watch)?.at(gate);
    let log = args.output.log.as_deref().map(gather::log).transpose()?;
    let unsent = match &args.unsent {
        Some(_)
            if args
                .files
                .iter()
                .any(|path| std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).contains(&b'\n')) =>
        {
            return Err(usage("a path with a line end cannot be listed by --unsent").into());
        }
        Some(path) if !args.dry_run => Some(Unsent::prepare(path).map_err(|problem| unwritable(&problem))?),
        _ => None,
    };
    let turns = gather::turns(args, &gather, opened, watch).map_err(Early::Message)?;
    let InForce { server, account, notes, .. } = in_force;
    Ok(Ready { server, account, notes, plan, gather, turns, unsent, log })
}

fn unwritable(problem: &anyhow::Error) -> Failure {
    usage(format!("{problem:#}"))
}

/// The plan for a named server; an embedded sink has a port only when it runs.
pub(super) fn plan_for(in_force: &InForce, watch: &Watch) -> Result<Plan, Failure> {
    let InForce { server, args, envelope, .. } = in_force;
    let endpoint = match server {
        Server::Sink(_) => at_loopback(0),
        Server::At(endpoint) => endpoint.clone(),
    };
    let plan = plan(endpoint, args, envelope)?;
    Ok(Plan { proxy: proxy(server, args, watch)?, ..plan })
}

fn at_loopback(port: u16) -> Endpoint {
    let place = Place::Tcp { host: Ipv4Addr::LOCALHOST.to_string(), port };
    Endpoint { protocol: Protocol::Smtp, tls_first: false, place, user: None }
}

/// Starts a sink for this one run.
pub(super) fn embedded(store: StoreChoice) -> Result<(Sink, Endpoint), Failure> {
    let setup = Setup::on_loopback(store);
    let sink = Sink::start(setup, |_| ()).map_err(|problem| usage(problem.to_string()))?;
    let port = sink.addresses().iter().find_map(|listen| match listen {
        Listen::Tcp(address) => Some(address.port()),
        Listen::Unix(_) => None,
    });
    let endpoint = at_loopback(port.ok_or_else(|| usage("the embedded sink has no port"))?);
    Ok((sink, endpoint))
}

fn go(args: &SendArgs, ready: Ready, watch: &Arc<Watch>) -> u8 {
    let Ready { server, mut plan, gather, turns, unsent, log, notes, .. } = ready;
    let (mut sink, mut maildir) = (None, None);
    if let Server::Sink(dir) = server {
        match embedded(StoreChoice::Maildir(dir.clone())) {
            Ok((running, at)) => (sink, plan.endpoint) = (Some(running), at),
            Err(failure) => return before_any_message(&args.output, &failure),
        }
        maildir = Some(dir.to_string_lossy().into_owned());
    }
    let (several, server) = (turns.len() > 1, plan.endpoint.to_string());
    let kept_back = !notes.is_empty();
    let show = Show { log, several, server, kept_back, sink: maildir, ..show_of(&args.output) };
    let log_too = show.log.as_ref().and_then(|log| log.try_clone().ok());
    last_words::prepare(show.json, log_too, show.context.clone(), &show.server);
    let panel = RefCell::new(Panel::new(show));
    let mut clerk =
        Clerk { panel: &panel, gather: &gather, tally: Tally::default(), unsent, watch, stopped: false };
    deliver(&plan, watch, turns, &mut clerk, &mut Ear(&panel));
    let Clerk { tally, unsent, stopped, .. } = clerk;
    drop(sink);
    if let Some(Err(problem)) = unsent.map(Unsent::write) {
        out::say(&format!("mailxport: note: the list of what is unsent: {problem:#}\n"));
    }
    if let (Some(signal), true) = (watch.caught(), stopped) {
        die_of(signal);
    }
    guard::status(tally.ixp())
}

/// The desk of the run: opens messages at their turn, counts outcomes, keeps the list of what is unsent.
struct Clerk<'a> {
    panel: &'a RefCell<Panel>,
    gather: &'a Gather,
    tally: Tally,
    unsent: Option<Unsent>,
    watch: &'a Watch,
    /// A signal kept a message from its verdict.
    stopped: bool,
}

impl Desk for Clerk<'_> {
    fn begin(&mut self, origin: &Origin) {
        last_words::in_hand(Some(origin));
    }

    fn open(&mut self, origin: &Origin) -> Result<Letter, Failure> {
        self.gather.letter(origin)
    }

    fn report(&mut self, report: &Report<'_>) {
        let outcome = report.outcome;
        let cause = outcome.failure.as_ref().map(|failure| &failure.cause);
        self.stopped |=
            self.watch.caught().is_some() && matches!(cause, Some(Cause::Interrupted(_) | Cause::NeverTried));
        self.tally.add(outcome.ixp());
        if let (Some(unsent), true) = (&mut self.unsent, outcome.is_unsent()) {
            unsent.add(report.origin);
        }
        self.panel.borrow_mut().report(report);
        last_words::in_hand(None);
    }
}

struct Ear<'a>(&'a RefCell<Panel>);

impl Observer for Ear<'_> {
    fn note(&mut self, event: &Event<'_>) {
        self.0.borrow_mut().note(event);
    }
}

pub(super) fn show_of(output: &OutputArgs) -> Show {
    Show {
        json: output.json,
        quiet: output.quiet,
        verbose: if output.trace { 2 } else { output.verbose },
        color: match output.color {
            When::Auto => Color::Auto,
            When::Always => Color::Always,
            When::Never => Color::Never,
        },
        progress: match output.progress {
            When::Auto => Wish::Auto,
            When::Always => Wish::Always,
            When::Never => Wish::Never,
        },
        context: output.context.clone(),
        ..Show::default()
    }
}

fn show(args: &SendArgs, ready: Ready) -> u8 {
    let server = match &ready.server {
        Server::At(endpoint) => endpoint.to_string(),
        Server::Sink(dir) => format!("sink:{}", dir.display()),
    };
    for turn in ready.turns {
        let (origin, opened) = match turn {
            Turn::Ready(origin, letter) => (origin, Ok(*letter)),
            Turn::Later(origin) => {
                let opened = ready.gather.letter(&origin);
                (origin, opened)
            }
        };
        let measured = opened.and_then(|mut letter| {
            let longest = letter.message.longest_line();
            longest.map(|longest| (letter, longest)).map_err(|cause| Failure::new(Stage::Input, cause))
        });
        let (letter, longest_line) = match measured {
            Ok(measured) => measured,
            Err(failure) => return about_a_message(args, &origin, failure),
        };
        let (partial, account) = (args.envelope.partial, ready.account.as_deref());
        let shown = Shown { partial, server: &server, account, longest_line };
        out::data(&if args.output.json {
            dry_run::json(&origin, &letter, shown)
        } else {
            dry_run::text(&origin, &letter, shown)
        });
    }
    guard::status(Ixp::ok())
}

/// Reports a message that cannot be sent at all; nothing of the run was attempted.
fn about_a_message(args: &SendArgs, origin: &Origin, failure: Failure) -> u8 {
    let outcome = Outcome::not_sent(failure, Vec::new());
    let ixp = outcome.ixp();
    let log =
        args.output.log.as_deref().and_then(|path| std::fs::File::options().append(true).open(path).ok());
    let several = args.files.len() > 1 || args.files_from.is_some();
    let mut panel = Panel::new(Show { log, several, ..show_of(&args.output) });
    panel.report(&Report { origin, letter: None, outcome: &outcome });
    guard::status(ixp)
}

pub(super) fn before_any_message(output: &OutputArgs, failure: &Failure) -> u8 {
    let ixp = Ixp::of(failure);
    let color = show_of(output).color.is_on();
    let lines = voice::before_any_message(failure);
    let many = if output.quiet { 1 } else { lines.len() };
    for line in lines.iter().take(many) {
        out::say(&(out::paint(line, color) + "\n"));
    }
    if output.json {
        out::data(&Record::before_any_message(ixp, Some(failure), None, output.context.clone()).line());
    }
    guard::status(ixp)
}
