//! Messages and addresses gathered from arguments and files into letters, before the first packet.

use super::choose::{Gate, Opened};
use super::plan::{told, usage};
use crate::cli::send::SendArgs;
use crate::cli::shared::EnvelopeArgs;
use crate::console::voice::name_of;
use crate::delivery::job::{Letter, Turn};
use crate::message::flow::Flow;
use crate::message::header::Header;
use crate::message::open::{Handling, Message, Origin};
use crate::message::source::{self, BLOCK, keep};
use crate::terms::address::{Address, AddressProblem};
use crate::terms::address_list::{Empty, address_list, is_plain, mailbox};
use crate::terms::envelope::{Envelope, Sender, without_duplicates};
use crate::terms::failure::{Cause, Failure, Stage, Unfit};
use crate::terms::find;
use crate::terms::printable::path_name;
use crate::watch::wait::Watch;
use anyhow::Context;
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What letters are made with: the addresses of the command line and the handling of the messages.
#[derive(Debug)]
pub struct Gather {
    sender: Option<Sender>,
    recipients: Arc<Vec<Address>>,
    from_headers: bool,
    handling: Handling,
    max_size: Option<u64>,
    /// Which senders the session is for, where they chose the account.
    gate: Option<Gate>,
    watch: Arc<Watch>,
}

impl Gather {
    /// The envelope is that of the options and the account together.
    pub fn new(
        envelope: &EnvelopeArgs,
        handling: Handling,
        max_size: Option<u64>,
        watch: &Arc<Watch>,
    ) -> Result<Gather, Failure> {
        let from_headers = envelope.recipients_from_headers;
        let sender = sender(envelope)?;
        let recipients = Arc::new(without_duplicates(recipients(envelope, watch)?));
        if recipients.is_empty() && !from_headers {
            return Err(Failure::new(Stage::Input, Cause::NoRecipients).about("the envelope"));
        }
        let (gate, watch) = (None, Arc::clone(watch));
        Ok(Gather { sender, recipients, from_headers, handling, max_size, gate, watch })
    }

    /// Takes only messages of this account.
    pub fn at(self, gate: Option<Gate>) -> Gather {
        Gather { gate, ..self }
    }

    /// Opens a message, judges it, and addresses it.
    pub fn letter(&self, origin: &Origin) -> Result<Letter, Failure> {
        self.address(open(origin, &self.handling, &self.watch)?)
    }

    /// The same before its turn, where nothing is wrong with it.
    pub fn letter_ahead(&self, origin: &Origin) -> Option<Letter> {
        self.address(Message::open_ahead(origin, &self.handling, &self.watch)?).ok()
    }

    /// A stream of which the header block has come.
    pub fn flowing(&self, flow: Flow) -> Result<Letter, Failure> {
        let message = Message::of_flow(flow, &self.handling);
        self.address(message.map_err(|cause| Failure::new(Stage::Input, cause))?)
    }

    /// Judges a message that is open, and addresses it.
    fn address(&self, mut message: Message) -> Result<Letter, Failure> {
        let failed = |cause| Failure::new(Stage::Input, cause);
        if let Some(gate) = &self.gate {
            gate.admit(message.header())?;
        }
        let envelope = self.envelope(message.header())?;
        let recipients: Vec<String> = match self.handling.id_of_content {
            true => envelope.recipients.iter().map(Address::to_string).collect(),
            false => Vec::new(),
        };
        message.name(&envelope.sender.to_string(), &recipients, &self.handling).map_err(failed)?;
        if let (Some(limit), Some(size)) = (self.max_size, message.size())
            && size > limit
        {
            return Err(failed(Cause::TooLarge { size, limit, ours: true }));
        }
        Ok(Letter { envelope, message })
    }

