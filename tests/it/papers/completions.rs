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

/// What a shell says of its completions, which lie in the directory where it runs.
fn told(shell: &str, words: &[&str]) -> Option<String> {
    let mut command = Command::new(installed(shell)?);
    let home = tempfile::tempdir().unwrap();
    let (well, said) =
        output(command.args(words).current_dir(root().join("completions")).env("HOME", home.path()));
    assert!(well, "{shell}: {said}");
    Some(said)
}

#[test]
fn zsh_finds_and_loads_its_completions() {
    let script = "fpath=($PWD $fpath); autoload -Uz compinit; compinit -D -u; print ${_comps[mailxport]}
                  autoload +X _mailxport; functions _mailxport | grep -c -- --unsent";
    let Some(said) = told("zsh", &["-fc", script]) else { return };
    assert_eq!(said, "_mailxport\n1\n");
}

#[test]
fn fish_completes_options_and_their_words() {
    let script = "source mailxport.fish; for words in 'se' 'send --uns' 'send --tls re' 'config sh'
                      complete -C \"mailxport $words\" | cut -f 1
                  end";
    let Some(said) = told("fish", &["--no-config", "-c", script]) else { return };
    assert_eq!(said, "send\nsendmail\nsend-stream\n--unsent\nrequired\nshow\n");
}

#[test]
fn elvish_completes_commands_and_options() {
    // Without its editor it has no place to put them, so that one is made.
    let script = "fn complex-candidate {|text &display=''| put $text }
        var edit: = (ns [&'completion:'=(ns [&arg-completer=[&]]) &complex-candidate~=$complex-candidate~])
        eval &ns=(ns [&'edit:'=$edit:]) (slurp < mailxport.elv)
        for words [[mailxport ''] [mailxport send '']] {
            $edit:completion:arg-completer[mailxport] $@words | each {|text| echo $text }
        }";
    let Some(said) = told("elvish", &["-norc", "-c", script]) else { return };
    let words: Vec<&str> = said.lines().collect();
    assert!(words.contains(&"send-stream") && words.contains(&"--unsent"), "{said}");
}
