//! The commands of a client, read from one line each (RFC 5321, 4.1.1; RFC 2033; RFC 3030).

use std::fmt;

use super::reply::Reply;
use crate::terms::amount;

/// Holds what a client wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command<'a> {
    Helo(&'a str),
    Ehlo(&'a str),
    Lhlo(&'a str),
    Mail {
        from: &'a str,
        parameters: &'a str,
    },
    Rcpt {
        to: &'a str,
        parameters: &'a str,
    },
    StartTls,
    Auth(LogOn<'a>),
    Data,
    /// Without a chunk where its size cannot be read: the octets behind it cannot be told from commands.
    Bdat(Option<Chunk>),
    Rset,
    Noop,
    Vrfy,
    Help,
    Quit,
}

/// Holds the mechanism of a log-on and the response that came with it. The response may be a password: `Debug` tells nothing.
#[derive(PartialEq, Eq)]
pub(super) struct LogOn<'a> {
    pub(super) mechanism: &'a str,
    pub(super) initial: Option<&'a str>,
}

impl fmt::Debug for LogOn<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("LogOn(…)")
    }
}

/// Holds the size of the octets behind BDAT and whether they are the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) octets: u64,
    pub(super) last: bool,
}

impl<'a> Command<'a> {
    /// Reads a line, or says what is wrong with it.
    pub(super) fn read(line: &'a [u8]) -> Result<Self, Reply> {
        let Ok(line) = str::from_utf8(line) else {
            return Err(Reply::new(500, "5.5.2", "a command is UTF-8"));
        };
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let verb = verb.to_ascii_uppercase();
        if verb == "BDAT" {
            return Ok(Self::Bdat(Chunk::read(rest)));
        }
        if line.chars().any(char::is_control) {
            return Err(Reply::new(500, "5.5.2", "control characters have no place in a command"));
        }
        match verb.as_str() {
            "HELO" => name(rest).map(Self::Helo),
            "EHLO" => name(rest).map(Self::Ehlo),
            "LHLO" => name(rest).map(Self::Lhlo),
            "MAIL" => path(rest, "FROM:", "5.1.7").map(|(from, parameters)| Self::Mail { from, parameters }),
            "RCPT" => match path(rest, "TO:", "5.1.3")? {
                ("", _) => Err(Reply::new(501, "5.1.3", "a recipient has an address")),
                (to, parameters) => Ok(Self::Rcpt { to, parameters }),
            },
            "STARTTLS" => bare(rest, Self::StartTls),
            "AUTH" => log_on(rest).map(Self::Auth),
            "DATA" => bare(rest, Self::Data),
            "RSET" => bare(rest, Self::Rset),
            "QUIT" => bare(rest, Self::Quit),
            "NOOP" => Ok(Self::Noop),
            "VRFY" => Ok(Self::Vrfy),
            "HELP" => Ok(Self::Help),
            "EXPN" | "ETRN" | "TURN" => Err(not_implemented()),
            _ => Err(Reply::new(500, "5.5.2", "this is no command")),
        }
    }
}

impl Chunk {
    fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ').filter(|word| !word.is_empty());
        let octets = amount::whole(words.next()?)?;
        let last = match words.next() {
            None => false,
            Some(word) if word.eq_ignore_ascii_case("LAST") => true,
            Some(_) => return None,
        };
        if words.next().is_none() { Some(Self { octets, last }) } else { None }
    }
}

/// Refuses a command that this server does not have.
pub(super) fn not_implemented() -> Reply {
    Reply::new(502, "5.5.1", "this command is not implemented here")
}

/// Reads the mechanism and the initial response (RFC 4954, 4).
fn log_on(rest: &str) -> Result<LogOn<'_>, Reply> {
    let mut words = rest.split(' ').filter(|word| !word.is_empty());
    match (words.next(), words.next(), words.next()) {
        (Some(mechanism), initial, None) => Ok(LogOn { mechanism, initial }),
        _ => Err(Reply::new(501, "5.5.4", "AUTH has a mechanism and at most one response")),
    }
}

fn bare<'a>(rest: &str, command: Command<'a>) -> Result<Command<'a>, Reply> {
    if rest.trim().is_empty() {
        Ok(command)
    } else {
        Err(Reply::new(501, "5.5.4", "nothing comes behind this command"))
    }
}

fn name(rest: &str) -> Result<&str, Reply> {
    match rest.trim() {
        "" => Err(Reply::new(501, "5.5.4", "a hello has a name")),
        name if name.contains(' ') => Err(Reply::new(501, "5.5.4", "a hello has one name")),
        name => Ok(name),
    }
}

/// Splits `FROM:<path> parameters`; blanks between colon and path are forgiven, as most servers do.
fn path<'a>(rest: &'a str, word: &str, status: &'static str) -> Result<(&'a str, &'a str), Reply> {
    let rest = rest.trim_start_matches(' ');
    let head = rest.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word));
    let Some(rest) = head.map(|head| rest[head.len()..].trim_start_matches(' ')) else {
        return Err(Reply::new(501, "5.5.4", format!("{word}<address> belongs here")));
    };
    let Some(inside) = rest.strip_prefix('<') else {
        return Err(Reply::new(501, status, "an address stands between < and >"));
    };
    let Some((address, parameters)) = closed(inside) else {
        return Err(Reply::new(501, status, "this is no address"));
    };
    if !parameters.is_empty() && !parameters.starts_with(' ') {
        return Err(Reply::new(501, "5.5.4", "a blank belongs between the address and its parameters"));
    }
    Ok((address, parameters))
}

