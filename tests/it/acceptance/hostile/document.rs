//! A document to which names are added.

use serde_json::{Map, Value, json};

/// A document that is accepted as it is, and to which names are added.
pub struct Document {
    pub schemas: Map<String, Value>,
    pub paths: Map<String, Value>,
    pub webhooks: Map<String, Value>,
    pub names: Map<String, Value>,
    pub rest: Map<String, Value>,
}

pub fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{}", name.replace('~', "~0").replace('/', "~1"))})
}

pub fn responses(schema: Value) -> Value {
    json!({"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}})
}

pub fn operation(schema: Value) -> Value {
    json!({"responses": responses(schema)})
}

pub fn body(media: &str, schema: Value) -> Value {
    json!({"requestBody": {"content": {media: {"schema": schema}}}, "responses": responses(reference("card"))})
}

pub fn text() -> Value {
    json!({"type": "string"})
}

impl Document {
    pub fn new() -> Self {
        let Value::Object(schemas) = json!({
            "card": {
                "type": "object", "x-resourceId": "card", "required": ["id"],
                "properties": {
                    "id": text(),
                    "object": {"type": "string", "enum": ["card"]},
                    "brand": {"type": "string", "enum": ["visa", "other"]},
                },
            },
        }) else {
            unreachable!("it is an object")
        };
        let mut new = Self {
            schemas,
            paths: Map::new(),
            webhooks: Map::new(),
            names: Map::new(),
            rest: Map::new(),
        };
        new.path(
            "/v1/cards/{card}",
            "get",
            json!({
                "parameters": [{"name": "card", "in": "path", "required": true, "schema": text()}],
                "responses": responses(reference("card")),
            }),
        );
        let form = json!({"type": "object", "properties": {"brand": text()}});
        new.path("/v1/cards", "post", body("application/x-www-form-urlencoded", form));
        new
    }

    pub fn path(&mut self, path: &str, method: &str, operation: Value) {
        let item = self.paths.entry(path).or_insert_with(|| json!({}));
        item[method] = operation;
    }

    /// A field of the resource that is always there.
    pub fn field(&mut self, name: &str, schema: Value) {
        self.schemas["card"]["properties"][name] = schema;
    }

    pub fn schema(&mut self, name: &str, schema: Value) {
        self.schemas.insert(name.to_owned(), schema);
    }

    /// A resource that can be read and made.
    pub fn resource(&mut self, key: &str, mut schema: Value, number: usize) {
        schema["type"] = "object".into();
        schema["x-resourceId"] = key.into();
        schema["required"] = json!(["id"]);
        schema["properties"] = json!({
            "id": text(),
            "object": {"type": "string", "enum": [key]},
            "kind": {"type": "string", "enum": ["one", "two"]},
        });
        self.schema(key, schema);
        let form = json!({"type": "object", "properties": {"kind": text(), "of": text()}});
        let mut create = body("application/x-www-form-urlencoded", form);
        create["responses"] = responses(reference(key));
        self.path(&format!("/v1/made_{number}s"), "post", create);
    }

    pub fn form(&mut self, number: usize, properties: Value, required: Value) {
        let form = json!({"type": "object", "properties": properties, "required": required});
        let body = body("application/x-www-form-urlencoded", form);
        self.path(&format!("/v1/cards/form_{number}"), "post", body);
    }

    pub fn parameter(&mut self, number: usize, parameter: Value) {
        let mut list = operation(reference("card"));
        list["parameters"] = json!([parameter]);
        self.path(&format!("/v1/cards/parameter_{number}"), "get", list);
    }

    /// The document as JSON, with one line per entry.
    pub fn text(&self) -> String {
        let mut document = json!({
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "2026-01-01.x"},
            "components": {"schemas": self.schemas},
            "paths": self.paths,
            "webhooks": self.webhooks,
        });
        if !self.names.is_empty() {
            document["x-rustNames"] = Value::Object(self.names.clone());
        }
        for (name, value) in &self.rest {
            document[name] = value.clone();
        }
        serde_json::to_string_pretty(&document).expect("it is JSON")
    }
}
