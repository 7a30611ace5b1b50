//! The docs in `spec/words/`, and the lookup of the most specific text for an item.

use std::cell::Cell;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostics, Location};
use crate::document::{Key, Node, Value};
use crate::spec::closest;

/// A text, and whether it was used.
#[derive(Debug)]
pub struct Word {
    /// The location of the text.
    pub at: Location,
    pub text: String,
    used: Cell<bool>,
}

impl Word {
    pub fn is_used(&self) -> bool {
        self.used.get()
    }

    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// A section of docs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    Both,
    Classes,
    Details,
    Events,
    Fields,
    Operations,
    Parameters,
    Types,
    Values,
}

impl Part {
    pub fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Classes => "value_classes",
            Self::Details => "details",
            Self::Events => "events",
            Self::Fields => "fields",
            Self::Operations => "operations",
            Self::Parameters => "parameters",
            Self::Types => "types",
            Self::Values => "values",
        }
    }
}

/// The sections of a glossary.
const GLOSSARY: [Part; 6] =
    [Part::Both, Part::Classes, Part::Events, Part::Fields, Part::Parameters, Part::Values];

/// The sections of a resource's docs.
const RESOURCE: [Part; 9] = [
    Part::Both,
    Part::Classes,
    Part::Details,
    Part::Events,
    Part::Fields,
    Part::Operations,
    Part::Parameters,
    Part::Types,
    Part::Values,
];

/// The docs of the glossary, or of one resource.
#[derive(Debug, Default)]
pub struct Section {
    pub summary: Option<Word>,
    pub guide: Option<Word>,
    pub entries: IndexMap<Part, IndexMap<String, Word>>,
}

/// All docs of a spec.
#[derive(Debug, Default)]
pub struct Words {
    pub glossary: Section,
    /// The docs by resource path with dots, or by the name of a schema outside all resources.
    pub resources: IndexMap<String, Section>,
}

/// The item to look up.
pub struct Query<'q> {
    /// The path of the resource with dots.
    pub resource: &'q str,
    /// The operation of a parameter.
    pub operation: Option<&'q str>,
    /// The names of the fields that lead to the item, including its own.
    pub trail: &'q [String],
    /// The value of an enum, or `*` for all of them.
    pub value: Option<&'q str>,
}

impl Words {
    pub fn read(resources: &[Node], glossaries: &[Node], problems: &mut Diagnostics) -> Self {
        let mut words = Self::default();
        for node in glossaries {
            words.glossary.read(node, "a glossary", &GLOSSARY, problems);
        }
        for file in resources {
            for (Key { name, .. }, node) in entries(file, problems) {
                let section = words.resources.entry(name.clone()).or_default();
                section.read(node, "the words of a resource", &RESOURCE, problems);
            }
        }
        words
    }

