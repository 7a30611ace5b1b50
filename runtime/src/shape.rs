//! How values of generated types lie in memory, and what can be done with them knowing only that.

use crate::object::{ObjectMut, ObjectRef, Table};
use crate::string_enum;
use crate::value::{Mismatch, Next, Token, View};

/// How values of a type lie in memory.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub enum Shape {
    /// A struct with these fields.
    Object(&'static Table),
    /// An enum over these strings, in the order of its variants, laid out as [`string_enum!`](crate::string_enum) demands.
    Enum(&'static [&'static str]),
    /// A type that has its own ways.
    Other,
}

/// The defaults of a trait were used by a type that must not use them. Cannot happen to types from this workspace's macros.
const NO_SHAPE: &str = "a type without a shape has to implement all of `Value`";

impl Shape {
    /// Initializes the value at `to`, which must have this shape.
    pub(crate) fn init(self, to: *mut u8) {
        match self {
            // SAFETY: the one caller gives a place for a value of this shape.
            Self::Object(table) => unsafe { table.init(to) },
            // SAFETY: as above.
            Self::Enum(values) => unsafe { string_enum::write(values, to, "") },
            Self::Other => unreachable!("{NO_SHAPE}"),
        }
    }

    /// Copies the value at `from` to `to`; both must have this shape.
    pub(crate) fn copy(self, from: *const u8, to: *mut u8) {
        match self {
            // SAFETY: the one caller gives a value, and a place for one, of this shape.
            Self::Object(table) => unsafe { table.copy(from, to) },
            // SAFETY: as above.
            Self::Enum(values) => unsafe { string_enum::write(values, to, string_enum::read(values, from)) },
            Self::Other => unreachable!("{NO_SHAPE}"),
        }
    }

    /// # Safety
    ///
    /// `at` must point to a value of this shape, borrowed as mutable for `'a`.
    pub(crate) unsafe fn put<'a>(self, at: *mut u8, token: Token<'_>) -> Result<Next<'a>, Mismatch> {
        match (self, token) {
            // SAFETY: promised by the caller.
            (Self::Object(table), Token::Object) => Ok(Next::Object(unsafe { ObjectMut::new(table, at) })),
            (Self::Object(_), _) => Err(Mismatch::new("an object", token)),
            (Self::Enum(values), Token::Str(text)) => {
                // SAFETY: promised by the caller.
                unsafe { string_enum::replace(values, at, text) };
                Ok(Next::Done)
            }
            (Self::Enum(_), _) => Err(Mismatch::new("a string", token)),
            (Self::Other, _) => unreachable!("{NO_SHAPE}"),
        }
    }

    /// # Safety
    ///
    /// `at` must point to a value of this shape, borrowed for `'a`.
    pub(crate) unsafe fn view<'a>(self, at: *const u8) -> View<'a> {
        match self {
            // SAFETY: promised by the caller.
            Self::Object(table) => View::Object(unsafe { ObjectRef::new(table, at) }),
            // SAFETY: promised by the caller.
            Self::Enum(values) => View::Str(unsafe { string_enum::read(values, at) }.into()),
            Self::Other => unreachable!("{NO_SHAPE}"),
        }
    }
}
