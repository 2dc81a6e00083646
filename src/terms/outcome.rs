//! What became of a message, recipient by recipient, and what a run of several comes to.

use super::address::Address;
use super::answer::Answer;
use super::failure::{Cause, Failure};
use super::ixp::{Class, Ixp};
use super::reply::Reply;
use super::tls::TlsFacts;
use std::sync::Arc;
use std::time::Duration;

/// What became of one recipient. Recipients may share a reply: that to the message, or one that was said to each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    Untried,
    Accepted(Arc<Reply>),
    Deferred(Arc<Reply>),
    Refused(Arc<Reply>),
    /// The message was written to its end and no verdict came.
    Unknown,
}

impl Fate {
    /// The fate that a reply to RCPT, or of LMTP to the dot, decides; 552 to RCPT is read as 452 (RFC 5321 4.5.3.1.10).
    pub fn of(reply: impl Into<Arc<Reply>>) -> Fate {
        let reply = reply.into();
        match reply.code {
            200..=299 => Fate::Accepted(reply),
            400..=499 | 552 => Fate::Deferred(reply),
            _ => Fate::Refused(reply),
        }
    }

    /// The fate's word; none where it is unknown.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Fate::Untried => Some("untried"),
            Fate::Accepted(_) => Some("accepted"),
            Fate::Deferred(_) => Some("deferred"),
            Fate::Refused(_) => Some("refused"),
            Fate::Unknown => None,
        }
    }

    pub fn reply(&self) -> Option<&Reply> {
        match self {
            Fate::Untried | Fate::Unknown => None,
            Fate::Accepted(reply) | Fate::Deferred(reply) | Fate::Refused(reply) => Some(reply),
        }
    }

    pub fn is_accepted(&self) -> bool {
        matches!(self, Fate::Accepted(_))
    }
}

/// What became of a message as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Accepted(Reply),
    Partial(Reply),
    Refused(Reply),
    NotSent,
    Unknown,
}

impl Verdict {
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Accepted(_) => "accepted",
            Verdict::Partial(_) => "partial",
            Verdict::Refused(_) => "refused",
            Verdict::NotSent => "not-sent",
            Verdict::Unknown => "unknown",
        }
    }
}

/// Something worth knowing that is no failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    NoDsnSupport,
    /// 8-bit octets in the header went out under 8BITMIME alone.
    HeaderWithoutUtf8,
    /// A mbox `From ` line was dropped.
    MboxLineDropped,
    /// Any certificate was taken (`--insecure`).
    CertificateUnchecked,
    /// What the account has for another server or user was not used.
    AccountKeptBack,
    /// The body of an answer was asked for and did not come whole.
    AnswerCut,
    /// The account had submitted the message before, to the same recipients.
    AlreadySubmitted,
    /// A draft of a message that was not sent stays in the account.
    DraftLeft,
}

impl Note {
    pub fn name(&self) -> &'static str {
        match self {
            Note::NoDsnSupport => "IXP_S_SMTP_NO_DSN_SUPPORT",
            Note::HeaderWithoutUtf8 => "MXP_S_HEADER_WITHOUT_SMTPUTF8",
            Note::MboxLineDropped => "MXP_S_MBOX_LINE_DROPPED",
            Note::CertificateUnchecked => "MXP_S_CERTIFICATE_UNCHECKED",
            Note::AccountKeptBack => "MXP_S_ACCOUNT_KEPT_BACK",
            Note::AnswerCut => "MXP_S_ANSWER_CUT",
            Note::AlreadySubmitted => "MXP_S_ALREADY_SUBMITTED",
            Note::DraftLeft => "MXP_S_DRAFT_LEFT",
        }
    }
}

/// What is known when a message's road ends.
#[derive(Debug)]
pub struct Outcome {
    pub verdict: Verdict,
    pub recipients: Vec<(Address, Fate)>,
    pub failure: Option<Failure>,
    pub notes: Vec<Note>,
    /// The extensions that were used for it.
    pub extensions: Vec<&'static str>,
    pub tls: Option<Arc<TlsFacts>>,
    /// The answer of an HTTP server.
    pub answer: Option<Box<Answer>>,
    pub elapsed: Duration,
}

impl Outcome {
    /// A message that did not get as far as a verdict.
    pub fn not_sent(failure: Failure, recipients: Vec<(Address, Fate)>) -> Outcome {
        let answer = match &failure.cause {
            Cause::Answered(answer) => Some(answer.clone()),
            _ => None,
        };
        let verdict = match &failure.cause {
            _ if Ixp::of(&failure).class() == Class::Unknown => Verdict::Unknown,
            Cause::Answered(answer) if Ixp::of(&failure).class() == Class::Partial => {
                Verdict::Partial(answer.reply.clone())
            }
            Cause::Answered(answer) => Verdict::Refused(answer.reply.clone()),
            Cause::Refused(reply) => Verdict::Refused(reply.clone()),
            _ => Verdict::NotSent,
        };
        let (notes, extensions, elapsed) = (Vec::new(), Vec::new(), Duration::ZERO);
        Outcome { verdict, recipients, failure: Some(failure), notes, extensions, tls: None, answer, elapsed }
    }

