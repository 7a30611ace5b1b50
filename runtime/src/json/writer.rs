//! Writes values as JSON text.

use crate::reflect::object::ObjectRef;
use crate::reflect::table::Field;
use crate::reflect::value::{Value, View};

/// Returns a value as JSON text. Raw JSON inside it is written byte for byte.
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

pub(crate) fn write(json: &mut String, view: View<'_>) {
    match view {
        View::Absent => json.push_str("null"),
        View::Bool(value) => json.push_str(if value { "true" } else { "false" }),
        View::Int(value) => json.push_str(&value.to_string()),
        View::Float(value) => json.push_str(&serde_json::Value::from(value).to_string()),
        View::Str(value) => write_str(json, &value),
        View::Decimal(value) => write_str(json, value.as_str()),
        View::DateTime(value) => write_str(json, value.as_str()),
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

/// Closes an array or an object, and removes the comma after its last item.
pub(crate) fn close(json: &mut String, bracket: char) {
    if json.ends_with(',') {
        json.pop();
    }
    json.push(bracket);
}

pub(crate) fn write_str(json: &mut String, text: &str) {
    // Writing a string into memory cannot fail.
    json.push_str(&serde_json::to_string(text).unwrap_or_default());
}
