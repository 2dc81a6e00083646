//! What a web server asks for: every scheme is a word, and none comes out of a quoted string.

use mailxport::httpmail::auth::challenge::challenges;

pub(crate) fn hold(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let found = challenges(&text);
    for challenge in &found {
        assert!(!challenge.scheme.is_empty(), "a scheme without a name");
        assert!(challenge.scheme.bytes().all(|octet| octet.is_ascii_graphic()), "{:?}", challenge.scheme);
        assert!(challenge.is(&challenge.scheme.to_ascii_uppercase()), "the case of a scheme matters");
        assert!(text.contains(&challenge.scheme));
        assert_eq!(challenge.get("realm"), challenge.get("REALM"));
    }
    // As a value it is one challenge, and comes out as it went in.
    let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
    let inside = challenges(&format!("Digest realm=\"{quoted}\", qop=auth"));
    if !text.chars().any(char::is_control) {
        assert_eq!(inside.len(), 1, "a scheme comes out of a quoted string");
        assert_eq!(inside[0].get("realm"), Some(&*text));
        assert_eq!(inside[0].get("qop"), Some("auth"));
    }
}
