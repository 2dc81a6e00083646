//! Media types: what the extension of a file says, and what a person says (RFC 2045 section 5.1).

use std::fmt;

/// A type with its parameters, fit for a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaType {
    essence: String,
    /// As they were given, without blanks around them.
    parameters: Vec<String>,
}

/// Extensions that are common in mail; whatever else there is goes as octets, which every reader saves.
#[rustfmt::skip]
const BY_EXTENSION: &[(&str, &str)] = &[
    ("7z", "application/x-7z-compressed"), ("aac", "audio/aac"), ("avif", "image/avif"), ("bmp", "image/bmp"),
    ("bz2", "application/x-bzip2"), ("css", "text/css"), ("csv", "text/csv"), ("diff", "text/x-diff"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("epub", "application/epub+zip"), ("flac", "audio/flac"), ("gif", "image/gif"), ("gz", "application/gzip"),
    ("heic", "image/heic"), ("htm", "text/html"), ("html", "text/html"), ("ics", "text/calendar"), ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"), ("js", "text/javascript"), ("json", "application/json"), ("log", "text/plain"),
    ("m4a", "audio/mp4"), ("markdown", "text/markdown"), ("md", "text/markdown"), ("mkv", "video/matroska"),
    ("mov", "video/quicktime"), ("mp3", "audio/mpeg"), ("mp4", "video/mp4"), ("mpeg", "video/mpeg"),
    ("odp", "application/vnd.oasis.opendocument.presentation"), ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odt", "application/vnd.oasis.opendocument.text"), ("ogg", "audio/ogg"), ("opus", "audio/opus"), ("patch", "text/x-diff"),
    ("pdf", "application/pdf"), ("png", "image/png"), ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"), ("ps", "application/postscript"),
    ("rtf", "application/rtf"), ("sh", "application/x-sh"), ("sql", "application/sql"), ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"), ("tgz", "application/gzip"), ("tif", "image/tiff"), ("tiff", "image/tiff"),
    ("toml", "application/toml"), ("tsv", "text/tab-separated-values"), ("txt", "text/plain"), ("vcf", "text/vcard"),
    ("wav", "audio/wav"), ("webm", "video/webm"), ("webp", "image/webp"), ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), ("xml", "application/xml"),
    ("xz", "application/x-xz"), ("yaml", "application/yaml"), ("yml", "application/yaml"), ("zip", "application/zip"),
    ("zst", "application/zstd"),
];

impl MediaType {
    /// The type that the extension of a name says.
    pub fn of_name(name: &str) -> MediaType {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let known =
            extension.and_then(|extension| BY_EXTENSION.iter().find(|(known, _)| *known == extension));
        let essence = known.map_or("application/octet-stream", |(_, essence)| essence);
        MediaType { essence: essence.to_owned(), parameters: Vec::new() }
    }

    /// Reads `type/subtype`, with parameters behind semicolons.
    pub fn parse(text: &str) -> Result<MediaType, String> {
        let shown = format!("{text:?}");
        let wrong = || format!("{shown} is no media type such as text/csv or 'text/csv; charset=utf-8'");
        let mut parts = parts(text).ok_or_else(wrong)?.into_iter();
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/').ok_or_else(wrong)?;
        let parameters: Vec<String> = parts.collect();
        if !is_token(kind)
            || !is_token(subtype)
            || !parameters.iter().all(|parameter| is_parameter(parameter))
        {
            return Err(wrong());
        }
        if parameters.iter().any(|it| it.len() > 300) || essence.len() > 127 {
            return Err(format!("{shown} is too long for a media type"));
        }
        if matches!(kind, "multipart" | "message") {
            return Err(format!("{shown} cannot be attached: such parts may not go in base64 (RFC 2046)"));
        }
        Ok(MediaType { essence, parameters })
    }

    /// The words of the field, a semicolon behind all but the last.
    pub(super) fn words(&self) -> Vec<String> {
        let all: Vec<&String> = std::iter::once(&self.essence).chain(&self.parameters).collect();
        let last = all.len() - 1;
        all.iter()
            .enumerate()
            .map(|(at, it)| if at < last { format!("{it};") } else { (*it).clone() })
            .collect()
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(" "))
    }
}

/// What stands between semicolons that are not in quotes.
fn parts(text: &str) -> Option<Vec<String>> {
    let mut found = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        match c {
            ';' if !quoted => {
                found.push(String::new());
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
        found.last_mut()?.push(c);
    }
    (!quoted).then(|| found.iter().map(|part| part.trim().to_owned()).collect())
}

fn is_token(text: &str) -> bool {
    let stands = |octet: u8| (33..127).contains(&octet) && !b"()<>@,;:\\\"/[]?=".contains(&octet);
    !text.is_empty() && text.bytes().all(stands)
}

fn is_parameter(text: &str) -> bool {
    let Some((name, value)) = text.split_once('=') else { return false };
    let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let inside = quoted.is_some_and(|inside| {
        let bare = inside.replace("\\\\", "").replace("\\\"", "");
        bare.bytes().all(|octet| (32..127).contains(&octet)) && !bare.contains(['"', '\\'])
    });
    is_token(name) && (is_token(value) || inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_known_in_any_case_and_unknown_ones_are_octets() {
        for (name, essence) in [
            ("a.pdf", "application/pdf"),
            ("A.B.JPG", "image/jpeg"),
            ("data.tar.gz", "application/gzip"),
            ("README", "application/octet-stream"),
            ("note.eml", "application/octet-stream"),
            ("x.", "application/octet-stream"),
            (".csv", "text/csv"),
        ] {
            assert_eq!(MediaType::of_name(name).to_string(), essence);
        }
        let mut sorted = BY_EXTENSION.to_vec();
        sorted.sort_unstable();
        sorted.dedup_by_key(|(extension, _)| *extension);
        assert_eq!(sorted, BY_EXTENSION);
        assert!(BY_EXTENSION.iter().all(|(_, essence)| MediaType::parse(essence).is_ok()));
    }

    #[test]
    fn a_type_is_judged() {
        for (text, wanted) in [
            ("Text/CSV", "text/csv"),
            ("text/csv;charset=utf-8 ;header=present", "text/csv; charset=utf-8; header=present"),
            ("a/b; x=\"a;b\\\"\"", "a/b; x=\"a;b\\\"\""),
        ] {
            assert_eq!(MediaType::parse(text).unwrap().to_string(), wanted);
        }
        for text in [
            "",
            "pdf",
            "a/",
            "/b",
            "a/b/c",
            "a/b;",
            "a/b; x",
            "a/b; x=a b",
            "a/b; x=\"a",
            "a/b\r\nX: y",
            "a/b; x=\"\r\n\"",
            "ä/b",
            "multipart/mixed",
            "message/rfc822",
        ] {
            assert!(MediaType::parse(text).is_err(), "{text:?}");
        }
    }
}
