//! The spec of all versions of the API, and how a document becomes part of it.

use std::collections::{BTreeSet, HashMap};

use indexmap::{IndexMap, IndexSet};
use serde_yaml::{Mapping, Value};

use super::facts::{Facts, tidy};
use super::merge::{Merge, Place, Usage, is_gone};
use super::shape::members_of;
use super::timeline::{Edition, Presence};
use crate::dialect::Dialect;
use crate::document::Node;
use crate::model::without_names;
use crate::spec;

/// What is known of all versions so far.
#[derive(Debug, Default)]
pub struct History {
    /// The documents that it is made of, the oldest first.
    pub editions: BTreeSet<Edition>,
    pub facts: Facts,
    /// Shapes that a place had in other versions, where no type reads both: by JSON pointer.
    pub alternatives: IndexMap<String, Vec<Value>>,
}

impl History {
    /// Reads what an import has written before.
    pub fn read(documents: &[Node]) -> Self {
        let mut history = Self::default();
        for document in documents {
            if let Some(info) = document.get("info") {
                history.read_editions(info);
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

    fn read_editions(&mut self, info: &Node) {
        let listed = |name: &str| -> Vec<String> {
            info.get(name).map_or(&[][..], Node::items).iter().filter_map(Node::as_str).map(str::to_owned).collect()
        };
        let mut versions = listed("x-versions");
        if let (Some(version), true) = (info.str("version"), versions.is_empty()) {
            versions.push(version.to_owned());
        }
        let public = listed("x-publicDocuments");
        // Unless a public document was imported, all were made from the SDKs.
        let sdk = if public.is_empty() { versions } else { listed("x-sdkDocuments") };
        let edition = |dialect: Dialect| move |version: String| Edition { version, dialect };
        self.editions.extend(public.into_iter().map(edition(Dialect::Public)));
        self.editions.extend(sdk.into_iter().map(edition(Dialect::Sdk)));
    }

    /// All versions that it knows, the oldest first.
    pub fn versions(&self) -> Vec<String> {
        let versions: BTreeSet<&String> = self.editions.iter().map(|edition| &edition.version).collect();
        versions.into_iter().cloned().collect()
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

    /// Takes in a document: of a version that is new, or of one that is known and is described once more.
    pub fn fold(&mut self, edition: Edition, mut document: Facts) {
        self.follow_renames(&edition, &mut document);
        let mut old = std::mem::take(&mut self.facts);
        let (mut old_thin, mut thin) = (take_thin(&mut old.webhooks), take_thin(&mut document.webhooks));
        share_events(&edition, &self.editions, &mut old.webhooks, &mut document.webhooks);
        let scope: Vec<Edition> = self.editions.iter().filter(|known| **known != edition).cloned().collect();
        let place = Place { pointer: String::new(), usage: Usage::Response, scope };
        let mut merge = Merge { edition: &edition, old: &old, new: &document, alternatives: &mut self.alternatives };
        let schemas = merge_schemas(&mut merge, &place);
        let paths = merge_paths(&mut merge, &place);
        let mut webhooks = merge.members(&old.webhooks, &document.webhooks, &place, event_pointer);
        // Public documents name no thin events, so that there are none says nothing.
        let sdk: Vec<Edition> = place.scope.iter().filter(|known| known.dialect == Dialect::Sdk).cloned().collect();
        webhooks.extend(match (edition.dialect, thin.is_empty()) {
            (Dialect::Public, true) => std::mem::take(&mut old_thin),
            _ => merge.members(&old_thin, &std::mem::take(&mut thin), &Place { scope: sdk, ..place }, event_pointer),
        });
        let mut facts = Facts { schemas, paths, webhooks };
        let has_public = self.editions.iter().chain([&edition]).any(|known| known.dialect == Dialect::Public);
        facts.follow_references(&edition, has_public);
        facts.drop_unreachable(&old, edition.dialect);
        facts.sort();
        self.facts = facts;
        self.editions.insert(edition);
        let facts = &self.facts;
        self.alternatives.retain(|pointer, _| facts.has(pointer));
    }

    /// A schema that is replaced by another one with the same members has a new name.
    fn follow_renames(&mut self, edition: &Edition, document: &mut Facts) {
        let is_newest = self.editions.last().is_none_or(|newest| newest.version <= edition.version);
        // The names in a public document are those of places, and a name that the SDKs share is none of these.
        if is_newest && edition.dialect == Dialect::Public {
            return;
        }
        let (older, newer) = if is_newest { (&self.facts, &*document) } else { (&*document, &self.facts) };
        let mut renames = find_all_renames(older, newer);
        if !is_newest {
            // What was renamed since is known already.
            let known = self
                .facts
                .schemas
                .iter()
                .filter_map(|(name, schema)| Some((schema.get("x-formerly")?.as_str()?.to_owned(), name.clone())));
            let applies =
                |(from, to): &(String, String)| document.schemas.contains_key(from) && !document.schemas.contains_key(to);
            renames.extend(known.filter(applies));
        }
        for (from, to) in renames {
            let facts = if is_newest { &mut self.facts } else { &mut *document };
            let Some(mut schema) = facts.schemas.shift_remove(&from) else { continue };
            if let Value::Mapping(schema) = &mut schema {
                schema.insert("x-formerly".into(), from.as_str().into());
            }
            facts.redirect(&from, &to);
            facts.schemas.entry(to).or_insert(schema);
        }
    }
}

/// The schemas that have a new name in a newer document.
fn find_all_renames(older: &Facts, newer: &Facts) -> IndexMap<String, String> {
    let mut renames: IndexMap<String, String> = IndexMap::new();
    for (name, old) in &older.schemas {
        if let Some(new) = newer.schemas.get(name) {
            find_renames(old, new, older, newer, &mut renames);
        }
    }
    for (name, old) in &older.webhooks {
        if let Some(new) = newer.webhooks.get(name) {
            find_renames(old, new, older, newer, &mut renames);
        }
    }
    // What has a new name can have parts with new names.
    let mut known = 0;
    while known < renames.len() {
        let (from, to) = renames.get_index(known).map(|(from, to)| (from.clone(), to.clone())).unwrap_or_default();
        find_renames(&older.schemas[&from], &newer.schemas[&to], older, newer, &mut renames);
        known += 1;
    }
    renames
}

fn find_renames(old: &Value, new: &Value, older: &Facts, newer: &Facts, found: &mut IndexMap<String, String>) {
    if let (Some(from), Some(to)) = (reference(old), reference(new)) {
        let is_new = !older.schemas.contains_key(to) && newer.schemas.contains_key(to);
        let is_removed = older.schemas.contains_key(from) && !newer.schemas.contains_key(from);
        if is_new && is_removed && have_same_members(&older.schemas[from], &newer.schemas[to]) {
            found.entry(from.to_owned()).or_insert_with(|| to.to_owned());
        }
        return;
    }
    match (old, new) {
        (Value::Mapping(old), Value::Mapping(new)) => {
            for (key, old) in old {
                if let Some(new) = new.get(key) {
                    find_renames(old, new, older, newer, found);
                }
            }
        }
        (Value::Sequence(old), Value::Sequence(new)) => {
            for (old, new) in old.iter().zip(new) {
                find_renames(old, new, older, newer, found);
            }
        }
        _ => {}
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

fn merge_schemas(merge: &mut Merge<'_>, place: &Place) -> IndexMap<String, Value> {
    let (old, new) = (merge.old, merge.new);
    let mut schemas = merge.members(&old.schemas, &new.schemas, place, schema_pointer);
    let edition = merge.edition;
    let is_decided = |facts: &Facts, operation: &Value, is_later: &dyn Fn(&Presence) -> bool| {
        let text = |name: &str| operation.get(name).and_then(Value::as_str).unwrap_or_default();
        let (path, method) = (without_names(text("path")), text("operation"));
        let of_path = facts.paths.iter().filter(|(other, _)| without_names(other) == path);
        of_path.filter_map(|(_, item)| item.get(method)).any(|call| is_later(&Presence::of(call)))
    };
    let later: Vec<&Edition> =
        place.scope.iter().filter(|known| known.dialect == Dialect::Sdk && known.version > edition.version).collect();
    // The newest document that lists operations decides where one is listed. What it cannot call is still listed where it was.
    let is_newest = later.is_empty();
    for (name, schema) in &mut schemas {
        let listed = |of: &Facts| {
            let operations = of.schemas.get(name).and_then(|schema| schema.get("x-stripeOperations")?.as_sequence());
            operations.cloned().unwrap_or_default()
        };
        let (mut operations, others) = match edition.dialect {
            Dialect::Public => (listed(old), Vec::new()),
            Dialect::Sdk if is_newest => (listed(new), listed(old)),
            Dialect::Sdk => (listed(old), listed(new)),
        };
        for operation in others {
            let decided = match is_newest {
                true => is_decided(new, &operation, &|_| true),
                false => is_decided(old, &operation, &|call| later.iter().any(|known| call.includes(known))),
            };
            if !operations.contains(&operation) && !decided {
                operations.push(operation);
            }
        }
        if let Value::Mapping(members) = schema {
            members.remove("x-stripeOperations");
            if !operations.is_empty() {
                members.insert("x-stripeOperations".into(), operations.into());
            }
        }
        *schema = tidy(std::mem::take(schema));
    }
    schemas
}

/// Gives both sides what the SDKs say that an event carries. A public document only names event types, and what they carry is guessed.
fn share_events(
    edition: &Edition,
    known: &BTreeSet<Edition>,
    old: &mut IndexMap<String, Value>,
    document: &mut IndexMap<String, Value>,
) {
    for (name, newer) in document {
        let Some(older) = old.get_mut(name) else { continue };
        let presence = Presence::of(older);
        let is_by_sdk = known.iter().any(|known| known.dialect == Dialect::Sdk && presence.includes(known));
        match edition.dialect {
            Dialect::Public if is_by_sdk => *newer = Presence::default().mark(older.clone()),
            Dialect::Sdk if !is_by_sdk => *older = presence.mark(newer.clone()),
            _ => {}
        }
    }
}

fn is_thin(carried: &Value) -> bool {
    carried.get("x-stripeEvent").and_then(|event| event.get("kind")?.as_str()) == Some("thin")
}

fn take_thin(webhooks: &mut IndexMap<String, Value>) -> IndexMap<String, Value> {
    let (thin, rest) = std::mem::take(webhooks).into_iter().partition(|(_, carried)| is_thin(carried));
    *webhooks = rest;
    thin
}

fn merge_paths(merge: &mut Merge<'_>, place: &Place) -> IndexMap<String, IndexMap<String, Value>> {
    let (old, new) = (merge.old, merge.new);
    let mut paths: IndexMap<String, IndexMap<String, Value>> = IndexMap::new();
    // Two paths are one if they only call their parameters otherwise.
    let by_shape: IndexMap<String, &str> = new.paths.keys().map(|path| (without_names(path), path.as_str())).collect();
    let mut merged: IndexSet<(&str, &str)> = IndexSet::new();
    for (path, item) in &old.paths {
        for (method, operation) in item {
            let presence = Presence::of(operation);
            let other = by_shape.get(&without_names(path)).copied().unwrap_or(path);
            let newer = new.paths.get(other).and_then(|item| item.get(method));
            let is_preview = operation.get("x-preview").is_some();
            let scope = presence.within(&place.scope);
            let is_led_by_document = merge.is_led_by_document(&scope);
            let path = if newer.is_some() && is_led_by_document { other } else { path };
            let result = match newer {
                Some(newer) if is_preview => merge.observe(None, &place.scope, true).map(|presence| presence.mark(newer.clone())),
                Some(newer) => {
                    let value = merge.operation(operation, newer, &scope, &pointer(path, method));
                    merge.observe(Some(&presence), &place.scope, true).map(|presence| presence.mark(value))
                }
                None if is_preview => Some(operation.clone()),
                None => merge.observe(Some(&presence), &place.scope, false).map(|presence| presence.mark(operation.clone())),
            };
            if let Some(result) = result {
                paths.entry(path.to_owned()).or_default().insert(method.clone(), result);
            }
            if newer.is_some() {
                merged.insert((other, method));
            }
        }
    }
    for (path, item) in &new.paths {
        for (method, operation) in item {
            if !merged.contains(&(path.as_str(), method.as_str())) {
                let presence = merge.observe(None, &place.scope, true).unwrap_or_default();
                paths.entry(path.clone()).or_default().insert(method.clone(), presence.mark(operation.clone()));
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

    /// Gives every nested schema the lifetime of what refers to it. A resource has a lifetime of its own, but what is still referred to is
    /// not gone: the document only does not carry it.
    fn follow_references(&mut self, edition: &Edition, has_public: bool) {
        // No public document carries thin events, nor what is sent with them.
        let of_thin = Presence { only: has_public.then_some(Dialect::Sdk), ..Presence::default() };
        loop {
            let mut found: HashMap<String, Presence> = HashMap::new();
            let none = Presence::default();
            self.schemas.iter().for_each(|(name, value)| note_references(value, name, &none, &mut found));
            self.paths.values().flat_map(IndexMap::values).for_each(|value| note_references(value, "", &none, &mut found));
            for value in self.webhooks.values() {
                note_references(value, "", if is_thin(value) { &of_thin } else { &none }, &mut found);
            }
            let mut changed = false;
            for (name, schema) in &mut self.schemas {
                let Some(of_references) = found.remove(name) else { continue };
                let before = Presence::of(schema);
                let presence = match schema.get("x-resourceId") {
                    None => of_references,
                    Some(_) if before.until.as_ref() == Some(&edition.version) && of_references.until.is_none() => {
                        Presence { since: before.since.clone(), until: None, only: before.only.or(Some(edition.dialect.other())) }
                    }
                    Some(_) => continue,
                };
                if presence != before {
                    *schema = presence.mark(std::mem::take(schema));
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// Drops shapes that went and that nothing refers to any more, and those of a public document that the SDKs have under a shared name.
    fn drop_unreachable(&mut self, old: &Self, dialect: Dialect) {
        loop {
            let mut used = IndexSet::new();
            let operations = self.paths.values().flat_map(IndexMap::values);
            for (name, value) in self.schemas.iter().map(|(name, value)| (name.as_str(), value)) {
                references(value, name, &mut used);
            }
            operations.chain(self.webhooks.values()).for_each(|value| references(value, "", &mut used));
            let before = self.schemas.len();
            let is_surplus =
                |name: &String| dialect == Dialect::Public && !old.schemas.is_empty() && !old.schemas.contains_key(name);
            self.schemas.retain(|name, schema| {
                let is_dropped = is_gone(schema) || is_surplus(name);
                used.contains(name) || !is_dropped || schema.get("x-resourceId").is_some()
            });
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

/// Notes when the first reference to each schema begins and the last one ends, and whether only one dialect has any. `outer` is the presence
/// of what the value is part of.
fn note_references(value: &Value, own: &str, outer: &Presence, found: &mut HashMap<String, Presence>) {
    match value {
        Value::Sequence(items) => items.iter().for_each(|item| note_references(item, own, outer, found)),
        Value::Mapping(members) => {
            let Presence { since, until, only } = Presence::of(value);
            let presence = Presence {
                since: since.or_else(|| outer.since.clone()),
                until: until.or_else(|| outer.until.clone()),
                only: only.or(outer.only),
            };
            for (key, value) in members {
                match value.as_str().and_then(spec::referenced) {
                    Some(name) if key.as_str() == Some("$ref") && name != own => {
                        let known = found.entry(name).or_insert_with(|| presence.clone());
                        let both = |left: Option<String>, right: &Option<String>| left.zip(right.clone());
                        known.since = both(known.since.take(), &presence.since).map(|(first, since)| first.min(since));
                        known.until = both(known.until.take(), &presence.until).map(|(last, until)| last.max(until));
                        known.only = known.only.filter(|only| presence.only == Some(*only));
                    }
                    _ => note_references(value, own, &presence, found),
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
