//! Converts schemas to types.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::{Api, Field, Kind, Lifetime, Object, Schema, SchemaId, Type, TypeId};
use crate::diagnostic::{Diagnostics, Location};
use crate::document::{Node, Value};
use crate::spec::{Members, Spec, closest, referenced, sensitive};

/// The use of a schema. The same keywords have different meanings in responses and requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usage {
    /// In a response.
    Response,
    /// In a query or form: the empty string clears a value.
    Form,
    /// In a multipart form, which can contain files.
    Multipart,
    /// In a JSON body that creates an object.
    Json,
    /// In a JSON body that updates an object: `null` clears a value.
    JsonUpdate,
}

/// Adds every named schema that is not an event.
pub(super) fn add_all(api: &mut Api, spec: &Spec, problems: &mut Diagnostics) {
    let nothing = api.add(Type {
        kind: Kind::Empty,
        title: None,
        description: None,
        values: IndexMap::new(),
        value_descriptions: IndexMap::new(),
        class: None,
    });
    // Names come first, so that references resolve in any order.
    for (name, (at, node)) in &spec.schemas {
        if node.get("x-stripeEvent").is_none() {
            let schema = Schema {
                ty: nothing,
                at: *at,
                resource_id: (node.str("x-resourceId"))
                    .or_else(|| node.get("x-stripeOperations").map(|_| name.as_str()))
                    .map(str::to_owned),
                lifetime: Lifetime::of(node),
            };
            api.schemas.insert(name.clone(), schema);
        }
    }
    check_aliases(&spec.schemas, problems);
    check_unions(&spec.schemas, problems);
    for (index, name) in api.schemas.keys().cloned().collect::<Vec<_>>().into_iter().enumerate() {
        let (_, node) = &spec.schemas[&name];
        let ty = Lowering::new(api, problems, Usage::Response).named(node);
        api.schemas[index].ty = ty;
    }
    // A cycle of references has already been reported.
    if !problems.has_errors() {
        check_circles(api, problems);
    }
}

/// Reports lists and maps that contain only themselves, and so have no type.
fn check_circles(api: &Api, problems: &mut Diagnostics) {
    for (name, schema) in &api.schemas {
        let mut open = vec![schema.ty];
        let mut seen = HashSet::new();
        while let Some(id) = open.pop() {
            match api.ty(id).kind {
                Kind::Array(inner) | Kind::Map(inner) | Kind::Clearable(inner) => open.push(inner),
                Kind::List(inner) | Kind::SearchResult(inner) | Kind::Page(inner) => {
                    open.push(inner)
                }
                Kind::Schema(other) | Kind::Lazy(other) if seen.insert(other) => {
                    open.push(api.schema(other).ty);
                }
                Kind::MaybeDeleted { present, deleted } => {
                    let new = [present, deleted].into_iter().filter(|other| seen.insert(*other));
                    open.extend(new.map(|other| api.schema(other).ty));
                }
                _ => {}
            }
            if open.contains(&schema.ty) {
                let message = format!("the schema `{name}` consists of itself alone");
                let help = "give it fields or alternatives";
                problems.report("ref-cycle", schema.at, message, help);
                break;
            }
        }
    }
}

/// Reports references that form a cycle.
fn check_aliases(schemas: &Members, problems: &mut Diagnostics) {
    for (name, (at, node)) in schemas {
        let mut current = node;
        for _ in 0..=schemas.len() {
            let Some(target) = current.str("$ref").and_then(referenced) else { break };
            if target == *name {
                problems.report(
                    "ref-cycle",
                    *at,
                    format!("the schema `{name}` refers only to itself"),
                    "define one of the schemas in this cycle",
                );
                break;
            }
            let Some((_, next)) = schemas.get(&target) else { break };
            current = next;
        }
    }
}

