//! Ids that know what they are the id of.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;

use crate::reflect::layout::Kind;
use crate::reflect::value::{Mismatch, Next, Token, Value, View};

/// The id of a `T`: `Id<Customer>` is the id of a customer, and no other id takes its place by mistake.
///
/// Any text is accepted: Stripe's ids have no fixed form, and some are chosen by users. Each resource has an alias for its
/// id, such as `CustomerId`.
///
/// ```
/// use pinstripe_runtime::Id;
///
/// struct Customer;
/// let id = Id::<Customer>::from("cus_NffrFeUfNV2Hib");
/// assert_eq!(id.as_str(), "cus_NffrFeUfNV2Hib");
/// ```
#[repr(transparent)]
pub struct Id<T> {
    text: Box<str>,
    of: PhantomData<fn() -> T>,
}

/// An object with an id of its own.
pub trait Resource: Sized {
    fn id(&self) -> &Id<Self>;
}

impl<T> Id<T> {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn new(text: Box<str>) -> Self {
        Self { text, of: PhantomData }
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
        id.text.into()
    }
}

impl<T> From<&Id<T>> for String {
    fn from(id: &Id<T>) -> Self {
        id.text.to_string()
    }
}

impl<T> Deref for Id<T> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl<T> AsRef<str> for Id<T> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        Self::new(self.text.clone())
    }
}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialEq<str> for Id<T> {
    fn eq(&self, other: &str) -> bool {
        *self.text == *other
    }
}

impl<T> PartialEq<&str> for Id<T> {
    fn eq(&self, other: &&str) -> bool {
        *self.text == **other
    }
}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<T> serde::Serialize for Id<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, T> serde::Deserialize<'de> for Id<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::Deserialize::deserialize(deserializer).map(Self::new)
    }
}

// SAFETY: all ids lie in memory as a boxed text, so what is true of one kind of them is true of all.
unsafe impl<T: 'static> Value for Id<T> {
    const KIND: Kind = Kind::other::<Id<()>>();

    #[inline]
    fn duplicate(&self) -> Self {
        self.clone()
    }

    #[inline]
    fn empty() -> Self {
        Self::new(Box::default())
    }

    unsafe fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        let Token::Str(text) = token else {
            return Err(Mismatch::new("an id", token));
        };
        self.text = text.into();
        Ok(Next::Done)
    }

    fn view(&self) -> View<'_> {
        View::Str(Cow::Borrowed(&self.text))
    }
}

/// Says that an object has an id of its own, in the field `id`.
#[doc(hidden)]
#[macro_export]
macro_rules! resource {
    ($type:ident) => {
        impl $crate::Resource for $type {
            #[inline]
            fn id(&self) -> &$crate::Id<Self> {
                &self.id
            }
        }
    };
}
