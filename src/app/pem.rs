//! The files in PEM form that options and accounts name: each is read once, before the first packet and under the watch, for
//! it may be a pipe.

use super::gather::all_of;
use super::plan::usage;
use crate::config::secrets::choice;
use crate::message::source::Opened;
use crate::terms::failure::{Cause, Failure, Unfit};
use crate::terms::printable::path_name;
use crate::terms::secret::Secret;
use crate::terms::tls::PemFile;
use crate::watch::wait::Watch;
use std::io::{Error, ErrorKind};
use std::path::Path;
use std::sync::Arc;

/// Reads the file that is `what` in a sentence.
pub(super) fn read(what: &str, path: &Path, watch: &Watch) -> Result<PemFile, Failure> {
    let name = path_name(path).into_owned();
    let unreadable = |why: &Error| usage(format!("{what} {name} cannot be read: {why}"));
    let octets = all_of(Opened::path(path), &name, watch).map_err(|failure| match &failure.cause {
        Cause::Unreadable(why) => unreadable(why),
        Cause::Unfit(Unfit::Directory) => unreadable(&ErrorKind::IsADirectory.into()),
        Cause::Unfit(_) => usage(format!("{what} {name} cannot be read: it is a device")),
        _ => failure,
    })?;
    Ok(PemFile { octets: Arc::new(Secret::new(octets)), name })
}

/// The same of a file that holds the client's key: a secret, which nobody else may be able to read.
pub(super) fn key(what: &str, path: &Path, watch: &Watch) -> Result<PemFile, Failure> {
    let name = path_name(path).into_owned();
    let secret = choice::key_of(path, watch).map_err(|failure| match &failure.cause {
        Cause::Unreadable(why) => usage(format!("{what} {name} cannot be read: {why}")),
        _ => failure,
    })?;
    Ok(PemFile { octets: Arc::new(secret), name })
}
