//! A log-on as SMTP carries it (RFC 4954 section 4): base64, the initial response, and an end to every patience.
//!
//! The words here are what goes on the wire, without line ends. After a problem the session says `*`, reads the 501
//! and goes no further, or just leaves.

use super::cram_md5::CramMd5;
use super::exchange::{Binding, Credentials, Exchange, Octets};
use super::external::External;
use super::login::Login;
use super::mechanism::Mechanism;
use super::oauth::{Dialect, OAuth};
use super::plain::Plain;
use super::problem::SaslProblem;
use super::scram::{self, Bound, Scram};
use super::scram_keys::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use zeroize::Zeroizing;

/// RFC 4954 section 4: what every mechanism in use gets along with.
const LONGEST_CHALLENGE: usize = 12 * 1024;

/// No mechanism here has more than three.
const MOST_CHALLENGES: usize = 5;

/// The AUTH command stays a command line of RFC 5321, its CRLF counted; a longer initial response waits to be asked for.
const LONGEST_COMMAND: usize = 512;

/// One log-on, from the AUTH command to the server's last word.
pub struct LogOn<'a> {
    mechanism: Mechanism,
    exchange: Box<dyn Exchange + 'a>,
    /// The initial response, where it was too long for the command.
    kept: Option<Octets>,
    challenges: usize,
    /// The first rule that was broken: nothing that comes after it counts.
    broken: Option<SaslProblem>,
}

impl<'a> LogOn<'a> {
    /// Begins a log-on with a mechanism out of those that the server offers.
    pub fn begin(
        mechanism: Mechanism,
        credentials: Credentials<'a>,
        binding: Binding<'a>,
        offered: &[Mechanism],
    ) -> Result<LogOn<'a>, SaslProblem> {
        LogOn::with_nonce(mechanism, credentials, binding, offered, scram::nonce)
    }

    fn with_nonce(
        mechanism: Mechanism,
        credentials: Credentials<'a>,
        binding: Binding<'a>,
        offered: &[Mechanism],
        nonce: impl FnOnce() -> Result<String, SaslProblem>,
    ) -> Result<LogOn<'a>, SaslProblem> {
        check(mechanism, &credentials)?;
        let scram = |hash| -> Result<Box<dyn Exchange + 'a>, SaslProblem> {
            let bound = bound(mechanism, binding, offered)?;
            Ok(Box::new(Scram::new(hash, bound, &credentials, nonce()?)?))
        };
        let exchange: Box<dyn Exchange + 'a> = match mechanism {
            Mechanism::External => Box::new(External(credentials)),
            Mechanism::ScramSha256Plus | Mechanism::ScramSha256 => scram(Hash::Sha256)?,
            Mechanism::ScramSha1Plus | Mechanism::ScramSha1 => scram(Hash::Sha1)?,
            Mechanism::CramMd5 => Box::new(CramMd5::new(credentials)),
            Mechanism::Plain => Box::new(Plain(credentials)),
            Mechanism::Login => Box::new(Login::new(credentials)),
            Mechanism::OAuthBearer => Box::new(OAuth::new(Dialect::OAuthBearer, credentials)?),
            Mechanism::XOAuth2 => Box::new(OAuth::new(Dialect::XOAuth2, credentials)?),
        };
        Ok(LogOn { mechanism, exchange, kept: None, challenges: 0, broken: None })
    }

    pub fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// The AUTH command, with the initial response where there is one and it has room.
    pub fn command(&mut self) -> Zeroizing<String> {
        let name = self.mechanism.name();
        let bare = || Zeroizing::new(format!("AUTH {name}"));
        let Some(initial) = self.exchange.initial() else { return bare() };
        let response = encoded(&initial);
        // An empty response is written so that it can be told from none.
        let response = if response.is_empty() { "=" } else { response.as_str() };
        if "AUTH  \r\n".len() + name.len() + response.len() > LONGEST_COMMAND {
            self.kept = Some(initial);
            return bare();
        }
        let mut command = Zeroizing::new(String::with_capacity(LONGEST_COMMAND));
        for part in ["AUTH ", name, " ", response] {
            command.push_str(part);
        }
        command
    }

    /// Answers a 334 by the text that came behind its code.
    pub fn answer(&mut self, text: &str) -> Result<Zeroizing<String>, SaslProblem> {
        let answer = self.next(text);
        if let Err(problem) = &answer {
            self.broken.get_or_insert(*problem);
        }
        answer
    }

    fn next(&mut self, text: &str) -> Result<Zeroizing<String>, SaslProblem> {
        self.challenges += 1;
        if self.challenges > MOST_CHALLENGES {
            return Err(SaslProblem::Endless);
        }
        if text.len() > LONGEST_CHALLENGE {
            return Err(SaslProblem::ChallengeTooLong);
        }
        // Empty is written as `=` in the command, so a server may write it so too.
        let text = if text.trim() == "=" { "" } else { text.trim() };
        if let Some(initial) = self.kept.take() {
            return if text.is_empty() { Ok(encoded(&initial)) } else { Err(SaslProblem::Unasked) };
        }
        // What LOGIN asks with is not looked at, and there are servers that ask in plain words.
        let challenge = match self.mechanism {
            Mechanism::Login => Vec::new(),
            _ => STANDARD.decode(text).map_err(|_| SaslProblem::NotBase64)?,
        };
        Ok(encoded(&self.exchange.answer(&challenge)?))
    }

    /// To be asked when the server says 235: there is no success before this agrees.
    pub fn finish(&self) -> Result<(), SaslProblem> {
        match self.broken {
            Some(problem) => Err(problem),
            None if self.kept.is_some() => Err(SaslProblem::Early),
            None => self.exchange.finish(),
        }
    }

    /// What the server said inside the mechanism about its refusal, printable; not yet rid of secrets that it repeats.
    pub fn reason(&self) -> Option<&str> {
        self.exchange.reason()
    }
}

