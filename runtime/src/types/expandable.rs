//! Objects that are decoded only when asked for.

use std::fmt;
use std::marker::PhantomData;

use crate::json::peek;
use crate::reflect::layout::Kind;
use crate::reflect::value::{Mismatch, Next, Token, Value, View};
use crate::{DecodeError, Id, RawJson};

/// A reference to another object: its id, and the object itself if the request asked to expand it.
///
/// `I` says what the id is an id of, where that is not `T`: an object that may be deleted has one kind of id.
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
#[repr(C)]
pub struct Expandable<T, I = T> {
    id: Id<I>,
    object: Option<RawJson>,
    of: PhantomData<fn() -> T>,
}

impl<T: Value, I> Expandable<T, I> {
    /// The id of the object, expanded or not.
    pub fn id(&self) -> &Id<I> {
        &self.id
    }

    /// The object, if it was expanded. It is decoded anew at each call.
    ///
    /// # Errors
    ///
    /// When the object does not have the shape of `T`.
    pub fn object(&self) -> Result<Option<T>, DecodeError> {
        self.object.as_ref().map(RawJson::decode).transpose()
    }

    /// The object as it came, if it was expanded.
    pub fn raw(&self) -> Option<&RawJson> {
        self.object.as_ref()
    }
}

impl<T, I> Clone for Expandable<T, I> {
    fn clone(&self) -> Self {
        Self { id: self.id.clone(), object: self.object.clone(), of: PhantomData }
    }
}

impl<T, I> PartialEq for Expandable<T, I> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.object == other.object
    }
}

impl<T, I> fmt::Debug for Expandable<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.object {
            None => fmt::Debug::fmt(&self.id, f),
            Some(object) => f.debug_tuple("Expandable").field(&self.id).field(object).finish(),
        }
    }
}

// SAFETY: all of them lie in memory as an id and a text, one after the other, so what is true of one kind of them is true of all.
unsafe impl<T: 'static, I: 'static> Value for Expandable<T, I> {
    const KIND: Kind = Kind::other::<Expandable<(), ()>>();

    const IS_RAW: bool = true;

    #[inline]
    fn duplicate(&self) -> Self {
        self.clone()
    }

    #[inline]
    fn empty() -> Self {
        Self { id: Id::empty(), object: None, of: PhantomData }
    }

    unsafe fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        let Token::Raw(json) = token else {
            return Err(Mismatch::new("an id or an object", token));
        };
        match json.as_bytes().first() {
            Some(b'"') => self.id = Id::from(&*peek::string(json)?),
            Some(b'{') => {
                self.id = Id::from(peek::text(json, "id").unwrap_or_default());
                self.object = Some(RawJson::from_checked(json));
            }
            _ => return Err(Mismatch::new("an id or an object", token)),
        }
        Ok(Next::Done)
    }

    fn view(&self) -> View<'_> {
        match &self.object {
            None => self.id.view(),
            Some(object) => object.view(),
        }
    }
}

/// An object inside another one that is decoded only when asked for.
///
/// Used where a resource embeds another one whole, so that a program which never looks at it does not pay for its type.
#[repr(transparent)]
pub struct Lazy<T> {
    object: RawJson,
    of: PhantomData<fn() -> T>,
}

impl<T: Value> Lazy<T> {
    /// Decodes the object, anew at each call.
    ///
    /// # Errors
    ///
    /// When the object does not have the shape of `T`.
    pub fn get(&self) -> Result<T, DecodeError> {
        self.object.decode()
    }

    /// The object as it came.
    pub fn raw(&self) -> &RawJson {
        &self.object
    }
}

impl<T> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self { object: self.object.clone(), of: PhantomData }
    }
}

impl<T> PartialEq for Lazy<T> {
    fn eq(&self, other: &Self) -> bool {
        self.object == other.object
    }
}

impl<T> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.object.fmt(f)
    }
}

// SAFETY: all of them lie in memory as a text, so what is true of one kind of them is true of all.
unsafe impl<T: 'static> Value for Lazy<T> {
    const KIND: Kind = Kind::other::<Lazy<()>>();

    const IS_RAW: bool = true;

    #[inline]
    fn duplicate(&self) -> Self {
        self.clone()
    }

    #[inline]
    fn empty() -> Self {
        Self { object: RawJson::empty(), of: PhantomData }
    }

    unsafe fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        match token {
            // SAFETY: promised by the caller.
            Token::Raw(json) if json.starts_with('{') => unsafe { self.object.put(token) },
            _ => Err(Mismatch::new("an object", token)),
        }
    }

    fn view(&self) -> View<'_> {
        self.object.view()
    }
}
