//! One request of JMAP after another, with one log-on for all of them.
//!
//! Laws: before the submission goes out, nothing that is lost leaves anything open; every answer is read up to a bound.

use super::super::auth::logon::LogOn;
use super::super::page::Page;
use super::super::post::{Errand, Follows, Way, travel};
use super::super::request::{Field, Verb, Wanted};
use super::super::session::Keep;
use super::super::via::manner::Manner;
use super::super::wrap::parcel::Parcel;
use super::problem::Problem;
use crate::terms::answer::{Answer, Inside};
use crate::terms::event::{Event, Observer, Status};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::{Class, Ixp};
use crate::terms::mask::{self, Form};
use crate::terms::outcome::{Note, Outcome};
use crate::terms::plan::Plan;
use crate::terms::reply::Reply;
use crate::terms::resource::Resource;
use crate::terms::tls::TlsFacts;
use crate::watch::wait::Watch;
use reqwest::header::HeaderValue;
use serde_json::Value;
use std::sync::Arc;

/// What is sent to which place.
pub(super) struct Ask {
    pub(super) verb: Verb,
    pub(super) place: Resource,
    pub(super) parcel: Parcel,
    pub(super) content_type: &'static str,
    pub(super) stakes: Stakes,
}

/// What may have come to be where the answer to a request is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stakes {
    /// Nothing that is seen: it may be asked again.
    Nothing,
    Draft,
    /// The message may be on its way.
    Message,
}

/// A success: its answer, and as much of its body as came.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) answer: Answer,
    pub(super) page: Vec<u8>,
    pub(super) is_whole: bool,
    /// Where it was found, behind redirects.
    pub(super) place: Resource,
    masks: Vec<Form>,
}

impl Heard {
    /// Words of the server without what no output may repeat.
    pub(super) fn masked(&self, words: &str) -> String {
        without_secrets(words, &self.masks)
    }
}

fn without_secrets(words: &str, masks: &[Form]) -> String {
    let mut reply = Reply { code: 0, enhanced: None, lines: vec![words.to_owned()] };
    mask::apply(masks, &mut reply);
    reply.lines.pop().unwrap_or_default()
}

/// The way to one server.
pub(super) struct Road<'a> {
    pub(super) plan: Plan,
    pub(super) fields: Vec<Field>,
    pub(super) logon: LogOn,
    masks: Vec<Form>,
    pub(super) tls: Option<Arc<TlsFacts>>,
    pub(super) notes: Vec<Note>,
    /// One connection for all requests, as far as the server keeps it.
    keep: Option<Keep>,
    pub(super) watch: &'a Arc<Watch>,
    pub(super) observer: &'a mut dyn Observer,
}

