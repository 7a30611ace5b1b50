//! Values of every type, made from the description.

use pinstripe_codegen::model::{Api, Kind, Object, TypeId};
use serde_json::{Map, Value, json};

/// The depth down to which a value has optional fields. Below that, only required ones.
const FULL_DEPTH: usize = 3;

/// Makes values.
pub struct Examples<'a> {
    pub api: &'a Api,
    /// Which of several possibilities is taken: the n-th value of an enum, the n-th shape of a union.
    pub variant: usize,
}

impl Examples<'_> {
    /// A value as the API sends it.
    pub fn answer(&self, ty: TypeId) -> Value {
        self.value(ty, 0, Side::Response)
    }

    /// A value as it is sent to the API, with every parameter that there is.
    pub fn parameter(&self, ty: TypeId) -> Value {
        self.value(ty, 0, Side::Parameter)
    }

    fn value(&self, ty: TypeId, depth: usize, side: Side) -> Value {
        let inner = |ty: &TypeId| self.value(*ty, depth + 1, side);
        match &self.api.ty(ty).kind {
            Kind::Boolean => (self.variant == 0).into(),
            Kind::Integer => (7 + self.variant).into(),
            Kind::Number => json!(1.5),
            Kind::Decimal => "12.50".into(),
            Kind::Int64 => "9007199254740993".into(),
            Kind::UnixTime => 1_767_225_600.into(),
            Kind::DateTime => "2026-01-02T03:04:05.678Z".into(),
            Kind::Text { .. } if side == Side::Response => "text".into(),
            // A text with characters that need escaping in every encoding.
            Kind::Text { max_length } => {
                let length = max_length
                    .and_then(|length| usize::try_from(length).ok())
                    .unwrap_or(usize::MAX);
                "ä & b=[c]/?".chars().take(length).collect::<String>().into()
            }
            Kind::Currency => ["usd", "jpy"][self.variant % 2].into(),
            Kind::Id(schema) if side == Side::Response => id(self.api.schema_name(*schema)),
            Kind::Id(schema) => format!("{}_1/?", self.api.schema_name(*schema)).into(),
            Kind::Enum(values) => values[self.variant % values.len()].as_str().into(),
            Kind::Json => json!({"any": ["thing"]}),
            Kind::Binary | Kind::Empty => Value::Null,
            Kind::Object(object) => self.object(object, depth, side),
            Kind::Array(item) => json!([inner(item), inner(item)]),
            Kind::Map(value) => json!({"a": inner(value), "b & c": inner(value)}),
            Kind::Schema(schema) => self.value(self.api.schema(*schema).ty, depth, side),
            Kind::Lazy(schema) => self.value(self.api.schema(*schema).ty, depth + FULL_DEPTH, side),
            Kind::Expandable(schemas) => {
                let schema = schemas[self.variant % schemas.len()];
                id(self.api.schema_name(schema))
            }
            Kind::MaybeDeleted { present, deleted } => {
                let schema = if self.variant == 0 { present } else { deleted };
                self.value(self.api.schema(*schema).ty, depth, side)
            }
            Kind::Union(types) => self.value(types[self.variant % types.len()], depth, side),
            Kind::Clearable(ty) => self.value(*ty, depth, side),
            Kind::Range(ty) => json!({"gte": inner(ty), "lt": inner(ty)}),
            Kind::List(item) => {
                json!({"object": "list", "data": self.sample_items(item, depth), "has_more": false, "url": "/v1/things"})
            }
            Kind::SearchResult(item) => {
                let url = "/v1/things/search";
                json!({"object": "search_result", "data": self.sample_items(item, depth), "has_more": false, "next_page": null, "url": url})
            }
            Kind::Page(item) => {
                json!({"data": self.sample_items(item, depth), "next_page_url": null, "previous_page_url": null})
            }
        }
    }

    /// The items of a list. Deeply nested lists are empty.
    fn sample_items(&self, item: &TypeId, depth: usize) -> Value {
        if depth > FULL_DEPTH {
            json!([])
        } else {
            json!([self.value(*item, depth + 1, Side::Response)])
        }
    }

    fn object(&self, object: &Object, depth: usize, side: Side) -> Value {
        let mut members = Map::new();
        if let Some(name) = &object.object {
            members.insert("object".to_owned(), name.as_str().into());
        }
        if object.deleted {
            members.insert("deleted".to_owned(), true.into());
        }
        for field in &object.fields {
            let full = side == Side::Parameter || depth < FULL_DEPTH;
            let value = match &object.object {
                Some(name) if field.name == "id" => id(name),
                _ if full || (field.required && !field.nullable) => {
                    self.value(field.ty, depth + 1, side)
                }
                _ if field.required => Value::Null,
                _ => continue,
            };
            members.insert(field.name.clone(), value);
        }
        members.into()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Response,
    Parameter,
}

/// An id as an object of this name could have it.
fn id(name: &str) -> Value {
    format!("{}_1", name.replace('.', "_")).into()
}
