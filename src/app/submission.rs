//! From what a caller of sendmail says to a message and its envelope: bare names looked up, what is missing added, everything judged
//! before the first packet and after the last octet of standard input.

use super::account::{Book, InForce, settled_in, with_server};
use super::gather::{self, Gather, bad, fault_of};
use super::guard;
use super::login::login_unasked;
use super::round::{Round, plan_for, say_notes, show_of};
use crate::cli::shared::{EnvelopeArgs, ExitCodes, OutputArgs, ServerArgs, When};
use crate::cli::submission::{Mode, Wishes};
use crate::config::environment::Environment;
use crate::config::local::Local;
use crate::config::person::Person;
use crate::config::place::{Around, Place};
use crate::console::panel::{Panel, Show};
use crate::console::{out, sendmail};
use crate::delivery::again::Tries;
use crate::delivery::check::Errand;
use crate::delivery::job::{Letter, Report, Turn};
use crate::message::compose::addresses::address_field;
use crate::message::header::Header;
use crate::message::open::{Handling, Origin};
use crate::message::taken::Taken;
use crate::terms::address::Address;
use crate::terms::address_list::Empty;
use crate::terms::endpoint::Server;
use crate::terms::envelope::{Envelope, Sender};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::Ixp;
use crate::terms::mailbox::{Entry, Mailbox};
use crate::terms::outcome::Outcome;
use crate::terms::plan::Plan;
use crate::terms::printable::path_name;
use crate::terms::target::{Target, targets};
use crate::watch::wait::Watch;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// The one message of standard input with all that it needs to travel.
pub(super) fn submission(wishes: &Wishes, watch: &Arc<Watch>) -> Result<Round, Failure> {
    without_rights_of_another(wishes)?;
    let named = Named::read(wishes)?;
    if named.recipients.is_empty() && !wishes.from_headers {
        return Err(input(Cause::NoRecipients).about("the command line"));
    }
    let log = wishes.log.as_deref().map(|path| gather::log("-X", Path::new(path))).transpose()?;
    // Before anything else is looked at: who writes to us may be slow, and should not be cut off.
    let taken = Taken::standard_input(wishes.dot, watch).map_err(input)?;
    let office = Office::open(wishes, watch)?;
    let handling = office.handling(wishes)?;
    let message = taken.message(&handling).map_err(input)?;
    if wishes.seven_bit && message.facts().eight_bit {
        out::say("mailxport: note: -B7BIT was said, and the message has 8-bit octets: these decide\n");
    }
    let header = message.header();
    let recipients = office.recipients(&named, Some(header).filter(|_| wishes.from_headers))?;
    let (in_force, plan) = office.in_force(&named, Some(header), wishes, watch)?;
    let sender = office.sender(&in_force, Some(header))?;
    let letter = Letter { envelope: Envelope::new(sender, recipients), message };
    let gather = Gather::new(&by_header(), handling, None, watch)?;
    let turns = vec![Turn::Ready(Origin::StandardInput, Box::new(letter))];
    let InForce { server, account, notes, .. } = in_force;
    Ok(Round {
        server,
        account,
        notes,
        plan,
        gather,
        turns,
        flow: None,
        unsent: None,
        log,
        jobs: 1,
        tries: Tries::default(),
        one_line: true,
    })
}

/// Every message of such a run is ready: nothing is left to be gathered for.
fn by_header() -> EnvelopeArgs {
    EnvelopeArgs { recipients_from_headers: true, ..EnvelopeArgs::default() }
}

/// What `-bv` asks for.
pub(super) struct Errands {
    pub(super) server: Server,
    pub(super) plan: Plan,
    pub(super) errand: Errand,
    pub(super) show: Show,
}

pub(super) fn deliverable(wishes: &Wishes, watch: &Arc<Watch>) -> Result<Errands, Failure> {
    without_rights_of_another(wishes)?;
    let named = Named::read(wishes)?;
    if named.recipients.is_empty() {
        return Err(input(Cause::NoRecipients).about("the command line"));
    }
    let log = wishes.log.as_deref().map(|path| gather::log("-X", Path::new(path))).transpose()?;
    let office = Office::open(wishes, watch)?;
    let recipients = office.recipients(&named, None)?;
    let (in_force, plan) = office.in_force(&named, None, wishes, watch)?;
    let sender = Some(office.sender(&in_force, None)?);
    let show = Show { log, one_line: true, ..show_of(&output(wishes)) };
    Ok(Errands { server: in_force.server, plan, errand: Errand { sender, recipients, sink: None }, show })
}

