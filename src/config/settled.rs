//! What beats what, in one place: options, environment and account come to the settings of a run.
//!
//! An option beats the environment, and both beat an account that was chosen by its pattern or as the default; an account that was
//! named beats the environment. What belongs to the server of an account is used with no other server.

use super::account::Account;
use super::environment::Environment;
use super::key::{Group, Key};
use super::layer::{Layer, Source, Value};
use super::secrets::choice;
use super::secrets::kind::Kind;
use super::words;
use crate::terms::endpoint::{Endpoint, Place, Server};
use crate::terms::failure::Cause;
use crate::terms::printable::path_name;
use std::net::IpAddr;

/// That no server could be settled on, and the ways to name one.
pub fn no_server() -> Cause {
    let ways = [
        "--server HOST, or a URL such as smtps://HOST, names one",
        "MAILXPORT_SERVER in the environment does",
        "an account in the configuration file does: 'mailxport config init' writes one",
        "--server sink:DIR needs none: it keeps the message in the directory DIR",
    ];
    Cause::Wanting { what: "no server is named".to_owned(), ways: ways.map(str::to_owned).to_vec() }
}

/// The account of a run.
#[derive(Clone, Copy, Debug)]
pub struct Chosen<'a> {
    pub account: &'a Account,
    /// By `--account`, and so it beats the environment.
    pub named: bool,
}

/// What a run goes by.
#[derive(Debug, Default)]
pub struct Settled {
    /// None where nothing names one.
    pub server: Option<Server>,
    pub settings: Layer,
    pub credentials: Option<Credentials>,
    pub kept_back: Vec<KeptBack>,
}

/// What the account has to log on with.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub account: String,
    /// It beats the environment.
    pub named: bool,
    secrets: Layer,
}

impl Credentials {
    fn keys(kind: Kind) -> [Option<Key>; 3] {
        match kind {
            Kind::Password => [Some(Key::Password), Some(Key::PasswordFile), Some(Key::PasswordCommand)],
            Kind::Token => [None, Some(Key::TokenFile), Some(Key::TokenCommand)],
        }
    }

    /// What there is of a kind, as the choice of a secret takes it.
    pub fn of(&self, kind: Kind) -> Option<choice::Account<'_>> {
        let [secret, file, command] = Credentials::keys(kind);
        let found = choice::Account {
            name: &self.account,
            secret: secret.and_then(|key| self.secrets.secret(key)).map(AsRef::as_ref),
            file: file.and_then(|key| self.secrets.path(key)),
            command: command.and_then(|key| self.secrets.text(key)),
        };
        (found.secret.is_some() || found.file.is_some() || found.command.is_some()).then_some(found)
    }
}

/// Settings of the account that are not used, since they belong elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptBack {
    pub account: String,
    pub keys: Vec<Key>,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The account's server, and the one that is spoken to.
    Server(String, String),
    NoServer,
    /// The account's user, and the one that logs on.
    User(String, String),
    /// The server of the environment, the one that is spoken to, and variables.
    Environment(String, String, Vec<&'static str>),
}

impl KeptBack {
    pub fn sentence(&self) -> String {
        let names: Vec<&str> = self.keys.iter().map(|key| key.name()).collect();
        let (names, account) = (names.join(", "), &self.account);
        match &self.why {
            Why::Server(own, other) => {
                format!("the account {account} is for {own}; not used for {other}: {names}")
            }
            Why::NoServer => {
                format!("the account {account} names no server that they belong to; not used: {names}")
            }
            Why::User(own, other) => {
                format!("the account {account} has the secret of {own}; not used for {other}: {names}")
            }
            Why::Environment(own, other, variables) => {
                format!("MAILXPORT_SERVER is {own}; not used for {other}: {}", variables.join(", "))
            }
        }
    }
}

/// Brings everything together. The error is one of the command line or the environment.
pub fn settle(
    mut options: Layer,
    environment: &Environment,
    chosen: Option<Chosen<'_>>,
) -> Result<Settled, String> {
    let own = chosen.and_then(|chosen| chosen.account.settings.text(Key::Server));
    let named = chosen.is_some_and(|chosen| chosen.named);
    let around = environment.server.as_deref();
    let rest = if named { own.or(around) } else { around.or(own) };
    let server = options.text(Key::Server).or(rest).map(Server::parse).transpose()?;
    let said_user = option_user(&options)?;
    if let (None, true, Some(Server::At(Endpoint { user: Some(user), .. }))) =
        (&said_user, options.has(Key::Server), &server)
    {
        options.set(Key::User, Value::Text(user.clone()), &Source::Option);
    }
    if said_user.is_some() && matches!(server, Some(Server::Sink(_))) {
        return Err("an embedded sink has no users to log on".to_owned());
    }
    let env_server = !options.has(Key::Server) && around.is_some() && !(named && own.is_some());
    let mut around = layer_of(environment, server.as_ref().filter(|_| env_server));
    let mut kept_back = Vec::new();
    let account =
        chosen.map(|chosen| fitting(chosen.account, server.as_ref(), &mut kept_back)).unwrap_or_default();
    let nearer = if named { options.clone().over(&account) } else { options.clone() };
    kept_back.extend(environment_of_another(&mut around, environment, server.as_ref(), &nearer));
    let mut settings =
        if named { options.over(&account).over(&around) } else { options.over(&around).over(&account) };
    if let Some(chosen) = chosen {
        kept_back.extend(secret_of_another_user(&mut settings, chosen.account));
    }
    if !named && environment.proxy_password && is_of_account(&settings, Key::ProxyPasswordFile) {
        let nothing = Value::Text(String::new());
        settings.set(Key::ProxyPasswordFile, nothing, &Source::Variable("MAILXPORT_PROXY_PASSWORD"));
    }
    let mut server = server;
    match &mut server {
        Some(Server::At(endpoint)) => endpoint.user = settings.text(Key::User).map(str::to_owned),
        Some(Server::Sink(_)) => drop(settings.take_out(|key, _| key == Key::User)),
        None => {}
    }
    let credentials = chosen.and_then(|chosen| credentials(&settings, chosen));
    Ok(Settled { server, settings, credentials, kept_back })
}

