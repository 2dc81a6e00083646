//! The netrc file, as ftp(1) and curl read it: `machine`, `login`, `password`, `default`, `macdef`, quoted tokens.
//!
//! Only an entry for this host is taken, and only for this user; `default` is for every host, so it must name the user.

use crate::terms::secret::Secret;
use zeroize::Zeroizing;

/// Finds the password of a user at a host; a quote that is not closed is told by its line.
pub(super) fn find(text: &[u8], host: &str, user: &str) -> Result<Option<Secret>, usize> {
    let mut tokens = Tokens { text, at: 0 };
    let mut best: Option<(Fit, Secret)> = None;
    let mut entry = Entry::default();
    loop {
        let word = tokens.keyword()?;
        let word = word.as_ref().map(|word| word.as_slice());
        if matches!(word, None | Some(b"machine" | b"default")) {
            let done = std::mem::take(&mut entry);
            if let Some((fit, secret)) = done.offer(user)
                && best.as_ref().is_none_or(|(before, _)| fit > *before)
            {
                best = Some((fit, secret));
            }
        }
        match word {
            None => return Ok(best.map(|(_, secret)| secret)),
            Some(b"machine") => {
                let here = tokens.value()?.is_some_and(|name| name.eq_ignore_ascii_case(host.as_bytes()));
                entry.place = if here { Place::Here } else { Place::Elsewhere };
            }
            Some(b"default") => entry.place = Place::Anywhere,
            Some(b"login") => entry.login = tokens.value()?,
            Some(b"password") => entry.password = tokens.value()?,
            Some(b"account") => drop(tokens.value()?),
            Some(b"macdef") => tokens.skip_macro(),
            Some(_) => {}
        }
    }
}

/// How well an entry fits: the better one wins, the first of equals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Default,
    Host,
    HostAndUser,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Elsewhere,
    Here,
    Anywhere,
}

/// A token: it may be a password, so it is wiped.
type Token = Zeroizing<Vec<u8>>;

#[derive(Default)]
struct Entry {
    place: Place,
    login: Option<Token>,
    password: Option<Token>,
}

impl Entry {
    fn offer(self, user: &str) -> Option<(Fit, Secret)> {
        let names_user = self.login.map(|login| login.as_slice() == user.as_bytes());
        let fit = match (self.place, names_user) {
            (Place::Here, Some(true)) => Fit::HostAndUser,
            (Place::Here, None) => Fit::Host,
            (Place::Anywhere, Some(true)) => Fit::Default,
            _ => return None,
        };
        self.password.map(|mut password| (fit, Secret::new(std::mem::take(&mut *password))))
    }
}

struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
}

