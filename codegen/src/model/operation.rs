//! Operations: paths, methods and parameters.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::schema::{self, Lowering, Usage};
use super::{Api, Field, Kind, Lifetime, SchemaId, TypeId, assign};
use crate::diagnostic::{Diagnostics, Location};
use crate::dialect::Dialect;
use crate::document::Node;
use crate::spec::Spec;

/// An operation: a method on a path.
#[derive(Debug)]
pub struct Operation {
    /// `operationId`, which is unique in the API.
    pub id: String,
    pub method: Method,
    /// The path, with parameters in braces.
    pub path: String,
    pub host: Host,
    /// The resource, as an index into [`Api::resources`].
    pub resource: usize,
    /// The name within the resource: `create`, `finalize_invoice`.
    pub name: String,
    /// Parameters outside the body: those of the path in its order, then the others by name.
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub response: Response,
    /// The preview that it belongs to, as in the version header.
    pub beta: Option<String>,
    /// Whether it is in preview.
    pub preview: bool,
    pub deprecated: bool,
    /// Whether its path is only in the public document. The SDKs use another path.
    pub legacy: bool,
    pub lifetime: Lifetime,
    pub description: Option<String>,
}

impl Operation {
    /// Returns whether it belongs to the second version of the API, which has JSON bodies and pages
    /// with links.
    pub fn is_v2(&self) -> bool {
        self.path.starts_with("/v2/")
    }

    /// Returns the encoding of bodies that operations of this version of the API usually have.
    pub fn usual_encoding(&self) -> Encoding {
        if self.is_v2() { Encoding::Json } else { Encoding::Form }
    }

