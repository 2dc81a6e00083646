//! One session from its greeting to its end: hello and envelope (RFC 5321, 4.1; RFC 2033 after LHLO).

use std::io::{self, ErrorKind};
use std::time::Duration;

use super::behaviour::{Extension, Fault, FaultEnd, Pattern, Stage};
use super::command::Command;
use super::kept::{Addressee, Protocol};
use super::office::Office;
use super::parameter::{MailParameters, RcptParameters};
use super::reply::Reply;
use super::store::Draft;
use super::stream::{Socket, Stream};
use super::tls::{Identity, Secured};
use super::wire::{Line, Wire};

/// The longest silence of a client (RFC 5321, 4.5.3.2.7).
const IDLE: Duration = Duration::from_secs(300);
/// The longest time for shaking hands.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// The longest wait for a client to hang up after the last reply.
const PATIENCE: Duration = Duration::from_secs(1);
/// The octets of recipients one transaction may hold, some 100,000 recipients.
const ROOM_FOR_RECIPIENTS: usize = 16 * 1024 * 1024;
/// The octets a recipient takes beside its address.
const ENTRY: usize = 128;

/// Tells how a session goes on after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// With the next command.
    Next,
    /// With its orderly end.
    Close,
    /// With a hang-up that was wished for.
    Cut,
}

/// Holds what the hello said.
pub(super) struct Hello {
    pub(super) name: String,
    pub(super) protocol: Protocol,
}

/// Holds a transaction from MAIL on.
pub(super) struct Transaction<'a> {
    pub(super) from: String,
    pub(super) parameters: MailParameters,
    pub(super) to: Vec<Addressee>,
    pub(super) chunks: Chunks<'a>,
    room: usize,
}

/// Tells how far a message has come by BDAT.
pub(super) enum Chunks<'a> {
    Before,
    Open(Draft<'a>),
    Failed,
}

/// Talks with one client.
pub(super) struct Session<'a> {
    pub(super) office: &'a Office,
    pub(super) wire: Wire,
    pub(super) peer: String,
    pub(super) hello: Option<Hello>,
    pub(super) mail: Option<Transaction<'a>>,
    /// The version of TLS, once it is on.
    pub(super) tls: Option<String>,
    /// Who has logged on.
    pub(super) user: Option<String>,
    /// The wrong log-ons so far.
    pub(super) tries: u32,
    socket: Socket,
    /// The greeting was a refusal: nothing but QUIT is understood any more (RFC 5321, 3.1).
    refused: bool,
}

/// Serves a client until one side has had enough.
pub(super) fn serve(office: &Office, socket: &Socket, peer: String) {
    if socket.wait_at_most(IDLE).is_err() {
        return;
    }
    let wire = Wire::new(Box::new(socket.clone()));
    let mut session = Session {
        office,
        wire,
        peer,
        hello: None,
        mail: None,
        tls: None,
        user: None,
        tries: 0,
        socket: socket.clone(),
        refused: false,
    };
    if let Some(identity) = office.identity().filter(|_| office.implicit)
        && session.secure(identity).is_err()
    {
        return;
    }
    let end = session.talk();
    // A draft in hand goes before the client can see that the session is over.
    session.mail = None;
    match end {
        Ok(Turn::Cut) => {
            // A client that has gone already is what was wished for.
            let _ = session.wire.flush();
            socket.cut();
        }
        Ok(_) => session.wire.farewell(PATIENCE),
        Err(trouble) if matches!(trouble.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            if session.say(&Reply::new(421, "4.4.2", "silent for too long")).is_ok() {
                session.wire.farewell(PATIENCE);
            }
        }
        Err(_) => {}
    }
}

impl<'a> Session<'a> {
    fn talk(&mut self) -> io::Result<Turn> {
        let turn = self.greet()?;
        if turn != Turn::Next {
            return Ok(turn);
        }
        let mut line = Vec::new();
        loop {
            let turn = match self.wire.line(&mut line)? {
                Line::End => return Ok(Turn::Close),
                Line::TooLong => self.say(&Reply::new(500, "5.5.2", "a command has at most 4096 octets"))?,
                Line::Whole => match Command::read(&line) {
                    Ok(command) => self.obey(command)?,
                    Err(_) if self.refused => self.say(&out_of_order("this server takes no mail"))?,
                    Err(reply) => self.say(&reply)?,
                },
            };
            if turn != Turn::Next {
                return Ok(turn);
            }
        }
    }

    /// Shakes hands and goes on under TLS; where that fails the connection is of no use any more.
    pub(super) fn secure(&mut self, identity: &Identity) -> io::Result<()> {
        let secured = Secured::begin(identity, self.socket.clone(), HANDSHAKE).map_err(|trouble| {
            // Not a word in clear may follow, not even that it took too long.
            io::Error::new(ErrorKind::ConnectionAborted, trouble)
        })?;
        self.socket.wait_at_most(IDLE)?;
        self.tls = Some(secured.version().to_owned());
        self.wire.change(Box::new(secured));
        Ok(())
    }

