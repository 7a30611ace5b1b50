//! What of a published document is a fact, in the words of OpenAPI 3.1.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use serde_yaml::{Mapping, Value};

use crate::document::{self, Node};
use crate::spec::Spec;

/// Members of a schema that are facts and stay as they are.
const KEPT: [&str; 8] = ["format", "minimum", "maximum", "deprecated", "x-resourceId", "x-stripeResource", "x-since", "x-until"];

/// The beginning of the description, which says what is true of all of it.
pub fn root(version: &str) -> String {
    let text = format!(
        "openapi: 3.1.0
info:
  title: Stripe API
  version: {version}
servers:
- url: https://api.stripe.com/
security:
- basicAuth: []
- bearerAuth: []
components:
  securitySchemes:
    basicAuth:
      type: http
      scheme: basic
    bearerAuth:
      type: http
      scheme: bearer
"
    );
    text
}

/// The facts of a schema. `name` is that of the schema, the field or the parameter.
pub fn schema(node: &Node, name: &str) -> Value {
    if let Some(external) = node.str("x-externalResource") {
        return mapping([("$ref", format!("#/components/schemas/{external}").into())]).into();
    }
    let mut out = Mapping::new();
    let nullable = node.flag("nullable");
    if let Some(reference) = node.str("$ref") {
        out.insert("$ref".into(), reference.into());
        return out.into();
    }
    if let Some(title) = node.str("title").filter(|title| is_needed(title, name, node)) {
        out.insert("title".into(), title.into());
    }
    if let Some(ty) = node.get("type") {
        let ty = match (ty.as_str(), nullable) {
            (Some(ty), true) => Value::Sequence(vec![ty.into(), "null".into()]),
            _ => plain(ty),
        };
        out.insert("type".into(), ty);
    }
    if is_secret(node, name) {
        out.insert("format".into(), "password".into());
    }
    for (key, value) in node.entries().iter().filter(|(key, _)| KEPT.contains(&key.name.as_str())) {
        out.insert(key.name.as_str().into(), plain(value));
    }
    // 5,000 is what Stripe says where it has nothing to say.
    if let Some(length) = node.get("maxLength").and_then(Node::as_int).filter(|length| *length != 5000) {
        out.insert("maxLength".into(), length.into());
    }
    if let Some(values) = node.get("enum") {
        let mut values: Vec<Value> = values.items().iter().map(plain).collect();
        if nullable && !values.contains(&Value::Null) {
            values.push(Value::Null);
        }
        out.insert("enum".into(), values.into());
    }
    if let Some(required) = node.get("required").filter(|required| !required.items().is_empty()) {
        out.insert("required".into(), plain(required));
    }
    if let Some(properties) = node.get("properties") {
        let mut fields: Vec<_> = properties.entries().iter().collect();
        fields.sort_by(|(left, _), (right, _)| left.name.cmp(&right.name));
        let secrets = fields.iter().any(|(key, _)| key.name == "exp_month");
        let fields: Mapping = (fields.into_iter())
            .map(|(key, field)| {
                // A number beside a date of expiry is that of a card.
                let name = if secrets && key.name == "number" { "card_number" } else { &key.name };
                (key.name.as_str().into(), schema(field, name))
            })
            .collect();
        out.insert("properties".into(), fields.into());
    }
    if let Some(items) = node.get("items") {
        out.insert("items".into(), schema(items, name));
    }
    if let Some(values) = node.get("additionalProperties").filter(|values| values.as_bool().is_none()) {
        out.insert("additionalProperties".into(), schema(values, name));
    }
    if let Some(arms) = node.get("anyOf").or_else(|| node.get("oneOf")) {
        let mut arms: Vec<Value> = arms.items().iter().map(|arm| schema(arm, name)).collect();
        if nullable {
            arms.push(mapping([("type", "null".into())]).into());
        }
        out.insert("anyOf".into(), arms.into());
    }
    if let Some(expansion) = node.get("x-expansionResources") {
        out.insert("x-expansionResources".into(), plain(expansion));
    }
    if let Some(operations) = node.get("x-stripeOperations") {
        let operations: Vec<Value> = operations.items().iter().map(listed_operation).collect();
        out.insert("x-stripeOperations".into(), operations.into());
    }
    out.into()
}

