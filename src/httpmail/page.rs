//! The body of an answer that is read into memory, up to a bound.

use std::io::{self, Write};

/// The longest answer that is read.
const LONGEST: usize = 256 * 1024;

/// A page that takes so much and no more.
#[derive(Debug, Default)]
pub(super) struct Page(pub(super) Vec<u8>);

impl Write for Page {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.0.len() + octets.len() > LONGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
