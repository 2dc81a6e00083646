//! The two sides of a dialogue: commands out, replies in, every one of them shown to the observer.

use super::command::Command;
use crate::net::link::{Limit, Link, Offer};
use crate::terms::event::{Event, Observer};
use crate::terms::failure::{Cause, Stage};
use crate::terms::mask::{self, Form};
use crate::terms::plan::Limits;
use crate::terms::reply::{Reply, ReplyReader};
use crate::terms::secret::Secret;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// A link that speaks in commands and replies.
#[derive(Debug)]
pub struct Talk<L> {
    pub link: L,
    pub limits: Limits,
    /// The server will say no more that could be understood.
    pub lost: bool,
    reader: ReplyReader,
    /// The last replies of flights that had one line, and that line: most servers say the same again and again.
    said: VecDeque<(Vec<u8>, Arc<Reply>)>,
    /// What no reply may repeat: a secret, and how it looks in base64.
    masked: Vec<Form>,
}

/// Replies that are known again: those to RSET, MAIL and RCPT.
const REMEMBERED: usize = 3;

/// Octets of text kept of an answer to EHLO.
const HELLO_KEPT: usize = 64 * 1024;

impl<L: Link> Talk<L> {
    pub fn new(link: L, limits: Limits) -> Talk<L> {
        Talk {
            link,
            limits,
            lost: false,
            reader: ReplyReader::default(),
            said: VecDeque::new(),
            masked: Vec::new(),
        }
    }