    /// Returns all texts, each with its resource, section and key.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str, &str, &Word)> {
        let sections = self.resources.iter().map(|(name, section)| (name.as_str(), section));
        std::iter::once(("", &self.glossary)).chain(sections).flat_map(|(name, section)| {
            let heads = [("summary", &section.summary), ("guide", &section.guide)];
            let heads =
                heads.into_iter().filter_map(|(part, word)| Some((part, "", word.as_ref()?)));
            let rest = section.entries.iter().flat_map(|(part, words)| {
                words.iter().map(|(key, word)| (part.name(), key.as_str(), word))
            });
            heads.chain(rest).map(move |(part, key, word)| (name, part, key, word))
        })
    }

    pub fn summary(&self, resource: &str) -> Option<&str> {
        taken(self.resources.get(resource)?.summary.as_ref())
    }

    pub fn guide(&self, resource: &str) -> Option<&str> {
        taken(self.resources.get(resource)?.guide.as_ref())
    }

    /// Returns the text of an operation, from its summary or its details.
    pub fn of_operation(&self, part: Part, resource: &str, operation: &str) -> Option<&str> {
        self.resources.get(resource)?.find(&[part], operation)
    }

    /// Returns the text of an event type: its own, or that of all types with the same suffix.
    pub fn of_event(&self, event: &str) -> Option<&str> {
        let own = self.resources.values().find_map(|words| words.find(&[Part::Events], event));
        let ends = event.match_indices('.').map(|(at, _)| format!("*{}", &event[at..]));
        own.or_else(|| self.glossary.find(&[Part::Events], event))
            .or_else(|| ends.into_iter().find_map(|end| self.glossary.find(&[Part::Events], &end)))
    }

    /// Returns the most specific text for an item: from its resource, then from the glossary, and
    /// in each the one with the longest key.
    pub fn find(&self, parts: &[Part], query: &Query<'_>) -> Option<&str> {
        let end = query.value.map_or_else(String::new, |value| format!(".{value}"));
        let suffixes: Vec<String> = (0..query.trail.len())
            .map(|start| format!("{}{end}", query.trail[start..].join(".")))
            .collect();
        let whole = suffixes.first().map_or("", String::as_str);
        let own = self.resources.get(query.resource).and_then(|section| {
            let of_operation = query.operation.map(|operation| format!("{operation}.{whole}"));
            let anywhere = suffixes.iter().map(|suffix| format!("*.{suffix}"));
            let keys = of_operation.into_iter().chain([whole.to_owned()]).chain(anywhere);
            keys.into_iter().find_map(|key| section.find(parts, &key))
        });
        own.or_else(|| {
            let operation = query.operation;
            let in_operation = operation.into_iter().flat_map(|operation| {
                [format!("{}.{operation}.{whole}", query.resource), format!("{operation}.{whole}")]
            });
            let in_resource = format!("{}.{whole}", query.resource);
            let mut keys = in_operation.chain([in_resource]).chain(suffixes.iter().cloned());
            keys.find_map(|key| self.glossary.find(parts, &key))
        })
    }
}

impl Section {
    fn read(&mut self, node: &Node, what: &str, parts: &[Part], problems: &mut Diagnostics) {
        for (Key { name, at }, node) in entries(node, problems) {
            let is_resource = parts.contains(&Part::Operations);
            let head = match name.as_str() {
                "summary" => Some(&mut self.summary),
                "guide" => Some(&mut self.guide),
                _ => None,
            };
            if let Some(head) = head.filter(|_| is_resource) {
                if let Some(word) = word(node, problems)
                    && head.replace(word).is_some()
                {
                    twice(name, *at, problems);
                }
                continue;
            }
            let Some(part) = parts.iter().find(|part| part.name() == name) else {
                let known = closest(name, parts.iter().map(|part| part.name()));
                let help = match known {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "see `spec/words/README.md`".to_owned(),
                };
                problems.report("words", *at, format!("unknown section `{name}` in {what}"), help);
                continue;
            };
            for (key, node) in entries(node, problems) {
                let Some(word) = word(node, problems) else { continue };
                let words = self.entries.entry(*part).or_default();
                if words.insert(key.name.clone(), word).is_some() {
                    twice(&key.name, key.at, problems);
                }
            }
        }
    }

    fn find(&self, parts: &[Part], key: &str) -> Option<&str> {
        parts.iter().find_map(|part| taken(self.entries.get(part)?.get(key)))
    }
}

fn taken(word: Option<&Word>) -> Option<&str> {
    let word = word.filter(|word| !word.is_empty())?;
    word.used.set(true);
    Some(word.text.trim())
}

/// Returns the entries of an object, or none if it is still empty.
fn entries<'n>(node: &'n Node, problems: &mut Diagnostics) -> &'n [(Key, Node)] {
    if !matches!(node.value, Value::Object(_) | Value::Null) {
        problems.report(
            "words",
            node.at,
            format!("expected names with their words, found {}", node.kind()),
            "write one line for each name: `name: Sentence.`",
        );
    }
    node.entries()
}

fn word(node: &Node, problems: &mut Diagnostics) -> Option<Word> {
    let text = match &node.value {
        Value::Str(text) => text.clone(),
        Value::Null => String::new(),
        _ => {
            problems.report(
                "words",
                node.at,
                format!("expected a sentence, found {}", node.kind()),
                "write text, in quotes if it contains a colon or looks like another type",
            );
            return None;
        }
    };
    Some(Word { at: node.at, text, used: Cell::new(false) })
}

fn twice(name: &str, at: Location, problems: &mut Diagnostics) {
    let message = format!("`{name}` is documented twice");
    problems.report("words", at, message, "keep one of the two");
}