impl fmt::Debug for LogOn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogOn").field("mechanism", &self.mechanism).finish_non_exhaustive()
    }
}

/// Tells what makes credentials unfit for a mechanism; to be asked before the first packet where the mechanism is known.
pub fn check(mechanism: Mechanism, credentials: &Credentials<'_>) -> Result<(), SaslProblem> {
    let may_be_empty = matches!(mechanism, Mechanism::External | Mechanism::OAuthBearer);
    if credentials.user.is_empty() && !may_be_empty {
        return Err(SaslProblem::NoUser);
    }
    if credentials.user.contains('\0') {
        return Err(SaslProblem::NulInUser);
    }
    match mechanism {
        Mechanism::Plain if credentials.secret.expose().contains(&0) => Err(SaslProblem::NulInPassword),
        Mechanism::OAuthBearer | Mechanism::XOAuth2 => OAuth::new(Dialect::XOAuth2, *credentials).map(|_| ()),
        mechanism if mechanism.is_scram() => scram::prepare(credentials).map(|_| ()),
        _ => Ok(()),
    }
}

/// `y` is said only where the server offers no binding at all, for a server that offers one must refuse it.
fn bound<'a>(
    mechanism: Mechanism,
    binding: Binding<'a>,
    offered: &[Mechanism],
) -> Result<Bound<'a>, SaslProblem> {
    match (mechanism.binds(), binding.is_some()) {
        (true, true) => Ok(Bound::To(binding)),
        (true, false) => Err(SaslProblem::NoBinding),
        (false, true) if !offered.iter().any(|offer| offer.binds()) => Ok(Bound::Unoffered),
        (false, _) => Ok(Bound::Unable),
    }
}

