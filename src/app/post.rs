//! `mailxport post`: everything judged first, then one message to one resource, then the status.

use super::account::{Book, InForce, of_book};
use super::answer::output;
use super::begin::begin;
use super::gather::{self, one_taker};
use super::guard;
use super::plan::{plan, usage};
use super::post_login::login;
use super::post_via::{self as via, Start};
use super::proxy::proxy;
use super::round::{before_any_message, show_of};
use crate::cli::post::{MethodChoice, PostArgs, PostServerArgs, RequestArgs};
use crate::cli::shared::{EnvelopeArgs, ServerArgs};
use crate::config::secrets::choice::first_line_of;
use crate::console::last_words;
use crate::console::out;
use crate::console::panel::{Panel, Show};
use crate::console::voice;
use crate::delivery::again::Tries;
use crate::delivery::post::deliver;
use crate::httpmail::post::{Errand, Way};
use crate::httpmail::request::{self, Field, HeaderValue, Verb, Wanted, media_type, save_in_sent};
use crate::httpmail::wrap::parcel::Parcel;
use crate::message::open::Origin;
use crate::message::raw::{Length, Raw};
use crate::message::source::{Opened, Source};
use crate::terms::endpoint::{Place, Server};
use crate::terms::envelope::Envelope;
use crate::terms::failure::{Cause, Failure, Stage, Unfit};
use crate::terms::outcome::{Outcome, Verdict};
use crate::terms::plan::Plan;
use crate::terms::resource::Resource;
use crate::watch::brink;
use crate::watch::signals::die_of;
use crate::watch::wait::Watch;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

pub fn run(args: &PostArgs) -> u8 {
    let watch = match begin(args.output.exit_codes, args.server.deadline) {
        Ok(watch) => watch,
        Err(failure) => return before_any_message(&args.output, &failure),
    };
    let status = match prepare(args, &watch) {
        Ok(ready) => go(args, ready, &watch),
        Err(Early::Run(failure)) => before_any_message(&args.output, &failure),
        Err(Early::Message(failure)) => about_the_message(args, *failure),
    };
    if let Some(signal) = watch.caught() {
        die_of(signal);
    }
    status
}

/// A failure before the first packet: of the command, or of what is to be posted.
pub(super) enum Early {
    Run(Box<Failure>),
    Message(Box<Failure>),
}

impl Early {
    pub(super) fn about_the_message(cause: Cause) -> Early {
        Early::Message(Box::new(Failure::new(Stage::Input, cause)))
    }
}

impl From<Failure> for Early {
    fn from(failure: Failure) -> Early {
        Early::Run(Box::new(failure))
    }
}

/// Everything that could be judged without a packet.
pub(super) struct Ready {
    pub(super) errand: Errand,
    pub(super) tries: Tries,
    pub(super) output: Option<Box<dyn Write>>,
    pub(super) log: Option<File>,
    pub(super) kept_back: bool,
}

fn origin(args: &PostArgs) -> Origin {
    file(args).map_or(Origin::StandardInput, gather::origin)
}

/// What is posted. Where the URL comes from elsewhere, the first word is what is posted.
pub(super) fn file(args: &PostArgs) -> Option<&Path> {
    match &args.url {
        Some(file) if names_no_url(args, file) => Some(Path::new(file)),
        _ => args.file.as_deref(),
    }
}

/// With a service, a URL is a word that looks like one.
fn names_no_url(args: &PostArgs, first: &str) -> bool {
    args.url_file.is_some() || args.service.via.is_some() && !first.contains("://")
}

