//! `mailxport send`: everything judged first, then one session for all messages, then the status.

use super::account::{Book, InForce, in_force};
use super::begin::begin;
use super::choose::{Picked, pick};
use super::gather::{self, Gather};
use super::guard;
use super::login::login;
use super::plan::{told, usage};
use super::product;
use super::round::{Round, about_a_message, before_any_message, carry, plan_for, say_notes, tries};
use super::unsent::Unsent;
use crate::cli::send::{IdOf, SendArgs};
use crate::console::dry_run::{self, Shown};
use crate::delivery::job::Turn;
use crate::message::open::{Handling, Origin};
use crate::net::host;
use crate::terms::endpoint::Server;
use crate::terms::failure::{Failure, Stage};
use crate::terms::ixp::Ixp;
use crate::terms::printable::path_name;
use crate::watch::signals::die_of;
use crate::watch::wait::Watch;
use std::path::{Path, PathBuf};
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
            about_a_message(&args.output, &origin, several(args), failure)
        }
        Ok(ready) if args.dry_run => show(args, ready),
        Ok(ready) => return carry(ready, &args.output, &watch),
    };
    if let Some(signal) = watch.caught() {
        die_of(signal);
    }
    status
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

fn prepare(args: &SendArgs, watch: &Arc<Watch>) -> Result<Round, Early> {
    gather::one_taker_of_standard_input(args)?;
    let host = host::full_name().unwrap_or_else(|| "localhost".to_owned());
    let handling = Handling {
        keep_bcc: args.message.keep_bcc,
        as_is: args.message.as_is,
        host,
        id_of_content: args.message_id == IdOf::Content,
        submission: None,
    };
    let book = Book::open(&args.server, watch)?;
    let Picked { chosen, opened, gate } =
        pick(&book, args, &handling, watch).map_err(|fault| match *fault {
            (None, failure) => failure.into(),
            (Some(origin), failure) => Early::Message(Box::new((origin, failure))),
        })?;
    let in_force = in_force(&args.server, &args.envelope, chosen)?;
    say_notes(&args.output, &in_force.notes);
    let mut plan = plan_for(&in_force, watch)?;
    plan.max_recipients = args.max_recipients;
    if !args.dry_run && matches!(in_force.server, Server::At(_)) {
        plan.login = login(&in_force.args, &plan.endpoint, in_force.credentials.as_ref(), watch)?;
    }
    let gather = Gather::new(&in_force.envelope, handling, args.message.max_size, watch)?.at(gate);
    let log = args.output.log.as_deref().map(|path| gather::log("--log", path)).transpose()?;
    args.unsent.iter().try_for_each(|path| gather::no_hyphen("--unsent", path))?;
    let unsent = match &args.unsent {
        Some(_)
            if args
                .files
                .iter()
                .any(|path| std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).contains(&b'\n')) =>
        {
            return Err(usage("a path with a line end cannot be listed by --unsent").into());
        }
        Some(path) if !args.dry_run => {
            let read: Vec<&Path> =
                args.files.iter().chain(&args.envelope.to_file).map(PathBuf::as_path).collect();
            Some(Unsent::prepare(path, &read).map_err(|problem| unwritable(&problem))?)
        }
        _ => None,
    };
    let turns = gather::turns(args, &gather, opened, watch).map_err(Early::Message)?;
    let InForce { server, account, notes, .. } = in_force;
    Ok(Round {
        server,
        account,
        notes,
        plan,
        gather,
        turns,
        flow: None,
        unsent,
        log,
        jobs: args.jobs,
        tries: tries(&args.tries),
        one_line: false,
    })
}

fn unwritable(problem: &anyhow::Error) -> Failure {
    usage(told(problem))
}

fn show(args: &SendArgs, ready: Round) -> u8 {
    let server = match &ready.server {
        Server::At(endpoint) => endpoint.to_string(),
        Server::Sink(dir) => format!("sink:{}", path_name(dir)),
    };
    for turn in ready.turns {
        let (origin, opened) = match turn {
            Turn::Ready(origin, letter) => (origin, Ok(*letter)),
            Turn::Again(again) => (again.origin, Ok(again.letter)),
            Turn::Later(origin) | Turn::Flow(origin, _) => {
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
            Err(failure) => return about_a_message(&args.output, &origin, several(args), failure),
        };
        let (partial, account) = (args.envelope.partial, ready.account.as_deref());
        let shown = Shown { partial, server: &server, account, longest_line };
        let told = match args.output.json {
            true => dry_run::json(&origin, &letter, shown),
            false => dry_run::text(&origin, &letter, shown),
        };
        if let Err(ixp) = product::hand_over(&told) {
            return guard::status(ixp);
        }
    }
    guard::status(Ixp::ok())
}

fn several(args: &SendArgs) -> bool {
    args.files.len() > 1 || args.files_from.is_some()
}
