//! The submission of a message, step by step.
//!
//! Laws: only the object that the server created for the submission is a success; what is lost behind the request for it is
//! unknown, and before it not sent; a draft that this run made does not stay where the message was refused; a message that the
//! account has already is found there, and not submitted twice.

use super::super::post::Errand;
use super::super::request::Verb;
use super::super::wrap::parcel::Parcel;
use super::account::{Account, Lack};
use super::calls::{self, After, Past};
use super::problem::Problem;
use super::road::{Ask, Heard, Road, Stakes, outcome_of, refused};
use crate::terms::address::Address;
use crate::terms::answer::{Answer, Inside};
use crate::terms::envelope::{Envelope, Sender};
use crate::terms::event::Observer;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::Class;
use crate::terms::outcome::{Fate, Note, Outcome, Verdict};
use crate::terms::reply::Reply;
use crate::terms::resource::Resource;
use crate::watch::wait::Watch;
use serde_json::Value;
use std::sync::Arc;
use std::time::Instant;

/// What is to be submitted; the message itself is the parcel of the errand.
#[derive(Clone, Debug)]
pub struct Submission {
    pub envelope: Envelope,
    /// The sender in the header, for an envelope that names none.
    pub author: Option<Address>,
}

/// An email of the account.
struct Email {
    id: String,
    after: After,
    /// This run put it there.
    is_ours: bool,
}

/// Either it goes on, or this is what became of the message.
type Step<T> = Result<T, Box<Outcome>>;

/// Submits the message, once.
pub fn submit(
    errand: &mut Errand,
    submission: &Submission,
    watch: &Arc<Watch>,
    observer: &mut dyn Observer,
) -> Outcome {
    let start = Instant::now();
    let mut road = Road::new(errand, watch, observer);
    let outcome = match go(errand, submission, &mut road) {
        Ok(outcome) => outcome,
        Err(outcome) => *outcome,
    };
    road.leave();
    let Road { tls, notes, .. } = road;
    let recipients = match outcome.recipients.is_empty() {
        true => fates(&submission.envelope, &outcome),
        false => outcome.recipients,
    };
    Outcome { recipients, tls, notes, elapsed: start.elapsed(), ..outcome }
}

fn fates(envelope: &Envelope, outcome: &Outcome) -> Vec<(Address, Fate)> {
    let fate = || match &outcome.verdict {
        Verdict::Unknown => Fate::Unknown,
        Verdict::Accepted(reply) => Fate::Accepted(Arc::new(reply.clone())),
        _ => Fate::Untried,
    };
    envelope.recipients.iter().map(|one| (one.clone(), fate())).collect()
}

fn failed(failure: Failure) -> Box<Outcome> {
    Box::new(outcome_of(failure))
}

fn go(errand: &mut Errand, submission: &Submission, road: &mut Road<'_>) -> Step<Outcome> {
    let account = find(errand, road)?;
    fits(&account, errand, submission)?;
    let seen = road.call(&account.api, &calls::look(&account), Stakes::Nothing).map_err(failed)?;
    let mailboxes = arguments(&seen, 0, "Mailbox/get")?;
    let (drafts, sent) = calls::mailboxes(&mailboxes);
    let sender = match &submission.envelope.sender {
        Sender::Mailbox(address) => Some(address),
        Sender::Null => submission.author.as_ref(),
    };
    let identity = calls::identity(&arguments(&seen, 1, "Identity/get")?, sender).map_err(|known| {
        let who = sender.map_or_else(|| "anybody".to_owned(), |it| format!("<{it}>"));
        let known =
            if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
        let words = format!("the account has no identity for {who}: {known}");
        failed(refused(&seen, Inside::Named("IXP_E_SMTP_REJECTED_SENDER"), &words))
    })?;
    let Some(drafts) = drafts else {
        let words = "the account has no mailbox for drafts, sent messages or incoming ones";
        return Err(failed(refused(&seen, Inside::Refused, words)));
    };
    let blob = upload(errand, &account, road)?;
    let email = import(&account, &blob, &drafts, sent.as_deref(), submission, road)?;
    match email {
        Ok(email) => send(&account, &identity, &email, submission, road),
        Err(outcome) => Ok(*outcome),
    }
}

