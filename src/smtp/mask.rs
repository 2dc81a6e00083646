//! Secrets kept out of replies: a server may repeat what it was told, bare or in base64, in a refusal or anywhere later.

use crate::terms::reply::Reply;
use crate::terms::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use memchr::memmem;
use zeroize::Zeroizing;

/// Too short a secret stands in half the words there are; it is not looked for.
const SHORTEST: usize = 3;

/// Two groups of base64.
const SHORTEST_RESPONSE: usize = 8;

/// The secret, and the characters of base64 that hold it wherever it starts in what was coded.
pub(super) fn forms(secret: &Secret) -> Vec<Zeroizing<Vec<u8>>> {
    let octets = secret.expose();
    if octets.len() < SHORTEST {
        return Vec::new();
    }
    let mut forms = vec![Zeroizing::new(octets.to_vec())];
    if !octets.is_ascii() {
        // A reply that is not UTF-8 is read so.
        let latin1: String = octets.iter().copied().map(char::from).collect();
        forms.push(Zeroizing::new(latin1.into_bytes()));
    }
    for before in 0..3 {
        let padded = Zeroizing::new([&b"\0\0\0"[..before], octets].concat());
        let coded = Zeroizing::new(STANDARD_NO_PAD.encode(&padded));
        // The first and the last character hold bits of the neighbours.
        let first = [0, 2, 3][before];
        let last = coded.len() - usize::from(padded.len() % 3 != 0);
        if last > first + SHORTEST {
            forms.push(Zeroizing::new(coded.as_bytes()[first..last].to_vec()));
        }
    }
    forms
}

/// The response in a line of the log-on, where it is long enough to be nothing else: a short secret may be in it, or a
/// digest that a guess at the secret could be tried on.
pub(super) fn response(line: &str) -> Option<Zeroizing<Vec<u8>>> {
    let response = match line.strip_prefix("AUTH ") {
        Some(words) => words.split_once(' ')?.1,
        None => line,
    };
    (response.len() >= SHORTEST_RESPONSE).then(|| Zeroizing::new(response.as_bytes().to_vec()))
}

/// Replaces every word of the reply that holds a form of the secret.
pub(super) fn apply(forms: &[Zeroizing<Vec<u8>>], reply: &mut Reply) {
    for form in forms {
        for line in &mut reply.lines {
            if memmem::find(line.as_bytes(), form).is_some() {
                *line = without(line, form);
            }
        }
    }
}

/// Octets that are no reply, or the first of them: nothing is left where a form of the secret is among them, or begins
/// where they were cut.
pub(super) fn octets(forms: &[Zeroizing<Vec<u8>>], shown: Vec<u8>) -> Vec<u8> {
    let tells = |form: &[u8]| {
        memmem::find(&shown, form).is_some()
            || (SHORTEST..form.len()).any(|begun| shown.ends_with(&form[..begun]))
    };
    if forms.iter().any(|form| tells(form)) { b"(masked)".to_vec() } else { shown }
}

/// A secret may hold blanks: what is not found word by word takes the whole line with it.
fn without(line: &str, form: &[u8]) -> String {
    let words = line.split(' ').map(|word| match memmem::find(word.as_bytes(), form) {
        Some(_) => "(masked)",
        None => word,
    });
    let masked = words.collect::<Vec<_>>().join(" ");
    if memmem::find(masked.as_bytes(), form).is_some() { "(masked)".to_owned() } else { masked }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    fn shown(secret: &str, line: &str) -> String {
        let mut reply = Reply { code: 535, enhanced: None, lines: vec![line.to_owned()] };
        apply(&forms(&Secret::new(secret.as_bytes().to_vec())), &mut reply);
        reply.lines.remove(0)
    }

    #[test]
    fn a_secret_that_is_repeated_is_not_shown() {
        assert_eq!(shown("tiger7", "no tiger7 here"), "no (masked) here");
        assert_eq!(shown("two words", "no two words here"), "(masked)");
        assert_eq!(shown("tiger7", "nothing here"), "nothing here");
        assert_eq!(shown("x", "no x here"), "no x here");
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
                response(line).as_ref().map(|octets| octets.as_slice()),
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
