//! Replies and what EHLO offers: whole lines only, one code, keywords in any case.

use mailxport::smtp::capability::Capabilities;
use mailxport::terms::ixp::Ixp;
use mailxport::terms::reply::{Reply, ReplyReader};

pub(crate) fn hold(octets: &[u8]) {
    let mut reader = ReplyReader::keeping(64 * 1024);
    let mut first: Option<&[u8]> = None;
    for line in octets.split(|octet| *octet == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let head = *first.get_or_insert(line);
        let Ok(whole) = reader.line(line) else { return };
        let digits = line.get(..3).expect("a line without a code was taken");
        assert!(digits.iter().all(u8::is_ascii_digit), "a code of other letters was taken");
        assert_eq!(digits, &head[..3], "two codes in one reply were taken");
        assert!(matches!(line.get(3), None | Some(b' ' | b'-')), "a mark that is none was taken");
        assert_eq!(whole.is_none(), line.get(3) == Some(&b'-'), "a reply ends with its last line");
        if let Some(reply) = whole {
            judge(&reply, digits);
            (reader, first) = (ReplyReader::keeping(64 * 1024), None);
        }
    }
}

fn judge(reply: &Reply, digits: &[u8]) {
    assert_eq!(format!("{:03}", reply.code).as_bytes(), digits);
    assert!(!(reply.is_positive() && reply.is_refusal()));
    assert_eq!(reply.is_refusal(), reply.is_temporary() || reply.is_permanent());
    assert_eq!(reply.is_positive(), reply.code / 100 == 2);
    let ixp = Ixp::of_reply(reply);
    assert!(!reply.is_refusal() || ixp.exit() != 0, "a refusal that means success: {reply:?}");
    if let Some(enhanced) = &reply.enhanced {
        assert_eq!(enhanced.as_bytes()[0], digits[0], "an enhanced code of another class");
    }
    let found = Capabilities::read(reply);
    assert_ne!(found.size_limit, Some(0), "0 is no limit");
    assert!(found.auth.iter().all(|name| !name.contains(|c: char| c.is_ascii_lowercase() || c == ' ')));
    let mut swapped = reply.clone();
    for line in &mut swapped.lines {
        *line = line.to_ascii_lowercase();
    }
    assert_eq!(Capabilities::read(&swapped), found, "the case of a keyword matters");
}
