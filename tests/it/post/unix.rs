//! A unix socket in place of the host.

use super::server::{Desk, Feed, NOTE, run};
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;

#[test]
fn a_unix_socket_stands_for_the_host_of_the_url() {
    let desk = Desk::new();
    let listener = UnixListener::bind(desk.place.path().join("sock")).unwrap();
    let serving = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut heard = Vec::new();
        let mut block = [0; 4096];
        while !heard.ends_with(NOTE.as_bytes()) {
            let count = socket.read(&mut block).unwrap();
            assert!(count > 0);
            heard.extend_from_slice(&block[..count]);
        }
        socket.write_all(b"HTTP/1.1 204 No\r\n\r\n").unwrap();
        String::from_utf8_lossy(&heard).into_owned()
    });
    let ran =
        run(desk.place.path(), "post http://mail.example/in note.eml --unix-socket sock", Feed::Nothing);
    ran.must("unix", 0, &[]);
    assert!(serving.join().unwrap().to_lowercase().contains("\r\nhost: mail.example\r\n"));
    let ran = run(desk.place.path(), "post http://h/in note.eml --unix-socket missing", Feed::Nothing);
    ran.must("missing", 21, &[]);
}
