//! The recipes of the README and of docs/recipes.md, run: every block of shell in a directory of its own, its output held against the
//! text that follows it.

mod host;
mod page;
mod run;
mod stand_ins;

use std::fs;
use std::path::Path;

use host::{HOST, host};
use page::{Block, Recipe, fits, headings, recipes};
use run::{Run, Stage};
use stand_ins::StandIns;

fn page(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Holds what a recipe says against the text below it.
fn says(Recipe { title, text, .. }: &Recipe, Run { well, said, .. }: &Run) {
    assert!(well, "{title}: the shell failed:\n{said}");
    let same = text.lines().count() == said.lines().count()
        && text.lines().zip(said.lines()).all(|(pattern, line)| fits(pattern, line));
    assert!(same, "{title}: the page shows\n{text}\nand it said\n{said}");
}

#[test]
fn every_recipe_does_what_the_readme_says() {
    let readme = page("README.md");
    let (_, section) = readme.split_once("\n## Recipes\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let recipes = recipes(section, "### ");
    assert!(recipes.len() >= 6, "only {} recipes", recipes.len());
    let host = host();
    for recipe in recipes {
        assert_eq!(recipe.block, Block::Shell, "{}: only shell, as it stands", recipe.title);
        says(&recipe, &Stage::new().run(&recipe.code.replace(HOST, &host)));
    }
}

#[test]
fn every_recipe_for_work_does_what_its_page_says() {
    let recipes = recipes(&page("docs/recipes.md"), "## ");
    let mut shells = 0;
    for recipe in recipes.iter().filter(|recipe| recipe.block == Block::Shell) {
        shells += 1;
        let said_first = recipe.code.lines().next().unwrap_or_default();
        let stage = match said_first.strip_prefix("# tested with ") {
            Some(with) => {
                StandIns::of(with).unwrap_or_else(|word| panic!("{}: no stand-in: {word}", recipe.title))
            }
            None => StandIns::none(),
        };
        says(recipe, &stage.run(&recipe.code));
    }
    assert!(shells >= 10, "only {shells} blocks of shell");
}

#[test]
fn the_scripts_for_ci_send_one_message() {
    let page = page("docs/recipes.md");
    let recipes = recipes(&page, "## ");
    let scripts: Vec<&Recipe> = recipes.iter().filter(|recipe| recipe.block == Block::Yaml).collect();
    assert_eq!(scripts.len(), 2, "GitHub and GitLab");
    for recipe in scripts {
        let script = page::script_of(&recipe.code);
        let mut stage = Stage::new();
        stage.variable("MAILXPORT_SERVER", "sink:outbox");
        for name in
            ["GITHUB_SHA", "GITHUB_REF_NAME", "GITHUB_REPOSITORY", "GITHUB_SERVER_URL", "GITHUB_RUN_ID"]
        {
            stage.variable(name, &format!("the {name}"));
        }
        for name in ["CI_COMMIT_SHA", "CI_COMMIT_REF_NAME", "CI_PIPELINE_URL", "CI_PROJECT_PATH"] {
            stage.variable(name, &format!("the {name}"));
        }
        let run = stage.run(&format!("set -u\n{script}\ncat outbox/new/*"));
        let whole = run.said.contains("To: devel@example.org") && run.said.contains("Subject: Broken: the ");
        assert!(run.well && whole, "{}: {}", recipe.title, run.said);
    }
}

#[test]
fn the_list_of_recipes_is_that_of_their_headings() {
    let page = page("docs/recipes.md");
    let wanted: Vec<String> = headings(&page)
        .map(|title| {
            let anchor = title.to_lowercase().replace(' ', "-").replace([',', '.'], "");
            format!("* [{title}](#{anchor})")
        })
        .collect();
    let list: Vec<&str> = page.lines().filter(|line| line.starts_with("* [")).collect();
    assert_eq!(list, wanted);
}

#[test]
fn the_first_command_of_the_readme_leaves_its_message_in_the_outbox() {
    let readme = page("README.md");
    let command = readme.lines().find_map(|line| line.strip_prefix("cargo run --release -- ")).unwrap();
    let run = Stage::new().run(&format!("mailxport {command}\ncat outbox/new/*"));
    assert!(run.well && run.said.contains("Subject: Hello"), "{}", run.said);
    let second = readme.lines().filter_map(|line| line.strip_prefix("cargo ")).nth(1);
    assert_eq!(second, Some("test"), "the second command is cargo test");
}