    fn envelope(&self, header: &Header) -> Result<Envelope, Failure> {
        let failed = |cause| Failure::new(Stage::Input, cause);
        let bad_field = |problem| failed(Cause::BadList(problem));
        let sender = match &self.sender {
            Some(sender) => sender.clone(),
            None => match header.sender().map_err(bad_field)? {
                Some(address) => Sender::Mailbox(address),
                None => return Err(failed(Cause::NoSender)),
            },
        };
        if !self.from_headers {
            return Ok(Envelope { sender, recipients: Arc::clone(&self.recipients) });
        }
        let named = header.recipients().map_err(bad_field)?;
        let envelope = Envelope::new(sender, self.recipients.iter().cloned().chain(named));
        if envelope.recipients.is_empty() {
            return Err(failed(Cause::NoRecipients));
        }
        Ok(envelope)
    }
}

pub fn bad(problem: AddressProblem) -> Failure {
    Failure::new(Stage::Input, Cause::BadAddress(problem))
}

/// The sender that the command line names.
pub fn sender(args: &EnvelopeArgs) -> Result<Option<Sender>, Failure> {
    Ok(match args.from.as_deref() {
        None => None,
        Some("" | "<>") => Some(Sender::Null),
        Some(text) => Some(Sender::Mailbox(mailbox(text).map_err(bad)?)),
    })
}

/// The recipients that the command line names, and those of its file.
pub fn recipients(args: &EnvelopeArgs, watch: &Watch) -> Result<Vec<Address>, Failure> {
    let mut recipients = Vec::new();
    for list in &args.to {
        let fault = |problem| fault_of(list, problem, "--to");
        recipients.extend(address_list(list, Empty::Refused).map_err(fault)?);
    }
    if let Some(path) = &args.to_file {
        recipients_of(path, watch, &mut recipients)?;
    }
    Ok(recipients)
}

/// A list is at fault where one of several entries is; a lone or an empty address is at fault itself.
pub fn fault_of(list: &str, problem: AddressProblem, option: &str) -> Failure {
    match problem.text.is_empty() || problem.text.trim() == list.trim() {
        true => bad(problem),
        false => Failure::new(Stage::Input, Cause::BadList(problem)).about(option),
    }
}

/// Standard output is for data: what is written beside it goes to a file.
pub fn no_hyphen(option: &str, path: &Path) -> Result<(), Failure> {
    if path.as_os_str() != "-" {
        return Ok(());
    }
    let what = format!("{option} writes to no '-'");
    Err(Failure::new(
        Stage::Input,
        Cause::Wanting { what, ways: vec!["./- is a file of that name".to_owned()] },
    ))
}

/// Opens the file of `--log`, or what the option is called, to append to it.
pub fn log(option: &str, path: &Path) -> Result<File, Failure> {
    no_hyphen(option, path)?;
    let opened = appendable(path).and_then(|mut log| begin_a_line(path, &mut log).map(|()| log));
    let opened = opened.with_context(|| format!("{} cannot be written", path_name(path)));
    opened.map_err(|problem| usage(told(&problem)))
}

/// True for two names of one regular file.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| path.metadata().ok().filter(Metadata::is_file).map(|it| (it.dev(), it.ino()));
    place(one).is_some_and(|one| place(other) == Some(one))
}

/// Opens a file, or makes it, to append to it; a pipe that nobody reads does not hold the program up.
pub fn appendable(path: &Path) -> std::io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOCTTY;
    let opened = openat(CWD, path, flags | OFlags::NONBLOCK, Mode::from_raw_mode(0o666));
    let opened = opened.map_err(|error| match error {
        Errno::NXIO => std::io::Error::other("nobody reads it"),
        error => error.into(),
    })?;
    // Whoever reads it slowly is waited for.
    rustix::io::ioctl_fionbio(&opened, false)?;
    Ok(File::from(opened))
}

/// What a run left in the middle of a line, because it was ended or the disk was full, spoils no line of this one.
fn begin_a_line(path: &Path, log: &mut File) -> std::io::Result<()> {
    let there = log.metadata()?;
    if !there.is_file() || there.len() == 0 {
        return Ok(());
    }
    let mut last = [0];
    let is_whole = match File::open(path).and_then(|log| log.read_at(&mut last, there.len() - 1)) {
        Ok(1) => last == *b"\n",
        // It may be written and not read.
        _ => true,
    };
    if is_whole { Ok(()) } else { log.write_all(b"\n") }
}