/// Finds the session, and what it says of the account.
fn find(errand: &Errand, road: &mut Road<'_>) -> Step<Account> {
    let mut place = errand.resource.clone();
    if place.target() == "/" {
        place = Resource::parse(&format!("{}/.well-known/jmap", place.whole().trim_end_matches('/')))
            .map_err(|why| failed(Failure::new(Stage::Post, Cause::Bug(why))))?;
    }
    let session = road.get(place).map_err(failed)?;
    if !session.is_whole {
        return Err(failed(senseless(&session)));
    }
    let lack = match Account::of(&session.page, &session.place) {
        Ok(account) => return Ok(account),
        Err(lack) => lack,
    };
    let (name, words) = match lack {
        Lack::NoSession => ("IXP_E_HTTP_ROOT_PROP_NOT_FOUND", "this is no session of JMAP".to_owned()),
        Lack::NoMail => ("IXP_E_HTTP_ROOT_PROP_NOT_FOUND", "the session has no mail".to_owned()),
        Lack::NoSubmission => {
            ("IXP_E_HTTP_ROOT_PROP_NOT_FOUND", "the session has no submission of mail".to_owned())
        }
        Lack::NotNow => {
            ("IXP_E_HTTP_SERVICE_UNAVAIL", "the account cannot submit mail at the moment".to_owned())
        }
        Lack::Elsewhere(place) => (
            "MXP_E_HTTP_UNEXPECTED_STATUS",
            format!("the session is for another host, where the log-on does not go: {place}"),
        ),
    };
    Err(failed(refused(&session, Inside::Named(name), &words)))
}

/// A size that the server names in advance is compared first.
fn fits(account: &Account, errand: &Errand, submission: &Submission) -> Step<()> {
    let too_large = |size, limit| {
        let cause = Cause::TooLarge { size, limit, ours: false };
        failed(Failure::new(Stage::Post, cause).at(&account.api.to_string()))
    };
    let size = errand.parcel.size().unwrap_or_default();
    let limits = [account.most_upload, account.most_message].into_iter().flatten();
    if let Some(limit) = limits.min().filter(|limit| size > *limit) {
        return Err(too_large(size, limit));
    }
    // The longest request is the one that names all recipients.
    let request = calls::submit(account, "", "", &submission.envelope, &After::Left).to_string().len() as u64;
    match account.most_request.filter(|limit| request + SLACK > *limit) {
        None => Ok(()),
        Some(limit) => {
            let words = format!(
                "the envelope has {} recipients, and a request to {} may have {limit} octets",
                submission.envelope.recipients.len(),
                account.api
            );
            Err(failed(Failure::new(Stage::Input, Cause::Usage(words))))
        }
    }
}

/// Octets of a request that are not known before its ids are.
const SLACK: u64 = 512;

/// The arguments of an answer that must be there.
fn arguments(heard: &Heard, call: usize, method: &str) -> Step<Value> {
    match calls::response(&heard.page, call, method) {
        Some(Ok(arguments)) if heard.is_whole => Ok(arguments),
        Some(Err(problem)) if heard.is_whole => {
            Err(failed(refused(heard, without_doubt(problem.inside), &problem.words)))
        }
        _ => Err(failed(senseless(heard))),
    }
}

/// True where a server may have done what was asked though the request failed.
fn may_be_done(failure: &Failure) -> bool {
    failure.stage == Stage::Post
        && match &failure.cause {
            Cause::Answered(answer) => matches!(answer.status(), 500 | 502 | 504),
            _ => true,
        }
}

/// Before the submission nothing is open.
fn without_doubt(inside: Inside) -> Inside {
    match inside {
        Inside::Named("MXP_E_OUTCOME_UNKNOWN") => Inside::Named("IXP_E_HTTP_INTERNAL_ERROR"),
        other => other,
    }
}

fn senseless(heard: &Heard) -> Failure {
    let words = if heard.is_whole { "this makes no sense in JMAP" } else { "it did not come whole" };
    Failure::new(Stage::Post, Cause::NoHttp(words.to_owned())).at(&heard.place.to_string())
}

/// Uploads the message, and returns its name there.
fn upload(errand: &mut Errand, account: &Account, road: &mut Road<'_>) -> Step<String> {
    let parcel = std::mem::replace(&mut errand.parcel, Parcel::of(Vec::new()));
    let size = parcel.size();
    let ask = Ask {
        verb: Verb::Post,
        place: account.upload.clone(),
        parcel,
        content_type: "message/rfc822",
        stakes: Stakes::Nothing,
    };
    let (heard, parcel) = road.ask(ask);
    errand.parcel = parcel;
    let heard = heard.map_err(failed)?;
    let said: Value = serde_json::from_slice(&heard.page).unwrap_or_default();
    if said["size"].as_u64().is_some_and(|came| Some(came) != size) {
        let words =
            format!("it says that {} octets came, and {} went out", said["size"], size.unwrap_or_default());
        return Err(failed(refused(&heard, Inside::Named("IXP_E_HTTP_INTERNAL_ERROR"), &words)));
    }
    match said["blobId"].as_str() {
        Some(blob) if heard.is_whole => Ok(blob.to_owned()),
        _ => Err(failed(senseless(&heard))),
    }
}

