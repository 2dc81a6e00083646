//! The fewest waits: how often a client must stand still in each dialogue.

use super::link::{Entry, Memory};
use super::server::{Ask, Choices, Refusals, Server};
use super::{envelope, letter, open, plan};
use mailxport::smtp::session::Session;
use mailxport::terms::event::Deaf;
use mailxport::terms::failure::Cause;

struct Row {
    what: &'static str,
    lmtp: bool,
    pipelining: bool,
    chunking: bool,
    partial: bool,
    /// What the server says how many it takes.
    most: Option<usize>,
    recipients: usize,
    /// Octets of each message.
    octets: usize,
    messages: usize,
    refusals: Refusals,
    waits: usize,
}

fn row(what: &'static str, recipients: usize, waits: usize) -> Row {
    let (lmtp, pipelining, partial, messages, refusals) = (false, true, false, 1, Vec::new());
    let (chunking, octets, most) = (false, 300, None);
    Row { what, lmtp, pipelining, chunking, partial, most, recipients, octets, messages, refusals, waits }
}

fn rows() -> Vec<Row> {
    let partial = |row| Row { partial: true, ..row };
    let in_step = |row| Row { pipelining: false, ..row };
    let lmtp = |row| Row { lmtp: true, ..row };
    let taking = |most, row| Row { most: Some(most), ..row };
    let twice = |row| Row { messages: 2, ..row };
    let in_chunks = |row| Row { chunking: true, ..row };
    let large = |row| Row { octets: 200_000, ..row };
    let refused = |row, refusals: &[(Ask, usize, u16)]| Row { refusals: refusals.to_vec(), ..row };
    vec![
        // Greeting, EHLO, the flight with DATA, the verdict.
        row("one recipient", 1, 4),
        // The flight cannot take DATA along where one refusal must not deliver to the others.
        row("ten recipients", 10, 5),
        row("a thousand recipients", 1000, 5),
        partial(row("ten, in part", 10, 4)),
        partial(row("a thousand, in part", 1000, 4)),
        // A longer list waits once for what the server says to its first part.
        partial(row("five thousand, in part", 5000, 5)),
        // Where the server has said how many it takes, it need not be asked.
        taking(5000, partial(row("as many as the server takes", 5000, 4))),
        taking(4999, partial(row("one more than the server takes", 5000, 5))),
        taking(5000, in_chunks(partial(row("a chunk along with as many as the server takes", 5000, 3)))),
        twice(row("a second message", 1, 6)),
        twice(row("a second message to many", 10, 8)),
        twice(partial(row("a second message in part", 10, 6))),
        in_step(row("one recipient in step", 1, 6)),
        in_step(row("ten recipients in step", 10, 15)),
        in_step(partial(row("ten in step, in part", 10, 15))),
        twice(in_step(row("a second message in step", 1, 11))),
        lmtp(row("LMTP", 1, 4)),
        lmtp(row("LMTP to ten: their verdicts come together", 10, 5)),
        lmtp(partial(row("LMTP to ten, in part", 10, 4))),
        refused(row("a refused greeting", 1, 1), &[(Ask::Greeting, 0, 554)]),
        refused(row("a refused EHLO", 1, 2), &[(Ask::Hello, 0, 554)]),
        refused(in_step(row("HELO instead", 1, 7)), &[(Ask::Hello, 0, 502)]),
        refused(row("a refused sender", 10, 3), &[(Ask::Mail, 0, 550), (Ask::Rcpt, 0, 503)]),
        refused(in_step(row("a refused sender in step", 10, 3)), &[(Ask::Mail, 0, 550)]),
        refused(row("one refused of ten", 10, 3), &[(Ask::Rcpt, 4, 550)]),
        refused(in_step(row("the fifth of ten refused in step, and RSET", 10, 9)), &[(Ask::Rcpt, 4, 550)]),
        refused(partial(row("one refused of ten, in part", 10, 4)), &[(Ask::Rcpt, 4, 550)]),
        refused(row("refused with a 354 behind: one more for the lone dot", 1, 4), &[(Ask::Rcpt, 0, 550)]),
        refused(
            lmtp(row("LMTP drops such a 354: nobody would answer the dot", 1, 3)),
            &[(Ask::Rcpt, 0, 550)],
        ),
        refused(row("a refused DATA", 1, 3), &[(Ask::Data, 0, 451)]),
        refused(row("a refused message", 1, 4), &[(Ask::Dot, 0, 554)]),
        // Greeting, EHLO, the flight with the message and its verdict.
        in_chunks(row("a chunk along with its envelope", 1, 3)),
        in_chunks(partial(row("a chunk along with many recipients, in part", 1000, 3))),
        // A server may hang up on a list that is too long: what went along would be unknown.
        in_chunks(partial(row("a chunk behind more than a thousand, in part", 1001, 4))),
        // One refusal must not deliver to the others: the chunk waits for the recipients.
        in_chunks(row("a chunk behind many recipients", 1000, 4)),
        in_chunks(large(row("a large chunk behind its envelope", 1, 4))),
        twice(in_chunks(row("a second chunk along", 1, 4))),
        twice(in_chunks(row("a second chunk behind many", 10, 6))),
        in_chunks(in_step(row("a chunk in step", 1, 5))),
        in_chunks(lmtp(row("an LMTP chunk", 10, 4))),
        refused(in_chunks(row("a refused sender of a chunk along", 1, 3)), &[(Ask::Mail, 0, 550)]),
        refused(in_chunks(row("a refused recipient of a chunk along", 1, 3)), &[(Ask::Rcpt, 0, 550)]),
        refused(in_chunks(row("a refused recipient of many keeps the chunk", 10, 3)), &[(Ask::Rcpt, 4, 550)]),
        // A transaction with a refused chunk is taken back before the next message.
        refused(twice(in_chunks(row("a second chunk behind a refused one", 1, 5))), &[(Ask::Dot, 0, 554)]),
    ]
}

