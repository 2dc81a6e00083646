//! `mailxport check`: the road of a send as far as the envelope, then a report, then the status of such a send.

use super::account::of_run;
use super::begin::begin;
use super::gather::{self, one_taker};
use super::guard;
use super::login::login;
use super::plan::usage;
use super::product;
use super::round::{embedded, plan_for};
use crate::cli::check::{CheckArgs, CheckEnvelopeArgs, CheckOutputArgs};
use crate::cli::shared::{EnvelopeArgs, When};
use crate::console::check::{record, text};
use crate::console::findings::all::findings;
use crate::console::out::{self, Color, paint};
use crate::console::panel::{Panel, Show};
use crate::console::voice;
use crate::delivery::check::{Errand, check};
use crate::delivery::survey::Survey;
use crate::sink::StoreChoice;
use crate::terms::address_list::mailbox;
use crate::terms::endpoint::Server;
use crate::terms::envelope::Sender;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::Ixp;
use crate::terms::plan::Plan;
use crate::terms::printable::path_name;
use crate::watch::signals::die_of;
use crate::watch::wait::Watch;
use std::fs::File;
use std::sync::Arc;

pub fn run(args: &CheckArgs) -> u8 {
    let watch = match begin(args.output.exit_codes, args.server.deadline) {
        Ok(watch) => watch,
        Err(failure) => return not_begun(&args.output, &failure),
    };
    let status = match prepare(args, &watch) {
        Err(failure) => not_begun(&args.output, &failure),
        Ok(ready) => go(args, ready, &watch),
    };
    if let Some(signal) = watch.caught() {
        die_of(signal);
    }
    status
}

/// Everything that could be judged without a packet.
struct Ready {
    server: Server,
    plan: Plan,
    errand: Errand,
    log: Option<File>,
}

fn prepare(args: &CheckArgs, watch: &Arc<Watch>) -> Result<Ready, Failure> {
    one_taker(&[
        args.envelope.to_file.as_deref(),
        args.server.password_file.as_deref(),
        args.server.token_file.as_deref(),
        args.server.proxy_password_file.as_deref(),
    ])?;
    if args.server.dot_timeout.is_some() || args.server.no_chunking {
        return Err(usage("--dot-timeout and --no-chunking are about a message, and a check sends none"));
    }
    let in_force = of_run(&args.server, &envelope_of(&args.envelope), watch)?;
    let notes: Vec<String> = in_force.notes.iter().map(|note| voice::aside(note)).collect();
    if !args.output.quiet {
        say(&args.output, &notes);
    }
    let mut plan = plan_for(&in_force, watch)?;
    if matches!(in_force.server, Server::At(_)) {
        plan.login = login(&in_force.args, &plan.endpoint, in_force.credentials.as_ref(), watch)?;
    }
    let errand = errand(&in_force.envelope, &plan, watch)?;
    let log = args.output.log.as_deref().map(|path| gather::log("--log", path)).transpose()?;
    Ok(Ready { server: in_force.server, plan, errand, log })
}

/// The options about the envelope that a check shares with a send.
fn envelope_of(args: &CheckEnvelopeArgs) -> EnvelopeArgs {
    EnvelopeArgs {
        from: args.from.clone(),
        to: args.to.clone(),
        to_file: args.to_file.clone(),
        recipients_from_headers: false,
        partial: args.partial,
        dsn_notify: args.dsn_notify.clone(),
        dsn_return: args.dsn_return,
        dsn_envid: args.dsn_envid.clone(),
        require_dsn: args.require_dsn,
    }
}

/// Who is to be asked for. Without `--from` the user is the sender, if its name is an address.
fn errand(envelope: &EnvelopeArgs, plan: &Plan, watch: &Watch) -> Result<Errand, Failure> {
    let user = plan.endpoint.user.as_deref();
    let user = user.filter(|user| user.contains('@')).and_then(|user| mailbox(user).ok());
    let sender = gather::sender(envelope)?.or(user.map(Sender::Mailbox));
    let recipients = gather::recipients(envelope, watch)?;
    let no_sender = || Failure::new(Stage::Input, Cause::NoSender).about("the envelope");
    match (&sender, recipients.is_empty()) {
        (None, false) => Err(no_sender()),
        (_, true) if envelope.partial => {
            Err(usage("--partial is about recipients: --to or --to-file names them"))
        }
        _ => Ok(Errand { sender, recipients, sink: None }),
    }
}

fn go(args: &CheckArgs, ready: Ready, watch: &Arc<Watch>) -> u8 {
    let Ready { server, mut plan, mut errand, log } = ready;
    let mut sink = None;
    if let Server::Sink(dir) = &server {
        // Nothing is to be kept, so nothing is made in that place.
        match embedded(StoreChoice::Discard) {
            Ok((running, at)) => (sink, plan.endpoint) = (Some(running), at),
            Err(failure) => return not_begun(&args.output, &failure),
        }
        errand.sink = Some(path_name(dir).into_owned());
    }
    let mut panel = Panel::new(Show { log, ..show_of(&args.output) });
    let survey = check(&plan, &errand, watch, &mut panel);
    drop(sink);
    report(&args.output, &survey, &mut panel)
}

fn show_of(output: &CheckOutputArgs) -> Show {
    Show {
        json: output.json,
        quiet: output.quiet,
        verbose: if output.trace { 2 } else { output.verbose },
        color: color(output),
        ..Show::default()
    }
}

fn color(output: &CheckOutputArgs) -> Color {
    match output.color {
        When::Auto => Color::Auto,
        When::Always => Color::Always,
        When::Never => Color::Never,
    }
}

/// Tells what was found, and gives the status of the run.
fn report(output: &CheckOutputArgs, survey: &Survey, panel: &mut Panel) -> u8 {
    let findings = findings(survey);
    let object = record::of(survey, &findings, output.context.as_deref());
    let ixp = survey.ixp();
    let status = match (output.json, output.quiet) {
        (true, _) => product::end_by_status(&record::line(&object), ixp),
        (false, true) => guard::status(ixp),
        (false, false) => {
            let on = color(output).is_on_for_data();
            product::end_by_status(&text::report(survey, &findings, out::columns(), on), ixp)
        }
    };
    if product::is_closed() && !output.quiet {
        let words = "nobody gets the report: standard output is closed or thrown away; -q asks for none";
        say(output, &[voice::aside(words)]);
    }
    if let Some(failure) = &survey.failure {
        say(output, &text::failure(survey, failure));
    }
    panel.done(&object);
    status
}

/// Reports what kept a check from its first packet.
fn not_begun(output: &CheckOutputArgs, failure: &Failure) -> u8 {
    let ixp = Ixp::of(failure);
    say(output, &text::not_begun(failure));
    if output.json {
        let object = record::not_begun(ixp, Some(failure), None, output.context.as_deref());
        let _ = out::data(&record::line(&object));
    }
    guard::status(ixp)
}

fn say(output: &CheckOutputArgs, lines: &[String]) {
    let colored = color(output).is_on();
    let many = if output.quiet { 1 } else { lines.len() };
    lines.iter().take(many).for_each(|line| out::say(&(paint(line, colored) + "\n")));
}