/// The URL that is named; with a service there may be none.
fn resource(args: &PostArgs, watch: &Watch) -> Result<Option<Resource>, Failure> {
    match (&args.url_file, &args.url) {
        (_, Some(first)) if args.file.is_some() && names_no_url(args, first) => {
            let whence = if args.url_file.is_some() { "--url-file" } else { "--via" };
            Err(usage(format!(
                "the URL comes from {whence}, and two words more are given: one names what is posted"
            )))
        }
        (Some(path), _) => {
            let line = first_line_of(path, watch)?;
            let text = std::str::from_utf8(line.expose());
            let text = text.map_err(|_| "the URL is not UTF-8".to_owned());
            text.and_then(Resource::parse).map(Some).map_err(usage)
        }
        (None, Some(url)) if !names_no_url(args, url) => Resource::parse(url).map(Some).map_err(usage),
        _ => Ok(None),
    }
}

fn prepare(args: &PostArgs, watch: &Arc<Watch>) -> Result<Ready, Early> {
    if args.service.recipients_from_headers && args.service.via.is_none() {
        return Err(usage("-t is for --via; --to and --to-file name the recipients of --envelope").into());
    }
    let request = &args.request;
    let body = file(args).unwrap_or(Path::new("-"));
    let server = &args.server;
    one_taker(&[
        Some(body),
        args.url_file.as_deref(),
        args.mail.to_file.as_deref(),
        server.password_file.as_deref(),
        server.token_file.as_deref(),
        server.proxy_password_file.as_deref(),
    ])?;
    let resource = resource(args, watch)?;
    let fields =
        request.header.iter().map(|text| Field::parse(text)).collect::<Result<_, _>>().map_err(usage)?;
    let content_type = request.content_type.as_deref().map(media_type).transpose().map_err(usage)?;
    let book = Book::open(&ServerArgs { config: server.config.clone(), ..ServerArgs::default() }, watch)?;
    if let Some(name) = &args.service.via {
        return via::prepare(args, Start { name, resource, fields, book }, watch);
    }
    let resource = resource.ok_or_else(|| usage("no URL is named"))?;
    let (plan, envelope, kept_back) = plan_for(args, &resource, None, &book, watch)?;
    let lead = if args.mail.envelope { lead(&envelope, watch)? } else { Vec::new() };
    let log = args.output.log.as_deref().map(|path| gather::log("--log", path)).transpose()?;
    let output = output(args, file(args))?;
    let mut raw = open(args, watch).map_err(Early::about_the_message)?;
    let content_type = match content_type {
        Some(content_type) => content_type,
        None if args.mail.envelope => media_type("message/rfc821").map_err(usage)?,
        None => usual_type(&mut raw, watch).map_err(Early::about_the_message)?,
    };
    let mut wanted = Wanted { verb: verb(request), content_type, fields };
    wanted.fields.extend(args.mail.save_in_sent.then(save_in_sent));
    wanted.fields.extend(key_field(request, &resource, &raw, watch)?);
    let parcel = Parcel::plain(raw).behind(lead);
    let way = if args.mail.discover { Way::Discovered } else { Way::Straight };
    let errand = Errand { way, ..Errand::of(plan, resource, wanted, parcel) };
    Ok(Ready { errand, tries: tries(request), output, log, kept_back })
}

pub(super) fn tries(request: &RequestArgs) -> Tries {
    Tries { more: request.retry, wait: request.retry_delay }
}

/// The type of a message as it is.
pub(super) fn usual_type(raw: &mut Raw, watch: &Watch) -> Result<HeaderValue, Cause> {
    let utf8 = raw.has_utf8_header(watch)?;
    media_type(if utf8 { "message/global" } else { "message/rfc822" }).map_err(Cause::Bug)
}

/// The field of `--idempotency-key`.
pub(super) fn key_field(
    request: &RequestArgs,
    resource: &Resource,
    raw: &Raw,
    watch: &Watch,
) -> Result<Option<Field>, Early> {
    let Some(key) = &request.idempotency_key else { return Ok(None) };
    let auto = || key_of(resource, raw, watch);
    let key = if key == "auto" { auto().map_err(Early::about_the_message)? } else { key.clone() };
    Ok(Some(Field::idempotency_key(&key).map_err(usage)?))
}

