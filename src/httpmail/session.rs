//! A wire to the host of a resource, by the rules of all verbs; the scheme of the URL decides about TLS.

use crate::net::connect::connect;
use crate::net::link::{Limit, Link};
use crate::net::tls::Securing;
use crate::net::wire::Wire;
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
