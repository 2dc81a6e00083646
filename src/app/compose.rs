//! `mailxport compose`: options and files to a message on standard output.

use super::gather::{bad, fault_of, one_taker};
use super::guard;
use super::plan::usage;
use super::product;
use crate::cli::compose::{ComposeArgs, OF_CONTENT};
use crate::cli::parts::PartArgs;
use crate::cli::shared::ExitCodes;
use crate::console::{compose as words, out};
use crate::message::compose::fields::{Custom, Head, ONCE, message_id};
use crate::message::compose::identity::content;
use crate::message::compose::leaf::{Kind, Leaf};
use crate::message::compose::media::MediaType;
use crate::message::compose::name::{content_id, file_name};
use crate::message::compose::reply::Thread;
use crate::message::compose::write::{Composition, Supply, Trouble};
use crate::message::open::{Handling, Message};
use crate::message::source::Opened;
use crate::message::stamp;
use crate::net::host;
use crate::terms::address_list::Empty;
use crate::terms::date::Date;
use crate::terms::failure::{Cause, Failure, Signal, Stage, Unfit};
use crate::terms::ixp::Ixp;
use crate::terms::mailbox::{Entry, Mailbox, entries, named_mailbox};
use crate::terms::printable::path_name;
use crate::watch::signals::die_of;
use crate::watch::signals::outlive_limits_on_files;
use crate::watch::wait::Watch;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::time::SystemTime;

pub fn run(args: &ComposeArgs) -> u8 {
    if args.exit_codes == ExitCodes::Sysexits {
        guard::speak_sysexits();
    }
    guard::catch_lack_of_memory();
    // Signals end it as they end any filter; but a limit on files is an error of its output.
    let _ = outlive_limits_on_files();
    let watch = Watch::default();
    let composition = match product::open().and_then(|out| Ok((out, prepare(args, &watch)?))) {
        Ok(ready) => ready,
        Err(failure) => return say(&words::failure(&failure, false), Ixp::of(&failure)),
    };
    let (mut out, composition) = composition;
    let written = composition.write(&watch, &mut out).and_then(|()| out.flush().map_err(Trouble::Output));
    match written {
        Ok(()) => guard::status(Ixp::ok()),
        Err(Trouble::Source(failure)) => say(&words::failure(&failure, true), Ixp::of(&failure)),
        Err(Trouble::Output(error)) => {
            if error.kind() == io::ErrorKind::BrokenPipe {
                // The reader has gone, and knows it.
                die_of(Signal(signal_hook::consts::SIGPIPE));
            }
            let ixp = product::lost(&error);
            say(&[words::UNFINISHED.to_owned()], ixp)
        }
    }
}

fn say(lines: &[String], ixp: Ixp) -> u8 {
    lines.iter().for_each(|line| out::say(&format!("{line}\n")));
    guard::status(ixp)
}

/// Judges all arguments and opens all files.
fn prepare(args: &ComposeArgs, watch: &Watch) -> Result<Composition, Failure> {
    let mut takers = vec![args.text.as_deref(), args.html.as_deref(), args.in_reply_to.as_deref()];
    takers.extend(args.parts.parts.iter().map(|part| Some(part.file.as_path())));
    one_taker(&takers)?;
    let is_taken = takers.iter().flatten().any(|path| is_stdin(path));
    let mut head = head(args, watch)?;
    let mut leaves = Vec::new();
    let parts = args.parts.parts.iter().map(wish).collect::<Result<Vec<_>, Failure>>()?;
    distinct(&parts)?;
    let plain = args.text.as_deref().or((args.html.is_none() && !is_taken).then_some(Path::new("-")));
    for (subtype, path) in [("plain", plain), ("html", args.html.as_deref())] {
        if let Some(path) = path {
            leaves.push(text(subtype, path, args.quiet, watch)?);
        }
    }
    for (part, kind) in args.parts.parts.iter().zip(parts) {
        let opened = if is_stdin(&part.file) { Opened::standard_input() } else { Opened::path(&part.file) };
        let supply = Supply::open(opened).map_err(|cause| about(&part.file, cause))?;
        leaves.push(Leaf { origin: known_as(&part.file), supply, kind });
    }
    if leaves.is_empty() {
        // Standard input is the message that is answered: an answer without words.
        leaves.push(text("plain", Path::new("/dev/null"), args.quiet, watch)?);
    }
    if is_of_content(args) {
        head.message_id = content(&head, &mut leaves, watch)?.id(&domain(&head.from));
    }
    Composition::new(&head, leaves)
}

fn is_of_content(args: &ComposeArgs) -> bool {
    args.message_id.as_deref() == Some(OF_CONTENT)
}

