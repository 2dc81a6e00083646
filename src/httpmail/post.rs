//! One message to one resource: the request, redirects of the same origin, and the verdict.
//!
//! Laws: a redirect is followed only where method, body and origin stay what they are (307 and 308, RFC 9110 section 15.4),
//! so that neither mail nor secret goes where nobody sent it. Only a complete head with 2xx to the whole body is a success.

use super::auth::logon::{LogOn, Next};
use super::body::{Course, Gate};
use super::exchange::Exchange;
use super::jmap::submission::Submission;
use super::reply::{self, Heard, Output};
use super::request::{Wanted, lines, request};
use super::session::{self, Keep, Standing};
use super::via::service::Simple;
use super::wrap::parcel::Parcel;
use crate::terms::address::Address;
use crate::terms::answer::{Answer, Inside};
use crate::terms::endpoint::Place;
use crate::terms::event::{Event, Observer, Status};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::Class;
use crate::terms::mask::{self, Form};
use crate::terms::outcome::{Fate, Note, Outcome, Verdict};
use crate::terms::plan::Plan;
use crate::terms::resource::Resource;
use crate::terms::tls::TlsFacts;
use crate::watch::brink;
use crate::watch::wait::Watch;
use reqwest::header::{HeaderMap, LOCATION};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Redirects that are followed.
const MOST_HOPS: usize = 5;

/// Octets from which on a body waits for `100 Continue`.
const LARGE: u64 = 1024 * 1024;

/// A message and where it goes.
#[derive(Debug)]
pub struct Errand {
    /// How to connect; its endpoint is that of the resource.
    pub plan: Plan,
    pub resource: Resource,
    pub wanted: Wanted,
    pub parcel: Parcel,
    /// The service that judges its answer; none where the status is all.
    pub service: Option<Arc<Simple>>,
    /// The recipients that the service is told.
    pub told: Arc<Vec<Address>>,
    pub way: Way,
    /// The server may have the message once the last octet is out.
    pub commits: bool,
    /// The connection is kept for further requests; without it each has its own.
    pub keep: Option<Keep>,
}

impl Errand {
    /// A message that goes straight to its place, over a connection of its own, and by whose status all is told.
    pub fn of(plan: Plan, resource: Resource, wanted: Wanted, parcel: Parcel) -> Errand {
        let (service, told, way, keep) = (None, Arc::default(), Way::Straight, None);
        Errand { plan, resource, wanted, parcel, service, told, way, commits: true, keep }
    }
}

/// How a message comes to its place.
#[derive(Clone, Debug)]
pub enum Way {
    Straight,
    /// The URL is the root of a mailbox, which names the place for messages.
    Discovered,
    /// The URL is a session of JMAP.
    Jmap(Box<Submission>),
}

/// Which redirects are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follows {
    SameOrigin,
    /// Those within the origin, whatever they make of the method: something is read.
    Reading,
    /// All that stay under TLS: the request carries no message.
    Anywhere,
}

impl Follows {
    fn may(self, status: u16, here: &Resource, next: &Resource) -> bool {
        let is_any = matches!(status, 301 | 302 | 303 | 307 | 308);
        match self {
            Follows::SameOrigin => matches!(status, 307 | 308) && next.is_of_same_origin(here),
            Follows::Reading => is_any && next.is_of_same_origin(here),
            Follows::Anywhere => is_any && (next.tls || !here.tls),
        }
    }

    /// True where the head of an answer sends on to a place that is followed.
    fn sends_on(self, status: u16, fields: &HeaderMap, here: &Resource) -> bool {
        let place = fields.get(LOCATION).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let place = place.and_then(|it| reply::resolved(&here.whole(), &it));
        place.and_then(|it| Resource::parse(&it).ok()).is_some_and(|next| self.may(status, here, &next))
    }
}

/// What the road has learnt on its way.
struct Road<'a> {
    errand: &'a mut Errand,
    follows: Follows,
    tls: Option<Arc<TlsFacts>>,
    notes: Vec<Note>,
    masks: Vec<Form>,
    logon: &'a mut LogOn,
    /// The server does not know `Expect`.
    expects_nothing: bool,
    /// Redirects that were followed.
    hops: usize,
    watch: &'a Arc<Watch>,
    observer: &'a mut dyn Observer,
}

/// Posts the message, once.
pub fn post(
    errand: &mut Errand,
    output: Output<'_>,
    watch: &Arc<Watch>,
    observer: &mut dyn Observer,
) -> Outcome {
    let manner = errand.service.as_ref().map(|it| it.manner.clone()).unwrap_or_default();
    let mut logon = LogOn::new(errand.plan.login.clone(), errand.resource.tls, manner);
    travel(errand, &mut logon, Follows::SameOrigin, output, watch, observer)
}

