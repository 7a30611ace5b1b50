//! Merges the schemas of `allOf` into one.

use super::{Spec, referenced, references, same};
use crate::diagnostic::Diagnostics;
use crate::document::{Key, Node, Value};
use crate::spec::Members;

/// Members of a schema that do not change which values match it.
const ANNOTATIONS: [&str; 11] = [
    "default",
    "deprecated",
    "description",
    "discriminator",
    "example",
    "examples",
    "externalDocs",
    "nullable",
    "readOnly",
    "title",
    "writeOnly",
];

/// Merges every `allOf` of a spec.
pub fn merge(spec: &mut Spec, problems: &mut Diagnostics) {
    let all = spec.schemas.values().chain(spec.paths.values());
    if !all.into_iter().any(|(_, node)| mentions(node)) {
        return;
    }
    let schemas = std::mem::take(&mut spec.schemas);
    let mut merger = Merger { schemas: &schemas, done: Members::new(), open: Vec::new(), problems };
    for name in schemas.keys() {
        merger.named(name);
    }
    for (_, item) in spec.paths.values_mut() {
        references::each_schema(item, &mut |schema| merger.schema(schema));
    }
    let mut done = merger.done;
    // The order of the document is kept.
    spec.schemas = schemas
        .into_iter()
        .map(|(name, (at, node))| {
            let node = done.swap_remove(&name).map_or(node, |(_, node)| node);
            (name, (at, node))
        })
        .collect();
}

fn mentions(node: &Node) -> bool {
    node.entries().iter().any(|(key, member)| key.name == "allOf" || mentions(member))
        || node.items().iter().any(mentions)
}

struct Merger<'a> {
    schemas: &'a Members,
    done: Members,
    /// The schemas that are being merged.
    open: Vec<String>,
    problems: &'a mut Diagnostics,
}

/// Why schemas cannot be merged.
enum Refusal {
    /// They have this in common and do not agree on it; both places are reported.
    Contradiction(String, Node, Node),
    /// The generator cannot represent the result.
    Unmergeable(&'static str),
}

impl Merger<'_> {
    /// The merged schema of this name. `None` while it is being merged.
    fn named(&mut self, name: &str) -> Option<Node> {
        if let Some((_, done)) = self.done.get(name) {
            return Some(done.clone());
        }
        let (at, node) = self.schemas.get(name)?;
        if self.open.iter().any(|open| open == name) {
            return None;
        }
        self.open.push(name.to_owned());
        let mut node = node.clone();
        self.schema(&mut node);
        self.open.pop();
        self.done.insert(name.to_owned(), (*at, node.clone()));
        Some(node)
    }

    fn schema(&mut self, node: &mut Node) {
        for (key, member) in node.entries_mut() {
            match key.name.as_str() {
                "properties" => {
                    member.entries_mut().iter_mut().for_each(|(_, field)| self.schema(field));
                }
                "items" | "additionalProperties" => self.schema(member),
                "allOf" | "anyOf" | "oneOf" => {
                    if let Value::Array(items) = &mut member.value {
                        items.iter_mut().for_each(|item| self.schema(item));
                    }
                }
                _ => {}
            }
        }
        if let Some(parts) = node.take("allOf") {
            self.merge(node, &parts);
        }
    }

    /// Merges a schema with the parts of its `allOf`.
    fn merge(&mut self, node: &mut Node, parts: &Node) {
        let mut annotations = Node::object(node.at);
        let mut shapes = Vec::new();
        for part in [&*node].into_iter().chain(parts.items()) {
            let mut shape = Node::object(part.at);
            for (key, member) in part.entries() {
                if is_annotation(&key.name) {
                    // Keywords beside `allOf` have precedence.
                    if annotations.get(&key.name).is_none() {
                        annotations.set(&key.name, member.clone());
                    }
                } else if let Value::Object(entries) = &mut shape.value {
                    entries.push((key.clone(), member.clone()));
                }
            }
            if !shape.entries().is_empty() {
                shapes.push(shape);
            }
        }
        if shapes.iter().any(|shape| shape.get("$ref").is_some()) {
            let says_object = |shape: &Node| matches!(shape.entries(), [(key, ty)] if key.name == "type" && ty.as_str() == Some("object"));
            shapes.retain(|shape| !says_object(shape));
        }
        let merged = match self.all(shapes) {
            Ok(merged) => merged,
            Err(Refusal::Contradiction(what, left, right)) => {
                self.problems.report(
                    "all-of",
                    right.at,
                    format!(
                        "the parts of `allOf` do not agree on {what}; the other one is at {}:{}",
                        left.at.line, left.at.column
                    ),
                    "make them the same, or take one out: no value matches both",
                );
                Node::object(node.at)
            }
            Err(Refusal::Unmergeable(why)) => {
                self.problems.ignore(
                    "all-of",
                    parts.at,
                    format!("an `allOf` is kept as raw JSON, since {why}"),
                    "no action is needed; write the fields out for a type of their own",
                );
                Node::object(node.at)
            }
        };
        let Value::Object(mut members) = merged.value else { return };
        let Value::Object(more) = annotations.value else { return };
        members.retain(|(key, _)| !more.iter().any(|(other, _)| other.name == key.name));
        members.extend(more);
        node.value = Value::Object(members);
    }

