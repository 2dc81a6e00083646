//! The settings that an account may have: their names, which are those of the options, what each holds, and which of them go together.

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Server,
    User,
    From,
    Auth,
    AuthInClear,
    Password,
    PasswordFile,
    PasswordCommand,
    TokenFile,
    TokenCommand,
    Tls,
    CaFile,
    TlsFingerprint,
    Insecure,
    TlsName,
    ClientCert,
    ClientKey,
    TlsMin,
    Proxy,
    ProxyPasswordFile,
    NoChunking,
    Helo,
    SourceAddress,
    Timeout,
    DotTimeout,
    ConnectTimeout,
    DsnNotify,
    DsnReturn,
}

/// What a setting holds, and so what it is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Server,
    User,
    Sender,
    Secret,
    Path,
    Command,
    Flag,
    Seconds,
    Word(&'static [&'static str]),
    Fingerprints,
    TlsName,
    Helo,
    Ip,
    Proxy,
    Notify,
}

/// Settings that stand for one another: whoever sets one of them takes none of the others from farther away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Secret,
    Trust,
    ClientCertificate,
    Proxy,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub key: Key,
    pub name: &'static str,
    pub kind: Kind,
    /// It belongs to the server that the account names, and is used with no other.
    pub of_server: bool,
    pub group: Option<Group>,
}

const AUTH: &[&str] = &[
    "auto",
    "none",
    "plain",
    "login",
    "cram-md5",
    "scram-sha-1",
    "scram-sha-256",
    "xoauth2",
    "oauthbearer",
    "external",
];
const TLS: &[&str] = &["required", "opportunistic", "off"];
const TLS_MIN: &[&str] = &["1.2", "1.3"];
const RETURN: &[&str] = &["full", "headers"];

/// A setting of this server.
const fn bound(key: Key, name: &'static str, kind: Kind, group: Option<Group>) -> Row {
    Row { key, name, kind, of_server: true, group }
}

/// A setting that holds for whatever server is spoken to.
const fn free(key: Key, name: &'static str, kind: Kind) -> Row {
    Row { key, name, kind, of_server: false, group: None }
}

/// All settings, in the order of the keys.
pub const ROWS: [Row; 28] = [
    free(Key::Server, "server", Kind::Server),
    bound(Key::User, "user", Kind::User, None),
    free(Key::From, "from", Kind::Sender),
    bound(Key::Auth, "auth", Kind::Word(AUTH), None),
    bound(Key::AuthInClear, "auth-in-clear", Kind::Flag, None),
    bound(Key::Password, "password", Kind::Secret, Some(Group::Secret)),
    bound(Key::PasswordFile, "password-file", Kind::Path, Some(Group::Secret)),
    bound(Key::PasswordCommand, "password-command", Kind::Command, Some(Group::Secret)),
    bound(Key::TokenFile, "token-file", Kind::Path, Some(Group::Secret)),
    bound(Key::TokenCommand, "token-command", Kind::Command, Some(Group::Secret)),
    bound(Key::Tls, "tls", Kind::Word(TLS), None),
    bound(Key::CaFile, "ca-file", Kind::Path, Some(Group::Trust)),
    bound(Key::TlsFingerprint, "tls-fingerprint", Kind::Fingerprints, Some(Group::Trust)),
    bound(Key::Insecure, "insecure", Kind::Flag, Some(Group::Trust)),
    bound(Key::TlsName, "tls-name", Kind::TlsName, None),
    bound(Key::ClientCert, "client-cert", Kind::Path, Some(Group::ClientCertificate)),
    bound(Key::ClientKey, "client-key", Kind::Path, Some(Group::ClientCertificate)),
    bound(Key::TlsMin, "tls-min", Kind::Word(TLS_MIN), None),
    bound(Key::Proxy, "proxy", Kind::Proxy, Some(Group::Proxy)),
    bound(Key::ProxyPasswordFile, "proxy-password-file", Kind::Path, Some(Group::Proxy)),
    bound(Key::NoChunking, "no-chunking", Kind::Flag, None),
    free(Key::Helo, "helo", Kind::Helo),
    free(Key::SourceAddress, "source-address", Kind::Ip),
    free(Key::Timeout, "timeout", Kind::Seconds),
    free(Key::DotTimeout, "dot-timeout", Kind::Seconds),
    free(Key::ConnectTimeout, "connect-timeout", Kind::Seconds),
    free(Key::DsnNotify, "dsn-notify", Kind::Notify),
    free(Key::DsnReturn, "dsn-return", Kind::Word(RETURN)),
];

/// Keys of an account that are about accounts.
pub const INHERIT: &str = "inherit";
pub const SENDERS: &str = "senders";

impl Key {
    pub fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    pub fn name(self) -> &'static str {
        self.row().name
    }

    pub fn is_secret(self) -> bool {
        self.row().group == Some(Group::Secret)
    }

    /// Who logs on, with what and how.
    pub fn is_about_log_on(self) -> bool {
        self.is_secret() || matches!(self, Key::User | Key::Auth | Key::AuthInClear)
    }

    /// One of those that say how TLS is to be, but for whether.
    pub fn is_about_tls(self) -> bool {
        let group = matches!(self.row().group, Some(Group::Trust | Group::ClientCertificate));
        group || matches!(self, Key::TlsName | Key::TlsMin)
    }

    pub fn of_name(name: &str) -> Option<Key> {
        ROWS.iter().find(|row| row.name == name).map(|row| row.key)
    }
}

/// The end of a sentence about a name that is not there: the one that was probably meant, if any is near.
pub fn did_you_mean<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> String {
    nearest(word, names).map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"))
}

fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let slips = |name: &str| strsim::osa_distance(&word.to_lowercase().replace('_', "-"), name);
    let most = (word.len() / 4).max(1).min(word.len().saturating_sub(1));
    names.map(|name| (slips(name), name)).filter(|(slips, _)| *slips <= most).min().map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_row() {
        for (at, row) in ROWS.iter().enumerate() {
            assert_eq!(row.key as usize, at, "{}", row.name);
            assert_eq!(Key::of_name(row.name), Some(row.key));
        }
        assert_eq!(Key::of_name(SENDERS), None);
    }

    #[test]
    fn a_slip_of_the_pen_is_recognised() {
        for (word, meant) in [
            ("sever", Some("server")),
            ("password_file", Some("password-file")),
            ("pasword-comand", Some("password-command")),
            ("tls-fingerprints", Some("tls-fingerprint")),
            ("User", Some("user")),
            ("hostname", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, ROWS.iter().map(|row| row.name)), meant, "{word}");
        }
    }
}