/// Asks by these rules until it is decided.
pub(super) fn travel(
    errand: &mut Errand,
    logon: &mut LogOn,
    follows: Follows,
    output: Output<'_>,
    watch: &Arc<Watch>,
    observer: &mut dyn Observer,
) -> Outcome {
    let start = Instant::now();
    let masks = errand.resource.secrets().iter().flat_map(mask::forms).collect();
    let (tls, notes, expects_nothing) = (None, Vec::new(), false);
    let mut road =
        Road { errand, follows, tls, notes, masks, logon, expects_nothing, hops: 0, watch, observer };
    let ended = road.go(output);
    let Road { tls, notes, errand, logon, .. } = road;
    let failed = |failure: Failure| {
        let outcome = Outcome::not_sent(failure.at(&errand.resource.to_string()), Vec::new());
        let recipients = fates(&errand.told, &outcome);
        Outcome { recipients, ..outcome }
    };
    let outcome = match ended {
        Ok(answer) if answer.is_success() => accepted(answer, &errand.told),
        Ok(answer) => {
            let refused_us = answer.status() == 401 && logon.has_tried();
            let stage = if refused_us { Stage::Login } else { Stage::Post };
            failed(Failure::new(stage, Cause::Answered(Box::new(answer))))
        }
        Err(failure) => failed(failure),
    };
    Outcome { tls, notes, elapsed: start.elapsed(), ..outcome }
}

/// What became of those whom the service was told.
fn fates(told: &[Address], outcome: &Outcome) -> Vec<(Address, Fate)> {
    let reply = outcome.failure.as_ref().and_then(Failure::reply).cloned().map(Arc::new);
    let inside = outcome.answer.as_ref().and_then(|answer| answer.inside.as_ref());
    let fate = |one: &Address| match (&outcome.verdict, inside, &reply) {
        (Verdict::Unknown, ..) => Fate::Unknown,
        (Verdict::Partial(_), Some(Inside::Partial(refused)), Some(reply)) => {
            let is_in = |all: &[Address], one: &Address| all.iter().any(|it| it.same_mailbox(one));
            match (is_in(refused, one), refused.is_empty() || !refused.iter().all(|it| is_in(told, it))) {
                (true, _) => Fate::Refused(Arc::clone(reply)),
                // It counts them, or names others.
                (false, true) => Fate::Unknown,
                (false, false) => Fate::Accepted(Arc::clone(reply)),
            }
        }
        (Verdict::Refused(_), Some(_), Some(reply)) => match outcome.ixp().class() {
            Class::Temporary => Fate::Deferred(Arc::clone(reply)),
            _ => Fate::Refused(Arc::clone(reply)),
        },
        _ => Fate::Untried,
    };
    told.iter().map(|one| (one.clone(), fate(one))).collect()
}

