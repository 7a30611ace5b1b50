//! The spec of all API versions, and the merge of a document into it.

mod references;
mod renames;

use std::collections::BTreeSet;

use indexmap::{IndexMap, IndexSet};
use serde_yaml::{Mapping, Value};

use self::renames::find_all_renames;
use super::facts::{Facts, tidy};
use super::merge::{Context, Merge, Usage, is_removed};
use super::timeline::{Edition, Presence};
use crate::dialect::Dialect;
use crate::document::Node;
use crate::model::without_names;
use crate::spec;

/// The merged facts of all versions so far.
#[derive(Debug, Default)]
pub struct History {
    /// The imported documents, oldest first.
    pub editions: BTreeSet<Edition>,
    pub facts: Facts,
    /// Older schemas of a location, by JSON pointer, where no single type reads both versions.
    pub alternatives: IndexMap<String, Vec<Value>>,
}

impl History {
    /// Reads the result of a previous import.
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
            info.get(name)
                .map_or(&[][..], Node::items)
                .iter()
                .filter_map(Node::as_str)
                .map(str::to_owned)
                .collect()
        };
        let mut versions = listed("x-versions");
        if let (Some(version), true) = (info.str("version"), versions.is_empty()) {
            versions.push(version.to_owned());
        }
        let public = listed("x-publicDocuments");
        // Without a public document, all documents are from the SDKs.
        let sdk = if public.is_empty() { versions } else { listed("x-sdkDocuments") };
        let edition = |dialect: Dialect| move |version: String| Edition { version, dialect };
        self.editions.extend(public.into_iter().map(edition(Dialect::Public)));
        self.editions.extend(sdk.into_iter().map(edition(Dialect::Sdk)));
    }

    /// Returns all versions, oldest first.
    pub fn versions(&self) -> Vec<String> {
        let versions: BTreeSet<&String> =
            self.editions.iter().map(|edition| &edition.version).collect();
        versions.into_iter().cloned().collect()
    }

    /// Adds items that exist only in a preview. Released items are not changed.
    pub fn add_preview(&mut self, preview: Facts) {
        let is_free = |existing: Option<&Value>| {
            existing.is_none_or(|existing| existing.get("x-preview").is_some())
        };
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

    /// Merges a document of a new version, or another document of a known version.
    pub fn fold(&mut self, edition: Edition, mut document: Facts) {
        self.follow_renames(&edition, &mut document);
        let mut old = std::mem::take(&mut self.facts);
        let (old_thin, thin) = (take_thin(&mut old.webhooks), take_thin(&mut document.webhooks));
        share_events(&edition, &self.editions, &mut old.webhooks, &mut document.webhooks);
        let scope: Vec<Edition> =
            self.editions.iter().filter(|known| **known != edition).cloned().collect();
        let context = Context { pointer: String::new(), usage: Usage::Response, scope };
        let mut merge = Merge {
            edition: &edition,
            old: &old,
            new: &document,
            alternatives: &mut self.alternatives,
        };
        let schemas = merge_schemas(&mut merge, &context);
        let paths = merge_paths(&mut merge, &context);
        let mut webhooks =
            merge.members(&old.webhooks, &document.webhooks, &context, event_pointer);
        // Public documents never list thin events, so their absence means nothing.
        let sdk: Vec<Edition> =
            context.scope.iter().filter(|known| known.dialect == Dialect::Sdk).cloned().collect();
        webhooks.extend(match (edition.dialect, thin.is_empty()) {
            (Dialect::Public, true) => old_thin,
            _ => merge.members(&old_thin, &thin, &Context { scope: sdk, ..context }, event_pointer),
        });
        let mut facts = Facts { schemas, paths, webhooks };
        let has_public =
            self.editions.iter().chain([&edition]).any(|known| known.dialect == Dialect::Public);
        facts.follow_references(&edition, has_public);
        facts.drop_unreachable(&old, edition.dialect);
        facts.sort();
        self.facts = facts;
        self.editions.insert(edition);
        let facts = &self.facts;
        self.alternatives.retain(|pointer, _| facts.has(pointer));
    }

    /// Follows renames: a schema replaced by one with the same fields was renamed.
    fn follow_renames(&mut self, edition: &Edition, document: &mut Facts) {
        let is_newest = self.editions.last().is_none_or(|newest| newest.version <= edition.version);
        // Public documents name schemas by location, so their names never match those shared by the
        // SDKs.
        if is_newest && edition.dialect == Dialect::Public {
            return;
        }
        let (older, newer) =
            if is_newest { (&self.facts, &*document) } else { (&*document, &self.facts) };
        let mut renames = find_all_renames(older, newer);
        if !is_newest {
            // The schema was renamed before.
            let known = self.facts.schemas.iter().filter_map(|(name, schema)| {
                Some((schema.get("x-formerly")?.as_str()?.to_owned(), name.clone()))
            });
            let applies = |(from, to): &(String, String)| {
                document.schemas.contains_key(from) && !document.schemas.contains_key(to)
            };
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

fn merge_schemas(merge: &mut Merge<'_>, context: &Context) -> IndexMap<String, Value> {
    let (old, new) = (merge.old, merge.new);
    let mut schemas = merge.members(&old.schemas, &new.schemas, context, schema_pointer);
    let edition = merge.edition;
    let is_decided = |facts: &Facts, operation: &Value, is_later: &dyn Fn(&Presence) -> bool| {
        let text = |name: &str| operation.get(name).and_then(Value::as_str).unwrap_or_default();
        let (path, method) = (without_names(text("path")), text("operation"));
        let of_path = facts.paths.iter().filter(|(other, _)| without_names(other) == path);
        of_path.filter_map(|(_, item)| item.get(method)).any(|call| is_later(&Presence::of(call)))
    };
    let later: Vec<&Edition> = context
        .scope
        .iter()
        .filter(|known| known.dialect == Dialect::Sdk && known.version > edition.version)
        .collect();
    // The newest document that lists operations assigns each to a resource. Operations that it
    // cannot name keep their resource.
    let is_newest = later.is_empty();
    for (name, schema) in &mut schemas {
        let listed = |of: &Facts| {
            let operations = of
                .schemas
                .get(name)
                .and_then(|schema| schema.get("x-stripeOperations")?.as_sequence());
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
                false => is_decided(old, &operation, &|call| {
                    later.iter().any(|known| call.includes(known))
                }),
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

/// Copies event payloads from the SDK documents to both sides. Public documents only name event
/// types, so their payloads are guessed.
fn share_events(
    edition: &Edition,
    known: &BTreeSet<Edition>,
    old: &mut IndexMap<String, Value>,
    document: &mut IndexMap<String, Value>,
) {
    for (name, newer) in document {
        let Some(older) = old.get_mut(name) else { continue };
        let presence = Presence::of(older);
        let is_by_sdk =
            known.iter().any(|known| known.dialect == Dialect::Sdk && presence.includes(known));
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
    let (thin, rest) =
        std::mem::take(webhooks).into_iter().partition(|(_, carried)| is_thin(carried));
    *webhooks = rest;
    thin
}

fn merge_paths(
    merge: &mut Merge<'_>,
    context: &Context,
) -> IndexMap<String, IndexMap<String, Value>> {
    let (old, new) = (merge.old, merge.new);
    let mut paths: IndexMap<String, IndexMap<String, Value>> = IndexMap::new();
    // Two paths are equal if they differ only in parameter names.
    let by_shape: IndexMap<String, &str> =
        new.paths.keys().map(|path| (without_names(path), path.as_str())).collect();
    let mut merged: IndexSet<(&str, &str)> = IndexSet::new();
    for (path, item) in &old.paths {
        for (method, operation) in item {
            let presence = Presence::of(operation);
            let other = by_shape.get(&without_names(path)).copied().unwrap_or(path);
            let newer = new.paths.get(other).and_then(|item| item.get(method));
            let is_preview = operation.get("x-preview").is_some();
            let scope = presence.within(&context.scope);
            let is_led_by_document = merge.is_led_by_document(&scope);
            let path = if newer.is_some() && is_led_by_document { other } else { path };
            let result = match newer {
                Some(newer) if is_preview => merge
                    .observe(None, &context.scope, true)
                    .map(|presence| presence.mark(newer.clone())),
                Some(newer) => {
                    let value = merge.operation(operation, newer, &scope, &pointer(path, method));
                    merge
                        .observe(Some(&presence), &context.scope, true)
                        .map(|presence| presence.mark(value))
                }
                None if is_preview => Some(operation.clone()),
                None => merge
                    .observe(Some(&presence), &context.scope, false)
                    .map(|presence| presence.mark(operation.clone())),
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
                let presence = merge.observe(None, &context.scope, true).unwrap_or_default();
                paths
                    .entry(path.clone())
                    .or_default()
                    .insert(method.clone(), presence.mark(operation.clone()));
            }
        }
    }
    rename_removed_operations(&mut paths);
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

/// Renames a removed operation whose ID is now used by another one.
fn rename_removed_operations(paths: &mut IndexMap<String, IndexMap<String, Value>>) {
    let id = |operation: &Value| {
        operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let live: IndexSet<String> =
        paths.values().flat_map(IndexMap::values).filter(|op| !is_removed(op)).map(id).collect();
    for operation in
        paths.values_mut().flat_map(IndexMap::values_mut).filter(|operation| is_removed(operation))
    {
        let own = id(operation);
        let until = operation.get("x-until").and_then(Value::as_str).unwrap_or_default();
        let renamed =
            heck::ToUpperCamelCase::to_upper_camel_case(format!("{own}Until{until}").as_str());
        if let (true, Value::Mapping(operation)) = (live.contains(&own), operation) {
            operation.insert("operationId".into(), renamed.into());
        }
    }
}

/// Creates the override entry of a former schema.
pub fn alternative_entry(pointer: &str, shapes: &[Value]) -> Value {
    let mut entry = Mapping::new();
    entry.insert("at".into(), pointer.into());
    entry.insert("alternatives".into(), shapes.to_vec().into());
    let until = shapes
        .iter()
        .filter_map(|shape| shape.get("x-until")?.as_str())
        .next_back()
        .unwrap_or_default();
    entry.insert(
        "reason".into(),
        format!("It had another shape until {until}; what was written then is still read.").into(),
    );
    entry.into()
}
