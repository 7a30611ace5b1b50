//! Encodes forms in Stripe's bracket style: `items[0][price]=price_1&metadata[order]=17`.

use crate::request::params::{Data, Param};
use crate::request::upload::Upload;

/// Receives the name-value pairs of a form in order.
pub(crate) trait Sink {
    fn pair(&mut self, key: &str, value: &str);
    fn upload(&mut self, key: &str, upload: &Upload);
    /// Appends a name to a key, escaped if this kind of form requires it.
    fn push_name(&self, key: &mut String, name: &str) {
        push_escaped(key, name);
    }
}

/// Passes the parameters of a request to the sink.
pub(crate) fn write_params<'p, S: Sink>(sink: &mut S, params: impl Iterator<Item = &'p Param>) {
    let mut key = String::new();
    for param in params {
        // Most keys are plain names, so no key is built for them.
        if !param.has_reserved_name()
            && param.with_text(|text| sink.pair(param.name, text)).is_some()
        {
            continue;
        }
        key.clear();
        // Few keys are longer.
        key.reserve(64);
        push_param_name(sink, &mut key, param);
        if let Some(items) = param.repeated() {
            items.iter().for_each(|item| write(sink, &mut key, item));
        } else if param.with_text(|text| sink.pair(&key, text)).is_none() {
            write(sink, &mut key, &param.data);
        }
    }
}

/// Writes a value. `key` is the full key as the sink encodes it, and is unchanged on return.
fn write<S: Sink>(sink: &mut S, key: &mut String, data: &Data) {
    match data {
        Data::Bool(_) | Data::Int(_) | Data::Float(_) | Data::Str(_) => {
            _ = data.with_text(|text| sink.pair(key, text))
        }
        Data::Clear => sink.pair(key, ""),
        Data::Raw(json) => {
            write_json_at(sink, key, &serde_json::from_str(json.get()).unwrap_or_default())
        }
        Data::Upload(upload) => sink.upload(key, upload),
        // An empty array removes all items.
        Data::Array(items) if items.is_empty() => sink.pair(key, ""),
        Data::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                at_index(sink, key, index, |sink, key| write(sink, key, item));
            }
        }
        Data::Map(entries) => {
            for (name, value) in entries {
                nested(
                    sink,
                    key,
                    |sink, key| sink.push_name(key, name),
                    |sink, key| write(sink, key, value),
                );
            }
        }
        Data::Object(_, params) => {
            for param in params.iter() {
                nested(
                    sink,
                    key,
                    |sink, key| push_param_name(sink, key, param),
                    |sink, key| write(sink, key, &param.data),
                );
            }
        }
    }
}

/// Most names are known to need no escaping.
fn push_param_name<S: Sink>(sink: &mut S, key: &mut String, param: &Param) {
    if param.has_reserved_name() {
        sink.push_name(key, param.name);
    } else {
        key.push_str(param.name);
    }
}

/// Passes a JSON value to the sink. `name` may contain brackets.
pub(crate) fn write_json<S: Sink>(sink: &mut S, name: &str, value: &serde_json::Value) {
    let mut key = String::new();
    for piece in name.split_inclusive(['[', ']']) {
        let bare = piece.trim_end_matches(['[', ']']);
        sink.push_name(&mut key, bare);
        key.push_str(&piece[bare.len()..]);
    }
    write_json_at(sink, &mut key, value);
}

fn write_json_at<S: Sink>(sink: &mut S, key: &mut String, value: &serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::Null => sink.pair(key, ""),
        Value::Bool(_) | Value::Number(_) => sink.pair(key, &value.to_string()),
        Value::String(text) => sink.pair(key, text),
        Value::Array(items) if items.is_empty() => sink.pair(key, ""),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                at_index(sink, key, index, |sink, key| write_json_at(sink, key, item));
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                nested(
                    sink,
                    key,
                    |sink, key| sink.push_name(key, name),
                    |sink, key| write_json_at(sink, key, member),
                );
            }
        }
    }
}

fn at_index<S: Sink>(
    sink: &mut S,
    key: &mut String,
    index: usize,
    write: impl FnOnce(&mut S, &mut String),
) {
    nested(sink, key, |_, key| key.push_str(itoa::Buffer::new().format(index)), write);
}

fn nested<S: Sink>(
    sink: &mut S,
    key: &mut String,
    push_name: impl FnOnce(&mut S, &mut String),
    write: impl FnOnce(&mut S, &mut String),
) {
    let length = key.len();
    key.push('[');
    push_name(sink, key);
    key.push(']');
    write(sink, key);
    key.truncate(length);
}

/// Appends `text` with everything but unreserved characters (RFC 3986) percent-encoded.
pub(crate) fn push_escaped(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(length) = rest.bytes().position(|byte| !is_unreserved(byte)) {
        let (plain, others) = rest.split_at(length);
        out.push_str(plain);
        let end = others.bytes().position(is_unreserved).unwrap_or(others.len());
        let (escaped, after) = others.split_at(end);
        for byte in escaped.bytes() {
            out.push('%');
            out.push(hex_digit(byte >> 4));
            out.push(hex_digit(byte & 15));
        }
        rest = after;
    }
    out.push_str(rest);
}

fn is_unreserved(byte: u8) -> bool {
    const UNRESERVED: [bool; 256] = {
        let mut all = [false; 256];
        let mut byte = 0;
        while byte < 128 {
            all[byte] = (byte as u8).is_ascii_alphanumeric()
                || matches!(byte as u8, b'-' | b'.' | b'_' | b'~');
            byte += 1;
        }
        all
    };
    UNRESERVED[usize::from(byte)]
}

fn hex_digit(value: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(value)])
}

/// A query string, or the body of a form without files.
#[derive(Default)]
pub(crate) struct UrlEncoded(pub(crate) String);

impl Sink for UrlEncoded {
    #[inline]
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