/// A key that the same body for the same resource has in every run; a stream that is read once has one of this run.
fn key_of(resource: &Resource, raw: &Raw, watch: &Watch) -> Result<String, Cause> {
    let sum = raw.sha256(watch)?;
    Ok(request::key_of(&resource.whole(), sum.as_ref()))
}

/// The envelope as HTTPMail puts it in front of a message.
fn lead(envelope: &EnvelopeArgs, watch: &Watch) -> Result<Vec<u8>, Failure> {
    let missing = |cause| Failure::new(Stage::Input, cause).about("the envelope");
    let sender = gather::sender(envelope)?.ok_or_else(|| missing(Cause::NoSender))?;
    let recipients = gather::recipients(envelope, watch)?;
    if recipients.is_empty() {
        return Err(missing(Cause::NoRecipients));
    }
    let Envelope { sender, recipients, .. } = Envelope::new(sender, recipients);
    let mut lines = format!("MAIL FROM:<{sender}>\r\n");
    recipients.iter().for_each(|recipient| lines.push_str(&format!("RCPT TO:<{recipient}>\r\n")));
    Ok((lines + "\r\n").into_bytes())
}

fn verb(request: &RequestArgs) -> Verb {
    match request.method {
        None | Some(MethodChoice::Post) => Verb::Post,
        Some(MethodChoice::Put) => Verb::Put,
    }
}

/// The largest body that can be declared: what goes around a message still has room beside it.
const LARGEST: u64 = i64::MAX as u64;

pub(super) fn open(args: &PostArgs, watch: &Watch) -> Result<Raw, Cause> {
    if args.request.size.is_some_and(|size| size > LARGEST) {
        return Err(Cause::Usage(format!("--size: the body of a request has at most {LARGEST} octets")));
    }
    let opened = match origin(args) {
        Origin::StandardInput => Opened::standard_input(),
        Origin::Path(path) => Opened::path(&path),
    };
    let opened = match opened {
        // /dev/null says it, too.
        Err(Cause::Unfit(Unfit::Empty)) if args.request.size == Some(0) => {
            Opened::File(Source::Memory(Vec::new()))
        }
        opened => opened?,
    };
    let request = &args.request;
    let length = match (request.size, request.chunked) {
        // The form of a service needs all of it.
        (Some(size), _) if args.service.via.is_some() => Length::Kept(size),
        (Some(size), _) => Length::Declared(size),
        (None, true) => Length::Open,
        (None, false) => Length::Measured,
    };
    let raw = Raw::new(opened, length, watch)?;
    // An empty body is nobody's wish unless it was declared.
    if raw.size() == Some(0) && request.size.is_none() { Err(Cause::Unfit(Unfit::Empty)) } else { Ok(raw) }
}

/// How to connect: options, environment and account together, and what of the account is not used.
pub(super) fn plan_for(
    args: &PostArgs,
    resource: &Resource,
    user: Option<&str>,
    book: &Book,
    watch: &Arc<Watch>,
) -> Result<(Plan, EnvelopeArgs, bool), Failure> {
    let options = server_args(&args.server, resource);
    if !resource.tls && names_tls(&args.server) {
        return Err(usage("the options about TLS are for https://, and the URL has none"));
    }
    let named = EnvelopeArgs {
        from: args.mail.from.clone(),
        to: args.mail.to.clone(),
        to_file: args.mail.to_file.clone(),
        recipients_from_headers: args.service.recipients_from_headers,
        ..EnvelopeArgs::default()
    };
    let InForce { server, args: mut in_force, envelope, notes, credentials, .. } =
        of_book(book, &options, &named)?;
    // Nobody asked for an account that is for mail alone.
    let kept_back = args.server.account.is_some() && !notes.is_empty();
    if kept_back && !args.output.quiet {
        let color = show_of(&args.output).color.is_on();
        notes.iter().for_each(|note| out::say(&(out::paint(&voice::aside(note), color) + "\n")));
    }
    // The scheme decides, whatever an account says of its mail server.
    in_force.tls = None;
    let Server::At(endpoint) = &server else { return Err(usage("a post goes to a URL")) };
    let mut plan = plan(endpoint.clone(), &in_force, &EnvelopeArgs::default(), watch)?;
    let login = login(&options, &in_force, endpoint, user, credentials.as_ref(), watch)?;
    plan.login = login;
    match &args.server.unix_socket {
        Some(path) => plan.endpoint.place = Place::Unix(path.clone()),
        None => plan.proxy = proxy(&server, &in_force, watch)?,
    }
    Ok((plan, envelope, kept_back))
}

