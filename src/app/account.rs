//! The account of a run, and what options, environment and account come to: the one way for every verb that speaks to a server.
//!
//! A verb without messages of its own calls `of_run`; one whose messages may choose the account asks a `Book` first.

use super::options::{filled, layer};
use super::plan::usage;
use crate::cli::shared::{EnvelopeArgs, ServerArgs};
use crate::config::account::Configuration;
use crate::config::configuration::{self, Found};
use crate::config::environment::Environment;
use crate::config::key::did_you_mean;
use crate::config::place::{Around, Place};
use crate::config::settled::{Chosen, Credentials, Settled, no_server, settle};
use crate::terms::address::Address;
use crate::terms::address_list::mailbox;
use crate::terms::endpoint::Server;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::printable::path_name;
use crate::watch::wait::Watch;

/// What a run goes by; the options are as if they had said everything.
#[derive(Debug)]
pub struct InForce {
    pub server: Server,
    pub args: ServerArgs,
    pub envelope: EnvelopeArgs,
    /// For `login`.
    pub credentials: Option<Credentials>,
    /// Its name.
    pub account: Option<String>,
    /// Sentences about what of the account is not used.
    pub notes: Vec<String>,
}

/// The configuration file, or the absence of one.
#[derive(Debug)]
pub struct Book(Found);

/// Whether the account is known before a message is looked at.
#[derive(Clone, Copy, Debug)]
pub enum Choice<'a> {
    Made(Option<Chosen<'a>>),
    /// A sender decides, and the default account where none does.
    BySender(&'a Configuration),
}

impl Book {
    pub fn open(args: &ServerArgs, watch: &Watch) -> Result<Book, Failure> {
        Book::open_in(args, &Around::Environment, watch)
    }

    pub fn open_in(args: &ServerArgs, around: &Around, watch: &Watch) -> Result<Book, Failure> {
        configuration::open(args.config.as_deref(), around, watch).map(Book)
    }

    pub fn place(&self) -> &Place {
        &self.0.place
    }

    pub fn configuration(&self) -> Option<&Configuration> {
        self.0.configuration.as_ref()
    }

    /// Chooses by `--account`, else by the pattern that fits `--from`.
    pub fn choose(&self, args: &ServerArgs, from: Option<&str>) -> Result<Choice<'_>, Failure> {
        if let Some(name) = &args.account {
            let found = self.configuration().and_then(|it| it.account(name));
            let account = found.ok_or_else(|| self.no_such_account(name))?;
            return Ok(Choice::Made(Some(Chosen { account, named: true })));
        }
        let Some(configuration) = self.configuration() else { return Ok(Choice::Made(None)) };
        match from {
            None if configuration.has_senders() => Ok(Choice::BySender(configuration)),
            _ => {
                let sender = from.and_then(|from| mailbox(from).ok());
                Ok(Choice::Made(Choice::BySender(configuration).for_sender(sender.as_ref())))
            }
        }
    }

    fn no_such_account(&self, name: &str) -> Failure {
        let words = match (self.configuration(), &self.0.place) {
            (Some(it), _) if it.accounts.is_empty() => format!("{} has none", path_name(&it.path)),
            (Some(it), _) => {
                let near = did_you_mean(name, it.accounts.iter().map(|account| account.name.as_str()));
                format!("{} has {}{near}", path_name(&it.path), it.names())
            }
            (None, Place::Usual(paths)) => {
                let paths: Vec<String> = paths.iter().map(|path| path_name(path).into_owned()).collect();
                format!("there is no configuration file ({})", paths.join(", "))
            }
            (None, _) => "--config names no file".to_owned(),
        };
        Failure::new(Stage::Input, Cause::NoAccount(format!("there is no account \"{name}\": {words}")))
    }
}

impl<'a> Choice<'a> {
    /// The choice for a message of this sender, or for none.
    pub fn for_sender(self, sender: Option<&Address>) -> Option<Chosen<'a>> {
        match self {
            Choice::Made(chosen) => chosen,
            Choice::BySender(configuration) => {
                let account = sender.and_then(|sender| configuration.by_sender(sender));
                let account = account.or_else(|| configuration.default_account());
                account.map(|account| Chosen { account, named: false })
            }
        }
    }
}

/// Brings options, environment and account together.
pub fn settled(
    args: &ServerArgs,
    envelope: &EnvelopeArgs,
    chosen: Option<Chosen<'_>>,
) -> Result<Settled, Failure> {
    settled_in(args, envelope, &Environment::read(), chosen)
}

/// The same where the environment is another one, or has no say.
pub fn settled_in(
    args: &ServerArgs,
    envelope: &EnvelopeArgs,
    environment: &Environment,
    chosen: Option<Chosen<'_>>,
) -> Result<Settled, Failure> {
    settle(layer(args, envelope), environment, chosen).map_err(usage)
}

/// The same for a run that needs a server.
pub fn in_force(
    args: &ServerArgs,
    envelope: &EnvelopeArgs,
    chosen: Option<Chosen<'_>>,
) -> Result<InForce, Failure> {
    let settled = settled(args, envelope, chosen)?;
    let in_force = with_server(settled, args, envelope, chosen)?;
    in_force.ok_or_else(|| Failure::new(Stage::Input, no_server()))
}

/// What was settled on, if that names a server.
pub fn with_server(
    settled: Settled,
    args: &ServerArgs,
    envelope: &EnvelopeArgs,
    chosen: Option<Chosen<'_>>,
) -> Result<Option<InForce>, Failure> {
    let Settled { server, settings, credentials, kept_back } = settled;
    let Some(server) = server else { return Ok(None) };
    let (args, envelope) = filled(args, envelope, &settings);
    let account = chosen.map(|chosen| chosen.account.name.clone());
    let notes = kept_back.iter().map(crate::config::settled::KeptBack::sentence).collect();
    Ok(Some(InForce { server, args, envelope, credentials, account, notes }))
}

/// What a run without messages goes by.
pub fn of_run(args: &ServerArgs, envelope: &EnvelopeArgs, watch: &Watch) -> Result<InForce, Failure> {
    of_book(&Book::open(args, watch)?, args, envelope)
}

/// The same by a configuration file that is open.
pub fn of_book(book: &Book, args: &ServerArgs, envelope: &EnvelopeArgs) -> Result<InForce, Failure> {
    let chosen = book.choose(args, envelope.from.as_deref())?.for_sender(None);
    in_force(args, envelope, chosen)
}
