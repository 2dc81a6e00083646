//! `mailxport config init`: three questions, a file, and a check of what was answered.

use super::plan::usage;
use super::{check, guard};
use crate::cli::config::InitArgs;
use crate::cli::root::{Command, Root};
use crate::config::first::{ACCOUNT, Answers, page};
use crate::config::place::{self, Around, Place};
use crate::config::words;
use crate::console::{out, prompt, voice};
use crate::terms::address_list::mailbox;
use crate::terms::endpoint::Server;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::Ixp;
use crate::terms::printable::path_name;
use crate::watch::wait::Watch;
use std::ffi::OsString;
use std::fs::{DirBuilder, exists};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub fn run(args: &InitArgs) -> u8 {
    match written(args) {
        Ok(path) => checked(&path),
        Err(failure) => {
            voice::without_mail(&failure).iter().for_each(|line| out::say(&format!("{line}\n")));
            guard::status(Ixp::of(&failure))
        }
    }
}

/// Asks, and writes the file.
fn written(args: &InitArgs) -> Result<PathBuf, Failure> {
    let path = match place::find(args.config.as_deref().map(Path::as_os_str), &Around::Environment) {
        Place::Named(path) => path,
        Place::Usual(places) => own(places)?,
        Place::Nowhere => return Err(usage("--config names no file")),
    };
    if exists(&path).map_err(|error| unwritable(&path, &error))? {
        let words = format!("{} is there already and stays as it is", path_name(&path));
        return Err(wanting(
            words,
            "'mailxport config show' prints what it says; --config FILE begins another",
        ));
    }
    if !prompt::can_ask() {
        let words = "the questions are asked at a terminal, and there is none".to_owned();
        return Err(wanting(words, "mailxport(5) has an example of the file"));
    }
    let answers = asked(&path)?;
    write(&path, &page(&answers)).map_err(|error| unwritable(&path, &error))?;
    tell(&format!("{} is written. A check of the server follows: it sends nothing.\n\n", path_name(&path)))?;
    Ok(path)
}

/// The place of the caller alone: that of the whole machine, where there is no home, has to be named.
fn own(places: Vec<PathBuf>) -> Result<PathBuf, Failure> {
    let [own, _] = <[PathBuf; 2]>::try_from(places)
        .map_err(|_| wanting("there is no home to write it to".to_owned(), "--config FILE names a place"))?;
    Ok(own)
}

/// The draft beside it is nobody's business.
fn unwritable(path: &Path, error: &io::Error) -> Failure {
    usage(format!("{} cannot be written: {}", path_name(path), voice::os(error)))
}

fn wanting(what: String, way: &str) -> Failure {
    Failure::new(Stage::Input, Cause::Wanting { what, ways: vec![way.to_owned()] })
}

fn asked(path: &Path) -> Result<Answers, Failure> {
    tell(&format!("Three answers make {}.", path_name(path)))?;
    let server = answer("Mail server (HOST, HOST:PORT or a URL): ", &|text| match text {
        "" => Err("there has to be one; sink:DIR keeps messages in a directory".to_owned()),
        text => Server::parse(text).map(drop),
    })?;
    let server = server.unwrap_or_default();
    let needs_none = match Server::parse(&server) {
        Ok(Server::At(endpoint)) => endpoint.user.is_some(),
        _ => true,
    };
    let user = match needs_none {
        true => None,
        false => answer("User there (nothing: no log-on): ", &|text| match text {
            "" => Ok(()),
            text => words::user(text).map_err(str::to_owned),
        })?,
    };
    let from = answer("Your address (nothing: the message says it): ", &|text| match text {
        "" => Ok(()),
        text => mailbox(text).map(drop).map_err(|problem| problem.to_string()),
    })?;
    Ok(Answers { server, user, from })
}

/// Asks until the answer is good; none for nothing.
fn answer(question: &str, judge: &dyn Fn(&str) -> Result<(), String>) -> Result<Option<String>, Failure> {
    let watch = Arc::new(Watch::default());
    loop {
        let line = prompt::line(question, &watch).map_err(no_terminal)?;
        let Some(line) = line else { return Err(Failure::new(Stage::Input, Cause::Unanswered)) };
        let text = line.trim();
        let judged = match text.chars().any(char::is_control) {
            true => Err("it holds a control character".to_owned()),
            false => judge(text),
        };
        match judged {
            Ok(()) => return Ok(Some(text.to_owned()).filter(|text| !text.is_empty())),
            Err(why) => tell(&format!("  {why}"))?,
        }
    }
}

fn tell(words: &str) -> Result<(), Failure> {
    prompt::tell(words).map_err(no_terminal)
}

fn no_terminal(error: io::Error) -> Failure {
    usage(format!("the terminal cannot be asked: {error}"))
}

/// Puts it in place whole, readable by its owner, and never over another.
fn write(path: &Path, page: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut draft = tempfile::Builder::new().prefix(".config").tempfile_in(folder)?;
    draft.write_all(page.as_bytes())?;
    draft.as_file().sync_all()?;
    draft.persist_noclobber(path).map(drop).map_err(|failed| failed.error)
}

/// The check that `mailxport check` would make of it.
fn checked(path: &Path) -> u8 {
    let mut arguments: Vec<OsString> =
        ["mailxport", "check", "--account", ACCOUNT, "--config"].map(Into::into).to_vec();
    arguments.push(path.into());
    match Root::read(&arguments) {
        Ok(Root { command: Command::Check(args) }) => check::run(&args),
        _ => guard::status(Ixp::usage()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_cannot_be_written_to_is_told_without_the_draft() {
        let error = tempfile::NamedTempFile::new_in("no/such/folder");
        let told = voice::without_mail(&unwritable(Path::new("c.toml"), &error.unwrap_err()));
        assert_eq!(told, ["mailxport: error: c.toml cannot be written: no such file or directory"]);
    }
}