fn accepted(answer: Answer, told: &[Address]) -> Outcome {
    let reply = Arc::new(answer.reply.clone());
    Outcome {
        verdict: Verdict::Accepted(answer.reply.clone()),
        recipients: told.iter().map(|one| (one.clone(), Fate::Accepted(Arc::clone(&reply)))).collect(),
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
        loop {
            let Heard { mut answer, location, is_cut, fields, .. } =
                self.ask(output.as_deref_mut().map(|it| it as _))?;
            if is_cut {
                self.notes.push(Note::AnswerCut);
            }
            if self.goes_on(&answer, &fields)? {
                continue;
            }
            let base = self.errand.resource.clone();
            let place = location.and_then(|it| reply::resolved(&base.whole(), &it));
            let next = place.and_then(|it| Resource::parse(&it).ok());
            answer.location = next.as_ref().map(ToString::to_string);
            match next {
                Some(next)
                    if self.follows.may(answer.status(), &base, &next)
                        && self.hops < MOST_HOPS
                        && self.errand.parcel.rewind() =>
                {
                    self.hops += 1;
                    brink::leave();
                    self.turn_to(next);
                }
                _ => return Ok(answer),
            }
        }
    }

    /// Goes on at another place; who logs on at one origin is nobody at another.
    fn turn_to(&mut self, next: Resource) {
        let Errand { plan, resource, .. } = &mut *self.errand;
        if !next.is_of_same_origin(resource) {
            plan.login = None;
            *self.logon = LogOn::nobody();
            if !matches!(plan.endpoint.place, Place::Unix(_)) {
                plan.endpoint = next.endpoint();
            }
            plan.endpoint.tls_first = next.tls;
        }
        self.masks.extend(next.secrets().iter().flat_map(mask::forms));
        *resource = next;
    }

    /// True where the same again may be answered otherwise: with a log-on, or without `Expect`.
    fn goes_on(&mut self, answer: &Answer, fields: &HeaderMap) -> Result<bool, Failure> {
        let again = match answer.status() {
            401 => matches!(self.logon.hear(fields)?, Next::Again),
            417 => !std::mem::replace(&mut self.expects_nothing, true),
            _ => false,
        };
        let goes_on = again && self.errand.parcel.rewind();
        if goes_on {
            brink::leave();
        }
        Ok(goes_on)
    }

    /// A large body, and one that can be given only once, waits for the server's word (RFC 9110 section 10.1.1).
    fn expects(&self) -> bool {
        let parcel = &self.errand.parcel;
        let is_large = parcel.size().is_none_or(|size| size >= LARGE);
        !self.expects_nothing && (is_large || !parcel.can_be_repeated())
    }

    /// The wire for the next request: the one that stands open, or a new one.
    fn wire(&mut self) -> Result<Standing, Failure> {
        let Errand { plan, resource, keep, commits, .. } = &mut *self.errand;
        if let Some(keep) = keep {
            if keep.leaves(&plan.endpoint, *commits) {
                self.observer.note(&Event::Status(Status::Disconnected, &plan.endpoint.to_string()));
            }
            if let Some(standing) = keep.take() {
                return Ok(standing);
            }
        }
        let (wire, facts) = session::open(plan, &resource.host, self.watch, self.observer)?;
        if plan.tls.insecure
            && facts.as_ref().is_some_and(|facts| !facts.is_verified())
            && !self.notes.contains(&Note::CertificateUnchecked)
        {
            self.notes.push(Note::CertificateUnchecked);
        }
        Ok(Standing { wire, tls: facts.map(Arc::new), endpoint: plan.endpoint.clone(), requests: 0 })
    }

    /// One request.
    fn ask(&mut self, output: Output<'_>) -> Result<Heard, Failure> {
        let expects = self.expects();
        let Errand { plan, resource, wanted, parcel, .. } = &mut *self.errand;
        let logon = self.logon.field(wanted.verb.name(), resource.target())?;
        let asked = request(wanted, resource, parcel.size(), expects, logon)
            .map_err(|why| Failure::new(Stage::Input, Cause::Usage(why)))?;
        let (limits, host) = (plan.limits, plan.endpoint.to_string());
        let Standing { wire, tls, endpoint, requests } = self.wire()?;
        let Errand { resource, parcel, commits, .. } = &mut *self.errand;
        self.tls.clone_from(&tls);
        for line in lines(&asked, resource) {
            self.observer.note(&Event::Command(&line));
        }
        let gate = if expects { Gate::Closed } else { Gate::Open };
        let course = Course::new(std::mem::replace(parcel, Parcel::of(Vec::new())), gate, *commits);
        let (result, course) = Exchange::ask(wire, asked, course, limits, self.watch, self.observer);
        let (response, exchange) = match result {
            Ok(answered) => answered,
            Err(failure) => {
                self.take_back(course);
                self.observer.note(&Event::Status(Status::Disconnected, &host));
                return if requests > 0 && self.may_repeat(&failure) {
                    self.ask(output)
                } else {
                    Err(failure)
                };
            }
        };
        let Errand { resource, service, told, keep, .. } = &*self.errand;
        // An answer that is not the last one has a body that nobody wants.
        let (status, fields) = (response.status().as_u16(), response.headers());
        let goes_on = course.borrow().parcel.can_rewind()
            && match status {
                401 => self.logon.may_answer(fields),
                417 => !self.expects_nothing,
                _ => self.hops < MOST_HOPS && self.follows.sends_on(status, fields, resource),
            };
        let judged = service.as_deref().map(|service| (service, told.len()));
        let (output, judged) = if goes_on { (None, None) } else { (output, judged) };
        let keeps = keep.as_ref().is_some_and(Keep::is_wanted);
        let masks = self.masks.iter().chain(&self.logon.masks);
        let mut heard = reply::hear(response, exchange, output, judged, keeps, masks);
        self.take_back(course);
        self.observer.note(&Event::Response(&heard.answer.reply));
        match (&mut self.errand.keep, heard.wire.take()) {
            (Some(keep), Some(wire)) => {
                keep.put(Standing { wire, tls, endpoint, requests: requests + 1 });
            }
            _ => self.observer.note(&Event::Status(Status::Disconnected, &host)),
        }
        Ok(heard)
    }

    /// What carried the request is gone, and with it every other hold on the course.
    fn take_back(&mut self, course: super::body::Shared) {
        if let Some(course) = std::rc::Rc::into_inner(course) {
            self.errand.parcel = course.into_inner().parcel;
        }
    }

    /// True where a connection that stood open was left by the server before it said anything, and to ask again does no harm.
    fn may_repeat(&mut self, failure: &Failure) -> bool {
        let is_gone = matches!(failure.cause, Cause::Closed | Cause::ReadFailed(_) | Cause::WriteFailed(_));
        let Errand { keep: Some(keep), parcel, .. } = &mut *self.errand else { return false };
        let may = is_gone && keep.may_repeat && parcel.rewind();
        if may {
            keep.give_up();
        }
        may
    }
}
