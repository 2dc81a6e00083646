//! One finding: how bad, what, and what to do.

use std::borrow::Cow;

/// How much a finding matters. Only a problem keeps a message from being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Problem,
    Warning,
    Note,
    Ok,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Problem => "problem",
            Severity::Warning => "warning",
            Severity::Note => "note",
            Severity::Ok => "ok",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// A word that scripts may lean on.
    pub name: &'static str,
    pub text: String,
    pub advice: Option<String>,
}

impl Finding {
    fn new(severity: Severity, name: &'static str, text: impl Into<String>) -> Finding {
        Finding { severity, name, text: text.into(), advice: None }
    }

    pub(super) fn problem(name: &'static str, text: impl Into<String>) -> Finding {
        Finding::new(Severity::Problem, name, text)
    }

    pub(super) fn warning(name: &'static str, text: impl Into<String>) -> Finding {
        Finding::new(Severity::Warning, name, text)
    }

    pub(super) fn note(name: &'static str, text: impl Into<String>) -> Finding {
        Finding::new(Severity::Note, name, text)
    }

    pub(super) fn ok(name: &'static str, text: impl Into<String>) -> Finding {
        Finding::new(Severity::Ok, name, text)
    }

    /// Says what to do about it.
    pub(super) fn advising(mut self, advice: impl Into<Cow<'static, str>>) -> Finding {
        self.advice = Some(advice.into().into_owned());
        self
    }
}
