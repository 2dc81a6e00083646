//! One message to one resource: the request, redirects of the same origin, and the verdict.
//!
//! Laws: a redirect is followed only where method, body and origin stay what they are (307 and 308, RFC 9110 section 15.4),
//! so that neither mail nor secret goes where nobody sent it. Only a complete head with 2xx to the whole body is a success.

use super::body::{Course, Gate};
use super::exchange::Exchange;
use super::reply::{self, Heard, Output};
use super::request::{Wanted, lines, request};
use super::session;
use crate::message::raw::Raw;
use crate::terms::answer::Answer;
use crate::terms::event::{Event, Observer, Status};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::mask::{self, Form};
use crate::terms::outcome::{Note, Outcome, Verdict};
use crate::terms::plan::Plan;
use crate::terms::resource::Resource;
use crate::terms::tls::TlsFacts;
use crate::watch::brink;
use crate::watch::wait::Watch;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Redirects that are followed.
const MOST_HOPS: usize = 5;

/// A message and where it goes.
#[derive(Debug)]
pub struct Errand {
    /// How to connect; its endpoint is that of the resource.
    pub plan: Plan,
    pub resource: Resource,
    pub wanted: Wanted,
    pub raw: Raw,
}

/// What the road has learnt on its way.
struct Road<'a> {
    errand: Errand,
    tls: Option<Arc<TlsFacts>>,
    notes: Vec<Note>,
    masks: Vec<Form>,
    watch: &'a Arc<Watch>,
    observer: &'a mut dyn Observer,
}

/// Posts the message, once.
pub fn post(errand: Errand, output: Output<'_>, watch: &Arc<Watch>, observer: &mut dyn Observer) -> Outcome {
    let start = Instant::now();
    let masks = errand.resource.secrets().iter().flat_map(mask::forms).collect();
    let mut road = Road { errand, tls: None, notes: Vec::new(), masks, watch, observer };
    let ended = road.go(output);
    let Road { tls, notes, errand, .. } = road;
    let failed = |failure: Failure| Outcome::not_sent(failure.at(&errand.resource.to_string()), Vec::new());
    let outcome = match ended {
        Ok(answer) if answer.is_success() => accepted(answer),
        Ok(answer) => failed(Failure::new(Stage::Post, Cause::Answered(Box::new(answer)))),
        Err(failure) => failed(failure),
    };
    Outcome { tls, notes, elapsed: start.elapsed(), ..outcome }
}

fn accepted(answer: Answer) -> Outcome {
    Outcome {
        verdict: Verdict::Accepted(answer.reply.clone()),
        recipients: Vec::new(),
        failure: None,
        notes: Vec::new(),
        extensions: Vec::new(),
        tls: None,
        answer: Some(Box::new(answer)),
        elapsed: Duration::ZERO,
    }
}

impl Road<'_> {
    /// Asks until an answer is the last one.
    fn go(&mut self, mut output: Output<'_>) -> Result<Answer, Failure> {
        let mut hops = 0;
        loop {
            let Heard { mut answer, location, is_cut, .. } =
                self.ask(output.as_deref_mut().map(|it| it as _))?;
            if is_cut {
                self.notes.push(Note::AnswerCut);
            }
            let base = self.errand.resource.whole();
            let place = location.and_then(|it| reply::resolved(&base, &it));
            let next = place.and_then(|it| Resource::parse(&it).ok());
            answer.location = next.as_ref().map(ToString::to_string);
            let stays = matches!(answer.status(), 307 | 308);
            match next {
                Some(next)
                    if stays
                        && hops < MOST_HOPS
                        && next.is_of_same_origin(&self.errand.resource)
                        && self.errand.raw.rewind() =>
                {
                    hops += 1;
                    brink::leave();
                    self.errand.resource = next;
                    let masks = self.errand.resource.secrets();
                    self.masks.extend(masks.iter().flat_map(mask::forms));
                }
                _ => return Ok(answer),
            }
        }
    }

    /// One request over a wire of its own.
    fn ask(&mut self, output: Output<'_>) -> Result<Heard, Failure> {
        let Errand { plan, resource, wanted, raw } = &mut self.errand;
        let host = plan.endpoint.to_string();
        let asked = request(wanted, resource, raw.size(), false, None)
            .map_err(|why| Failure::new(Stage::Input, Cause::Usage(why)))?;
        let (wire, facts) = session::open(plan, self.watch, self.observer)?;
        if plan.tls.insecure
            && facts.as_ref().is_some_and(|facts| !facts.is_verified())
            && !self.notes.contains(&Note::CertificateUnchecked)
        {
            self.notes.push(Note::CertificateUnchecked);
        }
        self.tls = facts.map(Arc::new);
        for line in lines(&asked, resource) {
            self.observer.note(&Event::Command(&line));
        }
        let course = Course::new(std::mem::replace(raw, Raw::of(Vec::new())), Gate::Open);
        let (result, course) = Exchange::ask(wire, asked, course, plan.limits, self.watch, self.observer);
        let heard = result.map(|(response, exchange)| reply::hear(response, exchange, output, &self.masks));
        // What carried the request is gone, and with it every other hold on the course.
        if let Some(course) = std::rc::Rc::into_inner(course) {
            *raw = course.into_inner().raw;
        }
        if let Ok(heard) = &heard {
            self.observer.note(&Event::Response(&heard.answer.reply));
        }
        self.observer.note(&Event::Status(Status::Disconnected, &host));
        heard
    }
}