/// How a run of this personality speaks.
pub(super) fn output(wishes: &Wishes) -> OutputArgs {
    OutputArgs {
        json: false,
        context: wishes.tag.clone(),
        progress: When::Never,
        verbose: 0,
        trace: wishes.verbose,
        log: None,
        quiet: false,
        color: When::Never,
        exit_codes: ExitCodes::Sysexits,
    }
}

/// Says what kept a message from its first packet, in the log too, and gives its status.
pub(super) fn complain(wishes: &Wishes, failure: Failure) -> u8 {
    const EX_DATAERR: u8 = 65;
    let status = match &failure.cause {
        Cause::Unfit(unfit) if sendmail::is_about_content(unfit) => EX_DATAERR,
        _ => guard::status(Ixp::of(&failure)),
    };
    let log = wishes.log.as_deref().filter(|_| wishes.mode == Mode::Deliver && !is_privileged());
    let log = log.and_then(|path| gather::log("-X", Path::new(path)).ok());
    let outcome = Outcome::not_sent(failure, Vec::new());
    let mut panel = Panel::new(Show { log, one_line: true, ..show_of(&output(wishes)) });
    panel.report(&Report { origin: &Origin::StandardInput, letter: None, outcome: &outcome });
    status
}

fn input(cause: Cause) -> Failure {
    Failure::new(Stage::Input, cause)
}

/// The addresses of the command line.
struct Named {
    recipients: Vec<Target>,
    /// None where nobody is named, and none within for the null sender.
    sender: Option<Option<Target>>,
}

impl Named {
    fn read(wishes: &Wishes) -> Result<Named, Failure> {
        let mut recipients = Vec::new();
        for list in &wishes.recipients {
            let fault = |problem| fault_of(list, problem, "the command line");
            recipients.extend(targets(list, Empty::Skipped).map_err(fault)?);
        }
        let sender = wishes.sender.as_deref().map(|text| match text {
            "" | "<>" => Ok(None),
            _ => match targets(text, Empty::Refused).map_err(bad)?.as_slice() {
                [one] => Ok(Some(one.clone())),
                _ => Err(input(Cause::Usage("-f names more than one sender".to_owned()))),
            },
        });
        Ok(Named { recipients, sender: sender.transpose()? })
    }
}

/// What is known before a message is looked at: who calls, the configuration, and the name of this machine in mail.
struct Office {
    args: ServerArgs,
    book: Book,
    environment: Environment,
    person: Person,
    local: Local,
    mailname: String,
}

impl Office {
    fn open(wishes: &Wishes, watch: &Watch) -> Result<Office, Failure> {
        let person = Person::here();
        let (around, environment) = match (is_privileged(), &person.home) {
            (true, _) => (Around::Nobody, Environment::default()),
            (false, Some(home)) => (Around::Home(home.clone()), Environment::read()),
            (false, None) => (Around::Environment, Environment::read()),
        };
        let config = wishes.config.clone().map(Into::into);
        let args = ServerArgs { config, ..ServerArgs::default() };
        let book = Book::open_in(&args, &around, watch)?;
        let local = book.configuration().map(|it| it.local.clone()).unwrap_or_default();
        let mailname = local.mailname();
        Ok(Office { args, book, environment, person, local, mailname })
    }

    fn handling(&self, wishes: &Wishes) -> Result<Handling, Failure> {
        let name = wishes.full_name.clone().unwrap_or_else(|| self.person.full_name.clone());
        let from = Mailbox { name, address: self.caller()? };
        let from = address_field("From", &[Entry::One(from)]).trim_end().to_owned();
        Ok(Handling { submission: Some(from), host: self.mailname.clone(), ..Handling::default() })
    }

    /// The mailbox of whoever calls.
    fn caller(&self) -> Result<Address, Failure> {
        let login = &self.person.login;
        let quoted = || format!("\"{}\"", login.replace('\\', "\\\\").replace('"', "\\\""));
        let target = Target::parse(login).unwrap_or_else(|_| Target::Local(quoted()));
        Target::Local(match target {
            Target::Local(name) => name,
            Target::Mailbox(_) => quoted(),
        })
        .at(&self.mailname)
        .map_err(bad)
    }

