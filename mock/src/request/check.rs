//! Turns parameters into typed JSON, or into the error that Stripe responds with.

use pinstripe_codegen::model::{Api, Field, Kind, TypeId};
use serde_json::{Map, Number, Value, json};

use crate::error::{ApiError, Result};
use crate::spec::Version;

/// Deeper JSON than any parameter has.
const MAX_DEPTH: usize = 24;

/// Checks values against the spec in one version.
#[derive(Debug)]
pub struct Checker<'a> {
    pub api: &'a Api,
    pub version: &'a Version,
    /// Whether the values are strings of a form.
    pub is_form: bool,
}

/// Checks a set of parameters.
///
/// # Errors
///
/// The first problem: an unknown parameter, a wrong type, or a missing parameter.
pub fn parameters(
    checker: &Checker<'_>,
    fields: &[&Field],
    given: &Map<String, Value>,
) -> Result<Map<String, Value>> {
    checker.members(fields, given, "", 0)
}

impl Checker<'_> {
    fn members(
        &self,
        fields: &[&Field],
        given: &Map<String, Value>,
        path: &str,
        depth: usize,
    ) -> Result<Map<String, Value>> {
        let mut members = Map::new();
        for (name, value) in given {
            let at = inner(path, name);
            // Stripe.js and mobile apps send this field, which the spec of the servers leaves out.
            if at == "payment_method_data[card]" {
                members.insert(name.clone(), value.clone());
                continue;
            }
            let accepts =
                |field: &&&Field| field.name == *name && self.version.accepts(&field.lifetime);
            let field =
                fields.iter().find(accepts).ok_or_else(|| ApiError::unknown_parameter(&at))?;
            let value = match name.as_str() {
                // Both are merged key by key, and an empty value removes a key.
                "metadata" => self.metadata(value, &at)?,
                _ => self.value(field.ty, value, &at, depth + 1)?,
            };
            members.insert(name.clone(), value);
        }
        for field in fields.iter().filter(|field| field.required) {
            let is_file = matches!(self.api.ty(field.ty).kind, Kind::Binary);
            if !is_file && self.version.has(&field.lifetime) && !given.contains_key(&field.name) {
                return Err(ApiError::missing(&inner(path, &field.name)));
            }
        }
        Ok(members)
    }

    fn metadata(&self, value: &Value, path: &str) -> Result<Value> {
        match value {
            Value::String(text) if text.is_empty() => Ok(Value::Null),
            Value::Null => Ok(Value::Null),
            Value::Object(entries) => {
                if entries.len() > 50 {
                    return Err(ApiError::invalid("Metadata can only have 50 keys.").param(path));
                }
                for (key, value) in entries {
                    let at = inner(path, key);
                    let text = match value {
                        Value::String(text) => text,
                        Value::Null => continue,
                        _ => {
                            return Err(
                                ApiError::invalid(format!("Invalid string: {value}")).param(&at)
                            );
                        }
                    };
                    if key.chars().count() > 40 {
                        return Err(ApiError::invalid(format!(
                            "Invalid metadata key {key}: must be at most 40 characters"
                        ))
                        .param(&at));
                    }
                    if text.chars().count() > 500 {
                        return Err(ApiError::invalid(format!(
                            "Invalid string: {at}; must be at most 500 characters"
                        ))
                        .code("parameter_invalid_string")
                        .param(&at));
                    }
                }
                Ok(value.clone())
            }
            _ => Err(ApiError::invalid("Invalid object")
                .code("parameter_invalid_object")
                .param(path)),
        }
    }

    fn value(&self, ty: TypeId, value: &Value, path: &str, depth: usize) -> Result<Value> {
        let invalid = |what: &str, code: &str| {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let shown: String = shown.chars().take(100).collect();
            let error = ApiError::invalid(format!("Invalid {what}: {shown}")).param(path);
            Err(if code.is_empty() { error } else { error.code(code) })
        };
        if depth > MAX_DEPTH {
            return invalid("object", "parameter_invalid_object");
        }
        match &self.api.ty(ty).kind {
            Kind::Boolean => match (value, value.as_str()) {
                (Value::Bool(_), _) => Ok(value.clone()),
                (_, Some("true")) if self.is_form => Ok(true.into()),
                (_, Some("false")) if self.is_form => Ok(false.into()),
                _ => invalid("boolean", ""),
            },
            Kind::Integer | Kind::UnixTime => match value {
                Value::Number(number) if number.is_i64() => Ok(value.clone()),
                Value::String(text) if self.is_form => match text.parse::<i64>() {
                    Ok(number) => Ok(number.into()),
                    Err(_) => invalid("integer", "parameter_invalid_integer"),
                },
                _ => invalid("integer", "parameter_invalid_integer"),
            },
            Kind::Number => match value {
                Value::Number(_) => Ok(value.clone()),
                Value::String(text) if self.is_form => {
                    let number = text.parse::<f64>().ok().and_then(Number::from_f64);
                    number.map_or_else(|| invalid("decimal", ""), |number| Ok(number.into()))
                }
                _ => invalid("decimal", ""),
            },
            Kind::Decimal => match value {
                Value::String(text) if text.parse::<f64>().is_ok_and(f64::is_finite) => {
                    Ok(value.clone())
                }
                Value::Number(number) => Ok(number.to_string().into()),
                _ => invalid("decimal", ""),
            },
            Kind::Int64 => match value {
                Value::String(text) if text.parse::<i64>().is_ok() => Ok(value.clone()),
                Value::Number(number) if number.is_i64() => Ok(number.to_string().into()),
                _ => invalid("integer", "parameter_invalid_integer"),
            },
            Kind::Text { max_length } => match value.as_str() {
                Some(text) => match max_length {
                    Some(limit) if text.chars().count() as i64 > *limit => {
                        let start: String = text.chars().take(10).collect();
                        Err(ApiError::invalid(format!(
                            "Invalid string: {start}...; must be at most {limit} characters"
                        ))
                        .code("parameter_invalid_string")
                        .param(path))
                    }
                    _ => Ok(value.clone()),
                },
                None => invalid("string", "parameter_invalid_string"),
            },
            Kind::DateTime | Kind::Id(_) | Kind::Expandable(_) => match value {
                Value::String(_) => Ok(value.clone()),
                _ => invalid("string", "parameter_invalid_string"),
            },
            Kind::Currency => match value.as_str() {
                Some(text)
                    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) =>
                {
                    Ok(text.to_lowercase().into())
                }
                _ => {
                    let shown = value.as_str().unwrap_or_default();
                    Err(ApiError::invalid(format!("Invalid currency: {shown}."))
                        .code("invalid_currency")
                        .param(path))
                }
            },
            Kind::Enum(values) => match value.as_str() {
                Some(text) if values.iter().any(|known| known == text) => Ok(value.clone()),
                _ => {
                    let name = path.rsplit('[').next().unwrap_or(path).trim_end_matches(']');
                    let (last, others) = values
                        .split_last()
                        .map_or(("", &[][..]), |(last, others)| (last.as_str(), others));
                    let list = if others.is_empty() {
                        last.to_owned()
                    } else {
                        format!("{} or {last}", others.join(", "))
                    };
                    Err(ApiError::invalid(format!("Invalid {name}: must be one of {list}"))
                        .param(path))
                }
            },
            Kind::Binary => match value {
                Value::Object(_) => Ok(value.clone()),
                _ => invalid("file", ""),
            },
            Kind::Json | Kind::Empty => Ok(value.clone()),
            Kind::Object(object) => match value {
                Value::Object(given) => {
                    let fields: Vec<&Field> = object.fields.iter().collect();
                    self.members(&fields, given, path, depth).map(Value::Object)
                }
                _ => invalid("object", "parameter_invalid_object"),
            },
            Kind::Array(item) => match self.items(value) {
                Some(items) => (items.into_iter().enumerate())
                    .map(|(index, value)| {
                        self.value(*item, value, &inner(path, &index.to_string()), depth + 1)
                    })
                    .collect::<Result<Vec<Value>>>()
                    .map(Value::Array),
                None => invalid("array", "parameter_invalid_array"),
            },
            Kind::Map(item) => match value {
                Value::Object(entries) => {
                    let mut map = Map::new();
                    for (key, value) in entries {
                        map.insert(
                            key.clone(),
                            self.value(*item, value, &inner(path, key), depth + 1)?,
                        );
                    }
                    Ok(map.into())
                }
                Value::String(text) if text.is_empty() => Ok(Value::Null),
                _ => invalid("object", "parameter_invalid_object"),
            },
            Kind::Schema(schema) | Kind::Lazy(schema) => {
                self.value(self.api.schema(*schema).ty, value, path, depth + 1)
            }
            Kind::Clearable(_) if value.is_null() || (self.is_form && value == "") => {
                Ok(Value::Null)
            }
            Kind::Clearable(inner) => self.value(*inner, value, path, depth),
            Kind::Union(types) => {
                let mut first = None;
                for ty in types {
                    match self.value(*ty, value, path, depth + 1) {
                        Ok(value) => return Ok(value),
                        // The problem inside the shape that was meant says more than another shape's.
                        Err(error) => {
                            let is_deeper = error.param.as_deref() != Some(path);
                            if first.is_none() || is_deeper {
                                first = Some(error);
                            }
                        }
                    }
                }
                first.map_or_else(|| invalid("value", ""), Err)
            }
            Kind::Range(inner_ty) => match value {
                Value::Object(bounds) => {
                    let mut range = Map::new();
                    for (name, bound) in bounds {
                        let at = inner(path, name);
                        if !matches!(name.as_str(), "gt" | "gte" | "lt" | "lte") {
                            return Err(ApiError::unknown_parameter(&at));
                        }
                        range.insert(name.clone(), self.value(*inner_ty, bound, &at, depth + 1)?);
                    }
                    Ok(range.into())
                }
                _ => {
                    let exact = self.value(*inner_ty, value, path, depth + 1)?;
                    Ok(json!({"gte": exact, "lte": exact}))
                }
            },
            Kind::MaybeDeleted { .. } | Kind::List(_) | Kind::SearchResult(_) | Kind::Page(_) => {
                invalid("value", "")
            }
        }
    }

    /// The items of an array. A form numbers them.
    fn items<'v>(&self, value: &'v Value) -> Option<Vec<&'v Value>> {
        match value {
            Value::Array(items) => Some(items.iter().collect()),
            Value::String(text) if self.is_form && text.is_empty() => Some(Vec::new()),
            Value::Object(members) if self.is_form => {
                let mut items: Vec<(u64, &Value)> = (members.iter())
                    .map(|(name, value)| Some((name.parse().ok()?, value)))
                    .collect::<Option<_>>()?;
                items.sort_by_key(|(index, _)| *index);
                Some(items.into_iter().map(|(_, value)| value).collect())
            }
            _ => None,
        }
    }
}

/// `customer` → `customer[name]`.
fn inner(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}[{name}]") }
}
