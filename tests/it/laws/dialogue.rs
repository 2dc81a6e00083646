//! One dialogue with a server that says anything: how it is played, and the laws that it must keep.

use super::journal::{What, read};
use super::link::{Journal, Memory};
use super::server::{Choices, Server};
use super::{IN_CLEAR, envelope, letter, open, plan};
use mailxport::smtp::session::Session;
use mailxport::terms::event::Deaf;
use mailxport::terms::failure::Stage;
use mailxport::terms::ixp::Class;
use mailxport::terms::outcome::{Fate, Outcome, Verdict};
use std::fs::File;
use std::path::Path;
use std::time::SystemTime;

/// What happens to a message file while it is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    None,
    Cut,
    Grown,
    Touched,
}

#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) recipients: usize,
    pub(crate) octets: usize,
    pub(crate) fault: Break,
    /// The fault comes when the server says 354, else before the message's turn.
    pub(crate) late: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) lmtp: bool,
    pub(crate) pipelining: bool,
    pub(crate) chunking: bool,
    pub(crate) partial: bool,
    pub(crate) calm: usize,
    pub(crate) spite: u8,
    pub(crate) choices: Vec<u8>,
    pub(crate) whims: Vec<u8>,
    pub(crate) letters: Vec<Letter>,
}

impl Run {
    /// The run that any octets stand for.
    pub(crate) fn of(octets: &[u8]) -> Run {
        let (head, rest) = octets.split_at(octets.len().min(12));
        let at = |place: usize| head.get(place).copied().unwrap_or(0);
        let flag = |bit: u8| at(0) & (1 << bit) != 0;
        let letter = |place: usize| Letter {
            recipients: usize::from(at(place) % 5) + 1,
            octets: if at(place) & 0x80 == 0 { usize::from(at(place + 1)) + 1 } else { 140_000 },
            fault: [Break::None, Break::Cut, Break::Grown, Break::Touched][usize::from(at(place + 2) % 4)],
            late: at(place + 2) & 0x80 != 0,
        };
        let letters = (0..usize::from(at(3) % 2) + 1).map(|number| letter(4 + 4 * number)).collect();
        // Every other octet is a choice of the server, the others are whims of the link.
        let (choices, whims) =
            rest.chunks(2).map(|pair| (pair[0], pair.get(1).copied().unwrap_or(0))).unzip();
        Run {
            lmtp: flag(0),
            pipelining: flag(1),
            chunking: flag(2),
            partial: flag(3),
            calm: usize::from(at(1) % 16),
            spite: at(2),
            choices,
            whims: if flag(4) { whims } else { Vec::new() },
            letters,
        }
    }
}

fn damage(path: &Path, fault: Break) {
    let file = File::options().write(true).open(path).unwrap();
    let length = file.metadata().unwrap().len();
    match fault {
        Break::None => return,
        Break::Cut => file.set_len(length - 1).unwrap(),
        Break::Grown => file.set_len(length + 3).unwrap(),
        Break::Touched => {}
    }
    file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
}

/// One message's part of a run.
struct Part {
    outcome: Outcome,
    /// The entries of the journal that belong to it.
    span: std::ops::Range<usize>,
    /// The entry before which its source broke.
    broken_at: Option<usize>,
}

