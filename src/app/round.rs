//! A round: all messages of a run carried over one session, one report each, and the status of the run.

use super::account::InForce;
use super::gather::Gather;
use super::guard;
use super::plan::{plan, told, usage};
use super::proxy::proxy;
use super::unsent::Unsent;
use crate::cli::shared::{OutputArgs, TriesArgs, When};
use crate::console::out::{self, Color};
use crate::console::panel::{Panel, Show};
use crate::console::progress::Wish;
use crate::console::record::Record;
use crate::console::{last_words, voice};
use crate::delivery::again::Tries;
use crate::delivery::deliver::deliver;
use crate::delivery::job::{Desk, Letter, Report, Turn, Wait};
use crate::message::flow::{Begun, Flow};
use crate::message::open::Origin;
use crate::sink::{Listen, Setup, Sink, SinkProblem, StoreChoice};
use crate::terms::endpoint::{Endpoint, Place, Protocol, Server};
use crate::terms::event::{Event, Observer};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::Ixp;
use crate::terms::outcome::{Outcome, Tally};
use crate::terms::plan::Plan;
use crate::watch::signals::die_of;
use crate::watch::wait::Watch;
use std::fs::File;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A round: the messages of a run and the one server they go to, as far as they can be judged without a packet.
#[derive(Debug)]
pub struct Round {
    pub server: Server,
    /// The name of the account in force.
    pub account: Option<String>,
    /// What of it is not used.
    pub notes: Vec<String>,
    pub plan: Plan,
    pub gather: Gather,
    pub turns: Vec<Turn>,
    /// The stream of the run, if it has one.
    pub flow: Option<Flow>,
    pub unsent: Option<Unsent>,
    pub log: Option<File>,
    /// Sessions side by side.
    pub jobs: usize,
    pub tries: Tries,
    /// One line a failure and none about success.
    pub one_line: bool,
}

/// The plan for a named server; an embedded sink has a port only when it runs.
pub(super) fn plan_for(in_force: &InForce, watch: &Watch) -> Result<Plan, Failure> {
    let InForce { server, args, envelope, .. } = in_force;
    let endpoint = match server {
        Server::Sink(_) => at_loopback(0),
        Server::At(endpoint) => endpoint.clone(),
    };
    let plan = plan(endpoint, args, envelope, watch)?;
    Ok(Plan { proxy: proxy(server, args, watch)?, ..plan })
}

fn at_loopback(port: u16) -> Endpoint {
    let place = Place::Tcp { host: Ipv4Addr::LOCALHOST.to_string(), port };
    Endpoint { protocol: Protocol::Smtp, tls_first: false, place, user: None }
}

/// Starts a sink for this one run.
pub(super) fn embedded(store: StoreChoice) -> Result<(Sink, Endpoint), Failure> {
    let setup = Setup::on_loopback(store);
    let sink = Sink::start(setup, |_| ()).map_err(|problem| match problem {
        SinkProblem::System(error) => Failure::new(Stage::Connect, Cause::NoSocket(error)),
        problem => usage(problem.to_string()),
    })?;
    let port = sink.addresses().iter().find_map(|listen| match listen {
        Listen::Tcp(address) => Some(address.port()),
        Listen::Unix(_) => None,
    });
    let endpoint = at_loopback(port.ok_or_else(|| usage("the embedded sink has no port"))?);
    Ok((sink, endpoint))
}

/// Carries the messages of a round to their server, and reports each.
pub fn carry(round: Round, output: &OutputArgs, watch: &Arc<Watch>) -> u8 {
    let Round { server, mut plan, gather, turns, flow, unsent, log, notes, jobs, tries, one_line, .. } =
        round;
    let (mut sink, mut maildir) = (None, None);
    if let Server::Sink(dir) = server {
        match embedded(StoreChoice::Maildir(dir.clone())) {
            Ok((running, at)) => (sink, plan.endpoint) = (Some(running), at),
            Err(failure) => return before_any_message(output, &failure),
        }
        maildir = Some(dir);
    }
    let (several, server) = (turns.len() > 1, plan.endpoint.to_string());
    let kept_back = !notes.is_empty();
    let abreast = jobs.min(turns.len()) > 1;
    let show = Show { log, several, server, kept_back, abreast, one_line, sink: maildir, ..show_of(output) };
    let log_too = show.log.as_ref().and_then(|log| log.try_clone().ok());
    last_words::prepare(show.json, log_too, show.context.clone(), &show.server);
    let books = Books { panel: Panel::new(show), tally: Tally::default(), unsent, flow, stopped: false };
    let clerk = Clerk { gather: &gather, watch, books: Mutex::new(books) };
    deliver(&plan, watch, turns, jobs, tries, &clerk);
    let Books { tally, unsent, stopped, .. } =
        clerk.books.into_inner().unwrap_or_else(PoisonError::into_inner);
    drop(sink);
    if let Some(Err(problem)) = unsent.map(Unsent::write) {
        out::say(&(voice::aside(&format!("the list of what is unsent: {}", told(&problem))) + "\n"));
    }
    if let (Some(signal), true) = (watch.caught(), stopped) {
        die_of(signal);
    }
    guard::status(tally.ixp())
}

