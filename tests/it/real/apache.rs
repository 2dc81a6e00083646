//! Apache as the server of a post: Digest, Basic, Expect, limits, redirects, PUT by mod_dav, client certificates, and h2 beside.

use std::fs;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::server::{find, free_port, skipped};
use super::web::{Web, open_folder, place, secret};
use crate::fixture::certificates::{Authority, Draft};

struct Apache {
    web: Web,
    port: u16,
    secure: u16,
}

const MODULES: &str =
    "mpm_event authn_core authn_file authz_core authz_user auth_basic auth_digest dav dav_fs alias ssl http2";

fn configuration(dir: &str, port: u16, secure: u16) -> String {
    let modules = MODULES.split(' ');
    let modules: String = modules
        .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
        .collect();
    let user = if rustix::process::geteuid().is_root() { "User nobody\nGroup nogroup\n" } else { "" };
    format!(
        "{modules}{user}ServerRoot {dir}\nServerName localhost\nPidFile {dir}/pid\nErrorLog {dir}/error.log\n\
         DefaultRuntimeDir {dir}/run\nMutex file:{dir}/run default\nDavLockDB {dir}/run/dav\nDocumentRoot {dir}/files\n\
         LogFormat \"%m %U %>s %H\" line\nCustomLog {dir}/access.log line\nLimitRequestBody 4194304\n\
         Listen 127.0.0.1:{port}\nListen 127.0.0.1:{secure}\n\
         <Directory {dir}/files>\nDav On\nRequire all granted\n</Directory>\n\
         <Location /basic>\nAuthType Basic\nAuthName basic\nAuthUserFile {dir}/users\nRequire valid-user\n</Location>\n\
         <Location /digest>\nAuthType Digest\nAuthName digest\nAuthDigestProvider file\nAuthUserFile {dir}/digests\n\
         Require valid-user\n</Location>\n\
         Redirect 307 /there http://127.0.0.1:{port}/files/there.eml\nRedirect 302 /found http://127.0.0.1:{port}/found.eml\n\
         Redirect 308 /away http://localhost:{port}/x\nRedirect 410 /gone\n\
         <VirtualHost 127.0.0.1:{secure}>\nSSLEngine on\nSSLCertificateFile {dir}/cert.pem\nSSLCertificateKeyFile {dir}/key.pem\n\
         SSLVerifyClient require\nSSLCACertificateFile {dir}/ca.pem\nProtocols h2 http/1.1\n</VirtualHost>\n"
    )
}

impl Apache {
    fn new() -> Option<Apache> {
        let Some(program) =
            find("apache2").filter(|_| Path::new("/usr/lib/apache2/modules/mod_dav.so").exists())
        else {
            skipped("apache2 (of the package apache2-bin)");
            return None;
        };
        let place = place();
        for folder in ["files", "files/files", "files/basic", "files/digest", "run"] {
            open_folder(&place, folder);
        }
        let at = place.path();
        let authority = Authority::new("Fixture Authority");
        let (server, client) =
            (authority.sign(&Draft::of_this_host()), authority.sign(&Draft::of(&["ada"]).for_clients()));
        let stranger = Authority::new("Another Authority").sign(&Draft::of(&["eve"]).for_clients());
        for (name, content) in [
            ("ca.pem", authority.pem()),
            ("cert.pem", server.pem()),
            ("key.pem", server.key_pem()),
            ("client.pem", client.pem() + &client.key_pem()),
            ("stranger.pem", stranger.pem() + &stranger.key_pem()),
            ("pw", "tiger 7\n".to_owned()),
            ("wrong", "lion\n".to_owned()),
        ] {
            secret(at, name, &content);
        }
        let sum = digest(&SHA1_FOR_LEGACY_USE_ONLY, b"tiger 7");
        fs::write(at.join("users"), format!("ada:{{SHA}}{}\n", STANDARD.encode(sum))).unwrap();
        let hash: String =
            Md5::digest("ada:digest:tiger 7").iter().map(|octet| format!("{octet:02x}")).collect();
        fs::write(at.join("digests"), format!("ada:digest:{hash}\n")).unwrap();
        let octets: Vec<u8> = (0..3_000_000u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
        fs::write(at.join("note.eml"), octets).unwrap();
        fs::write(at.join("small.eml"), "Subject: x\n\nhi\n").unwrap();
        fs::write(at.join("large"), vec![b'x'; 5 << 20]).unwrap();
        let (port, secure) = (free_port(), free_port());
        fs::write(at.join("httpd.conf"), configuration(&at.display().to_string(), port, secure)).unwrap();
        let mut command = Command::new(program);
        command.arg("-f").arg(at.join("httpd.conf")).args(["-D", "FOREGROUND"]);
        Some(Apache { web: Web::start(command, place, port, "error.log"), port, secure })
    }

    fn post(&self, words: &str) -> super::web::Ran {
        let url = format!("http://127.0.0.1:{}", self.port);
        let tls = format!("https://127.0.0.1:{}", self.secure);
        self.web.run(&format!("post {}", words.replace("{url}", &url).replace("{tls}", &tls)))
    }

    fn kept(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.web.place.path().join("files").join(name)).ok()
    }
}