    /// The mailboxes of everybody who is named; the file of aliases is read only where a name is to be looked up.
    fn recipients(&self, named: &Named, header: Option<&Header>) -> Result<Vec<Address>, Failure> {
        let mut all = named.recipients.clone();
        if let Some(header) = header {
            all.extend(header.target_recipients().map_err(|problem| input(Cause::BadList(problem)))?);
        }
        let any = all.iter().any(|target| matches!(target, Target::Local(_)));
        let aliases = any.then(|| self.local.aliases(&self.mailname)).transpose()?.unwrap_or_default();
        let mut found = Vec::new();
        for target in &all {
            found.extend(aliases.resolve(target).map_err(|words| input(Cause::Config(words)))?);
        }
        if found.is_empty() {
            return Err(input(Cause::NoRecipients));
        }
        Ok(found)
    }

    fn in_force(
        &self,
        named: &Named,
        header: Option<&Header>,
        wishes: &Wishes,
        watch: &Arc<Watch>,
    ) -> Result<(InForce, Plan), Failure> {
        let said = match &named.sender {
            None => None,
            Some(None) => Some(String::new()),
            Some(Some(target)) => Some(target.at(&self.mailname).map_err(bad)?.to_string()),
        };
        let of_header = || self.qualified(header?.target_sender().ok()??).ok();
        let sender = said.clone().or_else(|| of_header().map(|address| address.to_string()));
        let chosen = self.book.choose(&self.args, sender.as_deref())?.for_sender(None);
        let envelope = EnvelopeArgs {
            from: said,
            partial: true,
            dsn_notify: wishes.notify.clone(),
            dsn_return: wishes.returned,
            dsn_envid: wishes.envid.clone(),
            ..EnvelopeArgs::default()
        };
        let settled = settled_in(&self.args, &envelope, &self.environment, chosen);
        let settled = settled.map_err(of_the_configuration)?;
        let in_force =
            with_server(settled, &self.args, &envelope, chosen)?.ok_or_else(|| self.no_server())?;
        say_notes(&output(wishes), &in_force.notes);
        let mut plan = plan_for(&in_force, watch).map_err(of_the_configuration)?;
        if let Server::At(_) = in_force.server {
            let login = login_unasked(&in_force.args, &plan.endpoint, in_force.credentials.as_ref(), watch);
            plan.login = login.map_err(of_the_configuration)?;
        }
        Ok((in_force, plan))
    }

    fn qualified(&self, target: Target) -> Result<Address, Failure> {
        target.at(&self.mailname).map_err(bad)
    }

    /// That of `-f` or of the account, else that of the message, else whoever calls.
    fn sender(&self, in_force: &InForce, header: Option<&Header>) -> Result<Sender, Failure> {
        if let Some(sender) = gather::sender(&in_force.envelope)? {
            return Ok(sender);
        }
        let of_header = header.map(Header::target_sender).transpose();
        let of_header = of_header.map_err(|problem| input(Cause::BadList(problem)))?.flatten();
        of_header.map_or_else(|| self.caller(), |target| self.qualified(target)).map(Sender::Mailbox)
    }

    fn no_server(&self) -> Failure {
        let file = match self.book.place() {
            Place::Named(path) => path_name(path).into_owned(),
            Place::Usual(paths) => paths.last().map_or_else(String::new, |path| path_name(path).into_owned()),
            Place::Nowhere => "a configuration file".to_owned(),
        };
        let words = format!(
            "no mail server is configured: write default = \"relay\", and below it [account.relay] with server = \"HOST\", into {file}"
        );
        input(Cause::Config(words))
    }
}

/// The options of a run of send that are wrong here were never given: the configuration says them, or lacks them.
fn of_the_configuration(failure: Failure) -> Failure {
    match failure.cause {
        Cause::Usage(words) => Failure { cause: Cause::Config(words), ..failure },
        Cause::Wanting { what, .. } => {
            let words = format!("{what}, and its account in the configuration file does not say where it is");
            Failure { cause: Cause::Config(words), ..failure }
        }
        _ => failure,
    }
}

/// Files that the caller names are opened with the rights of the caller only.
fn without_rights_of_another(wishes: &Wishes) -> Result<(), Failure> {
    let options = [("-C", &wishes.config), ("-X", &wishes.log)];
    match options.iter().find(|(_, file)| file.is_some() && is_privileged()) {
        None => Ok(()),
        Some((option, _)) => {
            let why = io::Error::new(io::ErrorKind::PermissionDenied, "it runs with rights of another");
            Err(input(Cause::Denied(why)).about(*option))
        }
    }
}

/// True where the program has rights that its caller lacks.
fn is_privileged() -> bool {
    use rustix::process::{getegid, geteuid, getgid, getuid};
    getuid() != geteuid() || getgid() != getegid()
}
