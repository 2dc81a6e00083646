//! A door in front of a server that says everything it says but one word.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::thread;

/// Opens a door to this port, through which PIPELINING is not offered; it stands open to the end of the test program. Gives its port.
pub(super) fn without_pipelining(port: u16) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let door = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { continue };
            let _ = client.set_nodelay(true).and_then(|()| server.set_nodelay(true));
            let (Ok(from_client), Ok(from_server)) = (client.try_clone(), server.try_clone()) else {
                continue;
            };
            thread::spawn(move || {
                let _ = io::copy(&mut &from_client, &mut &server);
                let _ = server.shutdown(Shutdown::Write);
            });
            thread::spawn(move || {
                let _ = without(from_server, &client);
                let _ = client.shutdown(Shutdown::Write);
            });
        }
    });
    door
}

fn without(server: TcpStream, mut client: &TcpStream) -> io::Result<()> {
    let mut lines = BufReader::new(server);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        let is_offer = line.get(4..).is_some_and(|rest| rest.starts_with(b"PIPELINING"));
        if is_offer {
            line[4..14].copy_from_slice(b"XNO-FLIGHT");
        }
        client.write_all(&line)?;
        line.clear();
    }
    Ok(())
}