/// Plays a run as the road does: every message in its turn while the session is of use.
fn play(run: &Run) -> (Journal, Vec<Part>) {
    let dir = tempfile::tempdir().unwrap();
    let plan = plan(if run.lmtp { "lmtp://127.0.0.1" } else { "127.0.0.1:25" }, run.partial);
    let server = Server::new(run.lmtp, run.pipelining).in_chunks(run.chunking);
    let server = server.with_spite(run.calm, run.spite, Choices::new(run.choices.clone()));
    let (link, journal) = Memory::new(server, Choices::new(run.whims.clone()));
    let mut parts = Vec::new();
    let Ok(mut session) = Session::open(link, &plan, IN_CLEAR, &mut Deaf) else {
        return (journal, parts);
    };
    for (number, letter_of) in run.letters.iter().enumerate() {
        if !session.is_usable() {
            break;
        }
        let path = dir.path().join(number.to_string());
        std::fs::write(&path, letter(number, letter_of.octets)).unwrap();
        let mut message = open(&path);
        let (fault, mut broken) = (letter_of.fault, letter_of.fault != Break::None);
        match letter_of.late {
            false => damage(&path, fault),
            true => journal.borrow_mut().at_go = Some(Box::new(move || damage(&path, fault))),
        }
        let start = journal.borrow().entries.len();
        let outcome = session.submit(&envelope(letter_of.recipients), &mut message, &mut Deaf);
        let end = journal.borrow().entries.len();
        broken &= journal.borrow_mut().at_go.take().is_none();
        let broken_at = journal.borrow_mut().gone_at.take().or(broken.then_some(start)).filter(|_| broken);
        parts.push(Part { outcome, span: start..end, broken_at });
    }
    session.close(&mut Deaf);
    (journal, parts)
}

/// The message as it must go over the wire behind DATA, written the slow way.
fn on_the_wire(text: &str) -> Vec<u8> {
    let mut wire = String::new();
    for line in text.split_inclusive('\n') {
        wire += if line.starts_with('.') { "." } else { "" };
        wire += line;
    }
    (wire + ".\r\n").into_bytes()
}

fn ensure(holds: bool, law: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(law.to_owned()) }
}

/// Holds one message's outcome against what an onlooker saw.
fn judge(run: &Run, number: usize, part: &Part, told: &[(usize, What)]) -> Result<(), String> {
    let (outcome, letter_of) = (&part.outcome, &run.letters[number]);
    let own: Vec<&What> =
        told.iter().filter(|(at, _)| part.span.contains(at)).map(|(_, what)| what).collect();
    let is_end = |what: &&&What| matches!(what, What::End(octets) if octets != b".\r\n");
    let ends = own.iter().filter(is_end).count();
    let code_of = |what: &What, of: &str| match what {
        What::Reply(verb, code) if verb == of => Some(*code),
        _ => None,
    };
    let end = own.iter().position(|what| is_end(&what));
    let in_span = |(at, what): &&(usize, What)| part.span.contains(at) && is_end(&&what);
    let ended_at = told.iter().find(in_span).map(|(at, _)| *at);
    let behind = end.map_or(&[][..], |end| &own[end + 1..]);
    let finals: Vec<u16> = behind.iter().filter_map(|what| code_of(what, ".")).collect();
    let codes = |verb: &str| own.iter().filter_map(|what| code_of(what, verb)).collect::<Vec<_>>();
    let is_no = |code: &u16| matches!(code / 100, 4 | 5);
    let refused_rcpt = codes("RCPT").iter().any(|code| code / 100 != 2);
    // A message that went along with its envelope is for nobody where the envelope was refused.
    let all_refused = codes("RCPT").len() == letter_of.recipients && codes("RCPT").iter().all(is_no);
    let no_sender = codes("MAIL").iter().all(is_no) && !codes("MAIL").is_empty();
    let envelope_codes = [codes("MAIL"), codes("RCPT")].concat();
    let senseless = |code: &u16| !matches!(code / 100, 2 | 4 | 5);
    let is_odd = envelope_codes.iter().any(senseless);
    let chunked = own.iter().any(|what| matches!(what, What::Command(line) if line.starts_with("BDAT ")));
    let for_nobody = chunked && (all_refused || (no_sender && !is_odd && finals.iter().all(is_no)));
    let alone = chunked && letter_of.recipients == 1;
    let fates =
        |wanted: fn(&Fate) -> bool| outcome.recipients.iter().filter(|(_, fate)| wanted(fate)).count();
    let accepted = fates(Fate::is_accepted);

    ensure(outcome.recipients.len() == letter_of.recipients, "one fate for each recipient")?;
    ensure(ends <= 1, "the end is never written twice")?;
    if let Some(What::End(octets)) = end.map(|end| own[end]) {
        let text = letter(number, letter_of.octets);
        let whole = if chunked { text.into_bytes() } else { on_the_wire(&text) };
        ensure(*octets == whole, "what is ended is whole")?;
    }
    let broken = part.broken_at.is_some_and(|broken| ended_at.is_some_and(|ended| broken <= ended));
    ensure(!broken, "a broken source never gets its end")?;
    ensure(run.partial || !refused_rcpt || ends == 0 || alone, "one refusal sends nothing to anybody")?;
    verdict(run, outcome, end.is_some() && !for_nobody, no_sender || is_odd, &finals)?;
    let temporary = outcome.ixp().class() == Class::Temporary;
    if let Verdict::Refused(reply) = &outcome.verdict {
        ensure(!reply.is_temporary() || temporary, "a 4yz is never permanent")?;
        let deferred = fates(|fate| matches!(fate, Fate::Deferred(_)));
        ensure(accepted > 0 || deferred == 0 || temporary, "a 4yz does not hide behind a permanent code")?;
        let unheard = run.partial && fates(|fate| matches!(fate, Fate::Untried)) > 0;
        let of_rcpt = outcome.failure.as_ref().is_some_and(|failure| failure.stage == Stage::Rcpt);
        ensure(!unheard || !of_rcpt || temporary, "in part, a refusal is for those who were refused")?;
    }
    Ok(())
}

