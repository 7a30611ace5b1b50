//! Writing forms in Stripe's bracket style: `items[0][price]=price_1&metadata[order]=17`.

use std::fmt::Write as _;

use crate::object::{Field, ObjectRef};
use crate::upload::Upload;
use crate::value::{AnyValue, View};

/// Receives the pairs of a form in order.
pub(crate) trait Sink {
    fn pair(&mut self, key: &str, value: &str);
    fn upload(&mut self, key: &str, upload: &Upload);
    /// Appends a name to a key, as the keys of this form are written.
    fn push_name(&self, key: &mut String, name: &str) {
        push_escaped(key, name);
    }
}

/// Gives the sink the fields of `object` that pass.
pub(crate) fn write_object(sink: &mut dyn Sink, object: ObjectRef<'_>, pass: fn(&Field) -> bool) {
    let mut key = String::new();
    for (field, value) in object.fields().filter(|(field, _)| pass(field)) {
        key.clear();
        sink.push_name(&mut key, field.name);
        write(sink, &mut key, value);
    }
}

/// `key` is the whole key, as the sink writes it; it is as it was when this returns.
fn write(sink: &mut dyn Sink, key: &mut String, value: &dyn AnyValue) {
    match value.view_any() {
        View::Absent => {}
        View::Clear => sink.pair(key, ""),
        View::Bool(value) => sink.pair(key, if value { "true" } else { "false" }),
        View::Int(value) => sink.pair(key, &value.to_string()),
        View::Float(value) => sink.pair(key, &value.to_string()),
        View::Str(value) => sink.pair(key, &value),
        View::Raw(json) => write_json_at(sink, key, &serde_json::from_str(json).unwrap_or_default()),
        View::Upload(upload) => sink.upload(key, upload),
        // An array that is given and empty takes all items away.
        View::Array(array) if array.len() == 0 => sink.pair(key, ""),
        View::Array(array) => {
            for index in 0..array.len() {
                nested(sink, key, &index.to_string(), |sink, key| write(sink, key, array.item(index)));
            }
        }
        View::Map(map) => map.each(&mut |name, value| nested(sink, key, name, |sink, key| write(sink, key, value))),
        View::Object(object) => {
            for (field, value) in object.fields() {
                nested(sink, key, field.name, |sink, key| write(sink, key, value));
            }
        }
    }
}

/// Gives the sink a value that has no type of ours. `name` may have brackets in it.
pub(crate) fn write_json(sink: &mut dyn Sink, name: &str, value: &serde_json::Value) {
    let mut key = String::new();
    for piece in name.split_inclusive(['[', ']']) {
        let bare = piece.trim_end_matches(['[', ']']);
        sink.push_name(&mut key, bare);
        key.push_str(&piece[bare.len()..]);
    }
    write_json_at(sink, &mut key, value);
}

fn write_json_at(sink: &mut dyn Sink, key: &mut String, value: &serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::Null => sink.pair(key, ""),
        Value::Bool(_) | Value::Number(_) => sink.pair(key, &value.to_string()),
        Value::String(text) => sink.pair(key, text),
        Value::Array(items) if items.is_empty() => sink.pair(key, ""),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                nested(sink, key, &index.to_string(), |sink, key| write_json_at(sink, key, item));
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                nested(sink, key, name, |sink, key| write_json_at(sink, key, member));
            }
        }
    }
}

fn nested(sink: &mut dyn Sink, key: &mut String, name: &str, write: impl FnOnce(&mut dyn Sink, &mut String)) {
    let length = key.len();
    key.push('[');
    sink.push_name(key, name);
    key.push(']');
    write(sink, key);
    key.truncate(length);
}

/// Appends `text` with everything but unreserved characters (RFC 3986) percent-encoded.
pub(crate) fn push_escaped(out: &mut String, text: &str) {
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// A query string, or the body of a form that has no files.
#[derive(Default)]
pub(crate) struct UrlEncoded(pub(crate) String);

impl Sink for UrlEncoded {
    fn pair(&mut self, key: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(key);
        self.0.push('=');
        push_escaped(&mut self.0, value);
    }

    fn upload(&mut self, _: &str, _: &Upload) {}
}
