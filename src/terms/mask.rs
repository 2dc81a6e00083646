//! Secrets kept out of replies: a server may repeat what it was told, bare or in base64, in a refusal or anywhere later.
//!
//! A secret of three octets or more takes every word with it that it stands in, words that the server would have said anyway
//! among them: nobody can tell those from an answer that repeats it. A shorter one stands in half the words there are, so
//! it is looked for as a word of its own, bare or in base64. An enhanced code in front of a text is never masked.

use super::reply::Reply;
use super::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use memchr::memmem;
use zeroize::Zeroizing;

/// A secret that is shorter is looked for as a word of its own.
const SHORTEST: usize = 3;

/// Two groups of base64.
const SHORTEST_RESPONSE: usize = 8;

/// Octets that no reply may repeat.
#[derive(Clone, Debug)]
pub struct Form {
    octets: Zeroizing<Vec<u8>>,
    /// They count only where no letter or digit touches them.
    alone: bool,
}

impl Form {
    fn anywhere(octets: &[u8]) -> Form {
        Form { octets: Zeroizing::new(octets.to_vec()), alone: false }
    }

    fn alone(octets: &[u8]) -> Form {
        Form { octets: Zeroizing::new(octets.to_vec()), alone: true }
    }

    fn is_in(&self, text: &[u8]) -> bool {
        let is_part = |octet: Option<&u8>| octet.is_some_and(|it| it.is_ascii_alphanumeric() || *it >= 0x80);
        memmem::find_iter(text, self.octets.as_slice()).any(|at| {
            let (before, behind) = (&text[..at], &text[at + self.octets.len()..]);
            !self.alone || !(is_part(before.last()) || is_part(behind.first()))
        })
    }

    /// True where the text ends within it.
    fn is_begun(&self, text: &[u8]) -> bool {
        (SHORTEST..self.octets.len()).any(|begun| text.ends_with(&self.octets[..begun]))
    }
}

/// The secret, and the characters of base64 that hold it wherever it starts in what was coded.
pub fn forms(secret: &Secret) -> Vec<Form> {
    let octets = secret.expose();
    if octets.is_empty() {
        return Vec::new();
    }
    let form = if octets.len() < SHORTEST { Form::alone } else { Form::anywhere };
    let mut forms = vec![form(octets)];
    if !octets.is_ascii() {
        // A reply that is not UTF-8 is read so.
        let latin1: Zeroizing<String> = Zeroizing::new(octets.iter().copied().map(char::from).collect());
        forms.push(form(latin1.as_bytes()));
    }
    if octets.len() < SHORTEST {
        forms.push(Form::alone(Zeroizing::new(STANDARD.encode(octets)).as_bytes()));
        return forms;
    }
    for before in 0..3 {
        let padded = Zeroizing::new([&b"\0\0\0"[..before], octets].concat());
        let coded = Zeroizing::new(STANDARD_NO_PAD.encode(&padded));
        // The first and the last character hold bits of the neighbours.
        let first = [0, 2, 3][before];
        let last = coded.len() - usize::from(padded.len() % 3 != 0);
        if last > first + SHORTEST {
            forms.push(Form::anywhere(&coded.as_bytes()[first..last]));
        }
    }
    forms
}

/// The response in a line of the log-on, where it is long enough to be nothing else: a short secret may be in it, or a
/// digest that a guess at the secret could be tried on.
pub fn response(line: &str) -> Option<Form> {
    let response = match line.strip_prefix("AUTH ") {
        Some(words) => words.split_once(' ')?.1,
        None => line,
    };
    (response.len() >= SHORTEST_RESPONSE).then(|| Form::anywhere(response.as_bytes()))
}

/// Replaces every word of the reply that holds a form of the secret.
pub fn apply<'f>(forms: impl IntoIterator<Item = &'f Form>, reply: &mut Reply) {
    let enhanced = reply.enhanced.as_deref().unwrap_or("");
    for form in forms {
        for line in &mut reply.lines {
            let code = if line.starts_with(enhanced) { enhanced.len() } else { 0 };
            if form.is_in(&line.as_bytes()[code..]) {
                *line = format!("{}{}", &line[..code], without(&line[code..], form));
            }
        }
    }
}

/// Octets that are no reply, or the first of them: nothing is left where a form of the secret is among them, or begins
/// where they were cut.
pub fn octets(forms: &[Form], shown: Vec<u8>) -> Vec<u8> {
    let tells = |form: &Form| form.is_in(&shown) || form.is_begun(&shown);
    if forms.iter().any(tells) { b"(masked)".to_vec() } else { shown }
}

