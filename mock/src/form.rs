//! Forms in Stripe's bracket style, as trees.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

/// The tree that the pairs of a form are. All its leaves are text; arrays are objects with numbers for names.
///
/// # Errors
///
/// When a key makes no sense, or two pairs say different things of the same place.
pub fn parse(form: &str) -> Result<Map<String, Value>, String> {
    let pairs = form.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key), decode(value))
    });
    from_pairs(pairs)
}

/// The tree that decoded pairs are.
///
/// # Errors
///
/// When a key makes no sense, or two pairs say different things of the same place.
pub fn from_pairs(
    pairs: impl IntoIterator<Item = (String, String)>,
) -> Result<Map<String, Value>, String> {
    let mut root = Map::new();
    for (key, value) in pairs {
        let mut names = key.split('[');
        let mut name = names.next().unwrap_or_default().to_owned();
        let mut place = &mut root;
        for next in names {
            let next = next
                .strip_suffix(']')
                .ok_or_else(|| format!("the key `{key}` has a bracket that is not closed"))?;
            let inner = place.entry(name).or_insert_with(|| Map::new().into());
            place = inner
                .as_object_mut()
                .ok_or_else(|| format!("`{key}` is said to be text and more"))?;
            name = next.to_owned();
        }
        if place.insert(name, value.into()).is_some() {
            return Err(format!("`{key}` is there twice"));
        }
    }
    Ok(root)
}

/// Encodes JSON as a form. `None` for values that a form cannot represent.
pub fn flat(value: &Value) -> Option<Value> {
    let members =
        |members: Map<String, Value>| (!members.is_empty()).then_some(Value::Object(members));
    match value {
        Value::Null => Some("".into()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string().into()),
        Value::String(_) => Some(value.clone()),
        Value::Array(items) if items.is_empty() => Some("".into()),
        Value::Array(items) => members(
            items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| Some((index.to_string(), flat(item)?)))
                .collect(),
        ),
        Value::Object(object) => members(
            object
                .iter()
                .filter_map(|(name, member)| Some((name.clone(), flat(member)?)))
                .collect(),
        ),
    }
}

/// Decodes a segment of a path, in which `+` is itself.
pub(crate) fn decode_path(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Escapes text for a path or a form. Letters, digits, `_`, `-` and `.` stay.
pub(crate) fn encode(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet =
        &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.');
    utf8_percent_encode(text, KEPT).to_string()
}

/// Parses a `multipart/form-data` body.
#[derive(Debug, Default)]
pub struct MultipartForm {
    pub pairs: Vec<(String, String)>,
    /// The names of the parts that are files, and their content.
    pub files: Vec<(String, Vec<u8>)>,
}

/// The parts of a `multipart/form-data` body.
///
/// # Errors
///
/// When the body is not one.
pub fn parse_multipart(content_type: &str, body: &[u8]) -> Result<MultipartForm, String> {
    let boundary = content_type.split_once("boundary=").ok_or("there is no boundary")?.1;
    let boundary = boundary.split(';').next().unwrap_or_default().trim().trim_matches('"');
    let text: String = body.iter().map(|&byte| char::from(byte)).collect();
    let inner = text
        .strip_suffix(&format!("--{boundary}--\r\n"))
        .ok_or("the body does not end with its boundary")?;
    let mut parts = MultipartForm::default();
    for part in inner.split(&format!("--{boundary}\r\n")).skip(1) {
        let (head, content) = part.split_once("\r\n\r\n").ok_or("a part has no head")?;
        let content = content.strip_suffix("\r\n").ok_or("a part has no end")?;
        let name = head
            .split_once("name=\"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .ok_or("a part has no name")?
            .0;
        if head.contains("filename=") {
            parts.files.push((utf8(name), bytes(content)));
        } else {
            parts.pairs.push((utf8(name), utf8(content)));
        }
    }
    Ok(parts)
}

/// Bytes that were taken for characters one by one.
fn bytes(latin1: &str) -> Vec<u8> {
    latin1.chars().map(|char| char as u8).collect()
}

fn utf8(latin1: &str) -> String {
    String::from_utf8_lossy(&bytes(latin1)).into_owned()
}
