//! What a command is run for, on standard output: one that gets nowhere is told of, and is no success.

use super::guard;
use super::plan::usage;
use crate::console::{out, voice};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::Ixp;
use crate::watch::signals::outlive_limits_on_files;
use rustix::fs::OFlags;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

/// Ends a command with its product; without it no status is that of a success.
pub fn end(product: &str, ixp: Ixp) -> u8 {
    let _ = outlive_limits_on_files();
    let lost = hand_over(product).err().filter(|_| ixp == Ixp::ok());
    guard::status(lost.unwrap_or(ixp))
}

/// Writes all of it; where that is not possible, says so and gives the status of it.
pub fn hand_over(product: &str) -> Result<(), Ixp> {
    let mut stream = open().map_err(|failure| {
        voice::without_mail(&failure).iter().for_each(|line| out::say(&format!("{line}\n")));
        Ixp::of(&failure)
    })?;
    match stream.write_all(product.as_bytes()) {
        // A reader that has gone knows it.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(lost(&error)),
        _ => Ok(()),
    }
}

/// Says that standard output takes no more, and gives the status of it.
pub fn lost(error: &io::Error) -> Ixp {
    out::say(&format!("mailxport: error: standard output cannot be written: {}\n", voice::os(error)));
    Ixp::of(&Failure::new(Stage::Input, Cause::NoRoom(io::Error::from(error.kind()))))
}

/// Standard output itself, without the line buffer that is made for people.
pub fn open() -> Result<File, Failure> {
    let failed = |error| Failure::new(Stage::Input, Cause::NoRoom(error)).about("standard output");
    let stdout = File::from(io::stdout().as_fd().try_clone_to_owned().map_err(failed)?);
    // What was closed at the start is /dev/null by now, open for both ways; a shell's >/dev/null is for writing alone.
    let device = |it: std::fs::Metadata| it.rdev();
    let null = std::fs::metadata("/dev/null").map_or(0, device);
    let is_null = null != 0 && stdout.metadata().map(device).is_ok_and(|this| this == null);
    let flags = rustix::fs::fcntl_getfl(&stdout).map_err(|error| failed(error.into()))?;
    match is_null && flags.contains(OFlags::RDWR) {
        true => Err(usage("standard output is closed")),
        false => Ok(stdout),
    }
}