/// A secret may hold blanks: what is not found word by word takes the whole line with it.
fn without(line: &str, form: &Form) -> String {
    let words = || line.split(' ').map(|word| Some(word).filter(|word| !form.is_in(word.as_bytes())));
    let joined = |mark| words().map(|word| word.unwrap_or(mark)).collect::<Vec<_>>().join(" ");
    if form.is_in(joined("").as_bytes()) { "(masked)".to_owned() } else { joined("(masked)") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    fn shown(secret: &str, line: &str) -> String {
        let enhanced = line.starts_with("5.7.8").then(|| "5.7.8".to_owned());
        let mut reply = Reply { code: 535, enhanced, lines: vec![line.to_owned()] };
        apply(&forms(&Secret::new(secret.as_bytes().to_vec())), &mut reply);
        reply.lines.remove(0)
    }

    #[test]
    fn a_secret_that_is_repeated_is_not_shown() {
        assert_eq!(shown("tiger7", "no tiger7 here"), "no (masked) here");
        assert_eq!(shown("two words", "no two words here"), "(masked)");
        assert_eq!(shown("tiger7", "nothing here"), "nothing here");
    }

    #[test]
    fn a_short_secret_is_masked_where_it_is_a_word_of_its_own() {
        for (secret, line, left) in [
            ("x", "no x here", "no (masked) here"),
            ("x", "no 'x', nor eA== here", "no (masked) nor (masked) here"),
            ("x", "x", "(masked)"),
            ("x", "no excess here, axe", "no excess here, axe"),
            ("ab", "user=ada&password=ab&x=1", "(masked)"),
            ("ab", "tabs", "tabs"),
            ("5", "5.7.8 5 is no password", "5.7.8 (masked) is no password"),
            ("m", "no m here", "no (masked) here"),
            ("é", "no é here, déjà", "no (masked) here, déjà"),
            (" ", "no blank", "no blank"),
            ("!", "no!", "no!"),
            ("", "nothing is masked", "nothing is masked"),
        ] {
            assert_eq!(shown(secret, line), left, "{secret:?} {line:?}");
        }
    }

    #[test]
    fn a_longer_secret_takes_whole_words_along_and_leaves_the_codes() {
        for (secret, line, left) in [
            ("fail", "5.7.8 authentication failed", "5.7.8 authentication (masked)"),
            ("5.7.8", "5.7.8 no 5.7.8", "5.7.8 no (masked)"),
            ("masked", "no masked here", "no (masked) here"),
            ("(masked) ab", "no (masked) ab here", "(masked)"),
        ] {
            assert_eq!(shown(secret, line), left, "{secret:?} {line:?}");
        }
    }

    #[test]
    fn what_is_no_reply_shows_neither_a_secret_nor_the_beginning_of_one() {
        let forms = forms(&Secret::new(b"tiger7".to_vec()));
        for (line, left) in [
            ("no tiger7 here", "(masked)"),
            ("no dGlnZXI3 here", "(masked)"),
            ("it was cut at tige", "(masked)"),
            ("nothing here", "nothing here"),
        ] {
            assert_eq!(octets(&forms, line.as_bytes().to_vec()), left.as_bytes(), "{line}");
        }
    }

    #[test]
    fn octets_that_are_not_ascii_are_found_as_utf8_and_as_latin1() {
        assert_eq!(shown("pässe", "no pässe"), "no (masked)");
        let forms = forms(&Secret::new(b"p\xe4sse".to_vec()));
        let mut reply = Reply { code: 535, enhanced: None, lines: vec!["no pässe".to_owned()] };
        apply(&forms, &mut reply);
        assert_eq!(reply.lines, ["no (masked)"]);
    }

    #[test]
    fn a_response_is_told_from_the_command_around_it() {
        for (line, is) in [
            ("AUTH PLAIN AGFkYQB4eQ==", Some("AGFkYQB4eQ==")),
            ("AUTH SCRAM-SHA-256", None),
            ("AUTH EXTERNAL =", None),
            ("YWRhIDEyMw==", Some("YWRhIDEyMw==")),
            ("eHk=", None),
            ("", None),
        ] {
            assert_eq!(
                response(line).as_ref().map(|form| form.octets.as_slice()),
                is.map(str::as_bytes),
                "{line}"
            );
        }
    }

    #[test]
    fn in_base64_it_is_found_wherever_it_starts() {
        for lead in ["", "a", "ab", "abc", "\0ada\0"] {
            for tail in ["", "z", "zz"] {
                let coded = STANDARD.encode(format!("{lead}tiger-secret{tail}"));
                assert_eq!(
                    shown("tiger-secret", &format!("bad {coded}")),
                    "bad (masked)",
                    "{lead:?} {tail:?}"
                );
            }
        }
    }
}