fn names_tls(args: &PostServerArgs) -> bool {
    args.ca_file.is_some()
        || !args.tls_fingerprint.is_empty()
        || args.tls_name.is_some()
        || args.client_cert.is_some()
        || args.tls_min.is_some()
        || args.insecure
}

/// The options as those of any server, the host of the resource among them.
fn server_args(args: &PostServerArgs, resource: &Resource) -> ServerArgs {
    let scheme = if resource.tls { "smtps" } else { "smtp" };
    ServerArgs {
        server: Some(format!("{scheme}://{}", resource.endpoint())),
        account: args.account.clone(),
        config: args.config.clone(),
        ipv4: args.ipv4,
        ipv6: args.ipv6,
        source_address: args.source_address,
        proxy: args.proxy.clone(),
        proxy_password_file: args.proxy_password_file.clone(),
        ca_file: args.ca_file.clone(),
        tls_fingerprint: args.tls_fingerprint.clone(),
        tls_name: args.tls_name.clone(),
        client_cert: args.client_cert.clone(),
        client_key: args.client_key.clone(),
        tls_min: args.tls_min,
        insecure: args.insecure,
        user: args.user.clone().or_else(|| resource.user.clone()),
        password_file: args.password_file.clone(),
        password_command: args.password_command.clone(),
        token_file: args.token_file.clone(),
        token_command: args.token_command.clone(),
        auth_in_clear: args.auth_in_clear,
        timeout: args.timeout,
        connect_timeout: args.connect_timeout,
        deadline: args.deadline,
        ..ServerArgs::default()
    }
}

fn go(args: &PostArgs, ready: Ready, watch: &Arc<Watch>) -> u8 {
    let Ready { mut errand, tries, mut output, log, kept_back } = ready;
    let (origin, size, server) = (origin(args), errand.parcel.size_as_given(), errand.resource.to_string());
    let show = Show { log, server, kept_back, ..show_of(&args.output) };
    let log_too = show.log.as_ref().and_then(|log| log.try_clone().ok());
    last_words::prepare(show.json, log_too, show.context.clone(), &show.server);
    last_words::in_hand(Some(&origin));
    let mut panel = Panel::new(show);
    let has_key = args.request.idempotency_key.is_some();
    let outcome = deliver(
        &mut errand,
        tries,
        has_key,
        output.as_mut().map(|it| it as &mut dyn Write),
        watch,
        &mut panel,
    );
    panel.posted(&origin, size, &outcome);
    last_words::in_hand(None);
    brink::reported(outcome.verdict == Verdict::Unknown, matches!(outcome.verdict, Verdict::Accepted(_)));
    let cause = outcome.failure.as_ref().map(|failure| &failure.cause);
    if let (Some(signal), Some(Cause::Interrupted(_))) = (watch.caught(), cause) {
        die_of(signal);
    }
    guard::status(outcome.ixp())
}

/// Reports what cannot be posted at all; nothing was attempted.
fn about_the_message(args: &PostArgs, failure: Failure) -> u8 {
    let outcome = Outcome::not_sent(failure, Vec::new());
    let log = args.output.log.as_deref().and_then(|path| File::options().append(true).open(path).ok());
    let mut panel = Panel::new(Show { log, ..show_of(&args.output) });
    panel.posted(&origin(args), None, &outcome);
    guard::status(outcome.ixp())
}
