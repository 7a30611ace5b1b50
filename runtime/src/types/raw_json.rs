//! JSON values as text.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::DecodeError;
use crate::reflect::layout::LayoutOf;
use crate::reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};

/// A JSON value as text. Used for values of unspecified structure and for values that are decoded
/// on demand.
///
/// Two are equal if they are the same JSON value: spaces and the order of keys do not matter.
///
/// ```
/// use pinstripe_runtime::{RawJson, from_json};
///
/// let raw: RawJson = from_json(r#"{"amount": [1, 2]}"#)?;
/// assert_eq!(raw.get(), r#"{"amount": [1, 2]}"#);
/// # Ok::<(), pinstripe_runtime::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct RawJson(Box<str>);

impl RawJson {
    /// Creates a value from text that the caller has validated as JSON.
    pub(crate) fn from_checked(json: &str) -> Self {
        Self(json.into())
    }

    /// Returns the JSON text.
    pub fn get(&self) -> &str {
        &self.0
    }

    /// Decodes the value as a type of this SDK.
    ///
    /// # Errors
    ///
    /// Returns an error when the value does not have the shape of `T`.
    pub fn decode<T: Value>(&self) -> Result<T, DecodeError> {
        crate::from_json(&self.0)
    }

    /// Parses the value into a tree.
    pub fn to_value(&self) -> serde_json::Value {
        // The text was validated when it was read. A value that serde_json rejects nevertheless,
        // such as a number beyond `f64`, becomes null.
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl From<serde_json::Value> for RawJson {
    fn from(value: serde_json::Value) -> Self {
        Self(value.to_string().into())
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        equal(&self.0, &other.0)
    }
}

impl Eq for RawJson {}

impl Hash for RawJson {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match serde_json::from_str::<serde_json::Value>(&self.0) {
            Ok(value) => value.hash(state),
            Err(_) => self.0.hash(state),
        }
    }
}

/// Whether two JSON texts are the same value. Texts that serde_json refuses (a number beyond `f64`) are compared as text.
pub(crate) fn equal(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    let value = |json| serde_json::from_str::<serde_json::Value>(json);
    matches!((value(left), value(right)), (Ok(left), Ok(right)) if left == right)
}

impl fmt::Debug for RawJson {
    /// Prints only the size: raw JSON may contain secrets at unknown locations.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawJson({} bytes)", self.0.len())
    }
}

impl Value for RawJson {
    const LAYOUT: LayoutOf<Self> = LayoutOf::opaque();
}

impl OpaqueValue for RawJson {
    const WANTS_RAW_JSON: bool = true;

    fn make_placeholder() -> Self {
        Self("null".into())
    }

    fn set(&mut self, token: Token<'_>) -> Result<(), TypeMismatch> {
        let Token::Raw(json) = token else {
            return Err(TypeMismatch::new("JSON text", token));
        };
        self.0 = json.into();
        Ok(())
    }

    fn as_view(&self) -> View<'_> {
        View::Raw(&self.0)
    }
}

impl serde::Serialize for RawJson {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::serialize(self, serializer)
    }
}

impl<'de> serde::Deserialize<'de> for RawJson {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use super::*;

    #[test]
    fn equal_as_values() {
        let raw = RawJson::from_checked;
        let state = RandomState::new();
        for (left, right, same) in [
            (r#"{"a":1,"b":[true]}"#, "{ \"b\": [ true ],\n\"a\": 1 }", true),
            (r#""\u0061""#, r#""a""#, true),
            ("[1,2]", "[2,1]", false),
            ("1", "\"1\"", false),
            ("1e400", "1e400", true),
            ("1e400", "1e401", false),
            ("1e400", "null", false),
        ] {
            assert_eq!(raw(left) == raw(right), same, "{left} {right}");
            if same {
                assert_eq!(state.hash_one(raw(left)), state.hash_one(raw(right)), "{left}");
            }
        }
    }
}
