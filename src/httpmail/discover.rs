//! Where an HTTPMail account takes messages: PROPFIND for `sendmsg` at the root of the mailbox, as the original did it.
//!
//! Laws: redirects are followed with method and body kept, for nothing of a message travels here, but never from https to
//! http; a password goes to no other origin than that of the URL. Whatever goes wrong, no message is sent.

use super::auth::logon::LogOn;
use super::multistatus::sendmsg;
use super::page::Page;
use super::post::{Errand, Follows, travel};
use super::reply::resolved;
use super::request::{Verb, Wanted, depth_0};
use super::via::manner::Manner;
use super::wrap::parcel::Parcel;
use crate::terms::endpoint::Place;
use crate::terms::event::Observer;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::ixp::{Class, Ixp};
use crate::terms::outcome::Outcome;
use crate::terms::resource::Resource;
use crate::watch::wait::Watch;
use reqwest::header::HeaderValue;
use std::sync::Arc;

/// What every client of the time asked for, in the order of the original's property types.
const QUESTION: &str = "<?xml version=\"1.0\"?>\r\n\
    <D:propfind xmlns:D=\"DAV:\" xmlns:h=\"http://schemas.microsoft.com/hotmail/\" xmlns:hm=\"urn:schemas:httpmail:\">\r\n\
    <D:prop>\r\n<h:adbar/>\r\n<hm:contacts/>\r\n<hm:inbox/>\r\n<hm:outbox/>\r\n<hm:sendmsg/>\r\n<hm:sentitems/>\r\n\
    <hm:deleteditems/>\r\n<hm:drafts/>\r\n<hm:msgfolderroot/>\r\n<h:maxpoll/>\r\n<h:sig/>\r\n</D:prop>\r\n</D:propfind>\r\n";

/// Turns the errand to the place that the root of the mailbox names.
pub fn discover(
    errand: &mut Errand,
    watch: &Arc<Watch>,
    observer: &mut dyn Observer,
) -> Result<(), Box<Outcome>> {
    let content_type = HeaderValue::from_static("text/xml");
    let wanted = Wanted { verb: Verb::Propfind, content_type, fields: vec![depth_0()] };
    let (plan, resource) = (errand.plan.clone(), errand.resource.clone());
    let mut logon = LogOn::new(plan.login.clone(), resource.tls, Manner::default());
    let parcel = Parcel::of(QUESTION.as_bytes().to_vec());
    let mut question = Errand { commits: false, ..Errand::of(plan, resource, wanted, parcel) };
    let mut page = Page::default();
    let mut outcome = travel(&mut question, &mut logon, Follows::Anywhere, Some(&mut page), watch, observer);
    let Errand { resource: asked, plan, .. } = question;
    let failed = |cause| {
        let failure = Failure::new(Stage::Post, cause).at(&asked.to_string());
        Box::new(Outcome::not_sent(failure, Vec::new()))
    };
    if let Some(failure) = outcome.failure.take() {
        if Ixp::of(&failure).class() == Class::Unknown {
            let status = failure.reply().map_or(0, |reply| reply.code);
            return Err(failed(Cause::LookupFailed(format!("the gateway answers with {status}"))));
        }
        return Err(Box::new(Outcome {
            tls: outcome.tls,
            notes: outcome.notes,
            ..Outcome::not_sent(failure, Vec::new())
        }));
    }
    let place = sendmsg(&String::from_utf8_lossy(&page.0))
        .and_then(|place| resolved(&asked.whole(), &place))
        .and_then(|place| Resource::parse(&place).ok())
        .filter(|place| place.tls || !asked.tls);
    let Some(place) = place else { return Err(failed(Cause::NoSendMessage)) };
    if !place.is_of_same_origin(&errand.resource) {
        errand.plan.login = None;
    }
    errand.plan.tls = plan.tls;
    if !matches!(errand.plan.endpoint.place, Place::Unix(_)) {
        errand.plan.endpoint = place.endpoint();
    }
    errand.plan.endpoint.tls_first = place.tls;
    errand.resource = place;
    Ok(())
}
