//! One message in several transactions, where the server, or whoever sends, wants fewer recipients at a time.
//!
//! Laws: nobody is named again to whom a transaction handed the message; each transaction gets on, or it is the last.

use super::job::Letter;
use crate::message::open::Message;
use crate::terms::address::Address;
use crate::terms::envelope::Envelope;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::outcome::{Fate, Outcome, Verdict};
use crate::terms::plan::Plan;
use crate::terms::reply::Reply;
use crate::watch::brink;

/// Sends a message to all of its recipients, so many at a time as the plan and the server allow, which may have said how many it
/// takes. A server may hang up on a list that
/// goes far beyond what it takes: the transaction behind that is told that it may begin with a session anew.
pub(super) fn in_parts(
    plan: &Plan,
    letter: &mut Letter,
    announced: Option<usize>,
    transaction: &mut dyn FnMut(&Envelope, &mut Message, bool) -> Outcome,
) -> Outcome {
    let may_part = (plan.partial || plan.max_recipients.is_some()) && letter.message.is_measured();
    let limits = [plan.max_recipients, announced].into_iter().flatten().filter(|_| may_part);
    let mut most = limits.min().unwrap_or(usize::MAX);
    let everybody = letter.envelope.recipients.clone();
    let (mut from, mut whole, mut anew) = (0usize, None, false);
    loop {
        let to = from.saturating_add(most).min(everybody.len());
        let mut outcome = if to - from == everybody.len() {
            transaction(&letter.envelope, &mut letter.message, anew)
        } else {
            let some = everybody[from..to].iter().cloned();
            transaction(&Envelope::new(letter.envelope.sender.clone(), some), &mut letter.message, anew)
        };
        anew = false;
        let fitting = fitting(&outcome).filter(|_| may_part);
        match (&outcome.verdict, fitting) {
            // Nothing went out: those who fit go first.
            (Verdict::Refused(_) | Verdict::NotSent, Some(fitting)) => {
                (most, anew) = (fitting, true);
                continue;
            }
            (Verdict::Partial(_), Some(fitting)) => {
                most = fitting;
                from += fitting;
                without_the_rest(&mut outcome, fitting);
            }
            _ => from = to,
        }
        let goes_on = may_go_on(&outcome, plan.partial);
        let so_far = match whole.take() {
            None => outcome,
            Some(before) => both(before, outcome),
        };
        if from == everybody.len() || !goes_on {
            let rest = everybody[from..].iter().map(|address| (address.clone(), Fate::Untried));
            return with_untried(so_far, rest);
        }
        let taken = so_far.recipients.iter().any(|(_, fate)| fate.is_accepted());
        brink::reported(false, taken);
        whole = Some(so_far);
    }
}

/// How many recipients stand in front of the last ones, for whom the transaction had no room; none where it had room for all, or
/// where nobody was in front (RFC 5321 section 4.5.3.1.10).
fn fitting(outcome: &Outcome) -> Option<usize> {
    let failure = outcome.failure.as_ref().filter(|failure| failure.stage == Stage::Rcpt)?;
    if matches!(failure.cause, Cause::Interrupted(_) | Cause::Deadline(_) | Cause::TimedOut(_)) {
        return None;
    }
    let has_no_room = |fate: &Fate| fate.reply().is_some_and(Reply::has_no_room);
    let has_left = |fate: &Fate| fate.reply().is_some_and(|reply| reply.code == 421);
    let is_of_the_rest =
        |(_, fate): &(Address, Fate)| *fate == Fate::Untried || has_no_room(fate) || has_left(fate);
    let recipients = &outcome.recipients;
    let rest = recipients.iter().rposition(|each| !is_of_the_rest(each)).map_or(0, |last| last + 1);
    let at = rest + recipients[rest..].iter().position(|(_, fate)| has_no_room(fate))?;
    (at > 0).then_some(at)
}

/// What the transaction came to for those for whom there was room.
fn without_the_rest(outcome: &mut Outcome, fitting: usize) {
    outcome.recipients.truncate(fitting);
    let fate_of = |is_meant: fn(&Fate) -> bool| outcome.recipients.iter().find(|(_, fate)| is_meant(fate));
    let put_off = fate_of(|fate| matches!(fate, Fate::Deferred(_)));
    let refused = put_off.or_else(|| fate_of(|fate| matches!(fate, Fate::Refused(_))));
    let Some(reply) = refused.and_then(|(_, fate)| fate.reply()) else {
        if let Verdict::Partial(reply) = &outcome.verdict {
            outcome.verdict = Verdict::Accepted(reply.clone());
        }
        outcome.failure = None;
        return;
    };
    let about = outcome.recipients.iter().filter(|(_, fate)| !fate.is_accepted());
    let about: Vec<String> = about.map(|(address, _)| address.to_string()).collect();
    let cause = Cause::Refused(Reply::clone(reply));
    outcome.failure =
        outcome.failure.take().map(|failure| Failure { cause, ..failure }.about(about.join(", ")));
}

/// True where what became of a part says nothing against the next.
fn may_go_on(outcome: &Outcome, partial: bool) -> bool {
    match (&outcome.verdict, &outcome.failure) {
        (Verdict::Accepted(_), _) => true,
        (Verdict::Partial(_), _) => partial,
        (Verdict::Refused(_), Some(failure)) => partial && failure.stage == Stage::Rcpt,
        _ => false,
    }
}

/// What two parts come to.
fn both(mut before: Outcome, after: Outcome) -> Outcome {
    before.recipients.extend(after.recipients);
    before
        .notes
        .extend(after.notes.into_iter().filter(|note| !before.notes.contains(note)).collect::<Vec<_>>());
    for extension in after.extensions {
        if !before.extensions.contains(&extension) {
            before.extensions.push(extension);
        }
    }
    let is_unknown = matches!(after.verdict, Verdict::Unknown);
    before.failure = if is_unknown { after.failure } else { before.failure.or(after.failure) };
    before.verdict = match (before.verdict, after.verdict) {
        (_, Verdict::Unknown) => Verdict::Unknown,
        (Verdict::Accepted(_), Verdict::Accepted(reply)) => Verdict::Accepted(reply),
        (_, Verdict::Accepted(reply) | Verdict::Partial(reply)) => Verdict::Partial(reply),
        (Verdict::Accepted(reply) | Verdict::Partial(reply), _) => Verdict::Partial(reply),
        (before, _) => before,
    };
    before.tls = after.tls.or(before.tls);
    before
}

fn with_untried(mut outcome: Outcome, rest: impl Iterator<Item = (Address, Fate)>) -> Outcome {
    outcome.recipients.extend(rest);
    outcome
}
