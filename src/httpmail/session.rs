//! A wire to the host of a resource, by the rules of all verbs; the scheme of the URL decides about TLS. It may stay open from
//! one request to the next.
//!
//! Law: a server may leave a connection that stays open at any moment, so that a request on it gets lost. What does no harm is
//! asked again on a new one; what may carry the message goes over one that was seen to stay open, or over a new one.

use crate::net::connect::connect;
use crate::net::link::{Limit, Link};
use crate::net::tls::Securing;
use crate::net::wire::Wire;
use crate::terms::endpoint::Endpoint;
use crate::terms::event::{Event, Observer, Status};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::plan::Plan;
use crate::terms::tls::{Tls, TlsFacts};
use crate::watch::wait::Watch;
use std::sync::Arc;

/// Connects, and turns to TLS where the endpoint has it; the certificate must be for the host of the URL.
pub(super) fn open(
    plan: &Plan,
    host: &str,
    watch: &Arc<Watch>,
    observer: &mut dyn Observer,
) -> Result<(Wire, Option<TlsFacts>), Failure> {
    let (wire, _) = connect(plan, watch, observer).map_err(in_our_words)?;
    if !plan.endpoint.tls_first {
        return Ok((wire, None));
    }
    let securing = Securing::new(&plan.tls, host, Tls::Required).speaking("http/1.1");
    let mut wire = wire.secured_by(securing);
    observer.note(&Event::Status(Status::Securing, host));
    let secured = wire.secure(&mut Limit::new(plan.limits.connect));
    match secured {
        Ok(facts) => {
            observer.note(&Event::Secured(&facts));
            Ok((wire, Some(facts)))
        }
        Err(cause) => {
            if let Some(facts) = wire.distrusted() {
                observer.note(&Event::Distrusted(facts));
            }
            Err(Failure::new(Stage::Secure, cause))
        }
    }
}

/// HTTP has no greeting.
fn in_our_words(failure: Failure) -> Failure {
    match (failure.stage, &failure.cause) {
        (Stage::Greeting, Cause::Closed) => Failure { stage: Stage::Post, ..failure },
        _ => failure,
    }
}

/// Requests over one connection by which a server has shown that it keeps it.
const SHOWN: usize = 3;

/// A connection between two requests.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) wire: Wire,
    pub(super) tls: Option<Arc<TlsFacts>>,
    pub(super) endpoint: Endpoint,
    /// Those that went over it.
    pub(super) requests: usize,
}

/// Keeps a connection for requests that follow each other.
#[derive(Debug, Default)]
pub struct Keep {
    standing: Option<Standing>,
    /// The next request may be asked twice.
    pub(super) may_repeat: bool,
    /// The server left without a word: every further request has a connection of its own.
    is_over: bool,
}

impl Keep {
    /// True where a connection is to be left: it is of no use for the next request.
    pub(super) fn leaves(&mut self, endpoint: &Endpoint, commits: bool) -> bool {
        let is_fit = |it: &mut Standing| {
            it.endpoint == *endpoint
                && (!commits || it.requests >= SHOWN)
                && matches!(it.wire.has_heard(), Ok(false))
        };
        let leaves = self.standing.as_mut().is_some_and(|it| !is_fit(it));
        leaves && self.leave()
    }

    pub(super) fn take(&mut self) -> Option<Standing> {
        self.standing.take()
    }

    pub(super) fn put(&mut self, standing: Standing) {
        self.standing = Some(standing);
    }

    pub(super) fn is_wanted(&self) -> bool {
        !self.is_over
    }

    pub(super) fn give_up(&mut self) {
        self.is_over = true;
    }

    /// Says farewell; false where there is nobody.
    pub(super) fn leave(&mut self) -> bool {
        self.standing.take().map(|mut it| it.wire.finish()).is_some()
    }
}
