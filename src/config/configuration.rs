//! The configuration file: found, opened once, judged and read by that descriptor.

use super::account::Configuration;
use super::key::Key;
use super::page::Page;
use super::place::{self, Around, Place};
use super::secrets::file::{Extent, Opened};
use super::secrets::{choice, credentials};
use super::table;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::printable::path_name;
use crate::watch::wait::Watch;
use std::ffi::OsStr;
use std::path::Path;

/// What was found, and where it was looked for.
#[derive(Debug)]
pub struct Found {
    pub place: Place,
    pub configuration: Option<Configuration>,
}

/// Reads the file that the option, the environment or a usual place names; there may be none in the usual places.
pub fn open(option: Option<&OsStr>, around: &Around, watch: &Watch) -> Result<Found, Failure> {
    let place = place::find(option, around);
    let safe = choice::safe_places_here();
    let configuration = match &place {
        Place::Nowhere => None,
        Place::Named(path) => {
            let opened = Opened::path(path, &safe).map_err(|failure| not_there(path, failure))?;
            Some(read(path, &opened, around, watch)?)
        }
        Place::Usual(paths) => {
            let mut found = None;
            for path in paths {
                if let Some(opened) = credentials::if_there(Opened::path(path, &safe))? {
                    found = Some(read(path, &opened, around, watch)?);
                    break;
                }
            }
            found
        }
    };
    Ok(Found { place, configuration })
}

/// A file that was named is a part of the configuration: where it cannot be read, that is of no use.
fn not_there(path: &Path, failure: Failure) -> Failure {
    match &failure.cause {
        Cause::Unreadable(error) => {
            let why = if error.kind() == std::io::ErrorKind::NotFound {
                "there is none"
            } else {
                "it cannot be read"
            };
            let words = format!("the configuration file {}: {why}", path_name(path));
            Failure::new(Stage::Input, Cause::Config(words))
        }
        _ => failure,
    }
}

fn read(path: &Path, opened: &Opened, around: &Around, watch: &Watch) -> Result<Configuration, Failure> {
    let octets = opened.read(Extent::Whole, watch).map_err(|failure| match failure.cause {
        // It is too long.
        Cause::Usage(words) => Failure::new(Stage::Input, Cause::Config(words)),
        _ => failure,
    })?;
    let text = std::str::from_utf8(octets.all()).map_err(|problem| {
        let line = 1 + memchr::memchr_iter(b'\n', &octets.all()[..problem.valid_up_to()]).count();
        let words = format!("{}:{line}: this is not UTF-8", path_name(path));
        Failure::new(Stage::Input, Cause::Config(words))
    })?;
    let configuration = table::read(&Page { text, path, home: around.home() })?;
    if configuration.accounts.iter().any(|account| account.settings.has(Key::Password)) {
        opened.judge()?;
    }
    Ok(configuration)
}
