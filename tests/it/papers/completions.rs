//! The completions for five shells, and shells that load them.

use std::process::Command;

use clap_complete::{Shell, generate};

use super::{holds, installed, output, root, tree};

const FILES: [(Shell, &str); 5] = [
    (Shell::Bash, "mailxport.bash"),
    (Shell::Zsh, "_mailxport"),
    (Shell::Fish, "mailxport.fish"),
    (Shell::PowerShell, "_mailxport.ps1"),
    (Shell::Elvish, "mailxport.elv"),
];

#[test]
fn the_completions_are_as_the_options_have_it() {
    for (shell, name) in FILES {
        let mut text = Vec::new();
        generate(shell, &mut tree(), "mailxport", &mut text);
        holds(&format!("completions/{name}"), &String::from_utf8(text).unwrap());
    }
}

#[test]
fn bash_completes_options_and_their_words() {
    let Some(bash) = installed("bash") else { return };
    let script = r#"
        bash -n "$1"
        . "$1"
        complete -p mailxport
        try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _mailxport mailxport "${COMP_WORDS[COMP_CWORD]}" \
            "${COMP_WORDS[COMP_CWORD-1]}"; echo "${COMPREPLY[*]}"; }
        try mailxport se
        try mailxport send --uns
        try mailxport compose --att
        try mailxport send --tls re
        try mailxport sink --disc
        try mailxport config sh
    "#;
    let mut command = Command::new(bash);
    command.args(["-euc", script, "bash"]).arg(root().join("completions/mailxport.bash"));
    let (well, said) = output(&mut command);
    let lines: Vec<&str> = said.lines().collect();
    assert!(well && lines.len() == 7 && lines[0].contains("-F _mailxport"), "{said}");
    assert_eq!(
        lines[1..],
        ["send send-stream sendmail", "--unsent", "--attach", "required", "--discard", "show"]
    );
}

#[test]
fn zsh_and_fish_load_their_completions() {
    for (shell, check, name) in [("zsh", "-n", "_mailxport"), ("fish", "--no-execute", "mailxport.fish")] {
        // CI installs neither: they are there or they are not.
        let path = std::env::var_os("PATH").unwrap_or_default();
        if !std::env::split_paths(&path).any(|dir| dir.join(shell).is_file()) {
            println!("skipped: {shell} is not installed");
            continue;
        }
        let (well, said) = output(Command::new(shell).arg(check).arg(root().join("completions").join(name)));
        assert!(well && said.is_empty(), "{shell}: {said}");
    }
}