    pub fn ixp(&self) -> Ixp {
        match &self.verdict {
            Verdict::Accepted(_) => Ixp::ok(),
            Verdict::Partial(_)
                if matches!(self.failure.as_ref().map(|it| &it.cause), Some(Cause::Answered(_))) =>
            {
                self.failure.as_ref().map_or(Ixp::fault(), Ixp::of)
            }
            Verdict::Partial(_) => {
                let refused = self.recipients.iter().any(|(_, fate)| matches!(fate, Fate::Refused(_)));
                // Somebody may not have been tried because of what was refused for good.
                let for_good =
                    || self.failure.as_ref().is_some_and(|it| Ixp::of(it).class() == Class::Permanent);
                if refused || for_good() { Ixp::partial_permanent() } else { Ixp::partial_transient() }
            }
            // A gateway that lost the server behind it has a name of its own.
            Verdict::Unknown => {
                let own = self.failure.as_ref().map(Ixp::of).filter(|ixp| ixp.class() == Class::Unknown);
                own.unwrap_or(Ixp::unknown())
            }
            Verdict::Refused(_) | Verdict::NotSent => self.failure.as_ref().map_or(Ixp::fault(), Ixp::of),
        }
    }

    /// True where sending the message again cannot deliver it twice.
    pub fn is_unsent(&self) -> bool {
        matches!(self.verdict, Verdict::Refused(_) | Verdict::NotSent)
    }

    /// The server's last word on the message.
    pub fn reply(&self) -> Option<&Reply> {
        match &self.verdict {
            Verdict::Accepted(reply) | Verdict::Partial(reply) | Verdict::Refused(reply) => Some(reply),
            Verdict::NotSent | Verdict::Unknown => self.failure.as_ref().and_then(Failure::reply),
        }
    }
}

/// What a run comes to whose messages ended so: unknown before partial before permanent before temporary.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    one: Option<Ixp>,
    several: bool,
    unknown: bool,
    accepted: bool,
    permanent: Option<Ixp>,
    temporary: Option<Ixp>,
    partial: Option<Ixp>,
}

impl Tally {
    pub fn add(&mut self, ixp: Ixp) {
        self.several = self.one.is_some();
        self.one = self.one.or(Some(ixp));
        match ixp.class() {
            Class::Ok => self.accepted = true,
            Class::Unknown => self.unknown = true,
            Class::Temporary => self.temporary = self.temporary.or(Some(ixp)),
            Class::Partial if ixp == Ixp::partial_permanent() => self.partial = Some(ixp),
            Class::Partial => self.partial = self.partial.or(Some(ixp)),
            Class::Usage | Class::Permanent => self.permanent = self.permanent.or(Some(ixp)),
        }
    }

    /// The status of the whole run; of no message at all it is `S_OK`.
    pub fn ixp(&self) -> Ixp {
        if !self.several {
            return self.one.unwrap_or(Ixp::ok());
        }
        if self.unknown {
            return Ixp::unknown();
        }
        if self.accepted || self.partial.is_some() {
            return match (self.permanent, self.temporary, self.partial) {
                (Some(_), ..) => Ixp::partial_permanent(),
                (None, _, Some(partial)) if partial == Ixp::partial_permanent() => partial,
                (None, None, None) => Ixp::ok(),
                _ => Ixp::partial_transient(),
            };
        }
        self.permanent.or(self.temporary).unwrap_or(Ixp::ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_several_comes_to_what_the_contract_says() {
        for (exits, whole) in [
            (vec![], 0),
            (vec![0], 0),
            (vec![104], 104),
            (vec![42], 42),
            (vec![0, 0], 0),
            (vec![0, 104], 42),
            (vec![0, 121], 41),
            (vec![0, 37], 41),
            (vec![0, 104, 121], 41),
            (vec![42, 0], 42),
            (vec![41, 0], 41),
            (vec![42, 121], 41),
            (vec![42, 104], 42),
            (vec![104, 121, 120], 121),
            (vec![104, 103], 104),
            (vec![15, 5, 5], 15),
            (vec![0, 40, 121], 40),
            (vec![81, 0], 40),
        ] {
            let mut tally = Tally::default();
            exits.iter().for_each(|exit| tally.add(Ixp::of_exit(*exit).unwrap()));
            assert_eq!(tally.ixp().exit(), whole, "{exits:?}");
        }
    }

    #[test]
    fn a_552_to_a_recipient_is_read_as_for_now() {
        let reply = |code| Reply { code, enhanced: None, lines: vec![] };
        for (code, name) in
            [(250, "accepted"), (251, "accepted"), (452, "deferred"), (552, "deferred"), (550, "refused")]
        {
            assert_eq!(Fate::of(reply(code)).name(), Some(name));
        }
    }
}
