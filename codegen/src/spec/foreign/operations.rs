//! Operations in documents of other APIs.

use std::collections::HashSet;

use super::inline::Inliner;
use super::{CALLBACKS, LINKS, NOTHING, SECURITY, SERVERS, note_members, schemas};
use crate::diagnostic::{Diagnostics, Location};
use crate::document::{Key, Node, Value};
use crate::model::Method;
use crate::spec::{Members, grammar};

/// The operation ids so far.
#[derive(Default)]
pub struct Ids(HashSet<String>);

/// Methods of OpenAPI that a crate of an API has no use for.
const LEFT_OUT: [&str; 3] = ["head", "options", "trace"];

/// Headers that OpenAPI reserves for the client.
const OF_THE_CLIENT: [&str; 3] = ["accept", "authorization", "content-type"];

pub struct Adapter<'a> {
    pub path: &'a str,
    pub schemas: &'a Members,
    pub problems: &'a mut Diagnostics,
    pub ids: &'a mut Ids,
    /// Where the bodies begin whose only field is the body itself.
    pub whole_bodies: &'a mut HashSet<Location>,
}

impl Adapter<'_> {
    fn note(&mut self, at: Location, what: impl Into<String>) {
        self.problems.ignore("foreign", at, what, NOTHING);
    }

    fn schema(&mut self, node: &mut Node) {
        schemas::Adapter { schemas: self.schemas, problems: self.problems }.schema(node);
    }

    /// Brings a schema of something that is sent into Stripe's form, which has no references.
    fn sent(&mut self, node: &mut Node) {
        self.schema(node);
        Inliner::new(self.schemas, self.problems, true).schema(node);
    }

    pub fn item(&mut self, at: Location, item: &mut Node) {
        for name in LEFT_OUT {
            if let Some(operation) = item.take(name) {
                self.note(operation.at, format!("{} operations are left out", name.to_uppercase()));
            }
        }
        if self.path.contains('?') {
            let help = "describe the query under `parameters`";
            let what = "a path with a query in it is not supported";
            self.problems.unsupported("path-parameter", at, what, help);
        }
        if self.path.contains('#') {
            self.note(at, "the fragment of a path, after `#`, is not sent");
        }
        let shared = item.take("parameters");
        note_members(item, &[("servers", SERVERS)], self.problems);
        item.remove("servers");
        for (key, operation) in item.entries_mut() {
            if let Some(method) = Method::parse(&key.name) {
                self.operation(at, method, operation, shared.as_ref());
            }
        }
    }

    fn operation(
        &mut self,
        path_at: Location,
        method: Method,
        node: &mut Node,
        shared: Option<&Node>,
    ) {
        if !matches!(node.value, Value::Object(_)) {
            return;
        }
        let omitted = [("servers", SERVERS), ("callbacks", CALLBACKS), ("security", SECURITY)];
        note_members(node, &omitted, self.problems);
        omitted.iter().for_each(|(name, _)| node.remove(name));
        if let Some(id) = node.get("operationId")
            && (id.as_str().is_none_or(|id| id.trim().is_empty())
                || !self.ids.0.insert(id.as_str().unwrap_or_default().to_owned()))
        {
            self.note(id.at, "an operation whose id is taken is called after its path");
            node.remove("operationId");
        }
        self.parameters(path_at, node, shared);
        self.body(method, node);
        self.responses(node);
    }

    fn parameters(&mut self, path_at: Location, node: &mut Node, shared: Option<&Node>) {
        let own = node.take("parameters").map_or_else(Vec::new, into_items);
        let all = own.into_iter().chain(shared.map_or(&[][..], Node::items).iter().cloned());
        let mut kept: Vec<Node> = Vec::new();
        for mut parameter in all {
            let is_same = |other: &Node| {
                other.str("name") == parameter.str("name") && other.str("in") == parameter.str("in")
            };
            // Parameters of an operation override those of its path.
            if !kept.iter().any(is_same) && self.parameter(&mut parameter) {
                kept.push(parameter);
            }
        }
        for name in braced(self.path) {
            let is_defined = |parameter: &Node| {
                parameter.str("in") == Some("path") && parameter.str("name") == Some(name)
            };
            if !kept.iter().any(is_defined) {
                self.note(path_at, "a parameter of a path without a definition is a string");
                let text = |text| Node::text(path_at, text);
                let schema = Node::object_of(path_at, [("type", text("string"))]);
                let members = [("name", text(name)), ("in", text("path")), ("schema", schema)];
                kept.push(Node::object_of(path_at, members));
            }
        }
        if !kept.is_empty() {
            node.set("parameters", Node { at: node.at, value: Value::Array(kept) });
        }
    }

    /// Brings a parameter into Stripe's form. Returns whether there is one.
    fn parameter(&mut self, node: &mut Node) -> bool {
        let at = node.at;
        let name = node.str("name").unwrap_or_default().to_owned();
        let place = node.str("in").unwrap_or_default().to_owned();
        match place.as_str() {
            "path" if !braced(self.path).any(|braced| braced == name) => {
                self.note(at, "a parameter of the path that the path does not have is left out");
                return false;
            }
            "header" if OF_THE_CLIENT.contains(&name.to_lowercase().as_str()) => {
                self.note(at, "a header that the client sets is left out");
                return false;
            }
            "cookie" if !node.flag("required") => {
                self.note(at, "parameters in cookies are left out");
                return false;
            }
            "cookie" => {
                let help = "make it optional, or leave the operation out";
                let what = "a required parameter in a cookie is not supported";
                self.problems.unsupported("parameter", at, what, help);
                return false;
            }
            _ => {}
        }
        for unknown in ["allowReserved", "allowEmptyValue"] {
            if let Some(taken) = node.take(unknown) {
                self.note(taken.at, format!("`{unknown}` is left out"));
            }
        }
        let (content, has_schema) = (node.take("content"), node.get("schema").is_some());
        if has_schema && let Some(content) = content {
            self.note(content.at, "`content` of a parameter that has a schema is left out");
        } else if !has_schema {
            let what = if content.is_some() {
                "a parameter with `content` is given as a string"
            } else {
                "a parameter without a schema is a string"
            };
            self.note(at, what);
            node.set("schema", Node::object_of(at, [("type", Node::text(at, "string"))]));
        }
        let Some(mut schema) = node.take("schema") else { return false };
        self.sent(&mut schema);
        self.style(node, &mut schema, &place);
        node.set("schema", schema);
        true
    }

    /// Determines the encoding of nested values.
    fn style(&mut self, node: &mut Node, schema: &mut Node, place: &str) {
        let adapter = schemas::Adapter { schemas: self.schemas, problems: self.problems };
        let resolved = adapter.resolved(schema).clone();
        let style = node.take("style");
        let explode = node.take("explode").and_then(|explode| explode.as_bool());
        let style = style.as_ref().and_then(Node::as_str).unwrap_or(match place {
            "query" => "form",
            _ => "simple",
        });
        let is_scalar = |schema: &Node| {
            matches!(schema.str("type"), Some("string" | "integer" | "number" | "boolean"))
        };
        if is_scalar(&resolved) {
            return;
        }
        let items = resolved.get("items").map(|items| adapter.resolved(items).clone());
        let written = match (style, explode) {
            ("deepObject", _) => "deepObject",
            ("form", None | Some(true)) if items.as_ref().is_some_and(is_scalar) => "repeated",
            ("form", Some(false)) | ("simple", _) if items.as_ref().is_some_and(is_scalar) => {
                "joined"
            }
            _ => {
                let what = "a parameter that is neither a scalar nor a list of scalars is given as a string, as the API reads it";
                self.note(node.at, what);
                *schema = Node::object_of(schema.at, [("type", Node::text(schema.at, "string"))]);
                return;
            }
        };
        node.set("style", Node::text(node.at, written));
    }

    fn body(&mut self, method: Method, node: &mut Node) {
        let Some(mut body) = node.take("requestBody") else { return };
        let at = body.at;
        let Some(content) = body.take("content").filter(|content| !content.entries().is_empty())
        else {
            self.note(at, "a body without content is left out");
            return;
        };
        if !method.has_body() {
            let help = "leave the operation out: most servers ignore or refuse such a body";
            let what = format!("a body of a {} request is not supported", method.as_str());
            self.problems.unsupported("body", at, what, help);
            return;
        }
        let Some((encoding, mut media)) = supported(&content) else {
            let (key, _) = &content.entries()[0];
            let help =
                "supported are JSON, application/x-www-form-urlencoded and multipart/form-data";
            let what = format!("the media type `{}` is not supported in a body", key.name);
            self.problems.unsupported("media-type", key.at, what, help);
            return;
        };
        if content.entries().len() > 1 {
            self.note(at, format!("of several media types of a body, {encoding} is sent"));
        } else if content.entries()[0].0.name != encoding {
            let given = &content.entries()[0].0.name;
            self.note(at, format!("a body of the media type `{given}` is sent as {encoding}"));
        }
        let mut schema = media.take("schema").unwrap_or_else(|| Node::object(media.at));
        if let Some(taken) = media.take("encoding") {
            self.note(taken.at, "`encoding` is left out: each field is sent as its type is");
        }
        self.sent(&mut schema);
        let adapter = schemas::Adapter { schemas: self.schemas, problems: self.problems };
        let resolved = adapter.resolved(&schema);
        let has_fields =
            resolved.get("properties").is_some_and(|fields| !fields.entries().is_empty())
                && resolved.get("anyOf").is_none()
                && resolved.get("oneOf").is_none();
        if !has_fields {
            if encoding != "application/json" {
                let help = "describe its fields under `properties`";
                let what = "a form that is not an object with named fields is not supported";
                self.problems.unsupported("body", schema.at, what, help);
                return;
            }
            if schema.str("format") == Some("binary") {
                schema.remove("format");
            }
            let field = Node::object_of(schema.at, [("body", schema)]);
            let required =
                if body.flag("required") { vec![Node::text(at, "body")] } else { vec![] };
            schema = Node::object_of(
                field.at,
                [
                    ("type", Node::text(at, "object")),
                    ("required", Node { at, value: Value::Array(required) }),
                    ("properties", field),
                ],
            );
            self.whole_bodies.insert(at);
        }
        if encoding != "application/json" {
            self.nested(&schema);
        }
        media.set("schema", schema);
        body.set("content", Node::object_of(at, [(encoding, media)]));
        node.set("requestBody", body);
    }

    /// Notes fields of a form for which OpenAPI and the crate have different forms.
    fn nested(&mut self, form: &Node) {
        let is_nested = |schema: &Node| {
            schema.get("properties").is_some()
                || schema.get("additionalProperties").is_some()
                || schema.get("items").is_some_and(|items| {
                    items.get("properties").or_else(|| items.get("items")).is_some()
                })
        };
        for (key, field) in form.get("properties").map_or(&[][..], Node::entries) {
            if is_nested(field) {
                self.note(key.at, "nested fields of a form are written in brackets");
            }
        }
    }

    /// Keeps the response of a success, in a form that the crate reads.
    fn responses(&mut self, node: &mut Node) {
        let at = node.at;
        let responses = node.take("responses").unwrap_or_else(|| Node::object(at));
        responses.entries().iter().for_each(|(key, _)| grammar::check_status(key, self.problems));
        let mut successes: Vec<&(Key, Node)> =
            responses.entries().iter().filter(|(status, _)| status.name.starts_with('2')).collect();
        if successes.is_empty() {
            successes =
                responses.entries().iter().filter(|(key, _)| key.name == "default").collect();
        }
        let has_content = |(_, response): &&&(Key, Node)| {
            response.get("content").is_some_and(|content| !content.entries().is_empty())
        };
        let with_content = successes.iter().filter(has_content).count();
        if successes.is_empty() {
            self.note(at, "an operation without a success response returns nothing");
        } else if successes.len() > 1 {
            self.note(at, "of several responses of success, the first with content is read");
        }
        for (key, response) in responses.entries() {
            let is_read = successes.iter().any(|(read, _)| read.name == key.name);
            if !is_read && response.get("content").is_some() {
                self.note(response.at, "responses of errors have no types of their own");
            }
        }
        let mut response = match successes.iter().find(has_content).or(successes.first()) {
            Some((_, response)) if with_content > 0 => response.clone(),
            Some((_, response)) => Node::object(response.at),
            None => Node::object(at),
        };
        if response.take("headers").is_some() {
            self.note(response.at, "headers of responses have no types of their own");
        }
        if response.take("links").is_some() {
            self.note(response.at, LINKS);
        }
        if let Some(content) = response.take("content") {
            let json = content.entries().iter().find(|(key, _)| is_json(&key.name));
            let (name, mut media) = match json.or(content.entries().first()) {
                Some((_, media)) if json.is_some() => ("application/json", media.clone()),
                Some((key, media)) => {
                    self.note(
                        key.at,
                        format!("a response of the media type `{}` is a download", key.name),
                    );
                    let text = |text| Node::text(key.at, text);
                    let members = [("type", text("string")), ("format", text("binary"))];
                    let schema = Node::object_of(key.at, members);
                    ("application/octet-stream", Node::object_of(media.at, [("schema", schema)]))
                }
                None => ("application/json", Node::object(at)),
            };
            let mut schema = media.take("schema").unwrap_or_else(|| Node::object(media.at));
            self.schema(&mut schema);
            media.set("schema", schema);
            response.set("content", Node::object_of(response.at, [(name, media)]));
        }
        node.set("responses", Node::object_of(at, [("200", response)]));
    }
}

fn into_items(node: Node) -> Vec<Node> {
    match node.value {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}

/// The names in braces.
fn braced(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|piece| Some(piece.split_once('}')?.0))
}

fn is_json(media: &str) -> bool {
    let media = media.split(';').next().unwrap_or_default().trim().to_lowercase();
    media.ends_with("/json")
        || media.ends_with("+json")
        || ["*/*", "application/*"].contains(&&*media)
}

/// Returns the media type of a body, and its node.
fn supported(content: &Node) -> Option<(&'static str, Node)> {
    let find = |accepts: &dyn Fn(&str) -> bool| {
        content.entries().iter().find(|(key, _)| accepts(&key.name)).map(|(_, media)| media.clone())
    };
    let is = |name: &'static str| move |media: &str| media.to_lowercase().starts_with(name);
    let (form, multipart) = ("application/x-www-form-urlencoded", "multipart/form-data");
    None.or_else(|| Some(("application/json", find(&is_json)?)))
        .or_else(|| Some((form, find(&is(form))?)))
        .or_else(|| Some((multipart, find(&is(multipart))?)))
}
