//! Visits every item that can have docs.

use std::collections::{HashMap, VecDeque};

use super::coverage::{Coverage, Kind, Place};
use super::resource_name;
use super::store::{Part, Query, Words};
use crate::diagnostic::Location;
use crate::document::{Key, Node, Value};
use crate::model::{Api, Operation};
use crate::spec::{Spec, referenced};

/// Adds docs to all items of a spec, and lists the items.
pub(super) fn visit(spec: &mut Spec, api: &Api, words: &Words) -> Coverage {
    let locations = locations(spec, api);
    let mut visitor = Visitor::new(words);
    visitor.schemas(spec, api, &locations);
    visitor.operations(spec, api);
    visitor.events(spec);
    visitor.guides(spec, api);
    visitor.coverage
}

/// The location of a schema: its resource, and the fields that lead to it.
struct SchemaLocation {
    resource: String,
    trail: Vec<String>,
}

/// Returns the locations of the schemas nested in resources, by name.
fn locations(spec: &Spec, api: &Api) -> HashMap<String, SchemaLocation> {
    let mut locations: HashMap<String, SchemaLocation> = HashMap::new();
    for (index, resource) in api.resources.iter().enumerate() {
        let Some(schema) = resource.schema else { continue };
        let own = api.schema_name(schema);
        let resource = resource_name(api, index);
        let prefix = format!("{}_", own.replace('.', "_"));
        locations.insert(
            own.to_owned(),
            SchemaLocation { resource: resource.clone(), trail: Vec::new() },
        );
        let mut open = VecDeque::from([(own.to_owned(), Vec::new())]);
        while let Some((name, trail)) = open.pop_front() {
            let Some((_, node)) = spec.schemas.get(&name) else { continue };
            references(node, &trail, &mut |target, trail| {
                let is_nested = target.replace('.', "_").starts_with(&prefix)
                    && spec.schemas.get(&target).is_some_and(|(_, node)| !is_resource(node));
                if is_nested && !locations.contains_key(&target) {
                    let location =
                        SchemaLocation { resource: resource.clone(), trail: trail.to_vec() };
                    locations.insert(target.clone(), location);
                    open.push_back((target, trail.to_vec()));
                }
            });
        }
    }
    locations
}

fn is_resource(node: &Node) -> bool {
    ["x-resourceId", "x-stripeOperations", "x-stripeEvent"]
        .iter()
        .any(|mark| node.get(mark).is_some())
}

/// Calls `found` with each schema that a node refers to, and the fields that lead to it.
fn references(node: &Node, trail: &[String], found: &mut impl FnMut(String, &[String])) {
    if let Some(target) = node.str("$ref").and_then(referenced) {
        found(target, trail);
    }
    // Sorted, so that the result does not depend on the order of the document.
    for (key, member) in sorted(node) {
        match key.name.as_str() {
            "properties" => {
                for (field, schema) in sorted(member) {
                    let trail = [trail, std::slice::from_ref(&field.name)].concat();
                    references(schema, &trail, found);
                }
            }
            "items" | "additionalProperties" => references(member, trail, found),
            "anyOf" | "oneOf" => {
                member.items().iter().for_each(|arm| references(arm, trail, found));
            }
            _ => {}
        }
    }
}

/// Returns the properties of an object in the order of their names.
fn sorted(node: &Node) -> Vec<&(Key, Node)> {
    let mut entries: Vec<_> = node.entries().iter().collect();
    entries.sort_by_key(|(key, _)| &key.name);
    entries
}

struct Visitor<'w> {
    words: &'w Words,
    coverage: Coverage,
    resource: String,
    operation: Option<String>,
    trail: Vec<String>,
}

impl<'w> Visitor<'w> {
    fn new(words: &'w Words) -> Self {
        Self {
            words,
            coverage: Coverage::default(),
            resource: String::new(),
            operation: None,
            trail: Vec::new(),
        }
    }

    fn schemas(&mut self, spec: &mut Spec, api: &Api, locations: &HashMap<String, SchemaLocation>) {
        let resources: HashMap<&str, usize> = (api.resources.iter().enumerate())
            .filter_map(|(index, resource)| Some((api.schema_name(resource.schema?), index)))
            .collect();
        for (name, (at, node)) in &mut spec.schemas {
            if node.get("x-stripeEvent").is_some() {
                continue;
            }
            (self.resource, self.trail) = match locations.get(name) {
                Some(location) => (location.resource.clone(), location.trail.clone()),
                None => (name.clone(), Vec::new()),
            };
            self.operation = None;
            let kind =
                if resources.contains_key(name.as_str()) { Kind::Resource } else { Kind::Type };
            let word = if self.trail.is_empty() {
                self.words.summary(&self.resource)
            } else {
                self.find(&[Part::Types], None).or_else(|| self.find(FIELD, None))
            };
            let has_words = describe(node, "description", word);
            self.record(kind, *at, node, has_words);
            self.shape(node);
        }
    }

