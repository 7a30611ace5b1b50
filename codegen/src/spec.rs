//! Loads the spec: merges the files into one document, and applies overrides.

mod all_of;
mod corrections;
mod foreign;
mod grammar;
mod references;
pub(crate) mod sensitive;

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostics, Location, Source};
use crate::dialect::{self, Canonical, Dialect};
use crate::document::{self, Key, Node, Value};

/// The whole spec, before the model is built.
#[derive(Debug, Default)]
pub struct Spec {
    /// The version of the API that is described.
    pub version: String,
    /// All versions, oldest first. Empty if the spec does not list them.
    pub versions: Vec<String>,
    pub schemas: Members,
    pub paths: Members,
    pub webhooks: Members,
    /// The locked Rust names: `x-rustNames`.
    pub names: IndexMap<String, (Location, String)>,
    /// The namespaces that are crates of their own, by the names of those: `x-rustCrates`.
    pub crates: Members,
    /// The docs of groups of operations, by name: `tags`.
    pub tags: Members,
    /// The words of resources, as they are written: `words`.
    pub(crate) words: Vec<Node>,
    /// The words of fields and parameters by their names, as they are written: `glossary`.
    pub(crate) glossaries: Vec<Node>,
    /// The values of examples, as they are written: `x-examples`.
    pub(crate) examples: Vec<Node>,
    /// Components other than schemas. After [`load`], nothing refers to them.
    pub(crate) components: references::Components,
    /// The sources that Stripe published. Unknown content in them is not a mistake.
    pub(crate) published: HashSet<u32>,
    /// The sources that describe another API than Stripe's.
    pub(crate) foreign: HashSet<u32>,
    /// Where the request bodies begin that are no objects of named fields. Each has one field here,
    /// which is the body itself.
    pub(crate) whole_bodies: HashSet<Location>,
    /// The fields that look like secrets, and that `sensitive` does not list.
    pub(crate) unlisted: Vec<sensitive::Unlisted>,
}

/// The entries of one section of the spec, sorted by name.
pub type Members = IndexMap<String, (Location, Node)>;

/// The sections of an OpenAPI document that the generator reads.
const KNOWN: [&str; 12] = [
    "externalDocs",
    "openapi",
    "info",
    "servers",
    "security",
    "components",
    "paths",
    "webhooks",
    "overrides",
    "sensitive",
    "tags",
    "jsonSchemaDialect",
];

/// Reads a description from its files: one document, or any number of fragments of one.
pub fn load(sources: &[Source], problems: &mut Diagnostics) -> Spec {
    let mut spec = Spec::default();
    let mut overrides = Vec::new();
    let mut sensitive = Vec::new();
    for (index, document) in parse_all(sources, problems).into_iter().enumerate() {
        let Some(document) = document else { continue };
        let document = spec.canonical(document, index as u32, problems);
        let rows = document.get("sensitive").map_or(&[][..], Node::items);
        sensitive.extend(rows.iter().cloned());
        spec.merge(document, sources, index as u32, &mut overrides, problems);
    }
    for entry in overrides {
        spec.correct(&entry, problems);
    }
    spec.mark_sensitive(&sensitive, problems);
    if spec.paths.is_empty() && spec.schemas.is_empty() && !problems.has_errors() {
        problems.report(
            "empty",
            Location { line: 1, column: 1, width: 1, ..Location::default() },
            "the description has neither paths nor schemas",
            "expected an OpenAPI document, or a folder of fragments of one",
        );
    }
    spec.settle(problems);
    grammar::check(&spec, problems);
    spec.sort();
    spec
}

/// Parses the files on all processors; files and problems come out in the order of the files.
fn parse_all(sources: &[Source], problems: &mut Diagnostics) -> Vec<Option<Node>> {
    let parts = crate::parallel(sources.len(), |index| {
        let mut problems = Diagnostics::default();
        let node = document::parse(index as u32, &sources[index].text, &mut problems);
        (node, problems)
    });
    let mut nodes = Vec::with_capacity(parts.len());
    for (node, found) in parts {
        problems.append(found);
        nodes.push(node);
    }
    nodes
}

impl Spec {
    /// Reads a document.
    pub fn of_document(
        document: Node,
        sources: &[Source],
        index: u32,
        problems: &mut Diagnostics,
    ) -> Self {
        let mut spec = Self::default();
        let document = spec.canonical(document, index, problems);
        spec.merge(document, sources, index, &mut Vec::new(), problems);
        spec.settle(problems);
        grammar::check(&spec, problems);
        spec.sort();
        spec
    }

