//! [`Value`] for types of the standard library.

use super::array::VecOps;
use super::layout::{Layout, LayoutOf};
use super::timestamp::Timestamp;
use super::value::{OpaqueValue, Token, TypeMismatch, Value, View};

impl Value for bool {
    // SAFETY: this is the layout of the type.
    const LAYOUT: LayoutOf<Self> = unsafe { LayoutOf::new(Layout::Bool) };
}

impl Value for i64 {
    // SAFETY: this is the layout of the type.
    const LAYOUT: LayoutOf<Self> = unsafe { LayoutOf::new(Layout::I64) };
}

impl Value for String {
    // SAFETY: this is the layout of the type.
    const LAYOUT: LayoutOf<Self> = unsafe { LayoutOf::new(Layout::String) };
}

impl Value for Timestamp {
    // SAFETY: this is the layout of the type.
    const LAYOUT: LayoutOf<Self> = unsafe { LayoutOf::new(Layout::Timestamp) };
}

impl<T: Value> Value for Option<T> {
    const LAYOUT: LayoutOf<Self> = LayoutOf::<T>::option();
}

impl<T: Value> Value for Box<T> {
    const LAYOUT: LayoutOf<Self> = LayoutOf::<T>::boxed();
}

impl<T: Value> Value for Vec<T> {
    // SAFETY: these are the operations of a `Vec` of the type.
    const LAYOUT: LayoutOf<Self> =
        unsafe { LayoutOf::new(Layout::Vec(const { &VecOps::of::<T>() })) };
}

impl Value for f64 {
    const LAYOUT: LayoutOf<Self> = LayoutOf::opaque();
}

impl OpaqueValue for f64 {
    fn make_placeholder() -> Self {
        0.0
    }

    fn set(&mut self, token: Token<'_>) -> Result<(), TypeMismatch> {
        *self = match token {
            Token::Float(value) => value,
            Token::Int(value) => value as f64,
            _ => return Err(TypeMismatch::new("a number", token)),
        };
        Ok(())
    }

    fn as_view(&self) -> View<'_> {
        View::Float(*self)
    }
}

impl Value for () {
    const LAYOUT: LayoutOf<Self> = LayoutOf::opaque();

    /// Ignores the body: the operation has no documented response content.
    fn from_bytes(_: &[u8]) -> Option<Self> {
        Some(())
    }
}

impl OpaqueValue for () {
    const WANTS_RAW_JSON: bool = true;

    fn make_placeholder() -> Self {}

    fn set(&mut self, _: Token<'_>) -> Result<(), TypeMismatch> {
        Ok(())
    }

    fn as_view(&self) -> View<'_> {
        View::Absent
    }
}
