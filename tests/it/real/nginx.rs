//! nginx as the server of a post: PUT by DAV, limits, redirects, a connection that is closed without a word, a unix socket.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::server::skipped;
use crate::fixture::certificates::{Authority, Draft};
use crate::fixture::limit::finished;

struct Nginx {
    child: Child,
    place: tempfile::TempDir,
    port: u16,
    secure: u16,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn program() -> Option<PathBuf> {
    let named = std::env::var_os("NGINX").map(PathBuf::from);
    let known = ["/usr/sbin/nginx", "/usr/local/sbin/nginx"].map(PathBuf::from);
    named.into_iter().chain(known).find(|path| path.is_file())
}

/// A server with a place for files, limits, redirects, and a way to hang up without a word.
fn configuration(dir: &str, port: u16, secure: u16) -> String {
    format!(
        "daemon off; worker_processes 1; pid {dir}/pid; error_log {dir}/error.log;\n\
         events {{ }}\n\
         http {{\n\
         log_format line '$request_method $uri $status $server_protocol $ssl_alpn_protocol';\n\
         access_log {dir}/files/access.log line; client_body_temp_path {dir}/body; proxy_temp_path {dir}/x; fastcgi_temp_path {dir}/x;\n\
         uwsgi_temp_path {dir}/x; scgi_temp_path {dir}/x; client_max_body_size 4m;\n\
         server {{\n\
         listen 127.0.0.1:{port}; listen unix:{dir}/sock; listen 127.0.0.1:{secure} ssl http2;\n\
         ssl_certificate {dir}/cert.pem; ssl_certificate_key {dir}/key.pem;\n\
         location /files {{ root {dir}; dav_methods PUT; }}\n\
         location /soon {{ add_header Retry-After 1 always; return 429; }}\n\
         location /later {{ add_header Retry-After 7 always; return 429; }}\n\
         location /there {{ return 307 /files/there.eml; }}\n\
         location /other {{ return 308 http://other.example/x; }}\n\
         location /found {{ return 302 /files/found.eml; }}\n\
         location /mute {{ proxy_pass http://127.0.0.1:{port}/hang-up; proxy_intercept_errors on; error_page 502 = @mute; }}\n\
         location /hang-up {{ return 444; }}\n\
         location @mute {{ return 444; }}\n\
         location /gateway {{ proxy_pass http://127.0.0.1:{port}/hang-up; }}\n\
         }}\n\
         }}\n"
    )
}

impl Nginx {
    fn new() -> Option<Nginx> {
        let Some(program) = program() else {
            skipped("nginx");
            return None;
        };
        let place = tempfile::tempdir().unwrap();
        // As root its workers are somebody else, who must get there.
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        for folder in ["files", "body", "x"] {
            fs::create_dir(place.path().join(folder)).unwrap();
            fs::set_permissions(place.path().join(folder), fs::Permissions::from_mode(0o777)).unwrap();
        }
        let authority = Authority::new("Fixture Authority");
        let paper = authority.sign(&Draft::of_this_host());
        for (name, content) in
            [("ca.pem", authority.pem()), ("cert.pem", paper.pem()), ("key.pem", paper.key_pem())]
        {
            fs::write(place.path().join(name), content).unwrap();
        }
        let (port, secure) = (free_port(), free_port());
        let conf = configuration(&place.path().display().to_string(), port, secure);
        fs::write(place.path().join("nginx.conf"), conf).unwrap();
        let child = Command::new(program)
            .arg("-p")
            .arg(place.path())
            .arg("-c")
            .arg(place.path().join("nginx.conf"))
            .args(["-e", "error.log"])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let nginx = Nginx { child, place, port, secure };
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(
                Instant::now() < until,
                "{}",
                fs::read_to_string(nginx.place.path().join("error.log")).unwrap_or_default()
            );
            std::thread::yield_now();
        }
        Some(nginx)
    }

    fn post(&self, words: &str) -> Output {
        let words = words
            .replace("{url}", &format!("http://127.0.0.1:{}", self.port))
            .replace("{tls}", &format!("https://127.0.0.1:{}", self.secure));
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
        command
            .arg("post")
            .args(words.split(' '))
            .args(["--timeout", "20"])
            .env_clear()
            .env("MAILXPORT_CONFIG", "/dev/null")
            .current_dir(self.place.path())
            .stdin(fs::File::open(self.place.path().join("note.eml")).unwrap())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        finished(command.spawn().unwrap())
    }
}

#[test]
fn nginx_takes_and_refuses_posts_as_it_should() {
    let Some(nginx) = Nginx::new() else { return };
    let octets: Vec<u8> = (0..3_000_000u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
    fs::write(nginx.place.path().join("note.eml"), &octets).unwrap();
    fs::write(nginx.place.path().join("large"), vec![b'x'; 5 << 20]).unwrap();
    for (words, exit, said, kept) in [
        ("{url}/files/a.eml note.eml --method PUT", 0, "", Some("a.eml")),
        ("{url}/files/b.eml --method PUT --chunked", 0, "", Some("b.eml")),
        ("{url}/there note.eml --method PUT", 0, "", Some("there.eml")),
        ("{tls}/files/c.eml note.eml --method PUT --ca-file ca.pem", 0, "", Some("c.eml")),
        ("http://mail.example/files/d.eml note.eml --method PUT --unix-socket sock", 0, "", Some("d.eml")),
        (
            "{url}/files/e.eml large --method PUT",
            109,
            "(HTTP 413)\n  server: 413 Request Entity Too Large nginx/",
            None,
        ),
        ("{url}/files/a.eml note.eml", 53, "(HTTP 405)", None),
        ("{url}/later note.eml", 80, "it wants to be asked again in 7 s", None),
        ("{url}/other note.eml", 88, "elsewhere: http://other.example/x (HTTP 308)", None),
        ("{url}/found note.eml", 88, "(HTTP 302)", None),
        ("{url}/mute note.eml", 40, "mailxport: unknown: lost", None),
        ("{url}/gateway note.eml", 63, "is a gateway that lost the server behind it (HTTP 502)", None),
    ] {
        let output = nginx.post(words);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{words}: {stderr}");
        assert!(stderr.contains(said), "{words}: {stderr}");
        if let Some(name) = kept {
            assert!(fs::read(nginx.place.path().join("files").join(name)).unwrap() == octets, "{words}");
        }
    }
    // It speaks h2 over TLS, and settles for what is spoken here.
    let log = fs::read_to_string(nginx.place.path().join("files/access.log")).unwrap();
    assert!(log.contains("PUT /files/c.eml 201 HTTP/1.1 http/1.1\n"), "{log}");
}

#[test]
fn nginx_is_asked_again_when_it_says_so() {
    let Some(nginx) = Nginx::new() else { return };
    fs::write(nginx.place.path().join("note.eml"), "x").unwrap();
    let begun = Instant::now();
    let output = nginx.post("{url}/soon note.eml --retry 1 -v");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(80), "{stderr}");
    assert!(
        stderr.contains("mailxport: waiting 1 s") && begun.elapsed() >= Duration::from_secs(1),
        "{stderr}"
    );
    let output = nginx.post("{url}/later note.eml --retry 1 --deadline 5");
    assert_eq!(output.status.code(), Some(80));
    let log = fs::read_to_string(nginx.place.path().join("files/access.log")).unwrap();
    assert_eq!((log.matches("/soon 429").count(), log.matches("/later 429").count()), (2, 1), "{log}");
}
