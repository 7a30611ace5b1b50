//! Object IDs, typed by resource.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::str::FromStr;

use crate::reflect::layout::LayoutOf;
use crate::reflect::transparent::transparent;
use crate::reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};

transparent! {
    /// The ID of a `T`. `Id<Customer>` is the ID of a customer, and IDs of other resources are
    /// other types.
    ///
    /// Any string is accepted: the format of Stripe's IDs is not specified, and users choose some
    /// of them. Each resource has an alias for its ID, such as `CustomerId`.
    ///
    /// ```
    /// use pinstripe_runtime::Id;
    ///
    /// struct Customer;
    /// let id = Id::<Customer>::from("cus_NffrFeUfNV2Hib");
    /// assert_eq!(id.as_str(), "cus_NffrFeUfNV2Hib");
    /// ```
    pub struct Id<T> { text: IdText }
}

/// The text of an ID.
#[derive(Clone, PartialEq)]
pub(crate) struct IdText(Box<str>);

impl From<&str> for IdText {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// An object with an ID.
pub trait Resource: Sized {
    fn id(&self) -> &Id<Self>;
}

impl<T> Id<T> {
    /// Returns the ID as a string.
    pub fn as_str(&self) -> &str {
        &self.text.0
    }

    fn new(text: Box<str>) -> Self {
        Self::wrap(IdText(text))
    }
}

impl<T> From<String> for Id<T> {
    fn from(text: String) -> Self {
        Self::new(text.into())
    }
}

impl<T> From<&str> for Id<T> {
    fn from(text: &str) -> Self {
        Self::new(text.into())
    }
}

impl<T> From<&String> for Id<T> {
    fn from(text: &String) -> Self {
        Self::new(text.as_str().into())
    }
}

impl<T> From<&Id<T>> for Id<T> {
    fn from(id: &Id<T>) -> Self {
        id.clone()
    }
}

impl<T: Resource> From<&T> for Id<T> {
    fn from(resource: &T) -> Self {
        resource.id().clone()
    }
}

impl<T> From<Id<T>> for String {
    fn from(id: Id<T>) -> Self {
        id.text.0.into()
    }
}

impl<T> From<&Id<T>> for String {
    fn from(id: &Id<T>) -> Self {
        id.text.0.to_string()
    }
}

impl<T> Deref for Id<T> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text.0
    }
}

impl<T> FromStr for Id<T> {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl<T> Borrow<str> for Id<T> {
    fn borrow(&self) -> &str {
        &self.text.0
    }
}

impl<T> AsRef<str> for Id<T> {
    fn as_ref(&self) -> &str {
        &self.text.0
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text.0)
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text.0, f)
    }
}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text.0 == other.text.0
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialEq<str> for Id<T> {
    fn eq(&self, other: &str) -> bool {
        *self.text.0 == *other
    }
}

impl<T> PartialEq<&str> for Id<T> {
    fn eq(&self, other: &&str) -> bool {
        *self.text.0 == **other
    }
}

impl<T> PartialEq<String> for Id<T> {
    fn eq(&self, other: &String) -> bool {
        *self.text.0 == **other
    }
}

impl<T> PartialEq<Id<T>> for str {
    fn eq(&self, other: &Id<T>) -> bool {
        other == self
    }
}

impl<T> PartialEq<Id<T>> for &str {
    fn eq(&self, other: &Id<T>) -> bool {
        other == *self
    }
}

impl<T> PartialEq<Id<T>> for String {
    fn eq(&self, other: &Id<T>) -> bool {
        other == self
    }
}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.0.cmp(&other.text.0)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.0.hash(state);
    }
}

impl<T> serde::Serialize for Id<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text.0)
    }
}

impl<'de, T> serde::Deserialize<'de> for Id<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::Deserialize::deserialize(deserializer).map(Self::new)
    }
}

impl Value for IdText {
    const LAYOUT: LayoutOf<Self> = LayoutOf::opaque();
}

impl OpaqueValue for IdText {
    fn make_placeholder() -> Self {
        Self(Box::default())
    }

    fn set(&mut self, token: Token<'_>) -> Result<(), TypeMismatch> {
        let Token::Str(text) = token else {
            return Err(TypeMismatch::new("an ID", token));
        };
        self.0 = text.into();
        Ok(())
    }

    fn as_view(&self) -> View<'_> {
        View::Str(Cow::Borrowed(&self.0))
    }
}

/// Implements [`Resource`] for objects with the field `id`.
#[doc(hidden)]
#[macro_export]
macro_rules! resources {
    ($($type:ident;)*) => {
        $(
            impl $crate::Resource for $type {
                #[inline]
                fn id(&self) -> &$crate::Id<Self> {
                    &self.id
                }
            }
        )*
    };
}
