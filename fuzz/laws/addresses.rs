//! Addresses and lists of them: what is taken can go into a path, and is read again as the same.

use mailxport::terms::address::Address;
use mailxport::terms::address_list::{Empty, address_list, mailbox};
use mailxport::terms::endpoint::Server;
use mailxport::terms::envelope::{Envelope, Sender, envid};
use mailxport::terms::xtext::xtext;

fn judge(address: &Address) {
    let text = address.as_str();
    assert!(!text.is_empty() && text.len() <= 254, "{} octets", text.len());
    assert!(!text.chars().any(char::is_control), "a control character in {text:?}");
    let mut quoted = false;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if quoted => drop(letters.next()),
            '"' => quoted = !quoted,
            ' ' | '<' | '>' | ',' => assert!(quoted, "{letter:?} ends the path {text:?}"),
            _ => {}
        }
    }
    assert!(!quoted, "a quote without its end: {text:?}");
    assert_eq!(Address::parse(text).as_ref(), Ok(address), "not the same when read again");
    assert!(address.same_mailbox(address));
}

pub(crate) fn hold(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let one = Address::parse(&text);
    one.iter().for_each(judge);
    mailbox(&text).iter().for_each(judge);
    for empty in [Empty::Refused, Empty::Skipped] {
        let Ok(list) = address_list(&text, empty) else { continue };
        list.iter().for_each(judge);
        let again: Vec<&str> = list.iter().map(Address::as_str).collect();
        assert_eq!(address_list(&again.join(", "), Empty::Skipped).as_ref(), Ok(&list));
        let envelope = Envelope::new(Sender::Null, list.clone());
        assert!(envelope.recipients.len() <= list.len());
        for recipient in envelope.recipients.iter() {
            let same = envelope.recipients.iter().filter(|other| other.same_mailbox(recipient));
            assert_eq!(same.count(), 1, "a mailbox is named twice");
        }
    }
    if let Ok(id) = envid(&text) {
        let coded = xtext(&id);
        assert!(coded.bytes().all(|octet| (33..127).contains(&octet)), "{coded:?} ends the parameter");
    }
    if let Ok(Server::At(endpoint)) = Server::parse(&text) {
        assert!(!endpoint.to_string().chars().any(char::is_control));
    }
}
