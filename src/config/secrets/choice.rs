//! Where a password or a token is taken from: the first source that is given wins, and what it gives must be a secret.

use super::credentials::{self, if_there};
use super::file::{Extent, Opened, SAFE, failure};
use super::kind::Kind;
use super::{helper, netrc};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::printable::path_name;
use crate::terms::secret::Secret;
use crate::watch::wait::Watch;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a password or a token may come from, in this order.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub kind: Kind,
    pub user: &'a str,
    pub host: &'a str,
    /// `-` is standard input.
    pub file: Option<&'a Path>,
    pub command: Option<&'a str>,
    /// The name of a variable.
    pub environment: Option<&'a str>,
    /// What the account says.
    pub account: Option<Account<'a>>,
    /// The name of a file in `$CREDENTIALS_DIRECTORY`.
    pub credentials_name: &'a str,
    pub netrc: bool,
    /// There is a terminal to ask at.
    pub prompt: bool,
}

/// What an account of the configuration file says about its secret.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    pub name: &'a str,
    pub secret: Option<&'a Secret>,
    pub file: Option<&'a Path>,
    pub command: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    /// Everything that needs no option and nobody to ask.
    pub fn new(kind: Kind, user: &'a str, host: &'a str) -> Wanted<'a> {
        Wanted {
            kind,
            user,
            host,
            file: None,
            command: None,
            environment: Some(kind.variable()),
            account: None,
            credentials_name: kind.credential(),
            netrc: kind == Kind::Password,
            prompt: false,
        }
    }
}

/// A secret and the name of its source, which may be shown.
#[derive(Debug)]
pub struct Found {
    pub secret: Secret,
    pub from: String,
}

/// Who asks a person; the text is the question.
pub type Ask<'a> = &'a mut dyn FnMut(&str) -> io::Result<Secret>;

/// Fetches the secret from the first source that is given.
pub fn fetch(wanted: &Wanted<'_>, watch: &Watch, ask: Ask<'_>) -> Result<Found, Failure> {
    let here = Surroundings { variable: &|name| std::env::var_os(name), limit: helper::LIMIT };
    fetch_in(wanted, &here, watch, ask)
}

/// What lies around the program.
struct Surroundings<'a> {
    variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The time a command may take.
    limit: Duration,
}

impl Surroundings<'_> {
    /// A path from a variable; an empty one says nothing.
    fn path(&self, name: &str) -> Option<PathBuf> {
        (self.variable)(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }
}

/// The secret in a file, under the same rules, where no other source is asked.
pub fn first_line_of(path: &Path, watch: &Watch) -> Result<Secret, Failure> {
    from_file(path, &safe_places_here(), watch)
}

/// A private key, with what else stands in its file.
pub fn key_of(path: &Path, watch: &Watch) -> Result<Secret, Failure> {
    let opened = Opened::key(path, &safe_places_here())?;
    opened.judge()?;
    opened.read(Extent::Whole, watch).map(|octets| Secret::new(octets.all().to_vec()))
}

/// The safe places of this run.
pub(in crate::config) fn safe_places_here() -> Vec<PathBuf> {
    safe_places(std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from))
}

/// Where secrets may be readable by others: those who put them there have seen to it.
fn safe_places(credentials: Option<PathBuf>) -> Vec<PathBuf> {
    std::iter::once(PathBuf::from(SAFE)).chain(credentials).collect()
}

