//! Extracts the facts of a published document, as OpenAPI 3.1 without prose.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use indexmap::IndexMap;
use serde_yaml::{Mapping, Value};

use super::timeline::Edition;
use crate::diagnostic::Diagnostics;
use crate::dialect::Dialect;
use crate::document::Node;
use crate::model::{Api, is_currency};
use crate::spec::{self, Spec};

/// The facts of a document.
#[derive(Debug, Default, PartialEq)]
pub struct Facts {
    pub schemas: IndexMap<String, Value>,
    /// Operations by path and method.
    pub paths: IndexMap<String, IndexMap<String, Value>>,
    /// The payloads of events, by event type.
    pub webhooks: IndexMap<String, Value>,
}

impl Facts {
    /// Extracts the facts of a document with its model.
    pub fn of(spec: &Spec, api: &Api, problems: &mut Diagnostics) -> Self {
        let mut facts = Self::default();
        let omitted = omitted_fields(spec);
        let of_errors = schemas_of_errors(spec);
        for (name, (at, node)) in &spec.schemas {
            if of_errors.contains(name) {
                let what =
                    "schema used only by error responses is omitted: all errors decode as one type";
                problems.ignore("unused-schema", *at, what, "no action needed");
                continue;
            }
            if let Some(event) = node.get("x-stripeEvent") {
                let name = event.str("type").unwrap_or(name);
                facts.webhooks.insert(name.to_owned(), carried(node, name));
                if let Some(other) = node.str("x-alsoDocumentedAs") {
                    facts.webhooks.insert(other.to_owned(), carried(node, other));
                }
                continue;
            }
            let mut schema = schema(node, name);
            if let Some(fields) = omitted.get(name.as_str()) {
                make_optional(&mut schema, fields);
            }
            facts.schemas.insert(name.clone(), schema);
        }
        for operation in &api.operations {
            let method = operation.method.as_str().to_lowercase();
            let Some(node) =
                spec.paths.get(&operation.path).and_then(|(_, item)| item.get(&method))
            else {
                continue;
            };
            let item = facts.paths.entry(operation.path.clone()).or_default();
            item.insert(method, self::operation(node, &operation.id));
        }
        for (name, (_, item)) in &spec.webhooks {
            if let Some(node) = carried_node(item) {
                facts.webhooks.insert(name.clone(), carried(node, name));
            }
        }
        facts.sort();
        facts
    }

    /// Adds the content of a spec file unchanged.
    pub fn add_fragment(&mut self, document: &Node) {
        let schemas = document.get("components").and_then(|components| components.get("schemas"));
        for (name, schema) in schemas.map_or(&[][..], Node::entries) {
            self.schemas.insert(name.name.clone(), schema.into());
        }
        for (path, item) in document.get("paths").map_or(&[][..], Node::entries) {
            let operations = item
                .entries()
                .iter()
                .map(|(method, operation)| (method.name.clone(), operation.into()));
            self.paths.entry(path.name.clone()).or_default().extend(operations);
        }
        for (name, item) in document.get("webhooks").map_or(&[][..], Node::entries) {
            self.webhooks
                .extend(carried_node(item).map(|carried| (name.name.clone(), carried.into())));
        }
    }

    pub fn sort(&mut self) {
        self.schemas.sort_unstable_keys();
        self.paths.sort_unstable_keys();
        self.paths.values_mut().for_each(IndexMap::sort_unstable_keys);
        self.webhooks.sort_unstable_keys();
    }
}

/// Returns the schema of a webhook's payload.
fn carried_node(item: &Node) -> Option<&Node> {
    item.get("post")?.get("requestBody")?.get("content")?.get("application/json")?.get("schema")
}

/// The keywords of a schema that are copied unchanged.
const KEPT: [&str; 14] = [
    "format",
    "minimum",
    "maximum",
    "deprecated",
    "x-resourceId",
    "x-stripeResource",
    "x-preview",
    "x-since",
    "x-until",
    "x-onlyIn",
    "x-formerly",
    "x-enumSince",
    "x-enumUntil",
    "x-enumOnlyIn",
];