/// The arguments of an answer about an import, which says yes or no; where it says neither, whether there may be a draft.
fn read_import(heard: &Heard) -> Result<Value, (bool, Box<Outcome>)> {
    match calls::response(&heard.page, 0, "Email/import").filter(|_| heard.is_whole) {
        Some(Ok(said)) if said["created"]["m"]["id"].is_string() || said["notCreated"]["m"].is_object() => {
            Ok(said)
        }
        Some(Err(problem)) => {
            let is_in_part = problem.inside == Inside::Named("MXP_E_OUTCOME_UNKNOWN");
            Err((is_in_part, failed(refused(heard, without_doubt(problem.inside), &problem.words))))
        }
        _ => Err((true, failed(senseless(heard)))),
    }
}

/// Makes a draft of the upload, or finds the email that the account has already; that may have gone out.
fn import(
    account: &Account,
    blob: &str,
    drafts: &str,
    sent: Option<&str>,
    submission: &Submission,
    road: &mut Road<'_>,
) -> Step<Result<Email, Box<Outcome>>> {
    let asked = road.call(&account.api, &calls::import(account, blob, drafts), Stakes::Draft);
    let answered = asked.map_err(|failure| (may_be_done(&failure), failed(failure)));
    let (heard, said) = match answered.and_then(|heard| Ok((read_import(&heard)?, heard))) {
        Ok((said, heard)) => (heard, said),
        Err((may_be_there, outcome)) => {
            road.notes.extend(may_be_there.then_some(Note::DraftLeft));
            return Err(outcome);
        }
    };
    let after = || sent.map_or(After::Destroyed, |sent| After::MovedTo(sent.to_owned()));
    if let Some(id) = said["created"]["m"]["id"].as_str() {
        return Ok(Ok(Email { id: id.to_owned(), after: after(), is_ours: true }));
    }
    let not = &said["notCreated"]["m"];
    let problem = Problem::of(not);
    let Some(existing) = problem.existing.filter(|_| problem.kind == "alreadyExists") else {
        return Err(failed(refused(&heard, without_doubt(problem.inside), &problem.words)));
    };
    let heard =
        road.call(&account.api, &calls::history(account, &existing), Stakes::Nothing).map_err(failed)?;
    let place = arguments(&heard, 0, "Email/get")?;
    let submissions = calls::response(&heard.page, 2, "EmailSubmission/get").and_then(Result::ok);
    let email = |after| Ok(Ok(Email { id: existing.clone(), after, is_ours: false }));
    match calls::past(&place, submissions.as_ref(), &submission.envelope, sent) {
        Past::Submitted => {
            road.notes.push(Note::AlreadySubmitted);
            Ok(Err(Box::new(accepted(heard.answer, None, &[]))))
        }
        Past::Sent => {
            let words = "the account has this message already, and it may have been sent";
            Err(failed(refused(&heard, Inside::Named("IXP_E_HTTP_CONFLICT"), words)))
        }
        Past::Draft => email(after()),
        Past::ToOthers | Past::Elsewhere => email(After::Left),
    }
}

/// Submits an email; from here on only the answer tells what became of it.
fn send(
    account: &Account,
    identity: &str,
    email: &Email,
    submission: &Submission,
    road: &mut Road<'_>,
) -> Step<Outcome> {
    let envelope = &submission.envelope;
    let request = calls::submit(account, identity, &email.id, envelope, &email.after);
    let heard = match road.call(&account.api, &request, Stakes::Message) {
        Ok(heard) => heard,
        Err(failure) => return Err(Box::new(given_up(account, email, outcome_of(failure), road))),
    };
    let said = match calls::response(&heard.page, 0, "EmailSubmission/set").filter(|_| heard.is_whole) {
        Some(Ok(said)) => said,
        Some(Err(problem)) => {
            let outcome = outcome_of(refused(&heard, problem.inside, &problem.words));
            return Err(Box::new(given_up(account, email, outcome, road)));
        }
        None => return Err(Box::new(unclear(&heard))),
    };
    let (created, not) = (&said["created"]["s"], &said["notCreated"]["s"]);
    if created.is_object() && not.is_null() {
        if email.after != After::Left && calls::leaves_email(&heard.page) {
            road.notes.push(Note::DraftLeft);
        }
        let fates: Vec<(Address, Fate)> = envelope
            .recipients
            .iter()
            .filter_map(|one| Some((one.clone(), delivery(calls::delivery(created, one)?, &heard)?)))
            .collect();
        let id = created["id"].as_str().map(|id| heard.masked(id));
        return Ok(accepted(heard.answer, id, &with_others(envelope, fates)));
    }
    if !not.is_object() || !created.is_null() {
        return Err(Box::new(unclear(&heard)));
    }
    let problem = Problem::of(not);
    let failure = refused(&heard, problem.inside, &problem.words);
    let reply = failure.reply().cloned().map(Arc::new);
    let mut outcome = outcome_of(failure);
    if let (Some(reply), false) = (reply, problem.recipients.is_empty()) {
        let is_bad = |one: &Address| problem.recipients.iter().any(|bad| bad.same_mailbox(one));
        let fate =
            |one: &Address| if is_bad(one) { Fate::Refused(Arc::clone(&reply)) } else { Fate::Untried };
        outcome.recipients = envelope.recipients.iter().map(|one| (one.clone(), fate(one))).collect();
    }
    Err(Box::new(given_up(account, email, outcome, road)))
}