/// Removes a union from its own alternatives. It would be an infinite type, and the alternative
/// adds nothing.
fn check_unions(schemas: &Members, problems: &mut Diagnostics) {
    let alternatives = |name: &str| -> Vec<String> {
        let Some((_, node)) = schemas.get(name) else { return Vec::new() };
        let alias = node.str("$ref").and_then(referenced);
        let arms = node.get("anyOf").or_else(|| node.get("oneOf")).map_or(&[][..], Node::items);
        alias
            .into_iter()
            .chain(arms.iter().filter_map(|arm| referenced(arm.str("$ref")?)))
            .collect()
    };
    for (name, (at, node)) in schemas {
        let is_union = node.get("anyOf").is_some() || node.get("oneOf").is_some();
        let mut reached: Vec<String> = if is_union { alternatives(name) } else { Vec::new() };
        let mut next = 0;
        while let Some(other) = reached.get(next).cloned() {
            next += 1;
            for one in alternatives(&other) {
                if !reached.contains(&one) {
                    reached.push(one);
                }
            }
        }
        if reached.contains(name) {
            problems.report(
                "ref-cycle",
                *at,
                format!("the schema `{name}` is one of its own alternatives"),
                "remove the alternative: it adds nothing",
            );
        }
    }
}

/// A type, and whether the value can be `null`.
#[derive(Clone, Copy)]
pub(super) struct Lowered {
    pub ty: TypeId,
    pub nullable: bool,
}

/// Converts schemas to types of the model.
pub(super) struct Lowering<'a> {
    api: &'a mut Api,
    problems: &'a mut Diagnostics,
    usage: Usage,
}

impl<'a> Lowering<'a> {
    pub fn new(api: &'a mut Api, problems: &'a mut Diagnostics, usage: Usage) -> Self {
        Self { api, problems, usage }
    }

    /// Converts a named schema.
    fn named(&mut self, node: &Node) -> TypeId {
        self.lower("", node).ty
    }

    /// Converts the schema of a field or parameter.
    pub fn lower(&mut self, name: &str, node: &Node) -> Lowered {
        if let Some(schema) =
            node.str("x-externalResource").filter(|_| self.usage == Usage::Response)
        {
            // A spec that extends another one refers to schemas by name.
            if let Some(id) = self.api.schema_id(schema) {
                return self.done(node, Kind::Schema(id), false);
            }
        }
        if let Some(reference) = node.get("$ref") {
            return self.reference(node, reference);
        }
        if let Some(arms) = node.get("anyOf").or_else(|| node.get("oneOf")) {
            return self.any_of(name, node, arms);
        }
        let (kind, nullable) = self.of_type(name, node);
        self.done(node, kind, nullable || node.flag("nullable"))
    }

    fn done(&mut self, node: &Node, kind: Kind, nullable: bool) -> Lowered {
        let ty = self.add(node, kind);
        Lowered { ty, nullable }
    }

    fn add(&mut self, node: &Node, kind: Kind) -> TypeId {
        let is_enum = matches!(kind, Kind::Enum(_));
        let values = if is_enum { lifetimes(node) } else { IndexMap::new() };
        let described = node.get("x-enumDescriptions").filter(|_| is_enum);
        let value_descriptions = described
            .map_or(&[][..], Node::entries)
            .iter()
            .filter_map(|(value, text)| Some((value.name.clone(), text.as_str()?.to_owned())))
            .collect();
        self.api.add(Type {
            kind,
            title: node.str("title").map(str::to_owned),
            description: description(node),
            values,
            value_descriptions,
            class: node.str("x-enumClass").filter(|_| is_enum).map(str::to_owned),
        })
    }

    fn reference(&mut self, node: &Node, reference: &Node) -> Lowered {
        let kind = match self.resolve(reference) {
            Some(id) if node.flag("x-lazy") => Kind::Lazy(id),
            Some(id) => Kind::Schema(id),
            None => Kind::Json,
        };
        self.done(node, kind, node.flag("nullable"))
    }

