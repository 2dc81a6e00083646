//! The JSON of the program against its schemas: real output, every verdict, and no key more or less.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fixture::limit::limited;
use crate::sink::Running;

const NOTE: &str = "From: ada@example.org\nTo: you@example.org\n\nHi\n";

/// A schema of `docs`, and the keys that it knows.
pub(crate) struct Paper {
    schemas: Schemas,
    index: SchemaIndex,
    keys: BTreeSet<String>,
}

impl Paper {
    pub(crate) fn of(name: &str) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
        let schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let keys = keys(&schema["properties"]);
        let required = schema["required"].as_array().unwrap();
        let required: BTreeSet<_> = required.iter().map(|key| key.as_str().unwrap().to_owned()).collect();
        assert_eq!(required, keys, "{name}: every key that is known is demanded");
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("file:///schema.json", schema).unwrap();
        let index = compiler.compile("file:///schema.json", &mut schemas).unwrap();
        Self { schemas, index, keys }
    }

    pub(crate) fn holds(&self, object: &Value) {
        if let Err(error) = self.schemas.validate(object, self.index) {
            panic!("{error:#}\n{object:#}");
        }
        assert_eq!(keys(object), self.keys);
    }
}

fn keys(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

/// A directory with messages in it, to run the program in.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("note.eml"), NOTE).unwrap();
        fs::write(dir.path().join("eight.eml"), format!("From old-mbox\n{NOTE}h\u{e4}\n")).unwrap();
        fs::write(dir.path().join("empty.eml"), "").unwrap();
        Self(dir)
    }

    /// Runs the program and returns its objects and its exit status.
    fn run(&self, arguments: &str, server: &str) -> (Vec<Value>, i32) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailxport"));
        command
            .current_dir(self.0.path())
            .env_clear()
            .env("MAILXPORT_CONFIG", "/dev/null")
            .args(arguments.replace("{server}", server).split(' '));
        let output = limited(&mut command);
        let text = String::from_utf8(output.stdout).unwrap();
        let objects = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (objects, output.status.code().unwrap())
    }
}

/// A wish to the sink, arguments behind `send --json`, and what each message comes to: verdict and exit status.
type Row = (&'static str, &'static str, &'static [(&'static str, i64)]);

const ROWS: &[Row] = &[
    ("", "note.eml --to a@d.example --server {server}", &[("accepted", 0)]),
    ("", "note.eml -t --server sink:outbox --context x", &[("accepted", 0)]),
    ("", "note.eml eight.eml -t --server {server}", &[("accepted", 0), ("accepted", 0)]),
    ("--without=dsn", "note.eml -t --server {server} --dsn-notify failure", &[("accepted", 0)]),
    ("--without=8bitmime", "eight.eml -t --server {server}", &[("not-sent", 102)]),
    (
        "--reject=rcpt=550:bad@*",
        "note.eml --to bad@d.example,a@d.example --server {server}",
        &[("refused", 121)],
    ),
    ("--reject=rcpt=451:bad@*", "note.eml --to bad@d.example --server {server}", &[("refused", 106)]),
    ("--reject=mail=550", "note.eml -t --server {server}", &[("refused", 120)]),
    ("--reject=dot=552", "note.eml -t --server {server}", &[("refused", 109)]),
    ("--reject=greeting=554", "note.eml -t --server {server}", &[("refused", 111)]),
    (
        "--reject=rcpt=550:bad@*",
        "note.eml --to bad@d.example,a@d.example --server {server} --partial",
        &[("partial", 41)],
    ),
    (
        "--reject=rcpt=451:bad@*",
        "note.eml --to bad@d.example,a@d.example --server {server} --partial",
        &[("partial", 42)],
    ),
    (
        "--reject=dot=550:bad@*",
        "note.eml --to bad@d.example,a@d.example --server lmtp://{server}",
        &[("partial", 41)],
    ),
    ("--drop=dot", "note.eml note.eml -t --server {server}", &[("unknown", 40), ("not-sent", 5)]),
    ("--drop=data", "note.eml -t --server {server}", &[("unknown", 40)]),
    ("--drop=data", "note.eml -t --server {server} --no-chunking", &[("not-sent", 15)]),
    ("--max-size=10", "note.eml -t --server {server}", &[("not-sent", 109)]),
    ("", "note.eml -t --server smtp+unix:///nowhere", &[("not-sent", 21)]),
    ("", "note.eml none.eml -t --server {server}", &[("not-sent", 37)]),
    ("", "empty.eml -t --server {server}", &[("not-sent", 37)]),
    ("", "note.eml --server {server}", &[("not-sent", 123)]),
    ("", "note.eml -t --server {server} --exit-codes sysexits --from x", &[("not-sent", 16)]),
    ("", "note.eml -t", &[("not-sent", 2)]),
    ("", "note.eml -t --server {server} --no-such-option", &[("not-sent", 2)]),
    ("", "note.eml -t --server smtps://{server}", &[("not-sent", 26)]),
];