/// What a server tells of one recipient: the reply of the next one, where it is a refusal; none where it tells nothing.
fn delivery(status: &Value, heard: &Heard) -> Option<Fate> {
    let text = status["smtpReply"].as_str().unwrap_or_default();
    let code = text.get(..3).and_then(|code| code.parse().ok()).filter(|code| (200..600).contains(code))?;
    let words = heard.masked(text[3..].trim_start_matches([' ', '-']));
    let reply = Arc::new(Reply { code, enhanced: None, lines: vec![words] });
    match (status["delivered"].as_str(), code) {
        (Some("no"), 200..=399) => Some(Fate::Refused(reply)),
        _ => Some(Fate::of(reply)),
    }
}

/// Those of whom nothing is told are in the server's hands, as all of them are where it tells nothing.
fn with_others(envelope: &Envelope, told: Vec<(Address, Fate)>) -> Vec<(Address, Fate)> {
    let Some((_, Fate::Refused(_) | Fate::Deferred(_))) = told.iter().find(|(_, fate)| !fate.is_accepted())
    else {
        return Vec::new();
    };
    let taken = Arc::new(Reply { code: 200, enhanced: None, lines: vec!["submitted".to_owned()] });
    let fate = |one: &Address| {
        let told = told.iter().find(|(it, _)| it == one);
        told.map_or_else(|| Fate::Accepted(Arc::clone(&taken)), |(_, fate)| fate.clone())
    };
    envelope.recipients.iter().map(|one| (one.clone(), fate(one))).collect()
}

/// The server has the message: for all, or for those whom it did not refuse.
fn accepted(mut answer: Answer, id: Option<String>, fates: &[(Address, Fate)]) -> Outcome {
    answer.id = id;
    let reply = answer.reply.clone();
    let refused = fates.iter().filter(|(_, fate)| matches!(fate, Fate::Refused(_)));
    let (refused, all) = (refused.count(), fates.len());
    let (verdict, failure) = match fates.iter().any(|(_, fate)| fate.is_accepted()) || fates.is_empty() {
        _ if fates.iter().all(|(_, fate)| fate.is_accepted()) => (Verdict::Accepted(reply), None),
        some => {
            let name = match (some, refused) {
                (true, 0) => "MXP_E_PARTIAL_TRANSIENT",
                (true, _) => "MXP_E_PARTIAL_PERMANENT",
                (false, 0) => "IXP_E_SMTP_451_ERROR_PROCESSING",
                (false, _) => "IXP_E_SMTP_REJECTED_RECIPIENTS",
            };
            answer.inside = Some(Inside::Named(name));
            answer.reply.lines.push(format!("{refused} of {all} recipients were refused"));
            let failure = Failure::new(Stage::Post, Cause::Answered(Box::new(answer.clone())));
            let verdict = if some { Verdict::Partial(reply) } else { Verdict::Refused(reply) };
            (verdict, Some(failure))
        }
    };
    Outcome {
        verdict,
        recipients: fates.to_vec(),
        failure,
        notes: Vec::new(),
        extensions: Vec::new(),
        tls: None,
        answer: Some(Box::new(answer)),
        elapsed: std::time::Duration::ZERO,
    }
}

/// A success that does not say what became of the submission.
fn unclear(heard: &Heard) -> Outcome {
    outcome_of(refused(heard, Inside::Silent, "it does not say what became of the submission"))
}

/// Takes the draft away that this run made, where the server refused the message for certain and can be spoken to.
fn given_up(account: &Account, email: &Email, outcome: Outcome, road: &mut Road<'_>) -> Outcome {
    if !email.is_ours || outcome.ixp().class() == Class::Unknown {
        return outcome;
    }
    let is_spoken_to = matches!(outcome.failure.as_ref().map(|it| &it.cause), Some(Cause::Answered(_)));
    let taken =
        is_spoken_to.then(|| road.call(&account.api, &calls::destroy(account, &email.id), Stakes::Draft));
    let is_gone = matches!(taken, Some(Ok(heard)) if calls::response(&heard.page, 0, "Email/set")
        .is_some_and(|said| said.is_ok_and(|said| said["destroyed"][0] == *email.id)));
    if !is_gone {
        road.notes.push(Note::DraftLeft);
    }
    outcome
}
