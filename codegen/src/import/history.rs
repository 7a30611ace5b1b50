//! The description of all versions of the API, and how a newer document becomes part of it.

use indexmap::{IndexMap, IndexSet};
use serde_yaml::{Mapping, Value};

use super::facts::Facts;
use super::merge::{Merge, Usage, is_gone, mark_gone, mark_since};
use super::shape::members_of;
use crate::document::Node;
use crate::model::without_names;
use crate::spec;

/// What is known of all versions so far.
#[derive(Debug, Default)]
pub struct History {
    /// The versions that it is made of, the oldest first.
    pub versions: Vec<String>,
    pub facts: Facts,
    /// Shapes that a place had in versions before, where no type reads both: by JSON pointer.
    pub alternatives: IndexMap<String, Vec<Value>>,
}

impl History {
    /// Reads what an import has written before.
    pub fn read(documents: &[Node]) -> Self {
        let mut history = Self::default();
        for document in documents {
            let info = document.get("info");
            let versions = info.and_then(|info| info.get("x-versions")).map_or(&[][..], Node::items);
            history.versions.extend(versions.iter().filter_map(Node::as_str).map(str::to_owned));
            if let (Some(version), []) = (info.and_then(|info| info.str("version")), versions) {
                history.versions.push(version.to_owned());
            }
            history.facts.add_fragment(document);
            for entry in document.get("overrides").map_or(&[][..], Node::items) {
                if let (Some(at), Some(shapes)) = (entry.str("at"), entry.get("alternatives")) {
                    let shapes = shapes.items().iter().map(Value::from).collect();
                    history.alternatives.insert(at.to_owned(), shapes);
                }
            }
        }
        history.facts.sort();
        history
    }

    /// The newest version that it knows.
    pub fn version(&self) -> Option<&str> {
        self.versions.last().map(String::as_str)
    }

    /// Adds what is only to be had in a preview. What all have, it cannot change.
    pub fn add_preview(&mut self, preview: Facts) {
        let is_free = |existing: Option<&Value>| existing.is_none_or(|existing| existing.get("x-preview").is_some());
        for (name, schema) in preview.schemas {
            if is_free(self.facts.schemas.get(&name)) {
                self.facts.schemas.insert(name, schema);
            }
        }
        for (path, item) in preview.paths {
            let existing = self.facts.paths.entry(path).or_default();
            for (method, operation) in item {
                if is_free(existing.get(&method)) {
                    existing.insert(method, operation);
                }
            }
        }
        for (name, event) in preview.webhooks {
            if is_free(self.facts.webhooks.get(&name)) {
                self.facts.webhooks.insert(name, event);
            }
        }
        self.facts.sort();
    }

    /// Takes in a document that is newer than all before, or the newest once more.
    pub fn fold(&mut self, version: &str, newer: Facts) {
        if self.version() != Some(version) {
            self.versions.push(version.to_owned());
        }
        let since = (self.versions.len() > 1).then_some(version);
        self.follow_renames(&newer);
        let old = std::mem::take(&mut self.facts);
        let mut merge = Merge { version, since, old: &old, new: &newer, alternatives: &mut self.alternatives };
        let mut facts = Facts {
            schemas: merge_schemas(&mut merge),
            paths: merge_paths(&mut merge),
            webhooks: merge.members(&old.webhooks, &newer.webhooks, event_pointer, Usage::Answer),
        };
        facts.drop_unreachable();
        facts.sort();
        self.facts = facts;
        let facts = &self.facts;
        self.alternatives.retain(|pointer, _| facts.has(pointer));
    }

    /// A schema that goes while another one comes in its place, and has the same members, has a new name.
    fn follow_renames(&mut self, newer: &Facts) {
        let mut renames: IndexMap<String, String> = IndexMap::new();
        for (name, old) in &self.facts.schemas {
            if let Some(new) = newer.schemas.get(name) {
                self.find_renames(old, new, newer, &mut renames);
            }
        }
        for (name, old) in &self.facts.webhooks {
            if let Some(new) = newer.webhooks.get(name) {
                self.find_renames(old, new, newer, &mut renames);
            }
        }
        // What has a new name can have parts with new names.
        let mut known = 0;
        while known < renames.len() {
            let (from, to) = renames.get_index(known).map(|(from, to)| (from.clone(), to.clone())).unwrap_or_default();
            self.find_renames(&self.facts.schemas[&from], &newer.schemas[&to], newer, &mut renames);
            known += 1;
        }
        for (from, to) in renames {
            let Some(mut schema) = self.facts.schemas.shift_remove(&from) else { continue };
            if let Value::Mapping(schema) = &mut schema {
                schema.insert("x-formerly".into(), from.as_str().into());
            }
            self.facts.redirect(&from, &to);
            self.facts.schemas.entry(to).or_insert(schema);
        }
    }

