//! A command line as words, split as a shell splits plain words and quotes; what needs more than that needs a shell.

/// How a command is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Words(Vec<String>),
    Shell,
}

/// What a shell would do something about.
const SPECIAL: &str = "|&;<>()$`*?[#~=%\n";

/// Splits a command line, or says what is wrong with it.
pub(super) fn split(line: &str) -> Result<Call, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' => words.extend(word.take()),
            '\'' => single(&mut letters, word.get_or_insert_default())?,
            '"' => {
                if !double(&mut letters, word.get_or_insert_default())? {
                    return Ok(Call::Shell);
                }
            }
            '\\' => match letters.next() {
                None => return Err("ends in a backslash"),
                Some('\n') => {}
                Some(next) => word.get_or_insert_default().push(next),
            },
            special if SPECIAL.contains(special) => return Ok(Call::Shell),
            plain => word.get_or_insert_default().push(plain),
        }
    }
    words.extend(word);
    if words.is_empty() { Err("names no command") } else { Ok(Call::Words(words)) }
}

fn single(letters: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), &'static str> {
    for letter in letters {
        match letter {
            '\'' => return Ok(()),
            letter => word.push(letter),
        }
    }
    Err(UNCLOSED)
}

/// Reads to the closing quote; false where a shell would put something in.
fn double(letters: &mut std::str::Chars<'_>, word: &mut String) -> Result<bool, &'static str> {
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Ok(true),
            '$' | '`' => return Ok(false),
            '\\' => match letters.next() {
                None => return Err(UNCLOSED),
                Some('\n') => {}
                Some(quoted @ ('"' | '\\' | '$' | '`')) => word.push(quoted),
                Some(other) => word.extend(['\\', other]),
            },
            letter => word.push(letter),
        }
    }
    Err(UNCLOSED)
}

const UNCLOSED: &str = "has a quote that is not closed";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_does() {
        for (line, words) in [
            ("pass show mail", &["pass", "show", "mail"][..]),
            ("  pass\t show  mail ", &["pass", "show", "mail"]),
            ("cat '/a b/c'", &["cat", "/a b/c"]),
            ("cat \"/a b/c\"", &["cat", "/a b/c"]),
            ("cat /a\\ b/c", &["cat", "/a b/c"]),
            ("a''b \"\" ''", &["ab", "", ""]),
            ("a'$(x)|;'\"b'c\"d", &["a$(x)|;b'cd"]),
            ("\"a\\\"b\\\\c\\$d\\e\"", &["a\"b\\c$d\\e"]),
            ("'a\\'", &["a\\"]),
            ("a\\|b \\#", &["a|b", "#"]),
            ("a\\\nb", &["ab"]),
            ("'a\nb' --x:y {}!", &["a\nb", "--x:y", "{}!"]),
            ("pässe", &["pässe"]),
        ] {
            let wanted = Call::Words(words.iter().map(|word| (*word).to_owned()).collect());
            assert_eq!(split(line), Ok(wanted), "{line:?}");
        }
    }

    #[test]
    fn what_a_shell_would_do_something_about_goes_to_a_shell() {
        for special in SPECIAL.chars() {
            assert_eq!(split(&format!("a b{special}c")), Ok(Call::Shell), "{special:?}");
        }
        for line in ["echo \"$HOME\"", "echo \"`id`\"", "X=1 a", "a | 'b", "~/bin/a"] {
            assert_eq!(split(line), Ok(Call::Shell), "{line:?}");
        }
    }

    #[test]
    fn what_is_no_command_is_said() {
        for line in ["", " \t", "a 'b", "a \"b", "a \"b\\", "a\\"] {
            assert!(split(line).is_err(), "{line:?}");
        }
    }
}