    fn greet(&mut self) -> io::Result<Turn> {
        let met = self.meet(Stage::Greeting, |_| false)?;
        self.refused = met.is_some();
        match met {
            Some(turn) => Ok(turn),
            None => self.raw(&format!("220 {} ESMTP mailxport sink\r\n", self.office.hostname)),
        }
    }

    fn obey(&mut self, command: Command<'_>) -> io::Result<Turn> {
        match command {
            Command::Quit => {
                let met = self.meet(Stage::Quit, |_| false)?;
                return match met {
                    Some(turn) => Ok(turn),
                    None => self.say(&Reply::new(221, "2.0.0", "goodbye")).map(|_| Turn::Close),
                };
            }
            _ if self.office.is_closing() => {
                return self.say(&Reply::new(421, "4.3.2", "the sink is closing")).map(|_| Turn::Close);
            }
            _ if self.refused => return self.say(&out_of_order("this server takes no mail")),
            _ => {}
        }
        match command {
            Command::Ehlo(_) if !self.office.behaviour.has(Extension::Ehlo) => {
                self.say(&Reply::new(500, "5.5.2", "this is no command"))
            }
            Command::Helo(name) => self.hello(name, Protocol::Smtp),
            Command::Ehlo(name) => self.hello(name, Protocol::Esmtp),
            Command::Lhlo(name) => self.hello(name, Protocol::Lmtp),
            Command::StartTls => self.start_tls(),
            Command::Auth(wish) => self.log_on(&wish),
            Command::Mail { from, parameters } => self.mail(from, parameters),
            Command::Rcpt { to, parameters } => self.rcpt(to, parameters),
            Command::Data => self.data(),
            Command::Bdat(chunk) => self.bdat(chunk),
            Command::Rset => self.rset(),
            Command::Vrfy => self.say(&Reply::new(252, "2.5.0", "send it and see")),
            Command::Help => self.say(&Reply::new(214, "2.0.0", "RFC 5321 has it all")),
            Command::Noop | Command::Quit => self.say(&Reply::new(250, "2.0.0", "ok")),
        }
    }

    fn hello(&mut self, name: &str, protocol: Protocol) -> io::Result<Turn> {
        if let Some(turn) = self.meet(Stage::Ehlo, |pattern| pattern.matches(name))? {
            return Ok(turn);
        }
        self.mail = None;
        self.hello = Some(Hello { name: name.to_owned(), protocol });
        let mut lines = vec![self.office.hostname.clone()];
        let size = self.office.max_size.map_or_else(|| "SIZE".to_owned(), |size| format!("SIZE {size}"));
        let most =
            self.office.max_recipients.map_or_else(String::new, |most| format!("LIMITS RCPTMAX={most}"));
        let words = [
            (Extension::Pipelining, "PIPELINING"),
            (Extension::Size, &size),
            (Extension::EightBitMime, "8BITMIME"),
            (Extension::SmtpUtf8, "SMTPUTF8"),
            (Extension::Dsn, "DSN"),
            (Extension::Chunking, "CHUNKING"),
            (Extension::EnhancedStatusCodes, "ENHANCEDSTATUSCODES"),
            (Extension::Limits, &most),
            (Extension::StartTls, "STARTTLS"),
            (Extension::Auth, "AUTH PLAIN LOGIN"),
        ];
        lines.extend(words.iter().filter(|(it, _)| self.offers(*it)).map(|(_, word)| (*word).to_owned()));
        let last = lines.len() - 1;
        for (at, line) in lines.iter().enumerate() {
            let dash = if at == last { ' ' } else { '-' };
            self.raw(&format!("250{dash}{line}\r\n"))?;
        }
        Ok(Turn::Next)
    }

    fn mail(&mut self, from: &str, parameters: &str) -> io::Result<Turn> {
        if self.hello.is_none() {
            return self.say(&out_of_order("EHLO, HELO or LHLO comes first"));
        }
        if self.mail.is_some() {
            return self.say(&out_of_order("a transaction is open already"));
        }
        if self.must_log_on() {
            return self.say(&Reply::new(530, "5.7.0", "log on first"));
        }
        let parameters = match MailParameters::read(parameters, |it| self.offers(it)) {
            Ok(parameters) => parameters,
            Err(reply) => return self.say(&reply),
        };
        if !from.is_ascii() && !parameters.smtputf8 {
            return self.say(&Reply::new(553, "5.6.7", "an address beyond ASCII needs SMTPUTF8"));
        }
        if let Some(turn) = self.meet(Stage::Mail, |pattern| pattern.matches(from))? {
            return Ok(turn);
        }
        if let (Some(size), Some(limit)) = (parameters.size, self.office.max_size)
            && size > limit
        {
            return self.say(&too_large(limit));
        }
        let from = from.to_owned();
        self.mail = Some(Transaction {
            from,
            parameters,
            to: Vec::new(),
            chunks: Chunks::Before,
            room: ROOM_FOR_RECIPIENTS,
        });
        self.say(&Reply::new(250, "2.1.0", "sender ok"))
    }

