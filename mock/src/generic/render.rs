//! Stored objects as a version of the API shows them.

use pinstripe_codegen::model::{Kind, Object, TypeId};
use serde_json::{Map, Value, json};

use super::{Expand, Shape, renamed};
use crate::spec::{Spec, Version};
use crate::store::Store;

/// Expanded objects that lead back to each other end here.
const MAX_DEPTH: usize = 40;

/// Renders stored values.
#[derive(Debug)]
pub struct Renderer<'a> {
    pub spec: &'a Spec,
    pub store: &'a Store,
    pub account: &'a str,
    pub version: &'a Version,
    pub now: i64,
}

impl Renderer<'_> {
    /// A stored object without expansion.
    pub fn plain(&self, schema: &str, value: &Value) -> Value {
        match self.spec.api().schemas.get(schema) {
            Some(known) => self.render(known.ty, value, &Expand::default()),
            None => value.clone(),
        }
    }

    /// A value of a type.
    pub fn render(&self, ty: TypeId, value: &Value, expand: &Expand) -> Value {
        self.value(ty, value, expand, 0)
    }

    fn value(&self, ty: TypeId, value: &Value, expand: &Expand, depth: usize) -> Value {
        if value.is_null() || depth > MAX_DEPTH {
            return value.clone();
        }
        let api = self.spec.api();
        match &api.ty(ty).kind {
            Kind::Object(object) => match value {
                Value::Object(members) => self.object(object, members, expand, "", depth).into(),
                other => other.clone(),
            },
            Kind::Schema(schema) | Kind::Lazy(schema) => {
                self.schema(api.schema_name(*schema), value, expand, depth)
            }
            Kind::MaybeDeleted { present, deleted } => {
                let schema = if value["deleted"] == true { deleted } else { present };
                self.schema(api.schema_name(*schema), value, expand, depth)
            }
            Kind::Array(item) => match value {
                Value::Array(items) => (items.iter())
                    .map(|value| self.value(*item, value, expand, depth + 1))
                    .collect(),
                other => other.clone(),
            },
            Kind::Map(inner) => match value {
                Value::Object(entries) => (entries.iter())
                    .map(|(key, value)| (key.clone(), self.value(*inner, value, expand, depth + 1)))
                    .collect::<Map<_, _>>()
                    .into(),
                other => other.clone(),
            },
            Kind::Union(types) => match self.member(types, value) {
                Some(ty) => self.value(ty, value, expand, depth),
                None => value.clone(),
            },
            Kind::Clearable(inner) => self.value(*inner, value, expand, depth),
            Kind::List(item) | Kind::SearchResult(item) | Kind::Page(item) => {
                let mut list = value.clone();
                let none = Expand::default();
                let expand = expand.get("data").unwrap_or(&none);
                if let Some(items) = list["data"].as_array_mut() {
                    for value in items {
                        *value = self.value(*item, value, expand, depth + 1);
                    }
                }
                list
            }
            // Without an expansion an object that is stored whole is its id.
            Kind::Expandable(_) => match value {
                Value::Object(members) => members.get("id").cloned().unwrap_or(Value::Null),
                other => other.clone(),
            },
            _ => value.clone(),
        }
    }

    /// A value of a named schema. A resource may be stored by its id.
    fn schema(&self, schema: &str, value: &Value, expand: &Expand, depth: usize) -> Value {
        if let Value::String(id) = value
            && let Some(stored) = self.find(schema, id)
        {
            return self.schema(schema, stored, expand, depth + 1);
        }
        let Some(known) = self.spec.api().schemas.get(schema) else { return value.clone() };
        match (&self.spec.api().ty(known.ty).kind, value) {
            (Kind::Object(object), Value::Object(members)) => {
                self.object(object, members, expand, schema, depth).into()
            }
            (Kind::Object(_), other) => other.clone(),
            _ => self.value(known.ty, value, expand, depth),
        }
    }

    fn object(
        &self,
        object: &Object,
        members: &Map<String, Value>,
        expand: &Expand,
        schema: &str,
        depth: usize,
    ) -> Map<String, Value> {
        let mut shown = Map::new();
        if let Some(name) = &object.object {
            shown.insert("object".to_owned(), name.as_str().into());
        }
        if object.deleted {
            shown.insert("deleted".to_owned(), true.into());
        }
        let none = Expand::default();
        for field in object.fields.iter().filter(|field| self.version.has(&field.lifetime)) {
            let inner = expand.get(&field.name);
            let stored = members.get(&field.name);
            let value = match &self.spec.api().ty(field.ty).kind {
                Kind::List(item) => {
                    let list = stored.filter(|stored| stored.is_object()).cloned();
                    if list.is_none() && !field.required && inner.is_none() {
                        continue;
                    }
                    let list =
                        list.unwrap_or_else(|| self.children(*item, schema, members, &field.name));
                    self.value(field.ty, &list, inner.unwrap_or(&none), depth + 1)
                }
                Kind::Expandable(schemas) => match (stored, inner) {
                    (Some(Value::String(id)), Some(inner)) => {
                        let names =
                            schemas.iter().map(|schema| self.spec.api().schema_name(*schema));
                        let found = names
                            .filter_map(|name| Some((name, self.find(name, id)?)))
                            .map(|(name, stored)| self.expanded(name, stored, inner, depth))
                            .next();
                        found.unwrap_or_else(|| id.as_str().into())
                    }
                    (Some(stored), _) if !stored.is_null() => {
                        self.value(field.ty, stored, &none, depth + 1)
                    }
                    _ if field.nullable => Value::Null,
                    _ if field.required => self.shape().default(field, 0),
                    _ => continue,
                },
                _ => match stored {
                    Some(Value::Null) if !field.nullable && !field.required => continue,
                    Some(Value::Null) if !field.nullable => self.shape().default(field, 0),
                    Some(stored) => self.value(field.ty, stored, inner.unwrap_or(&none), depth + 1),
                    None if field.nullable => Value::Null,
                    None if field.required => self.shape().default(field, 0),
                    None => continue,
                },
            };
            shown.insert(field.name.clone(), value);
        }
        renamed::apply(schema, self.version, &mut shown);
        shown
    }

    fn expanded(&self, schema: &str, stored: &Value, expand: &Expand, depth: usize) -> Value {
        let deleted = format!("deleted_{schema}");
        if stored["deleted"] == true && self.spec.api().schemas.contains_key(&deleted) {
            return self.schema(&deleted, stored, expand, depth + 1);
        }
        self.schema(schema, stored, expand, depth + 1)
    }

    /// The stored objects that belong to another one, the oldest first.
    fn children(
        &self,
        item: TypeId,
        owner: &str,
        members: &Map<String, Value>,
        name: &str,
    ) -> Value {
        let id = members.get("id").and_then(Value::as_str).unwrap_or_default();
        let kind = self.schema_names(item).into_iter().next().unwrap_or_default();
        let noun = owner.rsplit('.').next().unwrap_or(owner);
        let belongs = |value: &&Value| {
            value["deleted"] != true && (value["_parent"] == id || value[noun] == id)
        };
        let all: Vec<&Value> = match id {
            "" => Vec::new(),
            _ => self.store.all(self.account, &kind).filter(belongs).collect(),
        };
        // Lists inside objects end after the first page. Lines of invoices and charges begin with the newest.
        let data: Vec<Value> = all.iter().take(10).map(|value| (*value).clone()).collect();
        let url = format!("/v1/{noun}s/{id}/{name}");
        json!({"object": "list", "data": data, "has_more": all.len() > 10, "total_count": all.len(), "url": url})
    }

    /// The stored object with an id. A union of resources is stored under its own name.
    fn find(&self, schema: &str, id: &str) -> Option<&Value> {
        let schema = schema.strip_prefix("deleted_").unwrap_or(schema);
        self.store.get(self.account, schema, id)
    }

    fn schema_names(&self, ty: TypeId) -> Vec<String> {
        match &self.spec.api().ty(ty).kind {
            Kind::Schema(schema) | Kind::Lazy(schema) => {
                vec![self.spec.api().schema_name(*schema).to_owned()]
            }
            Kind::Union(types) => types.iter().flat_map(|ty| self.schema_names(*ty)).collect(),
            Kind::MaybeDeleted { present, .. } => {
                vec![self.spec.api().schema_name(*present).to_owned()]
            }
            _ => Vec::new(),
        }
    }

    /// The type of a union that a value is of.
    fn member(&self, types: &[TypeId], value: &Value) -> Option<TypeId> {
        let is = |ty: &&TypeId| self.is(**ty, value);
        types.iter().find(is).or_else(|| types.first()).copied()
    }

    fn is(&self, ty: TypeId, value: &Value) -> bool {
        let api = self.spec.api();
        match &api.ty(ty).kind {
            Kind::Object(object) => {
                let Value::Object(members) = value else { return false };
                let deleted = members.get("deleted").is_some_and(|deleted| deleted == true);
                match &object.object {
                    Some(name) => {
                        members.get("object").is_some_and(|known| known == name)
                            && object.deleted == deleted
                    }
                    None => true,
                }
            }
            Kind::Schema(schema) | Kind::Lazy(schema) => {
                let name = api.schema_name(*schema);
                match value {
                    Value::String(id) => {
                        self.find(name, id).is_some()
                            || self.is(self.spec.schema_type(*schema), value)
                    }
                    _ => self.is(self.spec.schema_type(*schema), value),
                }
            }
            Kind::Union(types) => types.iter().any(|ty| self.is(*ty, value)),
            Kind::Clearable(inner) => self.is(*inner, value),
            Kind::Array(_) => value.is_array(),
            Kind::Map(_) => value.is_object(),
            Kind::Boolean => value.is_boolean(),
            Kind::Integer | Kind::UnixTime => value.is_i64(),
            Kind::Number => value.is_number(),
            Kind::Json => true,
            Kind::MaybeDeleted { .. } => value.is_object(),
            Kind::Expandable(_) => value.is_string(),
            _ => value.is_string(),
        }
    }

    fn shape(&self) -> Shape<'_> {
        Shape { spec: self.spec, now: self.now }
    }
}