#[test]
fn apache_takes_and_refuses_posts_as_it_should() {
    let Some(apache) = Apache::new() else { return };
    let whole = fs::read(apache.web.place.path().join("note.eml")).unwrap();
    let logon = "--user ada --password-file pw --method PUT";
    for (words, exit, said, kept) in [
        ("{url}/files/a.eml note.eml --method PUT".to_owned(), 0, "", Some("files/a.eml")),
        ("{url}/files/b.eml --method PUT --chunked".to_owned(), 0, "", Some("files/b.eml")),
        (format!("{{url}}/digest/c.eml note.eml {logon}"), 0, "", Some("digest/c.eml")),
        (format!("{{url}}/digest/d.eml {logon} --size 3000000"), 0, "", Some("digest/d.eml")),
        (format!("{{url}}/basic/e.eml note.eml {logon} --auth-in-clear"), 0, "", Some("basic/e.eml")),
        (format!("{{url}}/basic/f.eml note.eml {logon}"), 93, "in clear", None),
        (
            "{url}/digest/g.eml note.eml --method PUT --user ada --password-file wrong".to_owned(),
            50,
            "refused the log-on",
            None,
        ),
        ("{url}/basic/h.eml note.eml --method PUT".to_owned(), 50, "asks for a log-on", None),
        ("{url}/files/i.eml large --method PUT".to_owned(), 109, "(HTTP 413)", None),
        ("{url}/there note.eml --method PUT".to_owned(), 0, "", Some("files/there.eml")),
        ("{url}/found note.eml".to_owned(), 88, "(HTTP 302)", None),
        ("{url}/away note.eml".to_owned(), 88, "(HTTP 308)", None),
        ("{url}/gone note.eml".to_owned(), 58, "(HTTP 410)", None),
        ("{url}/nowhere/j.eml small.eml --method PUT".to_owned(), 57, "(HTTP 409)", None),
        (
            "{tls}/files/k.eml note.eml --method PUT --ca-file ca.pem --client-cert client.pem".to_owned(),
            0,
            "",
            Some("files/k.eml"),
        ),
        ("{tls}/files/l.eml small.eml --method PUT --ca-file ca.pem".to_owned(), 26, "", None),
        (
            "{tls}/files/m.eml small.eml --method PUT --ca-file ca.pem --client-cert stranger.pem".to_owned(),
            26,
            "",
            None,
        ),
        ("{tls}/files/n.eml small.eml --method PUT --client-cert client.pem".to_owned(), 39, "", None),
    ] {
        apache.post(&words).must(&words, exit, said);
        match kept {
            Some(name) => assert!(apache.kept(name).unwrap() == whole, "{words}"),
            None => {
                let name = words.split_whitespace().next().unwrap().rsplit('/').next().unwrap().to_owned();
                assert!(
                    ["files", "digest", "basic"]
                        .iter()
                        .all(|it| apache.kept(&format!("{it}/{name}")).is_none())
                );
            }
        }
    }
    // It offers h2 as well, and is spoken to in the one that is spoken here.
    let log = fs::read_to_string(apache.web.place.path().join("access.log")).unwrap();
    assert!(log.contains("PUT /files/k.eml 201 HTTP/1.1") && !log.contains("HTTP/2"), "{log}");
}

#[test]
fn a_challenge_of_apache_comes_before_the_body_travels() {
    let Some(apache) = Apache::new() else { return };
    for (words, status) in [
        ("{url}/digest/a.eml note.eml --method PUT --user ada --password-file pw -vv", 0),
        ("{url}/files/b.eml large --method PUT -vv", 109),
    ] {
        let ran = apache.post(words);
        ran.must(words, status, "> expect: 100-continue");
        let whole = ran.stderr().matches("> (the whole message)").count();
        assert_eq!(whole, usize::from(status == 0), "{words}: {}", ran.stderr());
    }
}