/// The order in which keywords of operations, parameters and schemas are written.
const ORDER: [&str; 43] = [
    "operationId",
    "name",
    "in",
    "$ref",
    "title",
    "type",
    "format",
    "x-stripeEvent",
    "minimum",
    "maximum",
    "deprecated",
    "x-resourceId",
    "x-stripeResource",
    "x-formerly",
    "x-preview",
    "x-stripeBeta",
    "x-stripeBetaOptional",
    "x-stripeErrorCodes",
    "x-since",
    "x-until",
    "x-onlyIn",
    "x-decidedBy",
    "x-requiredBySdk",
    "x-listedBy",
    "maxLength",
    "enum",
    "x-enumSince",
    "x-enumUntil",
    "x-enumOnlyIn",
    "required",
    "style",
    "explode",
    "schema",
    "properties",
    "items",
    "additionalProperties",
    "anyOf",
    "x-expansionResources",
    "x-relatedObject",
    "x-stripeOperations",
    "servers",
    "parameters",
    "requestBody",
];

/// Sorts keywords into the canonical order.
pub fn tidy(value: Value) -> Value {
    let Value::Mapping(members) = value else { return value };
    let mut members: Vec<_> = members.into_iter().collect();
    members.sort_by_key(|(name, _)| {
        ORDER.iter().position(|known| name.as_str() == Some(known)).unwrap_or(ORDER.len())
    });
    Value::Mapping(members.into_iter().collect())
}

