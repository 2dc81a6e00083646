//! `mailxport config show`: the settings that a run would go by, and where each comes from.

use super::account::{Book, settled};
use super::config_init;
use super::guard;
use super::login::{beats_the_environment, kind, wanted};
use super::options::filled;
use super::post_via;
use super::product;
use crate::cli::config::{ConfigArgs, ConfigCommand, ShowArgs};
use crate::config::environment::{Environment, is_set};
use crate::config::key::{Key, Kind as Holds, ROWS};
use crate::config::layer::{Setting, Source, Value};
use crate::config::local::{self, Local};
use crate::config::secrets::kind::Kind;
use crate::config::settled::{Chosen, Settled};
use crate::console::settings::{Chooser, Origin, Sheet, Shown, Stands};
use crate::console::{out, service, settings, voice};
use crate::httpmail::via::service::{Given, KEYS, Service};
use crate::terms::address_list::mailbox;
use crate::terms::auth::Auth;
use crate::terms::endpoint::Server;
use crate::terms::failure::Failure;
use crate::terms::ixp::Ixp;
use crate::terms::printable::path_name;
use crate::terms::tls::fingerprint_text;
use crate::watch::wait::Watch;

pub fn run(args: &ConfigArgs) -> u8 {
    let args = match &args.command {
        ConfigCommand::Init(args) => return config_init::run(args),
        ConfigCommand::Show(args) => args,
    };
    let shown = match &args.via {
        Some(name) => described(args, name),
        None => sheet(args).map(|it| if args.json { settings::json(&it) } else { settings::text(&it) }),
    };
    match shown {
        Ok(shown) => product::end(&shown, Ixp::ok()),
        Err(failure) => {
            voice::without_mail(&failure).iter().for_each(|line| out::say(&format!("{line}\n")));
            guard::status(Ixp::of(&failure))
        }
    }
}

/// A service, key by key.
fn described(args: &ShowArgs, name: &str) -> Result<String, Failure> {
    let book = Book::open(&args.server, &Watch::default())?;
    let own = book.configuration().and_then(|it| it.service(name));
    let said = match post_via::service(&book, name)? {
        Service::Simple(service) => service.said,
        Service::Jmap(url) => url.map(|url| ("url", Given::Text(url))).into_iter().collect(),
    };
    let keys = KEYS.iter().map(|key| {
        let given = said.iter().find(|(it, _)| it == key).map(|(_, given)| given);
        let values = given.map(|given| match given {
            Given::Text(text) => service::Values::Text(text.clone()),
            Given::Texts(texts) => service::Values::Texts(texts.clone()),
            Given::Numbers(numbers) => service::Values::Numbers(numbers.clone()),
        });
        let line = own.and_then(|own| own.lines.iter().find(|(it, _)| it == key)).map(|(_, line)| *line);
        service::Shown { key, values, line }
    });
    let file = own.and_then(|_| book.configuration()).map(|it| path_name(&it.path).into_owned());
    let like = own.and_then(|own| own.like.clone());
    let sheet = service::Sheet { name: name.to_owned(), file, like, keys: keys.collect() };
    Ok(if args.json { service::json(&sheet) } else { service::text(&sheet) })
}

fn sheet(args: &ShowArgs) -> Result<Sheet, Failure> {
    let book = Book::open(&args.server, &Watch::default())?;
    let chosen = book.choose(&args.server, args.envelope.from.as_deref())?.for_sender(None);
    let settled = settled(&args.server, &args.envelope, chosen)?;
    let file = book.configuration().map(|it| path_name(&it.path).into_owned());
    let from = args.envelope.from.as_deref().and_then(|from| mailbox(from).ok());
    let by_sender = from.and_then(|from| book.configuration()?.by_sender(&from));
    let chooser = |chosen: &Chosen<'_>| match chosen {
        Chosen { named: true, .. } => Chooser::Option,
        _ if by_sender.is_some() => Chooser::Sender,
        _ => Chooser::Default,
    };
    Ok(Sheet {
        account: chosen.as_ref().map(|it| (it.account.name.clone(), chooser(it))),
        shown: [shown(args, &settled, chosen), about_this_machine(book.configuration().map(|it| &it.local))]
            .concat(),
        notes: settled.kept_back.iter().map(crate::config::settled::KeptBack::sentence).collect(),
        file,
    })
}

