//! Objects that are decoded on demand.

use std::fmt;

use super::id::IdText;
use crate::json::peek;
use crate::reflect::layout::LayoutOf;
use crate::reflect::transparent::transparent;
use crate::reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};
use crate::{DecodeError, Id, MaybeDeleted, RawJson};

transparent! {
    /// A reference to another object: its ID, and the object itself if the request expanded it.
    ///
    /// `I` is the type that the ID belongs to, if it is not `T`. For example, an object that may be
    /// deleted has the same ID type either way.
    ///
    /// ```
    /// use pinstripe_runtime::{Expandable, Map, from_json};
    ///
    /// type Customer = Map<String>;
    ///
    /// let plain: Expandable<Customer> = from_json(r#""cus_1""#)?;
    /// assert_eq!(plain.id(), "cus_1");
    /// assert_eq!(plain.object()?, None);
    ///
    /// let expanded: Expandable<Customer> = from_json(r#"{"id": "cus_1", "name": "Jenny"}"#)?;
    /// assert_eq!(expanded.id(), "cus_1");
    /// assert_eq!(expanded.object()?.unwrap()["name"], "Jenny");
    /// # Ok::<(), pinstripe_runtime::DecodeError>(())
    /// ```
    pub struct Expandable<T, I = T> { inner: Reference }
}

/// An ID and the object, if it was expanded.
#[derive(Clone, PartialEq)]
pub(crate) struct Reference {
    id: IdText,
    object: Option<RawJson>,
}

impl<T: Value, I> Expandable<T, I> {
    /// Returns the ID of the object.
    pub fn id(&self) -> &Id<I> {
        Id::wrap_ref(&self.inner.id)
    }

    /// Decodes the object, if it was expanded. Each call decodes it again.
    ///
    /// # Errors
    ///
    /// Returns an error when the object does not have the shape of `T`.
    pub fn object(&self) -> Result<Option<T>, DecodeError> {
        self.inner.object.as_ref().map(RawJson::decode).transpose()
    }

    /// Returns the raw JSON of the object, if it was expanded.
    pub fn raw(&self) -> Option<&RawJson> {
        self.inner.object.as_ref()
    }
}

impl<T: Value, D: Value, I> Expandable<MaybeDeleted<T, D>, I> {
    /// Decodes the object, if it was expanded and is not deleted. Each call decodes it again.
    ///
    /// # Errors
    ///
    /// Returns an error when the object does not have the shape of `T`.
    pub fn present(&self) -> Result<Option<T>, DecodeError> {
        Ok(self.object()?.and_then(MaybeDeleted::into_present))
    }
}

/// An object as if a request had expanded it.
///
/// ```
/// use pinstripe_runtime::{Expandable, Map};
///
/// # fn main() -> Result<(), pinstripe_runtime::DecodeError> {
/// let customer: Map<String> = [("id", "cus_1"), ("name", "Jenny")].into();
/// let expanded: Expandable<Map<String>> = (&customer).into();
/// assert_eq!(expanded.id(), "cus_1");
/// assert_eq!(expanded.object()?, Some(customer));
/// # Ok(())
/// # }
/// ```
impl<T, I: Value> From<&I> for Expandable<T, I> {
    fn from(object: &I) -> Self {
        let json = crate::to_json(object);
        let id = IdText::from(&*peek::text(&json, "id").unwrap_or_default());
        Self::wrap(Reference { id, object: Some(RawJson::from_checked(&json)) })
    }
}

impl<T, I> From<Id<I>> for Expandable<T, I> {
    fn from(id: Id<I>) -> Self {
        id.as_str().into()
    }
}

impl<T, I> From<&Id<I>> for Expandable<T, I> {
    fn from(id: &Id<I>) -> Self {
        id.as_str().into()
    }
}

impl<T, I> From<&str> for Expandable<T, I> {
    fn from(id: &str) -> Self {
        Self::wrap(Reference { id: id.into(), object: None })
    }
}

impl<T, I> PartialEq for Expandable<T, I> {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}

impl<T, I> fmt::Debug for Expandable<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.inner.object {
            None => fmt::Debug::fmt(Id::<I>::wrap_ref(&self.inner.id), f),
            Some(object) => f
                .debug_tuple("Expandable")
                .field(Id::<I>::wrap_ref(&self.inner.id))
                .field(object)
                .finish(),
        }
    }
}

impl<T: 'static, I: 'static> serde::Serialize for Expandable<T, I> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::serialize(self, serializer)
    }
}

impl<'de, T: 'static, I: 'static> serde::Deserialize<'de> for Expandable<T, I> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::deserialize(deserializer)
    }
}

impl Value for Reference {
    const LAYOUT: LayoutOf<Self> = LayoutOf::opaque();
}

impl OpaqueValue for Reference {
    const WANTS_RAW_JSON: bool = true;

    fn make_placeholder() -> Self {
        Self { id: IdText::make_placeholder(), object: None }
    }

    fn set(&mut self, token: Token<'_>) -> Result<(), TypeMismatch> {
        let Token::Raw(json) = token else {
            return Err(TypeMismatch::new("an ID or an object", token));
        };
        match json.as_bytes().first() {
            Some(b'"') => self.id = IdText::from(&*peek::string(json)?),
            Some(b'{') => {
                self.id = IdText::from(&*peek::text(json, "id").unwrap_or_default());
                self.object = Some(RawJson::from_checked(json));
            }
            _ => return Err(TypeMismatch::new("an ID or an object", token)),
        }
        Ok(())
    }

    fn as_view(&self) -> View<'_> {
        match &self.object {
            None => self.id.as_view(),
            Some(object) => object.as_view(),
        }
    }
}

transparent! {
    /// An embedded object that is decoded on demand.
    ///
    /// Used where a resource embeds another one, so that a program that ignores it does not have to
    /// compile its type.
    pub struct Lazy<T> { inner: ObjectJson }
}

/// The JSON text of an object.
#[derive(Clone, PartialEq)]
pub(crate) struct ObjectJson(RawJson);

impl<T: Value> Lazy<T> {
    /// Decodes the object. Each call decodes it again.
    ///
    /// # Errors
    ///
    /// Returns an error when the object does not have the shape of `T`.
    pub fn get(&self) -> Result<T, DecodeError> {
        self.inner.0.decode()
    }

    /// Returns the raw JSON of the object.
    pub fn raw(&self) -> &RawJson {
        &self.inner.0
    }
}

impl<T> PartialEq for Lazy<T> {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}

impl<T> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.0.fmt(f)
    }
}

impl Value for ObjectJson {
    const LAYOUT: LayoutOf<Self> = LayoutOf::opaque();
}

impl OpaqueValue for ObjectJson {
    const WANTS_RAW_JSON: bool = true;

    fn make_placeholder() -> Self {
        Self(RawJson::make_placeholder())
    }

    fn set(&mut self, token: Token<'_>) -> Result<(), TypeMismatch> {
        match token {
            Token::Raw(json) if json.starts_with('{') => self.0.set(token),
            _ => Err(TypeMismatch::new("an object", token)),
        }
    }

    fn as_view(&self) -> View<'_> {
        self.0.as_view()
    }
}

impl<T: 'static> serde::Serialize for Lazy<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::serialize(self, serializer)
    }
}

impl<'de, T: 'static> serde::Deserialize<'de> for Lazy<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::deserialize(deserializer)
    }
}