#[test]
fn every_result_is_as_the_schema_says() {
    let (paper, desk) = (Paper::of("result.schema.json"), Desk::new());
    let mut verdicts = BTreeSet::new();
    for (wish, arguments, wanted) in ROWS {
        let options: Vec<&str> =
            ["--discard"].into_iter().chain(wish.split(' ')).filter(|w| !w.is_empty()).collect();
        let server = Running::with(&options);
        let (objects, exit) = desk.run(&format!("send --json --progress never {arguments}"), &server.address);
        let found: Vec<_> = objects
            .iter()
            .map(|it| (it["verdict"].as_str().unwrap(), it["exit"].as_i64().unwrap()))
            .collect();
        assert_eq!(found, *wanted, "{wish} {arguments}");
        objects.iter().for_each(|object| paper.holds(object));
        if objects.len() == 1 && !arguments.contains("sysexits") {
            assert_eq!(objects[0]["exit"], exit, "{arguments}");
        }
        verdicts.extend(wanted.iter().map(|(verdict, _)| *verdict));
    }
    assert_eq!(verdicts.len(), 5, "{verdicts:?}");
}

#[test]
fn the_schema_refuses_what_contradicts_itself() {
    let (paper, desk) = (Paper::of("result.schema.json"), Desk::new());
    let (objects, _) = desk.run("send --json note.eml -t --server sink:outbox", "");
    let valid = |object: &Value| paper.schemas.validate(object, paper.index).is_ok();
    assert!(valid(&objects[0]));
    for (key, value) in [
        ("exit", json!(40)),
        ("exit", json!(121)),
        ("verdict", json!("unknown")),
        ("verdict", json!("sent")),
        ("hresult", json!("0")),
        ("class", json!("temporary")),
        ("recipients", json!([])),
        ("recipients", json!([{ "address": "a@d.example", "fate": "refused", "reply": null }])),
        ("reply", json!({ "code": 250 })),
        ("message", json!(null)),
        ("more", json!(null)),
    ] {
        let mut wrong = objects[0].clone();
        wrong[key] = value;
        assert!(!valid(&wrong), "{wrong:#}");
    }
    for key in &paper.keys {
        let mut wrong = objects[0].clone();
        wrong.as_object_mut().unwrap().remove(key);
        assert!(!valid(&wrong), "without {key}");
    }
}

