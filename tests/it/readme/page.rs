//! What a page of recipes consists of.

/// What a fenced block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Shell,
    Yaml,
    /// Shown only.
    Other,
}

/// A block below a heading, and the text block behind it.
pub(super) struct Recipe {
    pub(super) title: String,
    pub(super) block: Block,
    pub(super) code: String,
    pub(super) text: String,
}

/// The recipes of a page, whose headings begin so.
pub(super) fn recipes(page: &str, heading: &str) -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = Vec::new();
    let (mut title, mut open) = (String::new(), None);
    for line in page.lines() {
        match (line.strip_prefix("```"), open) {
            (Some("text"), None) => open = Some("text"),
            (Some(kind), None) => {
                let block = match kind {
                    "sh" => Block::Shell,
                    "yaml" => Block::Yaml,
                    "ini" | "crontab" => Block::Other,
                    other => panic!("{title}: a block of {other:?}"),
                };
                recipes.push(Recipe {
                    title: title.clone(),
                    block,
                    code: String::new(),
                    text: String::new(),
                });
                open = Some("code");
            }
            (Some(""), Some(_)) => open = None,
            (Some(other), Some(_)) => panic!("{title}: {other:?} within a block"),
            (None, Some(kind)) => {
                let recipe = recipes.last_mut().unwrap();
                let part = if kind == "code" { &mut recipe.code } else { &mut recipe.text };
                part.push_str(line);
                part.push('\n');
            }
            (None, None) => title = line.strip_prefix(heading).map_or(title, str::to_owned),
        }
    }
    recipes
}

/// The headings of the recipes of a page of its own.
pub(super) fn headings(page: &str) -> impl Iterator<Item = &str> {
    page.lines().filter_map(|line| line.strip_prefix("## "))
}

/// The shell in a block of YAML: the lines that are further in than the one that ends in `|`.
pub(super) fn script_of(yaml: &str) -> String {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut lines = yaml.lines().skip_while(|line| !line.ends_with('|'));
    let outer = depth(lines.next().unwrap());
    lines.take_while(|line| depth(line) > outer).map(|line| format!("{line}\n")).collect()
}

/// Tells whether a line is as the page shows it, where `...` is anything within a line.
pub(super) fn fits(pattern: &str, line: &str) -> bool {
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
