//! The commonest command lines of `send`, read as they stand.
//!
//! To make all options of the verb takes clap nearly as long as a message takes to be sent. A line that has only the words
//! known here, each plainly right, needs none of that; whatever else there is, and every mistake, is clap's. A test holds what
//! comes out here against what clap makes of the same line.

use super::send::{IdOf, SendArgs};
use super::shared::{
    EnvelopeArgs, ExitCodes, MessageArgs, OutputArgs, ServerArgs, TlsChoice, TriesArgs, When,
};
use clap::ValueEnum;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Reads what stands behind `send`; nothing where it takes more than this to read it.
pub(super) fn send(words: &[OsString]) -> Option<SendArgs> {
    let mut args = untouched();
    let mut words = words.iter().map(|word| word.to_str());
    while let Some(word) = words.next() {
        let word = word?;
        if is_file(word) {
            args.files.push(PathBuf::from(word));
            continue;
        }
        let SendArgs { server, envelope, message, output, .. } = &mut args;
        let flag = match word {
            "-t" | "--recipients-from-headers" => Some(&mut envelope.recipients_from_headers),
            "--partial" => Some(&mut envelope.partial),
            "--as-is" => Some(&mut message.as_is),
            "--json" => Some(&mut output.json),
            "-q" | "--quiet" => Some(&mut output.quiet),
            _ => None,
        };
        if let Some(flag) = flag {
            if std::mem::replace(flag, true) {
                return None;
            }
            continue;
        }
        let (option, value) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") && !value.is_empty() => (option, value),
            _ => (word, words.next()??),
        };
        if value.starts_with('-') {
            return None;
        }
        let text = match option {
            "--to" => {
                envelope.to.push(value.to_owned());
                continue;
            }
            "--to-file" => {
                once(&mut envelope.to_file, Some(PathBuf::from(value)).filter(|_| !value.is_empty()))?;
                continue;
            }
            "--tls" => {
                once(&mut server.tls, TlsChoice::from_str(value, false).ok())?;
                continue;
            }
            "--server" => &mut server.server,
            "-a" | "--account" => &mut server.account,
            "--helo" => &mut server.helo,
            "-f" | "--from" => &mut envelope.from,
            _ => return None,
        };
        once(text, Some(value.to_owned()))?;
    }
    (!args.files.is_empty()).then_some(args)
}

fn is_file(word: &str) -> bool {
    word == "-" || !word.is_empty() && !word.starts_with('-')
}

/// Fills what nothing was said of before.
fn once<T>(place: &mut Option<T>, value: Option<T>) -> Option<()> {
    let is_first = place.is_none() && value.is_some();
    *place = value;
    is_first.then_some(())
}

/// The options where none is given.
fn untouched() -> SendArgs {
    SendArgs {
        files: Vec::new(),
        files_from: None,
        jobs: 1,
        unsent: None,
        dry_run: false,
        message_id: IdOf::Random,
        server: ServerArgs::default(),
        max_recipients: None,
        envelope: EnvelopeArgs::default(),
        message: MessageArgs { keep_bcc: false, as_is: false, max_size: None },
        tries: TriesArgs { retry: 0, retry_delay: Duration::from_secs(20) },
        output: OutputArgs {
            json: false,
            context: None,
            progress: When::Auto,
            verbose: 0,
            trace: false,
            log: None,
            quiet: false,
            color: When::Auto,
            exit_codes: ExitCodes::Ixp,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::root::{Command, Root};
    use clap::Parser;
    use proptest::prelude::*;

    /// What clap makes of it as the whole program.
    fn by_clap(words: &[OsString]) -> Option<String> {
        let line = ["mailxport", "send"].map(OsString::from);
        match Root::try_parse_from(line.iter().chain(words)).ok()?.command {
            Command::Send(args) => Some(format!("{args:?}")),
            _ => None,
        }
    }

    fn by_haste(words: &[OsString]) -> Option<String> {
        send(words).map(|args| format!("{args:?}"))
    }

    fn line(text: &str) -> Vec<OsString> {
        text.split(' ').map(|word| OsString::from(word.trim_matches('_'))).collect()
    }

    #[test]
    fn common_lines_are_read_as_clap_reads_them() {
        for text in [
            "note.eml",
            "-t -",
            "note.eml --to you@example.org --server sink:outbox",
            "note.eml --server smtp://h:25 --from a@x --to b@x --to c@x,d@x --partial --json -q",
            "a.eml --as-is b.eml --to-file=team.txt --tls required -a work --helo h.example",
            "--from __ --to=b@x a.eml --recipients-from-headers --quiet",
            "a.eml --server=x=y --to = --account __",
        ] {
            let words = line(text);
            assert!(by_haste(&words).is_some(), "{text}");
            assert_eq!(by_haste(&words), by_clap(&words), "{text}");
        }
    }

    #[test]
    fn what_needs_more_is_left_to_clap() {
        for text in [
            "",
            "--to a@x",
            "a.eml --to",
            "a.eml --to -x",
            "a.eml --to= b.eml",
            "a.eml --partial --partial",
            "a.eml --from a@x --from b@x",
            "a.eml --tls maybe",
            "a.eml --json=yes",
            "a.eml -fa@x",
            "a.eml -tq",
            "a.eml --part",
            "a.eml -- -b.eml",
            "a.eml --to-file __",
            "a.eml --verbose",
            "--help",
            "a.eml __",
        ] {
            assert_eq!(by_haste(&line(text)), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn whatever_is_read_is_what_clap_reads(words in prop::collection::vec(prop_oneof![
            8 => prop::sample::select(vec![
                "a.eml", "-", "b=c", "help", "-t", "--recipients-from-headers", "--partial", "--as-is", "--json", "-q", "--quiet",
                "--to", "--to-file", "--tls", "--server", "-a", "--account", "--helo", "-f", "--from", "off", "required",
                "--to=a@x", "--to-file=f", "--tls=off", "--tls=x", "--server=h", "--from=", "--from=-", "--json=1", "-f=a", "-t=",
            ]).prop_map(str::to_owned),
            1 => prop::sample::select(vec!["", "--", "-x", "-v", "-tq", "-fa", "--jobs", "2", "--help", "--no", "--to-", "=", "--=", "-=a"]).prop_map(str::to_owned),
            1 => "[-=a ä,]{0,4}",
        ], 0..7)) {
            let words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
            if let Some(read) = by_haste(&words) {
                prop_assert_eq!(Some(read), by_clap(&words));
            }
        }
    }
}
