//! What the laws are proved with: a plan, an envelope, messages.

use mailxport::message::open::{Handling, Message, Origin};
use mailxport::smtp::session::Terms;
use mailxport::terms::address::Address;
use mailxport::terms::endpoint::Server;
use mailxport::terms::envelope::{Dsn, Envelope, Sender};
use mailxport::terms::plan::{Family, Limits, Plan};
use mailxport::terms::tls::{Tls, TlsWishes};
use mailxport::watch::wait::Watch;
use std::path::Path;
use std::time::Duration;

/// What the rules ask where TLS was turned off.
pub(crate) const IN_CLEAR: Terms = Terms { policy: Tls::Off, clear_is_allowed: false };

pub(crate) fn plan(server: &str, partial: bool) -> Plan {
    let Ok(Server::At(endpoint)) = Server::parse(server) else { panic!("{server} is no server") };
    Plan {
        endpoint,
        hello: Some("client.example".to_owned()),
        tls: TlsWishes::default(),
        limits: Limits::all(Duration::from_secs(20)),
        family: Family::Any,
        source: None,
        proxy: None,
        max_recipients: None,
        partial,
        chunking: true,
        dsn: Dsn::default(),
        login: None,
    }
}

pub(crate) fn envelope(recipients: usize) -> Envelope {
    let address = |text: String| Address::parse(&text).unwrap();
    let to = (0..recipients).map(|number| address(format!("r{number}@d.example")));
    Envelope::new(Sender::Mailbox(address("a@d.example".to_owned())), to)
}

pub(crate) fn open(path: &Path) -> Message {
    Message::open(&Origin::Path(path.to_owned()), &Handling::default(), &Watch::default()).unwrap()
}

/// A message that goes out as it stands, with some dots to be doubled, of about so many octets.
pub(crate) fn letter(number: usize, octets: usize) -> String {
    let head = format!("Date: now\r\nMessage-ID: <{number}@d.example>\r\nFrom: a@d.example\r\n\r\n");
    let line = format!(".line of {number}\r\n..\r\nx.\r\n");
    let lines = octets.saturating_sub(head.len()) / line.len() + 1;
    head + &line.repeat(lines)
}