/// A title is worth keeping where names cannot be made without it.
fn is_needed(title: &str, name: &str, node: &Node) -> bool {
    let is_object = node.get("properties").is_some();
    let says_nothing = title == crate::plan::singular(name) || title.contains(' ');
    is_object && !says_nothing && title.to_snake_case() == title
}

/// Names of strings that must not be shown: what gives access, what pays, and what identifies a person.
const SECRETS: [&str; 15] = [
    "access_token",
    "account_number",
    "api_key",
    "authentication_token",
    "card_number",
    "client_secret",
    "cvc",
    "id_number",
    "password",
    "pin",
    "refresh_token",
    "secret",
    "ssn_last_4",
    "token_secret",
    "value_secret",
];

fn is_secret(node: &Node, name: &str) -> bool {
    SECRETS.contains(&name) && node.str("type") == Some("string") && node.get("format").is_none() && node.get("enum").is_none()
}

fn listed_operation(node: &Node) -> Value {
    let members = ["method_name", "method_type", "operation", "path"];
    let kept = members.into_iter().filter_map(|name| Some((name.into(), plain(node.get(name)?))));
    Value::Mapping(kept.collect())
}

/// The facts of an operation.
pub fn operation(node: &Node, id: &str) -> Value {
    let mut out = mapping([("operationId", id.into())]);
    for name in ["deprecated", "x-preview", "x-stripeBeta", "x-stripeBetaOptional", "x-stripeErrorCodes", "x-since", "x-until"] {
        if let Some(value) = node.get(name) {
            out.insert(name.into(), plain(value));
        }
    }
    if let Some(servers) = node.get("servers") {
        let servers: Vec<Value> =
            servers.items().iter().filter_map(|server| Some(mapping([("url", server.str("url")?.into())]).into())).collect();
        out.insert("servers".into(), servers.into());
    }
    let mut parameters: Vec<Value> = node.get("parameters").map_or(&[][..], Node::items).iter().map(parameter).collect();
    for header in node.get("x-stripeHeaders").map_or(&[][..], Node::items) {
        let string = mapping([("type", "string".into()), ("format", "password".into())]);
        parameters.push(
            mapping([("name", plain(header)), ("in", "header".into()), ("required", true.into()), ("schema", string.into())])
                .into(),
        );
    }
    if !parameters.is_empty() {
        out.insert("parameters".into(), parameters.into());
    }
    if let Some(body) = node.get("requestBody").and_then(body) {
        out.insert("requestBody".into(), body);
    }
    out.insert("responses".into(), responses(node));
    out.into()
}

fn parameter(node: &Node) -> Value {
    let name = node.str("name").unwrap_or_default();
    let place = node.str("in").unwrap_or_default();
    let mut out = mapping([("name", name.into()), ("in", place.into())]);
    if node.flag("required") {
        out.insert("required".into(), true.into());
    }
    if node.str("style") == Some("deepObject") {
        out.insert("style".into(), "deepObject".into());
        out.insert("explode".into(), true.into());
    }
    if let Some(value) = node.get("schema") {
        out.insert("schema".into(), schema(value, name));
    }
    out.into()
}

/// The body, unless there is nothing in it.
fn body(node: &Node) -> Option<Value> {
    let (media, content) = node.get("content")?.entries().first()?;
    let content =
        content.get("schema").filter(|schema| schema.get("properties").is_some_and(|fields| !fields.entries().is_empty()))?;
    let content = mapping([(media.name.as_str(), mapping([("schema", schema(content, ""))]).into())]);
    Some(mapping([("content", content.into())]).into())
}

