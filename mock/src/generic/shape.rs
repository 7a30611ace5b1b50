//! Defaults for fields, and values that are brought into the shape of a field.

use pinstripe_codegen::model::{Field, Kind, Object, TypeId};
use serde_json::{Map, Value, json};

use crate::spec::{Spec, prefix};

/// Schemas that contain each other are left empty below this depth.
const MAX_DEPTH: usize = 6;

/// Makes values for fields.
#[derive(Debug)]
pub struct Shape<'a> {
    pub spec: &'a Spec,
    pub now: i64,
}

impl Shape<'_> {
    /// An object of a schema with these fields, and with defaults for the others that it needs.
    pub fn object(&self, schema: &str, given: Map<String, Value>) -> Map<String, Value> {
        let mut members = given;
        let Some(object) = self.spec.object(schema) else { return members };
        self.complete(object, &mut members, 0);
        members
    }

    fn complete(&self, object: &Object, members: &mut Map<String, Value>, depth: usize) {
        if let Some(name) = &object.object {
            members.insert("object".to_owned(), name.as_str().into());
        }
        for field in &object.fields {
            // Lists are filled when the object is shown.
            let is_list = matches!(self.spec.api().ty(field.ty).kind, Kind::List(_));
            let is_missing = !members.contains_key(&field.name) && !is_list;
            if field.required && !field.nullable && is_missing {
                members.insert(field.name.clone(), self.default(field, depth));
            }
        }
    }

    /// A value for a field that must be there.
    pub fn default(&self, field: &Field, depth: usize) -> Value {
        self.quiet(field.ty, &field.name, depth)
    }

    fn quiet(&self, ty: TypeId, name: &str, depth: usize) -> Value {
        let api = self.spec.api();
        match &api.ty(ty).kind {
            Kind::Boolean => (name == "active" || name == "enabled").into(),
            Kind::Integer => 0.into(),
            Kind::Number => json!(0.0),
            Kind::Decimal | Kind::Int64 => "0".into(),
            Kind::UnixTime => self.now.into(),
            Kind::DateTime => rfc3339(self.now).into(),
            Kind::Text { .. } => text(name).into(),
            Kind::Currency => "usd".into(),
            Kind::Id(schema) => id(api.schema_name(*schema)).into(),
            Kind::Enum(values) => initial(name, values).into(),
            Kind::Json | Kind::Map(_) => json!({}),
            Kind::Binary | Kind::Empty => Value::Null,
            Kind::Object(object) => {
                let mut members = Map::new();
                if depth < MAX_DEPTH {
                    self.complete(object, &mut members, depth + 1);
                }
                members.into()
            }
            Kind::Array(_) => json!([]),
            Kind::Schema(schema) | Kind::Lazy(schema) => {
                self.quiet(self.spec.schema_type(*schema), name, depth)
            }
            Kind::Expandable(schemas) => id(api.schema_name(schemas[0])).into(),
            Kind::MaybeDeleted { present, .. } => {
                self.quiet(self.spec.schema_type(*present), name, depth)
            }
            Kind::Union(types) => self.quiet(types[0], name, depth),
            Kind::Clearable(inner) | Kind::Range(inner) => self.quiet(*inner, name, depth),
            Kind::List(_) => {
                json!({"object": "list", "data": [], "has_more": false, "url": "/v1/"})
            }
            Kind::SearchResult(_) => {
                json!({"object": "search_result", "data": [], "has_more": false, "next_page": null, "url": "/v1/"})
            }
            Kind::Page(_) => json!({"data": [], "next_page_url": null, "previous_page_url": null}),
        }
    }

    /// A value of a type, with defaults for everything that it needs.
    pub fn of_type(&self, ty: TypeId) -> Value {
        self.quiet(ty, "", 0)
    }

    /// A parameter as the field of the same name holds it, or nothing if it does not fit.
    pub fn fit(&self, ty: TypeId, value: &Value) -> Option<Value> {
        let kept = |fits: bool| fits.then(|| value.clone());
        let api = self.spec.api();
        match &api.ty(ty).kind {
            Kind::Boolean => kept(value.is_boolean()),
            Kind::Integer => kept(value.is_i64()),
            Kind::UnixTime if value == "now" => Some(self.now.into()),
            Kind::UnixTime => kept(value.is_i64()),
            Kind::Number => kept(value.is_number()),
            Kind::Decimal | Kind::Int64 => match value {
                Value::Number(number) => Some(number.to_string().into()),
                _ => kept(value.is_string()),
            },
            Kind::DateTime | Kind::Text { .. } | Kind::Currency | Kind::Id(_) | Kind::Enum(_) => {
                kept(value.is_string())
            }
            Kind::Expandable(_) => kept(value.is_string()),
            Kind::Json => Some(value.clone()),
            Kind::Binary | Kind::Empty => None,
            Kind::Object(object) => {
                let given = value.as_object()?;
                let mut members = Map::new();
                for field in &object.fields {
                    let fitted = given.get(&field.name).and_then(|value| self.fit(field.ty, value));
                    if let Some(fitted) = fitted {
                        members.insert(field.name.clone(), fitted);
                    }
                }
                self.complete(object, &mut members, 0);
                Some(members.into())
            }
            Kind::Array(item) => {
                let items = value.as_array()?.iter();
                items
                    .map(|value| self.fit(*item, value))
                    .collect::<Option<Vec<_>>>()
                    .map(Value::Array)
            }
            Kind::Map(inner) => {
                let entries = value.as_object()?.iter();
                let fitted =
                    entries.map(|(key, value)| Some((key.clone(), self.fit(*inner, value)?)));
                fitted.collect::<Option<Map<_, _>>>().map(Value::Object)
            }
            Kind::Schema(schema) | Kind::Lazy(schema) => {
                let is_resource = api.schema(*schema).resource_id.is_some();
                // A resource is embedded by its id, and looked up when it is rendered.
                if is_resource && value.is_string() {
                    return Some(value.clone());
                }
                self.fit(self.spec.schema_type(*schema), value)
            }
            Kind::Union(types) => types.iter().find_map(|ty| self.fit(*ty, value)),
            Kind::Clearable(inner) => self.fit(*inner, value),
            Kind::MaybeDeleted { .. }
            | Kind::List(_)
            | Kind::SearchResult(_)
            | Kind::Page(_)
            | Kind::Range(_) => None,
        }
    }

    /// Sets the fields that have the name of a parameter.
    pub fn apply(
        &self,
        schema: &str,
        members: &mut Map<String, Value>,
        parameters: &Map<String, Value>,
    ) {
        let Some(object) = self.spec.object(schema) else { return };
        for (name, value) in parameters {
            if name == "metadata" {
                let old = members.get(name).cloned().unwrap_or_else(|| json!({}));
                members.insert(name.clone(), merge_metadata(old, value));
                continue;
            }
            let Some(field) = object.fields.iter().find(|field| field.name == *name) else {
                continue;
            };
            // An empty string clears a field that may be empty.
            if value.is_null() || (field.nullable && value == "") {
                members.insert(name.clone(), Value::Null);
            } else if let Some(value) = self.fit(field.ty, value) {
                members.insert(name.clone(), value);
            }
        }
    }
}