/// The user that an option names, judged.
fn option_user(options: &Layer) -> Result<Option<String>, String> {
    let Some(user) = options.text(Key::User) else { return Ok(None) };
    if user.contains(':') {
        return Err("a password does not stand in --user, where every process list shows it; --password-file or --password-command hand it over".to_owned());
    }
    words::user(user).map_err(|_| "--user is empty or holds a control character".to_owned())?;
    Ok(Some(user.to_owned()))
}

/// The environment as a layer; `server` is that of its variable where this one is in force.
fn layer_of(environment: &Environment, server: Option<&Server>) -> Layer {
    let mut layer = Layer::default();
    let of_server = Source::Variable("MAILXPORT_SERVER");
    if let Some(named) = &environment.server {
        layer.set(Key::Server, Value::Text(named.clone()), &of_server);
    }
    match server {
        Some(Server::At(Endpoint { user: Some(user), .. })) => {
            layer.set(Key::User, Value::Text(user.clone()), &of_server);
        }
        _ => {
            if let Some(user) = &environment.user {
                layer.set(Key::User, Value::Text(user.clone()), &Source::Variable("MAILXPORT_USER"));
            }
        }
    }
    layer
}

/// The settings of an account without those that belong to another server than the one that is spoken to.
fn fitting(account: &Account, server: Option<&Server>, kept_back: &mut Vec<KeptBack>) -> Layer {
    let mut layer = account.settings.clone();
    let own = layer.text(Key::Server).map(Server::parse);
    let (keys, why) = match (server, own) {
        (Some(Server::Sink(_)), _) => {
            // It knows nobody, and nothing leaves this machine: there is nothing to tell.
            layer.take_out(|key, _| key.row().of_server);
            return layer;
        }
        (Some(Server::At(server)), Some(Ok(Server::At(own)))) if is_same(&own, server) => return layer,
        (Some(Server::At(server)), Some(Ok(own))) => {
            let keys = layer.take_out(|key, _| key.row().of_server);
            (keys, Why::Server(name(&own), server.to_string()))
        }
        _ => (layer.take_out(|key, _| key.is_about_log_on()), Why::NoServer),
    };
    if !keys.is_empty() {
        kept_back.push(KeptBack { account: account.name.clone(), keys, why });
    }
    layer
}

pub(super) fn name(server: &Server) -> String {
    match server {
        Server::At(endpoint) => endpoint.to_string(),
        Server::Sink(dir) => format!("sink:{}", path_name(dir)),
    }
}

/// The host decides: a certificate is for a host, whatever the port. On this machine anybody may listen at another port, so
/// there the port decides too.
pub(super) fn is_same(own: &Endpoint, other: &Endpoint) -> bool {
    match (&own.place, &other.place) {
        (Place::Tcp { host, port }, Place::Tcp { host: other, port: at }) => {
            host.eq_ignore_ascii_case(other) && (port == at || !is_this_machine(host))
        }
        (own, other) => own == other,
    }
}

fn is_this_machine(host: &str) -> bool {
    let name = host.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// What the environment has for the log-on at the server that it names goes to no other; nothing is told of what is not needed.
fn environment_of_another(
    around: &mut Layer,
    environment: &Environment,
    server: Option<&Server>,
    nearer: &Layer,
) -> Option<KeptBack> {
    let Some(Server::At(server)) = server else { return None };
    let own = environment.other_than(server)?;
    let user = around.take_out(|key, _| key == Key::User && !nearer.has(key));
    let has_secret = nearer.iter().any(|(key, _)| key.is_secret());
    let secrets = environment.secrets.iter().copied().filter(|_| !has_secret);
    let variables: Vec<_> = user.iter().map(|_| "MAILXPORT_USER").chain(secrets).collect();
    let why = Why::Environment(own, server.to_string(), variables.clone());
    (!variables.is_empty()).then(|| KeptBack { account: String::new(), keys: Vec::new(), why })
}

/// A secret belongs to the user it was configured for.
fn secret_of_another_user(settings: &mut Layer, account: &Account) -> Option<KeptBack> {
    let own = account.settings.text(Key::User)?;
    let user = settings.text(Key::User)?.to_owned();
    if user == own {
        return None;
    }
    let keys = settings.take_out(|key, it| key.is_secret() && matches!(it.source, Source::Account { .. }));
    let why = Why::User(own.to_owned(), user);
    (!keys.is_empty()).then(|| KeptBack { account: account.name.clone(), keys, why })
}

fn is_of_account(settings: &Layer, key: Key) -> bool {
    settings.get(key).is_some_and(|it| matches!(it.source, Source::Account { .. }))
}

fn credentials(settings: &Layer, chosen: Chosen<'_>) -> Option<Credentials> {
    let mut secrets = settings.of_group(Group::Secret);
    secrets.take_out(|_, it| !matches!(it.source, Source::Account { .. }));
    let any = secrets.iter().next().is_some();
    any.then(|| Credentials { account: chosen.account.name.clone(), named: chosen.named, secrets })
}

#[cfg(test)]
#[path = "settled_tests.rs"]
mod tests;