impl Tokens<'_> {
    fn rest(&self) -> &[u8] {
        &self.text[self.at..]
    }

    fn skip_while(&mut self, skipped: impl Fn(u8) -> bool) {
        let count = self.rest().iter().position(|octet| !skipped(*octet));
        self.at += count.unwrap_or(self.rest().len());
    }

    /// The next token where a keyword stands: there `#` begins a comment, in a value it does not.
    fn keyword(&mut self) -> Result<Option<Token>, usize> {
        loop {
            self.skip_while(|octet| octet.is_ascii_whitespace());
            if self.rest().first() != Some(&b'#') {
                return self.value();
            }
            self.skip_while(|octet| octet != b'\n');
        }
    }

    fn value(&mut self) -> Result<Option<Token>, usize> {
        self.skip_while(|octet| octet.is_ascii_whitespace());
        match self.rest().first() {
            None => Ok(None),
            Some(b'"') => self.quoted().map(Some),
            Some(_) => {
                let start = self.at;
                self.skip_while(|octet| !octet.is_ascii_whitespace());
                Ok(Some(Zeroizing::new(self.text[start..self.at].to_vec())))
            }
        }
    }

    /// A token in quotes: a backslash quotes the next octet, and `\n`, `\r`, `\t` are what they are in C.
    fn quoted(&mut self) -> Result<Token, usize> {
        let line = 1 + memchr::memchr_iter(b'\n', &self.text[..self.at]).count();
        // No token is longer than its line, so its buffer never moves.
        let room = memchr::memchr(b'\n', self.rest()).unwrap_or(self.rest().len());
        let mut token = Zeroizing::new(Vec::with_capacity(room));
        let mut octets = self.rest()[1..].iter();
        loop {
            match octets.next() {
                None | Some(b'\n') => return Err(line),
                Some(b'"') => break,
                Some(b'\\') => token.push(match octets.next() {
                    None | Some(b'\n') => return Err(line),
                    Some(b'n') => b'\n',
                    Some(b'r') => b'\r',
                    Some(b't') => b'\t',
                    Some(octet) => *octet,
                }),
                Some(octet) => token.push(*octet),
            }
        }
        self.at = self.text.len() - octets.as_slice().len();
        Ok(token)
    }

    /// A macro goes to the next empty line.
    fn skip_macro(&mut self) {
        self.skip_while(|octet| octet != b'\n');
        let end = memchr::memmem::find(self.rest(), b"\n\n").into_iter();
        let end = end.chain(memchr::memmem::find(self.rest(), b"\n\r\n")).min();
        self.at += end.unwrap_or(self.rest().len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "mail.example.net";

    fn found(text: &str) -> Result<Option<String>, usize> {
        let secret = find(text.as_bytes(), HOST, "ada")?;
        Ok(secret.map(|secret| String::from_utf8(secret.expose().to_vec()).unwrap()))
    }

    #[test]
    fn only_an_entry_for_this_host_and_this_user_is_taken() {
        for (text, secret) in [
            ("", None),
            ("machine mail.example.net login ada password pencil", Some("pencil")),
            ("machine MAIL.example.NET login ada password pencil\n", Some("pencil")),
            ("machine\n mail.example.net\n\tlogin ada\n\tpassword\npencil", Some("pencil")),
            ("machine mail.example.net password pencil login ada", Some("pencil")),
            ("machine mail.example.net password pencil", Some("pencil")),
            ("machine mail.example.net login ada", None),
            ("machine mail.example.net login bob password pencil", None),
            ("machine mail.example.net login ADA password pencil", None),
            ("machine mail.example.ne login ada password pencil", None),
            ("machine x.mail.example.net login ada password pencil", None),
            ("login ada password pencil", None),
            ("default login ada password pencil", Some("pencil")),
            ("default password pencil", None),
            ("default login bob password pencil", None),
            ("machine", None),
            ("machine mail.example.net login ada password", None),
            ("machine mail.example.net login ada account x password pencil", Some("pencil")),
            ("machine mail.example.net login ada port 25 password pencil", Some("pencil")),
        ] {
            assert_eq!(found(text), Ok(secret.map(str::to_owned)), "{text:?}");
        }
    }

    #[test]
    fn the_entry_that_fits_best_wins_and_the_first_of_equals() {
        for (text, secret) in [
            ("machine mail.example.net password a machine mail.example.net login ada password b", "b"),
            (
                "machine mail.example.net login ada password a machine mail.example.net login ada password b",
                "a",
            ),
            ("default login ada password a machine mail.example.net password b", "b"),
            (
                "machine mail.example.net login bob password a\nmachine mail.example.net login ada password b",
                "b",
            ),
            (
                "machine mail.example.net login ada machine other.example password a default login ada password b",
                "b",
            ),
        ] {
            assert_eq!(found(text), Ok(Some(secret.to_owned())), "{text:?}");
        }
    }

    #[test]
    fn tokens_may_stand_in_quotes() {
        for (token, secret) in [
            ("\"pen cil\"", "pen cil"),
            ("\"a\\\"b\\\\c\\n\\r\\t\\d\"", "a\"b\\c\n\r\td"),
            ("\"\"", ""),
            ("pen\"cil", "pen\"cil"),
            ("pen\\cil", "pen\\cil"),
            ("#pencil", "#pencil"),
            ("\"#\"", "#"),
        ] {
            let text = format!("machine \"mail.example.net\" login \"ada\" password {token} \n");
            assert_eq!(found(&text), Ok(Some(secret.to_owned())), "{text:?}");
        }
        for (text, line) in [
            ("machine \"x", 1),
            ("\n\nmachine x password \"a\nb\"", 3),
            ("password \"a\\", 1),
            ("\"a\\\n\"", 1),
        ] {
            assert_eq!(found(text), Err(line), "{text:?}");
        }
        let latin1 = b"machine mail.example.net login ada password p\xe9\xff";
        assert_eq!(find(latin1, HOST, "ada").unwrap().unwrap().expose(), b"p\xe9\xff");
    }

    #[test]
    fn comments_and_macros_hold_no_entries() {
        const ENTRY: &str = "machine mail.example.net login ada password";
        for (text, secret) in [
            (format!("# {ENTRY} no\n{ENTRY} yes"), Some("yes")),
            (format!("{ENTRY} yes # password no\n"), Some("yes")),
            (format!("macdef init\n{ENTRY} no\n\n{ENTRY} yes"), Some("yes")),
            (format!("macdef init\r\n{ENTRY} no\r\n\r\n{ENTRY} yes\r\n"), Some("yes")),
            (format!("macdef init\n{ENTRY} no \"\n"), None),
            (format!("macdef a\n\n{ENTRY} yes\nmacdef b\n{ENTRY} no"), Some("yes")),
            (
                "machine mail.example.net login ada\nmacdef init\npassword no\n\npassword yes".to_owned(),
                Some("yes"),
            ),
        ] {
            assert_eq!(found(&text), Ok(secret.map(str::to_owned)), "{text:?}");
        }
    }
}
