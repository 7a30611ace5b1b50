//! The one trait that everything with a place in an answer implements.

use std::borrow::Cow;
use std::mem::MaybeUninit;

use crate::reflect::array::{ArrayMut, ArrayRef};
use crate::reflect::erased::{AnyMut, AnyRef};
use crate::reflect::layout::Kind;
use crate::reflect::object::{ObjectMut, ObjectRef};
use crate::reflect::table::Table;

/// A value that can be filled from the tokens of a document and viewed for writing one.
///
/// A generated type implements it by saying of what kind it is; the rest has defaults that go by that. All that works on values knows
/// only where they lie and of what kind they are, so it is compiled once and not once for each type.
///
/// # Safety
///
/// `KIND` must be true of the type, and with it the table or the values: memory is read and written by them. A type that
/// implements all methods, and says nothing of its kind, has one thing to see to: that `empty` does not panic, since it is what makes
/// values whole where reading them has failed.
pub unsafe trait Value: Sized + 'static {
    /// What the type is, to code that does not know it.
    #[doc(hidden)]
    const KIND: Kind = Kind::other::<Self>();

    /// The fields, of a struct.
    #[doc(hidden)]
    const TABLE: &'static Table = &Table::EMPTY;

    /// The values in the order of their variants, of an enum over strings.
    #[doc(hidden)]
    const VALUES: &'static [&'static str] = &[];

    /// Whether values of this type want their whole JSON text, as a [`Token::Raw`], and not the tokens one by one.
    const IS_RAW: bool = false;

    /// A value to be filled: what an absent field holds.
    #[inline]
    fn empty() -> Self {
        Self::KIND.must_be_known();
        let mut place = MaybeUninit::<Self>::uninit();
        // SAFETY: the kind is true of the type, so all of the value is then initialized.
        unsafe {
            Self::KIND.init(&raw mut place as *mut u8);
            place.assume_init()
        }
    }

    /// A copy of the value.
    #[inline]
    fn duplicate(&self) -> Self {
        Self::KIND.must_be_known();
        let mut copy = MaybeUninit::<Self>::uninit();
        // SAFETY: the kind is true of the type, so all of the copy is then initialized.
        unsafe {
            Self::KIND.copy(self as *const Self as *const u8, &raw mut copy as *mut u8);
            copy.assume_init()
        }
    }

    /// Takes one token in. For an array or an object, returns the place that takes what is inside.
    ///
    /// # Errors
    ///
    /// When the token is not of a kind that this value can hold.
    ///
    /// # Safety
    ///
    /// The place must be used or dropped, and not forgotten: until then, the value is not whole.
    #[inline]
    unsafe fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        Self::KIND.must_be_known();
        // SAFETY: promised by the caller.
        unsafe { AnyMut::replacing(self) }.put(token)
    }

    /// The value as data to be written.
    #[inline]
    fn view(&self) -> View<'_> {
        Self::KIND.must_be_known();
        AnyRef::of(self).view()
    }

    /// Reads the body of a response, if the type is not read from JSON.
    fn from_bytes(_body: &[u8]) -> Option<Self> {
        None
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
    Array(ArrayMut<'a>),
    /// The entries of a map with keys of any name.
    Map(&'a mut dyn Entries),
    /// The fields of an object.
    Object(ObjectMut<'a>),
}

/// A map that is being filled.
pub trait Entries {
    /// The place of an entry, which may have been there before.
    ///
    /// # Safety
    ///
    /// The place must not be forgotten.
    unsafe fn entry(&mut self, key: &str) -> AnyMut<'_>;
}

/// Data to be written: as JSON, through serde, or for a person to read.
pub enum View<'a> {
    /// No value: a field is left out, unless documents always have it, and everything else is `null`.
    Absent,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Cow<'a, str>),
    /// JSON text, written as it is.
    Raw(&'a str),
    Array(ArrayRef<'a>),
    Map(&'a dyn MapView),
    Object(ObjectRef<'a>),
}

/// A map to be written.
pub trait MapView {
    fn len(&self) -> usize;
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, AnyRef<'a>));
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
        Difference { expected: expected.into(), found: found.describe(), path: String::new() }
            .into()
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
