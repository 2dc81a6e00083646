//! `mailxport sendmail`, and the program called sendmail, send-mail, mailq or newaliases.
//!
//! The exit status is always one of sysexits.h, and standard output carries nothing about a delivery.

use super::begin::begin;
use super::guard;
use super::product;
use super::round::{carry, embedded};
use super::submission::{Errands, complain, deliverable, output, submission};
use crate::cli::root::Root;
use crate::cli::shared::ExitCodes;
use crate::cli::submission::{Mode, Refusal, Wishes, read};
use crate::console::panel::Panel;
use crate::console::{out, sendmail};
use crate::delivery::check::check;
use crate::sink::StoreChoice;
use crate::terms::endpoint::Server;
use crate::terms::failure::Failure;
use crate::terms::ixp::Ixp;
use crate::watch::signals::die_of;
use crate::watch::wait::Watch;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

/// A call of this personality.
#[derive(Debug, PartialEq, Eq)]
pub struct Call {
    name: &'static str,
    words: Vec<OsString>,
}

impl Call {
    /// Recognises one by the name of the program, else by the command.
    pub fn of(arguments: &[OsString]) -> Option<Call> {
        let program = arguments.first().and_then(|path| Path::new(path).file_name()?.to_str());
        let (name, mode) = match (program, arguments.get(1)) {
            (Some("sendmail"), _) => ("sendmail", None),
            (Some("send-mail"), _) => ("send-mail", None),
            (Some("mailq"), _) => ("mailq", Some("-bp")),
            (Some("newaliases"), _) => ("newaliases", Some("-bi")),
            (_, Some(command)) if command == "sendmail" => {
                return Some(Call::by_command(arguments[2..].to_vec()));
            }
            _ => return None,
        };
        let words = mode.into_iter().map(OsString::from).chain(arguments[1..].iter().cloned());
        Some(Call { name, words: words.collect() })
    }

    /// `mailxport sendmail WORDS`
    pub fn by_command(words: Vec<OsString>) -> Call {
        Call { name: "mailxport", words }
    }
}

pub fn run(call: &Call) -> u8 {
    out::speak_as(call.name);
    guard::speak_sysexits();
    let wishes = match read(&call.words) {
        Ok(wishes) => wishes,
        Err(refusal) => return refused(&refusal),
    };
    if wishes.silent {
        out::fall_silent();
    }
    let told = match wishes.mode {
        Mode::Queue => sendmail::QUEUE.to_owned(),
        Mode::Aliases => return guard::status(Ixp::ok()),
        Mode::Help => Root::help_of("sendmail"),
        Mode::Version => format!("mailxport {}\n", env!("CARGO_PKG_VERSION")),
        Mode::Deliver => return attend(&wishes, deliver),
        Mode::Verify => return attend(&wishes, verify),
    };
    product::end_by_status(&told, Ixp::ok())
}

/// Unknown options are a usage error; a queue that is asked for is a service that there is not.
fn refused(refusal: &Refusal) -> u8 {
    const EX_UNAVAILABLE: u8 = 69;
    let ixp = if refusal.is_lack { Ixp::not_built() } else { Ixp::usage() };
    out::say(&(sendmail::refused(&refusal.words, ixp) + "\n"));
    if refusal.is_lack { EX_UNAVAILABLE } else { guard::status(ixp) }
}

fn attend(wishes: &Wishes, errand: fn(&Wishes, &Arc<Watch>) -> Result<u8, Failure>) -> u8 {
    let watch = match begin(ExitCodes::Sysexits, None) {
        Ok(watch) => watch,
        Err(failure) => return complain(wishes, failure),
    };
    // A signal behind a verdict changes nothing about it.
    errand(wishes, &watch).unwrap_or_else(|failure| {
        let status = complain(wishes, failure);
        if let Some(signal) = watch.caught() {
            die_of(signal);
        }
        status
    })
}

fn deliver(wishes: &Wishes, watch: &Arc<Watch>) -> Result<u8, Failure> {
    Ok(carry(submission(wishes, watch)?, &output(wishes), watch))
}

/// Asks the server for the recipients, and tells what it says: data, since nothing is delivered.
fn verify(wishes: &Wishes, watch: &Arc<Watch>) -> Result<u8, Failure> {
    let Errands { server, mut plan, errand, show } = deliverable(wishes, watch)?;
    let mut sink = None;
    if let Server::Sink(_) = server {
        let (running, at) = embedded(StoreChoice::Discard)?;
        (sink, plan.endpoint) = (Some(running), at);
    }
    let survey = check(&plan, &errand, watch, &mut Panel::new(show));
    drop(sink);
    if let Some(signal) = watch.caught() {
        die_of(signal);
    }
    let (recipients, failure) = sendmail::verified(&survey);
    let status = product::end_by_status(
        &recipients.iter().map(|line| format!("{line}\n")).collect::<String>(),
        survey.ixp(),
    );
    failure.iter().for_each(|line| out::say(&format!("{line}\n")));
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_program_or_the_command_makes_it() {
        for (line, called) in [
            ("/usr/sbin/sendmail -t", Some(("sendmail", "-t"))),
            ("sendmail send x", Some(("sendmail", "send x"))),
            ("./send-mail", Some(("send-mail", ""))),
            ("/usr/bin/mailq -v", Some(("mailq", "-bp -v"))),
            ("newaliases", Some(("newaliases", "-bi"))),
            ("mailxport sendmail -i b", Some(("mailxport", "-i b"))),
            ("/opt/sendmail/mailxport send sendmail", None),
            ("mailxport --help sendmail", None),
            ("mailxport", None),
            ("", None),
        ] {
            let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            let wanted = called.map(|(name, words)| Call {
                name,
                words: words.split_whitespace().map(OsString::from).collect(),
            });
            assert_eq!(Call::of(&arguments), wanted, "{line}");
        }
    }
}
