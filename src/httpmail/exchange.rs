//! One request and its answer over one wire (RFC 9112), turned until it is decided.
//!
//! Laws: an answer that comes before the body is out is the answer, but for a success: that is believed only once the whole
//! body is out. Who is silent while the source is silent too is waited for; who takes nothing, or has everything and says
//! nothing, has his limit. Whatever went wrong after the last octet is unknown.

use super::body::{self, Course, Freight, Gate};
use super::line;
use super::pipe::Pipe;
use super::turn::Bell;
use crate::net::link::Link;
use crate::net::wire::Wire;
use crate::terms::event::{Event, Observer};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::plan::Limits;
use crate::terms::tls::TlsProblem;
use crate::watch::brink;
use crate::watch::wait::{Halt, Watch};
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, Connection};
use hyper::{Request, Response};
use rustix::event::PollFlags;
use std::cell::RefCell;
use std::future::Future;
use std::os::fd::BorrowedFd;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Interim answers before the real one, and octets and fields that a head may have.
const INTERIM: usize = 20;
const LONGEST_HEAD: usize = 64 * 1024;
const MOST_FIELDS: usize = 256;

/// How long a body waits for `100 Continue` (RFC 9110 section 10.1.1 leaves it to the client).
const PATIENCE: Duration = Duration::from_secs(1);

/// What a wait is for, and so how long it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The head of the answer, while the body travels.
    Head,
    /// The body has to go out though an answer is there.
    Rest,
    /// The body of the answer, until then at most.
    Reply(Option<Instant>),
}

/// A request on its wire.
pub(super) struct Exchange<'a> {
    line: line::Shared,
    course: body::Shared,
    connection: Connection<Pipe, Freight>,
    is_closed: bool,
    bell: Arc<Bell>,
    interim: Arc<AtomicUsize>,
    limits: Limits,
    watch: &'a Watch,
    observer: &'a mut dyn Observer,
    told: u64,
    /// Interim answers that were seen.
    passed: usize,
    began: Instant,
    /// When the last octet was out.
    out_since: Option<Instant>,
}

/// A failure on the way, before it is known where it happened.
type Lost = (Stage, Cause);

impl<'a> Exchange<'a> {
    /// Sends a request and returns the head of its answer; the course is given back whatever happens.
    pub(super) fn ask(
        wire: Wire,
        request: Request<()>,
        course: Course,
        limits: Limits,
        watch: &'a Watch,
        observer: &'a mut dyn Observer,
    ) -> (Result<(Response<Incoming>, Exchange<'a>), Failure>, body::Shared) {
        let line = line::Line::new(wire);
        let course = Rc::new(RefCell::new(course));
        let back = Rc::clone(&course);
        let bell = Arc::new(Bell::default());
        let opened = open(&line, &bell);
        let (mut sender, connection) = match opened {
            Ok(opened) => opened,
            Err(cause) => return (Err(Failure::new(Stage::Post, cause)), back),
        };
        let interim = Arc::new(AtomicUsize::new(0));
        let mut exchange = Exchange {
            line,
            course,
            connection,
            is_closed: false,
            bell,
            interim: Arc::clone(&interim),
            limits,
            watch,
            observer,
            told: 0,
            passed: 0,
            began: Instant::now(),
            out_since: None,
        };
        let mut request = request.map(|()| Freight(Rc::clone(&back)));
        let continued = Arc::new(AtomicUsize::new(0));
        let heard = Arc::clone(&continued);
        hyper::ext::on_informational(&mut request, move |answer| {
            interim.fetch_add(1, Ordering::Relaxed);
            if answer.status().as_u16() == 100 {
                heard.fetch_add(1, Ordering::Relaxed);
            }
        });
        let answered = exchange.drive(Phase::Head, &continued, pin!(sender.send_request(request)));
        let result = match answered {
            Ok(Ok(response)) => exchange.whole(response, &continued),
            Ok(Err(error)) => Err(exchange.cause_of(&error)),
            Err(lost) => Err(lost),
        };
        let result = match result {
            Ok(response) => Ok((response, exchange)),
            Err(lost) => Err(exchange.failure(lost)),
        };
        (result, back)
    }

    /// A success counts once the whole body is out; any other answer counts at once.
    fn whole(
        &mut self,
        response: Response<Incoming>,
        continued: &AtomicUsize,
    ) -> Result<Response<Incoming>, Lost> {
        if !response.status().is_success() || self.is_out() {
            return Ok(response);
        }
        let (line, course) = (Rc::clone(&self.line), Rc::clone(&self.course));
        self.course.borrow_mut().gate = Gate::Open;
        let out = std::future::poll_fn(move |_| match is_out(&line.borrow(), &course.borrow()) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        });
        match self.drive(Phase::Rest, continued, pin!(out)) {
            Ok(()) => Ok(response),
            // It said yes to a part of the message: what it holds, nobody here can know.
            Err((stage, cause)) if stage != Stage::Input => {
                if self.course.borrow().commits {
                    brink::enter();
                }
                self.out_since = Some(Instant::now());
                Err((Stage::Post, cause))
            }
            Err(lost) => Err(lost),
        }
    }

