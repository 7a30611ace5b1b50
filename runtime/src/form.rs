//! Writing forms in Stripe's bracket style: `items[0][price]=price_1&metadata[order]=17`.

use std::fmt::Write as _;

use crate::object::{Field, ObjectRef};
use crate::upload::Upload;
use crate::value::{AnyValue, View};

/// Receives the pairs of a form in order.
pub(crate) trait Sink {
    fn pair(&mut self, key: &str, value: &str);
    fn upload(&mut self, key: &str, upload: &Upload);
}

/// Gives the sink the fields of `object` that pass.
pub(crate) fn write_object(sink: &mut dyn Sink, object: ObjectRef<'_>, pass: fn(&Field) -> bool) {
    let mut key = String::new();
    for (field, value) in object.fields().filter(|(field, _)| pass(field)) {
        key.clear();
        push_escaped(&mut key, field.name);
        write(sink, &mut key, value);
    }
}

/// `key` is the whole key, escaped; it is as it was when this returns.
fn write(sink: &mut dyn Sink, key: &mut String, value: &dyn AnyValue) {
    match value.view_any() {
        View::Absent => {}
        View::Clear => sink.pair(key, ""),
        View::Bool(value) => sink.pair(key, if value { "true" } else { "false" }),
        View::Int(value) => sink.pair(key, &value.to_string()),
        View::Float(value) => sink.pair(key, &value.to_string()),
        View::Str(value) => sink.pair(key, &value),
        View::Raw(json) => sink.pair(key, json),
        View::Upload(upload) => sink.upload(key, upload),
        // An array that is given and empty takes all items away.
        View::Array(array) if array.len() == 0 => sink.pair(key, ""),
        View::Array(array) => {
            for index in 0..array.len() {
                nested(key, &index.to_string(), |key| write(sink, key, array.item(index)));
            }
        }
        View::Map(map) => map.each(&mut |name, value| nested(key, name, |key| write(sink, key, value))),
        View::Object(object) => {
            for (field, value) in object.fields() {
                nested(key, field.name, |key| write(sink, key, value));
            }
        }
    }
}

fn nested(key: &mut String, name: &str, write: impl FnOnce(&mut String)) {
    let length = key.len();
    key.push('[');
    push_escaped(key, name);
    key.push(']');
    write(key);
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
