//! The header of a message: nothing is lost on the way but blind copies, and every address can go into an envelope.

use mailxport::message::header::{Header, LeftOut};
use mailxport::message::scan::Scan;
use mailxport::terms::address::Address;

pub(crate) fn hold(octets: &[u8]) {
    let mut scan = Scan::new(1 << 20);
    scan.feed(octets);
    let block = scan.finish().header;
    for line in block.split_inclusive(|octet| *octet == b'\n') {
        assert!(line.ends_with(b"\r\n") && line != b"\r\n", "no line of a header");
    }
    let header = Header::read(block.clone());
    assert_eq!(header.edited(&[], LeftOut::Nothing), block, "as it came");
    let without = header.edited(&[], LeftOut::BlindCopies);
    assert!(without.len() <= block.len());
    let rest = Header::read(without.clone());
    assert_eq!(rest.blind_copies(), 0, "a blind copy goes out");
    assert!(!rest.has("bcc") && !rest.has("resent-bcc"), "a blind copy goes out");
    assert_eq!(without == block, header.blind_copies() == 0, "something else is left out");
    let added = header.edited(&["Date: now".to_owned()], LeftOut::Nothing);
    assert_eq!(added, [&b"Date: now\r\n"[..], &block].concat());
    for name in ["from", "to", "subject", "content-transfer-encoding"] {
        let value = header.value(name);
        assert_eq!(value.is_some(), header.has(name));
        assert!(!value.is_some_and(|value| value.contains("\r\n")), "{name} is folded still");
    }
    domains_stand_behind_bare_names_alone(&header, &block);
    let again = |address: &Address| assert_eq!(Address::parse(address.as_str()).as_ref(), Ok(address));
    header.recipients().iter().flatten().for_each(again);
    header.sender().iter().flatten().for_each(again);
    let _ = (header.target_recipients(), header.target_sender(), header.declares_binary());
}

fn domains_stand_behind_bare_names_alone(header: &Header, block: &[u8]) {
    const MARK: &[u8] = b"@bare.invalid";
    if memchr::memmem::find(block, MARK).is_some() {
        return;
    }
    let at = header.at("bare.invalid").edited(&[], LeftOut::Nothing);
    assert_eq!(
        Header::read(at.clone()).at("other.invalid").edited(&[], LeftOut::Nothing),
        at,
        "a bare name is left"
    );
    let (mut without, mut from) = (Vec::new(), 0);
    for place in memchr::memmem::find_iter(&at, MARK) {
        without.extend_from_slice(&at[from..place]);
        from = place + MARK.len();
    }
    without.extend_from_slice(&at[from..]);
    assert_eq!(without, block, "something else is changed");
}