/// Splits at the `>` that closes the path, quoted strings left whole and a source route left out.
fn closed(inside: &str) -> Option<(&str, &str)> {
    let (mut quoted, mut escaped, mut end) = (false, false, None);
    for (at, letter) in inside.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => {
                end = Some(at);
                break;
            }
            ' ' | '<' if !quoted => return None,
            _ => {}
        }
    }
    let end = end?;
    let (path, parameters) = (&inside[..end], &inside[end + 1..]);
    let address = if path.starts_with('@') { path.split_once(':')?.1 } else { path };
    let whole = !address.starts_with('@') && !address.ends_with('@');
    if whole { Some((address, parameters)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::{Chunk, Command, LogOn};

    fn mail<'a>(from: &'a str, parameters: &'a str) -> Command<'a> {
        Command::Mail { from, parameters }
    }

    #[test]
    fn commands_are_read_whatever_their_case() {
        let rows = [
            ("EHLO host.example", Command::Ehlo("host.example")),
            ("ehlo [127.0.0.1]", Command::Ehlo("[127.0.0.1]")),
            ("HELO x ", Command::Helo("x")),
            ("LHLO x", Command::Lhlo("x")),
            ("MAIL FROM:<a@d.example>", mail("a@d.example", "")),
            ("mail from:<>", mail("", "")),
            ("MAIL FROM: <a@d> SIZE=5", mail("a@d", " SIZE=5")),
            ("MAIL FROM:<@r.example,@s.example:a@d>", mail("a@d", "")),
            (r#"MAIL FROM:<"a > b"@d>"#, mail(r#""a > b"@d"#, "")),
            (r#"MAIL FROM:<"a\" >"@d> BODY=7BIT"#, mail(r#""a\" >"@d"#, " BODY=7BIT")),
            ("RCPT TO:<postmaster>", Command::Rcpt { to: "postmaster", parameters: "" }),
            ("RCPT TO:<ä@d> NOTIFY=NEVER", Command::Rcpt { to: "ä@d", parameters: " NOTIFY=NEVER" }),
            ("starttls", Command::StartTls),
            ("AUTH login", Command::Auth(LogOn { mechanism: "login", initial: None })),
            ("AUTH PLAIN =", Command::Auth(LogOn { mechanism: "PLAIN", initial: Some("=") })),
            ("DATA", Command::Data),
            ("data ", Command::Data),
            ("BDAT 10", Command::Bdat(Some(Chunk { octets: 10, last: false }))),
            ("bdat 0 last", Command::Bdat(Some(Chunk { octets: 0, last: true }))),
            ("BDAT", Command::Bdat(None)),
            ("BDAT x LAST", Command::Bdat(None)),
            ("BDAT -1", Command::Bdat(None)),
            ("BDAT 1 FIRST", Command::Bdat(None)),
            ("BDAT 1 LAST LAST", Command::Bdat(None)),
            ("BDAT 18446744073709551616", Command::Bdat(None)),
            ("RSET", Command::Rset),
            ("NOOP anything", Command::Noop),
            ("VRFY a", Command::Vrfy),
            ("HELP", Command::Help),
            ("QUIT", Command::Quit),
        ];
        for (line, expected) in rows {
            assert_eq!(Command::read(line.as_bytes()), Ok(expected), "{line}");
        }
    }

    #[test]
    fn junk_is_refused_with_its_code() {
        let rows: &[(&[u8], u16)] = &[
            (b"", 500),
            (b" NOOP", 500),
            (b"GET / HTTP/1.1", 500),
            (b"EHLO\xff", 500),
            (b"NOOP\x1b[2J", 500),
            (b"MAIL FROM:<a\x1b@d>", 500),
            (b"MAIL FROM:<\"a\\\0\"@d>", 500),
            (b"MAIL FROM:<\xc2\x9b@d>", 500),
            (b"MAIL FROM:<a@d>\tSIZE=1", 500),
            (b"EHLO", 501),
            (b"EHLO a b", 501),
            (b"MAIL", 501),
            (b"MAIL FROM", 501),
            (b"MAIL FROM:", 501),
            (b"MAIL TO:<a@d>", 501),
            (b"MAIL FROM:a@d", 501),
            (b"MAIL FROM:<a@d", 501),
            (b"MAIL FROM:<a b@d>", 501),
            (b"MAIL FROM:<a@d>SIZE=1", 501),
            (b"MAIL FROM:<\"a@d>", 501),
            (b"MAIL FROM:<@r>", 501),
            (b"MAIL FROM:<a@>", 501),
            (b"MAIL FRO\xc3\xa4:<a@d>", 501),
            (b"RCPT TO:<>", 501),
            (b"RCPT TO:<<a@d>>", 501),
            (b"DATA now", 501),
            (b"QUIT please", 501),
            (b"STARTTLS now", 501),
            (b"AUTH", 501),
            (b"AUTH PLAIN a b", 501),
            (b"EXPN list", 502),
        ];
        for (line, code) in rows {
            let refused = Command::read(line).map_err(|reply| reply.code);
            assert_eq!(refused, Err(*code), "{}", line.escape_ascii());
        }
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_too_strange(line: Vec<u8>, tail: String) {
            let _ = Command::read(&line);
            for start in ["MAIL FROM:", "mail from:<", "RCPT TO:<\"", "BDAT ", "EHLO ", ""] {
                let line = format!("{start}{tail}");
                if let Ok(Command::Mail { from: address, .. } | Command::Rcpt { to: address, .. }) =
                    Command::read(line.as_bytes())
                {
                    proptest::prop_assert!(!address.chars().any(char::is_control));
                }
            }
        }
    }
}
