//! `mailxport post --via`: the service found, the message judged as one, its envelope held against what the service takes, and
//! the body put together, all before the first packet.

use super::account::Book;
use super::answer::output;
use super::gather;
use super::plan::usage;
use super::post::{Early, Ready, file, key_field, open, plan_for, tries, usual_type};
use crate::cli::post::PostArgs;
use crate::cli::shared::EnvelopeArgs;
use crate::config::key::{Key, did_you_mean};
use crate::httpmail::jmap::submission::Submission;
use crate::httpmail::post::{Errand, Way};
use crate::httpmail::request::{Field, Verb, Wanted, boundary, media_type};
use crate::httpmail::via::presets;
use crate::httpmail::via::service::{Service, Simple};
use crate::httpmail::via::template;
use crate::httpmail::wrap::parcel::Parcel;
use crate::message::header::Header;
use crate::message::raw::{Extent, Raw};
use crate::message::scan::{Facts, Form};
use crate::terms::address::Address;
use crate::terms::envelope::{Envelope, Sender};
use crate::terms::failure::{Cause, Failure, Stage, Unfit};
use crate::terms::resource::Resource;
use crate::watch::wait::Watch;
use std::sync::Arc;

/// What is known before the message is opened.
pub(super) struct Start<'a> {
    pub(super) name: &'a str,
    /// The URL that was named.
    pub(super) resource: Option<Resource>,
    pub(super) fields: Vec<Field>,
    pub(super) book: Book,
}

pub(super) fn prepare(args: &PostArgs, start: Start<'_>, watch: &Arc<Watch>) -> Result<Ready, Early> {
    match service(&start.book, start.name)? {
        Service::Simple(service) => simple(args, start, *service, watch),
        Service::Jmap(url) => jmap(args, start, url, watch),
    }
}

/// The service of that name, built in or of the configuration file.
pub(super) fn service(book: &Book, name: &str) -> Result<Service, Failure> {
    if let Some(described) = book.configuration().and_then(|it| it.service(name)) {
        return Ok(described.service.clone());
    }
    if let Some(found) = presets::named(name) {
        return found.map_err(|why| Failure::new(Stage::Input, Cause::Bug(why)));
    }
    let mut known: Vec<&str> = presets::names().collect();
    if let Some(configuration) = book.configuration() {
        known.extend(configuration.services.iter().map(|it| it.name.as_str()));
    }
    let near = did_you_mean(name, known.iter().copied());
    Err(usage(format!("--via knows {}, and not \"{name}\"{near}", known.join(", "))))
}

/// A message that is to go by a service has a header.
fn facts(raw: &Raw, extent: Extent, watch: &Watch) -> Result<Facts, Early> {
    let facts = raw.facts(extent, watch).map_err(Early::about_the_message)?;
    let unfit = match () {
        () if raw.size() == Some(0) => Unfit::Empty,
        () if facts.header_too_long => Unfit::HeaderTooLong { limit: crate::message::open::HEADER_LIMIT },
        () if !facts.has_header || facts.mbox_line > 0 => Unfit::NoHeader,
        () => return Ok(facts),
    };
    Err(Early::about_the_message(Cause::Unfit(unfit)))
}

fn simple(args: &PostArgs, start: Start<'_>, service: Simple, watch: &Arc<Watch>) -> Result<Ready, Early> {
    let Start { resource, fields, book, .. } = start;
    let mut raw = open(args, watch).map_err(Early::about_the_message)?;
    let header = Header::read(facts(&raw, Extent::Header, watch)?.header);
    let named = named(args, &book, service.tells_recipients())?;
    let envelope = match service.tells_recipients() {
        true => told(&named, &header, &service.name, watch)?,
        false => of_header(&named, &header, &service, watch)?,
    };
    let resource = match (resource, &service.url) {
        (Some(resource), _) => resource,
        (None, Some(url)) => {
            let url = template::url(url, &envelope).map_err(usage)?;
            Resource::parse(&url).map_err(usage)?
        }
        (None, None) => {
            return Err(usage(format!("the service {} has no URL: name it before FILE", service.name)).into());
        }
    };
    if let (Some(limit), Some(size)) = (service.limit, raw.size())
        && size > limit
    {
        let cause = Cause::TooLarge { size, limit, ours: false };
        return Err(Early::Message(Box::new(Failure::new(Stage::Input, cause).at(&resource.to_string()))));
    }
    let (plan, _, kept_back) = plan_for(args, &resource, service.user.as_deref(), &book, watch)?;
    let log = args.output.log.as_deref().map(|path| gather::log("--log", path)).transpose()?;
    let output = output(args, file(args))?;
    let (around, own_type) = service.around(&envelope, &boundary()).map_err(usage)?;
    let content_type = match own_type {
        Some(own) => own,
        None => usual_type(&mut raw, watch).map_err(Early::about_the_message)?,
    };
    let mut wanted = Wanted { verb: service.verb, content_type, fields };
    wanted.fields.extend(key_field(&args.request, &resource, &raw, watch)?);
    let parcel = Parcel::wrapped(raw, around.before, around.code, around.behind, watch);
    let parcel = parcel.map_err(Early::about_the_message)?;
    let told = if service.tells_recipients() { envelope.recipients } else { Arc::default() };
    let service = Some(Arc::new(service));
    let errand = Errand { service, told, ..Errand::of(plan, resource, wanted, parcel) };
    Ok(Ready { errand, tries: tries(&args.request), output, log, kept_back })
}