/// Renders the root file of the spec, which has the facts about the whole API.
pub fn root(versions: &[String], documents: &[Edition]) -> String {
    let version = versions.last().map_or("", String::as_str);
    let versions: String = versions.iter().map(|version| format!("  - {version}\n")).collect();
    let public: String = documents
        .iter()
        .filter(|document| document.dialect == Dialect::Public)
        .map(|document| format!("  - {}\n", document.version))
        .collect();
    let public = if public.is_empty() { public } else { format!("  x-publicDocuments:\n{public}") };
    // Versions known only from a public document have no SDK document.
    let sdk: String = documents
        .iter()
        .filter(|document| document.dialect == Dialect::Sdk)
        .map(|document| format!("  - {}\n", document.version))
        .collect();
    let sdk = if public.is_empty() || sdk.is_empty() {
        String::new()
    } else {
        format!("  x-sdkDocuments:\n{sdk}")
    };
    let text = format!(
        "openapi: 3.1.0
info:
  title: Stripe API
  version: {version}
  x-versions:
{versions}{public}{sdk}servers:
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

/// Extracts the facts of a schema. `name` is the name of the schema, field or parameter.
fn schema(node: &Node, name: &str) -> Value {
    if let Some(external) = node.str("x-externalResource") {
        return mapping([("$ref", format!("#/components/schemas/{external}").into())]).into();
    }
    let mut out = Mapping::new();
    let nullable = node.flag("nullable");
    if let Some(reference) = node.str("$ref") {
        out.insert("$ref".into(), reference.into());
        keep(node, name, &mut out);
        return tidy(out.into());
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
    keep(node, name, &mut out);
    // Stripe uses 5,000 as a default limit without meaning.
    if let Some(length) =
        node.get("maxLength").and_then(Node::as_int).filter(|length| *length != 5000)
    {
        out.insert("maxLength".into(), length.into());
    }
    if let Some(values) = node.get("enum") {
        let mut values: Vec<Value> = values.items().iter().map(plain).collect();
        sort_values(&mut values);
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
        let fields: Mapping = (fields.into_iter())
            .map(|(key, field)| (key.name.as_str().into(), schema(field, &key.name)))
            .collect();
        out.insert("properties".into(), fields.into());
    }
    if let Some(items) = node.get("items") {
        out.insert("items".into(), schema(items, name));
    }
    if let Some(values) =
        node.get("additionalProperties").filter(|values| values.as_bool().is_none())
    {
        out.insert("additionalProperties".into(), schema(values, name));
    }
    if let Some(arms) = node.get("anyOf").or_else(|| node.get("oneOf")) {
        let mut arms: Vec<Value> = arms.items().iter().map(|arm| schema(arm, name)).collect();
        // A union with a single alternative is that alternative.
        if let ([Value::Mapping(only)], false, None) =
            (&arms[..], nullable, node.get("x-expansionResources"))
        {
            out.extend(only.clone());
            return tidy(out.into());
        }
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
    tidy(out.into())
}

fn keep(node: &Node, name: &str, out: &mut Mapping) {
    for (key, value) in node.entries().iter().filter(|(key, _)| KEPT.contains(&key.name.as_str())) {
        out.insert(key.name.as_str().into(), plain(value));
    }
    // The format is omitted if the name implies it.
    if node.str("format") == Some("currency") && is_currency(name) {
        out.remove("format");
    }
}

/// Sorts enum values. Their order in documents has no meaning.
pub fn sort_values(values: &mut [Value]) {
    values.sort_by(|left, right| {
        (left.is_null(), left.as_str()).cmp(&(right.is_null(), right.as_str()))
    });
}

/// Returns whether a title is kept because type names depend on it.
fn is_needed(title: &str, name: &str, node: &Node) -> bool {
    let is_object = node.get("properties").is_some();
    let says_nothing = title == crate::plan::singular(name) || title.contains(' ');
    is_object && !says_nothing && title.to_snake_case() == title
}

fn listed_operation(node: &Node) -> Value {
    let members = ["method_name", "method_type", "operation", "path"];
    let kept = members.into_iter().filter_map(|name| Some((name.into(), plain(node.get(name)?))));
    Value::Mapping(kept.collect())
}

/// Extracts the facts of an operation.
fn operation(node: &Node, id: &str) -> Value {
    let mut out = mapping([("operationId", id.into())]);
    for name in [
        "deprecated",
        "x-preview",
        "x-stripeBeta",
        "x-stripeBetaOptional",
        "x-stripeErrorCodes",
        "x-since",
        "x-until",
    ] {
        if let Some(value) = node.get(name) {
            out.insert(name.into(), plain(value));
        }
    }
    if let Some(servers) = node.get("servers") {
        let servers: Vec<Value> = servers
            .items()
            .iter()
            .filter_map(|server| Some(mapping([("url", server.str("url")?.into())]).into()))
            .collect();
        out.insert("servers".into(), servers.into());
    }
    let mut parameters: Vec<Value> =
        node.get("parameters").map_or(&[][..], Node::items).iter().map(parameter).collect();
    for header in node.get("x-stripeHeaders").map_or(&[][..], Node::items) {
        let string = mapping([("type", "string".into())]);
        parameters.push(
            mapping([
                ("name", plain(header)),
                ("in", "header".into()),
                ("required", true.into()),
                ("schema", string.into()),
            ])
            .into(),
        );
    }
    parameters.sort_by_key(parameter_order);
    if !parameters.is_empty() {
        out.insert("parameters".into(), parameters.into());
    }
    if let Some(body) = node.get("requestBody").and_then(body) {
        out.insert("requestBody".into(), body);
    }
    out.insert("responses".into(), responses(node));
    tidy(out.into())
}

/// The sort key of parameters: those of the path come first, then by location and name.
pub fn parameter_order(parameter: &Value) -> (bool, String, String) {
    let (location, name) = parameter_key(parameter);
    (location != "path", location, name)
}

/// Location and name of a parameter, which are unique in its operation.
pub fn parameter_key(parameter: &Value) -> (String, String) {
    let text =
        |name: &str| parameter.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    (text("in"), text("name"))
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
    tidy(out.into())
}

/// Returns the request body, unless it is empty.
fn body(node: &Node) -> Option<Value> {
    let (media, content) = node.get("content")?.entries().first()?;
    let content = content.get("schema").filter(|schema| {
        schema.get("properties").is_some_and(|fields| !fields.entries().is_empty())
    })?;
    let content =
        mapping([(media.name.as_str(), mapping([("schema", schema(content, ""))]).into())]);
    Some(mapping([("content", content.into())]).into())
}

fn responses(node: &Node) -> Value {
    let mut out = Mapping::new();
    for (status, response) in node.get("responses").map_or(&[][..], Node::entries) {
        if status.name == "default" {
            continue;
        }
        // OpenAPI requires a description of each response.
        let mut answer = mapping([("description", "Success".into())]);
        let content: Mapping = (response.get("content").map_or(&[][..], Node::entries).iter())
            .filter_map(|(media, content)| {
                Some((
                    media.name.as_str().into(),
                    mapping([("schema", schema(content.get("schema")?, ""))]).into(),
                ))
            })
            .collect();
        if !content.is_empty() {
            answer.insert("content".into(), content.into());
        }
        out.insert(status.name.as_str().into(), answer.into());
    }
    out.into()
}

/// Extracts the payload of an event.
fn carried(node: &Node, name: &str) -> Value {
    let mut event = mapping([("type", name.into())]);
    if let Some(kind) = node.get("x-stripeEvent").and_then(|event| event.str("kind")) {
        event.insert("kind".into(), kind.into());
    }
    let mut carried = mapping([("type", "object".into()), ("x-stripeEvent", event.into())]);
    for name in ["x-preview", "x-since", "x-until"] {
        if let Some(value) = node.get(name) {
            carried.insert(name.into(), plain(value));
        }
    }
    let fields: Mapping = (node.get("properties").map_or(&[][..], Node::entries).iter())
        .map(|(key, field)| {
            let mut value = schema(field, &key.name);
            if let (Some(related), Value::Mapping(value)) =
                (field.get("x-relatedObject"), &mut value)
            {
                value.insert("x-relatedObject".into(), plain(related));
            }
            (key.name.as_str().into(), tidy(value))
        })
        .collect();
    if !fields.is_empty() {
        carried.insert("properties".into(), fields.into());
    }
    tidy(carried.into())
}

/// Writes an event type as a webhook of OpenAPI 3.1.
pub fn webhook(carried: Value) -> Value {
    let json = mapping([("application/json", mapping([("schema", carried)]).into())]);
    let accepted = mapping([("200", mapping([("description", "Received".into())]).into())]);
    let post = mapping([
        ("requestBody", mapping([("content", json.into())]).into()),
        ("responses", accepted.into()),
    ]);
    mapping([("post", post.into())]).into()
}

/// The fields that some response omits although the object has them, by schema.
fn omitted_fields(spec: &Spec) -> BTreeMap<&str, Vec<&str>> {
    let mut omitted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in spec.paths.values().flat_map(|(_, item)| item.entries()).map(|(_, node)| node) {
        let answer = node.get("responses").and_then(|responses| {
            responses
                .get("200")?
                .get("content")?
                .get("application/json")?
                .get("schema")?
                .str("$ref")
        });
        let (Some(fields), Some(answer)) = (node.get("x-stripeOmitted"), answer) else { continue };
        let name = answer.rsplit('/').next().unwrap_or_default();
        omitted.entry(name).or_default().extend(fields.items().iter().filter_map(Node::as_str));
    }
    omitted
}

/// Returns the schemas referenced only by error responses, except the v1 error.
fn schemas_of_errors(spec: &Spec) -> BTreeSet<String> {
    let (mut failed, mut rest) = (Vec::new(), Vec::new());
    for (_, operation) in spec.paths.values().flat_map(|(_, item)| item.entries()) {
        for (key, member) in operation.entries() {
            match key.name.as_str() {
                "responses" => {
                    let (default, others): (Vec<_>, Vec<_>) =
                        member.entries().iter().partition(|(status, _)| status.name == "default");
                    failed.extend(default.into_iter().map(|(_, response)| response));
                    rest.extend(others.into_iter().map(|(_, response)| response));
                }
                _ => rest.push(member),
            }
        }
    }
    rest.extend(spec.webhooks.values().map(|(_, node)| node));
    let is_kept = |name: &str, node: &Node| {
        name == ERROR || node.get("x-resourceId").is_some() || node.get("x-stripeEvent").is_some()
    };
    rest.extend(
        spec.schemas
            .iter()
            .filter(|(name, (_, node))| is_kept(name, node))
            .map(|(_, (_, node))| node),
    );
    let (failed, mut rest) = (reachable(spec, failed), reachable(spec, rest));
    rest.insert(ERROR.to_owned());
    failed.difference(&rest).cloned().collect()
}

/// The v1 error, which every operation can return.
const ERROR: &str = "error";

/// Returns all schemas reachable from these nodes.
fn reachable<'s>(spec: &'s Spec, mut open: Vec<&'s Node>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    while let Some(node) = open.pop() {
        if let Some(name) = node.str("$ref").and_then(spec::referenced)
            && reached.insert(name.clone())
        {
            open.extend(spec.schemas.get(&name).map(|(_, schema)| schema));
        }
        open.extend(node.entries().iter().map(|(_, member)| member));
        open.extend(node.items());
    }
    reached
}

/// Removes fields from `required`.
fn make_optional(schema: &mut Value, fields: &[&str]) {
    if let Some(Value::Sequence(required)) = schema.get_mut("required") {
        required.retain(|name| !name.as_str().is_some_and(|name| fields.contains(&name)));
    }
}

/// Copies a node without prose.
fn plain(node: &Node) -> Value {
    without_prose(node.into())
}

fn without_prose(value: Value) -> Value {
    match value {
        Value::Sequence(items) => items.into_iter().map(without_prose).collect::<Vec<_>>().into(),
        Value::Mapping(members) => {
            let facts = members
                .into_iter()
                .filter(|(name, _)| !["description", "summary"].map(Value::from).contains(name));
            Value::Mapping(facts.map(|(name, value)| (name, without_prose(value))).collect())
        }
        value => value,
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
        let edition = |dialect| Edition { version: "2026-10-28.endive".to_owned(), dialect };
        let documents = [edition(Dialect::Public), edition(Dialect::Sdk)];
        assert!(
            serde_yaml::from_str::<Value>(&root(&["2026-10-28.endive".to_owned()], &documents))
                .is_ok()
        );
    }
}
