//! What a server offers, read from its answer to EHLO or LHLO (RFC 5321 section 4.1.1.1).

use crate::terms::reply::Reply;

/// The extensions that matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    pub pipelining: bool,
    pub size: bool,
    /// The largest message, where the server names one.
    pub size_limit: Option<u64>,
    pub eight_bit: bool,
    pub utf8: bool,
    pub dsn: bool,
    pub enhanced: bool,
    pub starttls: bool,
    pub chunking: bool,
    pub binary: bool,
    /// How many recipients it takes in one transaction, where it says so (RFC 9422).
    pub most_recipients: Option<usize>,
    /// The mechanisms behind AUTH, in capitals.
    pub auth: Vec<String>,
}

impl Capabilities {
    /// Reads the lines behind the first; a keyword may stand in any case and come without a keyword at all.
    pub fn read(reply: &Reply) -> Capabilities {
        let mut found = Capabilities::default();
        for line in reply.lines.iter().skip(1) {
            let mut words = line.split_ascii_whitespace();
            let keyword = words.next().unwrap_or("").to_ascii_uppercase();
            match keyword.as_str() {
                "PIPELINING" => found.pipelining = true,
                "8BITMIME" => found.eight_bit = true,
                "SMTPUTF8" => found.utf8 = true,
                "DSN" => found.dsn = true,
                "ENHANCEDSTATUSCODES" => found.enhanced = true,
                "CHUNKING" => found.chunking = true,
                "BINARYMIME" => found.binary = true,
                "STARTTLS" => found.starttls = true,
                "LIMITS" => found.most_recipients = words.find_map(most_recipients),
                "AUTH" => found.auth.extend(words.map(str::to_ascii_uppercase)),
                "SIZE" => {
                    found.size = true;
                    found.size_limit = words.next().and_then(size_limit);
                }
                _ => {}
            }
        }
        found
    }
}

/// RFC 1870 section 4: 0 means no limit, and so does what is no number.
fn size_limit(word: &str) -> Option<u64> {
    let digits = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    if digits { word.parse().ok().filter(|&limit| limit > 0) } else { None }
}

/// RFC 9422 section 4.2: a number of at most six digits that does not begin with 0; what is none is no limit.
fn most_recipients(word: &str) -> Option<usize> {
    let (name, value) = word.split_once('=')?;
    let is_number = (1..=6).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
    let is_limit = name.eq_ignore_ascii_case("RCPTMAX") && is_number && !value.starts_with('0');
    if is_limit { value.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_read_in_any_case_and_nonsense_is_no_limit() {
        let read = |lines: &[&str]| {
            let lines = std::iter::once("fixture").chain(lines.iter().copied()).map(str::to_owned).collect();
            Capabilities::read(&Reply { code: 250, enhanced: None, lines })
        };
        let all = read(&[
            "pipelining",
            "Size 1000",
            "8BITMIME",
            "SMTPUTF8",
            "DSN",
            "",
            "X-ODD a b",
            "ENHANCEDSTATUSCODES",
        ]);
        assert!(all.pipelining && all.size && all.eight_bit && all.utf8 && all.dsn && all.enhanced);
        assert_eq!(all.size_limit, Some(1000));
        for text in ["SIZE", "SIZE 0", "SIZE x", "SIZE -1", "SIZE 100000000000000000000000000", "SIZE +5"] {
            let found = read(&[text]);
            assert!(found.size && found.size_limit.is_none(), "{text}");
        }
        assert_eq!(read(&["limits MAILMAX=5 rcptmax=999999"]).most_recipients, Some(999_999));
        for text in [
            "LIMITS",
            "LIMITS RCPTMAX",
            "LIMITS RCPTMAX=",
            "LIMITS RCPTMAX=0",
            "LIMITS RCPTMAX=05",
            "LIMITS RCPTMAX=1000000",
            "LIMITS RCPTMAX=+5",
            "LIMITS RCPTDOMAINMAX=5",
        ] {
            assert_eq!(read(&[text]).most_recipients, None, "{text}");
        }
        let greeting_only =
            Capabilities::read(&Reply { code: 250, enhanced: None, lines: vec!["SIZE 5".to_owned()] });
        assert_eq!(greeting_only, Capabilities::default());
    }
}
