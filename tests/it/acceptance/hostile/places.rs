//! The locations of a document that can contain a name.

use serde_json::{Value, json};

use super::document::{Document, body, operation, reference, text};

/// Inserts a name into a document. The number makes the insertion differ from others.
type Put = fn(&mut Document, &str, usize);

/// A location, by its content.
pub struct Place {
    pub what: &'static str,
    put: Put,
}

impl Place {
    /// Puts a name into this place of a document. Different numbers keep additions apart.
    pub fn put(&self, document: &mut Document, name: &str, number: usize) {
        (self.put)(document, name, number);
    }
}

/// A field with a schema that becomes a separate type.
fn inline_object() -> Value {
    json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": text()}})
}

/// An expandable field, or one of several shapes.
fn one_of(names: [&str; 2]) -> Value {
    json!({"anyOf": names.map(reference)})
}

pub const PLACES: &[Place] = &[
    Place { what: "a resource", put: |to, name, number| to.resource(name, json!({}), number) },
    Place {
        what: "a namespace",
        put: |to, name, number| to.resource(&format!("{name}.thing"), json!({}), number),
    },
    Place {
        what: "a resource in a namespace",
        put: |to, name, number| to.resource(&format!("space.{name}"), json!({}), number),
    },
    Place {
        what: "a class",
        put: |to, name, number| {
            let class = json!({"x-stripeResource": {"in_package": "", "class_name": name}});
            to.resource(&format!("classed_{number}"), class, number);
        },
    },
    Place {
        what: "a package",
        put: |to, name, number| {
            let class = json!({"x-stripeResource": {"in_package": name, "class_name": "Thing"}});
            to.resource(&format!("packed_{number}"), class, number);
        },
    },
    Place {
        what: "the id of a resource",
        put: |to, name, number| {
            let schema =
                json!({"type": "object", "x-resourceId": name, "properties": {"id": text()}});
            to.schema(&format!("identified_{number}"), schema);
        },
    },
    Place {
        what: "a deleted resource",
        put: |to, name, number| {
            to.resource(name, json!({}), number);
            let deleted = format!("deleted_{name}");
            to.schema(
                &deleted,
                json!({"type": "object", "required": ["id", "deleted"], "properties": {
                    "id": text(), "object": {"type": "string", "enum": [name]},
                    "deleted": {"type": "boolean", "enum": [true]}}}),
            );
            to.field(&format!("gone_{number}"), one_of([name, &deleted]));
        },
    },
    Place {
        what: "a schema",
        put: |to, name, number| {
            to.schema(name, inline_object());
            to.field(&format!("of_schema_{number}"), reference(name));
        },
    },
    Place {
        what: "a schema of a resource",
        put: |to, name, number| {
            let schema = format!("card_{name}");
            to.schema(&schema, inline_object());
            to.field(&format!("of_part_{number}"), reference(&schema));
        },
    },
    Place {
        what: "a schema that is an enum",
        put: |to, name, number| {
            to.schema(name, json!({"type": "string", "enum": ["a", "b"]}));
            to.field(&format!("of_enum_{number}"), reference(name));
        },
    },
    Place {
        what: "a schema that is a union",
        put: |to, name, number| {
            to.schema(name, json!({"anyOf": [text(), reference("card")]}));
            to.field(&format!("of_union_{number}"), reference(name));
        },
    },
    Place {
        what: "a schema that is a string",
        put: |to, name, number| {
            to.schema(name, text());
            to.field(&format!("of_text_{number}"), reference(name));
        },
    },
    Place {
        what: "a title",
        put: |to, name, number| {
            let mut titled = inline_object();
            titled["title"] = name.into();
            to.field(&format!("titled_{number}"), titled.clone());
            to.form(number, json!({"titled": titled}), json!([]));
        },
    },
    Place {
        what: "a member of a union",
        put: |to, name, number| {
            to.schema(name, inline_object());
            to.field(&format!("either_{number}"), one_of(["card", name]));
        },
    },
    Place {
        what: "a value that tells a union's members apart",
        put: |to, name, number| {
            let schema = format!("told_{number}");
            to.schema(
                &schema,
                json!({"type": "object", "required": ["object"], "properties": {
                    "object": {"type": "string", "enum": [name]}, "a": text()}}),
            );
            to.field(&format!("told_{number}"), one_of(["card", &schema]));
        },
    },
    Place {
        what: "what a field can be expanded to",
        put: |to, name, number| {
            to.resource(name, json!({}), number);
            let both = one_of(["card", name]);
            to.field(
                &format!("expanded_{number}"),
                json!({"anyOf": [text(), reference("card"), reference(name)],
                    "x-expansionResources": {"oneOf": both["anyOf"]}}),
            );
        },
    },
    Place { what: "a field", put: |to, name, _| to.field(name, text()) },
    Place {
        what: "a required field",
        put: |to, name, _| {
            to.field(name, text());
            let required = to.schemas["card"]["required"].as_array_mut().expect("it is a list");
            if !required.contains(&name.into()) {
                required.push(name.into());
            }
        },
    },
    Place {
        what: "a field that is an enum",
        put: |to, name, number| {
            to.field(name, json!({"type": "string", "enum": ["a", format!("b{number}")]}));
        },
    },
    Place {
        what: "a field that is an object",
        put: |to, name, number| {
            let mut object = inline_object();
            object["properties"][format!("c{number}")] = text();
            to.field(name, object);
        },
    },
    Place {
        what: "a field of a nested object",
        put: |to, name, number| {
            let nested = json!({"type": "object", "properties": {name: inline_object()}});
            to.field(&format!("nested_{number}"), nested);
        },
    },
    Place {
        what: "a field that is a list",
        put: |to, name, number| {
            let item = json!({"type": "string", "enum": ["x", format!("y{number}")]});
            to.field(name, json!({"type": "array", "items": item}));
        },
    },
    Place {
        what: "a value of an enum",
        put: |to, name, number| {
            let kind = json!({"type": "string", "enum": [name, "Other"]});
            to.field(&format!("kind_{number}"), kind.clone());
            to.form(number, json!({"kind": kind}), json!([]));
        },
    },
    Place {
        what: "a value of an enum in a union",
        put: |to, name, number| {
            let kind = json!({"anyOf": [{"type": "string", "enum": [name, "other"]}, {"type": "integer"}]});
            to.field(&format!("union_{number}"), kind.clone());
            to.form(number, json!({"kind": kind}), json!([]));
        },
    },
    Place {
        what: "a parameter of a form",
        put: |to, name, number| to.form(number, json!({name: text()}), json!([])),
    },
    Place {
        what: "a required parameter of a form",
        put: |to, name, number| to.form(number, json!({name: text()}), json!([name])),
    },
    Place {
        what: "a parameter that is an object",
        put: |to, name, number| to.form(number, json!({name: inline_object()}), json!([])),
    },
    Place {
        what: "a parameter of a nested object",
        put: |to, name, number| {
            let nested = json!({"type": "object", "required": [name], "properties": {name: inline_object()}});
            to.form(number, json!({"nested": nested}), json!([]));
        },
    },
    Place {
        what: "a parameter that is an enum",
        put: |to, name, number| {
            to.form(number, json!({name: {"type": "string", "enum": ["a", "b"]}}), json!([name]))
        },
    },
    Place {
        what: "a parameter that is a union",
        put: |to, name, number| {
            let union =
                json!({"anyOf": [inline_object(), text(), {"type": "string", "enum": ["", "a"]}]});
            to.form(number, json!({name: union}), json!([]));
        },
    },
    Place {
        what: "a member of a JSON body",
        put: |to, name, number| {
            let schema = json!({"type": "object", "properties": {name: inline_object()}, "required": [name]});
            to.path(&format!("/v2/cards/json_{number}"), "post", body("application/json", schema));
        },
    },
    Place {
        what: "a file",
        put: |to, name, number| {
            let file = json!({"type": "string", "format": "binary"});
            let schema = json!({"type": "object", "properties": {name: file}});
            to.path(
                &format!("/v1/cards/file_{number}"),
                "post",
                body("multipart/form-data", schema),
            );
        },
    },
    Place {
        what: "a parameter of a query",
        put: |to, name, number| {
            to.parameter(number, json!({"name": name, "in": "query", "schema": text()}));
        },
    },
    Place {
        what: "a header",
        put: |to, name, number| {
            to.parameter(number, json!({"name": name, "in": "header", "schema": text()}));
        },
    },
    Place {
        what: "a parameter of a path",
        put: |to, name, number| {
            let mut get = operation(reference("card"));
            get["parameters"] =
                json!([{"name": name, "in": "path", "required": true, "schema": text()}]);
            to.path(&format!("/v1/in_{number}/{{{name}}}"), "get", get);
        },
    },
    Place {
        what: "a path",
        put: |to, name, _| {
            to.path(&format!("/{name}"), "get", operation(json!({"type": "object"})))
        },
    },
    Place {
        what: "a segment of a path",
        put: |to, name, _| {
            let object = json!({"type": "object", "properties": {"a": text()}});
            to.path(&format!("/v1/{name}"), "get", operation(object.clone()));
            to.path(&format!("/v1/{name}/first/{name}"), "post", operation(object));
        },
    },
    Place {
        what: "an action",
        put: |to, name, _| {
            let mut post = operation(reference("card"));
            post["parameters"] =
                json!([{"name": "card", "in": "path", "required": true, "schema": text()}]);
            to.path(&format!("/v1/cards/{{card}}/{name}"), "post", post);
        },
    },
    Place {
        what: "the id of an operation",
        put: |to, name, number| {
            let mut get = operation(reference("card"));
            get["operationId"] = name.into();
            to.path(&format!("/v1/cards/called_{number}"), "get", get);
        },
    },
    Place {
        what: "a method",
        put: |to, name, number| {
            let path = format!("/v1/cards/method_{number}");
            to.path(&path, "get", operation(reference("card")));
            let listed = json!({"method_name": name, "method_on": "service", "method_type": "custom",
                "operation": "get", "path": path});
            let operations = to.schemas["card"]
                .as_object_mut()
                .expect("it is an object")
                .entry("x-stripeOperations")
                .or_insert_with(|| json!([]));
            operations.as_array_mut().expect("it is a list").push(listed);
        },
    },
    Place {
        what: "an event",
        put: |to, name, _| {
            let schema = json!({"type": "object", "properties": {"object": reference("card")}});
            let post = json!({"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}});
            to.webhooks.insert(name.to_owned(), post);
        },
    },
    Place {
        what: "a thin event",
        put: |to, name, number| {
            to.schema(
                &format!("event_{number}"),
                json!({"type": "object", "x-stripeEvent": {"type": name, "kind": "thin"}, "properties": {
                    "data": {"type": "object", "properties": {name: text()}}}}),
            );
        },
    },
    Place {
        what: "a description",
        put: |to, name, number| {
            let described = |mut schema: Value| {
                schema["description"] = name.into();
                schema
            };
            to.schemas["card"]["description"] = name.into();
            to.field(&format!("described_{number}"), described(inline_object()));
            let kind = described(json!({"type": "string", "enum": ["a", "z"]}));
            to.form(number, json!({"a": described(inline_object()), "kind": kind}), json!([]));
            to.paths[&format!("/v1/cards/form_{number}")]["post"]["description"] = name.into();
        },
    },
    Place {
        what: "a version",
        put: |to, name, _| {
            to.rest.insert("info".to_owned(), json!({"title": name, "version": name}));
        },
    },
    Place {
        what: "a lifetime",
        put: |to, name, number| {
            to.rest.insert(
                "info".to_owned(),
                json!({"version": name, "x-versions": ["2020-01-01", name]}),
            );
            to.field(&format!("since_{number}"), json!({"type": "string", "x-since": name}));
        },
    },
    Place {
        what: "a preview",
        put: |to, name, number| {
            let mut get = operation(reference("card"));
            get["x-stripeBeta"] = name.into();
            to.path(&format!("/v1/cards/preview_{number}"), "get", get);
        },
    },
    Place {
        what: "a locked name",
        put: |to, name, _| {
            to.names.insert("card.brand".to_owned(), format!("card::{name}").into());
        },
    },
    Place {
        what: "a locked function",
        put: |to, name, _| {
            to.names.insert("PostCards()".to_owned(), format!("card::{name}").into());
        },
    },
    Place {
        what: "a crate",
        put: |to, name, number| {
            to.resource("apart.thing", json!({}), number);
            to.rest.insert("x-rustCrates".to_owned(), json!({name: ["apart"]}));
        },
    },
    Place {
        what: "a format",
        put: |to, name, number| {
            to.field(&format!("formatted_{number}"), json!({"type": "string", "format": name}));
        },
    },
];
