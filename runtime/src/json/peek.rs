//! Reads single fields of an object without decoding the rest.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::DecodeError;

/// Returns the JSON text of the fields with these names, if present. The object is read only up to
/// the last of them, so fields near the beginning are cheap to find.
pub(crate) fn fields<'a, const N: usize>(json: &'a str, names: [&str; N]) -> [Option<&'a str>; N] {
    let mut found = [None; N];
    let look = Look { names: &names, found: &mut found };
    // An error changes nothing: the fields found before the text ended, or before the visitor
    // stopped, remain valid.
    let _ = serde_json::Deserializer::from_str(json).deserialize_map(look);
    found
}

/// Returns a field that is a string.
pub(crate) fn text(json: &str, name: &str) -> Option<String> {
    let [field] = fields(json, [name]);
    string(field?).map(Cow::into_owned).ok()
}

/// Decodes a JSON string. Strings without escapes, which are nearly all, are borrowed.
pub(crate) fn string(json: &str) -> Result<Cow<'_, str>, DecodeError> {
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Ok(plain.into()),
        _ => crate::from_json::<String>(json).map(Cow::Owned),
    }
}

struct Look<'l, 'a> {
    names: &'l [&'l str],
    found: &'l mut [Option<&'a str>],
}

impl<'a> Visitor<'a> for Look<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<&'a RawValue>()? {
            let name = name.get().trim_matches('"');
            let Some(index) = self.names.iter().position(|wanted| *wanted == name) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            self.found[index] = Some(map.next_value::<&'a RawValue>()?.get());
            if self.found.iter().all(Option::is_some) {
                return Err(A::Error::custom("all fields found"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_there_and_looks_no_further() {
        let json = r#" {"object": "invoice", "x": [{"id": 1}], "id": "in_1", "rest": nonsense"#;
        assert_eq!(fields(json, ["id", "object"]), [Some("\"in_1\""), Some("\"invoice\"")]);
        assert_eq!(fields(json, ["id", "none"]), [Some("\"in_1\""), None]);
        assert_eq!(text(json, "id").as_deref(), Some("in_1"));
        assert_eq!(text(r#"{"id": 5}"#, "id"), None);
        assert_eq!(fields("[]", ["id"]), [None]);
        assert_eq!(fields("", ["id"]), [None]);
    }
}
