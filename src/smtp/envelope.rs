//! Sender and recipients: MAIL and RCPT, and what their replies decide.

use super::command::{Command, Declared, mail};
use super::fates::Fates;
use super::flight::{Flight, Landed, in_step, pipelined};
use super::session::{Session, Standing};
use super::way::{Way, data as data_command};
use crate::net::link::Link;
use crate::terms::endpoint::Protocol;
use crate::terms::envelope::Envelope;
use crate::terms::event::Observer;
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::outcome::Fate;
use crate::terms::reply::Reply;
use crate::watch::brink;
use std::sync::Arc;

/// What travels in one flight with an envelope.
#[derive(Default)]
pub(super) struct Load<'a> {
    pub(super) rider: Option<Command>,
    /// A whole message behind the rider, or nothing.
    pub(super) freight: &'a [u8],
}

impl<L: Link> Session<'_, L> {
    /// Announces sender and recipients, up to the go for the message; returns the verdict on one that went along.
    pub(super) fn envelope(
        &mut self,
        envelope: &Envelope,
        declared: Declared,
        way: &Way,
        fates: &mut Fates,
        observer: &mut dyn Observer,
    ) -> Result<Option<Reply>, Failure> {
        if matches!(way, Way::Along { .. }) && self.standing == Standing::Open {
            // A whole message never travels with a RSET that may yet be refused: it could get the last one's recipients.
            self.reset(observer)?;
        }
        let rider = way.rider(self.may_ride(envelope)).map_err(|cause| self.failure(Stage::Data, cause))?;
        let load = Load { rider, freight: way.freight() };
        let landed = self.announce(envelope, declared, load, self.plan.partial, fates, observer)?;
        let judged = self.judge_envelope(envelope, landed, way, fates, observer);
        if matches!(&judged, Err(failure) if !failure.committed) {
            brink::leave();
        }
        judged
    }

    /// Says MAIL and each RCPT, in one flight where that may be, and then with what else is to travel in it.
    pub(super) fn announce(
        &mut self,
        envelope: &Envelope,
        declared: Declared,
        load: Load<'_>,
        beyond_refusals: bool,
        fates: &mut Fates,
        observer: &mut dyn Observer,
    ) -> Result<Landed, Failure> {
        let failed = |cause| Failure::new(Stage::Mail, cause).at(&self.server);
        let dsn = &self.plan.dsn;
        let mail = mail(&envelope.sender, declared, dsn, &self.offered).map_err(failed)?;
        // A message that has its verdict leaves nothing to be taken back: RSET is for servers that forget to forget.
        let needs_reset = self.standing != Standing::Clean && load.freight.is_empty();
        let pipelining = self.offered.pipelining;
        let mut before = Vec::with_capacity(2);
        let mut rider = None;
        if pipelining {
            if needs_reset {
                before.push(Command::new(Stage::Reset, "RSET").map_err(failed)?);
            }
            rider = load.rider;
        } else if needs_reset {
            self.reset(observer)?;
        }
        before.push(mail);
        let flight = Flight { before, recipients: &envelope.recipients, dsn, offered: &self.offered, rider };
        let landed = if pipelining {
            let meanwhile = &mut || fates.lay_out();
            let mut landed = pipelined(&mut self.talk, &flight, load.freight, meanwhile, observer);
            if needs_reset {
                self.reset_landed(&mut landed)?;
            }
            landed
        } else {
            in_step(&mut self.talk, &flight, observer, |command, reply| {
                reply.is_positive() || (beyond_refusals && command.stage == Stage::Rcpt && reply.is_refusal())
            })
        };
        fates.lay_out();
        // A refused sender starts no transaction that would have to be taken back.
        let began = landed.replies.first().is_none_or(|reply| reply.is_positive());
        self.standing = if began { Standing::Open } else { Standing::Done };
        Ok(landed)
    }

    /// Takes the reply to RSET off a flight that had it in front.
    fn reset_landed(&mut self, landed: &mut Landed) -> Result<(), Failure> {
        let first = (!landed.replies.is_empty()).then(|| landed.replies.remove(0));
        let reply = match (first, landed.cut.take()) {
            (Some(reply), cut) => {
                landed.cut = cut;
                Ok(Arc::unwrap_or_clone(reply))
            }
            (None, Some(cause)) => Err(cause),
            (None, None) => Err(Cause::Closed),
        };
        self.judge_reset(reply)
    }

    /// Reads the replies in the order of their commands; ends with the go that may be used, with the reply to a message that
    /// went along, or with the refusal.
    fn judge_envelope(
        &mut self,
        envelope: &Envelope,
        landed: Landed,
        way: &Way,
        fates: &mut Fates,
        observer: &mut dyn Observer,
    ) -> Result<Option<Reply>, Failure> {
        let Landed { replies, cut, delivered } = landed.with_its_reason();
        let mut replies = replies.into_iter();
        let mail = replies.next();
        self.judge_recipients(&mut replies, fates, delivered)?;
        let data = replies.next().map(Arc::unwrap_or_clone);
        let accepted = fates.accepted();
        if let Err(failure) = self.judge_sender(mail, envelope, &cut) {
            let for_nobody = accepted == 0 && fates.all_answered();
            let failure = match for_nobody {
                true => failure,
                false => self.unless_taken(failure, way, data.as_ref(), delivered),
            };
            if failure.committed {
                fates.turn_unanswered(&Fate::Unknown);
                return Err(failure);
            }
            fates.each.iter_mut().for_each(|(_, fate)| *fate = Fate::Untried);
            self.unwanted(data, way, accepted == 0, observer);
            return Err(failure);
        }
        let refused_all = accepted == 0 && fates.all_answered();
        if (refused_all || !self.plan.partial)
            && let Some((_, reply)) = fates.refusal()
        {
            let failure = self.failure(Stage::Rcpt, Cause::Refused(reply.clone()));
            let failure = failure.about(fates.refused_addresses());
            self.unwanted(data, way, accepted == 0, observer);
            return Err(failure);
        }
        if let Some(cause) = cut {
            if delivered {
                fates.turn_unanswered(&Fate::Unknown);
                return Err(self.failure(Stage::Dot, cause).committed());
            }
            let stage = if accepted < fates.each.len() { Stage::Rcpt } else { Stage::Data };
            return Err(self.failure(stage, cause));
        }
        let reply = match (way, data) {
            (Way::Along { .. }, reply) => return Ok(reply),
            (Way::Chunks, _) => return Ok(None),
            (Way::Data, Some(reply)) => Ok(reply),
            (Way::Data, None) => data_command().and_then(|command| self.talk.ask(&command, observer)),
        };
        self.judge_data(reply).map(|()| None)
    }

    /// Gives each recipient the fate that its reply decides.
    pub(super) fn judge_recipients(
        &mut self,
        replies: &mut impl Iterator<Item = Arc<Reply>>,
        fates: &mut Fates,
        delivered: bool,
    ) -> Result<(), Failure> {
        for at in 0..fates.each.len() {
            let Some(reply) = replies.next() else { break };
            if !reply.is_positive() && !reply.is_refusal() {
                self.talk.lost = true;
                let failure = self.failure(Stage::Rcpt, Cause::OutOfPlace(Arc::unwrap_or_clone(reply)));
                let last = replies.nth(fates.each.len() - at - 1);
                if delivered && !last.is_some_and(|last| last.is_refusal()) {
                    fates.turn_unanswered(&Fate::Unknown);
                    return Err(failure.committed());
                }
                return Err(failure);
            }
            fates.each[at].1 = Fate::of(reply);
        }
        Ok(())
    }

    /// What was refused, or lost, before the message that went along with it was answered for: unless the server says that
    /// it took that, or says nothing more.
    fn unless_taken(
        &mut self,
        failure: Failure,
        way: &Way,
        data: Option<&Reply>,
        delivered: bool,
    ) -> Failure {
        let refused = matches!(failure.cause, Cause::Refused(_));
        match (way, data) {
            (Way::Along { .. }, Some(reply)) if !reply.is_refusal() => {
                self.talk.lost = true;
                self.failure(Stage::Dot, Cause::OutOfPlace(reply.clone())).committed()
            }
            _ if delivered && !refused && data.is_none() => failure.committed(),
            _ => failure,
        }
    }

    pub(super) fn judge_sender(
        &mut self,
        mail: Option<Arc<Reply>>,
        envelope: &Envelope,
        cut: &Option<Cause>,
    ) -> Result<(), Failure> {
        match mail {
            Some(reply) if reply.is_positive() => Ok(()),
            Some(reply) if reply.is_refusal() => {
                let about = format!("<{}>", envelope.sender);
                Err(self.failure(Stage::Mail, Cause::Refused(Arc::unwrap_or_clone(reply))).about(about))
            }
            Some(reply) => {
                self.talk.lost = true;
                Err(self.failure(Stage::Mail, Cause::OutOfPlace(Arc::unwrap_or_clone(reply))))
            }
            None => Err(self.failure(Stage::Mail, cut.as_ref().map_or(Cause::Closed, Cause::again))),
        }
    }

    fn judge_data(&mut self, reply: Result<Reply, Cause>) -> Result<(), Failure> {
        let cause = match reply {
            Ok(reply) if reply.code == 354 => return Ok(()),
            Ok(reply) if reply.is_refusal() => Cause::Refused(reply),
            Ok(reply) => {
                self.talk.lost = true;
                Cause::OutOfPlace(reply)
            }
            Err(cause) => cause,
        };
        Err(self.failure(Stage::Data, cause))
    }

    /// Deals with a 354 that must not be used: with no recipient a lone dot ends it, else the connection is dropped.
    fn unwanted(&mut self, data: Option<Reply>, way: &Way, nobody: bool, observer: &mut dyn Observer) {
        let Some(reply) = data else { return };
        // A chunk that came for nobody was answered, and that is all.
        if reply.code != 354 || matches!(way, Way::Along { .. }) {
            self.talk.lost |= !reply.is_refusal();
            return;
        }
        // LMTP answers an end once for each recipient: with none, never.
        if !nobody || self.plan.endpoint.protocol == Protocol::Lmtp {
            self.talk.lost = true;
            return;
        }
        let ended = Command::new(Stage::Reset, ".").and_then(|dot| self.talk.ask(&dot, observer));
        self.talk.lost |= ended.is_err();
    }
}
