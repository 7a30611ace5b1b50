//! Encodes parameters as JSON.

use super::params::{Data, Param};
use crate::json::writer::{close, write, write_str};
use crate::reflect::value::View;

/// Writes parameters as one JSON object.
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

/// Returns the JSON text of a parameter that is a complete body.
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
