//! Cyrus as the server of JMAP: session, upload, import and submission, and `mailxport sink` as its relay, octet for octet.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::server::{find, free_port, skipped};
use super::web::{Ran, Web, open_folder, place, secret};
use crate::fixture::limit::{finished, limited};
use crate::sink::Running;

const BIN: &str = "/usr/lib/cyrus/bin";
/// Nobody and nogroup of Debian.
const NOBODY: u32 = 65534;

struct Cyrus {
    web: Web,
    port: u16,
    relay: Running,
}

fn settings(dir: &str, relay: &str) -> String {
    let (user, group) = match rustix::process::geteuid().is_root() {
        true => ("nobody".to_owned(), "nogroup".to_owned()),
        false => (own(&["-un"]), own(&["-gn"])),
    };
    format!(
        "configdirectory: {dir}/conf\ndefaultpartition: default\npartition-default: {dir}/spool\ncyrus_user: {user}\n\
         cyrus_group: {group}\nadmins: admin\nunixhierarchysep: yes\naltnamespace: yes\nvirtdomains: off\nallowplaintext: yes\n\
         sasl_pwcheck_method: auxprop\nsasl_auxprop_plugin: sasldb\nsasl_sasldb_path: {dir}/sasldb2\nsasl_mech_list: PLAIN\n\
         httpmodules: jmap\nconversations: yes\nautocreate_quota: 0\nautocreate_post: yes\n\
         autocreate_inbox_folders: Drafts | Sent | Trash\nxlist-Drafts: Drafts\nxlist-Sent: Sent\nxlist-Trash: Trash\n\
         munge8bit: no\nlmtpsocket: {dir}/run/lmtp\nidlesocket: {dir}/run/idle\nnotifysocket: {dir}/run/notify\n\
         smtp_backend: host\nsmtp_host: {relay}\nservername: cyrus.test\njmap_max_size_upload: 1024\n"
    )
}

/// Who runs this.
fn own(words: &[&str]) -> String {
    String::from_utf8(limited(Command::new("id").args(words)).stdout).unwrap().trim().to_owned()
}

fn services(dir: &str, port: u16) -> String {
    format!(
        "START {{ recover cmd=\"{BIN}/ctl_cyrusdb -C {dir}/imapd.conf -r\" }}\nSERVICES {{\n\
         http cmd=\"{BIN}/httpd -C {dir}/imapd.conf\" listen=\"127.0.0.1:{port}\" prefork=1\n\
         lmtpunix cmd=\"{BIN}/lmtpd -C {dir}/imapd.conf\" listen=\"{dir}/run/lmtp\" prefork=0\n}}\nEVENTS {{ }}\n"
    )
}

fn give_away(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| give_away(&entry.unwrap().path()));
    }
}

impl Cyrus {
    /// A server with one account; its relay is a sink with these options.
    fn new(relay: &[&str]) -> Option<Cyrus> {
        let (master, saslpasswd) = (Path::new(BIN).join("master"), find("saslpasswd2"));
        let Some(saslpasswd) =
            saslpasswd.filter(|_| Path::new(BIN).join("httpd").is_file() && master.is_file())
        else {
            skipped("cyrus with JMAP (of the packages cyrus-caldav and sasl2-bin)");
            return None;
        };
        let relay = Running::keeping(relay);
        let place = place();
        for folder in ["conf/socket", "conf/proc", "conf/db", "conf/log", "spool", "run"] {
            open_folder(&place, folder);
        }
        let dir = place.path().display().to_string();
        let port = free_port();
        fs::write(place.path().join("imapd.conf"), settings(&dir, &relay.address)).unwrap();
        fs::write(place.path().join("cyrus.conf"), services(&dir, port)).unwrap();
        let mut adding = Command::new(saslpasswd)
            .args(["-p", "-c", "-f", &format!("{dir}/sasldb2"), "-u", "cyrus.test", "alice"])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        adding.stdin.take().unwrap().write_all(b"secret\n").unwrap();
        assert!(finished(adding).status.success());
        let mut command = Command::new(&master);
        if rustix::process::geteuid().is_root() {
            give_away(place.path());
            command = Command::new("setpriv");
            command
                .args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "env", "CYRUS_USER=nobody"])
                .arg(master);
        } else {
            command.env("CYRUS_USER", own(&["-un"]));
        }
        command.args(["-C", &format!("{dir}/imapd.conf"), "-M", &format!("{dir}/cyrus.conf")]);
        command.args(["-p", &format!("{dir}/run/master.pid"), "-D"]);
        fs::write(place.path().join("note.eml"), "From: a@d.example\r\n\r\nfirst\r\n").unwrap();
        secret(place.path(), "pw", "secret\n");
        secret(place.path(), "wrong", "public\n");
        let cyrus = Cyrus { web: Web::start(command, place, port, "conf/log/master"), port, relay };
        cyrus.make_mailbox(&dir);
        Some(cyrus)
    }

    /// The first mail makes the mailboxes.
    fn make_mailbox(&self, dir: &str) {
        let words = format!(
            "send note.eml --server lmtp+unix://{dir}/run/lmtp --from a@d.example --to alice@cyrus.test"
        );
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let ran = self.web.run(&words);
            if ran.0.status.code() == Some(0) {
                return;
            }
            assert!(Instant::now() < until, "{}", ran.stderr());
        }
    }

    fn post(&self, name: &str, message: &[u8], options: &str) -> Ran {
        fs::write(self.web.place.path().join(name), message).unwrap();
        let url = format!("http://127.0.0.1:{}", self.port);
        self.web.run(&format!("post --via jmap {url} {name} --user alice --auth-in-clear --json {options}"))
    }

    fn submit(&self, name: &str, message: &[u8]) -> Ran {
        self.post(name, message, "--password-file pw --from ada@cyrus.test --to b@d.example --to c@d.example")
    }

    /// How many messages lie in the mailbox of a role.
    fn count(&self, role: &str) -> u64 {
        let one = self.call(
            &json!([["Mailbox/get", {"accountId": "alice", "properties": ["role", "totalEmails"]}, "0"]]),
        );
        let list = one["methodResponses"][0][1]["list"].as_array().unwrap().clone();
        list.iter().find(|it| it["role"] == role).unwrap()["totalEmails"].as_u64().unwrap()
    }

    fn call(&self, calls: &Value) -> Value {
        let using =
            ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail", "urn:ietf:params:jmap:submission"];
        let body = json!({"using": using, "methodCalls": calls}).to_string();
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let logon = STANDARD.encode("alice:secret");
        let head = format!(
            "POST /jmap/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Basic {logon}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        socket.write_all((head + &body).as_bytes()).unwrap();
        let mut said = String::new();
        socket.read_to_string(&mut said).unwrap();
        let (_, page) = said.split_once("\r\n\r\n").unwrap();
        // It may come in one chunk.
        let (from, to) = (page.find('{').unwrap(), page.rfind('}').unwrap());
        serde_json::from_str(&page[from..=to]).unwrap()
    }
}