fn fetch_in(
    wanted: &Wanted<'_>,
    here: &Surroundings<'_>,
    watch: &Watch,
    ask: Ask<'_>,
) -> Result<Found, Failure> {
    let Wanted { kind, .. } = *wanted;
    let credentials = here.path("CREDENTIALS_DIRECTORY");
    let safe = safe_places(credentials.clone());
    if let Some(path) = wanted.file {
        return found(from_file(path, &safe, watch)?, kind, kind.file_option());
    }
    if let Some(line) = wanted.command {
        let option = kind.command_option();
        return found(helper::run(line, option, here.limit, watch)?, kind, option);
    }
    if let Some((name, value)) = wanted.environment.and_then(|name| Some((name, (here.variable)(name)?))) {
        return found(Secret::first_line(value.into_vec()), kind, name);
    }
    if let Some(account) = wanted.account
        && let Some((secret, from)) = from_account(account, kind, &safe, here, watch)?
    {
        return found(secret, kind, &from);
    }
    if let Some(folder) = &credentials {
        let name = wanted.credentials_name;
        if let Some(secret) = credentials::fetch(folder, name, &safe, watch)? {
            return found(secret, kind, &format!("$CREDENTIALS_DIRECTORY/{name}"));
        }
    }
    if wanted.netrc
        && let Some((secret, from)) = from_netrc(wanted, &safe, here, watch)?
    {
        return found(secret, kind, &from);
    }
    if wanted.prompt {
        return found(asked(wanted, watch, ask)?, kind, "a prompt");
    }
    Err(failure(none(wanted, "")))
}

/// Takes nothing but a secret that has something to it.
fn found(secret: Secret, kind: Kind, from: &str) -> Result<Found, Failure> {
    if secret.is_empty() {
        return Err(failure(Cause::Usage(format!("the {} from {from} is empty", kind.noun()))));
    }
    Ok(Found { secret, from: from.to_owned() })
}

fn from_file(path: &Path, safe: &[PathBuf], watch: &Watch) -> Result<Secret, Failure> {
    let opened = if path.as_os_str() == "-" { Opened::standard_input() } else { Opened::path(path, safe) }?;
    opened.judge()?;
    opened.read(Extent::FirstLine, watch).map(super::octets::Octets::into_secret)
}

fn from_account(
    account: Account<'_>,
    kind: Kind,
    safe: &[PathBuf],
    here: &Surroundings<'_>,
    watch: &Watch,
) -> Result<Option<(Secret, String)>, Failure> {
    let Account { name, secret, file, command } = account;
    let key = |what: &str| format!("{}{what} of the account {name}", kind.noun());
    if let Some(path) = file {
        return Ok(Some((from_file(path, safe, watch)?, key("-file"))));
    }
    if let Some(line) = command {
        let from = key("-command");
        return Ok(Some((helper::run(line, &from, here.limit, watch)?, from)));
    }
    Ok(secret.map(|secret| (Secret::new(secret.expose().to_vec()), key(""))))
}

/// The netrc file: `$NETRC`, or the one at home. It keeps nobody from anything unless it has the secret.
fn from_netrc(
    wanted: &Wanted<'_>,
    safe: &[PathBuf],
    here: &Surroundings<'_>,
    watch: &Watch,
) -> Result<Option<(Secret, String)>, Failure> {
    let path = here.path("NETRC").or_else(|| here.path("HOME").map(|home| home.join(".netrc")));
    let Some(path) = path else { return Ok(None) };
    let Some(opened) = if_there(Opened::path(&path, safe))? else { return Ok(None) };
    let octets = opened.read(Extent::Whole, watch)?;
    let name = path_name(&path).into_owned();
    let secret = netrc::find(octets.all(), wanted.host, wanted.user).map_err(|line| {
        failure(Cause::Config(format!("{name} has a quote in line {line} that is not closed")))
    })?;
    let Some(secret) = secret else { return Ok(None) };
    opened.judge()?;
    Ok(Some((secret, name)))
}

fn asked(wanted: &Wanted<'_>, watch: &Watch, ask: Ask<'_>) -> Result<Secret, Failure> {
    let answer = ask(&format!("{} for {} at {}: ", wanted.kind.title(), wanted.user, wanted.host));
    // A signal or the deadline ended the question: that is why there is no answer.
    watch.check().map_err(|halt| Failure::new(Stage::Login, halt.cause(Duration::ZERO)))?;
    answer.map_err(|error| {
        failure(match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::Interrupted => Cause::Unanswered,
            _ => none(wanted, &format!(", and it cannot be asked for: {error}")),
        })
    })
}

