//! Objects that may be deleted.

use std::fmt;

use crate::json::peek;
use crate::reflect::layout::LayoutOf;
use crate::reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};

/// An object that may have been deleted since: what is left of it then is its id.
///
/// [`present`](Self::present) borrows the object and [`into_present`](Self::into_present) takes it, where a deleted one
/// does not matter. Where it does, `match` on the variants.
///
/// ```
/// use pinstripe_runtime::{Map, MaybeDeleted, from_json};
///
/// type Customer = MaybeDeleted<Map<String>, Map<bool>>;
///
/// let customer: Customer = from_json(r#"{"id": "cus_1", "name": "Jenny"}"#)?;
/// assert_eq!(customer.present().unwrap()["name"], "Jenny");
///
/// let customer: Customer = from_json(r#"{"deleted": true}"#)?;
/// assert!(customer.is_deleted());
/// assert_eq!(customer.into_present(), None);
/// # Ok::<(), pinstripe_runtime::DecodeError>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum MaybeDeleted<T, D> {
    /// The object exists.
    Present(T),
    /// The object was deleted.
    Deleted(D),
}

impl<T, D> MaybeDeleted<T, D> {
    /// Whether the object was deleted.
    pub fn is_deleted(&self) -> bool {
        matches!(self, Self::Deleted(_))
    }

    /// What is left of the object, if it was deleted.
    pub fn deleted(&self) -> Option<&D> {
        match self {
            Self::Present(_) => None,
            Self::Deleted(deleted) => Some(deleted),
        }
    }

    /// The object, unless it was deleted.
    pub fn present(&self) -> Option<&T> {
        match self {
            Self::Present(object) => Some(object),
            Self::Deleted(_) => None,
        }
    }

    /// Returns the object, unless it was deleted.
    pub fn into_present(self) -> Option<T> {
        match self {
            Self::Present(object) => Some(object),
            Self::Deleted(_) => None,
        }
    }
}

impl<T, D> From<MaybeDeleted<T, D>> for Option<T> {
    fn from(object: MaybeDeleted<T, D>) -> Self {
        object.into_present()
    }
}

impl<T: Value, D: Value> Default for MaybeDeleted<T, D> {
    /// An empty object that is present.
    fn default() -> Self {
        Self::make_placeholder()
    }
}

impl<T: Value, D: Value> Value for MaybeDeleted<T, D> {
    const LAYOUT: LayoutOf<Self> = LayoutOf::opaque();
}

impl<T: Value, D: Value> OpaqueValue for MaybeDeleted<T, D> {
    const WANTS_RAW_JSON: bool = true;

    fn make_placeholder() -> Self {
        Self::Present(T::placeholder())
    }

    fn set(&mut self, token: Token<'_>) -> Result<(), TypeMismatch> {
        let Token::Raw(json) = token else {
            return Err(TypeMismatch::new("an object", token));
        };
        *self = if peek::fields(json, ["deleted"]) == [Some("true")] {
            Self::Deleted(crate::from_json(json)?)
        } else {
            Self::Present(crate::from_json(json)?)
        };
        Ok(())
    }

    fn as_view(&self) -> View<'_> {
        match self {
            Self::Present(object) => Value::view(object),
            Self::Deleted(deleted) => Value::view(deleted),
        }
    }
}

impl<T: Value, D: Value> fmt::Debug for MaybeDeleted<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::debug(self, f)
    }
}

impl<T: Value, D: Value> PartialEq for MaybeDeleted<T, D> {
    fn eq(&self, other: &Self) -> bool {
        crate::equal(self, other)
    }
}

impl<T: Value, D: Value> serde::Serialize for MaybeDeleted<T, D> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::serialize(self, serializer)
    }
}

impl<'de, T: Value, D: Value> serde::Deserialize<'de> for MaybeDeleted<T, D> {
    fn deserialize<R: serde::Deserializer<'de>>(deserializer: R) -> Result<Self, R::Error> {
        crate::deserialize(deserializer)
    }
}
