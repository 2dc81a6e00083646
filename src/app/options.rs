//! Options as settings, and settings as if they had been given by options.

use crate::cli::shared::{EnvelopeArgs, ServerArgs};
use crate::cli::words::{choice, word};
use crate::config::key::Key;
use crate::config::layer::{Layer, Source, Value};
use std::path::PathBuf;
use std::time::Duration;

/// What the options say.
pub fn layer(args: &ServerArgs, envelope: &EnvelopeArgs) -> Layer {
    let mut layer = Layer::default();
    let mut set = |key: Key, value: Option<Value>| {
        if let Some(value) = value {
            layer.set(key, value, &Source::Option);
        }
    };
    let text = |text: &Option<String>| text.clone().map(Value::Text);
    let path = |path: &Option<PathBuf>| path.clone().map(Value::Path);
    let time = |time: Option<Duration>| time.map(Value::Time);
    let flag = |on: bool| on.then_some(Value::Flag(true));
    set(Key::Server, text(&args.server));
    set(Key::User, text(&args.user));
    set(Key::From, text(&envelope.from));
    set(Key::Auth, args.auth.map(|it| Value::Text(word(&it))));
    set(Key::AuthInClear, flag(args.auth_in_clear));
    set(Key::PasswordFile, path(&args.password_file));
    set(Key::PasswordCommand, text(&args.password_command));
    set(Key::TokenFile, path(&args.token_file));
    set(Key::TokenCommand, text(&args.token_command));
    set(Key::Tls, args.tls.map(|it| Value::Text(word(&it))));
    set(Key::CaFile, path(&args.ca_file));
    let prints = (!args.tls_fingerprint.is_empty()).then(|| args.tls_fingerprint.clone());
    set(Key::TlsFingerprint, prints.map(Value::Prints));
    set(Key::Insecure, flag(args.insecure));
    set(Key::TlsName, text(&args.tls_name));
    set(Key::ClientCert, path(&args.client_cert));
    set(Key::ClientKey, path(&args.client_key));
    set(Key::TlsMin, args.tls_min.map(|it| Value::Text(word(&it))));
    set(Key::Proxy, text(&args.proxy));
    set(Key::ProxyPasswordFile, path(&args.proxy_password_file));
    set(Key::NoChunking, flag(args.no_chunking));
    set(Key::Helo, text(&args.helo));
    set(Key::SourceAddress, args.source_address.map(Value::Ip));
    set(Key::Timeout, time(args.timeout));
    set(Key::DotTimeout, time(args.dot_timeout));
    set(Key::ConnectTimeout, time(args.connect_timeout));
    set(Key::DsnNotify, text(&envelope.dsn_notify));
    set(Key::DsnReturn, envelope.dsn_return.map(|it| Value::Text(word(&it))));
    layer
}

