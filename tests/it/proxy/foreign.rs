//! tinyproxy and microsocks: mail goes through them, and their refusals have words.

use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

use super::server::{PATIENCE, accept, came, listener, mail, run};
use crate::papers::installed;
use crate::real::server::free_port;

/// A password that stands in a configuration and on a command line without quotes.
const PLAIN: &str = "pencil";

/// A running proxy; dropped, it is ended by its own id and waited for.
pub(crate) struct Proxy(Child);

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Proxy {
    fn start(command: &mut Command, port: u16) -> Self {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut proxy = Proxy(quiet.spawn().unwrap());
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(proxy.0.try_wait().unwrap().is_none(), "the proxy ended at once");
            assert!(begun.elapsed() < PATIENCE, "the proxy does not listen");
            thread::yield_now();
        }
        proxy
    }
}

/// Mail arrives through the proxy, under the server's name; a wrong password and a closed port do not get there.
fn carries_mail(scheme: &str, port: u16, closed: &[&str]) {
    let proxy =
        |user: &str| format!("--proxy {scheme}://{user}127.0.0.1:{port} --tls off --connect-timeout 20");
    let with = |password| [("MAILXPORT_PROXY_PASSWORD", password)];
    let (listener, at) = listener();
    let (ran, heard) = thread::scope(|scope| {
        let serving = scope.spawn(|| mail(&mut accept(&listener), false));
        let ran = run(&format!("{} --server smtp://localhost:{at}", proxy("ada@")), &with(PLAIN));
        (ran, serving.join().unwrap())
    });
    ran.must(scheme, 0, &[]);
    assert!(came(&heard), "{heard:?}");
    let server = format!("--server smtp://localhost:{at}");
    run(&format!("{} {server}", proxy("ada@")), &with("wrong")).must(scheme, 4, &[" refused the log-on"]);
    run(&format!("{} {server}", proxy("")), &[]).must(scheme, 4, &[" wants a log-on"]);
    let nobody = format!("{} --server smtp://127.0.0.1:{}", proxy("ada@"), free_port());
    run(&nobody, &with(PLAIN)).must(scheme, 4, closed);
}

/// tinyproxy at this port, with what its configuration says besides.
pub(crate) fn tinyproxy(place: &Path, port: u16, more: &str) -> Option<Proxy> {
    let program = installed("tinyproxy")?;
    let path = place.join("conf");
    fs::write(&path, format!("Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\n{more}")).unwrap();
    Some(Proxy::start(Command::new(program).arg("-d").arg("-c").arg(&path), port))
}

/// microsocks at this port, with these words besides.
pub(crate) fn microsocks(port: u16, more: &[&str]) -> Option<Proxy> {
    let program = installed("microsocks")?;
    Some(Proxy::start(
        Command::new(program).args(["-i", "127.0.0.1", "-p", &port.to_string()]).args(more),
        port,
    ))
}

#[test]
fn microsocks_carries_mail() {
    let port = free_port();
    let Some(_proxy) = microsocks(port, &["-u", "ada", "-P", PLAIN]) else { return };
    carries_mail("socks5", port, &[" did not reach 127.0.0.1:", ": connection refused"]);
}

#[test]
fn tinyproxy_carries_mail() {
    let (place, port) = (tempfile::tempdir().unwrap(), free_port());
    let Some(_proxy) = tinyproxy(place.path(), port, &format!("BasicAuth ada {PLAIN}\n")) else { return };
    carries_mail("http", port, &[" gave no way to 127.0.0.1:", "  proxy: HTTP/1.", "Unable to connect"]);
}
