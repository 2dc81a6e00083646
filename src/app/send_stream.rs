//! `mailxport send-stream`: standard input of a declared size, opened only when there is a server that takes so much.

use super::account::{InForce, of_run};
use super::begin::begin;
use super::gather::{self, Gather, one_taker};
use super::login::login;
use super::plan::usage;
use super::round::{Round, about_a_message, before_any_message, carry, plan_for, say_notes, tries};
use crate::cli::send_stream::SendStreamArgs;
use crate::delivery::job::Turn;
use crate::message::flow::{Flow, Promise};
use crate::message::open::{Handling, Origin};
use crate::message::source::{Opened, Source};
use crate::net::host;
use crate::terms::endpoint::Server;
use crate::terms::failure::{Cause, Failure, Stage, Unfit};
use crate::watch::signals::die_of;
use crate::watch::wait::Watch;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

pub fn run(args: &SendStreamArgs) -> u8 {
    let watch = match begin(args.output.exit_codes, args.server.deadline) {
        Ok(watch) => watch,
        Err(failure) => return before_any_message(&args.output, &failure),
    };
    let status = match prepare(args, &watch) {
        Err(Early::Run(failure)) => before_any_message(&args.output, &failure),
        Err(Early::Message(failure)) => {
            about_a_message(&args.output, &Origin::StandardInput, false, *failure)
        }
        Ok(round) => return carry(round, &args.output, &watch),
    };
    if let Some(signal) = watch.caught() {
        die_of(signal);
    }
    status
}

/// A failure before the first packet: of the run, or of its message.
enum Early {
    Run(Box<Failure>),
    Message(Box<Failure>),
}

impl From<Failure> for Early {
    fn from(failure: Failure) -> Early {
        Early::Run(Box::new(failure))
    }
}

fn prepare(args: &SendStreamArgs, watch: &Arc<Watch>) -> Result<Round, Early> {
    one_taker(&[
        Some(Path::new("-")),
        args.envelope.to_file.as_deref(),
        args.server.password_file.as_deref(),
        args.server.token_file.as_deref(),
        args.server.proxy_password_file.as_deref(),
    ])?;
    // The sender in the header comes too late to choose an account.
    let in_force = of_run(&args.server, &args.envelope, watch)?;
    say_notes(&args.output, &in_force.notes);
    let mut plan = plan_for(&in_force, watch)?;
    if matches!(in_force.server, Server::At(_)) {
        plan.login = login(&in_force.args, &plan.endpoint, in_force.credentials.as_ref(), watch)?;
    }
    let host = host::full_name().unwrap_or_else(|| "localhost".to_owned());
    let handling =
        Handling { keep_bcc: args.message.keep_bcc, as_is: args.message.as_is, host, ..Handling::default() };
    let gather = Gather::new(&in_force.envelope, handling, args.message.max_size, watch)?;
    let log = args.output.log.as_deref().map(|path| gather::log("--log", path)).transpose()?;
    let failed = |cause| of_the_message(Failure::new(Stage::Input, cause));
    let (turn, flow) = match Opened::standard_input().map_err(failed)? {
        Opened::File(file) => (of_a_file(args, &file, &gather, watch).map_err(of_the_message)?, None),
        Opened::Stream(input) => {
            let flow = of_a_stream(args, input)?;
            (Turn::Flow(Origin::StandardInput, flow.promise().size), Some(flow))
        }
    };
    let InForce { server, account, notes, .. } = in_force;
    Ok(Round {
        server,
        account,
        notes,
        plan,
        gather,
        turns: vec![turn],
        flow,
        unsent: None,
        log,
        jobs: 1,
        tries: tries(&args.tries),
        one_line: false,
    })
}

fn of_the_message(failure: Failure) -> Early {
    Early::Message(Box::new(failure))
}

/// A file is measured as a whole, and nothing is sent of one that is not what was declared.
fn of_a_file(
    args: &SendStreamArgs,
    file: &Source,
    gather: &Gather,
    watch: &Arc<Watch>,
) -> Result<Turn, Failure> {
    let failed = |cause| Failure::new(Stage::Input, cause);
    let came = file.octets();
    match args.size {
        Some(declared) if came < declared => return Err(failed(Cause::Short { declared, came })),
        Some(declared) if came > declared => return Err(failed(Cause::Long { declared })),
        _ => {}
    }
    if let Some(wanted) = args.sha256 {
        let found = file.sha256(watch).map_err(failed)?;
        if found != wanted {
            return Err(failed(Cause::OtherDigest));
        }
    }
    let letter = gather.letter(&Origin::StandardInput)?;
    Ok(Turn::Ready(Origin::StandardInput, Box::new(letter)))
}

fn of_a_stream(args: &SendStreamArgs, input: OwnedFd) -> Result<Flow, Early> {
    let failed = |cause| of_the_message(Failure::new(Stage::Input, cause));
    if args.tries.retry > 0 {
        return Err(usage("--retry needs a stream that can be read again: standard input is no file").into());
    }
    let Some(size) = args.size else {
        let words = "--size N is needed: standard input is no file whose length could be taken";
        return Err(usage(words).into());
    };
    if size == 0 {
        return Err(failed(Cause::Unfit(Unfit::Empty)));
    }
    if let Some(limit) = args.message.max_size.filter(|&limit| size > limit) {
        return Err(failed(Cause::TooLarge { size, limit, ours: true }));
    }
    Ok(Flow::new(input, Promise { size, sha256: args.sha256 }))
}
