//! What the sink was asked to do wrong: stages, patterns, refusals, hang-ups, delays, extensions left out.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::terms::amount;

/// Says what is wrong with a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BehaviourProblem(String);

impl BehaviourProblem {
    pub(super) fn new(problem: String) -> Self {
        Self(problem)
    }
}

impl fmt::Display for BehaviourProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for BehaviourProblem {}

/// Names the moment of a session at which something is to go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The client has connected.
    Greeting,
    /// EHLO, HELO or LHLO was said.
    Ehlo,
    /// STARTTLS was said.
    StartTls,
    /// The user and the password of a log-on have come, and nobody has looked at them yet.
    Auth,
    /// MAIL was said.
    Mail,
    /// RCPT was said.
    Rcpt,
    /// DATA, or the first BDAT, was said.
    Data,
    /// The first octets of the message have come, more are on their way.
    Body,
    /// The whole message has come and nothing of it is kept yet.
    Dot,
    /// The message is kept and on the disk, and nothing was answered yet.
    Reply,
    /// RSET was said.
    Rset,
    /// QUIT was said.
    Quit,
}

const STAGES: [(&str, Stage); 12] = [
    ("greeting", Stage::Greeting),
    ("ehlo", Stage::Ehlo),
    ("starttls", Stage::StartTls),
    ("auth", Stage::Auth),
    ("mail", Stage::Mail),
    ("rcpt", Stage::Rcpt),
    ("data", Stage::Data),
    ("body", Stage::Body),
    ("dot", Stage::Dot),
    ("reply", Stage::Reply),
    ("rset", Stage::Rset),
    ("quit", Stage::Quit),
];

impl FromStr for Stage {
    type Err = BehaviourProblem;

    fn from_str(text: &str) -> Result<Self, BehaviourProblem> {
        STAGES.iter().find(|(name, _)| *name == text).map(|(_, stage)| *stage).ok_or_else(|| {
            let names: Vec<_> = STAGES.iter().map(|(name, _)| *name).collect();
            BehaviourProblem(format!("`{text}` is no stage; the stages are {}", names.join(", ")))
        })
    }
}

impl Stage {
    /// Tells whether there is an address or a name at this stage that a pattern could be held against.
    fn has_subject(self) -> bool {
        !matches!(self, Self::Greeting | Self::StartTls | Self::Rset | Self::Quit)
    }
}

/// Matches an address in which `*` stands for anything; letters match whatever their case, `<>` is the null sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Holds the pattern against an address.
    pub fn matches(&self, address: &str) -> bool {
        let (pattern, text) = (self.0.as_bytes(), address.as_bytes());
        let (mut p, mut t) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while t < text.len() {
            if pattern.get(p) == Some(&b'*') {
                star = Some((p + 1, t));
                p += 1;
            } else if pattern.get(p).is_some_and(|octet| octet.eq_ignore_ascii_case(&text[t])) {
                p += 1;
                t += 1;
            } else if let Some((after, from)) = star {
                star = Some((after, from + 1));
                p = after;
                t = from + 1;
            } else {
                return false;
            }
        }
        pattern[p..].iter().all(|octet| *octet == b'*')
    }

    /// Reads the part behind the colon of a wish, if the stage has something to hold it against.
    fn of(stage: Stage, text: Option<&str>) -> Result<Option<Self>, BehaviourProblem> {
        let Some(text) = text else { return Ok(None) };
        if !stage.has_subject() {
            return Err(BehaviourProblem(format!(
                "there is no address at this stage to match with `{text}`"
            )));
        }
        let bare = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
        match bare.unwrap_or(text) {
            "" if bare.is_none() => Err(BehaviourProblem("a pattern is missing behind the colon".into())),
            pattern => Ok(Some(Self(pattern.into()))),
        }
    }
}

/// Wishes for a refusal: `rcpt=550:bad@*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where it happens.
    pub stage: Stage,
    /// The code of the reply, 400 to 599.
    pub code: u16,
    /// Whom it hits; nobody named hits all.
    pub pattern: Option<Pattern>,
}

impl FromStr for Refusal {
    type Err = BehaviourProblem;