/// Every setting in the order of the keys; of the secrets the one that would be asked for.
fn shown(args: &ShowArgs, settled: &Settled, chosen: Option<Chosen<'_>>) -> Vec<Shown> {
    let account = chosen.map(|it| it.account.name.as_str());
    let secret = secret(args, settled);
    let rows = ROWS.iter().filter(|row| !row.key.is_secret() || row.key == secret.0);
    let said = |key: Key| match (settled.settings.get(key), key) {
        // One limit stands for all that are not given.
        (None, Key::DotTimeout | Key::ConnectTimeout) => settled.settings.get(Key::Timeout),
        (setting, _) => setting,
    };
    rows.map(|row| match (row.key == secret.0, said(row.key)) {
        (true, _) => Shown {
            key: secret.1.noun(),
            stands: Stands::Hidden,
            origin: secret.2.clone().map(|it| origin(&it, account)),
        },
        (false, Some(setting)) => Shown {
            key: row.name,
            stands: stands(row.key, setting),
            origin: Some(origin(&setting.source, account)),
        },
        (false, None) => Shown { key: row.name, stands: default(row.key), origin: None },
    })
    .collect()
}

/// What bare names stand for.
fn about_this_machine(local: Option<&Local>) -> Vec<Shown> {
    let nothing = Local::default();
    let local = local.unwrap_or(&nothing);
    let line = |line: Option<usize>| line.map(|line| Origin::File { line });
    let mailname = line(local.mailname.as_ref().map(|it| it.line)).unwrap_or(Origin::Machine);
    let alias = |alias: &local::Alias| {
        let entries: Vec<String> = alias.entries.iter().map(ToString::to_string).collect();
        format!("{}: {}", alias.name, entries.join(" "))
    };
    let aliases = local.aliases.as_ref().map(|it| Stands::List(it.value.iter().map(alias).collect()));
    let file = local.aliases_file.as_ref().map(|it| Stands::Text(path_name(&it.value).into_owned()));
    vec![
        Shown { key: local::MAILNAME, stands: Stands::Text(local.mailname()), origin: Some(mailname) },
        Shown {
            key: local::ALIASES,
            stands: aliases.unwrap_or(Stands::Nothing),
            origin: line(local.aliases.as_ref().map(|it| it.line)),
        },
        Shown {
            key: local::ALIASES_FILE,
            stands: file.unwrap_or(Stands::Nothing),
            origin: line(local.aliases_file.as_ref().map(|it| it.line)),
        },
    ]
}

/// The secret that a log-on would ask for first: its key, its kind, and where it is.
fn secret(args: &ShowArgs, settled: &Settled) -> (Key, Kind, Option<Source>) {
    let (options, _) = filled(&args.server, &args.envelope, &settled.settings);
    let account = settled.credentials.as_ref();
    let is_ours = match &settled.server {
        Some(Server::At(server)) => Environment::read().other_than(server).is_none(),
        _ => true,
    };
    let kind = kind(&options, wanted(options.auth).unwrap_or(Auth::Auto), account, is_ours);
    let keys = match kind {
        Kind::Password => [Key::PasswordFile, Key::PasswordCommand, Key::Password],
        Kind::Token => [Key::TokenFile, Key::TokenCommand, Key::TokenFile],
    };
    let found = keys.into_iter().find_map(|key| Some((key, settled.settings.get(key)?.source.clone())));
    let of_option = found.as_ref().is_some_and(|(_, source)| *source == Source::Option);
    let around = !of_option && is_ours && !beats_the_environment(account, kind) && is_set(kind.variable());
    match found {
        _ if around => (keys[0], kind, Some(Source::Variable(kind.variable()))),
        Some((key, source)) => (key, kind, Some(source)),
        None => (keys[0], kind, None),
    }
}

fn origin(source: &Source, account: Option<&str>) -> Origin {
    match source {
        Source::Option => Origin::Option,
        Source::Variable(name) => Origin::Variable(name),
        Source::Account { table, line } => Origin::Account {
            account: account.unwrap_or(table).to_owned(),
            table: table.clone(),
            line: *line,
        },
    }
}

fn stands(key: Key, setting: &Setting) -> Stands {
    let text = match &setting.value {
        // A command may hold a secret.
        Value::Secret(_) => return Stands::Hidden,
        _ if matches!(key.row().kind, Holds::Command | Holds::Secret) => return Stands::Hidden,
        Value::Text(_) if key == Key::ProxyPasswordFile => return Stands::Hidden,
        Value::Text(text) => text.clone(),
        Value::Flag(on) => return Stands::Flag(*on),
        Value::Time(time) => return Stands::Seconds(time.as_secs_f64()),
        Value::Path(path) => path_name(path).into_owned(),
        Value::Prints(prints) => return Stands::List(prints.iter().map(fingerprint_text).collect()),
        Value::Ip(address) => address.to_string(),
    };
    Stands::Text(text)
}

/// What holds where nothing is said.
fn default(key: Key) -> Stands {
    match key {
        Key::AuthInClear | Key::Insecure | Key::NoChunking => Stands::Flag(false),
        Key::Auth => Stands::Text("auto".to_owned()),
        Key::TlsMin => Stands::Text("1.2".to_owned()),
        Key::ConnectTimeout => Stands::Seconds(30.0),
        Key::DotTimeout => Stands::Seconds(600.0),
        _ => Stands::Nothing,
    }
}
