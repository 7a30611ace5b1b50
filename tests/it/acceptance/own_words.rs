//! The sentences of the spec are our own: no run of words is one of a published document.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use pinstripe_tests::{read, shared_file};

/// Runs of this many words are compared. Shorter ones are alike by chance.
const RUN: usize = 8;

#[test]
#[ignore = "needs ../shared"]
fn no_run_of_words_is_from_a_published_document() {
    let mut published = HashSet::new();
    for folder in ["upstream", "api"] {
        for path in files(&shared_file(folder)) {
            let document: serde_yaml::Value =
                serde_yaml::from_str(&read(&path)).expect("documents are YAML or JSON");
            visit_prose(&document, &mut |text| published.extend(runs(text)));
        }
    }
    for path in files(&shared_file("reference")) {
        if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("stripe-reference"))
        {
            published.extend(runs(&read(&path)));
        }
    }
    assert!(published.len() > 50_000, "too little to compare with: {}", published.len());

    let mut copied = Vec::new();
    let mut compared = 0;
    for source in pinstripe_tests::spec() {
        if !source.path.contains("/words/") || source.path.ends_with("examples.yaml") {
            continue;
        }
        let words: serde_yaml::Value = serde_yaml::from_str(&source.text).expect("words are YAML");
        visit_strings(&words, &mut |text| {
            for run in runs(text) {
                compared += 1;
                if published.contains(&run) {
                    copied.push(format!("{}: {run}", source.path));
                }
            }
        });
    }
    assert!(compared > 30_000, "too little was compared: {compared}");
    assert!(copied.is_empty(), "runs of words from published documents:\n{}", copied.join("\n"));
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("readable").path()).filter(|path| path.is_file()).collect()
}

/// The runs of words in a text, without markup, case and punctuation.
fn runs(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut in_tag = false;
    for character in text.chars() {
        match character {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if in_tag => continue,
            _ => {}
        }
        let is_word = character.is_ascii_alphanumeric() || matches!(character, '_' | '\'');
        plain.push(if is_word { character.to_ascii_lowercase() } else { ' ' });
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.windows(RUN).map(|run| run.join(" ")).collect()
}

/// Calls `visit` with the text of each `description`, `summary` and `title`.
fn visit_prose(value: &serde_yaml::Value, visit: &mut impl FnMut(&str)) {
    match value {
        serde_yaml::Value::Sequence(items) => {
            items.iter().for_each(|item| visit_prose(item, visit));
        }
        serde_yaml::Value::Mapping(members) => {
            for (key, value) in members {
                match (key.as_str(), value.as_str()) {
                    (Some("description" | "summary" | "title"), Some(text)) => visit(text),
                    _ => visit_prose(value, visit),
                }
            }
        }
        _ => {}
    }
}

fn visit_strings(value: &serde_yaml::Value, visit: &mut impl FnMut(&str)) {
    match value {
        serde_yaml::Value::String(text) => visit(text),
        serde_yaml::Value::Sequence(items) => {
            items.iter().for_each(|item| visit_strings(item, visit));
        }
        serde_yaml::Value::Mapping(members) => {
            members.iter().for_each(|(_, value)| visit_strings(value, visit));
        }
        _ => {}
    }
}

#[test]
fn runs_are_words_without_markup() {
    let text = "The <b>ID</b> of the customer's charge, if any: `ch_123`.";
    assert_eq!(
        runs(text),
        ["the id of the customer's charge if any", "id of the customer's charge if any ch_123"]
    );
}
