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

/// Ends a command with its product; without it no status is that of a success.
pub fn end(product: &str, ixp: Ixp) -> u8 {
    let _ = outlive_limits_on_files();
    ended(open().map_err(|failure| told(&failure)).and_then(|stream| write(stream, product)), ixp)
}

/// The same of a command whose status alone may be asked for: standard output may be thrown away by being closed.
pub fn end_by_status(product: &str, ixp: Ixp) -> u8 {
    let _ = outlive_limits_on_files();
    ended(hand_over(product), ixp)
}

fn ended(handed_over: Result<(), Ixp>, ixp: Ixp) -> u8 {
    let lost = handed_over.err().filter(|_| ixp == Ixp::ok());
    guard::status(lost.unwrap_or(ixp))
}

/// Writes all of it, if only to where it is thrown away; where that is not possible, says so and gives the status of it.
pub fn hand_over(product: &str) -> Result<(), Ixp> {
    stream().map_err(|failure| told(&failure)).and_then(|stream| write(stream, product))
}

fn write(mut stream: File, product: &str) -> Result<(), Ixp> {
    match stream.write_all(product.as_bytes()) {
        // A reader that has gone knows it.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(lost(&error)),
        _ => Ok(()),
    }
}

fn told(failure: &Failure) -> Ixp {
    voice::without_mail(failure).iter().for_each(|line| out::say(&format!("{line}\n")));
    Ixp::of(failure)
}

/// Says that standard output takes no more, and gives the status of it.
pub fn lost(error: &io::Error) -> Ixp {
    out::say(&format!("mailxport: error: standard output cannot be written: {}\n", voice::os(error)));
    Ixp::of(&Failure::new(Stage::Input, Cause::NoRoom(io::Error::from(error.kind()))))
}

/// Standard output, where it is not closed.
pub fn open() -> Result<File, Failure> {
    let stream = stream()?;
    if is_closed() { Err(usage("standard output is closed")) } else { Ok(stream) }
}

/// Standard output itself, without the line buffer that is made for people.
fn stream() -> Result<File, Failure> {
    let failed = |error| Failure::new(Stage::Input, Cause::NoRoom(error)).about("standard output");
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned().map_err(failed)?))
}

/// What was closed at the start is /dev/null by now, open for both ways; a shell's >/dev/null is for writing alone. A parent that
/// throws everything away opens it for both ways too, and commonly for more than one stream.
pub fn is_closed() -> bool {
    let is_null =
        [is_null_both_ways(io::stdin()), is_null_both_ways(io::stdout()), is_null_both_ways(io::stderr())];
    is_null == [false, true, false]
}

fn is_null_both_ways(stream: impl AsFd) -> bool {
    let null = rustix::fs::stat("/dev/null").map_or(0, |null| null.st_rdev);
    let is_null = null != 0 && rustix::fs::fstat(&stream).is_ok_and(|this| this.st_rdev == null);
    is_null && rustix::fs::fcntl_getfl(&stream).is_ok_and(|flags| flags.contains(OFlags::RDWR))
}
