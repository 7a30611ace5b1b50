//! Reads a value as raw JSON text, through any serde deserializer.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The struct name that makes serde_json's deserializers return raw text.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// Reads any value as JSON text. From serde_json the text is byte-for-byte, and borrowed if the
/// document is in memory. Values of other formats are serialized to JSON.
pub(crate) struct RawSeed;

/// Reads a string, borrowed from the document where possible.
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
        deserializer.deserialize_any(self)
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

    /// The form of generated types in binary formats: JSON text.
    fn visit_bytes<E: serde::de::Error>(self, json: &[u8]) -> Result<Self::Value, E> {
        let json = std::str::from_utf8(json).map_err(E::custom)?;
        serde_json::from_str::<&RawValue>(json).map_err(E::custom)?;
        Ok(json.to_owned().into())
    }
}

/// Fails to compile if the `raw_value` feature of serde_json, which this module depends on, is
/// disabled.
const _: fn(&RawValue) -> &str = RawValue::get;