    fn operations(&mut self, spec: &mut Spec, api: &Api) {
        for operation in &api.operations {
            let Operation { path, method, name, .. } = operation;
            self.resource = resource_name(api, operation.resource);
            self.operation = Some(name.clone());
            self.trail.clear();
            let Some((_, item)) = spec.paths.get_mut(path) else { continue };
            // Parameters of a path are shared by its operations and get the docs of the first one.
            if let Some(parameters) = item.get_mut("parameters") {
                self.parameters(parameters);
            }
            let method = method.as_str().to_lowercase();
            let found = item.entries_mut().iter_mut().find(|(key, _)| key.name == method);
            let Some((Key { at, .. }, node)) = found else { continue };
            let summary = self.words.of_operation(Part::Operations, &self.resource, name);
            let details = self.words.of_operation(Part::Details, &self.resource, name);
            let had_description = node.str("description").is_some_and(is_prose);
            let mut has_words = describe(node, "summary", summary) || had_description;
            if let (Some(details), Some(summary), false) = (details, summary, had_description) {
                node.set("description", Node::text(node.at, &format!("{summary}\n\n{details}")));
                has_words = true;
            }
            self.trail.push(name.clone());
            self.operation = None;
            self.record(Kind::Operation, *at, node, has_words);
            if let Some(place) = self.coverage.places.last_mut() {
                place.ty = format!("{} {path}", operation.method.as_str());
            }
            self.trail.clear();
            self.operation = Some(name.clone());
            if let Some(parameters) = node.get_mut("parameters") {
                self.parameters(parameters);
            }
            let content = node.get_mut("requestBody").and_then(|body| body.get_mut("content"));
            for (_, media) in content.map_or(&mut [][..], Node::entries_mut) {
                if let Some(schema) = media.get_mut("schema") {
                    self.shape(schema);
                }
            }
        }
    }

    fn parameters(&mut self, parameters: &mut Node) {
        let Value::Array(parameters) = &mut parameters.value else { return };
        for parameter in parameters {
            let Some(name) = parameter.str("name").map(str::to_owned) else { continue };
            self.trail.push(name);
            let word = self.find(PARAMETER, None);
            let has_words = describe(parameter, "description", word);
            let at = parameter.at;
            let required = parameter.flag("required");
            if let Some(schema) = parameter.get_mut("schema") {
                self.record(Kind::Parameter, at, schema, has_words);
                if let Some(place) = self.coverage.places.last_mut() {
                    place.required = required;
                }
                self.inside(schema);
            }
            self.trail.pop();
        }
    }

    fn events(&mut self, spec: &mut Spec) {
        let schemas =
            spec.schemas.iter_mut().filter(|(_, (_, node))| node.get("x-stripeEvent").is_some());
        let of_schemas = schemas.map(|(name, (at, node))| (name, *at, node));
        let webhooks = spec.webhooks.iter_mut().filter_map(|(name, (at, item))| {
            let content = item.get_mut("post")?.get_mut("requestBody")?.get_mut("content")?;
            Some((name, *at, content.get_mut("application/json")?.get_mut("schema")?))
        });
        for (name, at, node) in of_schemas.chain(webhooks) {
            let called = node.get("x-stripeEvent").and_then(|about| about.str("type"));
            let name = called.unwrap_or(name).to_owned();
            let has_words = describe(node, "description", self.words.of_event(&name));
            (self.resource, self.operation) = (name.clone(), None);
            self.trail = vec![name];
            self.record(Kind::Event, at, node, has_words);
            self.trail.clear();
            let properties = node.get_mut("properties");
            if let Some(data) = properties.and_then(|properties| properties.get_mut("data")) {
                self.shape(data);
            }
        }
    }