fn jmap(args: &PostArgs, start: Start<'_>, url: Option<String>, watch: &Arc<Watch>) -> Result<Ready, Early> {
    let Start { name, resource, fields, book } = start;
    if args.request.idempotency_key.is_some() || args.request.output.is_some() {
        return Err(usage(
            "--idempotency-key and --output are for a post that is one request, and JMAP has several",
        )
        .into());
    }
    let url = url.map(|url| Resource::parse(&url)).transpose().map_err(usage)?;
    let resource = resource.or(url).ok_or_else(|| {
        usage(format!("the service {name} has no URL: name that of your server, https://HOST, before FILE"))
    })?;
    let raw = open(args, watch).map_err(Early::about_the_message)?;
    let facts = facts(&raw, Extent::Whole, watch)?;
    if let Some(unfit) = facts.unfit(Form::Message, false, crate::message::open::HEADER_LIMIT) {
        return Err(Early::about_the_message(Cause::Unfit(unfit)));
    }
    let is_in_lines =
        facts.is_canonical || facts.only_the_end_is_missing && facts.bare_lf + facts.lone_cr == 0;
    let header = Header::read(facts.header);
    let named = named(args, &book, true)?;
    let envelope = told(&named, &header, name, watch)?;
    let author = header.sender().ok().flatten();
    let (plan, _, kept_back) = plan_for(args, &resource, None, &book, watch)?;
    let log = args.output.log.as_deref().map(|path| gather::log("--log", path)).transpose()?;
    let raw = if is_in_lines { raw } else { raw.in_lines(watch).map_err(Early::about_the_message)? };
    let content_type = media_type("message/rfc822").map_err(usage)?;
    let wanted = Wanted { verb: Verb::Post, content_type, fields };
    let told = Arc::clone(&envelope.recipients);
    let way = Way::Jmap(Box::new(Submission { envelope, author }));
    let errand = Errand { told, way, ..Errand::of(plan, resource, wanted, Parcel::plain(raw)) };
    Ok(Ready { errand, tries: tries(&args.request), output: None, log, kept_back })
}

/// What the command line says of the envelope, and the account of its sender.
fn named(args: &PostArgs, book: &Book, asks_account: bool) -> Result<EnvelopeArgs, Failure> {
    let server = crate::cli::shared::ServerArgs {
        account: args.server.account.clone(),
        ..crate::cli::shared::ServerArgs::default()
    };
    let chosen = book.choose(&server, args.mail.from.as_deref())?.for_sender(None);
    let of_account =
        chosen.and_then(|chosen| chosen.account.settings.text(Key::From)).filter(|_| asks_account);
    Ok(EnvelopeArgs {
        from: args.mail.from.clone().or_else(|| of_account.map(str::to_owned)),
        to: args.mail.to.clone(),
        to_file: args.mail.to_file.clone(),
        recipients_from_headers: args.service.recipients_from_headers,
        ..EnvelopeArgs::default()
    })
}

fn bad_field(problem: crate::terms::address::AddressProblem) -> Failure {
    Failure::new(Stage::Input, Cause::BadList(problem))
}

/// The envelope for a service that is told its recipients.
fn told(named: &EnvelopeArgs, header: &Header, service: &str, watch: &Watch) -> Result<Envelope, Failure> {
    let missing = |cause| Failure::new(Stage::Input, cause).about("the envelope");
    let sender = match gather::sender(named)? {
        Some(sender) => sender,
        None => match header.sender().map_err(bad_field)? {
            Some(address) => Sender::Mailbox(address),
            None => return Err(missing(Cause::NoSender)),
        },
    };
    let mut recipients = gather::recipients(named, watch)?;
    if named.recipients_from_headers {
        recipients.extend(header.recipients().map_err(bad_field)?);
    }
    if recipients.is_empty() {
        return Err(missing(Cause::NoRecipients));
    }
    if header.blind_copies() > 0 {
        let words = format!(
            "the message has a Bcc field, and {service} would get it as it stands and might show it to everybody: leave it out, and name those recipients with --to"
        );
        return Err(usage(words));
    }
    Ok(Envelope::new(sender, recipients))
}

/// The envelope for a service that reads it from the header: what is named beside it must be the same.
fn of_header(
    named: &EnvelopeArgs,
    header: &Header,
    service: &Simple,
    watch: &Watch,
) -> Result<Envelope, Failure> {
    let missing = |cause| Failure::new(Stage::Input, cause).about("the header of the message");
    let found = header.recipients().map_err(bad_field)?;
    if found.is_empty() {
        return Err(missing(Cause::NoRecipients));
    }
    let author = header.sender().map_err(bad_field)?;
    let author = author.map_or(Sender::Null, Sender::Mailbox);
    let envelope = Envelope::new(author, found);
    let told = gather::recipients(named, watch)?;
    let holds = |all: &[Address], one: &Address| all.iter().any(|it| it.same_mailbox(one));
    let same = told.iter().all(|one| holds(&envelope.recipients, one))
        && envelope.recipients.iter().all(|one| holds(&told, one));
    if !told.is_empty() && !same && !named.recipients_from_headers {
        let words = format!(
            "{} takes the recipients from the header of the message (To, Cc, Bcc), and those named with --to are not the same",
            service.name
        );
        return Err(usage(words));
    }
    if named.recipients_from_headers && told.iter().any(|one| !holds(&envelope.recipients, one)) {
        let words = format!(
            "{} takes the recipients from the header of the message, and --to names one that is not there",
            service.name
        );
        return Err(usage(words));
    }
    let same = |wanted: &Sender| match (wanted, &envelope.sender) {
        (Sender::Mailbox(one), Sender::Mailbox(other)) => one.same_mailbox(other),
        _ => false,
    };
    if gather::sender(named)?.is_some_and(|wanted| !same(&wanted)) {
        let words = format!(
            "{} takes the sender from the header of the message, and --from names another one",
            service.name
        );
        return Err(usage(words));
    }
    Ok(envelope)
}