/// Merges metadata: an empty string removes a key, `null` all of them.
pub fn merge_metadata(old: Value, new: &Value) -> Value {
    let Value::Object(new) = new else { return json!({}) };
    let mut merged = old.as_object().cloned().unwrap_or_default();
    for (key, value) in new {
        if value.is_null() || value == "" {
            merged.remove(key);
        } else {
            merged.insert(key.clone(), value.clone());
        }
    }
    merged.into()
}

/// Sets the fields of one object in another one, deeply.
pub fn merge(target: &mut Value, changes: Value) {
    match (target, changes) {
        (Value::Object(target), Value::Object(changes)) => {
            for (name, value) in changes {
                merge(target.entry(name).or_insert(Value::Null), value);
            }
        }
        (target, changes) => *target = changes,
    }
}

/// An id that no stored object has.
fn id(schema: &str) -> String {
    let (prefix, length) = prefix(schema);
    format!("{prefix}_{}", "0".repeat(length))
}

/// Text for a field that must not be empty.
fn text(name: &str) -> &'static str {
    match name {
        "url" | "hosted_url" | "verification_url" => "https://example.com/",
        "country" => "US",
        "email" => "jenny.rosen@example.com",
        "name" | "display_name" => "Jenny Rosen",
        "last4" => "4242",
        "timezone" => "Etc/UTC",
        _ => "",
    }
}

/// The value of an enum that an object begins with.
fn initial<'v>(name: &str, values: &'v [String]) -> &'v str {
    const FIRST: [&str; 12] = [
        "open",
        "draft",
        "active",
        "pending",
        "requires_payment_method",
        "created",
        "requires_input",
        "not_started",
        "processing",
        "enabled",
        "succeeded",
        "inactive",
    ];
    let first = values.first().map_or("", String::as_str);
    if !name.ends_with("status") {
        return first;
    }
    let known = FIRST.iter().find_map(|first| values.iter().find(|value| value == first));
    known.map_or(first, String::as_str)
}

/// Seconds since 1970 as RFC 3339.
pub fn rfc3339(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = crate::time::date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_merged_by_key() {
        let old = json!({"a": "1", "b": "2"});
        assert_eq!(
            merge_metadata(old.clone(), &json!({"a": "", "c": "3"})),
            json!({"b": "2", "c": "3"})
        );
        assert_eq!(merge_metadata(old, &Value::Null), json!({}));
    }

    #[test]
    fn every_schema_has_an_object_by_default() {
        let spec = Spec::embedded();
        let shape = Shape { spec: &spec, now: 1_800_000_000 };
        for (name, schema) in &spec.api().schemas {
            let Some(object) = spec.object_of(schema.ty) else { continue };
            let made = shape.object(name, Map::new());
            for field in object.fields.iter().filter(|field| field.required && !field.nullable) {
                if matches!(spec.api().ty(field.ty).kind, Kind::List(_)) {
                    continue;
                }
                assert!(!made[&field.name].is_null(), "{name}.{}", field.name);
            }
        }
    }

    #[test]
    fn times_are_written_as_dates() {
        assert_eq!(rfc3339(1_767_323_045), "2026-01-02T03:04:05.000Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.000Z");
    }
}
