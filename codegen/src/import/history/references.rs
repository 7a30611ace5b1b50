//! References between schemas: which are used, in which versions, and their targets.

use std::collections::HashMap;

use indexmap::{IndexMap, IndexSet};
use serde_yaml::Value;

use super::is_thin;
use crate::dialect::Dialect;
use crate::import::facts::Facts;
use crate::import::merge::is_removed;
use crate::import::timeline::{Edition, Presence};
use crate::spec;

impl Facts {
    /// Redirects all references from one schema to another.
    pub(super) fn redirect(&mut self, from: &str, to: &str) {
        let from = format!("#/components/schemas/{from}");
        let to = format!("#/components/schemas/{to}");
        let operations = self.paths.values_mut().flat_map(IndexMap::values_mut);
        for value in self.schemas.values_mut().chain(operations).chain(self.webhooks.values_mut()) {
            redirect(value, &from, &to);
        }
    }

    /// Sets the lifetime of each nested schema to that of its references. A resource has its own
    /// lifetime, but is not marked as removed while it is referenced: the document just omits it.
    pub(super) fn follow_references(&mut self, edition: &Edition, has_public: bool) {
        // Public documents contain neither thin events nor webhook payloads.
        let of_thin = Presence { only: has_public.then_some(Dialect::Sdk), ..Presence::default() };
        loop {
            let mut found: HashMap<String, Presence> = HashMap::new();
            let none = Presence::default();
            self.schemas
                .iter()
                .for_each(|(name, value)| note_references(value, name, &none, &mut found));
            self.paths
                .values()
                .flat_map(IndexMap::values)
                .for_each(|value| note_references(value, "", &none, &mut found));
            for value in self.webhooks.values() {
                note_references(
                    value,
                    "",
                    if is_thin(value) { &of_thin } else { &none },
                    &mut found,
                );
            }
            let mut changed = false;
            for (name, schema) in &mut self.schemas {
                let Some(of_references) = found.remove(name) else { continue };
                let before = Presence::of(schema);
                let presence = match schema.get("x-resourceId") {
                    None => of_references,
                    Some(_)
                        if before.until.as_ref() == Some(&edition.version)
                            && of_references.until.is_none() =>
                    {
                        Presence {
                            since: before.since.clone(),
                            until: None,
                            only: before.only.or(Some(edition.dialect.other())),
                        }
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

    /// Drops removed schemas without references, and schemas of a public document that the SDKs
    /// have under a shared name.
    pub(super) fn drop_unreachable(&mut self, old: &Self, dialect: Dialect) {
        loop {
            let mut used = IndexSet::new();
            let operations = self.paths.values().flat_map(IndexMap::values);
            for (name, value) in self.schemas.iter().map(|(name, value)| (name.as_str(), value)) {
                references(value, name, &mut used);
            }
            operations
                .chain(self.webhooks.values())
                .for_each(|value| references(value, "", &mut used));
            let before = self.schemas.len();
            let is_surplus = |name: &String| {
                dialect == Dialect::Public
                    && !old.schemas.is_empty()
                    && !old.schemas.contains_key(name)
            };
            self.schemas.retain(|name, schema| {
                let is_dropped = is_removed(schema) || is_surplus(name);
                used.contains(name) || !is_dropped || schema.get("x-resourceId").is_some()
            });
            if self.schemas.len() == before {
                return;
            }
        }
    }

    /// Returns whether a JSON pointer has a target.
    pub(super) fn has(&self, pointer: &str) -> bool {
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
                // The payload of an event is located below
                // `post/requestBody/content/application~1json/schema`.
                (0..5).for_each(|_| drop(step()));
                event
            }
        };
        let Some(mut node) = found else { return false };
        for step in steps {
            let next = match node {
                Value::Sequence(items) => {
                    step.parse::<usize>().ok().and_then(|index| items.get(index))
                }
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
                    Value::String(reference)
                        if key.as_str() == Some("$ref") && reference == from =>
                    {
                        to.clone_into(reference)
                    }
                    value => redirect(value, from, to),
                }
            }
        }
        _ => {}
    }
}

/// Records for each schema when its first reference appears and its last one disappears, and
/// whether only one dialect has references. `outer` is the presence of the parent.
fn note_references(
    value: &Value,
    own: &str,
    outer: &Presence,
    found: &mut HashMap<String, Presence>,
) {
    match value {
        Value::Sequence(items) => {
            items.iter().for_each(|item| note_references(item, own, outer, found))
        }
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
                        let both =
                            |left: Option<String>, right: &Option<String>| left.zip(right.clone());
                        known.since = both(known.since.take(), &presence.since)
                            .map(|(first, since)| first.min(since));
                        known.until = both(known.until.take(), &presence.until)
                            .map(|(last, until)| last.max(until));
                        known.only = known.only.filter(|only| presence.only == Some(*only));
                    }
                    _ => note_references(value, own, &presence, found),
                }
            }
        }
        _ => {}
    }
}

/// Collects the schemas that a value refers to, except itself.
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
