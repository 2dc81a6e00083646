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
    let again = |address: &Address| assert_eq!(Address::parse(address.as_str()).as_ref(), Ok(address));
    header.recipients().iter().flatten().for_each(again);
    header.sender().iter().flatten().for_each(again);
    let _ = (header.target_recipients(), header.target_sender(), header.declares_binary());
}