    /// Adds the summaries of resources without a schema, and all guides.
    fn guides(&mut self, spec: &mut Spec, api: &Api) {
        for (index, resource) in api.resources.iter().enumerate() {
            let name = resource_name(api, index);
            let at = match resource.schema {
                Some(id) => api.schema(id).at,
                None => Location::default(),
            };
            let entry = spec.tags.entry(name.clone());
            let (_, tag) = entry
                .or_insert_with(|| (at, Node::object_of(at, [("name", Node::text(at, &name))])));
            (self.resource, self.operation, self.trail) = (name.clone(), None, Vec::new());
            if resource.schema.is_none() {
                let has_words = describe(tag, "x-summary", self.words.summary(&name));
                self.record(Kind::Resource, at, tag, has_words);
            }
            let has_words = describe(tag, "description", self.words.guide(&name));
            self.record(Kind::Guide, at, tag, has_words);
            if tag.entries().len() == 1 {
                spec.tags.shift_remove(&name);
            }
        }
    }

    /// Visits the content of a schema: fields, array items, enum values.
    fn shape(&mut self, node: &mut Node) {
        if node.get("enum").is_some() {
            self.values(node);
        }
        if node.get("x-expansionResources").is_some() {
            return;
        }
        if is_list(node) {
            let properties = node.get_mut("properties");
            if let Some(data) = properties.and_then(|properties| properties.get_mut("data")) {
                self.shape(data);
            }
            return;
        }
        for (key, member) in node.entries_mut() {
            match (key.name.as_str(), &mut member.value) {
                ("properties", Value::Object(fields)) => {
                    for (Key { name, at }, schema) in fields {
                        self.field(name, *at, schema);
                    }
                }
                ("items" | "additionalProperties", _) => self.shape(member),
                ("anyOf" | "oneOf", Value::Array(arms)) => self.arms(arms),
                _ => {}
            }
        }
        if let Some(required) = node.get("required") {
            let required: Vec<String> =
                required.items().iter().filter_map(Node::as_str).map(str::to_owned).collect();
            let depth = self.trail.len() + 1;
            let (resource, operation) = (&self.resource, &self.operation);
            // The items of these fields were recorded last.
            for place in self.coverage.places.iter_mut().rev() {
                if place.resource != *resource
                    || place.operation != *operation
                    || place.trail.len() < depth
                    || !place.trail.starts_with(&self.trail)
                {
                    break;
                }
                if place.trail.len() == depth && place.value.is_none() {
                    place.required = required.contains(&place.trail[depth - 1]);
                }
            }
        }
    }

    fn arms(&mut self, arms: &mut [Node]) {
        // The bounds of a range belong to a runtime type.
        if !arms.iter().any(|arm| arm.str("title") == Some("range_query_specs")) {
            arms.iter_mut().for_each(|arm| self.shape(arm));
        }
    }

    /// Visits the schema of a field whose own item is already recorded.
    fn inside(&mut self, schema: &mut Node) {
        self.shape(schema);
    }

    fn field(&mut self, name: &str, at: Location, schema: &mut Node) {
        let is_response = self.operation.is_none();
        if is_response && is_constant(name, schema) {
            return;
        }
        self.trail.push(name.to_owned());
        let (kind, parts) =
            if is_response { (Kind::Field, FIELD) } else { (Kind::Parameter, PARAMETER) };
        let has_words = describe(schema, "description", self.find(parts, None));
        self.record(kind, at, schema, has_words);
        self.inside(schema);
        self.trail.pop();
    }

    fn values(&mut self, node: &mut Node) {
        let Some(list) = node.get("enum") else { return };
        let values: Vec<(String, Location)> = (list.items().iter())
            .filter_map(|value| Some((value.as_str()?.to_owned(), value.at)))
            .filter(|(value, _)| !value.is_empty())
            .collect();
        let class = self.find(&[Part::Classes], None).map(str::to_owned);
        let given = node.get("x-enumDescriptions").cloned();
        let mut described = given.unwrap_or_else(|| Node::object(node.at));
        for (value, at) in values {
            if self.is_discriminator(&value) {
                continue;
            }
            let word = self.find(&[Part::Values], Some(&value));
            let has_words = describe(&mut described, &value, word);
            self.record(Kind::Value, at, node, has_words || class.is_some());
            if let Some(place) = self.coverage.places.last_mut() {
                place.value = Some(value);
                place.values.clear();
            }
        }
        if !described.entries().is_empty() {
            node.set("x-enumDescriptions", described);
        }
        describe(node, "x-enumClass", class.as_deref());
    }

    /// The only value of a parameter `object` is a constant and needs no docs.
    fn is_discriminator(&self, value: &str) -> bool {
        self.trail.last().is_some_and(|name| name == "object") && !value.is_empty()
    }