impl<'a> Road<'a> {
    pub(super) fn new(errand: &Errand, watch: &'a Arc<Watch>, observer: &'a mut dyn Observer) -> Road<'a> {
        let logon = LogOn::new(errand.plan.login.clone(), errand.resource.tls, Manner::default());
        let (plan, fields) = (errand.plan.clone(), errand.wanted.fields.clone());
        let masks = errand.resource.secrets().iter().flat_map(mask::forms).collect();
        let keep = Some(Keep::default());
        Road { plan, fields, logon, masks, tls: None, notes: Vec::new(), keep, watch, observer }
    }

    /// Leaves the server, where a connection to it stands open.
    pub(super) fn leave(&mut self) {
        if self.keep.take().is_some_and(|mut keep| keep.leave()) {
            let host = self.plan.endpoint.to_string();
            self.observer.note(&Event::Status(Status::Disconnected, &host));
        }
    }

    /// Asks for a document.
    pub(super) fn get(&mut self, place: Resource) -> Result<Heard, Failure> {
        let parcel = Parcel::of(Vec::new());
        self.ask(Ask {
            verb: Verb::Get,
            place,
            parcel,
            content_type: "application/json",
            stakes: Stakes::Nothing,
        })
        .0
    }

    /// Makes calls.
    pub(super) fn call(&mut self, place: &Resource, calls: &Value, stakes: Stakes) -> Result<Heard, Failure> {
        let (place, parcel) = (place.clone(), Parcel::of(calls.to_string().into_bytes()));
        self.ask(Ask { verb: Verb::Post, place, parcel, content_type: "application/json", stakes }).0
    }

    /// One request; what was carried is given back.
    pub(super) fn ask(&mut self, ask: Ask) -> (Result<Heard, Failure>, Parcel) {
        let Ask { verb, place, parcel, content_type, stakes } = ask;
        let commits = stakes == Stakes::Message;
        let mut fields = vec![Field::of("accept", "application/json")];
        fields.extend(self.fields.iter().cloned());
        let wanted = Wanted { verb, content_type: HeaderValue::from_static(content_type), fields };
        let (service, told, way) = (None, Arc::default(), Way::Straight);
        let plan = self.plan.clone();
        let mut keep = self.keep.take().unwrap_or_default();
        keep.may_repeat = stakes == Stakes::Nothing;
        let keep = Some(keep);
        let mut errand = Errand { plan, resource: place, wanted, parcel, service, told, way, commits, keep };
        let mut page = Page::default();
        let follows = if verb == Verb::Get { Follows::Reading } else { Follows::SameOrigin };
        self.logon.begin();
        let output: Option<&mut dyn std::io::Write> = Some(&mut page);
        let mut outcome = travel(&mut errand, &mut self.logon, follows, output, self.watch, self.observer);
        self.tls = outcome.tls.take().or(self.tls.take());
        let is_whole = !outcome.notes.contains(&Note::AnswerCut);
        for note in outcome.notes.drain(..).filter(|note| *note != Note::AnswerCut) {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        let Errand { resource: place, parcel, keep, .. } = errand;
        self.keep = keep;
        // What answered a challenge is as little to be repeated as the password is.
        let masks: Vec<Form> = self.masks.iter().chain(&self.logon.masks).cloned().collect();
        let result = match (outcome.failure.take(), outcome.answer.take()) {
            (Some(failure), _) => Err(in_words_of(failure, &page.0, commits, &masks)),
            (None, Some(answer)) => Ok(Heard { answer: *answer, page: page.0, is_whole, place, masks }),
            (None, None) => {
                Err(Failure::new(Stage::Post, Cause::Bug("a success without an answer".to_owned())))
            }
        };
        (result, parcel)
    }
}

/// A failure with what the body of a refusal says; a gateway that lost its server lost nothing before the submission.
fn in_words_of(mut failure: Failure, page: &[u8], commits: bool, masks: &[Form]) -> Failure {
    let is_unknown = Ixp::of(&failure).class() == Class::Unknown;
    if let Cause::Answered(answer) = &mut failure.cause {
        if let Some(problem) = Problem::of_page(page) {
            answer.reply.lines.push(without_secrets(&problem.words, masks));
            // 401, 403, 404 and 5xx say more than "limit" or "notRequest" do.
            if answer.status() == 400 {
                answer.inside = Some(problem.inside);
            }
        }
        if is_unknown && !commits {
            answer.inside = Some(Inside::Named("IXP_E_CONN"));
        }
    }
    failure
}

/// A refusal inside a success.
pub(super) fn refused(heard: &Heard, inside: Inside, words: &str) -> Failure {
    let Heard { answer, place, .. } = heard;
    let lines = answer.reply.lines.iter().cloned().chain([heard.masked(words)]).collect();
    let reply = Reply { lines, ..answer.reply.clone() };
    let answer = Answer { reply, inside: Some(inside), ..answer.clone() };
    Failure::new(Stage::Post, Cause::Answered(Box::new(answer))).at(&place.to_string())
}

/// A failure as what became of the message.
pub(super) fn outcome_of(failure: Failure) -> Outcome {
    Outcome::not_sent(failure, Vec::new())
}
