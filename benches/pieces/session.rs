//! Whole sessions on a link in memory, from the greeting to QUIT.

use super::harness::Bench;
use super::link::Memory;
use mailxport::message::open::{Handling, Message, Origin};
use mailxport::net::link::Link;
use mailxport::smtp::session::{Session, Terms};
use mailxport::terms::address::Address;
use mailxport::terms::endpoint::Server;
use mailxport::terms::envelope::{Dsn, Envelope, Sender};
use mailxport::terms::event::Deaf;
use mailxport::terms::outcome::Verdict;
use mailxport::terms::plan::{Family, Limits, Plan};
use mailxport::terms::tls::{Tls, TlsWishes};
use mailxport::watch::wait::Watch;
use std::io::Write;
use std::time::Duration;

const TERMS: Terms = Terms { policy: Tls::Off, clear_is_allowed: false };

/// What every session needs.
struct Ground {
    plan: Plan,
    message: Message,
    envelope: Envelope,
    /// The same octets as the session says.
    said: Vec<u8>,
}

fn ground(recipients: usize) -> Option<Ground> {
    let Ok(Server::At(endpoint)) = Server::parse("127.0.0.1:25") else { return None };
    let plan = Plan {
        endpoint,
        hello: Some("client.example".to_owned()),
        tls: TlsWishes::default(),
        limits: Limits::all(Duration::from_secs(20)),
        family: Family::Any,
        source: None,
        proxy: None,
        max_recipients: None,
        partial: true,
        chunking: true,
        dsn: Dsn::default(),
        login: None,
    };
    let text = "Date: now\r\nMessage-ID: <1@x.example>\r\nFrom: a@x.example\r\n\r\n".to_owned()
        + &"a line of the message, as long as lines are\r\n".repeat(43);
    let mut file = tempfile::NamedTempFile::new().ok()?;
    file.write_all(text.as_bytes()).ok()?;
    let origin = Origin::Path(file.path().to_owned());
    let message = Message::open(&origin, &Handling::default(), &Watch::default()).ok()?;
    let to: Vec<Address> =
        (0..recipients).filter_map(|number| Address::parse(&format!("r{number}@x.example")).ok()).collect();
    let mut said = b"EHLO client.example\r\nMAIL FROM:<a@x.example>\r\n".to_vec();
    to.iter().for_each(|address| said.extend_from_slice(format!("RCPT TO:<{address}>\r\n").as_bytes()));
    said.extend_from_slice(format!("BDAT {} LAST\r\n{text}QUIT\r\n", text.len()).as_bytes());
    let envelope = Envelope::new(Sender::Mailbox(Address::parse("a@x.example").ok()?), to);
    Some(Ground { plan, message, envelope, said })
}

/// True where the message was taken.
fn go(ground: &mut Ground) -> bool {
    let Ground { plan, message, envelope, .. } = ground;
    let Ok(mut session) = Session::open(Memory::new(), plan, TERMS, &mut Deaf) else { return false };
    let outcome = session.submit(envelope, message, &mut Deaf);
    session.close(&mut Deaf);
    matches!(outcome.verdict, Verdict::Accepted(_))
}

/// The server's side of it alone: the same octets, and its answers taken.
fn yardstick(said: &[u8]) -> usize {
    let mut link = Memory::new();
    let _ = link.offer(said, Duration::ZERO);
    std::iter::from_fn(|| link.line_at_hand().ok().flatten()).count()
}

fn run(bench: &mut Bench, name: &str, recipients: usize) {
    let Some(mut ground) = ground(recipients) else { return };
    assert!(go(&mut ground), "the session of the bench fails");
    let said = ground.said.clone();
    bench.pair(name, 0, || go(&mut ground), || yardstick(&said));
}

pub(super) fn small(bench: &mut Bench) {
    run(bench, "session: 2 KB to one", 1);
}

pub(super) fn many_recipients(bench: &mut Bench) {
    run(bench, "session: 2 KB to 1000", 1000);
}
