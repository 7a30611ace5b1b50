//! JSON values as text.

use std::fmt;

use crate::DecodeError;
use crate::reflect::layout::LayoutOf;
use crate::reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};

/// A JSON value as text. Used for values of unspecified structure and for values that are decoded
/// on demand.
///
/// ```
/// use pinstripe_runtime::{RawJson, from_json};
///
/// let raw: RawJson = from_json(r#"{"amount": [1, 2]}"#)?;
/// assert_eq!(raw.get(), r#"{"amount": [1, 2]}"#);
/// # Ok::<(), pinstripe_runtime::DecodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
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
