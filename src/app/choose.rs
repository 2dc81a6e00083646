//! The account of a run whose messages choose it: by their senders, before the first packet.

use super::account::{Book, Choice};
use super::gather::{allow_descriptors, listed, open, origin};
use super::plan::usage;
use crate::cli::send::SendArgs;
use crate::config::account::{Account, Configuration};
use crate::config::settled::Chosen;
use crate::message::header::Header;
use crate::message::open::{Handling, Message, Origin};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::printable::path_name;
use crate::watch::wait::Watch;
use std::sync::Arc;

/// What was opened and read while the account was chosen.
#[derive(Debug, Default)]
pub struct Opened {
    pub messages: Vec<(Origin, Message)>,
    /// The paths of `--files-from`, where that was read.
    pub list: Option<Vec<Origin>>,
}

/// Sees to it that a session of one account takes no message of another.
#[derive(Clone, Debug)]
pub struct Gate {
    configuration: Configuration,
    /// The account in force.
    account: Option<String>,
}

impl Gate {
    pub fn admit(&self, header: &Header) -> Result<(), Failure> {
        let other =
            by_header(&self.configuration, header).filter(|it| Some(&it.name) != self.account.as_ref());
        let Some(other) = other else { return Ok(()) };
        let session =
            self.account.as_ref().map_or("no account".to_owned(), |name| format!("the account {name}"));
        let words = format!(
            "it belongs to the account {} by its sender, and this run goes by {session}; send it in a run of its own",
            other.name
        );
        Err(Failure::new(Stage::Input, Cause::NoAccount(words)))
    }
}

/// A header that cannot be read chooses nothing: what is wrong with it is said when it is needed.
fn by_header<'a>(configuration: &'a Configuration, header: &Header) -> Option<&'a Account> {
    header.sender().ok().flatten().and_then(|sender| configuration.by_sender(&sender))
}

/// The account of a run, what was opened to choose it, and what keeps other accounts' messages out.
#[derive(Debug, Default)]
pub struct Picked<'a> {
    pub chosen: Option<Chosen<'a>>,
    pub opened: Opened,
    pub gate: Option<Gate>,
}

/// A failure of the run, or of one message.
pub type Fault = (Option<Origin>, Failure);

/// Chooses the account of `send`. Only where senders decide are the messages of the arguments opened for it; where there is
/// nothing but a list, the first message of it that can be opened decides.
pub fn pick<'a>(
    book: &'a Book,
    args: &SendArgs,
    handling: &Handling,
    watch: &Arc<Watch>,
) -> Result<Picked<'a>, Box<Fault>> {
    let of_run = |failure| Box::new((None, failure));
    let choice = book.choose(&args.server, args.envelope.from.as_deref()).map_err(of_run)?;
    let Choice::BySender(configuration) = choice else {
        return Ok(Picked { chosen: choice.for_sender(None), ..Picked::default() });
    };
    let opened = opened(args, handling, watch)?;
    let mut found: Option<(&Origin, &Account)> = None;
    for (origin, message) in &opened.messages {
        let Some(account) = by_header(configuration, message.header()) else { continue };
        match found {
            Some((first, other)) if other.name != account.name => {
                return Err(of_run(usage(format!(
                    "{} belongs to the account {} by its sender, and {} to {}: one run goes by one account, and --account NAME \
                     says by which",
                    name(first),
                    other.name,
                    name(origin),
                    account.name
                ))));
            }
            Some(_) => {}
            None => found = Some((origin, account)),
        }
    }
    let by_sender = found.map(|(_, account)| Chosen { account, named: false });
    let chosen = by_sender.or_else(|| choice.for_sender(None));
    let account = chosen.map(|chosen| chosen.account.name.clone());
    let gate = Some(Gate { configuration: configuration.clone(), account });
    Ok(Picked { chosen, opened, gate })
}

fn opened(args: &SendArgs, handling: &Handling, watch: &Arc<Watch>) -> Result<Opened, Box<Fault>> {
    let mut messages = Vec::new();
    allow_descriptors(args.files.len());
    for path in &args.files {
        let origin = origin(path);
        match open(&origin, handling, watch) {
            Ok(message) => messages.push((origin, message)),
            Err(failure) => return Err(Box::new((Some(origin), failure))),
        }
    }
    if !args.files.is_empty() {
        return Ok(Opened { messages, list: None });
    }
    let list = listed(args, watch).map_err(|fault| Box::new((Some(fault.0), fault.1)))?;
    let first = list.iter().find_map(|origin| Some((origin.clone(), open(origin, handling, watch).ok()?)));
    Ok(Opened { messages: first.into_iter().collect(), list: Some(list) })
}

fn name(origin: &Origin) -> String {
    match origin {
        Origin::StandardInput => "standard input".to_owned(),
        Origin::Path(path) => path_name(path).into_owned(),
    }
}
