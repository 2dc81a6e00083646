//! What `WWW-Authenticate` says (RFC 9110 section 11.6.1): schemes, each with its parameters, in one field or in several.

/// One challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// The first parameter of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }
}

/// Reads all challenges of a field; what cannot be read ends the reading.
pub fn challenges(field: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    let mut rest = field;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let (word, behind) = token(rest);
        if word.is_empty() {
            return found;
        }
        let after = behind.trim_start_matches([' ', '\t']);
        match (after.strip_prefix('='), found.last_mut()) {
            // A name and its value: a parameter of the challenge before it.
            (Some(value), Some(challenge)) if !value.starts_with('=') => {
                let Some((value, more)) = value_of(value.trim_start_matches([' ', '\t'])) else {
                    return found;
                };
                challenge.parameters.push((word.to_owned(), value));
                rest = more;
            }
            _ if behind.is_empty() || behind.starts_with([' ', '\t', ',']) => {
                found.push(Challenge { scheme: word.to_owned(), parameters: Vec::new() });
                rest = without_token68(behind);
            }
            _ => return found,
        }
    }
}

fn token(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|b| !(b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)));
    text.split_at(end.unwrap_or(text.len()))
}

/// A token or a quoted string, and what stands behind it.
fn value_of(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (word, rest) = token(text);
        return (!word.is_empty()).then(|| (word.to_owned(), rest));
    };
    let (mut value, mut letters) = (String::new(), quoted.char_indices());
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

/// Some schemes have one word in place of parameters.
fn without_token68(text: &str) -> &str {
    let start = text.trim_start_matches([' ', '\t']);
    let end = start.bytes().position(|b| !(b.is_ascii_alphanumeric() || b"-._~+/".contains(&b)));
    let (word, rest) = start.split_at(end.unwrap_or(start.len()));
    let rest = rest.trim_start_matches('=').trim_start_matches([' ', '\t']);
    let is_whole = rest.is_empty() || rest.starts_with(',');
    let has_padding = start[word.len()..].starts_with("==") || start[word.len()..].starts_with("=,");
    if !word.is_empty() && is_whole && (has_padding || start[word.len()..] == *rest) { rest } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(field: &str) -> String {
        let one = |challenge: &Challenge| {
            let parameters = challenge.parameters.iter().map(|(name, value)| format!(" {name}={value:?}"));
            format!("{}{}", challenge.scheme, parameters.collect::<String>())
        };
        challenges(field).iter().map(one).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn challenges_are_told_apart_in_one_field() {
        for (field, found) in [
            ("Basic realm=\"a b\"", "Basic realm=\"a b\""),
            (
                "basic realm=x, Digest nonce=\"1,2\", qop=\"auth,auth-int\"",
                "basic realm=\"x\"; Digest nonce=\"1,2\" qop=\"auth,auth-int\"",
            ),
            ("Negotiate, NTLM", "Negotiate; NTLM"),
            ("Negotiate abc/+==, Basic realm=\"x\"", "Negotiate; Basic realm=\"x\""),
            ("Digest realm = \"q\\\"q\" , nonce=\"\"", "Digest realm=\"q\\\"q\" nonce=\"\""),
            ("Bearer", "Bearer"),
            (", ,Basic realm=\"x\",,", "Basic realm=\"x\""),
            ("Basic realm=\"open", "Basic"),
            ("=", ""),
            ("", ""),
        ] {
            assert_eq!(shown(field), found, "{field}");
        }
    }
}