/// Says that there is none, and the ways to give one.
fn none(wanted: &Wanted<'_>, why_not_asked: &str) -> Cause {
    let Wanted { kind, user, host, .. } = *wanted;
    let mut ways = vec![
        format!("{} FILE or {} COMMAND gives it", kind.file_option(), kind.command_option()),
        format!("{} in the environment does", kind.variable()),
        "an account in the configuration file does".to_owned(),
    ];
    if wanted.netrc {
        ways.push("the netrc file does".to_owned());
    }
    Cause::Wanting { what: format!("there is no {} for {user} at {host}{why_not_asked}", kind.noun()), ways }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::ixp::Ixp;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    fn written(path: &Path, mode: u32, text: &str) {
        std::fs::write(path, text).unwrap();
        std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    type Variables<'a> = &'a [(&'a str, &'a Path)];

    /// The secret and its source, or the status and the cause.
    fn fetched(wanted: &Wanted<'_>, variables: Variables<'_>) -> Result<(String, String), (u8, String)> {
        let variable = |name: &str| {
            let set = variables.iter().find(|(set, _)| *set == name);
            set.map(|(_, value)| value.as_os_str().to_owned())
        };
        let here = Surroundings { variable: &variable, limit: Duration::from_secs(20) };
        let mut ask = |question: &str| match question {
            "Password for eve at h.example: " => Err(io::ErrorKind::UnexpectedEof.into()),
            "Password for tim at h.example: " => Ok(Secret::default()),
            "Password for ada at h.example: " => Ok(Secret::new(b"asked".to_vec())),
            other => Err(io::Error::other(format!("no such question: {other}"))),
        };
        let found = fetch_in(wanted, &here, &Watch::default(), &mut ask);
        let found = found.map_err(|failure| (Ixp::of(&failure).exit(), format!("{:?}", failure.cause)))?;
        Ok((String::from_utf8(found.secret.expose().to_vec()).unwrap(), found.from))
    }

    #[test]
    fn the_first_source_that_is_given_wins() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let (file, account) = (at("file"), at("account"));
        written(&file, 0o600, "file\n");
        written(&account, 0o600, "account\n");
        written(&at("mailxport.password"), 0o644, "credential\n");
        written(&at(".netrc"), 0o600, "machine h.example login ada password netrc\n");
        let variables: Variables<'_> = &[
            ("MAILXPORT_PASSWORD", Path::new("variable\nsecond")),
            ("CREDENTIALS_DIRECTORY", dir.path()),
            ("HOME", dir.path()),
        ];
        let stated = Secret::new(b"stated".to_vec());
        let mut wanted = Wanted::new(Kind::Password, "ada", "h.example");
        wanted.account = Some(Account {
            name: "work",
            secret: Some(&stated),
            file: Some(&account),
            command: Some("echo run"),
        });
        (wanted.file, wanted.command, wanted.prompt) = (Some(file.as_path()), Some("echo command"), true);
        let mut expect = |secret: &str, from: &str, rest: Variables<'_>, next: fn(&mut Wanted<'_>)| {
            assert_eq!(fetched(&wanted, rest), Ok((secret.to_owned(), from.to_owned())));
            next(&mut wanted);
        };
        expect("file", "--password-file", variables, |w| w.file = None);
        expect("command", "--password-command", variables, |w| w.command = None);
        expect("variable", "MAILXPORT_PASSWORD", variables, |w| w.environment = None);
        expect("account", "password-file of the account work", variables, |w| {
            w.account.iter_mut().for_each(|account| account.file = None);
        });
        expect("run", "password-command of the account work", variables, |w| {
            w.account.iter_mut().for_each(|account| account.command = None);
        });
        expect("stated", "password of the account work", variables, |w| {
            w.account.iter_mut().for_each(|account| account.secret = None);
        });
        expect("credential", "$CREDENTIALS_DIRECTORY/mailxport.password", variables, |w| {
            w.credentials_name = "missing";
        });
        let netrc = at(".netrc").to_string_lossy().into_owned();
        expect("netrc", &netrc, variables, |w| w.netrc = false);
        expect("asked", "a prompt", variables, |w| w.prompt = false);
        assert_eq!(fetched(&wanted, variables).unwrap_err().0, 2);
    }

    #[test]
    fn what_is_given_and_of_no_use_is_not_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let (empty, open) = (at("empty"), at("open"));
        written(&empty, 0o600, "\nsecond\n");
        written(&open, 0o644, "pencil\n");
        let ada = Wanted { netrc: false, ..Wanted::new(Kind::Password, "ada", "h.example") };
        let fallback: Variables<'_> = &[("MAILXPORT_PASSWORD", Path::new("pencil"))];
        for (wanted, variables, exit) in [
            (Wanted { file: Some(&empty), ..ada }, fallback, 2),
            (Wanted { file: Some(&open), ..ada }, fallback, 36),
            (Wanted { file: Some(Path::new("/nowhere/at-all")), ..ada }, fallback, 37),
            (Wanted { command: Some("true"), ..ada }, fallback, 43),
            (Wanted { prompt: true, ..ada }, &[("MAILXPORT_PASSWORD", Path::new(""))], 2),
            (Wanted { prompt: true, user: "tim", ..ada }, &[], 2),
            (Wanted { prompt: true, user: "eve", ..ada }, &[], 23),
            (Wanted { prompt: true, user: "bob", ..ada }, &[], 2),
            (ada, &[("CREDENTIALS_DIRECTORY", Path::new("/nowhere"))], 2),
        ] {
            assert_eq!(fetched(&wanted, variables).map_err(|(exit, _)| exit), Err(exit), "{wanted:?}");
        }
    }

    #[test]
    fn a_netrc_file_is_refused_only_for_what_it_has() {
        let dir = tempfile::tempdir().unwrap();
        let (file, home) = (dir.path().join("netrc"), dir.path().join("home"));
        let entry = "machine h.example login ada password pencil\n";
        let ada = Wanted::new(Kind::Password, "ada", "h.example");
        let bob = Wanted { user: "bob", ..ada };
        let set: Variables<'_> = &[("NETRC", &file), ("HOME", &home)];
        for (mode, text, wanted, exit) in [
            (0o600, entry, ada, None),
            (0o644, entry, ada, Some(36)),
            (0o644, entry, bob, Some(2)),
            (0o600, "machine h.example login ada password \"\"", ada, Some(2)),
            (0o600, "machine h.example login \"ada", ada, Some(43)),
        ] {
            written(&file, mode, text);
            assert_eq!(fetched(&wanted, set).err().map(|(exit, _)| exit), exit, "{mode:o} {text}");
        }
        // $NETRC stands for the one at home, and a home that is none has no file.
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&home).unwrap();
        written(&home.join(".netrc"), 0o600, entry);
        assert_eq!(fetched(&ada, set).unwrap_err().0, 2);
        assert_eq!(fetched(&ada, &set[1..]).unwrap().0, "pencil");
        assert_eq!(fetched(&ada, &[("HOME", Path::new("/dev/null"))]).unwrap_err().0, 2);
    }

    #[test]
    fn who_has_none_is_told_the_ways() {
        let (_, told) = fetched(&Wanted::new(Kind::Password, "ada", "h.example"), &[]).unwrap_err();
        for way in
            ["ada at h.example", "--password-file", "--password-command", "MAILXPORT_PASSWORD", "netrc"]
        {
            assert!(told.contains(way), "{told}");
        }
        let (_, told) = fetched(&Wanted::new(Kind::Token, "ada", "h.example"), &[]).unwrap_err();
        for way in ["there is no token", "--token-file", "--token-command", "MAILXPORT_TOKEN"] {
            assert!(told.contains(way), "{told}");
        }
    }
}