/// The options as they would be if they said everything that was settled on, but for the secrets of the account.
pub fn filled(args: &ServerArgs, envelope: &EnvelopeArgs, settings: &Layer) -> (ServerArgs, EnvelopeArgs) {
    let text = |key: Key| settings.text(key).map(str::to_owned);
    let path = |key: Key| settings.path(key).map(PathBuf::from);
    let server = ServerArgs {
        server: text(Key::Server),
        user: text(Key::User),
        auth: settings.text(Key::Auth).and_then(choice),
        auth_in_clear: settings.is_on(Key::AuthInClear),
        tls: settings.text(Key::Tls).and_then(choice),
        ca_file: path(Key::CaFile),
        tls_fingerprint: settings.prints().to_vec(),
        insecure: settings.is_on(Key::Insecure),
        tls_name: text(Key::TlsName),
        client_cert: path(Key::ClientCert),
        client_key: path(Key::ClientKey),
        tls_min: settings.text(Key::TlsMin).and_then(choice),
        proxy: text(Key::Proxy),
        proxy_password_file: path(Key::ProxyPasswordFile),
        no_chunking: settings.is_on(Key::NoChunking),
        helo: text(Key::Helo),
        source_address: settings.ip(Key::SourceAddress),
        timeout: settings.time(Key::Timeout),
        dot_timeout: settings.time(Key::DotTimeout),
        connect_timeout: settings.time(Key::ConnectTimeout),
        // These stay what they are: the account's secret has its own turn.
        password_file: args.password_file.clone(),
        password_command: args.password_command.clone(),
        token_file: args.token_file.clone(),
        token_command: args.token_command.clone(),
        ..args.clone()
    };
    let envelope = EnvelopeArgs {
        from: text(Key::From),
        dsn_notify: text(Key::DsnNotify),
        dsn_return: settings.text(Key::DsnReturn).and_then(choice),
        ..envelope.clone()
    };
    (server, envelope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::shared::{AuthChoice, DsnReturn, TlsChoice, TlsMin};
    use crate::config::key::{Kind, ROWS};
    use clap::{Args, Command, FromArgMatches, ValueEnum};

    fn parsed(words: &[&str]) -> (ServerArgs, EnvelopeArgs) {
        let command = EnvelopeArgs::augment_args(ServerArgs::augment_args(Command::new("x")));
        let matches = command.try_get_matches_from([&["x"], words].concat()).unwrap();
        (ServerArgs::from_arg_matches(&matches).unwrap(), EnvelopeArgs::from_arg_matches(&matches).unwrap())
    }

    #[test]
    fn every_setting_is_an_option_of_the_same_name_and_kind() {
        let command = EnvelopeArgs::augment_args(ServerArgs::augment_args(Command::new("x")));
        for row in ROWS.iter().filter(|row| row.key != Key::Password) {
            let option = command.get_arguments().find(|arg| arg.get_long() == Some(row.name));
            let option = option.unwrap_or_else(|| panic!("there is no --{}", row.name));
            assert_eq!(row.kind != Kind::Flag, option.get_action().takes_values(), "{}", row.name);
        }
        fn words<T: ValueEnum>() -> Vec<String> {
            T::value_variants().iter().map(word).collect()
        }
        for (key, wanted) in [
            (Key::Auth, words::<AuthChoice>()),
            (Key::Tls, words::<TlsChoice>()),
            (Key::TlsMin, words::<TlsMin>()),
            (Key::DsnReturn, words::<DsnReturn>()),
        ] {
            let Kind::Word(known) = key.row().kind else { panic!("{key:?}") };
            assert_eq!(known, wanted);
        }
    }

    #[test]
    fn options_become_settings_and_options_again() {
        let print = format!("sha256:{}", "0a".repeat(32));
        let words = [
            "--server=h",
            "--user=u",
            "--from=a@x",
            "--auth=plain",
            "--auth-in-clear",
            "--password-file=p",
            "--tls=required",
            "--ca-file=c",
            "--tls-fingerprint",
            &print,
            "--tls-name=n",
            "--client-cert=cc",
            "--client-key=ck",
            "--tls-min=1.3",
            "--proxy=socks5://p",
            "--proxy-password-file=pp",
            "--helo=e",
            "--source-address=::1",
            "--timeout=1",
            "--dot-timeout=2",
            "--connect-timeout=3",
            "--dsn-notify=never",
            "--dsn-return=full",
        ];
        for words in [
            &words[..],
            &["--insecure", "--no-chunking", "--password-command=x"],
            &["--token-file=x"],
            &["--token-command=x"],
            &[],
        ] {
            let (server, envelope) = parsed(words);
            let layer = layer(&server, &envelope);
            let options = words.iter().filter(|word| word.starts_with("--")).count();
            assert_eq!(layer.iter().count(), options);
            let again = filled(&server, &envelope, &layer);
            assert_eq!(format!("{again:?}"), format!("{:?}", (server, envelope)));
            // And from nothing but the settings, where they are no secrets.
            let (server, envelope) = parsed(&[]);
            let filled = filled(&server, &envelope, &layer);
            let back = super::layer(&filled.0, &filled.1);
            let keys = |layer: &Layer| -> Vec<Key> {
                layer.iter().map(|(key, _)| key).filter(|key| !key.is_secret()).collect()
            };
            assert_eq!(keys(&back), keys(&layer));
        }
    }
}
