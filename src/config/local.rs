//! What the file says about this machine: its name in mail, and whom its bare names stand for.

use super::aliases::{self, Aliases, Entry};
use crate::net::host;
use crate::terms::address::domain_name;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::printable::path_name;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Keys at the top of the file that are about this machine.
pub const MAILNAME: &str = "mailname";
pub const ALIASES: &str = "aliases";
pub const ALIASES_FILE: &str = "aliases-file";
pub const KEYS: [&str; 3] = [MAILNAME, ALIASES, ALIASES_FILE];

/// A setting with the line it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    pub value: T,
    pub line: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Local {
    /// The domain of bare names.
    pub mailname: Option<Placed<String>>,
    pub aliases: Option<Placed<Vec<Alias>>>,
    pub aliases_file: Option<Placed<PathBuf>>,
}

/// A bare name, and for whom it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    pub name: String,
    pub entries: Vec<Entry>,
}

/// Octets that a file of aliases may have.
const LONGEST: u64 = 1024 * 1024;

impl Local {
    /// The domain of bare names: the one that is set, that of /etc/mailname, or the name of this host.
    pub fn mailname(&self) -> String {
        let set = self.mailname.as_ref().map(|name| name.value.clone());
        set.or_else(name_of_the_machine).or_else(host::full_name).unwrap_or_else(short_name)
    }

    /// Whom bare names stand for; reads the file of aliases.
    pub fn aliases(&self, mailname: &str) -> Result<Aliases, Failure> {
        let mut known = self.aliases.as_ref().map_or_else(Vec::new, |aliases| aliases.value.clone());
        if let Some(Placed { value: path, .. }) = &self.aliases_file {
            let text = text_of(path).map_err(|why| {
                let words = format!("{ALIASES_FILE}: {} cannot be read: {why}", path_name(path));
                Failure::new(Stage::Input, Cause::Config(words))
            })?;
            known.extend(aliases::read(&text));
        }
        Ok(Aliases { known, mailname: mailname.to_owned() })
    }
}

fn name_of_the_machine() -> Option<String> {
    let text = std::fs::read_to_string("/etc/mailname").ok()?;
    domain_name(text.lines().next()?.trim()).ok()
}

fn short_name() -> String {
    let uname = rustix::system::uname();
    uname
        .nodename()
        .to_str()
        .ok()
        .and_then(|name| domain_name(name).ok())
        .unwrap_or_else(|| "localhost".to_owned())
}

fn text_of(path: &Path) -> io::Result<String> {
    let kind = |kind: io::ErrorKind| Err(io::Error::from(kind));
    // A pipe would be waited for.
    if !std::fs::metadata(path)?.is_file() {
        return kind(io::ErrorKind::InvalidInput);
    }
    let mut octets = Vec::new();
    File::open(path)?.take(LONGEST + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > LONGEST {
        return kind(io::ErrorKind::FileTooLarge);
    }
    Ok(String::from_utf8_lossy(&octets).into_owned())
}