    /// Follows references, merges `allOf`, and brings documents of other APIs into Stripe's form.
    fn settle(&mut self, problems: &mut Diagnostics) {
        references::follow(self, problems);
        all_of::merge(self, problems);
        references::follow_bodies(self, problems);
        foreign::adapt(self, problems);
    }

    /// Brings a document into canonical form, if it was published in another one.
    fn canonical(&mut self, document: Node, index: u32, problems: &mut Diagnostics) -> Node {
        if foreign::is_foreign(&document) {
            self.foreign.insert(index);
            return foreign::document(document, problems);
        }
        if Dialect::of(&document) == Dialect::Sdk {
            return document;
        }
        self.published.insert(index);
        let Canonical { document, client_variants, .. } = dialect::canonical(document);
        for name in client_variants {
            problems.ignore(
                "client-variant",
                Location { source: index, line: 1, column: 1, width: 1 },
                format!("the schema `{name}` is left out: only clients with a publishable key receive it"),
                "no action is needed: a server receives the other shape",
            );
        }
        document
    }

    fn sort(&mut self) {
        self.schemas.sort_unstable_keys();
        self.paths.sort_unstable_keys();
        self.webhooks.sort_unstable_keys();
    }

    fn merge(
        &mut self,
        document: Node,
        sources: &[Source],
        index: u32,
        overrides: &mut Vec<Node>,
        problems: &mut Diagnostics,
    ) {
        let at = document.at;
        let Value::Object(entries) = document.value else {
            problems.report(
                "not-a-document",
                at,
                format!("expected an OpenAPI document, found {}", document.kind()),
                "the top level must be an object with `paths`, `components` or `webhooks`",
            );
            return;
        };
        if let Some((key, version)) = entries.iter().find(|(key, _)| key.name == "swagger") {
            problems.report(
                "swagger",
                key.at,
                format!(
                    "this is a document of Swagger {}, not of OpenAPI 3",
                    version.as_str().unwrap_or("2")
                ),
                "convert it to OpenAPI 3, for instance with `npx swagger2openapi`",
            );
            return;
        }
        for (key, node) in entries {
            match key.name.as_str() {
                "info" => {
                    let versions = node.get("x-versions").map_or(&[][..], Node::items);
                    self.versions
                        .extend(versions.iter().filter_map(Node::as_str).map(str::to_owned));
                    self.set_version(&node, problems);
                }
                "components" => {
                    for (key, node) in into_entries(node, problems) {
                        match key.name.as_str() {
                            "schemas" => add(&mut self.schemas, "schema", node, sources, problems),
                            kind => {
                                let what = match kind {
                                    "headers" => "header",
                                    "parameters" => "parameter",
                                    "requestBodies" => "request body",
                                    "responses" => "response",
                                    _ => continue,
                                };
                                add(
                                    self.components.entry(kind.to_owned()).or_default(),
                                    what,
                                    node,
                                    sources,
                                    problems,
                                );
                            }
                        }
                    }
                }
                "paths" => {
                    let mut paths = Members::new();
                    add(&mut paths, "path", node, sources, problems);
                    merge_paths(&mut self.paths, paths, sources, problems);
                }
                "webhooks" => add(&mut self.webhooks, "webhook", node, sources, problems),
                "x-rustNames" => {
                    for (key, node) in into_entries(node, problems) {
                        let name = node.as_str().unwrap_or_default().to_owned();
                        self.names.insert(key.name, (node.at, name));
                    }
                }
                "words" => self.words.push(node),
                "glossary" => self.glossaries.push(node),
                "x-examples" => self.examples.push(node),
                "tags" => self.add_tags(node),
                "x-rustCrates" => add(&mut self.crates, "crate", node, sources, problems),
                "overrides" => match node.value {
                    Value::Array(items) => overrides.extend(items),
                    _ => problems.report(
                        "overrides",
                        node.at,
                        "`overrides` must be an array",
                        "write a list of overrides",
                    ),
                },
                name if KNOWN.contains(&name) || name.starts_with("x-") => {}
                name => {
                    let at = Location { source: index, ..key.at };
                    let known = closest(name, KNOWN)
                        .map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
                    problems.report(
                        "unknown-part",
                        at,
                        format!("`{name}` is no part of an OpenAPI document"),
                        format!("remove it, or put it under `components`{known}"),
                    );
                }
            }
        }
    }