    /// Returns the target of a `$ref`.
    fn resolve(&mut self, reference: &Node) -> Option<SchemaId> {
        let Some(name) = reference.as_str().and_then(referenced) else {
            self.problems.report(
                "ref",
                reference.at,
                "this `$ref` does not lead to a schema",
                "write it as `#/components/schemas/NAME`",
            );
            return None;
        };
        let id = self.api.schema_id(&name);
        if id.is_none() {
            let help = match closest(&name, self.api.schemas.keys().map(String::as_str)) {
                Some(known) => format!("did you mean `#/components/schemas/{known}`?"),
                None => "define the schema under `components.schemas`".to_owned(),
            };
            self.problems.report("ref", reference.at, format!("there is no schema `{name}`"), help);
        }
        id
    }

    fn any_of(&mut self, name: &str, node: &Node, arms: &Node) -> Lowered {
        let mut nullable = node.flag("nullable");
        let mut clear = false;
        let mut rest: Vec<&Node> = Vec::new();
        for arm in arms.items() {
            if arm.str("type") == Some("null") {
                nullable = true;
            } else if is_empty_string(arm) && self.usage != Usage::Response {
                clear = true;
            } else {
                rest.push(arm);
            }
        }
        if rest.is_empty() {
            self.problems.report(
                "any-of",
                arms.at,
                "`anyOf` has no alternatives",
                "list at least one schema, besides `null` and the empty string",
            );
            return self.done(node, Kind::Json, nullable);
        }
        // Only responses contain expandable fields.
        if let Some(expansion) =
            node.get("x-expansionResources").filter(|_| self.usage == Usage::Response)
        {
            let kind = self.expandable(expansion);
            return self.done(node, kind, nullable);
        }
        let lowered = self.alternatives(name, node, &rest);
        nullable |= lowered.nullable;
        let ty = if clear { self.add(node, Kind::Clearable(lowered.ty)) } else { lowered.ty };
        Lowered { ty, nullable }
    }

    fn expandable(&mut self, expansion: &Node) -> Kind {
        let listed =
            expansion.get("oneOf").or_else(|| expansion.get("anyOf")).map_or(&[][..], Node::items);
        let references: Vec<_> = listed.iter().filter_map(|arm| arm.get("$ref")).collect();
        if references.is_empty() {
            self.problems.report(
                "expansion",
                expansion.at,
                "`x-expansionResources` names no schema",
                "list the schemas as `oneOf: [{$ref: '#/components/schemas/NAME'}]`",
            );
        }
        Kind::Expandable(
            references.into_iter().filter_map(|reference| self.resolve(reference)).collect(),
        )
    }

    fn alternatives(&mut self, name: &str, node: &Node, arms: &[&Node]) -> Lowered {
        if let [arm] = arms {
            let lowered = self.lower(name, arm);
            if !node.flag("x-lazy") {
                return lowered;
            }
            if let Kind::Schema(schema) = self.api.ty(lowered.ty).kind {
                return self.done(node, Kind::Lazy(schema), lowered.nullable);
            }
            return lowered;
        }
        if let Some(bounds) = arms.iter().find(|arm| arm.str("title") == Some("range_query_specs"))
        {
            let kind = self.range(bounds);
            return self.done(node, kind, false);
        }
        let mut nullable = false;
        let lowered: Vec<_> = (arms.iter())
            .map(|arm| {
                let lowered = self.lower(name, arm);
                nullable |= lowered.nullable;
                lowered.ty
            })
            .collect();
        let kind = self.maybe_deleted(&lowered).unwrap_or(Kind::Union(lowered));
        self.done(node, kind, nullable)
    }

    /// Ranges are of times only. No list of the API filters by other numbers.
    fn range(&mut self, bounds: &Node) -> Kind {
        let text = bounds
            .get("properties")
            .and_then(|fields| fields.entries().first())
            .is_some_and(|(_, bound)| bound.str("type") == Some("string"));
        let item = self.add(bounds, if text { Kind::DateTime } else { Kind::UnixTime });
        Kind::Range(item)
    }

