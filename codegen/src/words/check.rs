//! Style rules for the docs in `spec/words/`.

use std::collections::BTreeSet;

use heck::ToSnakeCase;

use super::coverage::{Coverage, Kind};
use super::store::{Word, Words};
use crate::diagnostic::{Diagnostics, Severity};

/// The maximum length of a text, in characters. A guide may be longer.
const LONG: usize = 300;

/// The maximum length of a guide, in characters.
const LONG_GUIDE: usize = 1_200;

/// The maximum length of a sentence, in words.
const LONG_SENTENCE: usize = 25;

/// Reports violations of the rules.
pub(super) fn words(words: &Words, problems: &mut Diagnostics) {
    for (section, part, key, word) in words.all() {
        let owner = match (section, key) {
            ("", key) => format!("`{key}` in `{part}` of the glossary"),
            (section, "") => format!("`{part}` of `{section}`"),
            (section, key) => format!("`{key}` in `{part}` of `{section}`"),
        };
        if word.is_empty() {
            problems.report(
                "word-empty",
                word.at,
                format!("{owner} has no text"),
                "write a sentence, or remove the line",
            );
            continue;
        }
        if !word.is_used() {
            problems.report(
                "word-unused",
                word.at,
                format!("{owner} fits no place that has no other words"),
                "correct the key, or remove the line",
            );
        }
        text(word, part, &owner, problems);
        if part != "guide" && part != "value_classes" && restates(&word.text, section, key) {
            problems.report(
                "word-restates",
                word.at,
                format!("{owner} only repeats the name"),
                "add what the name does not say: unit, effect, when it is absent",
            );
        }
    }
}

fn text(word: &Word, part: &str, owner: &str, problems: &mut Diagnostics) {
    let text = word.text.trim();
    let most = if part == "guide" { LONG_GUIDE } else { LONG };
    let length = text.chars().count();
    if length > most {
        problems.report(
            "word-long",
            word.at,
            format!("{owner} has {length} characters, of at most {most}"),
            "keep what a reader needs",
        );
    }
    if let Some(odd) = text
        .chars()
        .find(|one| "\u{2018}\u{2019}\u{201c}\u{201d}\u{ab}\u{bb}\u{2026}".contains(*one))
    {
        problems.report(
            "word-character",
            word.at,
            format!("{owner} has {odd:?} in it"),
            "write quotes and dots in ASCII",
        );
    }
    if text.matches('`').count() % 2 == 1 {
        problems.report(
            "word-backtick",
            word.at,
            format!("{owner} has a backtick without a second one"),
            "put code between two backticks",
        );
    }
    if !text.ends_with('.') {
        problems.report(
            "word-full-stop",
            word.at,
            format!("{owner} does not end with a full stop"),
            "write whole sentences",
        );
    }
    let prose = without_code(text);
    if prose.contains(['[', ']', '<', '>']) || prose.contains("://") {
        problems.report(
            "word-link",
            word.at,
            format!("{owner} has a link or markup in it"),
            "write names in backticks: tools other than rustdoc read words as well",
        );
    }
    let count = sentences(&prose).map(|sentence| sentence.split_whitespace().count()).max();
    if let Some(count) = count.filter(|count| *count > LONG_SENTENCE) {
        problems.note(
            Severity::Hint,
            "long-sentence",
            word.at,
            format!("{owner} has a sentence of {count} words"),
            "split the sentence",
        );
    }
}

/// Replaces each code span by one word.
fn without_code(text: &str) -> String {
    text.split('`')
        .enumerate()
        .map(|(index, part)| if index % 2 == 0 { part } else { "X" })
        .collect()
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(". ").flat_map(|part| part.split("\n\n"))
}

/// Returns whether a text has only words from the names of the item and its parent.
fn restates(text: &str, section: &str, key: &str) -> bool {
    const EMPTY: [&str; 24] = [
        "a",
        "an",
        "and",
        "any",
        "are",
        "associated",
        "by",
        "for",
        "has",
        "if",
        "in",
        "is",
        "its",
        "object",
        "of",
        "on",
        "s",
        "that",
        "the",
        "this",
        "to",
        "value",
        "with",
        "field",
    ];
    let stem = |word: &str| {
        let word = word.to_lowercase();
        let word = word.strip_suffix("ies").map_or(word.clone(), |stem| format!("{stem}y"));
        ["es", "ed", "s", "d", "e"]
            .iter()
            .find_map(|end| word.strip_suffix(end).filter(|stem| stem.len() > 2))
            .unwrap_or(&word)
            .to_owned()
    };
    let split = |text: &str| -> Vec<String> {
        text.split(|one: char| !one.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(stem)
            .collect()
    };
    let own = if key.is_empty() { section } else { key };
    let known: BTreeSet<String> = split(&section.to_snake_case().replace('_', " "))
        .into_iter()
        .chain(split(&own.replace('_', " ")))
        .collect();
    let empty: BTreeSet<String> = EMPTY.iter().map(|word| stem(word)).collect();
    split(text).iter().all(|word| known.contains(word) || empty.contains(word))
}

/// Reports items without docs: as errors, or as one note for each kind.
pub(super) fn missing(coverage: &Coverage, required: bool, problems: &mut Diagnostics) {
    let help = "list them: `cargo xtask words missing`";
    for place in &coverage.places {
        if place.has_words || !place.kind.is_required() {
            continue;
        }
        if required {
            let message = format!("`{}` has no words", place.path());
            problems.report("word-missing", place.at, message, help);
        } else {
            problems.ignore("word-missing", place.at, one(place.kind), help);
        }
    }
}

fn one(kind: Kind) -> String {
    format!("no words for {}", kind.name())
}