    fn find_renames(&self, old: &Value, new: &Value, newer: &Facts, found: &mut IndexMap<String, String>) {
        if let (Some(from), Some(to)) = (reference(old), reference(new)) {
            let came = !self.facts.schemas.contains_key(to) && newer.schemas.contains_key(to);
            let went = self.facts.schemas.contains_key(from) && !newer.schemas.contains_key(from);
            if came && went && have_same_members(&self.facts.schemas[from], &newer.schemas[to]) {
                found.entry(from.to_owned()).or_insert_with(|| to.to_owned());
            }
            return;
        }
        match (old, new) {
            (Value::Mapping(old), Value::Mapping(new)) => {
                for (key, old) in old {
                    if let Some(new) = new.get(key) {
                        self.find_renames(old, new, newer, found);
                    }
                }
            }
            (Value::Sequence(old), Value::Sequence(new)) => {
                for (old, new) in old.iter().zip(new) {
                    self.find_renames(old, new, newer, found);
                }
            }
            _ => {}
        }
    }
}

/// The schema that a node refers to, be it nullable or not.
fn reference(node: &Value) -> Option<&str> {
    let direct = node.get("$ref").or_else(|| match node.get("anyOf")?.as_sequence()?.as_slice() {
        [only] => only.get("$ref"),
        [only, null] if null.get("type").and_then(Value::as_str) == Some("null") => only.get("$ref"),
        _ => None,
    });
    direct?.as_str()?.strip_prefix("#/components/schemas/")
}

fn have_same_members(left: &Value, right: &Value) -> bool {
    let names = |schema: &Value| -> IndexSet<String> { members_of(schema).into_keys().collect() };
    let (left, right) = (names(left), names(right));
    !left.is_empty() && !right.is_empty() && (left.is_subset(&right) || right.is_subset(&left))
}

fn merge_schemas(merge: &mut Merge<'_>) -> IndexMap<String, Value> {
    let (old, new) = (merge.old, merge.new);
    let mut schemas = merge.members(&old.schemas, &new.schemas, schema_pointer, Usage::Answer);
    let lives = |path: &str, method: &str| {
        new.paths.iter().any(|(newer, item)| without_names(newer) == without_names(path) && item.contains_key(method))
    };
    // What can no longer be called is still listed where it was.
    for (name, schema) in &mut schemas {
        let listed = |of: &IndexMap<String, Value>| {
            let operations = of.get(name).and_then(|schema| schema.get("x-stripeOperations")?.as_sequence());
            operations.cloned().unwrap_or_default()
        };
        let mut operations = if new.schemas.contains_key(name) { listed(&new.schemas) } else { Vec::new() };
        for operation in listed(&old.schemas) {
            let text = |name: &str| operation.get(name).and_then(Value::as_str).unwrap_or_default();
            let (method, path) = (text("operation"), text("path"));
            if !operations.contains(&operation) && !lives(path, method) {
                operations.push(operation);
            }
        }
        if let (Value::Mapping(schema), false) = (schema, operations.is_empty()) {
            schema.insert("x-stripeOperations".into(), operations.into());
        }
    }
    schemas
}

fn merge_paths(merge: &mut Merge<'_>) -> IndexMap<String, IndexMap<String, Value>> {
    let (old, new) = (merge.old, merge.new);
    let mut paths: IndexMap<String, IndexMap<String, Value>> = IndexMap::new();
    // One path is another one's successor if they only call their parameters otherwise.
    let successors: IndexMap<String, &str> = new.paths.keys().map(|path| (without_names(path), path.as_str())).collect();
    let mut merged: IndexSet<(&str, &str)> = IndexSet::new();
    for (path, item) in &old.paths {
        for (method, operation) in item {
            let successor = successors.get(&without_names(path)).copied().unwrap_or(path);
            let newer = new.paths.get(successor).and_then(|item| item.get(method));
            let is_preview = operation.get("x-preview").is_some();
            let result = match newer {
                Some(newer) if is_preview => Some(mark_since(newer.clone(), merge.since)),
                Some(newer) => Some(merge.operation(operation, newer, &pointer(successor, method))),
                None if is_preview => Some(operation.clone()),
                None => mark_gone(operation.clone(), merge.version),
            };
            if let Some(result) = result {
                let path = if newer.is_some() { successor } else { path };
                paths.entry(path.to_owned()).or_default().insert(method.clone(), result);
            }
            merged.insert((successor, method));
        }
    }
    for (path, item) in &new.paths {
        for (method, operation) in item {
            if !merged.contains(&(path.as_str(), method.as_str())) {
                let operation = mark_since(operation.clone(), merge.since);
                paths.entry(path.clone()).or_default().insert(method.clone(), operation);
            }
        }
    }
    keep_ids_apart(&mut paths);
    paths
}