    pub fn limit(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Greeting => self.limits.greeting,
            Stage::Mail => self.limits.mail,
            Stage::Rcpt => self.limits.rcpt,
            Stage::Data => self.limits.data,
            Stage::Body => self.limits.body,
            Stage::Dot => self.limits.dot,
            Stage::Reset | Stage::Quit => self.limits.rset,
            _ => self.limits.hello,
        }
    }

    /// Sends one command and waits for its reply.
    pub fn ask(&mut self, command: &Command, observer: &mut dyn Observer) -> Result<Reply, Cause> {
        self.quiet_so_far(observer)?;
        let mut octets = Vec::new();
        observer.note(&Event::Command(command.text()));
        command.write_to(&mut octets);
        self.send(&octets, self.limit(command.stage), observer)?;
        self.reply(command.stage, observer)
    }

    /// Keeps a secret out of everything that is shown from now on, whatever the server repeats.
    pub fn mask(&mut self, secret: &Secret) {
        self.masked = mask::forms(secret);
        self.said.clear();
    }

    /// Sends a line that may hold a secret; the observer is told of it by the caller, in other words. The reply is as it
    /// came, for a challenge must be answered octet for octet: what is shown of it goes through `without_secrets`.
    pub fn ask_masked(
        &mut self,
        line: &str,
        stage: Stage,
        observer: &mut dyn Observer,
    ) -> Result<Reply, Cause> {
        self.quiet_so_far(observer)?;
        let octets = Zeroizing::new([line.as_bytes(), b"\r\n"].concat());
        if line.bytes().any(|octet| octet < 0x20) {
            return Err(Cause::Bug("a line of the log-on holds a control character".to_owned()));
        }
        self.masked.extend(mask::response(line));
        self.said.clear();
        self.send(&octets, self.limit(stage), observer)?;
        self.reply_as_it_came(stage, observer)
    }

    /// Nothing may come before it was asked for; a server that takes its leave may.
    pub fn quiet_so_far(&mut self, observer: &mut dyn Observer) -> Result<(), Cause> {
        let heard = self.link.has_heard();
        if !self.marked(heard)? {
            return Ok(());
        }
        let early = self.reply(Stage::Quit, observer);
        self.lost = true;
        match early? {
            reply if reply.code == 421 => Err(Cause::Refused(reply)),
            _ => Err(Cause::AheadOfCommand),
        }
    }

    /// Writes all of the octets; a reply that comes meanwhile is a reply to what went before.
    fn send(&mut self, octets: &[u8], limit: Duration, observer: &mut dyn Observer) -> Result<(), Cause> {
        let mut sent = 0;
        while sent < octets.len() {
            let offered = self.link.offer(&octets[sent..], limit);
            match self.marked(offered)? {
                Offer::Took(count) => sent += count,
                Offer::Heard => {
                    let early = self.reply(Stage::Quit, observer);
                    self.lost = true;
                    return match early? {
                        reply if reply.is_refusal() => Err(Cause::Refused(reply)),
                        _ => Err(Cause::AheadOfCommand),
                    };
                }
            }
        }
        Ok(())
    }

    /// Waits for one whole reply.
    pub fn reply(&mut self, stage: Stage, observer: &mut dyn Observer) -> Result<Reply, Cause> {
        let reply = self.reply_as_it_came(stage, observer)?;
        Ok(self.without_secrets(reply))
    }

    fn reply_as_it_came(&mut self, stage: Stage, observer: &mut dyn Observer) -> Result<Reply, Cause> {
        let mut limit = Limit::new(self.limit(stage));
        if matches!(stage, Stage::Hello | Stage::Login) {
            self.reader = ReplyReader::keeping(HELLO_KEPT);
        }
        loop {
            let line = self.link.line(&mut limit);
            let line = self.marked(line)?;
            if let Some(reply) = self.take(&line, observer)? {
                return Ok(reply);
            }
        }
    }

    /// Waits for one whole reply of a flight.
    pub fn reply_in_flight(
        &mut self,
        stage: Stage,
        observer: &mut dyn Observer,
    ) -> Result<Arc<Reply>, Cause> {
        if stage == Stage::Dot {
            // It names the message: no other will have the same.
            return self.reply(stage, observer).map(Arc::new);
        }
        if let Some(reply) = self.said_again(observer) {
            return Ok(reply);
        }
        let mut limit = Limit::new(self.limit(stage));
        loop {
            let line = self.link.line(&mut limit);
            let line = self.marked(line)?;
            if let Some(reply) = self.take_shared(line, observer)? {
                return Ok(reply);
            }
        }
    }

    /// A reply of a flight that has come already, without waiting.
    pub fn reply_at_hand(&mut self, observer: &mut dyn Observer) -> Result<Option<Arc<Reply>>, Cause> {
        if let Some(reply) = self.said_again(observer) {
            return Ok(Some(reply));
        }
        loop {
            let line = self.link.line_at_hand();
            let Some(line) = self.marked(line)? else { return Ok(None) };
            if let Some(reply) = self.take_shared(line, observer)? {
                return Ok(Some(reply));
            }
        }
    }

    /// A reply at hand that was said before.
    fn said_again(&mut self, observer: &mut dyn Observer) -> Option<Arc<Reply>> {
        let Talk { said, link, reader, .. } = self;
        let (_, reply) = said.iter().find(|(line, _)| reader.is_at_start() && link.skip(line))?;
        observer.note(&Event::Response(reply));
        Some(Arc::clone(reply))
    }

    /// A reply without secrets, once it is whole; one that was said before is not read again.
    fn take_shared(
        &mut self,
        line: Vec<u8>,
        observer: &mut dyn Observer,
    ) -> Result<Option<Arc<Reply>>, Cause> {
        let is_whole = self.reader.is_at_start();
        if is_whole && let Some((_, reply)) = self.said.iter().find(|(said, _)| *said == line) {
            observer.note(&Event::Response(reply));
            return Ok(Some(Arc::clone(reply)));
        }
        let Some(reply) = self.take(&line, observer)? else { return Ok(None) };
        let reply = Arc::new(self.without_secrets(reply));
        // A leave-taking is heard each time.
        if is_whole && reply.code != 421 {
            self.said.truncate(REMEMBERED - 1);
            self.said.push_front((line, Arc::clone(&reply)));
        }
        Ok(Some(reply))
    }

    /// A reply as it came, once it is whole; the observer is told of it without secrets.
    fn take(&mut self, line: &[u8], observer: &mut dyn Observer) -> Result<Option<Reply>, Cause> {
        let taken = self.reader.line(line).map_err(|garble| {
            let shown = line.get(..80).unwrap_or(line).to_vec();
            Cause::Garbled(garble, shown)
        });
        let reply = self.marked(taken)?;
        if let Some(reply) = &reply {
            self.reader = ReplyReader::default();
            self.lost |= reply.code == 421;
            match self.masked.is_empty() {
                true => observer.note(&Event::Response(reply)),
                false => observer.note(&Event::Response(&self.without_secrets(reply.clone()))),
            }
        }
        Ok(reply)
    }

    /// A reply as it may be shown.
    pub fn without_secrets(&self, mut reply: Reply) -> Reply {
        mask::apply(&self.masked, &mut reply);
        reply
    }

    /// Gives the session up in the middle of a message.
    pub fn abandon(&mut self) {
        self.link.abandon();
        self.lost = true;
    }

    /// After any trouble with the link the dialogue cannot go on; what is no reply repeats no secret either.
    pub fn marked<T>(&mut self, result: Result<T, Cause>) -> Result<T, Cause> {
        self.lost |= result.is_err();
        result.map_err(|cause| match cause {
            Cause::Garbled(garble, shown) => Cause::Garbled(garble, mask::octets(&self.masked, shown)),
            cause => cause,
        })
    }
}
