//! The road of a check: that of every message up to the envelope, and back.

use super::deliver::open;
use super::survey::{Asked, Survey};
use super::surveyor::Surveyor;
use crate::terms::address::Address;
use crate::terms::envelope::{Envelope, Sender};
use crate::terms::event::Observer;
use crate::terms::failure::Stage;
use crate::terms::plan::Plan;
use crate::watch::wait::Watch;
use std::sync::Arc;

/// Who is asked for, where there is a sender to ask with.
#[derive(Clone, Debug, Default)]
pub struct Errand {
    pub sender: Option<Sender>,
    pub recipients: Vec<Address>,
    /// The Maildir of an embedded sink, as it was named.
    pub sink: Option<String>,
}

/// Goes as far as a message would without being one, and tells what there was to be learnt.
pub fn check(plan: &Plan, errand: &Errand, watch: &Arc<Watch>, observer: &mut dyn Observer) -> Survey {
    let asked = Asked {
        endpoint: plan.endpoint.clone(),
        proxy: plan.proxy.as_ref().map(ToString::to_string),
        tls: plan.tls.clone(),
        user: plan.login.as_ref().map(|login| login.user.clone()),
        sender: errand.sender.clone(),
        partial: plan.partial,
        dsn: plan.dsn.clone(),
        sink: errand.sink.clone(),
    };
    let has_token = plan.login.as_ref().is_some_and(|login| login.is_token);
    let in_clear = plan.login.as_ref().is_some_and(|login| login.in_clear);
    let mut surveyor = Surveyor::new(asked, has_token, in_clear, observer);
    let failure = match open(plan, watch, &mut surveyor) {
        Err(failure) => {
            surveyor.lap(failure.stage);
            Some(failure)
        }
        Ok(mut session) => {
            let mut failure = None;
            if let Some(sender) = &errand.sender {
                let envelope = Envelope::new(sender.clone(), errand.recipients.iter().cloned());
                let probe = session.probe(&envelope, &mut surveyor);
                surveyor.lap(Stage::Mail);
                (surveyor.survey.sender, surveyor.survey.recipients) = (probe.sender, probe.recipients);
                failure = probe.failure;
            }
            session.close(&mut surveyor);
            failure
        }
    };
    surveyor.survey.failure = failure;
    surveyor.finish()
}