fn schema_pointer(name: &str) -> String {
    format!("#/components/schemas/{}", spec::escape(name))
}

fn event_pointer(name: &str) -> String {
    format!("#/webhooks/{}/post/requestBody/content/application~1json/schema", spec::escape(name))
}

fn pointer(path: &str, method: &str) -> String {
    format!("#/paths/{}/{method}", spec::escape(path))
}

/// An operation that went gives up its id to the one that has it now.
fn keep_ids_apart(paths: &mut IndexMap<String, IndexMap<String, Value>>) {
    let id = |operation: &Value| operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let live: IndexSet<String> = paths.values().flat_map(IndexMap::values).filter(|op| !is_gone(op)).map(id).collect();
    for operation in paths.values_mut().flat_map(IndexMap::values_mut).filter(|operation| is_gone(operation)) {
        let own = id(operation);
        let until = operation.get("x-until").and_then(Value::as_str).unwrap_or_default();
        let renamed = heck::ToUpperCamelCase::to_upper_camel_case(format!("{own}Until{until}").as_str());
        if let (true, Value::Mapping(operation)) = (live.contains(&own), operation) {
            operation.insert("operationId".into(), renamed.into());
        }
    }
}

impl Facts {
    /// Makes all references to one schema lead to another one.
    fn redirect(&mut self, from: &str, to: &str) {
        let from = format!("#/components/schemas/{from}");
        let to = format!("#/components/schemas/{to}");
        let operations = self.paths.values_mut().flat_map(IndexMap::values_mut);
        for value in self.schemas.values_mut().chain(operations).chain(self.webhooks.values_mut()) {
            redirect(value, &from, &to);
        }
    }

    /// Drops shapes that went and that nothing refers to any more.
    fn drop_unreachable(&mut self) {
        loop {
            let mut used = IndexSet::new();
            let operations = self.paths.values().flat_map(IndexMap::values);
            for (name, value) in self.schemas.iter().map(|(name, value)| (name.as_str(), value)) {
                references(value, name, &mut used);
            }
            operations.chain(self.webhooks.values()).for_each(|value| references(value, "", &mut used));
            let before = self.schemas.len();
            self.schemas.retain(|name, schema| used.contains(name) || !is_gone(schema) || schema.get("x-resourceId").is_some());
            if self.schemas.len() == before {
                return;
            }
        }
    }

    /// Whether there is something at a JSON pointer.
    fn has(&self, pointer: &str) -> bool {
        let mut steps = pointer.trim_start_matches("#/").split('/').map(spec::unescape);
        let mut step = || steps.next().unwrap_or_default();
        let found = match step().as_str() {
            "components" => {
                step();
                self.schemas.get(&step())
            }
            "paths" => {
                let (path, method) = (step(), step());
                self.paths.get(&path).and_then(|item| item.get(&method))
            }
            _ => {
                let event = self.webhooks.get(&step());
                // What an event carries stands below `post/requestBody/content/application~1json/schema`.
                (0..5).for_each(|_| drop(step()));
                event
            }
        };
        let Some(mut node) = found else { return false };
        for step in steps {
            let next = match node {
                Value::Sequence(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
                node => node.get(step.as_str()),
            };
            let Some(next) = next else { return false };
            node = next;
        }
        true
    }
}

fn redirect(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::Sequence(items) => items.iter_mut().for_each(|item| redirect(item, from, to)),
        Value::Mapping(members) => {
            for (key, value) in members.iter_mut() {
                match value {
                    Value::String(reference) if key.as_str() == Some("$ref") && reference == from => to.clone_into(reference),
                    value => redirect(value, from, to),
                }
            }
        }
        _ => {}
    }
}

/// Notes which schemas a value refers to, except for the one that it is.
fn references(value: &Value, own: &str, found: &mut IndexSet<String>) {
    match value {
        Value::Sequence(items) => items.iter().for_each(|item| references(item, own, found)),
        Value::Mapping(members) => {
            for (key, value) in members {
                match value.as_str().and_then(|text| text.strip_prefix("#/components/schemas/")) {
                    Some(name) if key.as_str() == Some("$ref") && name != own => {
                        found.insert(name.to_owned());
                    }
                    _ => references(value, own, found),
                }
            }
        }
        _ => {}
    }
}

/// The entry of a shape in the corrections.
pub fn alternative_entry(pointer: &str, shapes: &[Value]) -> Value {
    let mut entry = Mapping::new();
    entry.insert("at".into(), pointer.into());
    entry.insert("alternatives".into(), shapes.to_vec().into());
    let until = shapes.iter().filter_map(|shape| shape.get("x-until")?.as_str()).next_back().unwrap_or_default();
    entry.insert("reason".into(), format!("It had another shape until {until}; what was written then is still read.").into());
    entry.into()
}