pub fn open(origin: &Origin, handling: &Handling, watch: &Arc<Watch>) -> Result<Message, Failure> {
    Message::open(origin, handling, watch).map_err(|cause| Failure::new(Stage::Input, cause))
}

/// Standard input can be given to one taker only.
pub fn one_taker_of_standard_input(args: &SendArgs) -> Result<(), Failure> {
    let mut takers: Vec<Option<&Path>> = args.files.iter().map(|path| Some(path.as_path())).collect();
    takers.extend([
        args.files_from.as_deref(),
        args.envelope.to_file.as_deref(),
        args.server.password_file.as_deref(),
        args.server.token_file.as_deref(),
        args.server.proxy_password_file.as_deref(),
    ]);
    one_taker(&takers)
}

/// Judges those who may take it.
pub fn one_taker(takers: &[Option<&Path>]) -> Result<(), Failure> {
    if takers.iter().flatten().filter(|path| path.as_os_str() == "-").count() > 1 {
        return Err(usage("standard input ('-') is named more than once, and it can be read only once"));
    }
    Ok(())
}

/// The messages of a run: those of the arguments opened and judged now, those of a list in their turn.
pub fn turns(
    args: &SendArgs,
    gather: &Gather,
    opened: Opened,
    watch: &Arc<Watch>,
) -> Result<Vec<Turn>, Box<(Origin, Failure)>> {
    let mut turns = Vec::new();
    let Opened { messages, list } = opened;
    let mut messages = messages.into_iter().peekable();
    allow_descriptors(args.files.len());
    let mut letter = |origin: &Origin| {
        let opened = messages.next_if(|(opened, _)| opened == origin);
        opened.map(|(_, message)| gather.address(message))
    };
    for path in &args.files {
        let origin = origin(path);
        match letter(&origin).unwrap_or_else(|| gather.letter(&origin)) {
            Ok(letter) => turns.push(Turn::Ready(origin, Box::new(letter))),
            Err(failure) => return Err(Box::new((origin, failure))),
        }
    }
    let list = match list {
        Some(list) => list,
        None => listed(args, watch)?,
    };
    for origin in list {
        match letter(&origin) {
            Some(Ok(letter)) => turns.push(Turn::Ready(origin, Box::new(letter))),
            // It fails in its turn, and alone.
            Some(Err(_)) | None => turns.push(Turn::Later(origin)),
        }
    }
    Ok(turns)
}

/// The paths of `--files-from`.
pub fn listed(args: &SendArgs, watch: &Watch) -> Result<Vec<Origin>, Box<(Origin, Failure)>> {
    let Some(list) = &args.files_from else { return Ok(Vec::new()) };
    let octets = whole(list, watch).map_err(|failure| Box::new((origin(list), failure)))?;
    let lines = octets.split(|&octet| octet == b'\n').filter(|line| !line.is_empty());
    Ok(lines.map(|line| Origin::Path(Path::new(std::ffi::OsStr::from_bytes(line)).to_owned())).collect())
}

pub fn origin(path: &Path) -> Origin {
    if path.as_os_str() == "-" { Origin::StandardInput } else { Origin::Path(path.to_owned()) }
}

/// Every message of the arguments holds a descriptor until its turn.
pub fn allow_descriptors(count: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    let wanted = count as u64 + 64;
    if now.current.is_some_and(|current| current < wanted) {
        let current = Some(now.maximum.map_or(wanted, |maximum| maximum.min(wanted)));
        let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum: now.maximum });
    }
}

