//! Networks that fail by themselves: slow ones, an address family that does not answer, and a peer that vanishes without a word.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::fixture::limit::{limited, somebody_at};
use crate::sink::Running;

const NOTE: &str = "Date: Fri, 21 Nov 2025 10:00:00 +0000\nMessage-ID: <1@d.example>\nFrom: a@d.example\nTo: b@d.example\n\nhello\n";
/// The case that is played in a network of its own.
pub(super) const CHILD: &str = "MAILXPORT_TEST_NETWORK";

pub(super) fn send(dir: &Path, server: &str, lines: usize, more: &[&str]) -> Command {
    let path = dir.join("note.eml");
    std::fs::write(&path, NOTE.to_owned() + &"and a line more\n".repeat(lines)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
    command.env_clear().env("HOME", dir).env("MAILXPORT_CONFIG", "/dev/null");
    command
        .arg("send")
        .arg(path)
        .args(["--to", "b@d.example", "--server", server, "--helo", "c.example"])
        .args(if more.contains(&"--tls") { &[][..] } else { &["--tls", "off"] })
        .args(more);
    command
}

/// Passes octets on, each piece after a while; every so many pieces one takes as long as a lost packet that is sent again.
fn pass_on(mut from: TcpStream, mut to: TcpStream, delay: Duration, lost: usize) {
    let mut block = [0; 1400];
    for piece in 1.. {
        let Ok(count @ 1..) = from.read(&mut block) else { break };
        thread::sleep(if piece % lost == 0 { delay * 10 } else { delay });
        if to.write_all(&block[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

#[test]
fn a_slow_network_that_loses_packets_only_takes_longer() {
    let sink = Running::keeping(&[]);
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = door.local_addr().unwrap().to_string();
    let (behind, delay) = (sink.address.clone(), Duration::from_millis(3));
    let relay = thread::spawn(move || {
        somebody_at(&door);
        let (client, server) = (door.accept().unwrap().0, TcpStream::connect(behind).unwrap());
        let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
        let back = thread::spawn(move || pass_on(back.0, back.1, delay, 5));
        pass_on(client, server, delay, 50);
        back.join().unwrap();
    });
    let output = limited(&mut send(sink.dir.path(), &address, 20_000, &[]));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    relay.join().unwrap();
    sink.assert_kept(1);
}

/// A server until its stage comes; then the network under it goes down without a word.
fn serve_until(stage: &str, door: &TcpListener) -> Option<TcpStream> {
    somebody_at(door);
    let stream = door.accept().ok()?.0;
    let (mut writer, mut in_body) = (&stream, false);
    let mut say = |line: &str| writer.write_all(format!("{line}\r\n").as_bytes()).ok();
    say("220 here")?;
    for line in BufReader::new(&stream).lines().map_while(Result::ok) {
        let verb = if in_body && line != "." { "body" } else { line.split([' ', ':']).next()? };
        if verb == stage {
            configure("link set lo down");
            break;
        }
        match verb {
            "body" => {}
            "DATA" => {
                in_body = true;
                say("354 go on")?;
            }
            _ => {
                in_body = false;
                say("250 ok")?;
            }
        }
    }
    Some(stream)
}

pub(super) fn configure(words: &str) {
    let output = limited(Command::new("ip").args(words.split(' ')));
    assert!(output.status.success(), "ip {words}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Runs in a network of its own, where it may do as it likes.
#[test]
fn child_in_a_network_of_its_own() {
    let Ok(case) = std::env::var(CHILD) else { return };
    configure("link set lo up");
    match case.as_str() {
        "black hole" => an_address_that_swallows_all(),
        _ => {
            let (stage, exit) = case.split_once(' ').unwrap();
            let (dir, door) = (tempfile::tempdir().unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
            // More than the buffers of both ends hold, where it is to stop in the middle.
            let lines = if stage == "body" { 2_000_000 } else { 1 };
            let address = door.local_addr().unwrap().to_string();
            let (begun, output) = thread::scope(|scope| {
                let server = scope.spawn(|| serve_until(stage, &door));
                let begun = Instant::now();
                let output = limited(&mut send(dir.path(), &address, lines, &["--timeout", "2"]));
                // It still holds its end when the client has left.
                assert!(server.join().unwrap().is_some());
                (begun, output)
            });
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), exit.parse().ok(), "{stage}: {said}");
            assert!(begun.elapsed() < Duration::from_secs(30), "{stage}: {:?}", begun.elapsed());
        }
    }
}

/// A name with two addresses: behind the first lies a network that answers nothing at all.
fn an_address_that_swallows_all() {
    configure("link add v0 type veth peer name v1");
    configure("addr add 2001:db8::1/64 dev v0 nodad");
    configure("link set v0 up");
    configure("link set v1 up");
    configure("neigh add 2001:db8::2 lladdr 02:00:00:00:00:02 dev v0 nud permanent");
    let sink = Running::keeping(&[]);
    let port = sink.address.rsplit_once(':').unwrap().1;
    let hosts = sink.dir.path().join("hosts");
    std::fs::write(&hosts, "2001:db8::2 twin.example\n127.0.0.1 twin.example\n").unwrap();
    // The mounts are its own as well.
    let mounted = limited(Command::new("mount").arg("--bind").arg(&hosts).arg("/etc/hosts"));
    assert!(mounted.status.success(), "{}", String::from_utf8_lossy(&mounted.stderr));
    let first = limited(Command::new("getent").args(["ahosts", "twin.example"])).stdout;
    assert!(first.starts_with(b"2001:db8::2"), "the silent address is not the first one");
    let begun = Instant::now();
    let server = format!("twin.example:{port}");
    let output = limited(&mut send(sink.dir.path(), &server, 1, &["--connect-timeout", "60"]));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    sink.assert_kept(1);
}

/// Plays a case in a network of its own.
fn in_a_network_of_its_own(case: &str) {
    apart("hostile::network::child_in_a_network_of_its_own", case);
}

/// Runs a test once more, with a network of its own and a case in `CHILD`.
pub(super) fn apart(child: &str, case: &str) {
    let may = Command::new("unshare").args(["-n", "-m", "ip", "link", "set", "lo", "up"]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        println!("skipped: no network of its own without iproute2 and the right to make one");
        return;
    }
    let mut command = Command::new("unshare");
    command.args(["-n", "-m"]).arg(std::env::current_exe().unwrap());
    command.args([child, "--exact", "--nocapture"]);
    let output = limited(command.env(CHILD, case));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
}

#[test]
fn a_peer_that_vanishes_in_the_envelope_is_left_in_time() {
    in_a_network_of_its_own("MAIL 25");
}

#[test]
fn a_peer_that_vanishes_in_the_message_is_left_in_time() {
    in_a_network_of_its_own("body 25");
}

#[test]
fn a_peer_that_vanishes_behind_the_message_leaves_it_unknown() {
    in_a_network_of_its_own(". 40");
}

#[test]
fn an_address_that_swallows_all_holds_nobody_up() {
    in_a_network_of_its_own("black hole");
}
