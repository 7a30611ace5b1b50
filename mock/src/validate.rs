//! Validates values against the spec, and reports the location of a mismatch.

use pinstripe_codegen::model::{Api, Field, Kind, TypeId};
use serde_json::{Map, Value};

/// How values are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum WireFormat {
    /// With all scalars as text, and arrays as objects with numbers for names.
    Form,
    Json,
}

/// Returns the problems of an object's fields: unknown names, wrong types, missing fields.
pub fn validate_object(
    api: &Api,
    fields: &[&Field],
    members: &Map<String, Value>,
    format: WireFormat,
) -> Vec<String> {
    let mut problems = Vec::new();
    let check = Validator { api, format };
    check.members(fields, members, "", &mut problems);
    problems
}

struct Validator<'a> {
    api: &'a Api,
    format: WireFormat,
}

impl Validator<'_> {
    fn members(
        &self,
        fields: &[&Field],
        members: &Map<String, Value>,
        path: &str,
        problems: &mut Vec<String>,
    ) {
        for (name, value) in members {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            match fields.iter().find(|field| field.name == *name) {
                Some(field) => self.value(field.ty, value, &path, problems),
                None => problems.push(format!("`{path}` is no parameter")),
            }
        }
        for field in fields {
            let is_file = matches!(self.api.ty(field.ty).kind, Kind::Binary);
            if field.required && !is_file && !members.contains_key(&field.name) {
                problems.push(format!("`{path}` has no `{}`", field.name));
            }
        }
    }

    fn value(&self, ty: TypeId, value: &Value, path: &str, problems: &mut Vec<String>) {
        let text = value.as_str();
        let is_form = self.format == WireFormat::Form;
        let expected = match &self.api.ty(ty).kind {
            Kind::Boolean if is_form => (matches!(text, Some("true" | "false")), "true or false"),
            Kind::Boolean => (value.is_boolean(), "a boolean"),
            Kind::Integer | Kind::UnixTime if is_form => (parses::<i64>(text), "an integer"),
            Kind::Integer | Kind::UnixTime => (value.is_i64(), "an integer"),
            Kind::Number if is_form => (parses::<f64>(text), "a number"),
            Kind::Number => (value.is_number(), "a number"),
            Kind::Decimal => (parses::<f64>(text), "a decimal number as text"),
            Kind::Int64 => (parses::<i64>(text), "an integer as text"),
            Kind::DateTime | Kind::Text { .. } | Kind::Currency | Kind::Id(_) => {
                (text.is_some(), "text")
            }
            Kind::Enum(values) => (
                text.is_some_and(|text| values.iter().any(|value| value == text)),
                "a value of the enum",
            ),
            Kind::Binary => (false, "a file"),
            Kind::Json | Kind::Empty => return,
            Kind::Object(object) => {
                let fields: Vec<&Field> = object.fields.iter().collect();
                match value {
                    Value::Object(members) => {
                        return self.members(&fields, members, path, problems);
                    }
                    _ => (false, "an object"),
                }
            }
            Kind::Array(item) => match self.items(value) {
                Some(items) => {
                    for (index, item_value) in items.into_iter().enumerate() {
                        self.value(*item, item_value, &format!("{path}[{index}]"), problems);
                    }
                    return;
                }
                None => (false, "an array"),
            },
            Kind::Map(ty) => match value {
                Value::Object(members) => {
                    return members.iter().for_each(|(key, value)| {
                        self.value(*ty, value, &format!("{path}.{key}"), problems)
                    });
                }
                _ => (false, "a map"),
            },
            Kind::Schema(schema) | Kind::Lazy(schema) => {
                return self.value(self.api.schema(*schema).ty, value, path, problems);
            }
            Kind::Expandable(_) => (text.is_some(), "an id"),
            Kind::Clearable(_) if text == Some("") || value.is_null() => return,
            Kind::Clearable(ty) => return self.value(*ty, value, path, problems),
            Kind::Union(types) => {
                (types.iter().any(|ty| self.is_valid(*ty, value)), "one of several shapes")
            }
            Kind::Range(ty) => match value {
                Value::Object(bounds) => {
                    let known = bounds.iter().all(|(name, bound)| {
                        matches!(name.as_str(), "gt" | "gte" | "lt" | "lte")
                            && self.is_valid(*ty, bound)
                    });
                    (known, "bounds")
                }
                _ => (self.is_valid(*ty, value), "a value or bounds"),
            },
            Kind::MaybeDeleted { .. } | Kind::List(_) | Kind::SearchResult(_) | Kind::Page(_) => {
                (false, "nothing that is only sent back")
            }
        };
        if !expected.0 {
            problems.push(format!("`{path}` must be {}, and is {value}", expected.1));
        }
    }

    fn is_valid(&self, ty: TypeId, value: &Value) -> bool {
        let mut problems = Vec::new();
        self.value(ty, value, "", &mut problems);
        problems.is_empty()
    }

    /// The items of an array, which a form numbers from zero.
    fn items<'v>(&self, value: &'v Value) -> Option<Vec<&'v Value>> {
        match value {
            Value::Array(items) if self.format == WireFormat::Json => Some(items.iter().collect()),
            Value::String(text) if self.format == WireFormat::Form && text.is_empty() => {
                Some(Vec::new())
            }
            Value::Object(members) if self.format == WireFormat::Form => {
                (0..members.len()).map(|index| members.get(&index.to_string())).collect()
            }
            _ => None,
        }
    }
}

fn parses<T: std::str::FromStr>(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.parse::<T>().is_ok())
}
