//! Schemas that requests refer to, written out where they are used: requests have types of their own.

use super::{NOTHING, schemas};
use crate::diagnostic::Diagnostics;
use crate::document::{Node, Value};
use crate::spec::{Members, referenced};

/// The maximum number of schemas inlined in one request. Further ones become raw JSON.
const MOST: usize = 200;

/// So deep are schemas written out in each other. All below is raw JSON.
const DEEPEST: usize = 6;

/// Keywords that make the type of a value.
const SHAPE: [&str; 9] = [
    "additionalProperties",
    "anyOf",
    "enum",
    "format",
    "items",
    "oneOf",
    "properties",
    "required",
    "type",
];

pub struct Inliner<'a> {
    pub schemas: &'a Members,
    pub problems: &'a mut Diagnostics,
    /// Whether the schemas are brought into Stripe's form as well.
    adapts: bool,
    /// The names of the schemas that are being written out.
    open: Vec<String>,
    count: usize,
}

impl<'a> Inliner<'a> {
    pub fn new(schemas: &'a Members, problems: &'a mut Diagnostics, adapts: bool) -> Self {
        Self { schemas, problems, adapts, open: Vec::new(), count: 0 }
    }

    /// Replaces all references in a schema by their targets.
    pub fn schema(&mut self, node: &mut Node) {
        let name = node.str("$ref").and_then(referenced);
        // A reference that leads nowhere is reported where types are made.
        if let Some(name) = name.filter(|name| self.schemas.contains_key(name)) {
            self.reference(node, name);
            return;
        }
        for (key, member) in node.entries_mut() {
            match (key.name.as_str(), &mut member.value) {
                ("properties", Value::Object(fields)) => {
                    fields.iter_mut().for_each(|(_, field)| self.schema(field));
                }
                ("items" | "additionalProperties", _) => self.schema(member),
                ("anyOf" | "oneOf", Value::Array(arms)) => {
                    arms.iter_mut().for_each(|arm| self.schema(arm));
                }
                _ => {}
            }
        }
    }

    fn reference(&mut self, node: &mut Node, name: String) {
        self.count += 1;
        if self.open.contains(&name) || self.open.len() >= DEEPEST || self.count > MOST {
            let what = "recursive and deeply nested schemas are raw JSON in requests";
            self.problems.ignore("foreign", node.at, what, NOTHING);
            *node = Node::object(node.at);
            return;
        }
        let mut found = self.schemas[&name].1.clone();
        if self.adapts {
            schemas::Adapter { schemas: self.schemas, problems: self.problems }.schema(&mut found);
        }
        self.open.push(name);
        self.schema(&mut found);
        self.open.pop();
        // Annotations beside a reference take precedence over those of the target. The type is that
        // of the target, as in responses.
        for (key, member) in node.entries() {
            if SHAPE.contains(&key.name.as_str()) {
                let what = format!("`{}` beside a reference in a request is left out", key.name);
                self.problems.ignore("foreign", member.at, what, NOTHING);
            } else if key.name != "$ref" {
                found.set(&key.name, member.clone());
            }
        }
        *node = found;
    }
}
