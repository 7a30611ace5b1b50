//! Schemas in documents of other APIs.

use crate::diagnostic::Diagnostics;
use crate::document::{Key, Node, Value};
use crate::spec::{Members, referenced};

use super::NOTHING;

/// Keywords that restrict values without changing the type.
const RESTRICTIONS: [&str; 16] = [
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxProperties",
    "minProperties",
    "not",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "$dynamicRef",
    "$recursiveRef",
];

/// The maximum length of a chain of references.
const LONGEST_CHAIN: usize = 32;

pub struct Adapter<'a> {
    pub schemas: &'a Members,
    pub problems: &'a mut Diagnostics,
}

impl Adapter<'_> {
    fn note(&mut self, node: &Node, what: impl Into<String>) {
        self.problems.ignore("foreign", node.at, what, NOTHING);
    }

    /// Brings a schema and all in it into the form that the model reads.
    pub fn schema(&mut self, node: &mut Node) {
        if matches!(node.value, Value::Bool(_)) {
            *node = Node::object(node.at);
        }
        for name in RESTRICTIONS {
            if let Some(taken) = node.take(name) {
                self.note(&taken, format!("`{name}` is left out: the crate does not check values"));
            }
        }
        if node.get("required").is_some_and(|names| !matches!(names.value, Value::Array(_))) {
            self.note(node, "`required` of a schema that is no list is left out");
            node.remove("required");
        }
        for (key, member) in node.entries_mut() {
            match (key.name.as_str(), &mut member.value) {
                ("properties", Value::Object(fields)) => {
                    fields.iter_mut().for_each(|(_, field)| self.schema(field));
                }
                ("items", Value::Array(_)) => {
                    self.note(member, "items of several schemas are kept as raw JSON");
                    *member = Node::object(member.at);
                }
                ("items", _) | ("additionalProperties", Value::Object(_)) => self.schema(member),
                ("anyOf" | "oneOf", Value::Array(arms)) => {
                    arms.iter_mut().for_each(|arm| self.schema(arm));
                }
                _ => {}
            }
        }
        self.types(node);
        self.union(node);
        self.constant(node);
        self.values(node);
        self.required(node);
    }

    fn types(&mut self, node: &mut Node) {
        match node.get("type").map(|ty| (&ty.value, ty.as_str())) {
            Some((Value::Array(types), _)) => {
                let others = types.iter().filter(|ty| ty.as_str() != Some("null")).count();
                if others != 1 {
                    self.raw(node, "a value of several types is kept as raw JSON");
                }
            }
            Some((_, Some("file"))) => {
                node.set("type", Node::text(node.at, "string"));
                node.set("format", Node::text(node.at, "binary"));
            }
            Some((_, Some("null" | "any"))) => node.remove("type"),
            _ => {}
        }
        let is_array = is_type(node, "array");
        if is_array && node.get("items").is_none() {
            node.set("items", Node::object(node.at));
        }
        if node.get("type").is_none() && node.get("items").is_some() {
            node.set("type", Node::text(node.at, "array"));
        }
        if node.get("additionalProperties").is_some_and(|values| values.as_bool() != Some(false))
            && node.get("properties").is_some_and(|fields| !fields.entries().is_empty())
            && let Some(values) = node.take("additionalProperties")
        {
            self.note(&values, "`additionalProperties` beside `properties` is left out");
        }
    }

    /// Reduces a schema to its docs, so that its values are raw JSON.
    fn raw(&mut self, node: &mut Node, what: &str) {
        self.note(node, what);
        let kept = ["deprecated", "description", "nullable", "readOnly", "title", "writeOnly"];
        if let Value::Object(entries) = &mut node.value {
            entries.retain(|(key, _)| kept.contains(&key.name.as_str()));
        }
    }

    /// A union stays one if the JSON of a value shows which alternative it is.
    fn union(&mut self, node: &mut Node) {
        let Some(arms) = node.get("anyOf").or_else(|| node.get("oneOf")) else { return };
        let arms = arms.items();
        if node.get("properties").is_some() && arms.iter().all(is_restriction) {
            self.note(node, "alternatives that only restrict values are left out");
            node.remove("anyOf");
            node.remove("oneOf");
            return;
        }
        let both = node.get("anyOf").is_some() && node.get("oneOf").is_some();
        let mut kinds: Vec<Option<&'static str>> = arms
            .iter()
            .filter(|arm| arm.str("type") != Some("null"))
            .map(|arm| self.kind(arm))
            .collect();
        let count = kinds.len();
        kinds.sort_unstable();
        kinds.dedup();
        if both || node.get("properties").is_some() || count == 0 {
            self.raw(node, "a schema with alternatives beside fields is kept as raw JSON");
        } else if count > 1 && kinds == [Some("string")] {
            self.note(node, "alternatives that are all strings are one string");
            node.remove("anyOf");
            node.remove("oneOf");
            node.set("type", Node::text(node.at, "string"));
        } else if count > 1 && (kinds.len() < count || kinds.contains(&None)) {
            self.raw(node, "alternatives that JSON does not distinguish are kept as raw JSON");
        }
    }

    /// Returns the JSON type of the values of a schema, if there is only one.
    fn kind(&self, node: &Node) -> Option<&'static str> {
        let node = self.resolved(node);
        if node.get("anyOf").is_some() || node.get("oneOf").is_some() {
            return None;
        }
        match node.str("type") {
            Some("string") => Some("string"),
            Some("integer" | "number") => Some("number"),
            Some("boolean") => Some("boolean"),
            Some("array") => Some("array"),
            Some("object") => Some("object"),
            None if node.get("properties").is_some() => Some("object"),
            _ => None,
        }
    }

    /// Resolves the references of a schema.
    pub fn resolved<'n>(&'n self, mut node: &'n Node) -> &'n Node {
        for _ in 0..LONGEST_CHAIN {
            let name = node.str("$ref").and_then(referenced);
            let Some((_, next)) = name.and_then(|name| self.schemas.get(&name)) else { break };
            node = next;
        }
        node
    }

    /// A constant string is an `enum` of one value, and any other constant is checked by the server.
    fn constant(&mut self, node: &mut Node) {
        let Some(constant) = node.take("const") else { return };
        let is_text = is_type(node, "string") || node.get("type").is_none();
        if is_text && constant.as_str().is_some() && node.get("enum").is_none() {
            node.set("enum", Node { at: constant.at, value: Value::Array(vec![constant]) });
        } else {
            self.note(&constant, "`const` of a value that is no string is left out");
        }
    }

    fn values(&mut self, node: &mut Node) {
        let Some(values) = node.take("enum") else { return };
        let items = values.items();
        if items.iter().any(|value| matches!(value.value, Value::Null)) {
            node.set("nullable", Node { at: values.at, value: Value::Bool(true) });
        }
        let given: Vec<&Node> =
            items.iter().filter(|value| !matches!(value.value, Value::Null)).collect();
        let is_text = is_type(node, "string") || node.get("type").is_none();
        let are_texts = given.iter().all(|value| value.as_str().is_some());
        if given.is_empty() {
            self.note(&values, "an `enum` without values is left out");
            return;
        }
        if !is_text || (node.get("type").is_none() && !are_texts) {
            self.note(
                &values,
                "values of an `enum` that are no strings are not listed in the crate",
            );
            return;
        }
        let mut texts: Vec<Node> = Vec::new();
        for value in given {
            let text = match &value.value {
                Value::Str(text) => text.clone(),
                Value::Bool(value) => value.to_string(),
                Value::Int(value) => value.to_string(),
                Value::Float(value) => value.to_string(),
                _ => {
                    self.note(&values, "an `enum` of objects is left out");
                    return;
                }
            };
            if !texts.iter().any(|known| known.as_str() == Some(&text)) {
                texts.push(Node::text(value.at, &text));
            }
        }
        if texts.iter().all(|text| text.as_str() == Some("")) {
            self.note(&values, "an `enum` with the empty string alone is left out");
            return;
        }
        node.set("enum", Node { at: values.at, value: Value::Array(texts) });
    }

    /// A field can be required and have no schema: it can be anything.
    fn required(&mut self, node: &mut Node) {
        let required = node.get("required").map_or(&[][..], Node::items).to_vec();
        let is_object = is_type(node, "object") || node.get("properties").is_some();
        if required.is_empty() {
            return;
        }
        if !is_object
            || node.get("properties").is_none() && node.get("additionalProperties").is_some()
        {
            self.note(node, "`required` without `properties` is left out");
            node.remove("required");
            return;
        }
        if node.get("properties").is_none() {
            node.set("properties", Node::object(node.at));
        }
        let Some(fields) = node.get_mut("properties") else { return };
        let mut undefined = Vec::new();
        for name in &required {
            let text = name.as_str().unwrap_or_default();
            if fields.get(text).is_none()
                && let Value::Object(entries) = &mut fields.value
            {
                let key = Key { name: text.to_owned(), at: name.at };
                entries.push((key, Node::object(name.at)));
                undefined.push(name.clone());
            }
        }
        for name in undefined {
            self.note(&name, "a field that is required and has no schema is raw JSON");
        }
    }
}

fn is_type(node: &Node, name: &str) -> bool {
    let Some(ty) = node.get("type") else { return false };
    ty.as_str() == Some(name) || ty.items().iter().any(|item| item.as_str() == Some(name))
}

/// Returns whether a schema only lists required fields.
fn is_restriction(node: &Node) -> bool {
    node.entries()
        .iter()
        .all(|(key, _)| ["required", "description", "title", "type"].contains(&key.name.as_str()))
}
