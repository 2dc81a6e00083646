//! The host of the recipes that post: it takes every request, and says so.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};

/// As the pages name it.
pub(super) const HOST: &str = "http://mail.example.org";
const SAID: &str = "queued as 4711\n";

/// Stands for it; it ends with the test program. Gives its URL.
pub(super) fn host() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let mut request = BufReader::new(&socket);
            let mut length = 0;
            loop {
                let mut line = String::new();
                if request.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                    break;
                }
                if let Some(count) = line.to_lowercase().strip_prefix("content-length:") {
                    length = count.trim().parse().unwrap();
                }
            }
            let _ = request.read_exact(&mut vec![0; length]);
            let head = format!("HTTP/1.1 202 Accepted\r\nContent-Length: {}\r\n\r\n", SAID.len());
            let _ = (&socket).write_all((head + SAID).as_bytes());
        }
    });
    url
}
