//! Parameters of MIME fields with any text as their value, in one piece or continued (RFC 2231 sections 3 and 4).

use super::fold::Field;

/// Octets of a piece, so that it fits a line of its own behind a blank and before a semicolon.
const PIECE: usize = 74;

/// Adds `; name=value`.
pub(super) fn parameter(field: &mut Field, name: &str, value: &str) {
    let plain = format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    if is_plain(value) && plain.len() <= PIECE {
        return add(field, &plain);
    }
    let whole: String = value.chars().map(percent).collect();
    let single = format!("{name}*=utf-8''{whole}");
    if single.len() <= PIECE {
        return add(field, &single);
    }
    let mut piece = format!("{name}*0*=utf-8''");
    let mut number = 0;
    for c in value.chars() {
        let next = percent(c);
        if piece.len() + next.len() > PIECE {
            add(field, &piece);
            number += 1;
            piece = format!("{name}*{number}*=");
        }
        piece.push_str(&next);
    }
    add(field, &piece);
}

fn add(field: &mut Field, piece: &str) {
    field.glue(";");
    field.word(piece);
}

/// Printable ASCII that no reader takes for anything else, nor for one blank where there are more.
fn is_plain(value: &str) -> bool {
    let printable = value.bytes().all(|octet| (32..127).contains(&octet));
    printable && !value.contains("=?") && !value.contains("  ") && value.trim() == value
}

fn percent(c: char) -> String {
    if c.is_ascii_alphanumeric() || "!#$&+-.^_`|~".contains(c) {
        return c.to_string();
    }
    c.encode_utf8(&mut [0; 4]).bytes().map(|octet| format!("%{octet:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str) -> String {
        let mut field = Field::new("Content-Disposition");
        field.word("attachment");
        parameter(&mut field, "filename", value);
        field.line()
    }

    #[test]
    fn a_name_is_written_as_plainly_as_it_can_be() {
        for (value, wanted) in [
            ("a.pdf", " attachment; filename=\"a.pdf\"\r\n"),
            ("a;b \"c\\.pdf", " attachment; filename=\"a;b \\\"c\\\\.pdf\"\r\n"),
            ("prüfung.pdf", " attachment; filename*=utf-8''pr%C3%BCfung.pdf\r\n"),
            ("a  b", " attachment; filename*=utf-8''a%20%20b\r\n"),
            ("=?x?=", " attachment; filename*=utf-8''%3D%3Fx%3F%3D\r\n"),
        ] {
            assert_eq!(written(value), format!("Content-Disposition:{wanted}"));
        }
    }

    #[test]
    fn a_long_name_is_continued_and_cut_between_characters() {
        for value in ["x".repeat(300), "é".repeat(120), "🦀".repeat(60)] {
            let text = written(&value);
            assert!(text.contains("filename*0*=utf-8''") && text.contains(";\r\n filename*1*="), "{text}");
            let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
            assert!(lines.iter().all(|line| line.len() <= 78), "{text}");
            let pieces = lines[1..].iter().filter_map(|line| line.trim_end_matches(';').split_once("*="));
            let whole: String = pieces.map(|(_, piece)| piece.trim_start_matches("utf-8''")).collect();
            assert_eq!(whole, value.chars().map(percent).collect::<String>());
        }
    }
}