    /// How long the rest of an answer may take where that decides.
    pub(super) fn verdict_limit(&self) -> Duration {
        self.limits.dot
    }

    /// Nothing more of the body goes out: the answer is there.
    pub(super) fn stop_sending(&mut self) {
        self.course.borrow_mut().gate = Gate::Closed;
    }

    /// Turns a future about the body of the answer until it is done, or until it has lasted too long.
    pub(super) fn read<F: Future>(&mut self, future: F, until: Option<Instant>) -> Result<F::Output, Cause> {
        let nothing = AtomicUsize::new(0);
        self.drive(Phase::Reply(until), &nothing, pin!(future)).map_err(|(_, cause)| cause)
    }

    fn drive<F: Future>(
        &mut self,
        phase: Phase,
        continued: &AtomicUsize,
        mut future: Pin<&mut F>,
    ) -> Result<F::Output, Lost> {
        let waker = self.bell.waker();
        let mut context = Context::from_waker(&waker);
        loop {
            self.watch.check().map_err(|halt| self.halted(halt, Duration::ZERO))?;
            self.line.borrow_mut().begin_turn();
            if !self.is_closed {
                self.is_closed = Pin::new(&mut self.connection).poll(&mut context).is_ready();
            }
            self.tell();
            self.pass();
            if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
                return self.trouble().map_or(Ok(done), Err);
            }
            if let Some(trouble) = self.trouble() {
                return Err(trouble);
            }
            if self.open_gate(phase, continued) || self.bell.was_rung() {
                continue;
            }
            let is_over = self.is_closed && !matches!(phase, Phase::Reply(_));
            if is_over || phase == Phase::Rest && self.line.borrow().is_broken {
                return Err((self.stage(), Cause::Closed));
            }
            self.wait(phase)?;
        }
    }

    /// What was heard of an interim answer is nothing of the real one.
    fn pass(&mut self) {
        let passed = self.interim.load(Ordering::Relaxed);
        if passed > std::mem::replace(&mut self.passed, passed) {
            self.line.borrow_mut().has_heard = false;
        }
    }

    /// Something that broke the source, or the wire where no answer can come any more.
    fn trouble(&self) -> Option<Lost> {
        if let Some(cause) = self.course.borrow_mut().problem.take() {
            return Some((Stage::Input, cause));
        }
        if self.interim.load(Ordering::Relaxed) > INTERIM {
            return Some((self.stage(), Cause::NoHttp("it gives interim answers without end".to_owned())));
        }
        None
    }

    /// Opens the gate of the body once the server wants it; true where something changed.
    fn open_gate(&mut self, phase: Phase, continued: &AtomicUsize) -> bool {
        let mut course = self.course.borrow_mut();
        let asked_for = continued.load(Ordering::Relaxed) > 0 || self.began.elapsed() >= PATIENCE;
        let opens = phase == Phase::Head && course.gate == Gate::Closed && asked_for;
        if opens {
            course.gate = Gate::Open;
        }
        opens
    }

    /// Tells of octets that went out, and when all of them were.
    fn tell(&mut self) {
        let (line, course) = (self.line.borrow(), self.course.borrow());
        let out = line.of_body().min(course.given);
        if self.out_since.is_none() && is_out(&line, &course) {
            self.out_since = Some(Instant::now());
            if course.commits {
                self.observer.note(&Event::Committed { dot: false });
            }
        }
        if out > self.told && !course.parcel.is_ours() {
            let increment = out - self.told;
            self.told = out;
            let total = course.parcel.size();
            self.observer.note(&Event::Stream { increment, current: out, total });
        }
    }

    fn is_out(&self) -> bool {
        is_out(&self.line.borrow(), &self.course.borrow())
    }

    fn wait(&mut self, phase: Phase) -> Result<(), Lost> {
        let (line, course) = (self.line.borrow(), self.course.borrow());
        let (until, whole) = match phase {
            Phase::Head if course.gate == Gate::Closed => (Some(self.began + PATIENCE), PATIENCE),
            Phase::Head if self.out_since.is_some() => {
                (self.out_since.map(|since| since + self.limits.dot), self.limits.dot)
            }
            // Whoever waits for the source has all the time there is.
            Phase::Head | Phase::Rest
                if course.waits && line.wants & PollFlags::OUT == PollFlags::empty() =>
            {
                (None, Duration::ZERO)
            }
            Phase::Reply(Some(until)) => (Some(until), self.limits.body),
            Phase::Head | Phase::Rest | Phase::Reply(None) => {
                (Some(line.moved + self.limits.body), self.limits.body)
            }
        };
        let is_gated = phase == Phase::Head && course.gate == Gate::Closed;
        // Behind an answer nothing may be wanted of the wire: what came with it would ring without end.
        let heeds = if phase == Phase::Rest { PollFlags::empty() } else { PollFlags::IN };
        let wire = (line.wire.fd(), line.wants | heeds);
        let source: Option<BorrowedFd<'_>> = course.parcel.waits_for().filter(|_| course.waits);
        let fds: Vec<_> = std::iter::once(wire).chain(source.map(|fd| (fd, PollFlags::IN))).collect();
        match self.watch.wait_any(&fds, until) {
            // Asked for nothing, it can only tell that the other side is gone.
            Ok(ready) if wire.1.is_empty() && ready.first().is_some_and(|flags| !flags.is_empty()) => {
                Err((self.stage(), Cause::Closed))
            }
            Ok(_) => Ok(()),
            Err(Halt::Limit) if is_gated => Ok(()),
            Err(halt) => Err(self.halted(halt, whole)),
        }
    }

    fn halted(&self, halt: Halt, whole: Duration) -> Lost {
        (self.stage(), halt.cause(whole))
    }

    /// Where the request stands.
    fn stage(&self) -> Stage {
        let (line, course) = (self.line.borrow(), self.course.borrow());
        let within = line.of_body() > 0 && !is_out(&line, &course);
        if within { Stage::Body } else { Stage::Post }
    }

    /// What hyper's error was about.
    fn cause_of(&self, error: &hyper::Error) -> Lost {
        if let Some(trouble) = self.trouble() {
            return trouble;
        }
        let problem = self.line.borrow_mut().problem.take();
        if let Some(cause) = problem {
            return (self.stage(), cause);
        }
        let cause = match error {
            error if error.is_parse() && error.to_string().contains("too large") => {
                Cause::NoHttp("its head is too long".to_owned())
            }
            error if error.is_parse() => Cause::NoHttp("it is no answer of HTTP/1.1".to_owned()),
            error if error.is_incomplete_message() && self.line.borrow().has_heard => {
                Cause::NoHttp("it ended before its head did".to_owned())
            }
            _ => Cause::Closed,
        };
        (self.stage(), cause)
    }

    /// Where the server may have the message, nothing but its answer is certain.
    fn failure(&self, (stage, cause): Lost) -> Failure {
        let refused_us = matches!(&cause, Cause::Tls(problem) if is_about_us(problem));
        let out = self.out_since.is_some() || self.is_out();
        if refused_us {
            brink::leave();
            return Failure::new(Stage::Secure, cause);
        }
        if out && stage != Stage::Input {
            let failure = Failure::new(Stage::Post, cause);
            return if self.course.borrow().commits { failure.committed() } else { failure };
        }
        brink::leave();
        // What is under way is not to be read for a whole request, nor waited for.
        self.line.borrow_mut().wire.abandon();
        Failure::new(stage, cause)
    }

    /// Says farewell, where all was said; a request that was answered ahead of its end is broken off. A wire that is to be
    /// kept is given back, where nothing is under way on it in either direction.
    pub(super) fn finish(self, keeps: bool) -> Option<Wire> {
        let Exchange { line, course, connection, .. } = self;
        let out = is_out(&line.borrow(), &course.borrow());
        let is_clear = connection.into_parts().read_buf.is_empty();
        if !out {
            line.borrow_mut().wire.abandon();
            return None;
        }
        if !keeps || !is_clear {
            line.borrow_mut().wire.finish();
            return None;
        }
        let line = Rc::into_inner(line)?.into_inner();
        (line.problem.is_none() && !line.is_broken).then_some(line.wire)
    }
}

