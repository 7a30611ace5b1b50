//! JSON kept as text.

use std::fmt;

use crate::DecodeError;
use crate::reflect::layout::LayoutOf;
use crate::reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};

/// A JSON value kept as the text it came as: what the API leaves open, and what is decoded only when asked for.
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
    /// Text that the caller knows to be JSON.
    pub(crate) fn from_checked(json: &str) -> Self {
        Self(json.into())
    }

    /// The JSON text.
    pub fn get(&self) -> &str {
        &self.0
    }

    /// Decodes the text as a value of a type of this SDK.
    ///
    /// # Errors
    ///
    /// When the text does not have the shape of `T`.
    pub fn decode<T: Value>(&self) -> Result<T, DecodeError> {
        crate::from_json(&self.0)
    }

    /// Parses the text into a tree.
    pub fn to_value(&self) -> serde_json::Value {
        // The text was checked when it came in. What serde_json refuses all the same (a number beyond `f64`) is null.
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl From<serde_json::Value> for RawJson {
    fn from(value: serde_json::Value) -> Self {
        Self(value.to_string().into())
    }
}

impl fmt::Debug for RawJson {
    /// The size only: raw JSON can hold a secret, and nothing here knows where.
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