/// What may be said of a message by its end and the replies behind it.
fn verdict(
    run: &Run,
    outcome: &Outcome,
    ended: bool,
    contradicts: bool,
    finals: &[u16],
) -> Result<(), String> {
    let count =
        |wanted: fn(&Fate) -> bool| outcome.recipients.iter().filter(|(_, fate)| wanted(fate)).count();
    let accepted = count(Fate::is_accepted);
    let unknown = count(|fate| matches!(fate, Fate::Unknown));
    let good = finals.iter().filter(|code| *code / 100 == 2).count();
    let decided = finals.iter().take_while(|code| matches!(*code / 100, 2 | 4 | 5)).count();
    let exit = outcome.ixp().exit();
    match &outcome.verdict {
        Verdict::Accepted(_) | Verdict::Partial(_) => {
            ensure(ended && good > 0, "accepted only with a 2yz after the end")?;
            ensure(!run.lmtp || accepted == good, "in LMTP each acceptance has a reply of its own")?;
            ensure(unknown == 0, "nothing is unknown with a verdict")?;
            let all = accepted == outcome.recipients.len();
            ensure(all == matches!(outcome.verdict, Verdict::Accepted(_)), "accepted means all")?;
            ensure(if all { exit == 0 } else { exit == 41 || exit == 42 }, "0 for all, 41 or 42 for some")
        }
        Verdict::Unknown => {
            ensure(ended && exit == 40, "unknown only after the end, and then 40")?;
            ensure(unknown > 0 && decided < finals.len().max(1) + unknown, "unknown has its reason")?;
            ensure(run.lmtp || good == 0 || contradicts, "a 2yz to the end is believed")
        }
        Verdict::Refused(_) | Verdict::NotSent => {
            ensure(!ended || (decided > 0 && good == 0), "after the end only a refusal is certain")?;
            ensure(accepted == 0 && unknown == 0, "no recipient has what was not sent")?;
            ensure(!matches!(exit, 0 | 40 | 41 | 42), "what was not sent has a status that says so")
        }
    }
}

/// Plays a run and holds it against the laws; returns the verdicts.
pub(crate) fn hold(run: &Run) -> Result<Vec<&'static str>, String> {
    let (journal, parts) = play(run);
    let told = read(&journal.borrow().entries, run.lmtp)?;
    for (number, part) in parts.iter().enumerate() {
        judge(run, number, part, &told)
            .map_err(|law| format!("{law}\nmessage {number}: {:?}\n{told:?}", part.outcome))?;
    }
    Ok(parts.iter().map(|part| part.outcome.verdict.name()).collect())
}