    fn find(&self, parts: &[Part], value: Option<&str>) -> Option<&'w str> {
        let query = Query {
            resource: &self.resource,
            operation: self.operation.as_deref(),
            trail: &self.trail,
            value,
        };
        if self.trail.is_empty() { None } else { self.words.find(parts, &query) }
    }

    fn record(&mut self, kind: Kind, at: Location, node: &Node, has_words: bool) {
        let trail =
            if self.trail.is_empty() { vec![self.resource.clone()] } else { self.trail.clone() };
        self.coverage.places.push(Place {
            kind,
            at,
            resource: self.resource.clone(),
            operation: self.operation.clone(),
            trail,
            value: None,
            ty: type_name(node),
            max_length: limit(node),
            values: values_of(node),
            since: node.str("x-since").map(str::to_owned),
            required: false,
            has_words,
        });
    }
}

/// The glossary sections for response fields.
const FIELD: &[Part] = &[Part::Fields, Part::Both];

/// The glossary sections for request parameters.
const PARAMETER: &[Part] = &[Part::Parameters, Part::Both];

/// Adds a text where a node has no prose. Returns whether the node then has some.
fn describe(node: &mut Node, member: &str, word: Option<&str>) -> bool {
    if node.str(member).is_some_and(is_prose) {
        return true;
    }
    if let Some(word) = word {
        node.set(member, Node::text(node.at, word));
    }
    word.is_some()
}

fn is_prose(text: &str) -> bool {
    !text.trim().is_empty()
}

/// Returns whether a field is constant, and therefore not a field in Rust.
fn is_constant(name: &str, schema: &Node) -> bool {
    let [value] = schema.get("enum").map_or(&[][..], Node::items) else { return false };
    (name == "object" && value.as_str().is_some())
        || (name == "deleted" && value.as_bool() == Some(true))
}

/// Returns whether a schema is a page of a list, which is a runtime type.
fn is_list(node: &Node) -> bool {
    let object = node
        .get("properties")
        .and_then(|properties| properties.get("object")?.get("enum")?.items().first()?.as_str());
    matches!(object, Some("list" | "search_result"))
}

/// Returns the sub-schemas of a union.
fn alternatives(node: &Node) -> &[Node] {
    node.get("anyOf").or_else(|| node.get("oneOf")).map_or(&[][..], Node::items)
}

fn type_name(node: &Node) -> String {
    if let Some(expansion) = node.get("x-expansionResources") {
        let names: Vec<String> =
            alternatives(expansion).iter().filter_map(|arm| referenced(arm.str("$ref")?)).collect();
        return format!("id, expands to {}", names.join(" or "));
    }
    if let Some(target) = node.str("$ref").and_then(referenced) {
        return target;
    }
    if let Some(items) = node.get("items") {
        return format!("list of {}", type_name(items));
    }
    let arms: Vec<String> = (alternatives(node).iter())
        .filter(|arm| arm.str("type") != Some("null"))
        .map(type_name)
        .filter(|name| !name.is_empty())
        .collect();
    if !arms.is_empty() {
        return arms.join(" or ");
    }
    let base = match node.get("type") {
        Some(Node { value: Value::Array(types), .. }) => {
            types.iter().filter_map(Node::as_str).find(|ty| *ty != "null").unwrap_or_default()
        }
        Some(ty) => ty.as_str().unwrap_or_default(),
        None => "",
    };
    match node.str("format") {
        Some(format) => format!("{base} ({format})"),
        None if node.get("enum").is_some_and(|values| {
            values.items().iter().all(|value| value.as_str() == Some(""))
        }) =>
        {
            "cleared by \"\"".to_owned()
        }
        None if node.get("enum").is_some() => "enum".to_owned(),
        None => base.to_owned(),
    }
}

fn limit(node: &Node) -> Option<i64> {
    let own = node.get("maxLength").and_then(Node::as_int);
    own.or_else(|| alternatives(node).iter().find_map(limit)).filter(|length| *length != 5000)
}

fn values_of(node: &Node) -> Vec<String> {
    let own = node.get("enum").map_or(&[][..], Node::items).iter();
    let inside = alternatives(node).iter().chain(node.get("items")).flat_map(values_of);
    own.filter_map(|value| Some(value.as_str()?.to_owned()))
        .filter(|value| !value.is_empty())
        .chain(inside)
        .collect()
}
