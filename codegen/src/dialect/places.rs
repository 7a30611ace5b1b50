//! Names nested schemas after their locations: the resource and the path of fields.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use heck::{ToSnakeCase, ToUpperCamelCase};
use indexmap::IndexMap;

use super::Canonical;
use crate::document::{Key, Node, Value};
use crate::plan::singular;
use crate::spec::{reference_to, referenced};

/// The schema of postal addresses: the one nested schema that the SDKs share, under its own name.
const ADDRESS: &str = "address";

/// The body of a failed request. Schemas nested in it keep their names.
const ERROR: &str = "error";

/// The prefix of schemas that clients with a publishable key receive.
const CLIENT_VARIANT: &str = "_client";

/// Resources with other names in the SDKs: the package and the class.
const CLASSES: [(&str, &str, &str); 4] = [
    ("invoiceitem", "", "InvoiceItem"),
    ("item", "", "LineItem"),
    ("line_item", "", "InvoiceLineItem"),
    ("scheduled_query_run", "Sigma", "ScheduledQueryRun"),
];

/// Schemas that public documents mark as resources, without a class in the SDKs.
const WITHOUT_CLASS: [&str; 1] = ["source_mandate_notification"];

/// Names each nested schema of a document after its location. A shared schema is copied to each
/// location that refers to it.
pub fn expand(mut document: Node) -> Canonical {
    let published = published(&document);
    let mut expansion = Expansion::new(&document, &published);
    let roots: Vec<&str> = published
        .keys()
        .map(String::as_str)
        .filter(|name| expansion.roots.contains(*name))
        .collect();
    for name in roots {
        expansion.root(name);
    }
    expansion.account_for_the_rest();
    let paths = document.get("paths").map(|paths| expansion.paths(paths));
    let Expansion { schemas, names, client_variants, .. } = expansion;
    let entries =
        schemas.into_iter().map(|(name, schema)| (Key { name, at: schema.at }, schema)).collect();
    if let Some(components) = document.get_mut("components") {
        let at = components.at;
        components.set("schemas", Node { at, value: Value::Object(entries) });
    }
    if let Some(paths) = paths {
        document.set("paths", paths);
    }
    Canonical { document, names, client_variants }
}

fn published(document: &Node) -> IndexMap<String, Node> {
    let schemas = document.get("components").and_then(|components| components.get("schemas"));
    schemas
        .map_or(&[][..], Node::entries)
        .iter()
        .map(|(key, schema)| (key.name.clone(), schema.clone()))
        .collect()
}

struct Expansion<'d> {
    published: &'d IndexMap<String, Node>,
    /// The schemas that keep their own names.
    roots: BTreeSet<String>,
    /// The resources that are unions of others, with their alternatives, smallest first.
    unions: Vec<(&'d str, BTreeSet<String>)>,
    /// The canonical schemas so far.
    schemas: IndexMap<String, Node>,
    /// The location and the published schema of each canonical schema.
    origins: HashMap<String, String>,
    /// The shared schemas that are being expanded, with their new names, so that recursive schemas
    /// refer to themselves.
    open: Vec<(String, String)>,
    names: BTreeMap<String, BTreeSet<String>>,
    client_variants: BTreeSet<String>,
}

/// The location of a nested schema.
#[derive(Clone, Copy)]
struct Place<'p> {
    /// The canonical schema that contains it. Empty for the response of an operation.
    owner: &'p str,
    field: &'p str,
    /// Whether it is the item of an array.
    item: bool,
    /// The index among several nested alternatives.
    arm: usize,
}

impl Place<'_> {
    fn name(self) -> String {
        let field = if self.item { singular(self.field) } else { self.field.into() };
        // Class names drop the underscore before a digit, and the SDKs name nested schemas after their classes.
        let field = field.to_upper_camel_case().to_snake_case();
        let name = format!("{}_{field}", self.owner.replace('.', "_"));
        if self.arm == 0 { name } else { format!("{name}_{}", self.arm + 1) }
    }
}