    fn add_tags(&mut self, node: Node) {
        for tag in node.items() {
            if let Some(name) = tag.str("name") {
                self.tags.insert(name.to_owned(), (tag.at, tag.clone()));
            }
        }
    }

    fn set_version(&mut self, info: &Node, problems: &mut Diagnostics) {
        match info.get("version") {
            Some(Node { value: Value::Str(version), .. }) => version.clone_into(&mut self.version),
            Some(other) => {
                let message = format!("`version` must be a string, and is {}", other.kind());
                problems.report("shape", other.at, message, "put it in quotes");
            }
            None if !matches!(info.value, Value::Object(_)) => {
                let message = format!("`info` must be an object, and is {}", info.kind());
                problems.report("shape", info.at, message, "write it as `info: {version: …}`");
            }
            None => {}
        }
    }

    /// The node at a JSON pointer such as `#/components/schemas/customer/properties/email`.
    fn node_at(&mut self, pointer: &str) -> Option<&mut Node> {
        let mut steps = pointer.strip_prefix("#/")?.split('/').map(unescape);
        let part = match steps.next()?.as_str() {
            "components" if steps.next()? == "schemas" => &mut self.schemas,
            "paths" => &mut self.paths,
            "webhooks" => &mut self.webhooks,
            _ => return None,
        };
        let mut node = &mut part.get_mut(&steps.next()?)?.1;
        for step in steps {
            node = match &mut node.value {
                Value::Object(entries) => {
                    &mut entries.iter_mut().find(|(key, _)| key.name == step)?.1
                }
                Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }
}

fn into_entries(node: Node, problems: &mut Diagnostics) -> Vec<(Key, Node)> {
    match node.value {
        Value::Object(entries) => entries,
        Value::Null => Vec::new(),
        _ => {
            problems.report(
                "shape",
                node.at,
                format!("expected an object, found {}", node.kind()),
                "write names and their values",
            );
            Vec::new()
        }
    }
}

fn add(
    members: &mut Members,
    what: &str,
    node: Node,
    sources: &[Source],
    problems: &mut Diagnostics,
) {
    for (key, node) in into_entries(node, problems) {
        if let Some((first, _)) = members.get(&key.name) {
            problems.report(
                "duplicate",
                key.at,
                format!("the {what} `{}` is defined twice", key.name),
                format!(
                    "keep one; the first is at {}:{}",
                    sources[first.source as usize].path, first.line
                ),
            );
            continue;
        }
        members.insert(key.name, (key.at, node));
    }
}

/// Adds paths. Several files can have operations on one path, as long as no two have the same.
fn merge_paths(all: &mut Members, paths: Members, sources: &[Source], problems: &mut Diagnostics) {
    for (path, (at, item)) in paths {
        let Some((_, existing)) = all.get_mut(&path) else {
            all.insert(path, (at, item));
            continue;
        };
        let (Value::Object(existing), Value::Object(more)) = (&mut existing.value, item.value)
        else {
            continue;
        };
        for (key, node) in more {
            if let Some((first, _)) = existing.iter().find(|(other, _)| other.name == key.name) {
                problems.report(
                    "duplicate",
                    key.at,
                    format!("the operation `{} {path}` is defined twice", key.name),
                    format!(
                        "keep one; the first is at {}:{}",
                        sources[first.at.source as usize].path, first.at.line
                    ),
                );
                continue;
            }
            existing.push((key, node));
        }
    }
}

/// Where `$ref` finds a schema.
const SCHEMAS: &str = "#/components/schemas/";

/// The `$ref` of a schema.
pub fn reference_to(schema: &str) -> String {
    format!("{SCHEMAS}{}", escape(schema))
}

/// The schema that a `$ref` names.
pub fn referenced(reference: &str) -> Option<String> {
    reference.strip_prefix(SCHEMAS).map(unescape)
}

/// A name as a step of a JSON pointer.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Decodes a step of a JSON pointer.
pub fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// Returns whether two nodes are equal, apart from their locations.
pub fn same(left: &Node, right: &Node) -> bool {
    match (&left.value, &right.value) {
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| {
                    right.iter().any(|(other, found)| other.name == key.name && same(value, found))
                })
        }
        (left, right) => left == right,
    }
}

/// The name most like the given one, if any is like it at all.
pub fn closest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = names.into_iter().map(|candidate| (distance(name, candidate), candidate));
    let (score, best) = scored.min()?;
    (score <= name.len().max(3) / 3).then_some(best)
}

/// How many characters to add, remove or replace to get from one name to the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, from) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, to) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}