    /// Returns whether the API accepts an idempotency key: for every write, but for a `DELETE` only
    /// of v2.
    pub fn takes_idempotency_key(&self) -> bool {
        match self.method {
            Method::Get => false,
            Method::Patch | Method::Post | Method::Put => true,
            Method::Delete => self.is_v2(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    Delete,
    Get,
    Patch,
    Post,
    Put,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }

    /// Returns the method that OpenAPI writes this way.
    pub fn parse(key: &str) -> Option<Self> {
        Some(match key {
            "delete" => Self::Delete,
            "get" => Self::Get,
            "patch" => Self::Patch,
            "post" => Self::Post,
            "put" => Self::Put,
            _ => return None,
        })
    }

    /// Returns whether requests of this method have a body.
    pub fn has_body(self) -> bool {
        matches!(self, Self::Patch | Self::Post | Self::Put)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    Api,
    Connect,
    Files,
    MeterEvents,
}

/// A parameter outside the body.
#[derive(Debug)]
pub struct Parameter {
    pub place: Place,
    pub style: Style,
    pub field: Field,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
}

/// The encoding of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Nested values in Stripe's brackets: `a[b]=c`.
    #[default]
    Brackets,
    /// List items as parameters of the same name.
    Repeated,
    /// List items as one value, separated by commas.
    Joined,
    /// As the whole body.
    Whole,
}

#[derive(Debug)]
pub struct Body {
    pub encoding: Encoding,
    /// [`Style::Whole`] if the only field is the body itself.
    pub style: Style,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Form,
    Json,
    Multipart,
}

/// The response of an operation.
#[derive(Debug, Clone, Copy)]
pub enum Response {
    Json(TypeId),
    Binary,
    Empty,
}

/// The entry of an operation in `x-stripeOperations` of its resource.
struct Listed {
    schema: SchemaId,
    name: String,
    kind: String,
}

pub(super) fn add_all(api: &mut Api, spec: &Spec, problems: &mut Diagnostics) {
    let listed = listed_operations(api, spec, problems);
    let mut building = Vec::new();
    for (path, (at, item)) in &spec.paths {
        for (key, node) in item.entries() {
            let Some(method) = Method::parse(&key.name) else {
                if !is_path_annotation(&key.name) {
                    problems.report(
                        "method",
                        key.at,
                        format!("`{}` is not supported on a path", key.name),
                        "supported are get, post, put, patch and delete",
                    );
                }
                continue;
            };
            let listed = listed.get(&(method, path.as_str()));
            building.push(
                Builder {
                    api,
                    problems,
                    path,
                    path_at: *at,
                    item,
                    node,
                    method,
                    listed,
                    is_foreign: spec.foreign.contains(&at.source),
                    whole_bodies: &spec.whole_bodies,
                }
                .build(),
            );
        }
    }
    check_ids(spec, problems);
    number_derived_ids(&mut building);
    assign::assign(api, building);
    assign::name_path_ids(api);
    api.operations
        .sort_by(|left, right| (&left.path, left.method).cmp(&(&right.path, right.method)));
}

/// Returns the entries of `x-stripeOperations` in all schemas.
fn listed_operations<'a>(
    api: &Api,
    spec: &'a Spec,
    problems: &mut Diagnostics,
) -> IndexMap<(Method, &'a str), Listed> {
    let mut listed = IndexMap::new();
    for (name, (_, schema)) in &spec.schemas {
        // A deleted object has no operations, but some documents list those of the resource there.
        let live = name.strip_prefix("deleted_").and_then(|live| api.schema_id(live));
        let id = live.or_else(|| api.schema_id(name));
        let (Some(operations), Some(id)) = (schema.get("x-stripeOperations"), id) else { continue };
        for node in operations.items() {
            let Some(method) = node.str("operation").and_then(Method::parse) else {
                problems.report(
                    "operation",
                    node.at,
                    "this operation has no method",
                    "set `operation` to get, post, put, patch or delete",
                );
                continue;
            };
            let path = node.str("path").unwrap_or_default();
            let exists = spec.paths.get(path).is_some_and(|(_, item)| {
                item.get(node.str("operation").unwrap_or_default()).is_some()
            });
            if !exists {
                problems.report(
                    "operation",
                    schema::at(node, "path"),
                    format!(
                        "`{name}` lists an operation that is not under `paths`: {} {path}",
                        method.as_str()
                    ),
                    "add the path, or take the operation off the list",
                );
                continue;
            }
            let found = Listed {
                schema: id,
                name: node.str("method_name").unwrap_or_default().to_owned(),
                kind: node.str("method_type").unwrap_or_default().to_owned(),
            };
            listed.insert((method, path), found);
        }
    }
    listed
}

/// Numbers generated IDs that two paths share, such as `/v1/a` and `/a`.
fn number_derived_ids(building: &mut [Unassigned]) {
    let is_derived = |operation: &Operation| {
        operation.id.is_empty() || operation.id == derived_id(operation.method, &operation.path)
    };
    let given = building.iter().filter(|one| !is_derived(&one.operation));
    let mut taken: HashSet<String> = given.map(|one| one.operation.id.clone()).collect();
    for one in building.iter_mut().filter(|one| is_derived(&one.operation)) {
        let id = one.operation.id.clone();
        let mut count = 2;
        while !taken.insert(one.operation.id.clone()) {
            one.operation.id = format!("{id}{count}");
            count += 1;
        }
    }
}

/// Reports operations with the same name.
fn check_ids(spec: &Spec, problems: &mut Diagnostics) {
    let mut seen: IndexMap<&str, Location> = IndexMap::new();
    for (path, (_, item)) in &spec.paths {
        for id in item.entries().iter().filter_map(|(_, node)| node.get("operationId")) {
            let Some(name) = id.as_str() else { continue };
            if let Some(first) = seen.insert(name, id.at) {
                problems.report(
                    "operation-id",
                    id.at,
                    format!("two operations are called `{name}`; this one is on {path}"),
                    format!(
                        "give each its own `operationId`; the other one is on line {}",
                        first.line
                    ),
                );
            }
        }
    }
}

/// An operation before it gets a resource and a name.
pub(super) struct Unassigned {
    pub operation: Operation,
    /// Whether it belongs to another API than Stripe's, whose paths can have any form.
    pub is_foreign: bool,
    /// From the spec.
    pub listed: Option<(SchemaId, String)>,
}

struct Builder<'a, 'l> {
    api: &'a mut Api,
    problems: &'a mut Diagnostics,
    path: &'a str,
    path_at: Location,
    item: &'a Node,
    node: &'a Node,
    method: Method,
    listed: Option<&'l Listed>,
    is_foreign: bool,
    whole_bodies: &'a HashSet<Location>,
}

impl Builder<'_, '_> {
    fn build(mut self) -> Unassigned {
        let node = self.node;
        let id = node
            .str("operationId")
            .map_or_else(|| derived_id(self.method, self.path), str::to_owned);
        let kind = self.listed.map_or("", |listed| listed.kind.as_str());
        let (body, mut parameters) = self.body(kind == "update");
        parameters.extend(self.parameters());
        self.check_path(&parameters);
        let path = self.path;
        let rank = |parameter: &Parameter| match parameter.place {
            Place::Path => (0, path.find(&format!("{{{}}}", parameter.field.name))),
            _ => (1, None),
        };
        parameters.sort_by(|left, right| {
            (rank(left), &left.field.name).cmp(&(rank(right), &right.field.name))
        });
        let operation = Operation {
            id,
            method: self.method,
            path: self.path.to_owned(),
            host: self.host(),
            resource: 0,
            name: String::new(),
            parameters,
            body,
            response: self.response(),
            beta: node.str("x-stripeBeta").map(str::to_owned),
            preview: node.flag("x-preview"),
            deprecated: node.flag("deprecated"),
            legacy: node.str("x-onlyIn").and_then(Dialect::parse) == Some(Dialect::Public),
            lifetime: Lifetime::of(node),
            description: schema::description(node),
        };
        Unassigned {
            is_foreign: self.is_foreign,
            listed: self.listed.map(|listed| (listed.schema, listed.name.clone())),
            operation,
        }
    }

