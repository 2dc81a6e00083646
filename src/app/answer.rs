//! `post --output`: where the body of the answer goes. A file keeps what it has until there is an answer to take its place.

use super::gather::{self, appendable};
use super::plan::{told, usage};
use super::product;
use crate::cli::post::PostArgs;
use crate::terms::failure::Failure;
use crate::terms::printable::path_name;
use anyhow::Context;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// Opens the place that is named; `body` is what is posted.
pub(super) fn output(args: &PostArgs, body: Option<&Path>) -> Result<Option<Box<dyn Write>>, Failure> {
    let Some(path) = &args.request.output else { return Ok(None) };
    if path.as_os_str() == "-" {
        if args.output.json {
            return Err(usage("--json and --output - both want standard output"));
        }
        return Ok(Some(Box::new(product::open()?)));
    }
    if body.is_some_and(|body| gather::is_same_file(body, path)) {
        return Err(usage(format!("{} is posted, and cannot take the answer too", path_name(path))));
    }
    let opened = appendable(path).with_context(|| format!("{} cannot be written", path_name(path)));
    let file = opened.map_err(|problem| usage(told(&problem)))?;
    Ok(Some(Box::new(Place { file, is_begun: false })))
}

/// A file for the answer. It is emptied by the first octet of one, or by the end of one that has none.
#[derive(Debug)]
struct Place {
    file: File,
    is_begun: bool,
}

impl Place {
    fn begin(&mut self) -> io::Result<()> {
        if !self.is_begun && self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
        }
        self.is_begun = true;
        Ok(())
    }
}

impl Write for Place {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.begin()?;
        self.file.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.begin()
    }
}
