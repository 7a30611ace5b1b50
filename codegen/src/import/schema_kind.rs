//! The kind of a schema, as needed to merge two versions.

use indexmap::{IndexMap, IndexSet};
use serde_yaml::{Mapping, Value};

/// The kinds of schemas with separate merge rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    Anything,
    Reference,
    Expandable,
    Union,
    Object,
    Map,
    Array,
    Enum,
    Text,
    Scalar,
}

impl SchemaKind {
    pub fn of(schema: &Value) -> Self {
        let has = |name: &str| schema.get(name).is_some();
        match schema.get("type").and_then(Value::as_str) {
            _ if has("$ref") => Self::Reference,
            _ if has("x-expansionResources") => Self::Expandable,
            _ if has("anyOf") => Self::Union,
            _ if has("properties") => Self::Object,
            Some("object") if has("additionalProperties") => Self::Map,
            Some("object") => Self::Object,
            Some("array") => Self::Array,
            _ if has("enum") => Self::Enum,
            Some("string") => Self::Text,
            Some(_) => Self::Scalar,
            None => Self::Anything,
        }
    }
}

/// Separates a schema from whether it can be `null`.
pub fn split_nullable(schema: &Value) -> (Value, bool) {
    let Value::Mapping(members) = schema else { return (schema.clone(), false) };
    let mut members = members.clone();
    let mut nullable = false;
    if let Some(Value::Sequence(types)) = members.get("type").cloned() {
        nullable = types.contains(&"null".into());
        if let Some(ty) = types.into_iter().find(|ty| ty.as_str() != Some("null")) {
            members.insert("type".into(), ty);
        }
    }
    if let Some(Value::Sequence(values)) = members.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let is_expandable = members.contains_key("x-expansionResources");
    if let Some(Value::Sequence(arms)) = members.get_mut("anyOf") {
        let is_null = |arm: &Value| arm.get("type").and_then(Value::as_str) == Some("null");
        nullable |= arms.iter().any(is_null);
        arms.retain(|arm| !is_null(arm));
        if let ([Value::Mapping(only)], false) = (&arms[..], is_expandable) {
            let mut only = only.clone();
            for (name, value) in
                members.into_iter().filter(|(name, _)| name.as_str() != Some("anyOf"))
            {
                only.insert(name, value);
            }
            members = only;
        }
    }
    (members.into(), nullable)
}

/// Makes a schema nullable again: the inverse of [`split_nullable`].
pub fn join_nullable(schema: Value, nullable: bool) -> Value {
    let (Value::Mapping(mut members), true) = (schema.clone(), nullable) else { return schema };
    let null = || Value::Mapping(Mapping::from_iter([("type".into(), "null".into())]));
    if let Some(reference) = members.remove("$ref") {
        let only = Mapping::from_iter([("$ref".into(), reference)]);
        members.insert("anyOf".into(), vec![only.into(), null()].into());
    } else if let Some(Value::Sequence(arms)) = members.get_mut("anyOf") {
        arms.push(null());
    } else if let Some(ty) = members.get("type").cloned() {
        members.insert("type".into(), vec![ty, "null".into()].into());
        if let Some(Value::Sequence(values)) = members.get_mut("enum") {
            values.push(Value::Null);
        }
    }
    members.into()
}

/// Keywords about the presence of an item, not about its type.
pub const MARKS: [&str; 10] = [
    "x-listedBy",
    "x-requiredBySdk",
    "x-since",
    "x-until",
    "x-onlyIn",
    "x-formerly",
    "x-enumSince",
    "x-enumUntil",
    "x-enumOnlyIn",
    "x-decidedBy",
];

pub fn without_marks(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Value::Mapping(members) = &mut schema {
        members.retain(|name, _| !name.as_str().is_some_and(|name| MARKS.contains(&name)));
    }
    schema
}

/// Returns whether a field is a constant that identifies its object.
pub fn is_constant(name: &str, schema: &Value) -> bool {
    ["object", "deleted"].contains(&name) && values_of(schema).len() == 1
}

pub fn is_plain_text(schema: &Value) -> bool {
    let format = schema.get("format").and_then(Value::as_str);
    !format.is_some_and(|format| ["binary", "date-time", "decimal", "int64"].contains(&format))
}

pub fn reference_target(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// Returns the schemas that a reference can expand to.
pub fn expansion_targets(schema: &Value) -> IndexSet<String> {
    let listed = schema
        .get("x-expansionResources")
        .map_or_else(Vec::new, |listed| sequence(listed, "oneOf"));
    listed.iter().filter_map(reference_target).map(str::to_owned).collect()
}

pub fn arms_of(schema: &Value) -> Vec<Value> {
    match schema.get("anyOf").and_then(Value::as_sequence) {
        Some(arms) => arms.clone(),
        None => vec![schema.clone()],
    }
}

pub fn values_of(schema: &Value) -> Vec<Value> {
    sequence(schema, "enum").into_iter().filter(|value| !value.is_null()).collect()
}

pub fn properties_of(schema: &Value) -> IndexMap<String, Value> {
    let members = mapping_in(schema, "properties");
    members
        .into_iter()
        .filter_map(|(name, value)| Some((name.as_str()?.to_owned(), value)))
        .collect()
}

pub fn names_in(schema: &Value, list: &str) -> Vec<String> {
    sequence(schema, list).iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

pub fn sequence(value: &Value, name: &str) -> Vec<Value> {
    value.get(name).and_then(Value::as_sequence).cloned().unwrap_or_default()
}

pub fn mapping_in(value: &Value, name: &str) -> Mapping {
    value.get(name).and_then(Value::as_mapping).cloned().unwrap_or_default()
}
