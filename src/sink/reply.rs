//! One-line replies with their enhanced status code (RFC 5321, 4.2; RFC 2034; RFC 3463).

use std::borrow::Cow;

/// Answers a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    enhanced: &'static str,
    text: Cow<'static, str>,
}

impl Reply {
    /// Puts a reply together.
    pub(super) fn new(code: u16, enhanced: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, enhanced, text: text.into() }
    }

    /// Refuses because the user of the sink wished it.
    pub(super) fn wished(code: u16) -> Self {
        let enhanced = if code < 500 { "4.0.0" } else { "5.0.0" };
        Self::new(code, enhanced, "refused, as the sink was asked to")
    }

    /// Renders the line; `enhanced` says whether the enhanced code is part of it.
    pub(super) fn line(&self, enhanced: bool) -> String {
        let Self { code, enhanced: status, text } = self;
        if enhanced { format!("{code} {status} {text}\r\n") } else { format!("{code} {text}\r\n") }
    }
}