impl<'d> Expansion<'d> {
    fn new(document: &Node, published: &'d IndexMap<String, Node>) -> Self {
        let mut roots = BTreeSet::new();
        // Schemas that operations refer to keep their identity.
        references(document.get("paths"), &mut roots);
        let has_identity = |name: &str, schema: &Node| {
            schema.get("x-resourceId").is_some()
                || says_what_it_is(schema)
                || name.starts_with("deleted_")
                || [ADDRESS, ERROR].contains(&name)
        };
        roots.extend(
            published
                .iter()
                .filter(|(name, schema)| has_identity(name, schema))
                .map(|(name, _)| name.clone()),
        );
        roots.retain(|name| published.contains_key(name));
        let mut unions: Vec<_> = published
            .iter()
            .filter(|(_, schema)| schema.get("x-resourceId").is_some())
            .filter_map(|(name, schema)| Some((name.as_str(), all_references(arms(schema)?)?)))
            .collect();
        unions.sort_by_key(|(name, members)| (members.len(), *name));
        Self {
            published,
            roots,
            unions,
            schemas: IndexMap::new(),
            origins: HashMap::new(),
            open: Vec::new(),
            names: BTreeMap::new(),
            client_variants: BTreeSet::new(),
        }
    }

    /// Drops schemas that only variants for clients refer to. Unreferenced schemas keep their
    /// names.
    fn account_for_the_rest(&mut self) {
        let published = self.published;
        let mut open: Vec<String> = self.client_variants.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let mut nested = BTreeSet::new();
            references(published.get(&name), &mut nested);
            nested.retain(|name| published.contains_key(name) && !self.names.contains_key(name));
            for name in nested {
                self.names.entry(name.clone()).or_default();
                self.client_variants.insert(name.clone());
                open.push(name);
            }
        }
        for name in published
            .keys()
            .filter(|name| !self.names.contains_key(*name))
            .cloned()
            .collect::<Vec<_>>()
        {
            self.root(&name);
        }
    }

    /// Expands a schema that keeps its name.
    fn root(&mut self, name: &str) {
        let published = self.published;
        let mut schema = self.body(&published[name], name, name);
        if WITHOUT_CLASS.contains(&name) {
            schema.remove("x-resourceId");
            return self.insert(name.to_owned(), schema, name);
        }
        let is_class = schema.get("properties").is_some();
        if says_what_it_is(&schema) && schema.get("x-resourceId").is_none() {
            schema.set("x-resourceId", Node::text(schema.at, name));
        }
        if is_class && let Some(id) = schema.str("x-resourceId").map(str::to_owned) {
            schema.set("x-stripeResource", class(&id, &schema));
        }
        self.insert(name.to_owned(), schema, name);
    }

    fn insert(&mut self, name: String, schema: Node, published: &str) {
        if !published.is_empty() {
            self.names.entry(published.to_owned()).or_default().insert(name.clone());
        }
        self.schemas.insert(name, schema);
    }

    /// Expands the schemas nested in a schema.
    fn body(&mut self, schema: &Node, name: &str, published: &str) -> Node {
        self.open.push((published.to_owned(), name.to_owned()));
        let mut out = Node::object(schema.at);
        for (key, member) in schema.entries() {
            let member = match key.name.as_str() {
                // The location is the name.
                "title" => continue,
                "properties" => self.properties(member, name),
                _ => self.member(
                    schema,
                    key,
                    member,
                    Place { owner: name, field: "", item: false, arm: 0 },
                ),
            };
            out.set(&key.name, member);
        }
        require_nullable(&mut out);
        self.open.pop();
        out
    }

    fn properties(&mut self, properties: &Node, owner: &str) -> Node {
        let mut out = Node::object(properties.at);
        for (key, field) in properties.entries() {
            let place = Place { owner, field: &key.name, item: false, arm: 0 };
            out.set(&key.name, self.node(field, place));
        }
        out
    }

    fn node(&mut self, node: &Node, place: Place<'_>) -> Node {
        if let Some(target) = node.str("$ref").and_then(referenced) {
            return self.reference(node, &target, place);
        }
        let is_object =
            node.get("properties").is_some_and(|properties| !properties.entries().is_empty());
        if is_object && !is_page(node) && !place.owner.is_empty() {
            return self.inline_object(node, place);
        }
        let mut out = Node::object(node.at);
        if node.entries().is_empty() {
            return node.clone();
        }
        for (key, member) in node.entries() {
            out.set(&key.name, self.member(node, key, member, place));
        }
        out
    }

    /// Expands one field of a schema.
    fn member(&mut self, schema: &Node, key: &Key, member: &Node, place: Place<'_>) -> Node {
        match key.name.as_str() {
            "anyOf" | "oneOf" => self.alternatives(member, place),
            "items" => self.node(member, Place { item: true, ..place }),
            "additionalProperties" => self.node(member, place),
            "properties" if is_page(schema) => {
                let mut out = Node::object(member.at);
                for (key, field) in member.entries() {
                    out.set(&key.name, self.node(field, place));
                }
                out
            }
            "x-expansionResources" => {
                let mut out = Node::object(member.at);
                for (key, listed) in member.entries() {
                    out.set(&key.name, self.alternatives(listed, place));
                }
                out
            }
            _ => member.clone(),
        }
    }

    fn alternatives(&mut self, listed: &Node, place: Place<'_>) -> Node {
        let is_client_variant =
            |arm: &&Node| target(arm).is_some_and(|name| name.ends_with(CLIENT_VARIANT));
        let (variants, mut arms): (Vec<&Node>, Vec<&Node>) =
            listed.items().iter().partition(is_client_variant);
        if arms.is_empty() {
            // A union of variants only keeps them.
            arms = variants;
        } else {
            for name in variants.into_iter().filter_map(target) {
                self.names.entry(name.clone()).or_default();
                self.client_variants.insert(name);
            }
        }
        let mut nested = 0;
        let mut out: Vec<Node> = Vec::new();
        // A resource that is a union is not changed.
        let is_definition = !place.owner.is_empty() && place.field.is_empty();
        let arms = if is_definition {
            arms.into_iter().cloned().collect()
        } else {
            self.as_resource_unions(&arms)
        };
        for arm in arms {
            let expanded = self.node(&arm, Place { arm: nested, ..place });
            nested += usize::from(self.is_nested(&arm));
            out.push(expanded);
        }
        Node { at: listed.at, value: Value::Array(out) }
    }

    /// Returns whether an alternative becomes a named schema.
    fn is_nested(&self, arm: &Node) -> bool {
        match arm.str("$ref").and_then(referenced) {
            Some(name) => !self.roots.contains(&name),
            None => arm.get("properties").is_some() && !is_page(arm),
        }
    }

    /// Replaces alternatives by the resource that is their union: `bank_account` or `card` is an
    /// `external_account`. Deleted objects have a union of their own.
    fn as_resource_unions(&self, arms: &[&Node]) -> Vec<Node> {
        let mut out: Vec<Node> = Vec::new();
        for deleted in [false, true] {
            let of_group = |arm: &&&Node| {
                target(arm).is_some_and(|name| name.starts_with("deleted_") == deleted)
            };
            let group: Vec<&Node> = arms.iter().filter(of_group).copied().collect();
            let members: BTreeSet<String> = group.iter().filter_map(|arm| target(arm)).collect();
            let union =
                self.unions.iter().find(|(_, all)| members.len() > 1 && members.is_subset(all));
            match union {
                Some((name, _)) => out.push(Node::object_of(
                    group[0].at,
                    [("$ref", Node::text(group[0].at, &reference_to(name)))],
                )),
                None => out.extend(group.into_iter().cloned()),
            }
        }
        let rest = arms.iter().filter(|arm| target(arm).is_none());
        let at = arms.iter().position(|arm| target(arm).is_some()).unwrap_or_default();
        let mut all: Vec<Node> = rest.map(|arm| (*arm).clone()).collect();
        let at = at.min(all.len());
        all.splice(at..at, out);
        all
    }

    fn reference(&mut self, node: &Node, target: &str, place: Place<'_>) -> Node {
        let published = self.published;
        let Some(schema) = published.get(target).filter(|_| !self.roots.contains(target)) else {
            return node.clone();
        };
        if place.owner.is_empty() {
            return node.clone();
        }
        if !place.owner.starts_with("v2.")
            && !place.owner.starts_with("v2_")
            && self.is_address(schema)
        {
            self.names.entry(target.to_owned()).or_default().insert(ADDRESS.to_owned());
            return self.refer(node, ADDRESS);
        }
        if is_page(schema) || !is_compound(schema) {
            self.names.entry(target.to_owned()).or_default().insert(place.name());
            return self.node(schema, place);
        }
        if let Some((_, name)) = self.open.iter().find(|(open, _)| open == target) {
            let name = name.clone();
            return self.refer(node, &name);
        }
        let name = self.emit(schema, target, place);
        self.refer(node, &name)
    }

    /// Converts an inline object to a named schema.
    fn inline_object(&mut self, node: &Node, place: Place<'_>) -> Node {
        let mut schema = node.clone();
        let nullable = schema.take("nullable");
        let name = self.emit(&schema, "", place);
        let reference =
            Node::object_of(node.at, [("$ref", Node::text(node.at, &reference_to(&name)))]);
        let mut out = Node::object_of(
            node.at,
            [("anyOf", Node { at: node.at, value: Value::Array(vec![reference]) })],
        );
        for (member, value) in [
            ("nullable", nullable),
            ("description", node.get("description").cloned()),
            ("deprecated", node.get("deprecated").cloned()),
        ] {
            if let Some(value) = value {
                out.set(member, value);
            }
        }
        out
    }

    /// Adds a nested schema under the name of its location, unless it exists, and returns the name.
    fn emit(&mut self, schema: &Node, published: &str, place: Place<'_>) -> String {
        let origin = format!(
            "{}.{}{} {published}",
            place.owner,
            place.field,
            if place.item { "[]" } else { "" }
        );
        let mut name = if place.owner == ERROR && !published.is_empty() {
            published.to_owned()
        } else {
            place.name()
        };
        let plain = name.clone();
        for number in 2.. {
            let is_free = !self.roots.contains(&name)
                && self.origins.get(&name).is_none_or(|known| *known == origin);
            if is_free {
                break;
            }
            name = format!("{plain}_{number}");
        }
        if self.origins.insert(name.clone(), origin).is_none() {
            let body = self.body(schema, &name, published);
            self.insert(name.clone(), body, published);
        }
        name
    }

    fn refer(&self, node: &Node, name: &str) -> Node {
        let mut out = node.clone();
        out.set("$ref", Node::text(node.at, &reference_to(name)));
        out
    }

    fn is_address(&self, schema: &Node) -> bool {
        let names = |schema: &Node| -> BTreeSet<String> {
            schema
                .get("properties")
                .map_or(&[][..], Node::entries)
                .iter()
                .map(|(key, _)| key.name.clone())
                .collect()
        };
        self.published.get(ADDRESS).is_some_and(|address| names(address) == names(schema))
    }

    /// Expands the responses of all operations. Requests stay as they are.
    fn paths(&mut self, paths: &Node) -> Node {
        let mut out = paths.clone();
        for (_, item) in out.entries_mut() {
            for (_, operation) in item.entries_mut() {
                let Some(responses) = operation.get_mut("responses") else { continue };
                for (_, response) in responses.entries_mut() {
                    let Some(content) = response.get_mut("content") else { continue };
                    if content
                        .entries()
                        .iter()
                        .all(|(_, media)| media.get("schema").is_some_and(is_empty_object))
                    {
                        response.remove("content");
                        continue;
                    }
                    for (_, media) in content.entries_mut() {
                        if let Some(schema) = media.get_mut("schema") {
                            *schema = self
                                .node(schema, Place { owner: "", field: "", item: false, arm: 0 });
                        }
                    }
                }
            }
        }
        out
    }
}