fn responses(node: &Node) -> Value {
    let mut out = Mapping::new();
    for (status, response) in node.get("responses").map_or(&[][..], Node::entries) {
        if status.name == "default" {
            continue;
        }
        // OpenAPI demands a description; these are our words.
        let mut answer = mapping([("description", "Success".into())]);
        let content: Mapping = (response.get("content").map_or(&[][..], Node::entries).iter())
            .filter_map(|(media, content)| {
                Some((media.name.as_str().into(), mapping([("schema", schema(content.get("schema")?, ""))]).into()))
            })
            .collect();
        if !content.is_empty() {
            answer.insert("content".into(), content.into());
        }
        out.insert(status.name.as_str().into(), answer.into());
    }
    out.into()
}

/// An event type as a webhook of OpenAPI 3.1.
pub fn webhook(node: &Node, name: &str) -> Value {
    let mut event = mapping([("type", name.into())]);
    if let Some(kind) = node.get("x-stripeEvent").and_then(|event| event.str("kind")) {
        event.insert("kind".into(), kind.into());
    }
    let mut carried = mapping([("type", "object".into()), ("x-stripeEvent", event.into())]);
    if node.flag("x-preview") {
        carried.insert("x-preview".into(), true.into());
    }
    let fields: Mapping = (node.get("properties").map_or(&[][..], Node::entries).iter())
        .map(|(key, field)| {
            let mut value = schema(field, &key.name);
            if let (Some(related), Value::Mapping(value)) = (field.get("x-relatedObject"), &mut value) {
                value.insert("x-relatedObject".into(), plain(related));
            }
            (key.name.as_str().into(), value)
        })
        .collect();
    if !fields.is_empty() {
        carried.insert("properties".into(), fields.into());
    }
    let json = mapping([("application/json", mapping([("schema", carried.into())]).into())]);
    let accepted = mapping([("200", mapping([("description", "Received".into())]).into())]);
    let post = mapping([("requestBody", mapping([("content", json.into())]).into()), ("responses", accepted.into())]);
    mapping([("post", post.into())]).into()
}

/// The fields that some operation leaves out of its answer although the object has them, by schema.
pub fn omitted_fields(spec: &Spec) -> BTreeMap<&str, Vec<&str>> {
    let mut omitted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in spec.paths.values().flat_map(|(_, item)| item.entries()).map(|(_, node)| node) {
        let answer = node
            .get("responses")
            .and_then(|responses| responses.get("200")?.get("content")?.get("application/json")?.get("schema")?.str("$ref"));
        let (Some(fields), Some(answer)) = (node.get("x-stripeOmitted"), answer) else { continue };
        let name = answer.rsplit('/').next().unwrap_or_default();
        omitted.entry(name).or_default().extend(fields.items().iter().filter_map(Node::as_str));
    }
    omitted
}

/// Takes fields off the list of those that are always there.
pub fn make_optional(schema: &mut Value, fields: &[&str]) {
    if let Some(Value::Sequence(required)) = schema.get_mut("required") {
        required.retain(|name| !name.as_str().is_some_and(|name| fields.contains(&name)));
    }
}

/// A node as it is, without prose.
fn plain(node: &Node) -> Value {
    match &node.value {
        document::Value::Null => Value::Null,
        document::Value::Bool(value) => (*value).into(),
        document::Value::Int(value) => (*value).into(),
        document::Value::Float(value) => (*value).into(),
        document::Value::Str(text) => text.as_str().into(),
        document::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().into(),
        document::Value::Object(entries) => {
            let facts = entries.iter().filter(|(key, _)| !["description", "summary"].contains(&key.name.as_str()));
            Value::Mapping(facts.map(|(key, value)| (key.name.as_str().into(), plain(value))).collect())
        }
    }
}

fn mapping<const N: usize>(members: [(&str, Value); N]) -> Mapping {
    members.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_yaml() {
        assert!(serde_yaml::from_str::<Value>(&root("2026-10-28.endive")).is_ok());
    }
}
