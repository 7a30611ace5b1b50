//! The types of fields.

pub(crate) mod clearable;
pub(crate) mod clock;
pub(crate) mod currency;
mod currency_units;
pub(crate) mod date_time;
pub(crate) mod decimal;
pub(crate) mod expand;
pub(crate) mod expandable;
pub(crate) mod id;
pub(crate) mod int64;
pub(crate) mod list;
pub(crate) mod map;
pub(crate) mod maybe_deleted;
pub(crate) mod raw_json;
#[cfg(any(feature = "jiff", feature = "chrono", feature = "time"))]
pub(crate) mod time_crates;
mod timestamp;
pub(crate) mod union;

/// Implements serde's traits for a type that is one scalar in every format, in the form of a
/// [`Form`](crate::json::serde_de::Form).
macro_rules! scalar_serde {
    ($type:ty, $form:ident) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::json::serde_ser::serialize_scalar(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::json::serde_de::deserialize_as(
                    crate::json::serde_de::Form::$form,
                    deserializer,
                )
            }
        }
    };
}
pub(crate) use scalar_serde;
