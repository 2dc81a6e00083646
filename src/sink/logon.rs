//! The log-on (RFC 4954) by PLAIN (RFC 4616) and by LOGIN, and when it is offered.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::behaviour::{Extension, Stage};
use super::command::{LogOn, not_implemented};
use super::dialogue::{Session, Turn, out_of_order};
use super::kept::Protocol;
use super::reply::Reply;
use super::wire::Line;
use crate::terms::secret::Secret;

/// The wrong log-ons that one session may try.
const TRIES: u32 = 10;

/// Names somebody who may log on.
#[derive(Debug)]
pub struct User {
    /// The name, octet for octet.
    pub name: String,
    /// The password.
    pub password: Secret,
}

/// Says who may log on, and where; nobody named means that there is no log-on.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    /// Those who may.
    pub users: Arc<[User]>,
    /// Whether passwords may cross a connection in clear.
    pub in_clear: bool,
}

impl Gate {
    /// Tells whether a log-on is asked for.
    pub(super) fn is_shut(&self) -> bool {
        !self.users.is_empty()
    }

    /// Holds name and password against those of all users, whichever of them fits.
    fn admits(&self, who: &Credentials) -> bool {
        self.users.iter().fold(false, |found, user| {
            let same = user.password.matches(who.password.expose());
            found | (user.name == who.user && same)
        })
    }
}

/// Holds what a client said of itself.
struct Credentials {
    user: String,
    password: Secret,
}

/// Tells how a round of the exchange came out.
enum Round<T> {
    Come(T),
    /// The exchange is over with this reply.
    Over(Reply),
}