    fn maybe_deleted(&self, arms: &[TypeId]) -> Option<Kind> {
        let [first, second] = arms else { return None };
        let (Kind::Schema(first), Kind::Schema(second)) =
            (&self.api.ty(*first).kind, &self.api.ty(*second).kind)
        else {
            return None;
        };
        let pair = |present: SchemaId, deleted: SchemaId| {
            let expected = format!("deleted_{}", self.api.schema_name(present));
            (self.api.schema_name(deleted) == expected)
                .then_some(Kind::MaybeDeleted { present, deleted })
        };
        pair(*first, *second).or_else(|| pair(*second, *first))
    }

    fn of_type(&mut self, name: &str, node: &Node) -> (Kind, bool) {
        let mut nullable = false;
        let mut types = Vec::new();
        match node.get("type") {
            Some(Node { value: Value::Array(listed), .. }) => {
                for item in listed {
                    match item.as_str() {
                        Some("null") => nullable = true,
                        Some(ty) => types.push(ty),
                        None => {}
                    }
                }
            }
            Some(Node { value: Value::Str(ty), .. }) => types.push(ty.as_str()),
            _ => {}
        }
        let kind = match types[..] {
            ["boolean"] => Kind::Boolean,
            ["integer"] => self.integer(node),
            ["number"] => Kind::Number,
            ["string"] => self.string(name, node),
            ["array"] => self.array(name, node),
            ["object"] => self.object(name, node),
            [] if node.get("properties").is_some() => self.object(name, node),
            [] if node.get("enum").is_some() => self.string(name, node),
            [] if node.get("type").is_none()
                && !node.entries().iter().any(|(key, _)| key.name == "items") =>
            {
                Kind::Json
            }
            _ => {
                let at = node.get("type").map_or(node.at, |ty| ty.at);
                self.problems.report(
                    "type",
                    at,
                    "this type is not supported",
                    "use one of boolean, integer, number, string, array, object, and `null` beside it if need be",
                );
                Kind::Json
            }
        };
        (kind, nullable)
    }

    fn integer(&mut self, node: &Node) -> Kind {
        match node.str("format") {
            Some("unix-time") => Kind::UnixTime,
            None | Some("int32" | "int64") => Kind::Integer,
            Some(_) => {
                self.unknown_format(node);
                Kind::Integer
            }
        }
    }

    /// A format only narrows its base type, so unknown formats are accepted.
    fn unknown_format(&mut self, node: &Node) {
        let format = node.get("format");
        let name = format.and_then(Node::as_str).unwrap_or_default();
        let ty = node.str("type").unwrap_or("string");
        self.problems.ignore(
            "format",
            format.map_or(node.at, |format| format.at),
            format!("the format `{name}` is not known, so the field is a plain {ty}"),
            "no action is needed; a format with a type of its own can be added to the generator",
        );
    }

    fn string(&mut self, name: &str, node: &Node) -> Kind {
        if let Some(values) = node.get("enum") {
            return self.enumeration(node, values);
        }
        match node.str("format") {
            Some("decimal") => return Kind::Decimal,
            Some("date-time") => return Kind::DateTime,
            Some("int64") => return Kind::Int64,
            Some("binary") if self.usage == Usage::Multipart => return Kind::Binary,
            Some("binary") => {
                let what = "a file outside of a body of multipart/form-data is a string";
                let help = "no action is needed; the API reads and writes it as text";
                self.problems.ignore("format", node.at, what, help);
            }
            None | Some("password" | "uri" | "email" | "date" | "uuid") => {}
            Some("currency") => return Kind::Currency,
            Some(_) => self.unknown_format(node),
        }
        if is_currency(name) {
            return Kind::Currency;
        }
        if let Some(id) = self.id_of(name) {
            return Kind::Id(id);
        }
        // Stripe's documents have a limit of 5,000 where there is no particular limit.
        let max_length =
            node.get("maxLength").and_then(Node::as_int).filter(|length| *length != 5000);
        Kind::Text { max_length }
    }

