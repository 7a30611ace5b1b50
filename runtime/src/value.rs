//! The one trait that everything with a place in a request or a response implements.

use std::borrow::Cow;
use std::mem::MaybeUninit;

use crate::DecodeError;
use crate::object::{ObjectMut, ObjectRef};
use crate::shape::Shape;

/// A value that can be filled from the tokens of a document and viewed for writing one.
///
/// A generated type implements it by saying what its [`Shape`] is; the rest has defaults that walk the shape. All that works
/// on values knows them only as [`dyn AnyValue`](AnyValue), so it is compiled once and not once for each type.
///
/// # Safety
///
/// [`SHAPE`](Value::SHAPE) must be true of the type: the defaults read and write memory by it. A type that overrides all
/// methods but that one has nothing to fear.
pub unsafe trait Value: Sized + 'static {
    /// How values of this type lie in memory.
    const SHAPE: Shape = Shape::Other;

    /// Which of the types that need no code of their own this one is.
    const PLAIN: Plain = Plain::No;

    /// Whether values of this type want their whole JSON text, as a [`Token::Raw`], and not the tokens one by one.
    const IS_RAW: bool = false;

    /// A value to be filled: what an absent field holds.
    #[inline]
    fn empty() -> Self {
        let mut place = MaybeUninit::<Self>::uninit();
        Self::SHAPE.init(place.as_mut_ptr().cast());
        // SAFETY: the shape is true of the type, so all of the value is now initialized.
        unsafe { place.assume_init() }
    }

    /// A copy of the value.
    #[inline]
    fn duplicate(&self) -> Self {
        let mut copy = MaybeUninit::<Self>::uninit();
        Self::SHAPE.copy((&raw const *self).cast(), copy.as_mut_ptr().cast());
        // SAFETY: the shape is true of the type, so all of the copy is now initialized.
        unsafe { copy.assume_init() }
    }

    /// Takes one token in. For an array or an object, returns the place that takes what is inside.
    ///
    /// # Errors
    ///
    /// When the token is not of a kind that this value can hold.
    #[inline]
    fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        // SAFETY: the shape is true of the type, and `self` is borrowed as mutable for as long as the result lives.
        unsafe { Self::SHAPE.put((&raw mut *self).cast(), token) }
    }

    /// The value as data to be written.
    #[inline]
    fn view(&self) -> View<'_> {
        // SAFETY: the shape is true of the type, and `self` is borrowed for as long as the result lives.
        unsafe { Self::SHAPE.view((&raw const *self).cast()) }
    }

    /// Decodes the body of an answer: JSON, unless the type says otherwise.
    ///
    /// # Errors
    ///
    /// When the body does not have the shape of the type.
    fn from_body(body: &[u8]) -> Result<Self, DecodeError> {
        crate::decode::from_body(body)
    }
}

/// The types of most fields: a table says so of them, and they are filled where they lie, without a call.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// Any other type.
    No,
    Bool,
    I64,
    String,
    Timestamp,
    /// `Option<bool>`
    OptionBool,
    /// `Option<i64>`
    OptionI64,
    /// `Option<String>`
    OptionString,
    /// `Option<Timestamp>`
    OptionTimestamp,
    /// Any other type that holds nothing where the document has `null`, and is so to begin with.
    Option,
}

impl Plain {
    /// What an `Option` of such a type is.
    pub(crate) const fn optional(self) -> Self {
        match self {
            Self::Bool => Self::OptionBool,
            Self::I64 => Self::OptionI64,
            Self::String => Self::OptionString,
            Self::Timestamp => Self::OptionTimestamp,
            _ => Self::Option,
        }
    }
}

/// A value whose type is not known.
pub trait AnyValue {
    /// [`Value::put`]
    fn put_any(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch>;
    /// [`Value::view`]
    fn view_any(&self) -> View<'_>;
    /// [`Value::IS_RAW`]
    fn wants_raw(&self) -> bool;
}

impl<T: Value> AnyValue for T {
    fn put_any(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        self.put(token)
    }

    fn view_any(&self) -> View<'_> {
        self.view()
    }

    fn wants_raw(&self) -> bool {
        T::IS_RAW
    }
}

/// A scalar, or the beginning of an array or an object, or a whole value as JSON text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(&'a str),
    Array,
    Object,
    /// JSON text, checked by the parser; only given to a value that [wants it](Value::IS_RAW).
    Raw(&'a str),
}

impl Token<'_> {
    /// What a person would call this token, for messages.
    pub(crate) fn describe(&self) -> String {
        match self {
            Token::Null => "null".to_owned(),
            Token::Bool(value) => format!("the boolean {value}"),
            Token::Int(value) => format!("the integer {value}"),
            Token::Float(value) => format!("the number {value}"),
            // A string can be a secret, a card number or a name: its length is enough to find it.
            Token::Str(value) => format!("a string of {} bytes", value.len()),
            Token::Array => "an array".to_owned(),
            Token::Object => "an object".to_owned(),
            Token::Raw(json) => match json.as_bytes().first() {
                Some(b'{') => "an object",
                Some(b'[') => "an array",
                Some(b'"') => "a string",
                Some(b't' | b'f') => "a boolean",
                Some(b'n') => "null",
                _ => "a number",
            }
            .to_owned(),
        }
    }
}

/// What follows a token that was taken in.
pub enum Next<'a> {
    /// Nothing: the value is complete.
    Done,
    /// The items of an array.
    Array(&'a mut dyn Items),
    /// The entries of a map with keys of any name.
    Map(&'a mut dyn Entries),
    /// The fields of an object.
    Object(ObjectMut<'a>),
}

/// An array that is being filled.
pub trait Items {
    /// Adds an empty item and returns it, to be filled.
    fn push(&mut self) -> &mut dyn AnyValue;
}

/// A map that is being filled.
pub trait Entries {
    /// Adds an empty entry, in place of an older one of the same key, and returns it, to be filled.
    fn entry(&mut self, key: &str) -> &mut dyn AnyValue;
}

/// Data to be written: as JSON, through serde, or for a person to read.
pub enum View<'a> {
    /// Nothing is written: the field is left out.
    Absent,
    /// There is no value, and documents say so: `null`.
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Cow<'a, str>),
    /// JSON text, written as it is.
    Raw(&'a str),
    Array(&'a dyn ArrayView),
    Map(&'a dyn MapView),
    Object(ObjectRef<'a>),
}

/// An array to be written.
pub trait ArrayView {
    fn len(&self) -> usize;
    fn item(&self, index: usize) -> &dyn AnyValue;
}

/// A map to be written.
pub trait MapView {
    fn len(&self) -> usize;
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a dyn AnyValue));
}

/// A token that a value cannot hold. In a box, since every token of a document comes with room for one.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch(Box<Difference>);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) expected: Cow<'static, str>,
    pub(crate) found: String,
    /// Where inside the value it happened, when the value is decoded from text of its own.
    pub(crate) path: String,
}

impl Mismatch {
    #[cold]
    pub(crate) fn new(expected: impl Into<Cow<'static, str>>, found: Token<'_>) -> Self {
        Difference { expected: expected.into(), found: found.describe(), path: String::new() }.into()
    }

    pub(crate) fn into_difference(self) -> Difference {
        *self.0
    }
}

impl From<Difference> for Mismatch {
    fn from(difference: Difference) -> Self {
        Self(Box::new(difference))
    }
}

/// A value to be filled.
#[doc(hidden)]
#[inline]
pub fn empty<T: Value>() -> T {
    T::empty()
}
