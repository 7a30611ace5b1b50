//! Serializes values with any serde serializer, driven by tables.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::json::writer;
use crate::reflect::erased::AnyRef;
use crate::reflect::object::ObjectRef;
use crate::reflect::table::Field;
use crate::reflect::value::{Value, View};

/// `Serialize::serialize` for every generated type.
///
/// Binary formats receive the value as JSON in a byte string, except an enum, which is a string. Those that do not
/// describe themselves could not read anything else again: to them a map is the same as other bytes.
#[inline]
pub fn serialize<T: Value, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serialize_any(AnyRef::of(value), serializer)
}

/// Serializes a type that is a scalar of the same kind in every format.
pub(crate) fn serialize_scalar<T: Value, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    Viewed(AnyRef::of(value)).serialize(serializer)
}

fn serialize_any<S: Serializer>(value: AnyRef<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() || value.is_enum() {
        return Viewed(value).serialize(serializer);
    }
    let mut json = String::new();
    writer::write(&mut json, value.view());
    serializer.serialize_bytes(json.as_bytes())
}

struct Viewed<'a>(AnyRef<'a>);

impl Serialize for Viewed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.view() {
            View::Absent => serializer.serialize_unit(),
            View::Bool(value) => serializer.serialize_bool(value),
            View::Int(value) => serializer.serialize_i64(value),
            View::Float(value) => serializer.serialize_f64(value),
            View::Str(Cow::Borrowed(value)) => serializer.serialize_str(value),
            View::Str(Cow::Owned(value)) => serializer.serialize_str(&value),
            View::Decimal(value) => serializer.serialize_str(value.as_str()),
            View::DateTime(value) => serializer.serialize_str(value.as_str()),
            View::Raw(json) => {
                // Formats other than JSON cannot embed JSON text, so it is parsed into a tree
                // first.
                let value: serde_json::Value =
                    serde_json::from_str(json).map_err(serde::ser::Error::custom)?;
                value.serialize(serializer)
            }
            View::Array(array) => {
                let mut seq = serializer.serialize_seq(Some(array.len()))?;
                for item in array.iter() {
                    seq.serialize_element(&Viewed(item))?;
                }
                seq.end()
            }
            View::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                let mut result = Ok(());
                entries.each(&mut |key, value| {
                    if result.is_ok() {
                        result = map.serialize_entry(key, &Viewed(value));
                    }
                });
                result?;
                map.end()
            }
            View::Object(object) => serialize_object(object, serializer),
        }
    }
}

fn serialize_object<S: Serializer>(
    object: ObjectRef<'_>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let table = object.table();
    let present: Vec<_> = (object.fields())
        .filter(|(field, value)| match value.view() {
            View::Absent => field.is(Field::NULLABLE),
            _ => true,
        })
        .collect();
    let constants = usize::from(!table.object.is_empty()) + usize::from(table.deleted);
    let mut map = serializer.serialize_map(Some(present.len() + constants))?;
    if !table.object.is_empty() {
        map.serialize_entry("object", table.object)?;
    }
    if table.deleted {
        map.serialize_entry("deleted", &true)?;
    }
    for (field, value) in present {
        map.serialize_entry(field.name, &Viewed(value))?;
    }
    map.end()
}
