//! IXP names as exit statuses: the table read by number, by name and by HRESULT.

use super::ixp_table::ROWS;
use std::fmt;

/// What a script may conclude from an exit status, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Ok,
    Usage,
    Permanent,
    Temporary,
    Unknown,
    Partial,
}

impl Class {
    pub fn name(self) -> &'static str {
        match self {
            Class::Ok => "ok",
            Class::Usage => "usage",
            Class::Permanent => "permanent",
            Class::Temporary => "temporary",
            Class::Unknown => "unknown",
            Class::Partial => "partial",
        }
    }

    /// The sentence that `explain` prints behind the word.
    pub fn in_words(self) -> &'static str {
        match self {
            Class::Ok => "ok: the server has it",
            Class::Usage => "usage: nothing was attempted; mend the command or its input",
            Class::Permanent => "permanent: not sent, and the same again would fail again",
            Class::Temporary => "temporary: not sent; the same again may succeed later",
            Class::Unknown => "unknown: the server may have it; sending again may deliver it twice",
            Class::Partial => "partial: some have it; sending all of it again would deliver it twice to them",
        }
    }
}

/// Whether a run can end with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emitted {
    Yes,
    Rare,
    No,
    Never,
    ReplyOnly,
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    pub name: &'static str,
    pub hresult: u32,
    pub exit: Option<u8>,
    pub sysexit: Option<u8>,
    pub class: Class,
    pub emitted: Emitted,
    pub meaning: &'static str,
    pub advice: &'static str,
}

/// An IXP name: a row of the table.
#[derive(Clone, Copy)]
pub struct Ixp(&'static Row);

const FALLBACK: Row = Row {
    name: "E_FAIL",
    hresult: 0x8000_4005,
    exit: Some(1),
    sysexit: Some(70),
    class: Class::Permanent,
    emitted: Emitted::Yes,
    meaning: "unclassified failure",
    advice: "please report it",
};

impl Ixp {
    /// The row of that exact name; a test proves that every name in use is there.
    pub(super) fn named(name: &str) -> Ixp {
        Ixp(ROWS.iter().find(|row| row.name == name).unwrap_or(&FALLBACK))
    }

    pub fn table() -> impl Iterator<Item = Ixp> {
        ROWS.iter().map(Ixp)
    }

    /// Finds rows by exit status ("14"), by name ("IXP_E_TIMEOUT", "timeout") or by HRESULT ("0x800CCC19").
    pub fn find(word: &str) -> Vec<Ixp> {
        if let Ok(exit) = word.parse::<u16>() {
            return Self::table().filter(|ixp| ixp.0.exit.map(u16::from) == Some(exit)).collect();
        }
        if let Some(Ok(hresult)) =
            word.strip_prefix("0x").or(word.strip_prefix("0X")).map(|hex| u32::from_str_radix(hex, 16))
        {
            return Self::table().filter(|ixp| ixp.0.hresult == hresult).collect();
        }
        let wanted = word.to_ascii_uppercase().replace('-', "_");
        let full = |name: &str| name.eq_ignore_ascii_case(&wanted);
        let short =
            |name: &str| ["IXP_E_", "IXP_S_", "MXP_E_"].iter().any(|p| name.strip_prefix(p) == Some(&wanted));
        let exact: Vec<Ixp> = Self::table().filter(|ixp| full(ixp.0.name) || short(ixp.0.name)).collect();
        if !exact.is_empty() || wanted.len() < 3 {
            return exact;
        }
        Self::table().filter(|ixp| ixp.0.name.contains(&wanted)).collect()
    }

    /// The row for an exit status, first in the table's order.
    pub fn of_exit(exit: u8) -> Option<Ixp> {
        Self::table().find(|ixp| ixp.0.exit == Some(exit))
    }

    pub fn row(self) -> &'static Row {
        self.0
    }
    pub fn name(self) -> &'static str {
        self.0.name
    }
    pub fn hresult(self) -> u32 {
        self.0.hresult
    }
    /// The exit status; what can never end a run counts as a fault of the program.
    pub fn exit(self) -> u8 {
        self.0.exit.unwrap_or(1)
    }
    pub fn sysexit(self) -> u8 {
        self.0.sysexit.unwrap_or(70)
    }
    pub fn class(self) -> Class {
        self.0.class
    }
    pub fn hresult_text(self) -> String {
        format!("0x{:08X}", self.0.hresult)
    }
}

impl PartialEq for Ixp {
    fn eq(&self, other: &Ixp) -> bool {
        self.0.name == other.0.name
    }
}

impl fmt::Debug for Ixp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_a_function_of_the_exit_status() {
        for a in Ixp::table().filter(|a| a.0.exit.is_some()) {
            for b in Ixp::table().filter(|b| b.0.exit == a.0.exit) {
                assert_eq!(a.class(), b.class(), "{a:?} {b:?}");
                assert_eq!(a.sysexit(), b.sysexit(), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn sysexit_75_means_temporary_or_unknown_and_nothing_else_does() {
        for ixp in Ixp::table().filter(|i| i.0.exit.is_some() && i.0.emitted != Emitted::Never) {
            let again = matches!(ixp.class(), Class::Temporary | Class::Unknown);
            assert_eq!(ixp.sysexit() == 75, again, "{ixp:?}");
        }
    }

    #[test]
    fn no_exit_status_collides_with_shells_signals_or_sysexits() {
        for ixp in Ixp::table() {
            let exit = ixp.exit();
            assert!(exit < 64 || (79..124).contains(&exit), "{ixp:?} {exit}");
        }
    }

    #[test]
    fn rows_are_found_by_number_name_and_hresult() {
        let names = |word: &str| Ixp::find(word).iter().map(|i| i.name()).collect::<Vec<_>>();
        assert_eq!(names("25"), ["IXP_E_TIMEOUT"]);
        assert_eq!(names("timeout"), ["IXP_E_TIMEOUT"]);
        assert_eq!(names("IXP_E_TIMEOUT"), ["IXP_E_TIMEOUT"]);
        assert_eq!(names("0x800CCC19"), ["IXP_E_TIMEOUT"]);
        assert_eq!(names("outcome-unknown"), ["MXP_E_OUTCOME_UNKNOWN"]);
        assert_eq!(names("77"), Vec::<&str>::new());
        assert_eq!(names("sicily").len(), 2);
    }
}
