//! The observer that keeps what the road tells, so that a check needs no road of its own.

use super::survey::{Asked, Greeting, Offer, Place, PlaceFate, Security, Survey};
use crate::net::certificate;
use crate::smtp::capability::Capabilities;
use crate::smtp::sasl::mechanism::{Have, Mechanism, choose};
use crate::terms::auth::Auth;
use crate::terms::event::{Attempt, Event, Observer};
use crate::terms::failure::Stage;
use crate::terms::reply::Reply;
use crate::terms::tls::{Tls, TlsFacts, Trust};
use std::time::{Instant, SystemTime};

#[allow(missing_debug_implementations)] // it holds an observer
/// Writes a survey while the road is taken, and lets another observer hear all of it.
pub struct Surveyor<'a> {
    pub survey: Survey,
    next: &'a mut dyn Observer,
    /// A token is there to log on with, not a password.
    has_token: bool,
    in_clear: bool,
    start: Instant,
    mark: Instant,
}

impl<'a> Surveyor<'a> {
    pub fn new(asked: Asked, has_token: bool, in_clear: bool, next: &'a mut dyn Observer) -> Surveyor<'a> {
        let now = Instant::now();
        let survey = Survey {
            asked,
            addresses: Vec::new(),
            local: None,
            connected: false,
            greeting: None,
            offers: Vec::new(),
            tls: None,
            login: None,
            sender: None,
            recipients: Vec::new(),
            failure: None,
            laps: Vec::new(),
            now: SystemTime::now(),
            elapsed: now.elapsed(),
        };
        Surveyor { survey, next, has_token, in_clear, start: now, mark: now }
    }

    /// Ends the time of a stage; the next one begins.
    pub fn lap(&mut self, stage: Stage) {
        self.survey.laps.push((stage, self.mark.elapsed()));
        self.mark = Instant::now();
    }

    pub fn finish(mut self) -> Survey {
        self.survey.elapsed = self.start.elapsed();
        self.survey.now = SystemTime::now();
        self.survey
    }

    fn tried(&mut self, address: std::net::SocketAddr, attempt: &Attempt<'_>, took: std::time::Duration) {
        let fate = match attempt {
            Attempt::Connected => PlaceFate::Connected,
            Attempt::Failed(error) => PlaceFate::Failed(error.to_string()),
            Attempt::Overtaken => PlaceFate::Overtaken,
        };
        let known = self.survey.addresses.iter_mut().find(|place| place.address == address);
        if let Some(place) = known {
            (place.fate, place.took) = (fate, took);
        }
    }

    fn secured(&mut self, facts: &TlsFacts, refused: bool) {
        self.survey.tls = Some(Security {
            version: facts.version.clone(),
            cipher: facts.cipher.clone(),
            problem: match &facts.trust {
                Trust::Verified => None,
                Trust::Unverified(problem) => Some((**problem).clone()),
            },
            refused,
            chain: facts.chain.iter().filter_map(|der| certificate::story(der)).collect(),
            fingerprint: facts.chain.first().map(|der| certificate::sha256(der)),
        });
    }

    fn offered(&mut self, reply: &Reply, extended: bool) {
        let capabilities = if extended { Capabilities::read(reply) } else { Capabilities::default() };
        if let (Some((_, true)), Some(last)) = (self.survey.login, self.survey.offers.last_mut()) {
            // What is offered to who has logged on; a log-on is among it no more.
            let auth = std::mem::take(&mut last.capabilities.auth);
            last.capabilities = Capabilities { auth, ..capabilities };
            last.reply = reply.clone();
            return;
        }
        let tls = self.survey.tls.as_ref().filter(|_| self.survey.is_secured());
        let trusted = tls.is_some_and(|tls| tls.problem.is_none() || self.survey.asked.tls.insecure);
        let off_at_home = self.survey.asked.tls.when == Some(Tls::Off) && self.survey.is_near();
        let have = Have {
            password: !self.has_token,
            token: self.has_token,
            client_certificate: false,
            private: trusted || self.in_clear || off_at_home,
            binding: tls.is_some(),
            prepared: true,
        };
        let known: Vec<Mechanism> =
            capabilities.auth.iter().filter_map(|word| Mechanism::parse(word)).collect();
        self.survey.offers.push(Offer {
            reply: reply.clone(),
            extended,
            under_tls: tls.is_some(),
            auto: choose(&known, Auth::Auto, have).ok().map(Mechanism::name),
            capabilities,
        });
    }

    fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::Found(addresses) => {
                let untried =
                    |&address| Place { address, fate: PlaceFate::Untried, took: Default::default() };
                self.survey.addresses = addresses.iter().map(untried).collect();
                self.lap(Stage::Resolve);
            }
            Event::Tried(address, attempt, took) => self.tried(*address, attempt, *took),
            Event::Local(local) => {
                (self.survey.local, self.survey.connected) = (*local, true);
                self.lap(Stage::Connect);
            }
            Event::Secured(facts) => {
                self.secured(facts, false);
                self.lap(Stage::Secure);
            }
            Event::Distrusted(facts) => self.secured(facts, true),
            Event::Greeted(reply) => {
                let heard = SystemTime::now();
                self.survey.greeting = Some(Greeting { reply: (*reply).clone(), heard });
                self.lap(Stage::Greeting);
            }
            Event::Offered { reply, extended } => {
                self.offered(reply, *extended);
                self.lap(Stage::Hello);
            }
            Event::LogOn(mechanism) => self.survey.login = Some((mechanism, false)),
            Event::LoggedOn => {
                self.survey.login = self.survey.login.map(|(mechanism, _)| (mechanism, true));
                self.lap(Stage::Login);
            }
            _ => {}
        }
    }
}

impl Observer for Surveyor<'_> {
    fn note(&mut self, event: &Event<'_>) {
        self.hear(event);
        self.next.note(event);
    }
}
