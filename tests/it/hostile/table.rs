//! The table as it is written for people, read for the tests.

use crate::fixture::exits::status;

/// One way to fail: a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Close,
    Reset,
    Silence,
    Drip,
    Refusal(u16),
    Junk,
    EndlessLine,
    EndlessLines,
    /// The good answer without its CRLF, then the end.
    Half,
    /// The good answer, an octet at a time.
    Split,
}

impl Fault {
    fn read(word: &str) -> Fault {
        match word {
            "close" => Fault::Close,
            "reset" => Fault::Reset,
            "silence" => Fault::Silence,
            "drip" => Fault::Drip,
            "junk" => Fault::Junk,
            "endless" => Fault::EndlessLine,
            "lines" => Fault::EndlessLines,
            "half" => Fault::Half,
            "split" => Fault::Split,
            code => Fault::Refusal(code.parse().unwrap_or_else(|_| panic!("{code} is no fault"))),
        }
    }

    /// It is the client's limit of time that ends such a run.
    pub(super) fn takes_time(self) -> bool {
        matches!(self, Fault::Silence | Fault::Drip)
    }
}

/// Where it fails: the so-manieth time that a stage is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stage {
    pub(super) name: &'static str,
    pub(super) nth: usize,
}

/// One field of the table: what is done, and what must come of it.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// The kind of session: `pipelining`, `step`, `login`, `tls`, `lmtp`, `chunks`.
    pub(super) session: &'static str,
    pub(super) stage: Stage,
    pub(super) fault: Fault,
    /// As the column is headed.
    pub(super) heading: &'static str,
    /// The status that the run must end with.
    pub(super) status: i32,
    pub(super) wanted: &'static str,
}

/// Reads the table: words with their statuses, then sections of rows under one line of headings.
pub(super) fn fields(table: &'static str) -> Vec<Field> {
    let (mut words, mut headings, mut fields): (Vec<(&str, i32)>, Vec<&str>, Vec<Field>) = Default::default();
    let mut session = "";
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.split_whitespace().collect();
        match parts.as_slice() {
            [] => {}
            [word, "=", name] => words.push((word, status(name).unwrap())),
            [name, columns @ ..] if name.starts_with('[') => {
                session = name.trim_matches(['[', ']']);
                headings = if columns.is_empty() { headings } else { columns.to_vec() };
            }
            [row, cells @ ..] => {
                assert_eq!(cells.len(), headings.len(), "{session} {row}");
                let (name, nth) = row.split_once('.').unwrap_or((row, "1"));
                let stage = Stage { name, nth: nth.parse().unwrap() };
                for (&heading, &wanted) in headings.iter().zip(cells).filter(|(_, cell)| **cell != "-") {
                    let meant = words.iter().find(|(word, _)| *word == wanted).map(|(_, exit)| *exit);
                    let status = meant.unwrap_or_else(|| panic!("{row}: {wanted} is no word"));
                    let fault = Fault::read(heading);
                    fields.push(Field { session, stage, fault, heading, status, wanted });
                }
            }
        }
    }
    fields
}
