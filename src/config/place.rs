//! Where the configuration file is looked for.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The place for all users of the machine.
const SYSTEM: &str = "/etc/mailxport/config.toml";

/// What is to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// It was said that there is none.
    Nowhere,
    /// It was named, and must be there.
    Named(PathBuf),
    /// The first of these that there is, if there is one.
    Usual(Vec<PathBuf>),
}

/// Whose word about places counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Around {
    #[default]
    Environment,
    /// That of the environment, and this home where it names none.
    Home(PathBuf),
    /// Nobody's: the program has rights that its caller lacks.
    Nobody,
}

impl Around {
    fn variable(&self, name: &str) -> Option<OsString> {
        match self {
            Around::Nobody => None,
            Around::Environment => std::env::var_os(name),
            Around::Home(home) => {
                let own = || (name == "HOME").then(|| home.clone().into_os_string());
                std::env::var_os(name).or_else(own)
            }
        }
    }

    /// The home of the caller.
    pub fn home(&self) -> Option<PathBuf> {
        home_in(&|name| self.variable(name))
    }
}

/// Finds the place by the option, else by the environment. An empty option means no file, an empty variable says nothing.
pub fn find(option: Option<&OsStr>, around: &Around) -> Place {
    find_in(option, &|name| around.variable(name))
}

fn find_in(option: Option<&OsStr>, variable: &dyn Fn(&str) -> Option<OsString>) -> Place {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    match option {
        Some(path) if path.is_empty() => return Place::Nowhere,
        Some(path) => return Place::Named(PathBuf::from(path)),
        None => {}
    }
    if let Some(path) = set("MAILXPORT_CONFIG") {
        return Place::Named(path);
    }
    // The base directory specification takes only absolute paths for ones.
    let base = set("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
    let base = base.or_else(|| home_in(variable).map(|home| home.join(".config")));
    let own = base.map(|base| base.join("mailxport/config.toml"));
    Place::Usual(own.into_iter().chain([PathBuf::from(SYSTEM)]).collect())
}

fn home_in(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    variable("HOME").map(PathBuf::from).filter(|home| home.is_absolute())
}

/// A path as the file has it: `~/` is the home, and what is relative lies beside the file.
pub fn resolved(text: &str, folder: &Path, home: Option<&Path>) -> Option<PathBuf> {
    match text.strip_prefix("~/") {
        Some(rest) => home.map(|home| home.join(rest)),
        None => Some(folder.join(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case<'a> = (Option<&'a str>, &'a [(&'a str, &'a str)], Place);

    #[test]
    fn the_option_beats_the_variable_and_both_the_usual_places() {
        let usual = |own: &str| Place::Usual(vec![own.into(), SYSTEM.into()]);
        let named = |path: &str| Place::Named(path.into());
        let home = ("HOME", "/h");
        let cases: [Case<'_>; 9] = [
            (Some("a.toml"), &[("MAILXPORT_CONFIG", "b.toml")], named("a.toml")),
            (Some(""), &[("MAILXPORT_CONFIG", "b.toml")], Place::Nowhere),
            (None, &[("MAILXPORT_CONFIG", "b.toml"), home], named("b.toml")),
            (None, &[("MAILXPORT_CONFIG", ""), home], usual("/h/.config/mailxport/config.toml")),
            (None, &[("XDG_CONFIG_HOME", "/x"), home], usual("/x/mailxport/config.toml")),
            (None, &[("XDG_CONFIG_HOME", ""), home], usual("/h/.config/mailxport/config.toml")),
            (None, &[("XDG_CONFIG_HOME", "x"), home], usual("/h/.config/mailxport/config.toml")),
            (None, &[], Place::Usual(vec![SYSTEM.into()])),
            (None, &[("HOME", "")], Place::Usual(vec![SYSTEM.into()])),
        ];
        for (option, variables, place) in cases {
            let variable =
                |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| value.into());
            assert_eq!(find_in(option.map(OsStr::new), &variable), place, "{option:?} {variables:?}");
        }
    }

    #[test]
    fn paths_lie_beside_the_file_at_home_or_where_they_say() {
        let (folder, home) = (Path::new("/etc/mailxport"), Path::new("/home/ada"));
        for (text, path) in [
            ("ca.pem", "/etc/mailxport/ca.pem"),
            ("../ca.pem", "/etc/mailxport/../ca.pem"),
            ("/ca.pem", "/ca.pem"),
            ("~/ca.pem", "/home/ada/ca.pem"),
            ("~ca.pem", "/etc/mailxport/~ca.pem"),
        ] {
            assert_eq!(resolved(text, folder, Some(home)), Some(path.into()), "{text}");
        }
        assert_eq!(resolved("~/ca.pem", folder, None), None);
    }
}
