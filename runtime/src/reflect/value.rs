//! The trait of every type that appears in a response, and its tokens and views.

use std::borrow::Cow;

use super::array::{ArrayMut, ArrayRef};
use super::erased::AnyRef;
use super::layout::LayoutOf;
use super::map::{MapMut, MapView};
use super::object::{ObjectMut, ObjectRef};
use crate::{DateTime, Decimal};

/// A type that can be decoded from a response and encoded again.
///
/// Generated types implement it with the macros of this crate. Any other type implements
/// [`OpaqueValue`] and sets `LAYOUT` to [`LayoutOf::opaque`].
pub trait Value: Clone + 'static {
    /// How values of this type are stored in memory.
    #[doc(hidden)]
    const LAYOUT: LayoutOf<Self>;

    /// Returns the value of a field that a document omits.
    #[inline]
    fn placeholder() -> Self {
        Self::LAYOUT.placeholder()
    }

    /// Returns the value as data to encode.
    #[inline]
    fn view(&self) -> View<'_> {
        AnyRef::of(self).view()
    }

    /// Reads a response body that is not JSON. Returns `None` if the body of this type is JSON.
    fn from_bytes(_body: &[u8]) -> Option<Self> {
        None
    }
}

/// A [`Value`] that reads and writes one token with its own code.
///
/// The functions that walk tables do not access such a type directly and only call these
/// functions.
pub trait OpaqueValue: Value {
    /// Whether [`set`](Self::set) receives the whole value as one [`Token::Raw`].
    const WANTS_RAW_JSON: bool = false;

    /// Implements [`Value::placeholder`]. A panic in this function aborts the process.
    fn make_placeholder() -> Self;

    /// Sets this placeholder to the value of a token.
    ///
    /// # Errors
    ///
    /// Returns an error if the type cannot hold the token.
    fn set(&mut self, token: Token<'_>) -> Result<(), TypeMismatch>;

    /// Implements [`Value::view`].
    fn as_view(&self) -> View<'_>;
}

/// A scalar, the start of an array or an object, or a whole value as JSON text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(&'a str),
    Array,
    Object,
    /// Valid JSON text. Only types with [`OpaqueValue::WANTS_RAW_JSON`] receive it.
    Raw(&'a str),
}

impl Token<'_> {
    /// Describes the token in an error message, without its content if that can be a secret.
    pub(crate) fn describe(&self) -> String {
        match self {
            Token::Null => "null".to_owned(),
            Token::Bool(value) => format!("the boolean {value}"),
            Token::Int(value) => format!("the integer {value}"),
            Token::Float(value) => format!("the number {value}"),
            // A string can be a secret, a card number or a name. Its length is enough to find it.
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

/// The container that a token opened, or `Done` for a complete value.
pub(crate) enum Container<'a> {
    Done,
    Array(ArrayMut<'a>),
    Map(MapMut<'a>),
    Object(ObjectMut<'a>),
}

/// Data to encode as JSON or through serde, or to print for `Debug`.
pub enum View<'a> {
    /// No value. A field without value is omitted unless its table says `NULLABLE`; anywhere else
    /// it is `null`.
    Absent,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Cow<'a, str>),
    /// A decimal number, which is written as a string.
    Decimal(&'a Decimal),
    /// A moment, which is written as a string.
    DateTime(&'a DateTime),
    /// JSON text, written unchanged.
    Raw(&'a str),
    Array(ArrayRef<'a>),
    Map(&'a dyn MapView),
    Object(ObjectRef<'a>),
}

/// The error of a token that a type cannot hold.
///
/// The details are boxed because the result of every token has room for this type.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeMismatch(Box<MismatchDetails>);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MismatchDetails {
    pub(crate) expected: Cow<'static, str>,
    pub(crate) found: String,
    /// The path inside a value that was decoded from its own JSON text.
    pub(crate) path: String,
}

impl TypeMismatch {
    /// Creates the error from the expected type, such as `a decimal string`, and the token.
    #[cold]
    pub(crate) fn new(expected: impl Into<Cow<'static, str>>, found: Token<'_>) -> Self {
        let found = found.describe();
        MismatchDetails { expected: expected.into(), found, path: String::new() }.into()
    }

    pub(crate) fn into_details(self) -> MismatchDetails {
        *self.0
    }
}

impl From<MismatchDetails> for TypeMismatch {
    fn from(details: MismatchDetails) -> Self {
        Self(Box::new(details))
    }
}

/// [`Value::placeholder`] as a function, for `Default` of generated types.
#[doc(hidden)]
#[inline]
pub fn placeholder<T: Value>() -> T {
    T::placeholder()
}

/// `Clone::clone` of generated types.
#[doc(hidden)]
#[inline]
pub fn clone_value<T: Value>(value: &T) -> T {
    T::LAYOUT.clone_value(value)
}
