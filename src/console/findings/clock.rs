//! The clock of this machine against what is at hand: the date in the greeting, the validity of certificates.

use super::finding::Finding;
use crate::delivery::survey::Survey;
use crate::net::certificate::Story;
use crate::terms::amount::roughly;
use crate::terms::moment::{date_in, distance};
use std::time::{Duration, SystemTime};

/// From so many seconds on a clock is wrong.
const WRONG: u64 = 180;

/// What the clock could be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The greeting tells the time; so many seconds this machine is ahead of it.
    Greeting(i64),
    /// The certificates are valid by it.
    Certificates,
    /// They are not.
    Outside,
    Nothing,
}

pub fn clock(survey: &Survey) -> Clock {
    if let Some(ahead) = ahead(survey) {
        return Clock::Greeting(ahead);
    }
    match survey.tls.as_ref().map(|tls| tls.chain.as_slice()) {
        None | Some([]) => Clock::Nothing,
        Some(chain) if chain.iter().all(|story| holds(story, survey.now)) => Clock::Certificates,
        Some(_) => Clock::Outside,
    }
}

/// The seconds that this machine is ahead of the server.
fn ahead(survey: &Survey) -> Option<i64> {
    let greeting = survey.greeting.as_ref()?;
    let told = greeting.reply.lines.iter().find_map(|line| date_in(line))?;
    Some(distance(told, greeting.heard))
}

pub(super) fn holds(story: &Story, moment: SystemTime) -> bool {
    story.from <= moment && moment <= story.until
}

pub(super) fn findings(survey: &Survey) -> Option<Finding> {
    let ahead = ahead(survey)?;
    let off = ahead.unsigned_abs();
    if off <= WRONG {
        return None;
    }
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    let text = format!("the clock of this machine is {} {side} that of the server", roughly(off));
    let Some(leaf) = survey.tls.as_ref().and_then(|tls| tls.chain.first()) else {
        return Some(Finding::warning("clock", text).advising(SET));
    };
    let span = Duration::from_secs(off);
    let theirs = if ahead > 0 { survey.now.checked_sub(span) } else { survey.now.checked_add(span) };
    let explained = !holds(leaf, survey.now) && theirs.is_some_and(|theirs| holds(leaf, theirs));
    Some(match explained {
        true => Finding::warning("clock", format!("{text}, and by the server's the certificate is valid"))
            .advising(SET),
        false => Finding::warning("clock", text).advising(SET),
    })
}

const SET: &str = "look which of them is right; 'timedatectl set-ntp true' sets that of this machine";