/// A wish to the sink, arguments behind `check --json`, the exit status and the worst finding.
const CHECKS: &[(&str, &str, i64, &str)] = &[
    ("", "--server {server} --from a@d.example --to b@d.example", 0, "note"),
    ("", "--server sink:outbox", 0, "note"),
    ("", "--server lmtp://{server} --from a@d.example --to b@d.example --context x", 0, "note"),
    ("--tls-self-signed", "--server {server} --from a@d.example", 0, "warning"),
    ("--tls-self-signed", "--server {server} --tls required", 39, "problem"),
    ("--tls-self-signed --implicit", "--server smtps://{server} --insecure", 0, "warning"),
    ("", "--server smtps://{server}", 26, "problem"),
    ("", "--server {server} --tls required", 93, "problem"),
    ("--without=ehlo", "--server {server}", 0, "warning"),
    ("--max-size=10", "--server {server}", 0, "note"),
    ("--reject=greeting=554", "--server {server}", 111, "problem"),
    ("--reject=mail=550", "--server {server} --from a@d.example --to b@d.example", 120, "problem"),
    (
        "--reject=rcpt=450:b@*",
        "--server {server} --from a@d.example --to b@d.example,c@d.example",
        104,
        "problem",
    ),
    (
        "--reject=rcpt=550:b@*",
        "--server {server} --from a@d.example --to b@d.example,c@d.example --partial",
        41,
        "problem",
    ),
    ("--drop=rcpt", "--server {server} --from a@d.example --to b@d.example", 15, "problem"),
    ("", "--server 127.0.0.1:1", 14, "problem"),
    ("", "--server {server} --proxy socks5://127.0.0.1:1", 14, "problem"),
    ("", "--server smtp+unix:///nowhere", 21, "problem"),
    ("", "--server {server} --from x", 16, "problem"),
    ("", "--server {server} --user ada:secret", 2, "problem"),
    ("", "--server {server} --auth plane", 2, "problem"),
    ("", "", 2, "problem"),
];

#[test]
fn every_check_is_as_its_schema_says() {
    let (paper, desk) = (Paper::of("check.schema.json"), Desk::new());
    for (wish, arguments, exit, worst) in CHECKS {
        let options: Vec<&str> =
            ["--discard"].into_iter().chain(wish.split(' ')).filter(|w| !w.is_empty()).collect();
        let server = Running::with(&options);
        let (objects, status) = desk.run(format!("check --json {arguments}").trim(), &server.address);
        assert_eq!(objects.len(), 1, "{arguments}");
        paper.holds(&objects[0]);
        let found = (objects[0]["exit"].as_i64(), objects[0]["worst"].as_str(), i64::from(status));
        assert_eq!(found, (Some(*exit), Some(*worst), *exit), "{wish} {arguments}: {:#}", objects[0]);
    }
}

#[test]
fn every_dry_run_is_as_its_schema_says() {
    let (paper, desk) = (Paper::of("dry-run.schema.json"), Desk::new());
    let (objects, exit) =
        desk.run("send --json --dry-run note.eml eight.eml -t --server {server} --partial", "sink:outbox");
    assert_eq!((objects.len(), exit), (2, 0));
    objects.iter().for_each(|object| paper.holds(object));
    assert_eq!(objects[1]["eight_bit"], true);
}

#[test]
fn every_show_of_the_configuration_is_as_its_schema_says() {
    let (paper, desk) = (Paper::of("config.schema.json"), Desk::new());
    let print = format!("sha256:{}", "0a".repeat(32));
    let file = format!(
        "default = 'a'\n[account.a]\nserver = 'h'\nuser = 'u'\ntls-fingerprint = '{print}'\ntimeout = 2.5\n\
         [account.b]\ninherit = 'a'\ntoken-command = 'x'\nauth = 'xoauth2'\nproxy = 'http://p'\nsource-address = '::1'\n"
    );
    fs::write(desk.0.path().join("config.toml"), file).unwrap();
    for (words, secret) in [
        ("--config config.toml", "password"),
        ("--config config.toml -a b --auth-in-clear", "token"),
        ("--config config.toml --server other.example", "password"),
        ("--server h --password-file x --insecure --dsn-notify never", "password"),
        ("", "password"),
    ] {
        let (objects, exit) = desk.run(format!("config show --json {words}").trim(), "");
        assert_eq!((objects.len(), exit), (1, 0), "{words}");
        paper.holds(&objects[0]);
        assert!(objects[0]["settings"].get(secret).is_some(), "{words}");
    }
}

#[test]
fn every_show_of_a_service_is_as_its_schema_says() {
    let (paper, desk) = (Paper::of("service.schema.json"), Desk::new());
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/via");
    let mut shown = 0;
    for entry in fs::read_dir(examples).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let words = format!("config show --json --config {} --via {name}", file.display());
        let (objects, exit) = desk.run(&words, "");
        assert_eq!((objects.len(), exit), (1, 0), "{name}");
        paper.holds(&objects[0]);
        assert_eq!(objects[0]["keys"]["url"]["source"], "file");
        shown += 1;
    }
    assert_eq!(shown, 4);
    for name in ["gmail", "graph", "mailgun", "jmap"] {
        let (objects, exit) = desk.run(&format!("config show --json --via {name}"), "");
        assert_eq!(exit, 0);
        paper.holds(&objects[0]);
    }
}

