//! What two versions of the same place have in common: one type that reads what both of them write.

use indexmap::IndexMap;
use serde_yaml::{Mapping, Value};

use super::facts::{Facts, tidy};
use super::reads::Reader;
use super::shape::{
    Shape, arms_of, is_constant, mapping_in, members_of, names_in, peel, sequence, target, targets, unpeel, values_of,
    without_marks,
};
use crate::spec::escape;

/// What something is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// What the API writes: whatever one version leaves out can be missing.
    Answer,
    /// What the API reads: the newest version says what it needs.
    Request,
}

/// The merge of a newer document into the description.
pub struct Merge<'a> {
    /// The version of the newer one.
    pub version: &'a str,
    /// What to mark additions with; nothing in the first document of all.
    pub since: Option<&'a str>,
    pub old: &'a Facts,
    pub new: &'a Facts,
    /// Where no type reads both, the older one is noted here.
    pub alternatives: &'a mut IndexMap<String, Vec<Value>>,
}

impl Merge<'_> {
    /// Things by their names: schemas, members of an object, events.
    pub fn members(
        &mut self,
        old: &IndexMap<String, Value>,
        new: &IndexMap<String, Value>,
        at: impl Fn(&str) -> String,
        usage: Usage,
    ) -> IndexMap<String, Value> {
        let mut merged = IndexMap::new();
        for (name, older) in old {
            let is_preview = older.get("x-preview").is_some();
            let result = match new.get(name) {
                Some(newer) if is_preview => Some(mark_since(newer.clone(), self.since)),
                Some(newer) if is_constant(name, older) && is_constant(name, newer) => Some(newer.clone()),
                Some(newer) => Some(self.schema(older, newer, &at(name), usage)),
                None if is_preview => Some(older.clone()),
                None => mark_gone(older.clone(), self.version),
            };
            merged.extend(result.map(|result| (name.clone(), result)));
        }
        for (name, newer) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            merged.insert(name.clone(), mark_since(newer.clone(), self.since));
        }
        merged.sort_unstable_keys();
        merged
    }

    /// Two versions of one schema.
    pub fn schema(&mut self, old: &Value, new: &Value, at: &str, usage: Usage) -> Value {
        let (older, older_null) = peel(old);
        let (newer, newer_null) = peel(new);
        let merged = self.core(&older, &newer, at, usage);
        let mut merged = unpeel(merged, older_null || newer_null);
        if let Value::Mapping(members) = &mut merged {
            members.remove("x-until");
            for name in ["x-since", "x-formerly"] {
                members.remove(name);
                if let Some(value) = old.get(name) {
                    members.insert(name.into(), value.clone());
                }
            }
        }
        tidy(merged)
    }

    fn core(&mut self, old: &Value, new: &Value, at: &str, usage: Usage) -> Value {
        if without_marks(old) == without_marks(new) && old.get("enum").is_none() && old.get("properties").is_none() {
            return new.clone();
        }
        match (Shape::of(old), Shape::of(new)) {
            (Shape::Object, Shape::Object) => self.object(old, new, at, usage),
            (Shape::Enum, Shape::Enum) => self.enumeration(old, new),
            (Shape::Array, Shape::Array) => self.inner("items", old, new, at, usage),
            (Shape::Map, Shape::Map) => self.inner("additionalProperties", old, new, at, usage),
            (Shape::Expandable, Shape::Expandable) => expandable(old, new),
            (Shape::Union, _) | (_, Shape::Union) => self.union(old, new, at, usage),
            _ if self.reads(new, old) => new.clone(),
            _ if self.reads(old, new) => without_marks(old),
            _ => {
                self.keep(at, old);
                new.clone()
            }
        }
    }

    /// Notes a shape that the merged type does not read.
    fn keep(&mut self, at: &str, old: &Value) {
        let mut shape = without_marks(old);
        let known = self.alternatives.get(at).is_some_and(|shapes| shapes.iter().any(|known| without_marks(known) == shape));
        // A parameter has no place of its own in the list of parameters.
        if known || at.is_empty() {
            return;
        }
        if let Value::Mapping(members) = &mut shape {
            members.insert("x-until".into(), self.version.into());
        }
        self.alternatives.entry(at.to_owned()).or_default().push(shape);
    }

    fn inner(&mut self, name: &str, old: &Value, new: &Value, at: &str, usage: Usage) -> Value {
        let mut merged = new.clone();
        if let (Some(old), Some(new), Value::Mapping(members)) = (old.get(name), new.get(name), &mut merged) {
            members.insert(name.into(), self.schema(old, new, &inside(at, name), usage));
        }
        merged
    }

    fn object(&mut self, old: &Value, new: &Value, at: &str, usage: Usage) -> Value {
        let mut merged = new.clone();
        let (older, newer) = (members_of(old), members_of(new));
        let properties = self.members(&older, &newer, |name| inside(&inside(at, "properties"), name), usage);
        let was_required = names_in(old, "required");
        let mut required = names_in(new, "required");
        if usage == Usage::Answer {
            required.retain(|name| was_required.contains(name));
        }
        if let Value::Mapping(members) = &mut merged {
            members.insert("properties".into(), to_mapping(properties).into());
            members.remove("required");
            if !required.is_empty() {
                members.insert("required".into(), required.into_iter().map(Value::from).collect::<Vec<_>>().into());
            }
        }
        merged
    }

    fn enumeration(&mut self, old: &Value, new: &Value) -> Value {
        let mut merged = new.clone();
        let (older, mut values) = (values_of(old), values_of(new));
        let mut since = mapping_in(old, "x-enumSince");
        let mut until = mapping_in(old, "x-enumUntil");
        for value in values.iter().filter(|value| value.as_str().is_some_and(|text| !text.is_empty())) {
            until.remove(value);
            if let (Some(version), false) = (self.since, older.contains(value)) {
                since.insert(value.clone(), version.into());
            }
        }
        for value in older.into_iter().filter(|value| !values_of(new).contains(value)) {
            if since.get(&value).and_then(Value::as_str) == Some(self.version) {
                since.remove(&value);
                continue;
            }
            if value.as_str().is_some_and(|text| !text.is_empty()) && !until.contains_key(&value) {
                until.insert(value.clone(), self.version.into());
            }
            values.push(value);
        }
        if let Value::Mapping(members) = &mut merged {
            members.insert("enum".into(), values.into());
            for (name, marks) in [("x-enumSince", since), ("x-enumUntil", until)] {
                members.remove(name);
                if !marks.is_empty() {
                    members.insert(name.into(), marks.into());
                }
            }
        }
        merged
    }

    /// One of several shapes, on one side at least.
    fn union(&mut self, old: &Value, new: &Value, at: &str, usage: Usage) -> Value {
        let mut older = arms_of(old);
        let mut merged = Vec::new();
        for arm in arms_of(new) {
            let twin = older.iter().position(|older| are_twins(older, &arm));
            merged.push(match twin.map(|index| older.remove(index)) {
                Some(twin) => self.schema(&twin, &arm, "", usage),
                None => arm,
            });
        }
        for arm in older {
            if !merged.iter().any(|newer| self.reads(newer, &arm)) {
                self.keep(at, &arm);
            }
        }
        match (Shape::of(new), new) {
            (Shape::Union, Value::Mapping(members)) => {
                let mut members = members.clone();
                members.insert("anyOf".into(), merged.into());
                members.into()
            }
            _ => merged.pop().unwrap_or_default(),
        }
    }

    /// Two versions of one operation. What it answers with is what the newest version says.
    pub fn operation(&mut self, old: &Value, new: &Value, at: &str) -> Value {
        let Value::Mapping(mut merged) = new.clone() else { return new.clone() };
        if let Some(since) = old.get("x-since") {
            merged.insert("x-since".into(), since.clone());
        }
        let parameters = self.parameters(&sequence(old, "parameters"), &sequence(new, "parameters"));
        if !parameters.is_empty() {
            merged.insert("parameters".into(), parameters.into());
        }
        let (older, newer) = (content(old), content(new));
        if let Some((media, _)) = newer.or(older) {
            let empty = Value::Mapping(Mapping::from_iter([("type".into(), "object".into())]));
            let schema_at = format!("{at}/requestBody/content/{}/schema", escape(media));
            let (older, newer) = (older.map_or(&empty, |(_, schema)| schema), newer.map_or(&empty, |(_, schema)| schema));
            let schema = tidy(self.object(older, newer, &schema_at, Usage::Request));
            let json = Mapping::from_iter([("schema".into(), schema)]);
            let content = Mapping::from_iter([(media.into(), json.into())]);
            let body = Mapping::from_iter([("content".into(), content.into())]);
            merged.insert("requestBody".into(), body.into());
        }
        tidy(merged.into())
    }

    fn parameters(&mut self, old: &[Value], new: &[Value]) -> Vec<Value> {
        let key = |parameter: &Value| {
            let text = |name: &str| parameter.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            (text("in"), text("name"))
        };
        let mut merged: Vec<Value> = Vec::new();
        for parameter in new {
            let Some(older) = old.iter().find(|older| key(older) == key(parameter)) else {
                // A path has the parameters that it has, whatever they were called before.
                let since = self.since.filter(|_| key(parameter).0 != "path");
                merged.push(mark_since(parameter.clone(), since));
                continue;
            };
            let mut parameter = parameter.clone();
            if let (Value::Mapping(members), Some(older)) = (&mut parameter, older.get("schema"))
                && let Some(newer) = members.get("schema").cloned()
            {
                members.insert("schema".into(), self.schema(older, &newer, "", Usage::Request));
            }
            if let (Value::Mapping(members), Some(since)) = (&mut parameter, older.get("x-since")) {
                members.insert("x-since".into(), since.clone());
            }
            merged.push(tidy(parameter));
        }
        let gone = old.iter().filter(|older| !new.iter().any(|newer| key(newer) == key(older)) && key(older).0 != "path");
        for parameter in gone {
            let mut parameter = parameter.clone();
            if let Value::Mapping(members) = &mut parameter {
                members.remove("required");
            }
            merged.extend(mark_gone(parameter, self.version));
        }
        merged
    }

    /// Whether the newer type reads whatever the older one stands for.
    fn reads(&self, new: &Value, old: &Value) -> bool {
        Reader::new(self.old, self.new).reads(new, old)
    }
}

