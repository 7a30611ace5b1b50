//! JSON kept as text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::DecodeError;
use crate::value::{Mismatch, Next, Token, Value, View};

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

// SAFETY: it says nothing of its kind, and implements all methods that would go by one.
unsafe impl Value for RawJson {
    const IS_RAW: bool = true;

    #[inline]
    fn duplicate(&self) -> Self {
        self.clone()
    }

    #[inline]
    fn empty() -> Self {
        Self("null".into())
    }

    unsafe fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        let Token::Raw(json) = token else {
            return Err(Mismatch::new("JSON text", token));
        };
        self.0 = json.into();
        Ok(Next::Done)
    }

    fn view(&self) -> View<'_> {
        View::Raw(&self.0)
    }
}

/// The name by which serde_json's deserializers know that they are asked for text.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// Reads any value as JSON text: from serde_json byte for byte, and out of the document itself where that is in memory; from other formats
/// by writing it as JSON.
pub(crate) struct RawSeed;

/// Reads text out of the document if it can be borrowed from there.
struct TextSeed;

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for TextSeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(text.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.to_owned().into())
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(text.into())
    }
}

impl<'de> DeserializeSeed<'de> for RawSeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_newtype_struct(RAW_VALUE, self)
    }
}

impl<'de> Visitor<'de> for RawSeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = serde_json::Map::new();
        while let Some(key) = map.next_key_seed(TextSeed)? {
            if key == RAW_VALUE {
                return map.next_value_seed(TextSeed);
            }
            object.insert(key.into_owned(), map.next_value()?);
        }
        Ok(serde_json::Value::Object(object).to_string().into())
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        let value: serde_json::Value = serde::Deserialize::deserialize(deserializer)?;
        Ok(value.to_string().into())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.visit_newtype_struct(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = seq.next_element::<serde_json::Value>()? {
            array.push(item);
        }
        Ok(serde_json::Value::Array(array).to_string().into())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok("null".into())
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok("null".into())
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(value.to_string().into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(value.to_string().into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(value.to_string().into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(serde_json::Value::from(value).to_string().into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(serde_json::Value::from(value).to_string().into())
    }
}

/// Parses nothing: only here so that the feature which this module rests on cannot be dropped unnoticed.
const _: fn(&RawValue) -> &str = RawValue::get;