    fn all(&mut self, shapes: Vec<Node>) -> Result<Node, Refusal> {
        let mut shapes = shapes.into_iter();
        let Some(mut merged) = shapes.next() else { return Ok(Node::object(Default::default())) };
        for shape in shapes {
            merged = self.both(&merged, &shape)?;
        }
        Ok(merged)
    }

    /// Resolves the references of a schema.
    fn resolved(&mut self, node: &Node) -> Result<Node, Refusal> {
        let mut node = node.clone();
        for _ in 0..=self.schemas.len() {
            let Some(name) = node.str("$ref").and_then(referenced) else { return Ok(node) };
            if self.schemas.get(&name).is_none() {
                // The reference is reported where references are followed.
                return Err(Refusal::Unmergeable("a reference in it leads to no schema"));
            }
            match self.named(&name) {
                Some(mut found) => {
                    // Docs of a sub-schema are not docs of the merged schema.
                    if let Value::Object(entries) = &mut found.value {
                        entries
                            .retain(|(key, _)| key.name == "nullable" || !is_annotation(&key.name));
                    }
                    node = found;
                }
                None => return Err(Refusal::Unmergeable("the schema is a part of itself")),
            }
        }
        Err(Refusal::Unmergeable("the schema is a part of itself"))
    }

    /// One schema for the values that match both.
    fn both(&mut self, left: &Node, right: &Node) -> Result<Node, Refusal> {
        if let (Some(one), Some(other)) = (left.str("$ref"), right.str("$ref"))
            && one == other
        {
            return Ok(left.clone());
        }
        let is_shaped =
            |node: &Node| node.entries().iter().any(|(key, _)| !is_annotation(&key.name));
        if !is_shaped(right) {
            return Ok(left.clone());
        }
        if !is_shaped(left) {
            return Ok(right.clone());
        }
        let (left, right) = (self.resolved(left)?, self.resolved(right)?);
        if ["anyOf", "oneOf"].iter().any(|name| left.get(name).or(right.get(name)).is_some()) {
            return Err(Refusal::Unmergeable("one of its parts is a choice"));
        }
        let mut merged = left.clone();
        for (key, member) in right.entries() {
            let value = match merged.get(&key.name) {
                None => member.clone(),
                Some(known) => self.member(&key.name, &known.clone(), member)?,
            };
            merged.set(&key.name, value);
        }
        Ok(merged)
    }

    fn member(&mut self, name: &str, left: &Node, right: &Node) -> Result<Node, Refusal> {
        if same(left, right) {
            return Ok(left.clone());
        }
        let contradiction =
            || Refusal::Contradiction(format!("`{name}`"), left.clone(), right.clone());
        match name {
            "properties" => {
                let mut fields = left.clone();
                for (key, field) in right.entries() {
                    let merged = match fields.get(&key.name) {
                        None => field.clone(),
                        Some(known) => {
                            self.both(&known.clone(), field).map_err(|refusal| match refusal {
                                Refusal::Contradiction(what, left, right) => {
                                    let what = format!("{what} of `{}`", key.name);
                                    Refusal::Contradiction(what, left, right)
                                }
                                other => other,
                            })?
                        }
                    };
                    set_with_key(&mut fields, key, merged);
                }
                Ok(fields)
            }
            "required" => {
                let mut names = left.items().to_vec();
                let more = right.items().iter().filter(|name| {
                    !left.items().iter().any(|known| known.as_str() == name.as_str())
                });
                names.extend(more.cloned());
                Ok(Node { at: left.at, value: Value::Array(names) })
            }
            "items" => self.both(left, right),
            "additionalProperties" => match (left.as_bool(), right.as_bool()) {
                (Some(_), _) => Ok(right.clone()),
                (_, Some(_)) => Ok(left.clone()),
                _ => self.both(left, right),
            },
            "enum" => {
                let common: Vec<Node> = left
                    .items()
                    .iter()
                    .filter(|value| right.items().iter().any(|other| same(value, other)))
                    .cloned()
                    .collect();
                if common.is_empty() {
                    return Err(contradiction());
                }
                Ok(Node { at: left.at, value: Value::Array(common) })
            }
            "type" => match (left.as_str(), right.as_str()) {
                (Some("integer"), Some("number")) => Ok(left.clone()),
                (Some("number"), Some("integer")) => Ok(right.clone()),
                _ => Err(contradiction()),
            },
            "const" => Err(contradiction()),
            // Both limits apply, and limits do not affect the type.
            _ => Ok(left.clone()),
        }
    }
}

fn is_annotation(name: &str) -> bool {
    ANNOTATIONS.contains(&name) || name.starts_with("x-") || name == "xml"
}

fn set_with_key(object: &mut Node, key: &Key, node: Node) {
    if let Some(member) = object.get_mut(&key.name) {
        *member = node;
    } else if let Value::Object(entries) = &mut object.value {
        entries.push((key.clone(), node));
    }
}