    fn from_str(text: &str) -> Result<Self, BehaviourProblem> {
        let Some((stage, rest)) = text.split_once('=') else {
            return Err(BehaviourProblem(format!("`{text}` is not STAGE=CODE or STAGE=CODE:PATTERN")));
        };
        let stage: Stage = stage.parse()?;
        if stage == Stage::Reply {
            let problem = "a message that is kept cannot be refused any more; `dot` refuses it before, and --drop reply hangs up";
            return Err(BehaviourProblem(problem.into()));
        }
        let (code, pattern) = split_pattern(rest);
        let number = if code.len() == 3 { amount::whole(code) } else { None };
        let Some(Ok(code @ 400..=599)) = number.map(u16::try_from) else {
            return Err(BehaviourProblem(format!("`{code}` is no code of a refusal: 400 to 599")));
        };
        Ok(Self { stage, code, pattern: Pattern::of(stage, pattern)? })
    }
}

/// Wishes for a lost connection: `dot`, `rcpt:bad@*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hangup {
    /// Where it happens.
    pub stage: Stage,
    /// Whom it hits; nobody named hits all.
    pub pattern: Option<Pattern>,
}

impl FromStr for Hangup {
    type Err = BehaviourProblem;

    fn from_str(text: &str) -> Result<Self, BehaviourProblem> {
        let (stage, pattern) = split_pattern(text);
        let stage = stage.parse()?;
        Ok(Self { stage, pattern: Pattern::of(stage, pattern)? })
    }
}

/// Wishes for a pause: `data=2s`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delay {
    /// Where it happens.
    pub stage: Stage,
    /// How long it lasts.
    pub time: Duration,
}

impl FromStr for Delay {
    type Err = BehaviourProblem;

    fn from_str(text: &str) -> Result<Self, BehaviourProblem> {
        let Some((stage, time)) = text.split_once('=') else {
            return Err(BehaviourProblem(format!("`{text}` is not STAGE=TIME")));
        };
        Ok(Self { stage: stage.parse()?, time: amount::time(time).map_err(BehaviourProblem::new)? })
    }
}

fn split_pattern(text: &str) -> (&str, Option<&str>) {
    text.split_once(':').map_or((text, None), |(head, pattern)| (head, Some(pattern)))
}

/// Names an extension that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    /// RFC 2920.
    Pipelining,
    /// RFC 1870.
    Size,
    /// RFC 6152.
    EightBitMime,
    /// RFC 6531.
    SmtpUtf8,
    /// RFC 3461.
    Dsn,
    /// RFC 3030.
    Chunking,
    /// RFC 2034.
    EnhancedStatusCodes,
    /// RFC 9422.
    Limits,
    /// RFC 3207.
    StartTls,
    /// RFC 4954.
    Auth,
    /// EHLO itself: only HELO (or LHLO) is understood.
    Ehlo,
}

const EXTENSIONS: [(&str, Extension); 11] = [
    ("pipelining", Extension::Pipelining),
    ("size", Extension::Size),
    ("8bitmime", Extension::EightBitMime),
    ("smtputf8", Extension::SmtpUtf8),
    ("dsn", Extension::Dsn),
    ("chunking", Extension::Chunking),
    ("enhancedstatuscodes", Extension::EnhancedStatusCodes),
    ("limits", Extension::Limits),
    ("starttls", Extension::StartTls),
    ("auth", Extension::Auth),
    ("ehlo", Extension::Ehlo),
];

impl FromStr for Extension {
    type Err = BehaviourProblem;

    fn from_str(text: &str) -> Result<Self, BehaviourProblem> {
        let found = EXTENSIONS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        found.map(|(_, extension)| *extension).ok_or_else(|| {
            let names: Vec<_> = EXTENSIONS.iter().map(|(name, _)| *name).collect();
            BehaviourProblem(format!("`{text}` is no extension of this server; it has {}", names.join(", ")))
        })
    }
}

/// Tells what is to go wrong at a stage, the pause first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) pause: Option<Duration>,
    pub(super) end: Option<FaultEnd>,
}

/// Tells how a stage ends that does not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultEnd {
    Hangup,
    Refusal(u16),
}

/// Gathers all wishes; the default behaves.
#[derive(Debug, Clone, Default)]
pub struct Behaviour {
    /// Replies that refuse; the first that fits counts.
    pub refusals: Vec<Refusal>,
    /// Connections that are lost; they go before refusals.
    pub hangups: Vec<Hangup>,
    /// Pauses; the first that fits counts.
    pub delays: Vec<Delay>,
    /// Extensions that are neither offered nor understood.
    pub without: Vec<Extension>,
}

impl Behaviour {
    /// Tells whether an extension is there.
    pub(super) fn has(&self, extension: Extension) -> bool {
        !self.without.contains(&extension)
    }

