//! Sentences about what the server has no part in: the message, its file, the way to the server, an extension it lacks.

use super::voice::{name_of, os};
use crate::message::open::Origin;
use crate::terms::failure::{Cause, Feature, Unfit};
use crate::terms::plan::Family;
use crate::terms::printable::printable;

/// What went wrong before or beside the server.
pub(super) fn sentence(cause: &Cause, server: &str, origin: &Origin, problem: Option<String>) -> String {
    let is_placed = problem.is_some();
    let name = problem.unwrap_or_else(|| name_of(origin));
    match cause {
        Cause::NoSuchHost => format!("the host of {server} does not exist"),
        Cause::OtherFamily { wanted, is_literal } => {
            let (name, option) = if *wanted == Family::V6 { ("IPv6", "-6") } else { ("IPv4", "-4") };
            let is_or_has = if *is_literal { "is" } else { "has" };
            format!("{server} {is_or_has} no {name} address, and {option} allows no other")
        }
        Cause::LookupFailed(why) => {
            format!("the host of {server} could not be looked up: {}", printable(why))
        }
        Cause::NotReached(tried) => match tried.as_slice() {
            [(_, error)] => format!("cannot connect to {server}: {}", os(error)),
            _ => format!("cannot connect to {server} by any of its {} addresses", tried.len()),
        },
        Cause::Local(error) => format!("cannot connect to {server} from here: {}", os(error)),
        Cause::NoSocket(error) => format!("no socket could be made for {server}: {}", os(error)),
        Cause::Unreadable(error) => format!("{name} cannot be read: {}", os(error)),
        Cause::NoRoom(error) => format!("{name} could not be kept for sending: {}", os(error)),
        Cause::Unfit(unfit) => unfitness(unfit, &name),
        Cause::Short { declared, came } => format!("{name} ended after {came} of {declared} declared octets"),
        Cause::Long { declared } => format!("{name} goes on after its {declared} declared octets"),
        Cause::OtherDigest => format!("{name} has another SHA-256 than was declared"),
        Cause::NoSender => format!("{name} has no sender"),
        Cause::NoRecipients => format!("{name} has no recipient"),
        Cause::BadAddress(problem) if is_placed => {
            format!("{name} cannot be \"{}\": {}", printable(&problem.text), problem.why)
        }
        Cause::BadAddress(problem) => problem.to_string(),
        Cause::BadList(problem) => format!("{problem} (in {name})"),
        Cause::NeverTried => format!("the session with {server} was lost before its turn"),
        Cause::Denied(error) => format!("{name} may not be used: {}", os(error)),
        Cause::Unanswered => "the question was not answered".to_owned(),
        Cause::Config(text) | Cause::NoAccount(text) | Cause::Usage(text) | Cause::Bug(text) => {
            printable(text).into_owned()
        }
        Cause::Wanting { what, .. } => printable(what).into_owned(),
        _ => "for a reason that has no words".to_owned(),
    }
}

pub(super) fn lack(feature: Feature, server: &str, problem: Option<String>) -> String {
    match feature {
        Feature::EightBitMime => {
            format!("the message has 8-bit octets, and {server} does not offer 8BITMIME")
        }
        Feature::BinaryMime => {
            format!("the message is binary, and {server} does not offer BINARYMIME")
        }
        Feature::SmtpUtf8 => {
            format!(
                "the address <{}> needs SMTPUTF8, and {server} does not offer it",
                problem.unwrap_or_default()
            )
        }
        Feature::StartTls => format!("{server} does not offer STARTTLS, and the connection must have TLS"),
        Feature::Dsn => format!("{server} does not offer delivery reports (DSN)"),
    }
}

fn unfitness(unfit: &Unfit, name: &str) -> String {
    match unfit {
        Unfit::Empty => format!("{name} is empty"),
        Unfit::NoHeader => format!("{name} does not start with a header field"),
        Unfit::HeaderTooLong { limit } => format!("{name} has a header of more than {limit} octets"),
        Unfit::Nul { line, offset } => format!("{name} has a NUL in line {line}, at offset {offset}"),
        Unfit::NoText { line, offset } => {
            format!("{name} is not UTF-8 in line {line}, at offset {offset}, and the service takes text only")
        }
        Unfit::LoneCr { line, offset } => {
            format!("{name} has a lone CR in its header, in line {line} at offset {offset}")
        }
        Unfit::Directory => format!("{name} is a directory"),
        Unfit::Device => format!("{name} is a device"),
        Unfit::Terminal => format!("{name} is a terminal, not a message"),
        Unfit::Changed => format!("{name} changed while it was sent"),
    }
}