    /// A string that is named like a top-level resource is its ID.
    fn id_of(&self, name: &str) -> Option<SchemaId> {
        // Fields of these names can also contain a token or another kind of ID.
        const AMBIGUOUS: [&str; 6] = ["card", "source", "item", "token", "file", "application"];
        if AMBIGUOUS.contains(&name) {
            return None;
        }
        let id = self.api.schema_id(name)?;
        (self.api.schema(id).resource_id.as_deref() == Some(name)).then_some(id)
    }

    fn enumeration(&mut self, node: &Node, values: &Node) -> Kind {
        let mut texts = Vec::new();
        let mut clear = false;
        for value in values.items() {
            match &value.value {
                Value::Str(text) if text.is_empty() && self.usage != Usage::Response => {
                    clear = true
                }
                Value::Str(text) if texts.contains(text) => {
                    self.problems.report(
                        "enum",
                        value.at,
                        format!("the value `{text}` is listed twice"),
                        "list each value once",
                    );
                }
                Value::Str(text) => texts.push(text.clone()),
                Value::Null => {}
                // YAML reads `on`, `1.0` and the like as booleans and numbers.
                _ => self.problems.report(
                    "enum",
                    value.at,
                    format!("a value of a string enum must be a string, found {}", value.kind()),
                    "put it in quotes",
                ),
            }
        }
        if texts.is_empty() {
            if !clear {
                self.problems.report(
                    "enum",
                    values.at,
                    "`enum` lists no value",
                    "list the values, or remove `enum`",
                );
            }
            return Kind::Text { max_length: None };
        }
        if !clear {
            return Kind::Enum(texts);
        }
        let ty = self.add(node, Kind::Enum(texts));
        Kind::Clearable(ty)
    }

    fn array(&mut self, name: &str, node: &Node) -> Kind {
        let Some(items) = node.get("items") else {
            self.problems.report("items", node.at, "an array without `items`", "add `items`");
            return Kind::Json;
        };
        Kind::Array(self.lower(name, items).ty)
    }

    fn object(&mut self, name: &str, node: &Node) -> Kind {
        let values = node
            .get("additionalProperties")
            .filter(|values| matches!(values.value, Value::Object(_)));
        let Some(properties) = node.get("properties") else {
            if let Some(required) =
                node.get("required").filter(|required| !required.items().is_empty())
            {
                let help = "define them under `properties`, or remove the list";
                self.problems.report(
                    "required",
                    required.at,
                    "members are required, and none is defined",
                    help,
                );
            }
            return match values {
                Some(values) => self.map(name, values),
                None => Kind::Json,
            };
        };
        if let (Some(values), []) = (values, properties.entries()) {
            return self.map(name, values);
        }
        if self.usage == Usage::Response
            && let Some(kind) = self.list(name, properties)
        {
            return kind;
        }
        Kind::Object(self.members(node))
    }

    fn map(&mut self, name: &str, values: &Node) -> Kind {
        // Values of a map are named after their keys, not after the map.
        let _ = name;
        let lowered = self.lower("", values);
        if self.usage != Usage::JsonUpdate {
            return Kind::Map(lowered.ty);
        }
        Kind::Map(self.add(values, Kind::Clearable(lowered.ty)))
    }

    /// Recognizes the three kinds of pages by their exact fields.
    fn list(&mut self, name: &str, properties: &Node) -> Option<Kind> {
        let data = properties.get("data").filter(|data| data.str("type") == Some("array"))?;
        let items = data.get("items")?;
        let has_only = |allowed: &[&str]| {
            properties.entries().iter().all(|(key, _)| allowed.contains(&key.name.as_str()))
        };
        let object = properties
            .get("object")
            .and_then(|object| object.get("enum")?.items().first()?.as_str());
        let kind = match object {
            Some("list") if has_only(&["data", "has_more", "object", "total_count", "url"]) => {
                Kind::List
            }
            Some("search_result")
                if has_only(&["data", "has_more", "next_page", "object", "total_count", "url"]) =>
            {
                Kind::SearchResult
            }
            None if properties.get("next_page_url").is_some()
                && has_only(&["data", "next_page_url", "previous_page_url"]) =>
            {
                Kind::Page
            }
            _ => return None,
        };
        Some(kind(self.lower(name, items).ty))
    }

