//! A look at some members of an object, without the rest.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::DecodeError;

/// The text of the members with these names, where they are there. Nothing after the last of them is looked at, so that what is found at
/// the beginning costs nearly nothing.
pub(crate) fn members<'a, const N: usize>(json: &'a str, names: [&str; N]) -> [Option<&'a str>; N] {
    let mut found = [None; N];
    let look = Look { names: &names, found: &mut found };
    // That the text ends too soon, or the look is broken off, changes nothing of what was found.
    let _ = serde_json::Deserializer::from_str(json).deserialize_map(look);
    found
}

/// A member that is text.
pub(crate) fn text(json: &str, name: &str) -> Option<String> {
    let [member] = members(json, [name]);
    string(member?).map(Cow::into_owned).ok()
}

/// The text of a JSON string, which is nearly always between its quotes as it is.
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
                return Err(A::Error::custom("everything is found"));
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
        assert_eq!(members(json, ["id", "object"]), [Some("\"in_1\""), Some("\"invoice\"")]);
        assert_eq!(members(json, ["id", "none"]), [Some("\"in_1\""), None]);
        assert_eq!(text(json, "id").as_deref(), Some("in_1"));
        assert_eq!(text(r#"{"id": 5}"#, "id"), None);
        assert_eq!(members("[]", ["id"]), [None]);
        assert_eq!(members("", ["id"]), [None]);
    }
}
