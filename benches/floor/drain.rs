//! The other ends of a race: a server that forgets what it is sent without looking at it, and a relay that takes its time.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use rustix::net::{RecvFlags, recv};

use super::Trouble;

/// Serves one client after the other; commands are answered, chunks forgotten in the kernel.
pub(super) fn drain() -> Result<(), Trouble> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    announce(&listener)?;
    for client in listener.incoming() {
        // A client that goes is none of our business.
        let _ = serve(client?);
    }
    Ok(())
}

fn announce(listener: &TcpListener) -> Result<(), Trouble> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", listener.local_addr()?)?;
    Ok(out.flush()?)
}

fn serve(mut client: TcpStream) -> Result<(), Trouble> {
    client.set_nodelay(true)?;
    client.write_all(b"220 drain\r\n")?;
    let (mut inbox, mut block) = (Vec::new(), vec![0; 256 * 1024]);
    loop {
        let count = client.read(&mut block)?;
        if count == 0 {
            return Ok(());
        }
        inbox.extend_from_slice(&block[..count]);
        let (mut out, mut at) = (Vec::new(), 0);
        while let Some(end) = memchr::memchr(b'\n', &inbox[at..]) {
            let line = &inbox[at..at + end];
            at += end + 1;
            match line.get(..4) {
                Some(b"EHLO") => {
                    out.extend_from_slice(b"250-drain\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 CHUNKING\r\n");
                }
                Some(b"BDAT") => {
                    let size = std::str::from_utf8(line)?.split_whitespace().nth(1).unwrap_or("0");
                    let (size, here) = (size.parse::<usize>()?, inbox.len() - at);
                    client.write_all(&out)?;
                    out = b"250 ok\r\n".to_vec();
                    at += size.min(here);
                    forget(&client, size.saturating_sub(here), &mut block)?;
                }
                Some(b"DATA") => {
                    out.extend_from_slice(b"354 go\r\n");
                    client.write_all(&out)?;
                    out = b"250 ok\r\n".to_vec();
                    to_the_dot(&mut client, &mut block)?;
                }
                Some(b"QUIT") => return Ok(client.write_all(b"221 bye\r\n")?),
                _ => out.extend_from_slice(b"250 ok\r\n"),
            }
        }
        inbox.drain(..at);
        client.write_all(&out)?;
    }
}

/// Lets the kernel drop octets that nobody looks at.
fn forget(client: &TcpStream, mut left: usize, block: &mut [u8]) -> Result<(), Trouble> {
    while left > 0 {
        let wanted = left.min(block.len());
        match recv(client, &mut block[..wanted], RecvFlags::TRUNC)? {
            (_, 0) => return Err("the client hung up".into()),
            (_, count) => left -= count,
        }
    }
    Ok(())
}

/// Reads on to a block that ends as a message does: the sender waits there.
fn to_the_dot(client: &mut TcpStream, block: &mut [u8]) -> Result<(), Trouble> {
    let mut tail = Vec::new();
    while !tail.ends_with(b"\r\n.\r\n") {
        let count = client.read(block)?;
        if count == 0 {
            return Err("the client hung up".into());
        }
        tail.extend_from_slice(&block[count.saturating_sub(5)..count]);
        tail.drain(..tail.len().saturating_sub(5));
    }
    Ok(())
}

/// Hands everything on, each octet so long after it came.
pub(super) fn relay(server: &str, delay: Duration) -> Result<(), Trouble> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    announce(&listener)?;
    for client in listener.incoming() {
        let (client, server) = (client?, TcpStream::connect(server)?);
        for (from, to) in [(client.try_clone()?, server.try_clone()?), (server, client)] {
            from.set_nodelay(true)?;
            hand_on(from, to, delay);
        }
    }
    Ok(())
}

fn hand_on(mut from: TcpStream, mut to: TcpStream, delay: Duration) {
    let (octets, late) = channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut block = vec![0; 256 * 1024];
        while let Ok(count @ 1..) = from.read(&mut block) {
            if octets.send((Instant::now() + delay, block[..count].to_vec())).is_err() {
                break;
            }
        }
    });
    thread::spawn(move || {
        for (due, octets) in late {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&octets).is_err() {
                break;
            }
        }
        // It may have gone first.
        let _ = to.shutdown(Shutdown::Write);
    });
}