/// Returns the class of a resource in the SDKs.
fn class(id: &str, schema: &Node) -> Node {
    let (package, class) = match CLASSES.iter().find(|(known, ..)| *known == id) {
        Some((_, package, class)) => ((*package).to_owned(), (*class).to_owned()),
        None => {
            let (package, class) = id.rsplit_once('.').unwrap_or(("", id));
            let package: Vec<String> =
                package.split('.').map(|step| step.to_upper_camel_case()).collect();
            (package.join("."), class.to_upper_camel_case())
        }
    };
    let at = schema.at;
    Node::object_of(
        at,
        [("class_name", Node::text(at, &class)), ("in_package", Node::text(at, &package))],
    )
}

/// Adds nullable fields to the required ones. Public documents list only fields that always have
/// a value, but responses contain the others as `null`.
fn require_nullable(schema: &mut Node) {
    let fields = schema.get("properties").map_or(&[][..], Node::entries);
    let nullable: Vec<(String, Node)> = fields
        .iter()
        .filter(|(_, field)| field.flag("nullable"))
        .map(|(key, _)| (key.name.clone(), Node::text(key.at, &key.name)))
        .collect();
    let mut required: Vec<Node> = schema.get("required").map_or(&[][..], Node::items).to_vec();
    for (name, node) in nullable {
        if !required.iter().any(|known| known.as_str() == Some(&name)) {
            required.push(node);
        }
    }
    if !required.is_empty() {
        required.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
        let at = schema.get("required").map_or(schema.at, |required| required.at);
        schema.set("required", Node { at, value: Value::Array(required) });
    }
}