fn recipients_of(path: &Path, watch: &Watch, found: &mut Vec<Address>) -> Result<(), Failure> {
    let octets = whole(path, watch)?;
    // Up to the line that is not UTF-8, if there is one.
    let (text, odd) = match String::from_utf8(octets) {
        Ok(text) => (text, None),
        Err(error) => {
            let (end, mut octets) = (error.utf8_error().valid_up_to(), error.into_bytes());
            let start = memchr::memrchr(b'\n', &octets[..end]).map_or(0, |at| at + 1);
            let end = memchr::memchr(b'\n', &octets[end..]).map_or(octets.len(), |at| end + at);
            let odd = octets[start..end].to_vec();
            octets.truncate(start);
            (String::from_utf8(octets).unwrap_or_default(), Some(odd))
        }
    };
    let lines: usize = text.as_bytes().chunks(4096).map(|part| find::count(b'\n', part)).sum();
    found.reserve(lines + 1);
    // The mark that some editors put in front is no part of the first address.
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let (list, mut at, mut from) = (Arc::new(text), 0, mark);
    let text = list.as_str();
    let bad = |at, problem| {
        let about = format!("line {at} of {}", name_of(&origin(path)));
        Failure::new(Stage::Input, Cause::BadList(problem)).about(about)
    };
    while from < text.len() {
        let end = find::memchr(b'\n', &text.as_bytes()[from..]).map_or(text.len(), |length| from + length);
        let line = &text[from..end];
        at += 1;
        let alike = found.last().and_then(|before| Address::parse_alike(&list, from..end, before));
        let read = match alike {
            Some(address) => Some(Ok(address)),
            None if is_plain(line) => Some(Address::parse_in(&list, from..end, found.last())),
            None => on_a_line(line),
        };
        if let Some(address) = read {
            found.push(address.map_err(|problem| bad(at, problem))?);
        }
        from = end + 1;
    }
    let Some(line) = odd else { return Ok(()) };
    let line = String::from_utf8_lossy(&line).into_owned();
    Err(bad(at + 1, AddressProblem { text: line, why: "it is not UTF-8" }))
}

/// The address on a line that may have more than that, or nothing.
fn on_a_line(line: &str) -> Option<Result<Address, AddressProblem>> {
    let line = line.trim();
    let line = line.split_once(" #").map_or(line, |(address, _)| address.trim());
    (!line.is_empty() && !line.starts_with('#')).then(|| mailbox(line))
}

/// Octets that a list of addresses or paths may have.
const LONGEST_LIST: usize = 64 * 1024 * 1024;

/// The whole of a list, from a file, a pipe or standard input.
fn whole(path: &Path, watch: &Watch) -> Result<Vec<u8>, Failure> {
    let opened = match origin(path) {
        Origin::StandardInput => source::Opened::standard_input(),
        Origin::Path(path) => source::Opened::path(&path),
    };
    all_of(opened, &name_of(&origin(path)), watch)
}

/// All that something gives, waited for under the watch.
pub(super) fn all_of(
    opened: Result<source::Opened, Cause>,
    name: &str,
    watch: &Watch,
) -> Result<Vec<u8>, Failure> {
    let failed = |cause| Failure::new(Stage::Input, cause).about(name);
    let source = match opened {
        Ok(source::Opened::File(source)) => source,
        Ok(source::Opened::Stream(stream)) => keep(&stream, watch, |_| ()).map_err(failed)?,
        // An empty list is one.
        Err(Cause::Unfit(Unfit::Empty)) => return Ok(Vec::new()),
        Err(cause) => return Err(failed(cause)),
    };
    // One octet more than there are finds the end.
    let most = source.length().and_then(|length| usize::try_from(length).ok()).unwrap_or(BLOCK) + 1;
    let mut octets = Vec::with_capacity(most.min(LONGEST_LIST));
    loop {
        watch.check().map_err(|halt| failed(halt.cause(Duration::ZERO)))?;
        if octets.len() == octets.capacity() {
            octets.reserve(BLOCK);
        }
        let (room, at) = (octets.capacity() - octets.len(), octets.len() as u64);
        match source.append_at(&mut octets, room, at).map_err(|error| failed(Cause::Unreadable(error)))? {
            0 => return Ok(octets),
            _ if octets.len() > LONGEST_LIST => {
                return Err(failed(Cause::Unreadable(ErrorKind::FileTooLarge.into())));
            }
            _ => {}
        }
    }
}
