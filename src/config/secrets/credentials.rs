//! The folder of systemd's credentials (`LoadCredential=`): `$CREDENTIALS_DIRECTORY/NAME`.

use super::file::{Extent, Opened};
use crate::terms::failure::{Cause, Failure};
use crate::terms::secret::Secret;
use crate::watch::wait::Watch;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Takes the credential if there is one; a folder without it is none of our business.
pub(super) fn fetch(
    folder: &Path,
    name: &str,
    safe: &[PathBuf],
    watch: &Watch,
) -> Result<Option<Secret>, Failure> {
    let Some(opened) = if_there(Opened::path(&folder.join(name), safe))? else { return Ok(None) };
    opened.judge()?;
    opened.read(Extent::FirstLine, watch).map(|octets| Some(octets.into_secret()))
}

/// Takes a file that does not exist for none.
pub(in crate::config) fn if_there(opened: Result<Opened, Failure>) -> Result<Option<Opened>, Failure> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(failure) => match &failure.cause {
            Cause::Unreadable(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Ok(None)
            }
            _ => Err(failure),
        },
    }
}