    fn host(&mut self) -> Host {
        let Some(server) = self.node.get("servers").and_then(|servers| servers.items().first())
        else {
            return Host::Api;
        };
        match server.str("url").map(|url| url.trim_end_matches('/')) {
            Some("https://api.stripe.com") => Host::Api,
            Some("https://connect.stripe.com") => Host::Connect,
            Some("https://files.stripe.com") => Host::Files,
            Some("https://meter-events.stripe.com") => Host::MeterEvents,
            _ => {
                self.problems.report(
                    "server",
                    schema::at(server, "url"),
                    "unknown server",
                    "use a host api, connect, files or meter-events of stripe.com, with https",
                );
                Host::Api
            }
        }
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        let lists = [self.item.get("parameters"), self.node.get("parameters")];
        for node in lists.into_iter().flatten().flat_map(Node::items) {
            let Some(parameter) = self.parameter(node) else { continue };
            let twice = parameters.iter().any(|other| {
                other.field.name == parameter.field.name && other.place == parameter.place
            });
            if twice {
                let message = format!("the parameter `{}` is defined twice", parameter.field.name);
                self.problems.report("parameter", node.at, message, "keep one of the two");
            } else {
                parameters.push(parameter);
            }
        }
        parameters
    }

    fn parameter(&mut self, node: &Node) -> Option<Parameter> {
        let Some(name) = node.str("name") else {
            self.problems.report(
                "parameter",
                node.at,
                "this parameter has no name",
                "a parameter has `name`, `in` and `schema`",
            );
            return None;
        };
        let place = match node.str("in") {
            Some("path") => Place::Path,
            Some("query") => Place::Query,
            Some("header") => Place::Header,
            _ => {
                let at = schema::at(node, "in");
                self.problems.report(
                    "parameter",
                    at,
                    format!("the parameter `{name}` is nowhere"),
                    "set `in` to path, query or header",
                );
                return None;
            }
        };
        let Some(schema) = node.get("schema") else {
            let help = "add a `schema`";
            self.problems.report(
                "parameter",
                node.at,
                format!("the parameter `{name}` has no schema"),
                help,
            );
            return None;
        };
        let mut lowering = Lowering::new(self.api, self.problems, Usage::Form);
        let mut field = lowering.field(name, schema, node.flag("required") || place == Place::Path);
        field.deprecated |= node.flag("deprecated");
        field.description = schema::description(node).or(field.description);
        let Lifetime { since, until } = Lifetime::of(node);
        field.lifetime = Lifetime {
            since: since.or(field.lifetime.since),
            until: until.or(field.lifetime.until),
        };
        self.check_style(node, &field);
        let style = style_of(node);
        Some(Parameter { place, style, field })
    }

    /// Nested parameters of Stripe's API are always in brackets.
    fn check_style(&mut self, node: &Node, field: &Field) {
        let mut kind = &self.api.ty(field.ty).kind;
        while let Kind::Clearable(inner) = kind {
            kind = &self.api.ty(*inner).kind;
        }
        let nested =
            matches!(kind, Kind::Array(_) | Kind::Map(_) | Kind::Object(_) | Kind::Range(_));
        let deep = matches!(node.str("style"), Some("deepObject" | "repeated" | "joined"));
        if nested && !deep {
            self.problems.report(
                "style",
                schema::at(node, "style"),
                format!("`{}` is nested, but not in the style deepObject", field.name),
                "Stripe takes nested parameters in brackets: set `style: deepObject` and `explode: true`",
            );
        }
    }

    /// Reports parameters that are missing in the path, or in the list of parameters.
    fn check_path(&mut self, parameters: &[Parameter]) {
        let in_path: Vec<&str> = path_parameters(self.path).collect();
        for name in &in_path {
            if !parameters
                .iter()
                .any(|parameter| parameter.place == Place::Path && parameter.field.name == *name)
            {
                self.problems.report(
                    "path-parameter",
                    self.path_at,
                    format!(
                        "{} {} has no definition of its parameter `{name}`",
                        self.method.as_str(),
                        self.path
                    ),
                    format!("add a parameter with `name: {name}` and `in: path`"),
                );
            }
        }
        for parameter in parameters.iter().filter(|parameter| parameter.place == Place::Path) {
            if !in_path.contains(&parameter.field.name.as_str()) {
                self.problems.report(
                    "path-parameter",
                    schema::at(self.node, "parameters"),
                    format!("the path {} has no parameter `{}`", self.path, parameter.field.name),
                    format!(
                        "put `{{{}}}` into the path, or remove the definition",
                        parameter.field.name
                    ),
                );
            }
        }
    }

