//! The recipes of the README, run as they stand: every block of shell in a directory of its own, its output held against the text
//! that follows it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

/// The longest that a recipe may take.
const PATIENCE: Duration = Duration::from_secs(20);

struct Recipe {
    title: String,
    shell: String,
    text: String,
}

/// The recipes: below each heading the shell blocks, with the text block behind each.
fn recipes(readme: &str) -> Vec<Recipe> {
    let (_, section) = readme.split_once("\n## Recipes\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let mut recipes: Vec<Recipe> = Vec::new();
    let (mut title, mut block) = (String::new(), None);
    for line in section.lines() {
        match (line.strip_prefix("```"), block) {
            (Some("sh"), None) => {
                recipes.push(Recipe { title: title.clone(), shell: String::new(), text: String::new() });
                block = Some("sh");
            }
            (Some("text"), None) => block = Some("text"),
            (Some(""), Some(_)) => block = None,
            (Some(other), _) => panic!("a block of {other:?} is neither sh nor text"),
            (None, Some(kind)) => {
                let recipe = recipes.last_mut().unwrap();
                let part = if kind == "sh" { &mut recipe.shell } else { &mut recipe.text };
                part.push_str(line);
                part.push('\n');
            }
            (None, None) => title = line.strip_prefix("### ").map_or(title, str::to_owned),
        }
    }
    recipes
}

/// Runs a recipe to its end, and ends whatever it left running.
fn run(shell: &str, dir: &Path) -> (bool, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bin = dir.join("bin");
    let work = dir.join("work");
    fs::create_dir_all(work.join("examples")).unwrap();
    fs::create_dir(&bin).unwrap();
    symlink(env!("CARGO_BIN_EXE_mailxport"), bin.join("mailxport")).unwrap();
    fs::copy(root.join("examples/hello.eml"), work.join("examples/hello.eml")).unwrap();
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display());
    let mut command = Command::new("/bin/sh");
    // Both streams are one, as on a terminal.
    command.args(["-euc", &format!("exec 2>&1\n{shell}")]).current_dir(&work);
    command
        .env_clear()
        .env("MAILXPORT_CONFIG", "/dev/null")
        .env("PATH", path)
        .env("HOME", dir)
        .env("LC_ALL", "C.UTF-8");
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0).spawn().unwrap();
    let group = Pid::from_child(&child);
    let mut output = child.stdout.take().unwrap();
    let (sender, ended) = channel();
    let reader = std::thread::spawn(move || {
        let mut octets = Vec::new();
        let read = output.read_to_end(&mut octets);
        let _ = sender.send(());
        read.map(|_| octets)
    });
    // The end of the output is the end of everything that the recipe started.
    let late = matches!(ended.recv_timeout(PATIENCE), Err(RecvTimeoutError::Timeout));
    let leftover = test_kill_process_group(group).is_ok() && late;
    if leftover {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let status = child.wait().unwrap();
    let text = String::from_utf8_lossy(&reader.join().unwrap().unwrap()).into_owned();
    assert!(!late, "it or what it started ran for longer than {PATIENCE:?}, and said so far:\n{text}");
    (status.success(), text)
}

/// The host of the recipes that post, and what it says to every request.
const HOST: &str = "http://mail.example.org";
const SAID: &str = "queued as 4711\n";

/// Stands for that host; it ends with the test program. Gives its URL.
fn host() -> String {
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

/// Tells whether a line is as the README shows it, where `...` is anything within a line.
fn fits(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split("...");
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[test]
fn every_recipe_does_what_the_readme_says() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let recipes = recipes(&readme);
    assert!(recipes.len() >= 6, "only {} recipes", recipes.len());
    let host = host();
    for Recipe { title, shell, text } in recipes {
        let dir = tempfile::tempdir().unwrap();
        let (well, said) = run(&shell.replace(HOST, &host), dir.path());
        assert!(well, "{title}: the shell failed:\n{said}");
        let same = text.lines().count() == said.lines().count()
            && text.lines().zip(said.lines()).all(|(pattern, line)| fits(pattern, line));
        assert!(same, "{title}: the README shows\n{text}\nand it said\n{said}");
    }
}

#[test]
fn the_first_command_of_the_readme_leaves_its_message_in_the_outbox() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let command = readme.lines().find_map(|line| line.strip_prefix("cargo run --release -- ")).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (well, said) = run(&format!("mailxport {command}\ncat outbox/new/*"), dir.path());
    assert!(well && said.contains("Subject: Hello"), "{said}");
    let second = readme.lines().filter_map(|line| line.strip_prefix("cargo ")).nth(1);
    assert_eq!(second, Some("test"), "the second command is cargo test");
}

#[test]
fn three_dots_stand_for_anything_within_a_line() {
    for (pattern, line, fit) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("a...c", "abbc", true),
        ("a...c", "ac", true),
        ("a...c", "acd", false),
        ("a...c...", "abcd", true),
        ("...", "", true),
        ("b...", "a", false),
        ("...x...y", "y x", false),
    ] {
        assert_eq!(fits(pattern, line), fit, "{pattern:?} {line:?}");
    }
}
