//! Who calls, by the environment and the password database: both may be silent (cron leaves next to nothing in the environment).

use std::ffi::OsString;
use std::path::PathBuf;

/// A caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub login: String,
    /// Empty where nobody knows it.
    pub full_name: String,
    pub home: Option<PathBuf>,
}

impl Person {
    /// Whoever runs this process.
    pub fn here() -> Person {
        let known = std::fs::read("/etc/passwd").unwrap_or_default();
        let user = rustix::process::getuid().as_raw();
        Person::of(user, &String::from_utf8_lossy(&known), &|name| std::env::var_os(name))
    }

    fn of(user: u32, known: &str, variable: &dyn Fn(&str) -> Option<OsString>) -> Person {
        let set = |name: &str| {
            let value = variable(name)?.into_string().ok()?;
            Some(value).filter(|value| !value.is_empty() && !value.contains(char::is_control))
        };
        let rows: Vec<Vec<&str>> = known.lines().map(|line| line.split(':').collect()).collect();
        let login = set("LOGNAME").or_else(|| set("USER"));
        let row = match &login {
            Some(login) => rows.iter().find(|row| row[0] == login),
            None => rows.iter().find(|row| row.get(2).is_some_and(|id| id.parse() == Ok(user))),
        };
        let login =
            login.or_else(|| row.map(|row| row[0].to_owned())).unwrap_or_else(|| format!("uid{user}"));
        let full_name = set("NAME").or_else(|| row.map(|row| full_name(row, &login))).unwrap_or_default();
        let home = row.and_then(|row| row.get(5)).map(PathBuf::from).filter(|home| home.is_absolute());
        Person { login, full_name, home }
    }
}

/// The name in the fifth field: up to a comma, with the login for `&`.
fn full_name(row: &[&str], login: &str) -> String {
    let name = row.get(4).and_then(|field| field.split(',').next()).unwrap_or("");
    let mut letters = login.chars();
    let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    name.trim().replace('&', &capital).chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case<'a> = (u32, &'a [(&'a str, &'a str)], Person);

    #[test]
    fn the_environment_speaks_before_the_password_database() {
        let known = "root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000:Ada L.,Room 1,,:/home/ada:/bin/sh\n\
                     bob:x:1001:1001:& Builder:/home/bob:/bin/sh\nodd:x:1002\n";
        let person = |login: &str, full_name: &str, home: &str| Person {
            login: login.to_owned(),
            full_name: full_name.to_owned(),
            home: Some(home).filter(|home| !home.is_empty()).map(PathBuf::from),
        };
        let cases: [Case<'_>; 8] = [
            (1000, &[], person("ada", "Ada L.", "/home/ada")),
            (1000, &[("LOGNAME", "")], person("ada", "Ada L.", "/home/ada")),
            (0, &[("USER", "bob")], person("bob", "Bob Builder", "/home/bob")),
            (0, &[("LOGNAME", "ada"), ("USER", "bob")], person("ada", "Ada L.", "/home/ada")),
            (0, &[("LOGNAME", "zoe")], person("zoe", "", "")),
            (0, &[("NAME", "Ada"), ("LOGNAME", "a\r\nb")], person("root", "Ada", "/root")),
            (1002, &[], person("odd", "", "")),
            (7, &[], person("uid7", "", "")),
        ];
        for (user, variables, wanted) in cases {
            let variable =
                |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| value.into());
            assert_eq!(Person::of(user, known, &variable), wanted, "{user} {variables:?}");
        }
    }
}