/// Returns whether the field `object` is constant, and so identifies the object.
fn says_what_it_is(schema: &Node) -> bool {
    let values = schema
        .get("properties")
        .and_then(|properties| properties.get("object")?.get("enum"))
        .map_or(&[][..], Node::items);
    matches!(values, [only] if !["list", "search_result"].contains(&only.as_str().unwrap_or_default()))
}

/// Returns whether a schema is a page of a list, which stays inline.
fn is_page(schema: &Node) -> bool {
    let has = |name: &str| {
        schema.get("properties").is_some_and(|properties| properties.get(name).is_some())
    };
    has("data") && (has("has_more") || has("next_page_url"))
}

/// Returns whether a schema is an object, a union or an enum, and not a scalar.
fn is_compound(schema: &Node) -> bool {
    schema.get("properties").is_some() || arms(schema).is_some()
}

fn is_empty_object(schema: &Node) -> bool {
    schema.str("type") == Some("object")
        && schema.get("properties").is_some_and(|properties| properties.entries().is_empty())
        && schema.get("additionalProperties").is_none()
}

fn arms(schema: &Node) -> Option<&[Node]> {
    Some(schema.get("anyOf").or_else(|| schema.get("oneOf"))?.items())
}

fn target(node: &Node) -> Option<String> {
    node.str("$ref").and_then(referenced)
}

fn all_references(arms: &[Node]) -> Option<BTreeSet<String>> {
    arms.iter().map(target).collect()
}

/// Collects the schemas that a node refers to.
fn references(node: Option<&Node>, found: &mut BTreeSet<String>) {
    let Some(node) = node else { return };
    found.extend(target(node));
    node.entries().iter().for_each(|(_, member)| references(Some(member), found));
    node.items().iter().for_each(|item| references(Some(item), found));
}