fn encoded(octets: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(STANDARD.encode(octets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::secret::Secret;
    use proptest::prelude::*;

    fn begin<'a>(mechanism: Mechanism, user: &'a str, secret: &'a Secret) -> LogOn<'a> {
        let binding = if mechanism.binds() { Binding::TlsExporter(b"exported") } else { Binding::None };
        LogOn::with_nonce(mechanism, Credentials::of(user, secret), binding, &[mechanism], || {
            Ok("fyko+d2lbbFgONRv9qkxdawL".to_owned())
        })
        .unwrap()
    }

    #[test]
    fn commands_carry_the_initial_response_where_there_is_one() {
        let secret = Secret::new(b"tanstaaftanstaaf".to_vec());
        for (mechanism, user, command) in [
            (Mechanism::Plain, "tim", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm"),
            (Mechanism::Login, "tim", "AUTH LOGIN"),
            (Mechanism::CramMd5, "tim", "AUTH CRAM-MD5"),
            (Mechanism::External, "", "AUTH EXTERNAL ="),
            (Mechanism::External, "tim", "AUTH EXTERNAL dGlt"),
            (
                Mechanism::ScramSha1,
                "user",
                "AUTH SCRAM-SHA-1 biwsbj11c2VyLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdM",
            ),
            (Mechanism::XOAuth2, "tim", "AUTH XOAUTH2 dXNlcj10aW0BYXV0aD1CZWFyZXIgdGFuc3RhYWZ0YW5zdGFhZgEB"),
        ] {
            let mut log_on = begin(mechanism, user, &secret);
            assert_eq!(*log_on.command(), command);
            assert!(!format!("{log_on:?}").contains("tan"));
        }
    }

    #[test]
    fn an_initial_response_too_long_for_a_command_waits_to_be_asked_for() {
        // With EXTERNAL the longest command is exactly as long as it may be.
        let (none, room) = (Secret::default(), (LONGEST_COMMAND - "AUTH EXTERNAL \r\n".len()) / 4 * 3);
        for (length, shown) in [(room, LONGEST_COMMAND - 2), (room + 1, "AUTH EXTERNAL".len())] {
            let user = "x".repeat(length);
            assert_eq!(begin(Mechanism::External, &user, &none).command().len(), shown);
        }

        let secret = Secret::new(vec![b'x'; 400]);
        let waiting = || {
            let mut log_on = begin(Mechanism::Plain, "tim", &secret);
            assert_eq!(*log_on.command(), "AUTH PLAIN");
            assert_eq!(log_on.finish(), Err(SaslProblem::Early));
            log_on
        };
        for text in ["", " ", "="] {
            let mut log_on = waiting();
            let expected = STANDARD.encode([b"\0tim\0", secret.expose()].concat());
            assert_eq!(*log_on.answer(text).unwrap(), expected);
            assert_eq!(log_on.finish(), Ok(()));
            assert_eq!(log_on.answer(text), Err(SaslProblem::Unasked));
        }
        assert_eq!(waiting().answer("UGFzc3dvcmQ6"), Err(SaslProblem::Unasked));
    }

    #[test]
    fn a_334_to_plain_is_never_success_and_neither_is_what_follows_it() {
        let secret = Secret::new(b"pencil".to_vec());
        for mechanism in [Mechanism::Plain, Mechanism::External] {
            let mut log_on = begin(mechanism, "tim", &secret);
            log_on.command();
            assert_eq!(log_on.finish(), Ok(()));
            assert_eq!(log_on.answer(""), Err(SaslProblem::Unasked));
            assert_eq!(log_on.finish(), Err(SaslProblem::Unasked));
        }
        let mut log_on = begin(Mechanism::CramMd5, "tim", &secret);
        assert_eq!(log_on.answer("*"), Err(SaslProblem::NotBase64));
        assert!(log_on.answer("PDFAeD4=").is_ok());
        assert_eq!(log_on.finish(), Err(SaslProblem::NotBase64));
    }

    #[test]
    fn whole_log_ons_go_through_base64() {
        let secret = Secret::new(b"tanstaaftanstaaf".to_vec());
        let mut cram = begin(Mechanism::CramMd5, "tim", &secret);
        cram.command();
        let challenge = "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+";
        assert_eq!(*cram.answer(challenge).unwrap(), "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw");
        assert_eq!(cram.finish(), Ok(()));

        let mut login = begin(Mechanism::Login, "tim", &secret);
        login.command();
        assert_eq!(*login.answer("VXNlcm5hbWU6").unwrap(), "dGlt");
        assert_eq!(*login.answer("Password: in plain words").unwrap(), "dGFuc3RhYWZ0YW5zdGFhZg==");
        assert_eq!(login.finish(), Ok(()));

        let pencil = Secret::new(b"pencil".to_vec());
        let mut scram = begin(Mechanism::ScramSha1, "user", &pencil);
        scram.command();
        let first = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
        scram.answer(&STANDARD.encode(first)).unwrap();
        assert_eq!(scram.finish(), Err(SaslProblem::NoProof));
        assert_eq!(*scram.answer(&STANDARD.encode("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")).unwrap(), "");
        assert_eq!(scram.finish(), Ok(()));

        let mut bearer = begin(Mechanism::OAuthBearer, "", &secret);
        bearer.command();
        assert_eq!(*bearer.answer("eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=").unwrap(), "AQ==");
        assert_eq!(bearer.reason(), Some(r#"{"status":"invalid_token"}"#));
    }

    #[test]
    fn challenges_have_bounds() {
        let secret = Secret::new(b"pencil".to_vec());
        let mut log_on = begin(Mechanism::CramMd5, "tim", &secret);
        assert_eq!(log_on.answer(&"A".repeat(LONGEST_CHALLENGE + 1)), Err(SaslProblem::ChallengeTooLong));
        assert!(log_on.answer(&"A".repeat(LONGEST_CHALLENGE)).is_ok());
        for text in ["*", "A", "AAA", "AA=A", "AAAA\u{fc}", "====", "AA A"] {
            assert_eq!(begin(Mechanism::CramMd5, "t", &secret).answer(text), Err(SaslProblem::NotBase64));
        }
        for mechanism in Mechanism::ALL {
            let mut log_on = begin(mechanism, "tim", &secret);
            log_on.command();
            let end = (0..).find(|_| log_on.answer("").is_err());
            assert!(end.is_some_and(|round| round <= MOST_CHALLENGES), "{mechanism}");
            let last = (0..MOST_CHALLENGES).filter_map(|_| log_on.answer("").err()).last();
            assert_eq!(last, Some(SaslProblem::Endless), "{mechanism}");
        }
    }

    #[test]
    fn credentials_that_do_not_fit_never_begin() {
        let pencil = &Secret::new(b"pencil".to_vec());
        let odd = &Secret::new(b"a\0b".to_vec());
        for (mechanism, user, secret, problem) in [
            (Mechanism::Plain, "", pencil, Some(SaslProblem::NoUser)),
            (Mechanism::XOAuth2, "", pencil, Some(SaslProblem::NoUser)),
            (Mechanism::External, "", pencil, None),
            (Mechanism::OAuthBearer, "", pencil, None),
            (Mechanism::Plain, "tim", odd, Some(SaslProblem::NulInPassword)),
            (Mechanism::Login, "tim", odd, None),
            (Mechanism::CramMd5, "tim", odd, None),
            (Mechanism::ScramSha256, "tim", odd, Some(SaslProblem::UnpreparedPassword)),
            (Mechanism::OAuthBearer, "tim", odd, Some(SaslProblem::NotAToken)),
            (Mechanism::XOAuth2, "t\x01im", pencil, Some(SaslProblem::ControlInUser)),
            (Mechanism::ScramSha1Plus, "tim", pencil, Some(SaslProblem::NoBinding)),
        ] {
            let begun = LogOn::begin(mechanism, Credentials::of(user, secret), Binding::None, &[]);
            assert_eq!(begun.map(|_| ()).err(), problem, "{mechanism} {user:?}");
            assert!(problem.is_none_or(SaslProblem::is_ours));
        }
        for mechanism in Mechanism::ALL {
            let refused = check(mechanism, &Credentials::of("t\0im", pencil));
            assert_eq!(refused, Err(SaslProblem::NulInUser), "{mechanism}");
        }
    }

    #[test]
    fn the_header_tells_a_server_whose_offer_of_binding_was_hidden() {
        let secret = Secret::new(b"pencil".to_vec());
        let bind = Binding::TlsExporter(b"x");
        let (bare, plus) = (Mechanism::ScramSha256, Mechanism::ScramSha256Plus);
        for (mechanism, binding, offered, header) in [
            (bare, Binding::None, &[bare][..], "n,,"),
            (bare, Binding::None, &[bare, plus], "n,,"),
            (bare, bind, &[bare], "y,,"),
            (Mechanism::ScramSha1, bind, &[Mechanism::ScramSha1, plus], "n,,"),
            (plus, bind, &[bare, plus], "p=tls-exporter,,"),
            (plus, Binding::TlsServerEndPoint(b"x"), &[bare, plus], "p=tls-server-end-point,,"),
        ] {
            let mut log_on =
                LogOn::begin(mechanism, Credentials::of("u", &secret), binding, offered).unwrap();
            let command = log_on.command();
            let message = STANDARD.decode(command.rsplit(' ').next().unwrap()).unwrap();
            assert!(message.starts_with(format!("{header}n=u,r=").as_bytes()), "{mechanism} {binding:?}");
        }
    }

    /// What a server may say: junk, base64 of junk, and what is almost a message of SCRAM.
    fn challenge() -> impl Strategy<Value = String> {
        prop_oneof![
            ".{0,80}",
            proptest::collection::vec(any::<u8>(), 0..80).prop_map(|octets| STANDARD.encode(octets)),
            "(r=fyko\\+d2lbbFgONRv9qkxdawL[a-z]{0,3}|[mevrsi]=[A-Za-z0-9+/=]{0,8}|s=QUJD|i=4096|,){0,5}"
                .prop_map(|text| STANDARD.encode(text)),
            Just(STANDARD.encode("r=fyko+d2lbbFgONRv9qkxdawLx,s=QUJD,i=4096")),
        ]
    }

    proptest! {
        #[test]
        fn no_server_makes_a_log_on_panic_or_scram_believe_it(
            index in 0..Mechanism::ALL.len(),
            user in "[^\0-\x1f\x7f-\u{9f}]{1,12}",
            password in "[!-~]{1,40}",
            challenges in proptest::collection::vec(challenge(), 0..7),
        ) {
            let mechanism = Mechanism::ALL[index];
            let secret = Secret::new(password.clone().into_bytes());
            let credentials = Credentials::of(&user, &secret);
            let nonce = || Ok("fyko+d2lbbFgONRv9qkxdawL".to_owned());
            let begun = LogOn::with_nonce(mechanism, credentials, Binding::TlsExporter(b"x"), &[], nonce);
            // A name that SASLprep has no form of.
            let Ok(mut log_on) = begun else { return Ok(()) };
            let mut lines = vec![log_on.command()];
            for challenge in &challenges {
                lines.extend(log_on.answer(challenge));
            }
            for line in lines {
                prop_assert!(line.bytes().all(|octet| octet == b' ' || octet.is_ascii_graphic()));
            }
            prop_assert!(!mechanism.is_scram() || log_on.finish().is_err());
        }
    }
}