#[test]
fn the_example_of_a_configuration_shows_every_account_in_it() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/config.toml");
    let text = fs::read_to_string(&file).unwrap();
    let accounts: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("[account.")?.strip_suffix(']')).collect();
    assert!(accounts.len() >= 6, "{accounts:?}");
    let (paper, desk) = (Paper::of("config.schema.json"), Desk::new());
    let show = |words: &str| {
        let (mut objects, exit) =
            desk.run(&format!("config show --json --config {} {words}", file.display()), "");
        assert_eq!((objects.len(), exit), (1, 0), "{words}");
        paper.holds(&objects[0]);
        objects.remove(0)
    };
    for account in &accounts {
        let shown = show(&format!("--account {account}"));
        assert_eq!(shown["account"]["name"], *account);
        assert_eq!(shown["settings"]["server"]["value"].is_null(), *account == "base", "{account}");
    }
    for (sender, account) in [
        ("reports@work.example", "reports"),
        ("ada@work.example", "work"),
        ("ada@x.work.example", "work"),
        ("ADA@gmail.com", "gmail"),
        ("ada@other.example", "local"),
    ] {
        assert_eq!(show(&format!("--from {sender}"))["account"]["name"], account, "{sender}");
    }
}

#[test]
fn the_log_has_one_known_key_a_line_and_one_done_a_message() {
    let (paper, desk) = (Paper::of("result.schema.json"), Desk::new());
    let server = Running::with(&["--discard", "--drop=dot"]);
    let (_, exit) =
        desk.run("send -q --log log.txt note.eml eight.eml -t --server {server}", &server.address);
    assert_eq!(exit, 40);
    let log = fs::read_to_string(desk.0.path().join("log.txt")).unwrap();
    let (mut done, mut seen) = (0, BTreeSet::new());
    for line in log.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let kinds = ["status", "command", "response", "stream", "done"];
        let found: Vec<_> = kinds.iter().filter(|kind| entry.get(kind).is_some()).collect();
        assert_eq!(found.len(), 1, "{line}");
        seen.insert(*found[0]);
        if let Some(object) = entry.get("done") {
            paper.holds(object);
            done += 1;
        }
    }
    assert_eq!((done, seen.len()), (2, 5), "{log}");
}

#[test]
fn explain_has_the_same_keys_for_every_row() {
    let output = limited(Command::new(env!("CARGO_BIN_EXE_mailxport")).args(["explain", "--json"]));
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let wanted = ["advice", "class", "exit", "hresult", "meaning", "name", "sysexit"];
    assert!(rows.len() > 80, "only {} rows", rows.len());
    for row in rows {
        assert_eq!(keys(&row).iter().map(String::as_str).collect::<Vec<_>>(), wanted, "{row}");
        assert_eq!(row["exit"].is_null(), row["class"].is_null(), "{row}");
    }
}

#[test]
fn the_page_about_json_names_every_key_and_word() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/json.md")).unwrap();
    let paper = Paper::of("result.schema.json");
    let words =
        ["accepted", "partial", "refused", "not-sent", "unknown", "deferred", "untried", "done", "stream"];
    let check = Paper::of("check.schema.json");
    for word in paper.keys.iter().chain(&check.keys).map(String::as_str).chain(words) {
        assert!(page.contains(&format!("`{word}`")), "docs/json.md does not name `{word}`");
    }
    let log = page.split("## `--log`").nth(1).unwrap();
    let events =
        ["finding-host", "connecting", "connected", "securing", "disconnecting", "disconnected", "waiting"];
    for word in events.into_iter().chain(["`tls`", "`command`", "`response`", "`session`"]) {
        assert!(log.contains(word), "docs/json.md does not name {word} among the events of a log");
    }
}
