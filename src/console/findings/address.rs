//! Addresses that do not answer, stages that are slow, and the name that the server goes by.

use super::finding::Finding;
use crate::delivery::survey::{Place, PlaceFate, Survey};
use crate::terms::amount::in_words;
use crate::terms::failure::Stage;
use crate::terms::printable::printable;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// What another address waits for before it is tried beside the first.
const NOTICEABLE: Duration = Duration::from_millis(200);

/// From here on a stage is slow.
const SLOW: Duration = Duration::from_secs(3);

pub(super) fn findings(survey: &Survey) -> Vec<Finding> {
    let mut found: Vec<Finding> =
        survey.addresses.iter().filter_map(|place| unreachable(place, survey)).collect();
    found.extend(slow_stages(survey));
    found.extend(other_name(survey));
    found
}

/// An address that was tried in vain before the one that answered.
fn unreachable(place: &Place, survey: &Survey) -> Option<Finding> {
    if !survey.connected {
        return None;
    }
    let (address, took) = (place.address, in_words(place.took));
    let finding = match &place.fate {
        PlaceFate::Connected | PlaceFate::Untried => return None,
        PlaceFate::Failed(error) if place.took < NOTICEABLE => {
            let text = format!("{address} could not be connected to: {}", error_in_words(error));
            Finding::note("address-unreachable", text)
        }
        PlaceFate::Failed(_) | PlaceFate::Overtaken => {
            let text = format!("{address} did not answer, which delays every send by {took}");
            Finding::warning("address-silent", text)
        }
    };
    Some(finding.advising(way_round(&address, survey)))
}

fn way_round(address: &SocketAddr, survey: &Survey) -> String {
    let spared = |option: &str, family: &str| format!("{option} keeps to {family} addresses");
    let others = survey.addresses.iter().any(|place| place.address.is_ipv4() != address.is_ipv4());
    match address {
        SocketAddr::V6(_) if others => spared("-4", "IPv4"),
        SocketAddr::V4(_) if others => spared("-6", "IPv6"),
        _ => "have it taken out of the name service, or name another address with --server".to_owned(),
    }
}

/// An error of the system without its number, in lower case.
pub(in crate::console) fn error_in_words(error: &str) -> String {
    let text = error.split(" (os error").next().unwrap_or(error);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn slow_stages(survey: &Survey) -> Vec<Finding> {
    let mut whole: BTreeMap<&str, (Stage, Duration)> = BTreeMap::new();
    for (stage, took) in &survey.laps {
        whole.entry(stage.name()).or_insert((*stage, Duration::ZERO)).1 += *took;
    }
    let failed = survey.failure.as_ref().map(|failure| failure.stage);
    let slow = whole.values().filter(|(stage, took)| *took >= SLOW && Some(*stage) != failed);
    slow.map(|(stage, took)| {
        let what = match stage {
            Stage::Mail => "the envelope",
            stage => stage.phrase(),
        };
        let finding = Finding::warning("slow", format!("{what} took {:.1} s", took.as_secs_f64()));
        match stage {
            Stage::Resolve => finding.advising("look at the name servers in /etc/resolv.conf"),
            Stage::Connect => finding.advising("look at the addresses above"),
            _ => finding.advising(
                "the keeper of the server may know why: it may look up the name of this machine, or slow strangers down",
            ),
        }
    })
    .collect()
}

/// A server that goes by another name than the one it was asked for by: often right, and worth knowing.
fn other_name(survey: &Survey) -> Option<Finding> {
    let wanted = survey.asked.endpoint.host();
    let said = survey.server_name()?;
    let is_a_name = wanted.parse::<IpAddr>().is_err() && wanted.contains('.');
    let local = survey.asked.sink.is_some();
    if local || !is_a_name || !said.contains('.') || said.eq_ignore_ascii_case(wanted) {
        return None;
    }
    let text = format!("the server calls itself {}, not {}", printable(said), printable(wanted));
    Some(
        Finding::note("other-name", text).advising(
            "nothing, if --server names an alias of it; else look at whether the right server answers",
        ),
    )
}