#[test]
fn cyrus_submits_octet_for_octet_what_it_was_given() {
    let Some(cyrus) = Cyrus::new(&[]) else { return };
    let head = "From: Ada <ada@cyrus.test>\r\nTo: b@d.example\r\nMessage-ID: ";
    let long = "x".repeat(990) + "\r\n";
    let messages: [(&str, Vec<u8>); 5] = [
        ("plain", format!("{head}<1@x>\r\n\r\nhello\r\n").into_bytes()),
        ("dots", format!("{head}<2@x>\r\n\r\n.\r\n..\r\n.a\r\n").into_bytes()),
        (
            "latin",
            [format!("{head}<3@x>\r\nSubject: gr\u{fc}\u{df}e\r\n\r\n").as_bytes(), b"gr\xfc\xdfe\r\n"]
                .concat(),
        ),
        ("large", format!("{head}<4@x>\r\n\r\n{}", long.repeat(1000)).into_bytes()),
        ("no-end", format!("{head}<5@x>\r\n\r\nno end").into_bytes()),
    ];
    for (at, (name, message)) in messages.iter().enumerate() {
        let ran = cyrus.submit(name, message);
        ran.must(name, 0, "");
        let kept = cyrus.relay.files("new").iter().map(|path| fs::read(path).unwrap()).collect::<Vec<_>>();
        assert_eq!(kept.len(), at + 1, "{name}");
        // SMTP has no line without an end.
        let wanted = if name == &"no-end" { [message.as_slice(), b"\r\n"].concat() } else { message.clone() };
        assert!(kept.contains(&wanted), "{name}: not among the messages of the relay");
    }
    let lf = format!("{head}<6@x>\r\n\r\nlf\r\n");
    cyrus.submit("lf", lf.replace("\r\n", "\n").as_bytes()).must("lf", 0, "");
    assert!(cyrus.relay.files("new").iter().any(|path| fs::read(path).unwrap() == lf.as_bytes()));
    assert_eq!((cyrus.count("drafts"), cyrus.count("sent")), (0, 6));
    // The same once more: it lies among the sent messages, and nothing says to whom it went.
    cyrus.submit("plain", &messages[0].1).must("twice", 57, "it may have been sent");
    assert_eq!(cyrus.relay.files("new").len(), 6);
    let ran = cyrus.post(
        "null",
        format!("{head}<7@x>\r\n\r\nnull\r\n").as_bytes(),
        "--password-file pw --from= --to b@d.example -v",
    );
    ran.must("the null sender", 0, "");
    // Who is asked who he is, and sent to another place, stays on the line.
    assert_eq!(ran.stderr().matches(": connecting ").count(), 1, "{}", ran.stderr());
}

#[test]
fn cyrus_refuses_and_nothing_stays_behind() {
    let Some(cyrus) = Cyrus::new(&["--reject", "rcpt=550:c@d.example"]) else { return };
    let message = b"From: ada@cyrus.test\r\nMessage-ID: <1@x>\r\n\r\nhello\r\n";
    let ran = cyrus.submit("refused", message);
    ran.must("refused", 111, "");
    assert_eq!((cyrus.count("drafts"), cyrus.count("sent")), (0, 0));
    cyrus.relay.assert_empty();
    let one = "--from ada@cyrus.test --to b@d.example";
    for (name, message, options, exit) in [
        ("wrong", message.to_vec(), "--password-file wrong", 50),
        ("too-large", [&message[..], &b"x\r\n".repeat(400_000)].concat(), "--password-file pw", 109),
        ("bare", b"From: ada@cyrus.test\r\n\r\na\0b\r\n".to_vec(), "--password-file pw", 37),
        ("again", message.to_vec(), "--password-file pw", 0),
    ] {
        cyrus.post(name, &message, &format!("{options} {one}")).must(name, exit, "");
    }
    assert_eq!(cyrus.relay.message(), message);
}

#[test]
fn cyrus_without_its_relay_sends_nothing_and_keeps_no_draft() {
    let Some(cyrus) = Cyrus::new(&["--reject", "data=451"]) else { return };
    let ran = cyrus.submit("later", b"From: ada@cyrus.test\r\nMessage-ID: <1@x>\r\n\r\nhello\r\n");
    let json: Value = serde_json::from_slice(&ran.0.stdout).unwrap();
    assert_eq!(json["verdict"], "refused", "{json}");
    assert_ne!(ran.0.status.code(), Some(0));
    assert_eq!((cyrus.count("drafts"), cyrus.count("sent")), (0, 0));
}
