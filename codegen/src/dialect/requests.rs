//! Brings requests into the form of the SDK documents: without bodies that are never sent, and with
//! titles for objects.

use crate::document::{Node, Value};
use crate::plan::singular;

/// Methods that send their parameters in the query.
const WITHOUT_BODY: [&str; 2] = ["get", "delete"];

/// The title by which the bounds of a range are recognized.
pub const RANGE: &str = "range_query_specs";

/// Brings all requests of a document into canonical form.
pub fn normalize(document: &mut Node) {
    let Some(paths) = document.get_mut("paths") else { return };
    for (_, item) in paths.entries_mut() {
        for (method, operation) in item.entries_mut() {
            if WITHOUT_BODY.contains(&method.name.as_str()) {
                move_body_into_query(operation);
            }
            if let Some(Value::Array(parameters)) =
                operation.get_mut("parameters").map(|node| &mut node.value)
            {
                for parameter in parameters {
                    let name = parameter.str("name").unwrap_or_default().to_owned();
                    if let Some(schema) = parameter.get_mut("schema") {
                        set_titles(schema, &name, false);
                    }
                }
            }
            if let Some(content) =
                operation.get_mut("requestBody").and_then(|body| body.get_mut("content"))
            {
                for (_, media) in content.entries_mut() {
                    if let Some(schema) = media.get_mut("schema") {
                        set_titles(schema, "", false);
                    }
                }
            }
        }
    }
}

/// Titles each object after its field, in the singular for items of an array.
fn set_titles(schema: &mut Node, field: &str, item: bool) {
    let is_range = schema.str("title") == Some(RANGE);
    if !is_range {
        schema.remove("title");
        if schema.get("properties").is_some() && !field.is_empty() {
            let title = if item { singular(field) } else { field.into() };
            let title = Node::text(schema.at, &title);
            schema.set("title", title);
        }
    }
    for (key, member) in schema.entries_mut() {
        match key.name.as_str() {
            "properties" => member
                .entries_mut()
                .iter_mut()
                .for_each(|(key, field)| set_titles(field, &key.name, false)),
            "items" => set_titles(member, field, true),
            "additionalProperties" => set_titles(member, field, false),
            "anyOf" | "oneOf" => {
                if let Value::Array(arms) = &mut member.value {
                    arms.iter_mut().for_each(|arm| set_titles(arm, field, item));
                }
            }
            _ => {}
        }
    }
}

/// Moves the fields of a body that is never sent to the query, as the SDKs do.
fn move_body_into_query(operation: &mut Node) {
    let Some(body) = operation.take("requestBody") else { return };
    let schema = body.get("content").and_then(|content| content.entries().first()?.1.get("schema"));
    let Some(schema) = schema else { return };
    let required: Vec<&str> = schema
        .get("required")
        .map_or(&[][..], Node::items)
        .iter()
        .filter_map(Node::as_str)
        .collect();
    let fields = schema.get("properties").map_or(&[][..], Node::entries);
    if fields.is_empty() {
        return;
    }
    let parameters: Vec<Node> = fields
        .iter()
        .map(|(key, field)| {
            let mut parameter = Node::object(field.at);
            parameter.set("name", Node::text(key.at, &key.name));
            parameter.set("in", Node::text(key.at, "query"));
            if required.contains(&key.name.as_str()) {
                parameter.set("required", Node { at: field.at, value: Value::Bool(true) });
            }
            if is_nested(field) {
                parameter.set("style", Node::text(field.at, "deepObject"));
                parameter.set("explode", Node { at: field.at, value: Value::Bool(true) });
            }
            parameter.set("schema", field.clone());
            parameter
        })
        .collect();
    match operation.get_mut("parameters").map(|node| &mut node.value) {
        Some(Value::Array(existing)) => existing.extend(parameters),
        _ => operation.set("parameters", Node { at: body.at, value: Value::Array(parameters) }),
    }
}

fn is_nested(schema: &Node) -> bool {
    let arms = schema.get("anyOf").or_else(|| schema.get("oneOf")).map_or(&[][..], Node::items);
    matches!(schema.str("type"), Some("object" | "array"))
        || schema.get("properties").is_some()
        || arms.iter().any(is_nested)
}