    /// The fields of an object schema.
    pub fn members(&mut self, node: &Node) -> Object {
        let mut object = Object::default();
        let Some(properties) = node.get("properties") else { return object };
        let required: Vec<&Node> =
            node.get("required").map_or_else(Vec::new, |names| names.items().iter().collect());
        for name in &required {
            let known = name.as_str().is_some_and(|name| properties.get(name).is_some());
            if !known {
                self.problems.report(
                    "required",
                    name.at,
                    format!("`{}` is required but not defined", name.as_str().unwrap_or_default()),
                    "define it under `properties`, or take it off this list",
                );
            }
        }
        let mut names = IndexMap::new();
        for (key, schema) in properties.entries() {
            names.insert(key.name.as_str(), (key.at, schema));
        }
        names.sort_unstable_keys();
        for (name, (_, schema)) in names {
            if self.usage == Usage::Response && self.constant(name, schema, &mut object) {
                continue;
            }
            let is_required = required.iter().any(|required| required.as_str() == Some(name));
            let field = self.field(name, schema, is_required);
            object.fields.push(field);
        }
        object
    }

    /// Records a constant field. Returns whether the field is constant.
    fn constant(&mut self, name: &str, schema: &Node, object: &mut Object) -> bool {
        let [value] = schema.get("enum").map_or(&[][..], Node::items) else { return false };
        match (name, &value.value) {
            ("object", Value::Str(value)) => {
                object.object = Some(value.clone());
                true
            }
            ("deleted", Value::Bool(true)) => {
                object.deleted = true;
                true
            }
            _ => false,
        }
    }

    /// Converts a field of an object, or a parameter.
    pub fn field(&mut self, name: &str, schema: &Node, required: bool) -> Field {
        let mut lowered = self.lower(name, schema);
        if self.usage == Usage::JsonUpdate && !required {
            lowered.ty = self.add(schema, Kind::Clearable(lowered.ty));
        }
        Field {
            name: name.to_owned(),
            ty: lowered.ty,
            required,
            nullable: lowered.nullable,
            secret: schema.str("format") == Some("password")
                || schema.str(sensitive::MARK) == Some("secret"),
            personal: schema.str(sensitive::MARK) == Some("personal"),
            deprecated: schema.flag("deprecated"),
            lifetime: Lifetime::of(schema),
            description: description(schema),
        }
    }
}

/// Whether a string of this name is a currency, whatever its format.
pub(crate) fn is_currency(name: &str) -> bool {
    name == "currency" || name.ends_with("_currency")
}

/// Returns the lifetimes of enum values that not all versions have.
fn lifetimes(node: &Node) -> IndexMap<String, Lifetime> {
    let mut values: IndexMap<String, Lifetime> = IndexMap::new();
    for (value, since) in node.get("x-enumSince").map_or(&[][..], Node::entries) {
        values.entry(value.name.clone()).or_default().since = since.as_str().map(str::to_owned);
    }
    for (value, until) in node.get("x-enumUntil").map_or(&[][..], Node::entries) {
        values.entry(value.name.clone()).or_default().until = until.as_str().map(str::to_owned);
    }
    values
}

fn is_empty_string(node: &Node) -> bool {
    matches!(node.get("enum").map(Node::items), Some([value]) if value.as_str() == Some(""))
}

/// Returns the prose of a node, if any.
pub(super) fn description(node: &Node) -> Option<String> {
    let text = node.str("description").or_else(|| node.str("summary"))?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Returns the location of a parameter or a section of an operation, for messages.
pub(super) fn at(node: &Node, member: &str) -> Location {
    node.get(member).map_or(node.at, |node| node.at)
}