impl Session<'_> {
    /// Tells whether this is a connection over which a password may come, to a server that asks for one.
    pub(super) fn may_log_on_here(&self) -> bool {
        let gate = &self.office.gate;
        gate.is_shut() && (self.tls.is_some() || gate.in_clear)
    }

    /// Tells whether a sender must log on before anything else.
    pub(super) fn must_log_on(&self) -> bool {
        self.office.gate.is_shut() && self.user.is_none()
    }

    /// Logs a client on.
    pub(super) fn log_on(&mut self, wish: &LogOn<'_>) -> io::Result<Turn> {
        if let Some(reply) = self.no_log_on() {
            return self.say(&reply);
        }
        let came = match wish.mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => self.plain(wish.initial)?,
            "LOGIN" => self.login(wish.initial)?,
            _ => Round::Over(Reply::new(504, "5.5.4", "PLAIN and LOGIN are the ways to log on here")),
        };
        let who = match came {
            Round::Come(who) => who,
            Round::Over(reply) => return self.say(&reply),
        };
        if let Some(turn) = self.meet(Stage::Auth, |pattern| pattern.matches(&who.user))? {
            return Ok(turn);
        }
        if self.office.gate.admits(&who) {
            self.user = Some(who.user);
            return self.say(&Reply::new(235, "2.7.0", "logged on"));
        }
        self.tries += 1;
        if self.tries >= TRIES {
            return self.say(&Reply::new(421, "4.7.0", "too many wrong log-ons"));
        }
        self.say(&Reply::new(535, "5.7.8", "user or password is wrong"))
    }

    /// Tells why nobody may log on now, if that is so.
    fn no_log_on(&self) -> Option<Reply> {
        if !self.office.gate.is_shut() || !self.office.behaviour.has(Extension::Auth) {
            Some(not_implemented())
        } else if self.hello.as_ref().is_none_or(|hello| hello.protocol == Protocol::Smtp) {
            Some(out_of_order("EHLO or LHLO comes first"))
        } else if !self.may_log_on_here() {
            Some(Reply::new(538, "5.7.11", "a password needs TLS"))
        } else if self.user.is_some() {
            Some(out_of_order("somebody has logged on already"))
        } else if self.mail.is_some() {
            Some(out_of_order("a transaction is open"))
        } else {
            None
        }
    }

    fn plain(&mut self, initial: Option<&str>) -> io::Result<Round<Credentials>> {
        let response = match self.response(initial, "")? {
            Round::Come(response) => response,
            Round::Over(reply) => return Ok(Round::Over(reply)),
        };
        let parts: Vec<_> = response.expose().split(|octet| *octet == 0).collect();
        let [role, user, password] = parts.as_slice() else { return Ok(Round::Over(malformed())) };
        // Acting for somebody else is not for this server to grant.
        let Ok(user) = str::from_utf8(user) else { return Ok(Round::Over(malformed())) };
        if !role.is_empty() && *role != user.as_bytes() {
            return Ok(Round::Over(Reply::new(535, "5.7.8", "nobody acts for somebody else here")));
        }
        Ok(Round::Come(Credentials { user: user.to_owned(), password: Secret::new(password.to_vec()) }))
    }

    fn login(&mut self, initial: Option<&str>) -> io::Result<Round<Credentials>> {
        let user = match self.response(initial, "VXNlcm5hbWU6")? {
            Round::Come(user) => user,
            Round::Over(reply) => return Ok(Round::Over(reply)),
        };
        let password = match self.response(None, "UGFzc3dvcmQ6")? {
            Round::Come(password) => password,
            Round::Over(reply) => return Ok(Round::Over(reply)),
        };
        let Ok(user) = str::from_utf8(user.expose()) else { return Ok(Round::Over(malformed())) };
        Ok(Round::Come(Credentials { user: user.to_owned(), password }))
    }

    /// Takes the response that came with the command, or asks for it.
    fn response(&mut self, initial: Option<&str>, challenge: &str) -> io::Result<Round<Secret>> {
        let line = match initial {
            Some("=") => return Ok(Round::Come(Secret::default())),
            Some(initial) => Secret::new(initial.as_bytes().to_vec()),
            None => {
                self.raw(&format!("334 {challenge}\r\n"))?;
                let mut line = Vec::new();
                match self.wire.line(&mut line)? {
                    Line::Whole => Secret::new(line),
                    Line::TooLong => {
                        return Ok(Round::Over(Reply::new(500, "5.5.6", "a response is not that long")));
                    }
                    Line::End => return Err(ErrorKind::UnexpectedEof.into()),
                }
            }
        };
        if line.expose() == b"*" {
            return Ok(Round::Over(Reply::new(501, "5.7.0", "no log-on, as you wish")));
        }
        Ok(STANDARD
            .decode(line.expose())
            .map_or_else(|_| Round::Over(malformed()), |octets| Round::Come(Secret::new(octets))))
    }

    /// Begins TLS where it was offered (RFC 3207); the session begins anew behind it.
    pub(super) fn start_tls(&mut self) -> io::Result<Turn> {
        let Some(identity) =
            self.office.identity().filter(|_| self.office.behaviour.has(Extension::StartTls))
        else {
            return self.say(&not_implemented());
        };
        if self.tls.is_some() {
            return self.say(&out_of_order("TLS is on already"));
        }
        if self.hello.is_none() {
            return self.say(&out_of_order("EHLO, HELO or LHLO comes first"));
        }
        if self.wire.is_ahead() {
            // Whoever sends on in clear has not heard the reply, or is not the client at all.
            let reply = Reply::new(501, "5.5.1", "nothing may come behind STARTTLS before its reply");
            return self.say(&reply).map(|_| Turn::Close);
        }
        if let Some(turn) = self.meet(Stage::StartTls, |_| false)? {
            return Ok(turn);
        }
        self.say(&Reply::new(220, "2.0.0", "shake hands"))?;
        self.wire.flush()?;
        self.secure(identity)?;
        (self.hello, self.mail, self.user) = (None, None, None);
        Ok(Turn::Next)
    }
}

fn malformed() -> Reply {
    Reply::new(501, "5.5.2", "this is no response of that mechanism")
}