#[test]
fn no_dialogue_waits_more_often_than_it_must() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("note.eml");
    let mut wrong = Vec::new();
    for row in rows() {
        std::fs::write(&path, letter(1, row.octets)).unwrap();
        let plan = plan(if row.lmtp { "lmtp://127.0.0.1" } else { "127.0.0.1:25" }, row.partial);
        let server = Server::new(row.lmtp, row.pipelining)
            .in_chunks(row.chunking)
            .taking(row.most)
            .refusing(row.refusals);
        let (link, journal) = Memory::new(server, Choices::default());
        if let Ok(mut session) = Session::open(link, &plan, super::IN_CLEAR, &mut Deaf) {
            for _ in 0..row.messages {
                session.submit(&envelope(row.recipients), &mut open(&path), &mut Deaf);
            }
            session.close(&mut Deaf);
        }
        let entries = &journal.borrow().entries;
        let waits = entries.iter().filter(|entry| **entry == Entry::Waited).count();
        if waits != row.waits {
            wrong.push(format!("{}: {waits} waits instead of {}", row.what, row.waits));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_reply_before_its_command_is_written_ends_the_session() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("note.eml");
    std::fs::write(&path, letter(1, 300)).unwrap();
    let plan = plan("127.0.0.1:25", true);
    // Greeting and EHLO are calm; MAIL is answered twice, all else well.
    let server = Server::new(false, true).with_spite(2, 255, Choices::new(vec![1, 10]));
    // Half of the flight is taken; then the server is heard before the rest.
    let whims = [vec![0; 9], vec![0, 0, 2], vec![2, 1, 1, 1, 1, 1, 1]].concat();
    let (link, _) = Memory::new(server, Choices::new(whims));
    let mut session = Session::open(link, &plan, super::IN_CLEAR, &mut Deaf).unwrap();
    let outcome = session.submit(&envelope(5), &mut open(&path), &mut Deaf);
    let cause = outcome.failure.map(|failure| failure.cause);
    assert!(matches!(cause, Some(Cause::AheadOfCommand)), "{cause:?}");
    assert!(!session.is_usable());
}
