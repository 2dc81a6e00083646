//! The name under which an attachment goes: a base name without anything that steers a terminal or a path.

use crate::terms::printable::is_unsafe;

/// Makes a name of a path or of a wish.
pub fn file_name(text: &str) -> String {
    let base = text.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or_default();
    let clean: String = base.chars().filter(|&c| !is_unsafe(c)).collect();
    match clean.trim() {
        "" | "." | ".." => "attachment".to_owned(),
        name => name.to_owned(),
    }
}

/// The Content-ID of an inline part that was given none: its name, other characters than those of an atom made `_`.
pub fn content_id(name: &str) -> String {
    let stands = |c: char| c.is_ascii_alphanumeric() || "!#$&'*+-/=?^_`{|}~.".contains(c);
    name.chars().map(|c| if stands(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_path_and_no_controls() {
        for (text, name) in [
            ("a.pdf", "a.pdf"),
            ("/tmp/x/a b;c.pdf", "a b;c.pdf"),
            ("C:\\temp\\a.pdf", "a.pdf"),
            ("../..", "attachment"),
            ("dir/", "dir"),
            ("/", "attachment"),
            ("", "attachment"),
            ("a\r\nb\x1b[31m.txt", "ab[31m.txt"),
            ("inv\u{202e}fdp.exe", "invfdp.exe"),
            (" .bashrc ", ".bashrc"),
            ("прайс.xlsx", "прайс.xlsx"),
        ] {
            assert_eq!(file_name(text), name, "{text:?}");
        }
        assert_eq!(content_id("my lögo<1>.png"), "my_l_go_1_.png");
    }
}