    /// Reads the body. A method without a body sends its fields in the query.
    fn body(&mut self, update: bool) -> (Option<Body>, Vec<Parameter>) {
        let content = self.node.get("requestBody").and_then(|body| body.get("content"));
        let Some((media, node)) = content.and_then(|content| content.entries().first()) else {
            return (None, Vec::new());
        };
        let encoding = match media.name.as_str() {
            "application/x-www-form-urlencoded" => Encoding::Form,
            "application/json" => Encoding::Json,
            "multipart/form-data" => Encoding::Multipart,
            name => {
                let help = "use application/x-www-form-urlencoded, application/json or multipart/form-data";
                self.problems.report(
                    "media-type",
                    media.at,
                    format!("the media type `{name}` is not supported"),
                    help,
                );
                return (None, Vec::new());
            }
        };
        let usage = match encoding {
            Encoding::Json if update => Usage::JsonUpdate,
            Encoding::Json => Usage::Json,
            Encoding::Multipart => Usage::Multipart,
            Encoding::Form => Usage::Form,
        };
        let Some(schema) = node.get("schema") else {
            self.problems.report(
                "body",
                node.at,
                "this body has no schema",
                "describe it under `schema`",
            );
            return (None, Vec::new());
        };
        let is_whole =
            self.node.get("requestBody").is_some_and(|body| self.whole_bodies.contains(&body.at));
        let style = match encoding {
            _ if is_whole => Style::Whole,
            Encoding::Form | Encoding::Multipart if self.is_foreign => Style::Repeated,
            _ => Style::Brackets,
        };
        self.check_body(schema);
        let fields = Lowering::new(self.api, self.problems, usage).members(schema).fields;
        if self.method.has_body() {
            return (Some(Body { encoding, style, fields }), Vec::new());
        }
        let style = Style::Brackets;
        let in_query = |field| Parameter { place: Place::Query, style, field };
        (None, fields.into_iter().map(in_query).collect())
    }

    /// Reads the fields of a body, which must be an object.
    fn check_body(&mut self, schema: &Node) {
        let has = |name: &str| schema.get(name).is_some();
        let is_object =
            schema.str("type").is_none_or(|ty| ty == "object") && !has("anyOf") && !has("oneOf");
        let lists_fields = has("properties")
            || schema
                .get("additionalProperties")
                .is_none_or(|values| values.as_bool() == Some(false));
        if is_object && lists_fields {
            return;
        }
        self.problems.report(
            "body",
            schema.at,
            format!("the body of {} {} is not an object with named fields", self.method.as_str(), self.path),
            "describe its fields under `properties`, or leave the operation out: its request could not be made",
        );
    }

    fn response(&mut self) -> Response {
        let responses = self.node.get("responses").map_or(&[][..], Node::entries);
        let Some((_, success)) = responses.iter().find(|(status, _)| status.name.starts_with('2'))
        else {
            let at = schema::at(self.node, "responses");
            self.problems.report(
                "response",
                at,
                "this operation never succeeds",
                "describe the answer under `responses` and `'200'`",
            );
            return Response::Empty;
        };
        let Some((media, node)) =
            success.get("content").and_then(|content| content.entries().first())
        else {
            return Response::Empty;
        };
        let Some(schema) = node.get("schema") else { return Response::Empty };
        if schema.str("format") == Some("binary") {
            return Response::Binary;
        }
        if media.name != "application/json" {
            let help = "an answer is application/json, or a string with `format: binary`";
            self.problems.report(
                "media-type",
                media.at,
                format!("the media type `{}` is not supported", media.name),
                help,
            );
        }
        Response::Json(Lowering::new(self.api, self.problems, Usage::Response).lower("", schema).ty)
    }
}

/// Returns whether a field of a path item is not an operation.
fn is_path_annotation(name: &str) -> bool {
    ["parameters", "summary", "description", "servers"].contains(&name) || name.starts_with("x-")
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|piece| Some(piece.split_once('}')?.0))
}

/// Returns the style of a parameter: Stripe's, or one that other APIs use.
fn style_of(parameter: &Node) -> Style {
    match parameter.str("style") {
        Some("repeated") => Style::Repeated,
        Some("joined") => Style::Joined,
        _ => Style::Brackets,
    }
}

fn derived_id(method: Method, path: &str) -> String {
    let words: Vec<String> = path
        .split(['/', '{', '}'])
        .filter(|word| !word.is_empty() && *word != "v1")
        .map(heck::ToUpperCamelCase::to_upper_camel_case)
        .collect();
    format!(
        "{}{}",
        heck::ToUpperCamelCase::to_upper_camel_case(method.as_str().to_lowercase().as_str()),
        words.concat()
    )
}
