//! One message: MAIL and RCPT, the body, the verdict.
//!
//! Law: accepted only with a 2yz to the final dot; after the dot everything but a refusal is unknown.

use super::body;
use super::capability::Capabilities;
use super::chunk::{self, Allowed};
use super::command::{Command, Declared, mail, rcpt};
use super::fates::{Fates, fate_at_dot, fate_without_message};
use super::flight::{Landed, in_step, pipelined};
use super::session::{Session, Standing};
use crate::message::open::Message;
use crate::net::link::Link;
use crate::terms::endpoint::Protocol;
use crate::terms::envelope::Envelope;
use crate::terms::event::{Event, Observer};
use crate::terms::failure::{Cause, Failure, Stage};
use crate::terms::outcome::{Fate, Outcome, Verdict};
use crate::terms::reply::Reply;
use crate::watch::brink;
use std::time::{Duration, Instant};

impl<L: Link> Session<'_, L> {
    /// Sends one message. Whatever is known of each recipient survives a failure.
    pub fn submit(
        &mut self,
        envelope: &Envelope,
        message: &mut Message,
        observer: &mut dyn Observer,
    ) -> Outcome {
        let start = Instant::now();
        let mut fates = Fates::new(envelope);
        let (declared, notes) = self.declared(envelope, message);
        let ended = self.fit(envelope, message).and_then(|()| self.way(envelope, message)).and_then(|way| {
            let heard = self.envelope(envelope, declared, &way, &mut fates, observer)?;
            if heard.is_none() {
                self.content(message, &way, observer)?;
            }
            self.verdict(heard, &way, &mut fates, observer)
        });
        let mut outcome = match ended {
            Ok(verdict) => self.judged(verdict, fates),
            Err(failure) => {
                if !failure.committed {
                    fates.turn_accepted(&fate_without_message(&failure));
                }
                let failure = self.put_off_rather(failure, &fates);
                Outcome::not_sent(failure, fates.each)
            }
        };
        outcome.notes = notes;
        outcome.extensions = self.used(declared);
        outcome.tls = self.tls.clone();
        outcome.elapsed = start.elapsed();
        outcome
    }

    /// A refusal for good does not hide that a recipient was only put off: the same again may reach that one.
    fn put_off_rather(&self, failure: Failure, fates: &Fates) -> Failure {
        match (&failure.cause, fates.put_off()) {
            (Cause::Refused(reply), Some((address, put_off)))
                if reply.is_permanent() && failure.stage != Stage::Rcpt =>
            {
                Failure {
                    committed: failure.committed,
                    ..self.failure(Stage::Rcpt, Cause::Refused(put_off.clone())).about(address.to_string())
                }
            }
            _ => failure,
        }
    }

    /// Announces sender and recipients, up to the go for the message; returns the verdict on one that went along.
    fn envelope(
        &mut self,
        envelope: &Envelope,
        declared: Declared,
        way: &Way,
        fates: &mut Fates,
        observer: &mut dyn Observer,
    ) -> Result<Option<Reply>, Failure> {
        let commands = self.commands(envelope, declared).map_err(|cause| self.failure(Stage::Mail, cause))?;
        let mut needs_reset = self.standing != Standing::Clean;
        if let Way::Along { .. } = way {
            // A whole message never travels with a RSET that may yet be refused: it could get the last one's recipients.
            if self.standing == Standing::Open {
                self.reset(observer)?;
            }
            needs_reset = false;
        }
        let landed = if self.offered.pipelining {
            let reset = needs_reset.then(|| Command::new(Stage::Reset, "RSET")).transpose();
            let mut flight: Vec<Command> = reset.ok().flatten().into_iter().collect();
            flight.extend(commands);
            flight.extend(
                way.rider(self.may_ride(envelope)).map_err(|cause| self.failure(Stage::Data, cause))?,
            );
            let mut landed = pipelined(&mut self.talk, &flight, way.freight(), observer);
            if needs_reset {
                self.reset_landed(&mut landed)?;
            }
            landed
        } else {
            if needs_reset {
                self.reset(observer)?;
            }
            let partial = self.plan.partial;
            in_step(&mut self.talk, &commands, observer, |command, reply| {
                reply.is_positive() || (partial && command.stage == Stage::Rcpt && reply.is_refusal())
            })
        };
        // A refused sender starts no transaction that would have to be taken back.
        let began = landed.replies.first().is_none_or(Reply::is_positive);
        self.standing = if began { Standing::Open } else { Standing::Done };
        let judged = self.judge_envelope(envelope, landed, way, fates, observer);
        if matches!(&judged, Err(failure) if !failure.committed) {
            brink::leave();
        }
        judged
    }

    /// How the message is to travel.
    fn way(&self, envelope: &Envelope, message: &mut Message) -> Result<Way, Failure> {
        if !(self.offered.chunking && self.plan.chunking) {
            return Ok(Way::Data);
        }
        let along = self.offered.pipelining
            && self.may_ride(envelope)
            && self.plan.endpoint.protocol == Protocol::Smtp;
        if along && chunk::is_small(message) {
            return chunk::whole(message).map(|octets| Way::Along { octets });
        }
        Ok(Way::Chunks)
    }

    /// What starts the message travels with the recipients only where one refusal cannot deliver to the others.
    fn may_ride(&self, envelope: &Envelope) -> bool {
        envelope.recipients.len() == 1 || self.plan.partial
    }

    pub(super) fn commands(&self, envelope: &Envelope, declared: Declared) -> Result<Vec<Command>, Cause> {
        let dsn = &self.plan.dsn;
        let mut commands = Vec::with_capacity(envelope.recipients.len() + 3);
        commands.push(mail(&envelope.sender, declared, dsn, &self.offered)?);
        for recipient in &envelope.recipients {
            commands.push(rcpt(recipient, dsn, &self.offered)?);
        }
        Ok(commands)
    }

    /// Takes the reply to RSET off a flight that had it in front.
    fn reset_landed(&mut self, landed: &mut Landed) -> Result<(), Failure> {
        let first = (!landed.replies.is_empty()).then(|| landed.replies.remove(0));
        let reply = match (first, landed.cut.take()) {
            (Some(reply), cut) => {
                landed.cut = cut;
                Ok(reply)
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
        let data = replies.next();
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
            (Way::Data, None) => data_command(self, observer),
        };
        self.judge_data(reply).map(|()| None)
    }

    /// Gives each recipient the fate that its reply decides.
    pub(super) fn judge_recipients(
        &mut self,
        replies: &mut impl Iterator<Item = Reply>,
        fates: &mut Fates,
        delivered: bool,
    ) -> Result<(), Failure> {
        for at in 0..fates.each.len() {
            let Some(reply) = replies.next() else { break };
            if !reply.is_positive() && !reply.is_refusal() {
                self.talk.lost = true;
                let failure = self.failure(Stage::Rcpt, Cause::OutOfPlace(reply));
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
        mail: Option<Reply>,
        envelope: &Envelope,
        cut: &Option<Cause>,
    ) -> Result<(), Failure> {
        let about = format!("<{}>", envelope.sender);
        match mail {
            Some(reply) if reply.is_positive() => Ok(()),
            Some(reply) if reply.is_refusal() => {
                Err(self.failure(Stage::Mail, Cause::Refused(reply)).about(about))
            }
            Some(reply) => {
                self.talk.lost = true;
                Err(self.failure(Stage::Mail, Cause::OutOfPlace(reply)))
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

    fn content(
        &mut self,
        message: &mut Message,
        way: &Way,
        observer: &mut dyn Observer,
    ) -> Result<(), Failure> {
        let Capabilities { eight_bit, pipelining, .. } = self.offered;
        let sent = match way {
            Way::Data => body::send(&mut self.talk, message, eight_bit, observer),
            _ => chunk::send(&mut self.talk, message, Allowed { eight_bit, pipelining }, observer),
        };
        sent.map_err(|failure| failure.at(&self.server))
    }

    /// Waits for what the server says to the end of the message: once, or in LMTP for each recipient.
    fn verdict(
        &mut self,
        heard: Option<Reply>,
        way: &Way,
        fates: &mut Fates,
        observer: &mut dyn Observer,
    ) -> Result<Reply, Failure> {
        self.standing = Standing::Done;
        let outcome = match self.plan.endpoint.protocol {
            Protocol::Smtp => {
                let reply = heard.map_or_else(|| self.talk.reply(Stage::Dot, observer), Ok);
                let outcome = self.one_verdict(reply);
                fates.turn_accepted(&match &outcome {
                    Ok(reply) => Fate::Accepted(reply.clone()),
                    Err(Failure { cause: Cause::Refused(reply), .. }) => fate_at_dot(reply),
                    Err(_) => Fate::Unknown,
                });
                outcome
            }
            Protocol::Lmtp => self.verdict_each(fates, observer),
        };
        // What the server has, or may have, leaves the brink only when it has been reported.
        let refused = matches!(outcome, Err(Failure { cause: Cause::Refused(_), .. }));
        if refused {
            brink::leave();
            // Behind a refused chunk nothing but RSET is defined (RFC 3030 section 2).
            if !matches!(way, Way::Data) {
                self.standing = Standing::Open;
            }
        }
        if refused || outcome.is_ok() {
            observer.note(&Event::Judged);
        }
        outcome
    }

    fn one_verdict(&mut self, reply: Result<Reply, Cause>) -> Result<Reply, Failure> {
        let reply = reply.map_err(|cause| self.failure(Stage::Dot, cause).committed())?;
        match reply {
            reply if reply.is_positive() => Ok(reply),
            reply if reply.is_refusal() => Err(self.failure(Stage::Dot, Cause::Refused(reply)).committed()),
            reply => {
                self.talk.lost = true;
                Err(self.failure(Stage::Dot, Cause::OutOfPlace(reply)).committed())
            }
        }
    }

    /// LMTP (RFC 2033 section 4.2): one reply for each recipient that RCPT accepted, in their order.
    fn verdict_each(&mut self, fates: &mut Fates, observer: &mut dyn Observer) -> Result<Reply, Failure> {
        let awaited: Vec<usize> = fates
            .each
            .iter()
            .enumerate()
            .filter(|(_, (_, fate))| fate.is_accepted())
            .map(|(at, _)| at)
            .collect();
        awaited.iter().for_each(|&at| fates.each[at].1 = Fate::Unknown);
        let (mut good, mut bad) = (None, None);
        for &at in &awaited {
            let reply = self.talk.reply(Stage::Dot, observer);
            match self.one_verdict(reply) {
                Ok(reply) => {
                    fates.each[at].1 = Fate::Accepted(reply.clone());
                    good = Some(reply);
                }
                Err(Failure { cause: Cause::Refused(reply), .. }) => {
                    fates.each[at].1 = fate_at_dot(&reply);
                    fates.decided_at = Stage::Dot;
                    if bad.as_ref().is_none_or(|bad: &Reply| bad.is_permanent() && reply.is_temporary()) {
                        bad = Some(reply);
                    }
                }
                Err(failure) => return Err(failure),
            }
        }
        match (good, bad) {
            (Some(reply), _) => Ok(reply),
            (None, Some(reply)) => {
                let failure = self.failure(Stage::Dot, Cause::Refused(reply)).committed();
                Err(failure.about(fates.refused_addresses()))
            }
            (None, None) => Err(self.failure(Stage::Dot, Cause::Closed).committed()),
        }
    }

    /// The outcome of a message that the server took for some recipient at least.
    fn judged(&self, reply: Reply, fates: Fates) -> Outcome {
        let whole = fates.accepted() == fates.each.len();
        let failure = fates.refusal().map(|(_, refusal)| {
            let failure = self.failure(fates.decided_at, Cause::Refused(refusal.clone()));
            failure.about(fates.refused_addresses())
        });
        Outcome {
            verdict: if whole { Verdict::Accepted(reply) } else { Verdict::Partial(reply) },
            recipients: fates.each,
            failure,
            notes: Vec::new(),
            extensions: Vec::new(),
            tls: None,
            elapsed: Duration::ZERO,
        }
    }
}

/// How a message travels.
enum Way {
    /// Behind DATA, ended by the dot.
    Data,
    /// In chunks, once the recipients are known.
    Chunks,
    /// As one chunk, together with the sender and the recipients.
    Along { octets: Vec<u8> },
}

impl Way {
    /// The command that travels behind the recipients.
    fn rider(&self, may_ride: bool) -> Result<Option<Command>, Cause> {
        match self {
            Way::Data => may_ride.then(data).transpose(),
            Way::Chunks => Ok(None),
            Way::Along { octets } => {
                Command::new(Stage::Dot, chunk::command(octets.len() as u64, true)).map(Some)
            }
        }
    }

    fn freight(&self) -> &[u8] {
        match self {
            Way::Along { octets } => octets,
            _ => b"",
        }
    }
}

fn data() -> Result<Command, Cause> {
    Command::new(Stage::Data, "DATA")
}

fn data_command<L: Link>(session: &mut Session<'_, L>, observer: &mut dyn Observer) -> Result<Reply, Cause> {
    let command = data()?;
    session.talk.ask(&command, observer)
}