/// By TLS 1.3 a server judges a client's certificate when the client has long gone on; it has read nothing then.
fn is_about_us(problem: &TlsProblem) -> bool {
    matches!(problem, TlsProblem::Handshake(words)
        if ["certificate", "unknown c a", "access denied"].iter().any(|part| words.contains(part)))
}

fn is_out(line: &line::Line, course: &Course) -> bool {
    course.on_wire().is_some_and(|octets| line.is_out(octets))
}

type Sender = hyper::client::conn::http1::SendRequest<Freight>;

fn open(line: &line::Shared, bell: &Arc<Bell>) -> Result<(Sender, Connection<Pipe, Freight>), Cause> {
    let mut builder = Builder::new();
    builder.max_buf_size(LONGEST_HEAD).max_headers(MOST_FIELDS).max_header_size(LONGEST_HEAD);
    builder.title_case_headers(true).writev(true);
    let waker = bell.waker();
    let mut handshake = pin!(builder.handshake(Pipe(Rc::clone(line))));
    match handshake.as_mut().poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(Ok(opened)) => Ok(opened),
        Poll::Ready(Err(error)) => Err(Cause::Bug(error.to_string())),
        Poll::Pending => Err(Cause::Bug("HTTP waits before it says anything".to_owned())),
    }
}