    fn rcpt(&mut self, to: &str, parameters: &str) -> io::Result<Turn> {
        let parameters = RcptParameters::read(parameters, |it| self.offers(it));
        let refusal = match (&mut self.mail, &parameters) {
            (None, _) => Some(out_of_order("MAIL comes first")),
            (Some(mail), _) if !matches!(mail.chunks, Chunks::Before) => {
                Some(out_of_order("the message is on its way already"))
            }
            (_, Err(reply)) => Some(reply.clone()),
            (Some(mail), _) if !to.is_ascii() && !mail.parameters.smtputf8 => {
                Some(Reply::new(553, "5.6.7", "an address beyond ASCII needs SMTPUTF8"))
            }
            (Some(_), _) => None,
        };
        if let Some(reply) = refusal {
            return self.say(&reply);
        }
        if let Some(turn) = self.meet(Stage::Rcpt, |pattern| pattern.matches(to))? {
            return Ok(turn);
        }
        let (Some(mail), Ok(RcptParameters { notify, orcpt })) = (&mut self.mail, parameters) else {
            return Ok(Turn::Next);
        };
        let needed = to.len() + orcpt.as_ref().map_or(0, String::len) + ENTRY;
        let has_most = self.office.max_recipients.is_some_and(|most| mail.to.len() >= most as usize);
        let Some(room) = mail.room.checked_sub(needed).filter(|_| !has_most) else {
            return self.say(&Reply::new(452, "4.5.3", "too many recipients for one transaction"));
        };
        mail.room = room;
        mail.to.push(Addressee { address: to.to_owned(), notify, orcpt });
        self.say(&Reply::new(250, "2.1.5", "recipient ok"))
    }

    fn rset(&mut self) -> io::Result<Turn> {
        if let Some(turn) = self.meet(Stage::Rset, |_| false)? {
            return Ok(turn);
        }
        self.mail = None;
        self.say(&Reply::new(250, "2.0.0", "forgotten"))
    }

    /// Tells whether the client was offered an extension.
    pub(super) fn offers(&self, extension: Extension) -> bool {
        let extended = self.hello.as_ref().is_some_and(|hello| hello.protocol != Protocol::Smtp);
        let possible = match extension {
            Extension::StartTls => self.tls.is_none() && self.office.identity().is_some(),
            Extension::Auth => self.may_log_on_here(),
            Extension::Limits => self.office.max_recipients.is_some(),
            _ => true,
        };
        extended && possible && self.office.behaviour.has(extension)
    }

    /// Lets happen what was wished for at a stage, and tells the turn if that was the answer.
    pub(super) fn meet(&mut self, stage: Stage, hit: impl Fn(&Pattern) -> bool) -> io::Result<Option<Turn>> {
        let fault = self.office.behaviour.at(stage, hit);
        self.suffer(fault)
    }

    /// Lets a fault happen.
    pub(super) fn suffer(&mut self, fault: Fault) -> io::Result<Option<Turn>> {
        self.pause(fault.pause)?;
        match fault.end {
            None => Ok(None),
            Some(FaultEnd::Hangup) => Ok(Some(Turn::Cut)),
            Some(FaultEnd::Refusal(code)) => self.say(&Reply::wished(code)).map(Some),
        }
    }

    /// Waits as wished, with all earlier replies sent.
    pub(super) fn pause(&mut self, time: Option<Duration>) -> io::Result<()> {
        if let Some(time) = time {
            self.wire.flush()?;
            self.office.pause(time);
        }
        Ok(())
    }

    /// Answers; 421 ends the session (RFC 5321, 3.8).
    pub(super) fn say(&mut self, reply: &Reply) -> io::Result<Turn> {
        self.raw(&reply.line(self.office.behaviour.has(Extension::EnhancedStatusCodes)))?;
        Ok(if reply.code == 421 { Turn::Close } else { Turn::Next })
    }

    /// Answers with a line that has no enhanced code.
    pub(super) fn raw(&mut self, line: &str) -> io::Result<Turn> {
        self.wire.say(line.as_bytes()).map(|()| Turn::Next)
    }
}

/// Refuses a command that came at the wrong time.
pub(super) fn out_of_order(text: &'static str) -> Reply {
    Reply::new(503, "5.5.1", text)
}

/// Refuses a message for its size.
pub(super) fn too_large(limit: u64) -> Reply {
    Reply::new(552, "5.3.4", format!("a message has at most {limit} octets here"))
}