    /// Tells what goes wrong at a stage; `hit` says whether a pattern fits what is in hand there.
    pub(super) fn at(&self, stage: Stage, hit: impl Fn(&Pattern) -> bool) -> Fault {
        let fits =
            |wished: Stage, pattern: &Option<Pattern>| wished == stage && pattern.as_ref().is_none_or(&hit);
        let hangup = self.hangups.iter().any(|wish| fits(wish.stage, &wish.pattern));
        let refusal = || self.refusals.iter().find(|wish| fits(wish.stage, &wish.pattern));
        Fault {
            pause: self.delays.iter().find(|wish| wish.stage == stage).map(|wish| wish.time),
            end: if hangup {
                Some(FaultEnd::Hangup)
            } else {
                refusal().map(|wish| FaultEnd::Refusal(wish.code))
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Behaviour, Delay, Extension, FaultEnd, Hangup, Pattern, Refusal, Stage};

    #[test]
    fn wishes_are_read() {
        let refusal: Refusal = "rcpt=550:bad@*".parse().unwrap();
        assert_eq!(
            refusal,
            Refusal { stage: Stage::Rcpt, code: 550, pattern: Some(Pattern("bad@*".into())) }
        );
        let refusal: Refusal = "dot=451".parse().unwrap();
        assert_eq!(refusal, Refusal { stage: Stage::Dot, code: 451, pattern: None });
        let refusal: Refusal = "mail=550:<>".parse().unwrap();
        assert!(refusal.pattern.unwrap().matches(""));
        let hangup: Hangup = "rcpt:a:b@*".parse().unwrap();
        assert_eq!(hangup, Hangup { stage: Stage::Rcpt, pattern: Some(Pattern("a:b@*".into())) });
        let delay: Delay = "reply=2m".parse().unwrap();
        assert_eq!((delay.stage, delay.time.as_secs()), (Stage::Reply, 120));
        assert_eq!("8BitMime".parse(), Ok(Extension::EightBitMime));
    }

    #[test]
    fn wishes_that_make_no_sense_are_refused_with_a_sentence() {
        let rows = [
            ("rcpt", "not STAGE=CODE"),
            ("rctp=550", "no stage"),
            ("rcpt=250", "400 to 599"),
            ("rcpt=600", "400 to 599"),
            ("rcpt=0550", "400 to 599"),
            ("rcpt=+55", "400 to 599"),
            ("rcpt=", "400 to 599"),
            ("rcpt=550:", "pattern is missing"),
            ("quit=550:a@b", "no address"),
            ("starttls=454:a@b", "no address"),
            ("reply=451", "--drop reply"),
        ];
        for (text, words) in rows {
            let problem = text.parse::<Refusal>().unwrap_err().to_string();
            assert!(problem.contains(words), "{text}: {problem}");
        }
        assert!("dots".parse::<Hangup>().is_err());
        assert!("data=2".parse::<Delay>().is_err());
        assert!("data:2s".parse::<Delay>().is_err());
        assert!("tls".parse::<Extension>().is_err());
    }

    #[test]
    fn a_star_stands_for_anything() {
        let rows = [
            ("bad@*", "bad@d.example", true),
            ("bad@*", "BAD@", true),
            ("bad@*", "worse@d.example", false),
            ("*", "", true),
            ("*@d.example", "a@d.example", true),
            ("*@d.example", "a@d.example.org", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("**x", "yyx", true),
            ("", "", true),
            ("", "x", false),
        ];
        for (pattern, address, expected) in rows {
            assert_eq!(Pattern(pattern.into()).matches(address), expected, "{pattern} {address}");
        }
    }

    #[test]
    fn a_hangup_goes_before_a_refusal_and_the_first_refusal_counts() {
        let mut behaviour = Behaviour {
            refusals: vec!["rcpt=450:a@*".parse().unwrap(), "rcpt=550".parse().unwrap()],
            ..Behaviour::default()
        };
        let at =
            |behaviour: &Behaviour, address: &str| behaviour.at(Stage::Rcpt, |it| it.matches(address)).end;
        assert_eq!(at(&behaviour, "a@d"), Some(FaultEnd::Refusal(450)));
        assert_eq!(at(&behaviour, "b@d"), Some(FaultEnd::Refusal(550)));
        behaviour.hangups.push("rcpt:b@*".parse().unwrap());
        assert_eq!(at(&behaviour, "b@d"), Some(FaultEnd::Hangup));
        assert_eq!(behaviour.at(Stage::Mail, |_| true).end, None);
    }
}