/// The desk of the run: opens messages at their turn, counts outcomes, keeps the list of what is unsent.
struct Clerk<'a> {
    gather: &'a Gather,
    watch: &'a Watch,
    books: Mutex<Books>,
}

/// What one session writes in at a time.
struct Books {
    panel: Panel,
    tally: Tally,
    unsent: Option<Unsent>,
    flow: Option<Flow>,
    /// A signal kept a message from its verdict.
    stopped: bool,
}

impl Clerk<'_> {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk for Clerk<'_> {
    fn ear(&self, session: usize) -> Box<dyn Observer + '_> {
        Box::new(Ear { books: &self.books, session })
    }

    fn begin(&self, origin: &Origin) {
        last_words::in_hand(Some(origin));
    }

    fn open(&self, origin: &Origin) -> Result<Letter, Failure> {
        self.gather.letter(origin)
    }

    fn open_ahead(&self, origin: &Origin) -> Option<Letter> {
        self.gather.letter_ahead(origin)
    }

    fn open_flow(&self, wait: Wait<'_>) -> Result<Letter, Failure> {
        let failed = |cause| Failure::new(Stage::Input, cause);
        let nothing = || failed(Cause::Bug("a stream is opened twice".to_owned()));
        let mut flow = self.books().flow.take().ok_or_else(nothing)?;
        while let Begun::Wait(source) = flow.begin().map_err(failed)? {
            wait(source)?;
        }
        self.gather.flowing(flow)
    }

    fn put_off(&self, report: &Report<'_>, wait: Duration) {
        self.books().panel.put_off(report, wait);
    }

    fn report(&self, report: &Report<'_>) {
        let (outcome, mut books) = (report.outcome, self.books());
        let cause = outcome.failure.as_ref().map(|failure| &failure.cause);
        books.stopped |=
            self.watch.caught().is_some() && matches!(cause, Some(Cause::Interrupted(_) | Cause::NeverTried));
        books.tally.add(outcome.ixp());
        if let (Some(unsent), true) = (&mut books.unsent, outcome.is_unsent()) {
            unsent.add(report.origin);
        }
        books.panel.report(report);
        last_words::in_hand(None);
    }
}

struct Ear<'a> {
    books: &'a Mutex<Books>,
    session: usize,
}

impl Observer for Ear<'_> {
    fn note(&mut self, event: &Event<'_>) {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        books.panel.of_session(self.session);
        books.panel.note(event);
    }

    fn follows_dialogue(&self) -> bool {
        self.books.lock().unwrap_or_else(PoisonError::into_inner).panel.follows_dialogue()
    }
}

/// How often what is put off is tried again.
pub fn tries(args: &TriesArgs) -> Tries {
    Tries { more: args.retry, wait: args.retry_delay }
}

/// Says what of the account is not used; the objects name it too.
pub fn say_notes(output: &OutputArgs, notes: &[String]) {
    let color = show_of(output).color.is_on();
    for note in notes.iter().filter(|_| !output.quiet) {
        out::say(&(out::paint(&voice::aside(note), color) + "\n"));
    }
}

/// Reports a message that cannot be sent at all; nothing of the run was attempted.
pub fn about_a_message(output: &OutputArgs, origin: &Origin, several: bool, failure: Failure) -> u8 {
    let outcome = Outcome::not_sent(failure, Vec::new());
    let ixp = outcome.ixp();
    let log = output.log.as_deref().and_then(|path| File::options().append(true).open(path).ok());
    let mut panel = Panel::new(Show { log, several, ..show_of(output) });
    panel.report(&Report { origin, letter: None, outcome: &outcome });
    guard::status(ixp)
}

/// Reports what kept a run from its first packet.
pub fn before_any_message(output: &OutputArgs, failure: &Failure) -> u8 {
    let ixp = Ixp::of(failure);
    let color = show_of(output).color.is_on();
    let lines = voice::before_any_message(failure);
    let many = if output.quiet { 1 } else { lines.len() };
    for line in lines.iter().take(many) {
        out::say(&(out::paint(line, color) + "\n"));
    }
    if output.json {
        let _ =
            out::data(&Record::before_any_message(ixp, Some(failure), None, output.context.clone()).line());
    }
    guard::status(ixp)
}

pub fn show_of(output: &OutputArgs) -> Show {
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
