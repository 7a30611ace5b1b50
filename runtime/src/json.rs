//! Writing JSON: as text, and through any serde serializer.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::any::AnyRef;
use crate::object::{Field, ObjectRef};
use crate::params::{Data, Param};
use crate::value::{Value, View};

/// The value as JSON text. Raw JSON inside goes out as it came in, byte for byte.
///
/// ```
/// use pinstripe_runtime::{Map, to_json};
///
/// let metadata = Map::<String>::from([("order", "17"), ("channel", "web")]);
/// assert_eq!(to_json(&metadata), r#"{"channel":"web","order":"17"}"#);
/// ```
pub fn to_json<T: Value>(value: &T) -> String {
    let mut json = String::new();
    write(&mut json, value.view());
    json
}

fn write_object(json: &mut String, object: ObjectRef<'_>) {
    let table = object.table();
    json.push('{');
    if !table.object.is_empty() {
        json.push_str("\"object\":");
        write_str(json, table.object);
        json.push(',');
    }
    if table.deleted {
        json.push_str("\"deleted\":true,");
    }
    for (field, value) in object.fields() {
        let view = value.view();
        if matches!(view, View::Absent) && !field.is(Field::NULLABLE) {
            continue;
        }
        write_str(json, field.name);
        json.push(':');
        write(json, view);
        json.push(',');
    }
    close(json, '}');
}

fn write(json: &mut String, view: View<'_>) {
    match view {
        View::Absent => json.push_str("null"),
        View::Bool(value) => json.push_str(if value { "true" } else { "false" }),
        View::Int(value) => json.push_str(&value.to_string()),
        View::Float(value) => json.push_str(&serde_json::Value::from(value).to_string()),
        View::Str(value) => write_str(json, &value),
        View::Raw(raw) => json.push_str(raw),
        View::Array(array) => {
            json.push('[');
            for item in array.iter() {
                write(json, item.view());
                json.push(',');
            }
            close(json, ']');
        }
        View::Map(map) => {
            json.push('{');
            map.each(&mut |key, value| {
                write_str(json, key);
                json.push(':');
                write(json, value.view());
                json.push(',');
            });
            close(json, '}');
        }
        View::Object(object) => write_object(json, object),
    }
}

/// Parameters as the text of one JSON object.
pub(crate) fn write_params<'p>(json: &mut String, params: impl Iterator<Item = &'p Param>) {
    json.push('{');
    for param in params.filter(|param| !matches!(param.data, Data::Upload(_))) {
        write_str(json, param.name);
        json.push(':');
        write_data(json, &param.data);
        json.push(',');
    }
    close(json, '}');
}

/// A parameter that is a whole body, as JSON text.
pub(crate) fn data_to_json(data: &Data) -> String {
    let mut json = String::new();
    write_data(&mut json, data);
    json
}

fn write_data(json: &mut String, data: &Data) {
    match data {
        Data::Clear | Data::Upload(_) => json.push_str("null"),
        Data::Bool(value) => write(json, View::Bool(*value)),
        Data::Int(value) => write(json, View::Int(*value)),
        Data::Float(value) => write(json, View::Float(*value)),
        Data::Str(text) => write_str(json, text),
        Data::Raw(raw) => json.push_str(raw.get()),
        Data::Array(items) => {
            json.push('[');
            for item in items {
                write_data(json, item);
                json.push(',');
            }
            close(json, ']');
        }
        Data::Map(entries) => {
            json.push('{');
            for (key, value) in entries {
                write_str(json, key);
                json.push(':');
                write_data(json, value);
                json.push(',');
            }
            close(json, '}');
        }
        Data::Object(_, params) => write_params(json, params.iter()),
    }
}

/// Ends an array or an object, whose last member has left a comma.
fn close(json: &mut String, bracket: char) {
    if json.ends_with(',') {
        json.pop();
    }
    json.push(bracket);
}

fn write_str(json: &mut String, text: &str) {
    // Writing a string into memory cannot fail.
    json.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// `Serialize::serialize` for every generated type.
#[inline]
pub fn serialize<T: Value, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    Viewed(AnyRef::of(value)).serialize(serializer)
}

struct Viewed<'a>(AnyRef<'a>);

impl Serialize for Viewed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.view() {
            View::Absent => serializer.serialize_unit(),
            View::Bool(value) => serializer.serialize_bool(value),
            View::Int(value) => serializer.serialize_i64(value),
            View::Float(value) => serializer.serialize_f64(value),
            View::Str(Cow::Borrowed(value)) => serializer.serialize_str(value),
            View::Str(Cow::Owned(value)) => serializer.serialize_str(&value),
            View::Raw(json) => {
                // Other formats than JSON have no place for its text, so it goes through a tree.
                let value: serde_json::Value =
                    serde_json::from_str(json).map_err(serde::ser::Error::custom)?;
                value.serialize(serializer)
            }
            View::Array(array) => {
                let mut seq = serializer.serialize_seq(Some(array.len()))?;
                for item in array.iter() {
                    seq.serialize_element(&Viewed(item))?;
                }
                seq.end()
            }
            View::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                let mut result = Ok(());
                entries.each(&mut |key, value| {
                    if result.is_ok() {
                        result = map.serialize_entry(key, &Viewed(value));
                    }
                });
                result?;
                map.end()
            }
            View::Object(object) => serialize_object(object, serializer),
        }
    }
}

fn serialize_object<S: Serializer>(
    object: ObjectRef<'_>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let table = object.table();
    let present: Vec<_> = (object.fields())
        .filter(|(field, value)| match value.view() {
            View::Absent => field.is(Field::NULLABLE),
            _ => true,
        })
        .collect();
    let constants = usize::from(!table.object.is_empty()) + usize::from(table.deleted);
    let mut map = serializer.serialize_map(Some(present.len() + constants))?;
    if !table.object.is_empty() {
        map.serialize_entry("object", table.object)?;
    }
    if table.deleted {
        map.serialize_entry("deleted", &true)?;
    }
    for (field, value) in present {
        map.serialize_entry(field.name, &Viewed(value))?;
    }
    map.end()
}
