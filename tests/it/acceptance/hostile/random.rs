//! Random documents: schemas and operations of any shape, under hostile names, with circles and
//! with members that do not fit.

use std::collections::BTreeSet;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::document::reference;

/// Makes documents, the same for the same seed.
pub struct Generator<'w> {
    random: Rng,
    words: &'w [String],
    schemas: Vec<String>,
    /// Whether the documents have extensions of Stripe.
    is_ours: bool,
    /// Of how many members one does not fit; 0 for none.
    mistakes: usize,
}

impl<'w> Generator<'w> {
    pub fn new(seed: u64, words: &'w [String]) -> Self {
        let mut random = Rng::with_seed(seed);
        let is_ours = random.bool();
        let mistakes = if random.u8(..3) == 0 { 40 } else { 0 };
        Self { random, words, schemas: Vec::new(), is_ours, mistakes }
    }

    pub fn document(&mut self) -> Value {
        let count = self.random.usize(1..8);
        self.schemas = (0..count).map(|_| self.name()).collect();
        let mut schemas = Map::new();
        for name in self.schemas.clone() {
            let mut schema = if self.random.bool() { self.object(3) } else { self.shape(3) };
            if self.is_ours
                && self.random.bool()
                && let Some(members) = schema.as_object_mut()
            {
                members.insert("x-resourceId".to_owned(), name.as_str().into());
            }
            schemas.insert(name, schema);
        }
        let mut paths = Map::new();
        for _ in 0..self.random.usize(0..5) {
            let path = self.path();
            let mut item = Map::new();
            for _ in 0..self.random.usize(1..3) {
                let method = self.one_of(&["get", "post", "put", "patch", "delete"]);
                let has_body = !["get", "delete"].contains(&method);
                item.insert(method.to_owned(), self.operation(&path, has_body));
            }
            paths.insert(path, Value::Object(item));
        }
        let title = self.name();
        let mut document = json!({
            "openapi": "3.0.3",
            "info": {"title": title, "version": "1"},
            "components": {"schemas": schemas},
            "paths": paths,
        });
        if self.is_ours {
            document["x-rustCrates"] = json!({});
        }
        document
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.random.usize(..all.len())]
    }

    /// A plain name in most cases, so that names meet each other, and a hostile one in others.
    fn name(&mut self) -> String {
        match self.random.u8(..4) {
            0 => self.words[self.random.usize(..self.words.len())].clone(),
            _ => self
                .one_of(&[
                    "a",
                    "b",
                    "card",
                    "Card",
                    "id",
                    "object",
                    "card_type",
                    "CardType",
                    "list",
                ])
                .to_owned(),
        }
    }

    fn path(&mut self) -> String {
        let mut path = if self.is_ours { "/v1".to_owned() } else { String::new() };
        for _ in 0..self.random.usize(1..4) {
            let name = self.name().replace(['{', '}', '/', '?'], "");
            path +=
                &if self.random.u8(..3) == 0 { format!("/{{{name}}}") } else { format!("/{name}") };
        }
        path
    }

    fn operation(&mut self, path: &str, has_body: bool) -> Value {
        let mut operation = Map::new();
        if self.random.bool() {
            operation.insert("operationId".to_owned(), self.name().into());
        }
        if self.random.u8(..4) == 0 {
            operation.insert("description".to_owned(), self.name().into());
        }
        let braced = path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        let mut parameters: Vec<Value> = braced
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
            .collect();
        for _ in 0..self.random.usize(..3) {
            let (name, place) = (self.name(), self.one_of(&["query", "query", "header"]));
            let required = self.random.bool();
            let mut parameter =
                json!({"name": name, "in": place, "required": required, "schema": self.schema(1)});
            if self.is_ours {
                parameter["style"] = "deepObject".into();
            } else if self.random.bool() {
                parameter["style"] = self.one_of(&["deepObject", "form", "simple"]).into();
                parameter["explode"] = self.random.bool().into();
            }
            parameters.push(parameter);
        }
        operation.insert("parameters".to_owned(), parameters.into());
        if has_body && self.random.bool() {
            let media = self.one_of(&[
                "application/json",
                "application/x-www-form-urlencoded",
                "multipart/form-data",
            ]);
            let schema = if self.random.u8(..9) == 0 { self.schema(3) } else { self.object(3) };
            operation
                .insert("requestBody".to_owned(), json!({"content": {media: {"schema": schema}}}));
        }
        let media = if self.is_ours {
            "application/json"
        } else {
            self.one_of(&["application/json", "application/pdf", "*/*"])
        };
        let responses = match self.random.u8(..4) {
            0 => json!({"204": {"description": ""}}),
            _ => {
                json!({"200": {"description": "", "content": {media: {"schema": self.schema(2)}}}})
            }
        };
        operation.insert("responses".to_owned(), responses);
        self.spoil(Value::Object(operation))
    }

    /// A schema, or a reference to one.
    fn schema(&mut self, depth: usize) -> Value {
        if self.random.u8(..5) == 0 {
            let to = self.random.usize(..self.schemas.len());
            return reference(&self.schemas[to]);
        }
        self.shape(depth)
    }

    fn shape(&mut self, depth: usize) -> Value {
        let mut schema = match self.random.u8(..if depth == 0 { 8 } else { 16 }) {
            0..=2 => json!({"type": "string"}),
            3 => {
                let format = self.one_of(&[
                    "binary",
                    "byte",
                    "date-time",
                    "decimal",
                    "int64",
                    "password",
                    "x",
                ]);
                json!({"type": "string", "format": format})
            }
            4 => json!({"type": self.one_of(&["integer", "number", "boolean"])}),
            5 => json!({}),
            6 | 7 => {
                let count = self.random.usize(1..4);
                let values: BTreeSet<String> = (0..count).map(|_| self.name()).collect();
                json!({"type": "string", "enum": values})
            }
            8..=10 => self.object(depth - 1),
            11 => json!({"type": "array", "items": self.schema(depth - 1)}),
            12 => json!({"type": "object", "additionalProperties": self.schema(depth - 1)}),
            13 | 14 => {
                let count = self.random.usize(1..4);
                let arms: Vec<Value> = (0..count).map(|_| self.schema(depth - 1)).collect();
                json!({self.one_of(&["anyOf", "oneOf"]): arms})
            }
            _ => {
                let parts: Vec<Value> = (0..2).map(|_| self.object(depth - 1)).collect();
                json!({"allOf": parts})
            }
        };
        let Some(members) = schema.as_object_mut() else { return schema };
        if self.random.u8(..8) == 0 {
            members.insert("nullable".to_owned(), true.into());
        }
        for prose in ["title", "description"] {
            if self.random.u8(..8) == 0 {
                members.insert(prose.to_owned(), self.name().into());
            }
        }
        self.spoil(schema)
    }

    fn object(&mut self, depth: usize) -> Value {
        let names: Vec<String> = (0..self.random.usize(1..5)).map(|_| self.name()).collect();
        let required: Vec<&String> = names.iter().filter(|_| self.random.bool()).collect();
        let required = json!(required);
        let fields: Map<String, Value> =
            names.into_iter().map(|name| (name, self.schema(depth))).collect();
        json!({"type": "object", "required": required, "properties": fields})
    }

    /// Replaces a member by something else in some documents.
    fn spoil(&mut self, mut node: Value) -> Value {
        if self.mistakes == 0 || self.random.usize(..self.mistakes) > 0 {
            return node;
        }
        let others = [
            json!(null),
            json!(true),
            json!(-1),
            json!(1e300),
            json!(""),
            json!([]),
            json!([[]]),
            json!({}),
            json!({"": {}}),
            json!({"$ref": 1}),
            json!({"$ref": "#/x"}),
            json!("object"),
        ];
        let other = others[self.random.usize(..others.len())].clone();
        let Some(members) = node.as_object_mut().filter(|members| !members.is_empty()) else {
            return other;
        };
        let index = self.random.usize(..members.len());
        if let Some(member) = members.values_mut().nth(index) {
            *member = other;
        }
        node
    }
}
