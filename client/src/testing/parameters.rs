//! The parameters of a request as a flat list, however its body is encoded.

use pinstripe_runtime::{Body, HttpRequest};

/// Names with brackets, and values: `items[0][price]` and `price_1`.
pub(super) type Parameters = Vec<(String, String)>;

/// Returns the parameters of a request before it is sent.
pub(super) fn of_request(request: &HttpRequest) -> Parameters {
    let mut all = from_form(&request.query);
    match &request.body {
        Body::Form(form) => all.extend(from_form(form)),
        Body::Json(json) => all.extend(from_json(json)),
        Body::Multipart { pairs, files } => {
            all.extend(pairs.iter().cloned());
            let files = files.iter();
            all.extend(files.map(|(name, file)| (name.clone(), file.file_name().to_owned())));
        }
        _ => {}
    }
    all
}

/// Returns the parameters of a request as it is sent.
pub(super) fn of_sent(query: Option<&str>, content_type: &str, body: &[u8]) -> Parameters {
    let mut all = from_form(query.unwrap_or_default());
    let body = String::from_utf8_lossy(body);
    match content_type.split_once("boundary=") {
        Some((_, boundary)) => all.extend(from_multipart(&body, boundary)),
        None if content_type.starts_with("application/json") => all.extend(from_json(&body)),
        None => all.extend(from_form(&body)),
    }
    all
}

fn from_form(form: &str) -> Parameters {
    let pairs = form.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| (unescaped(name), unescaped(value))).collect()
}

/// Decodes percent-encoding. What is not an escape stays as it is.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(escaped) if *byte == b'%' => {
                bytes.push(escaped);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn from_json(json: &str) -> Parameters {
    let mut all = Vec::new();
    flatten(String::new(), &serde_json::from_str(json).unwrap_or_default(), &mut all);
    all
}

/// Writes the names of nested values as a form does. `null` and empty lists are empty strings.
fn flatten(name: String, value: &serde_json::Value, all: &mut Parameters) {
    use serde_json::Value;
    let inner = |key: &str| {
        if name.is_empty() { key.to_owned() } else { format!("{name}[{key}]") }
    };
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| flatten(inner(key), value, all));
        }
        Value::Array(items) if !items.is_empty() => {
            let items = items.iter().enumerate();
            items.for_each(|(index, value)| flatten(inner(&index.to_string()), value, all));
        }
        Value::Null | Value::Array(_) if name.is_empty() => {}
        Value::Null | Value::Array(_) => all.push((name, String::new())),
        Value::String(text) => all.push((name, text.clone())),
        Value::Bool(_) | Value::Number(_) => all.push((name, value.to_string())),
    }
}

/// Reads a form with files. The value of a file is its name.
fn from_multipart(body: &str, boundary: &str) -> Parameters {
    let begin = format!("--{boundary}\r\n");
    let parts = body.split(&begin).skip(1).filter_map(|part| {
        let (head, content) = part.split_once("\r\n\r\n")?;
        let quoted = |key: &str| {
            let (_, rest) = head.split_once(&format!(" {key}=\""))?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        let text = || content.rsplit_once("\r\n").map_or(content, |(text, _)| text);
        // The end of the body follows the last part.
        let end = format!("\r\n--{boundary}--");
        let text = || content.split_once(&end).map_or_else(text, |(text, _)| text).to_owned();
        Some((quoted("name")?, quoted("filename").unwrap_or_else(text)))
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Parameters {
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    #[test]
    fn forms_and_json_give_the_same_names() {
        let expected = pairs([("a[0][b]", "1"), ("c", ""), ("d", "é&%2")]);
        assert_eq!(from_form("a[0][b]=1&c=&d=%C3%A9%26%252"), expected);
        assert_eq!(from_json(r#"{"a": [{"b": 1}], "c": null, "d": "é&%2"}"#), expected);
        assert_eq!(from_form("%zz=%&b"), pairs([("%zz", "%"), ("b", "")]));
        assert_eq!(from_json("not json"), pairs([]));
        assert_eq!(from_json(r#"{"a": []}"#), pairs([("a", "")]));
    }

    #[test]
    fn files_are_named() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\na\r\nb\r\n\
                    --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
                    Content-Type: image/png\r\n\r\n\u{1}\r\n--x--\r\n";
        let expected = pairs([("purpose", "a\r\nb"), ("file", "a.png")]);
        assert_eq!(from_multipart(body, "x"), expected);
    }
}
