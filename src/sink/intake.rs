//! The message itself, by DATA (RFC 5321, 4.1.1.4) or BDAT (RFC 3030), and the verdict on it (RFC 2033, 4.2 for LMTP).

use std::io::{self, ErrorKind};
use std::time::SystemTime;

use super::behaviour::{Extension, Fault, FaultEnd, Pattern, Stage};
use super::command::Chunk;
use super::dialogue::{Chunks, Session, Transaction, Turn, out_of_order, too_large};
use super::kept::{Addressee, Kept, Protocol};
use super::reply::Reply;
use super::store::Draft;
use super::unstuff::Unstuff;

impl<'a> Session<'a> {
    /// Takes a message behind DATA.
    pub(super) fn data(&mut self) -> io::Result<Turn> {
        if let Some(reply) = self.not_ready() {
            return self.say(&reply);
        }
        if self.mail.as_ref().is_some_and(|mail| !matches!(mail.chunks, Chunks::Before)) {
            return self.say(&out_of_order("the message came in chunks so far"));
        }
        if let Some(turn) = self.meet_message(Stage::Data)? {
            return Ok(turn);
        }
        let mut draft = match self.office.store.draft(self.office.max_size) {
            Ok(draft) => draft,
            Err(trouble) => return self.say(&no_room(&trouble)),
        };
        self.raw("354 go ahead, CRLF . CRLF ends it\r\n")?;
        self.wait_for_octets()?;
        if let Some(turn) = self.meet_message(Stage::Body)? {
            return Ok(if turn == Turn::Cut { Turn::Cut } else { Turn::Close });
        }
        let mut unstuff = Unstuff::new();
        loop {
            let block = self.wire.block()?;
            let came = block.len();
            let end = unstuff.read(block, |octets| draft.take(octets));
            self.wire.consume(end.unwrap_or(came));
            if end.is_some() {
                break;
            }
            if came == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        self.judge(draft, false)
    }

    /// Takes one chunk; whatever is wrong with it, its octets are read, so that the dialogue stays in step.
    pub(super) fn bdat(&mut self, chunk: Option<Chunk>) -> io::Result<Turn> {
        if !self.office.behaviour.has(Extension::Chunking) {
            return self.say(&Reply::new(500, "5.5.2", "this is no command"));
        }
        let Some(chunk) = chunk else {
            let reply =
                Reply::new(501, "5.5.4", "BDAT has a size; what follows cannot be told from commands");
            return self.say(&reply).map(|_| Turn::Close);
        };
        if let Some(reply) = self.not_ready() {
            self.swallow(chunk.octets)?;
            return self.say(&reply);
        }
        let before = self.mail.as_mut().map(|mail| std::mem::replace(&mut mail.chunks, Chunks::Failed));
        let draft = match before {
            Some(Chunks::Open(draft)) => draft,
            Some(Chunks::Before) => {
                let fault = self.fault(Stage::Data);
                self.pause(fault.pause)?;
                match fault.end {
                    Some(FaultEnd::Hangup) => return Ok(Turn::Cut),
                    Some(FaultEnd::Refusal(code)) => {
                        return self.fail(chunk, chunk.octets, &Reply::wished(code));
                    }
                    None => {}
                }
                match self.office.store.draft(self.office.max_size) {
                    Ok(draft) => draft,
                    Err(trouble) => return self.fail(chunk, chunk.octets, &no_room(&trouble)),
                }
            }
            _ => {
                return self.fail(
                    chunk,
                    chunk.octets,
                    &out_of_order("a chunk before failed; RSET starts anew"),
                );
            }
        };
        self.chunk(chunk, draft)
    }

    fn chunk(&mut self, chunk: Chunk, mut draft: Draft<'a>) -> io::Result<Turn> {
        if let Some(limit) = self.office.max_size
            && !draft.has_room(chunk.octets)
        {
            drop(draft);
            return self.fail(chunk, chunk.octets, &too_large(limit));
        }
        if draft.size() == 0 && chunk.octets > 0 {
            self.wait_for_octets()?;
            if let Some(turn) = self.meet_message(Stage::Body)? {
                return Ok(if turn == Turn::Cut { Turn::Cut } else { Turn::Close });
            }
        }
        let mut left = chunk.octets;
        while left > 0 {
            self.wait_for_octets()?;
            let block = self.wire.block()?;
            let part = usize::try_from(left).map_or(block, |left| &block[..left.min(block.len())]);
            draft.take(part);
            let taken = part.len();
            self.wire.consume(taken);
            left -= taken as u64;
        }
        if chunk.last {
            return self.judge(draft, true);
        }
        if let Some(trouble) = draft.trouble() {
            return self.fail(chunk, 0, &no_room(&trouble));
        }
        if let Some(mail) = &mut self.mail {
            mail.chunks = Chunks::Open(draft);
        }
        self.say(&Reply::new(250, "2.0.0", format!("{} octets taken", chunk.octets)))
    }

    /// Ends the transaction's hopes: octets still to come are swallowed, and further chunks fail until RSET.
    fn fail(&mut self, chunk: Chunk, octets: u64, reply: &Reply) -> io::Result<Turn> {
        self.swallow(octets)?;
        if chunk.last {
            self.mail = None;
        }
        self.say(reply)
    }

    fn swallow(&mut self, octets: u64) -> io::Result<()> {
        if self.wire.swallow(octets)? { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    fn wait_for_octets(&mut self) -> io::Result<()> {
        if self.wire.block()?.is_empty() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    /// Tells why no message may come now, if none may.
    fn not_ready(&self) -> Option<Reply> {
        match &self.mail {
            None => Some(out_of_order("MAIL comes first")),
            Some(mail) if mail.to.is_empty() && self.is_lmtp() => Some(out_of_order("no valid recipients")),
            Some(mail) if mail.to.is_empty() => Some(Reply::new(554, "5.5.1", "no valid recipients")),
            Some(_) => None,
        }
    }

    fn fault(&self, stage: Stage) -> Fault {
        self.office
            .behaviour
            .at(stage, |pattern| self.mail.as_ref().is_some_and(|mail| is_for(&mail.to, pattern)))
    }

    /// Lets happen what was wished for at a stage of the message, for any of its recipients.
    fn meet_message(&mut self, stage: Stage) -> io::Result<Option<Turn>> {
        let fault = self.fault(stage);
        self.suffer(fault)
    }

    /// Judges a message that has wholly come: this ends the transaction.
    fn judge(&mut self, mut draft: Draft<'a>, chunked: bool) -> io::Result<Turn> {
        let Some(mail) = self.mail.take() else { return Ok(Turn::Next) };
        if let (true, Some(limit)) = (draft.is_over(), self.office.max_size) {
            return self.answer_all(mail.to.len(), &too_large(limit));
        }
        let fault = self.office.behaviour.at(Stage::Dot, |pattern| is_for(&mail.to, pattern));
        self.pause(fault.pause)?;
        if fault.end == Some(FaultEnd::Hangup) {
            return Ok(Turn::Cut);
        }
        let refusals = self.refusals(&mail.to);
        if refusals.iter().all(Option::is_some) {
            return self.answer_each(&refusals, None);
        }
        if let Some(trouble) = draft.trouble() {
            return self.answer_all(mail.to.len(), &no_room(&trouble));
        }
        if !self.office.claim() {
            return self.say(&Reply::new(421, "4.3.2", "the sink has what it waited for"));
        }
        let (recipients, kept) = (mail.to.len(), self.kept(mail, &refusals, &draft, chunked));
        if let Err(trouble) = draft.keep(&kept) {
            self.office.disclaim();
            return self.answer_all(recipients, &no_room(&trouble));
        }
        (self.office.heard)(&kept);
        let turn = self.answer_kept(&kept, &refusals);
        self.office.done();
        turn
    }

    /// Answers for a message that is on the disk.
    fn answer_kept(&mut self, kept: &Kept, refusals: &[Option<u16>]) -> io::Result<Turn> {
        let fault = self.office.behaviour.at(Stage::Reply, |pattern| is_for(&kept.to, pattern));
        self.pause(fault.pause)?;
        if fault.end == Some(FaultEnd::Hangup) {
            return Ok(Turn::Cut);
        }
        let turn = self.answer_each(refusals, Some(&kept.name))?;
        if self.office.count.is_some() {
            // The sink may end as soon as this message is counted.
            self.wire.flush()?;
        }
        Ok(turn)
    }

    /// Tells which recipients are refused at the end: each for itself in LMTP, all or none in SMTP.
    fn refusals(&self, to: &[Addressee]) -> Vec<Option<u16>> {
        let code = |hit: &dyn Fn(&Pattern) -> bool| match self.office.behaviour.at(Stage::Dot, hit).end {
            Some(FaultEnd::Refusal(code)) => Some(code),
            _ => None,
        };
        if self.is_lmtp() {
            to.iter().map(|addressee| code(&|pattern| pattern.matches(&addressee.address))).collect()
        } else {
            vec![code(&|pattern| is_for(to, pattern)); to.len()]
        }
    }

    fn is_lmtp(&self) -> bool {
        self.hello.as_ref().is_some_and(|hello| hello.protocol == Protocol::Lmtp)
    }

    /// Gives the same answer for all recipients: one line in SMTP, one for each in LMTP.
    fn answer_all(&mut self, recipients: usize, reply: &Reply) -> io::Result<Turn> {
        let mut turn = Turn::Next;
        for _ in 0..if self.is_lmtp() { recipients } else { 1 } {
            turn = self.say(reply)?;
        }
        Ok(turn)
    }

    /// Answers for each recipient in turn; `name` is the queue id of a message that is kept for the others.
    fn answer_each(&mut self, refusals: &[Option<u16>], name: Option<&str>) -> io::Result<Turn> {
        let lines = if self.is_lmtp() { refusals.len() } else { 1 };
        let mut turn = Turn::Next;
        for refusal in refusals.iter().take(lines) {
            let reply = match (refusal, name) {
                (Some(code), _) => Reply::wished(*code),
                (None, name) => Reply::new(250, "2.0.0", format!("queued as {}", name.unwrap_or_default())),
            };
            if self.say(&reply)? == Turn::Close {
                turn = Turn::Close;
            }
        }
        Ok(turn)
    }

    fn kept(
        &self,
        mail: Transaction<'a>,
        refusals: &[Option<u16>],
        draft: &Draft<'a>,
        chunked: bool,
    ) -> Kept {
        let taken = mail.to.into_iter().zip(refusals).filter(|(_, refusal)| refusal.is_none());
        let parameters = mail.parameters;
        let hello = self.hello.as_ref();
        Kept {
            schema: 1,
            name: draft.name().to_owned(),
            path: draft.path(),
            received: SystemTime::now(),
            peer: self.peer.clone(),
            helo: hello.map(|hello| hello.name.clone()).unwrap_or_default(),
            protocol: hello.map_or(Protocol::Smtp, |hello| hello.protocol),
            tls: self.tls.clone(),
            user: self.user.clone(),
            from: mail.from,
            to: taken.map(|(addressee, _)| addressee).collect(),
            size: draft.size(),
            declared_size: parameters.size,
            body: parameters.body,
            smtputf8: parameters.smtputf8,
            ret: parameters.ret,
            envid: parameters.envid,
            chunked,
            eight_bit: draft.eight_bit(),
        }
    }
}

/// Tells whether a pattern fits any of the recipients.
fn is_for(to: &[Addressee], pattern: &Pattern) -> bool {
    to.iter().any(|addressee| pattern.matches(&addressee.address))
}

/// Refuses for now, since the system does not let us keep the message.
fn no_room(trouble: &io::Error) -> Reply {
    let text: String =
        trouble.to_string().chars().filter(|letter| letter.is_ascii() && !letter.is_control()).collect();
    Reply::new(452, "4.3.1", format!("cannot keep it: {text}"))
}
