//! `--attach` and `--inline`, and the options that belong to the one before them.
//!
//! A file is an argument of its own, so that no character of its name means anything: `--name`, `--type` and `--cid` stand
//! behind it as options.

use super::root::Root;
use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches};
use std::path::PathBuf;

/// The files that go along, in their order.
#[derive(Debug)]
pub struct PartsArgs {
    pub parts: Vec<PartArgs>,
}

/// A file that goes along.
#[derive(Debug, Default)]
pub struct PartArgs {
    pub file: PathBuf,
    pub inline: bool,
    pub name: Option<String>,
    pub media: Option<String>,
    pub cid: Option<String>,
}

#[derive(Debug, Args)]
struct Given {
    /// Attach FILE ('-': standard input); may be repeated
    ///
    /// It goes under its own name, without the path, and with the type that its extension says; application/octet-stream where
    /// that says nothing. --name and --type behind it say otherwise. Its octets stay as they are.
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,

    /// Bring FILE along for the HTML to show; may be repeated
    ///
    /// The HTML refers to it as cid:NAME, where NAME is its name with every character but letters, digits and
    /// !#$&'*+-/=?^_`{|}~. made '_'; --cid behind it gives another.
    #[arg(long, value_name = "FILE", requires = "html")]
    inline: Vec<PathBuf>,

    /// Name the attachment before it
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,

    /// The media type of the attachment before it
    ///
    /// For instance text/csv or 'text/csv; charset=utf-8'. Types of messages and of several parts cannot be attached.
    #[arg(long = "type", value_name = "TYPE")]
    media: Vec<String>,

    /// The id of the inline file before it, for cid:ID
    #[arg(long, value_name = "ID")]
    cid: Vec<String>,
}

/// One of the options at its place on the command line.
enum Word {
    File(PathBuf, bool),
    Name(String),
    Media(String),
    Cid(String),
}

impl Args for PartsArgs {
    fn augment_args(command: Command) -> Command {
        Given::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Given::augment_args_for_update(command)
    }
}

impl FromArgMatches for PartsArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let given = Given::from_arg_matches(matches)?;
        let at = |id: &str| matches.indices_of(id).into_iter().flatten();
        let mut words: Vec<(usize, Word)> = Vec::new();
        words.extend(at("attach").zip(given.attach.into_iter().map(|file| Word::File(file, false))));
        words.extend(at("inline").zip(given.inline.into_iter().map(|file| Word::File(file, true))));
        words.extend(at("name").zip(given.name.into_iter().map(Word::Name)));
        words.extend(at("media").zip(given.media.into_iter().map(Word::Media)));
        words.extend(at("cid").zip(given.cid.into_iter().map(Word::Cid)));
        words.sort_by_key(|(at, _)| *at);
        let mut parts: Vec<PartArgs> = Vec::new();
        for (_, word) in words {
            match (word, parts.last_mut()) {
                (Word::File(file, inline), _) => {
                    parts.push(PartArgs { file, inline, ..PartArgs::default() });
                }
                (Word::Name(name), Some(part)) => once("--name", &mut part.name, name)?,
                (Word::Media(media), Some(part)) => once("--type", &mut part.media, media)?,
                (Word::Cid(cid), Some(part)) if part.inline => once("--cid", &mut part.cid, cid)?,
                (Word::Cid(_), _) => return Err(misplaced("--cid", "--inline")),
                (Word::Name(_), None) => return Err(misplaced("--name", "--attach or --inline")),
                (Word::Media(_), None) => return Err(misplaced("--type", "--attach or --inline")),
            }
        }
        Ok(PartsArgs { parts })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn once(option: &str, place: &mut Option<String>, value: String) -> Result<(), Error> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(wrong(&format!("{option} is given twice for one file"))),
    }
}

fn misplaced(option: &str, others: &str) -> Error {
    wrong(&format!("{option} belongs behind the {others} that it is about"))
}

fn wrong(text: &str) -> Error {
    let error = Error::raw(ErrorKind::ArgumentConflict, text);
    match Root::tree_of("compose") {
        Some(mut compose) => error.format(&mut compose),
        None => error,
    }
}