/// Says from which version on something is there.
pub fn mark_since(mut value: Value, since: Option<&str>) -> Value {
    if let (Value::Mapping(members), Some(since)) = (&mut value, since) {
        members.insert("x-since".into(), since.into());
        return tidy(value);
    }
    value
}

/// Says which version took something away; nothing is left of what the same version brought.
pub fn mark_gone(mut value: Value, version: &str) -> Option<Value> {
    if is_gone(&value) {
        return Some(value);
    }
    if value.get("x-since").and_then(Value::as_str) == Some(version) {
        return None;
    }
    if let Value::Mapping(members) = &mut value {
        members.insert("x-until".into(), version.into());
    }
    Some(tidy(value))
}

/// Whether some version took it away.
pub fn is_gone(value: &Value) -> bool {
    value.get("x-until").is_some()
}

fn expandable(old: &Value, new: &Value) -> Value {
    let Value::Mapping(mut merged) = new.clone() else { return new.clone() };
    let known = targets(new);
    let more: Vec<Value> = arms_of(old).into_iter().filter(|arm| target(arm).is_some_and(|name| !known.contains(name))).collect();
    if let Some(Value::Sequence(arms)) = merged.get_mut("anyOf") {
        arms.extend(more.iter().cloned());
    }
    if let Some(Value::Sequence(listed)) = merged.get_mut("x-expansionResources").and_then(|listed| listed.get_mut("oneOf")) {
        listed.extend(more);
    }
    merged.into()
}

/// Whether two arms are two versions of the same one.
fn are_twins(old: &Value, new: &Value) -> bool {
    let clears = |arm: &Value| values_of(arm) == [Value::from("")];
    match (Shape::of(old), Shape::of(new)) {
        (Shape::Reference, Shape::Reference) => target(old) == target(new),
        (Shape::Enum, Shape::Enum) => clears(old) == clears(new),
        (Shape::Text, Shape::Text) | (Shape::Scalar, Shape::Scalar) => {
            old.get("type") == new.get("type") && old.get("format") == new.get("format")
        }
        (old, new) => old == new,
    }
}

fn to_mapping(members: IndexMap<String, Value>) -> Mapping {
    members.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

/// The media type and the schema of what an operation takes.
fn content(operation: &Value) -> Option<(&str, &Value)> {
    let content = operation.get("requestBody")?.get("content")?.as_mapping()?;
    let (media, content) = content.iter().next()?;
    Some((media.as_str()?, content.get("schema")?))
}

/// The pointer of something inside; arms of unions and parameters have none.
fn inside(at: &str, name: &str) -> String {
    if at.is_empty() { String::new() } else { format!("{at}/{}", escape(name)) }
}