/// The domain of an id that has to be made.
fn domain(from: &Mailbox) -> String {
    let address = from.address.to_string();
    let domain = address.rsplit_once('@').map(|(_, domain)| domain.to_owned());
    domain.or_else(host::full_name).unwrap_or_else(|| "localhost".to_owned())
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn known_as(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { path_name(path).into_owned() }
}

fn about(path: &Path, cause: Cause) -> Failure {
    Failure::new(Stage::Input, cause).about(known_as(path))
}

fn head(args: &ComposeArgs, watch: &Watch) -> Result<Head, Failure> {
    let from = named_mailbox(&args.from).map_err(bad)?;
    let list = |option: &str, lists: &[String]| -> Result<Vec<Entry>, Failure> {
        let mut found = Vec::new();
        for list in lists {
            found.extend(entries(list, Empty::Refused).map_err(|problem| fault_of(list, problem, option))?);
        }
        Ok(found)
    };
    let (to, cc, bcc) = (list("--to", &args.to)?, list("--cc", &args.cc)?, list("--bcc", &args.bcc)?);
    let reply_to = list("--reply-to", &args.reply_to)?;
    if args.subject.as_deref().is_some_and(|subject| subject.chars().any(char::is_control)) {
        return Err(usage("--subject holds a control character"));
    }
    let others = others(args)?;
    let date = match &args.date {
        None => Date::of(SystemTime::now()),
        Some(text) => Date::parse(text).map_err(|why| usage(format!("--date {text:?}: {why}")))?,
    };
    let message_id = match &args.message_id {
        Some(_) if is_of_content(args) => String::new(),
        Some(text) => message_id(text).map_err(|why| usage(format!("--message-id {text:?}: {why}")))?,
        None => stamp::message_id(&domain(&from)),
    };
    let thread = args.in_reply_to.as_deref().map(|path| thread(path, watch)).transpose()?;
    let subject = args.subject.clone();
    Ok(Head { date, from, reply_to, to, cc, bcc, subject, message_id, thread, others })
}

/// The fields of `--header`, none of them there twice that may be there once.
fn others(args: &ComposeArgs) -> Result<Vec<Custom>, Failure> {
    let mut others: Vec<Custom> = Vec::new();
    for text in &args.header {
        let custom = Custom::parse(text).map_err(|why| usage(format!("--header {text:?}: {why}")))?;
        if ONCE.contains(&custom.name.as_str()) {
            if others.iter().any(|other| other.name == custom.name) {
                return Err(usage(format!("--header {text:?}: a message has that field once")));
            }
            if custom.name != "sender" && args.in_reply_to.is_some() {
                return Err(usage(format!("--header {text:?}: --in-reply-to writes that field")));
            }
        }
        others.push(custom);
    }
    Ok(others)
}

/// What the message that is answered says about itself.
fn thread(path: &Path, watch: &Watch) -> Result<Thread, Failure> {
    let origin = super::gather::origin(path);
    let message = Message::open(&origin, &Handling { as_is: false, ..Handling::default() }, watch);
    let message = message.map_err(|cause| about(path, cause))?;
    let thread = Thread::of(message.header());
    thread.ok_or_else(|| usage(format!("{} has no Message-ID that an answer could refer to", known_as(path))))
}

/// What a file is to be in the message.
fn wish(part: &PartArgs) -> Result<Kind, Failure> {
    let controlled = |text: &&String| text.chars().any(char::is_control);
    if let Some(name) = part.name.as_ref().filter(controlled) {
        return Err(usage(format!("--name {name:?} holds a control character")));
    }
    let name = match &part.name {
        Some(name) => file_name(name),
        None if is_stdin(&part.file) => file_name(""),
        None => file_name(&part.file.to_string_lossy()),
    };
    let media = match &part.media {
        Some(text) => MediaType::parse(text).map_err(|why| usage(format!("--type {why}")))?,
        None => MediaType::of_name(&name),
    };
    if !part.inline {
        return Ok(Kind::Attachment { name, media });
    }
    let id = part.cid.clone().unwrap_or_else(|| content_id(&name));
    // What stands between the brackets of an id is what may stand behind cid:.
    if id.is_empty() || id.len() > 250 || content_id(&id.replacen('@', "", 1)) != id.replacen('@', "", 1) {
        return Err(usage(format!("--cid {id:?} is no id: letters, digits and dots are")));
    }
    Ok(Kind::Inline { name, media, id })
}

/// No two inline parts have one id.
fn distinct(parts: &[Kind]) -> Result<(), Failure> {
    let mut seen: Vec<&str> = Vec::new();
    for part in parts {
        if let Kind::Inline { id, .. } = part {
            if seen.contains(&id.as_str()) {
                return Err(usage(format!(
                    "two inline files have the id {id}: --cid gives one of them another"
                )));
            }
            seen.push(id);
        }
    }
    Ok(())
}

/// A text, looked through.
fn text(subtype: &'static str, path: &Path, quiet: bool, watch: &Watch) -> Result<Leaf, Failure> {
    let opened = match is_stdin(path) {
        false => Opened::path(path),
        true => match Opened::standard_input() {
            Err(Cause::Unfit(Unfit::Terminal)) => {
                out::say(words::WAITING);
                io::stdin().as_fd().try_clone_to_owned().map(Opened::Stream).map_err(Cause::Unreadable)
            }
            opened => opened,
        },
    };
    let (supply, looks) = Supply::read(opened, watch).map_err(|cause| about(path, cause))?;
    let origin = known_as(path);
    if looks.charset == "unknown-8bit" && !quiet {
        out::say(&words::unknown_charset(&origin));
    }
    Ok(Leaf { origin, supply, kind: Kind::Text { subtype, looks } })
}
